"""What a person types, turned into an event: `share_deposited member=pp01-m001 amount=100.00 box=pp01-o4`.

* Money is typed in baht under the field's name without `_satang` (`amount=1,234.50`), or in satang under
  the whole name.
* Thai digits are digits. A date, a month or a year may be of the Buddhist era. A list is separated by commas.
* A field that names another entry takes the sequence of a line of this log.
* What cannot be understood is refused with the field's name, in Thai and in English, and nothing is recorded.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import msgspec
from msgspec import inspect

from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.reasons import NO_DATE, NO_MONTH, NO_YEAR, Reason, amount_reason, reason_of
from sajja_schemas.calendar import NotADate, ce_year, parse_day
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import CATALOGUE, AnyEvent
from sajja_schemas.events import base as events
from sajja_schemas.money import NotAnAmount, parse_baht

SATANG: Final = "_satang"
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})|(\d{1,2})/(\d{4}|\d{2})")
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")  # int() takes underscores, and gives up on thousands of digits
_YES_NO: Final = {"yes": True, "true": True, "ใช่": True, "no": False, "false": False, "ไม่": False}

Resolve = Callable[[int], EntryRef]


class UnknownEvent(Problem):
    """There is no event of that name."""

    code = "unknown_event"
    thai = "ไม่รู้จักรายการ {tag} หมายถึง {near} หรือไม่ ยังไม่ได้บันทึกอะไร"
    english = "there is no event {tag}; did you mean {near}? Nothing was recorded"
    exit_code = EXIT_USAGE


class UnknownField(Problem):
    """The event has no such field."""

    code = "unknown_field"
    thai = "รายการ {tag} ไม่มีช่อง {field} ช่องที่มีคือ {fields} ยังไม่ได้บันทึกอะไร"
    english = "{tag} has no field {field}; it has {fields}. Nothing was recorded"
    exit_code = EXIT_USAGE


class FieldMissing(Problem):
    """A field that must be there is not."""

    code = "field_missing"
    thai = "รายการ {tag} ยังขาดช่อง {fields} ยังไม่ได้บันทึกอะไร"
    english = "{tag} still needs {fields}. Nothing was recorded"
    exit_code = EXIT_USAGE


class FieldWrong(Problem):
    """A field's value cannot be understood, or is out of its range."""

    code = "field_wrong"
    thai = "ช่อง {field}: {given} ไม่ถูกต้อง ({expected_thai}) ยังไม่ได้บันทึกอะไร"
    english = "{field}: {given} cannot be recorded ({expected}). Nothing was recorded"
    exit_code = EXIT_USAGE

    def __init__(self, field: str, given: str, reason: Reason) -> None:
        super().__init__(field=field, given=given, expected_thai=reason[0], expected=reason[1])


def read_event(tag: str, words: Sequence[str], resolve: Resolve) -> AnyEvent:
    """The event that was typed.

    Raises:
        UnknownEvent, UnknownField, FieldMissing, FieldWrong: in the order in which a reader meets them.
    """
    event_type = CATALOGUE.get(tag)
    if event_type is None:
        near = get_close_matches(tag, CATALOGUE, n=3, cutoff=0.4) or sorted(CATALOGUE)
        raise UnknownEvent(tag=tag, near=", ".join(near))
    known = _fields_of(event_type)
    values: dict[str, Any] = {}
    given: dict[str, str] = {}
    for word in words:
        typed, equals, text = word.partition("=")
        name = typed if typed in known else typed + SATANG
        if not equals or name not in known:
            raise UnknownField(tag=tag, field=word if not equals else typed, fields=_names(known))
        if name in values:
            raise FieldWrong(typed, text, ("มีสองครั้ง", "it stands twice"))
        given[name] = text
        values[name] = _read_value(typed, name, known[name].type, text, resolve)
    missing = [name for name, field in known.items() if field.required and name not in values]
    if missing:
        raise FieldMissing(tag=tag, fields=_names(missing))
    try:
        return msgspec.convert(values, type=event_type)  # type: ignore[return-value]  # of the catalogue
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at ")
        name = path.strip("`").removeprefix("$.").partition("[")[0].partition(".")[0]
        raise FieldWrong(name.removesuffix(SATANG), given.get(name, ""), reason_of(said)) from error


def _fields_of(event_type: type) -> dict[str, inspect.Field]:
    info = inspect.type_info(event_type)
    assert isinstance(info, inspect.StructType)
    return {field.name: field for field in info.fields}


def _names(fields: Mapping[str, inspect.Field] | Sequence[str]) -> str:
    return ", ".join(name.removesuffix(SATANG) for name in fields)


def _read_value(typed: str, name: str, kind: inspect.Type, text: str, resolve: Resolve) -> Any:
    kind = _bare(kind)
    try:
        if name.endswith(SATANG) and typed != name:
            return 0 if text.strip().translate(_THAI_DIGITS) in {"0", "0.00"} else parse_baht(text)
        return _read_plain(kind, text, resolve)
    except (ValueError, KeyError, msgspec.DecodeError, RecursionError) as error:
        raise FieldWrong(typed, text, _reason(error, kind, text)) from error


def _read_plain(kind: inspect.Type, text: str, resolve: Resolve) -> Any:
    match kind:
        case inspect.IntType(ge=events.YEAR_FIRST, le=events.YEAR_LAST):
            return ce_year(text.strip().translate(_THAI_DIGITS))
        case inspect.IntType():
            return _whole(text.replace(",", ""))
        case inspect.BoolType():
            return _YES_NO[text.lower()]
        case inspect.DateType():
            return parse_day(text)
        case inspect.LiteralType():
            return {str(value): value for value in kind.values}[text.translate(_THAI_DIGITS)]
        case inspect.StructType() if kind.cls is EntryRef:
            return msgspec.to_builtins(resolve(_whole(text)))
        case inspect.VarTupleType() if _are_words(_bare(kind.item_type)) and not text.startswith("["):
            item = _bare(kind.item_type)
            return [_read_plain(item, part.strip(), resolve) for part in text.split(",") if part.strip()]
        case inspect.StrType(pattern=events.MONTH_PATTERN):
            return _month(text.translate(_THAI_DIGITS))
        case inspect.StrType():
            return text
        case _:
            return msgspec.json.decode(text)


def _whole(text: str) -> int:
    plain = text.strip().translate(_THAI_DIGITS)
    if _WHOLE.fullmatch(plain) is None:
        raise ValueError("a whole number")
    return int(plain)


def _month(text: str) -> str:
    """`2020-08`, `2563-08` and `08/2563` are one month; what is none is left as it is, and refused by its type."""
    match = _MONTH.fullmatch(text)
    if match is None:
        return text
    year, month = (match[1], match[2]) if match[1] else (match[4], match[3])
    return f"{ce_year(year):04}-{int(month):02}"


def _are_words(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.StrType) or (
        isinstance(kind, inspect.LiteralType) and all(isinstance(value, str) for value in kind.values)
    )


def _bare(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _bare(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    return kind


def _reason(error: Exception, kind: inspect.Type, text: str) -> Reason:
    match error, kind:
        case NotAnAmount(), _:
            return amount_reason(text.translate(_THAI_DIGITS))
        case NotADate(), _:
            return NO_DATE
        case _, inspect.IntType(ge=events.YEAR_FIRST):
            return NO_YEAR
        case _, inspect.StrType(pattern=events.MONTH_PATTERN):
            return NO_MONTH
        case _, inspect.IntType():
            return "ตัวเลขจำนวนเต็ม", "a whole number"
        case _, inspect.BoolType():
            return "yes / no", "yes / no"
        case _, inspect.LiteralType():
            choices = " / ".join(str(value) for value in kind.values)
            return choices, choices
        case _, inspect.StructType() if kind.cls is EntryRef:
            return "ลำดับของรายการในเครื่องนี้", "the sequence of a line of this log"
        case _:
            return "ต้องเป็น JSON", "JSON"
