r"""The state hash: one number for everything that the books know, so that two folds of one log are seen to agree.

    SHA-256("sajja state v1\n" ‖ section ‖ section ‖ …), a section for each field of the books, sorted by its name:
    name ‖ " " ‖ number of rows ‖ "\n" ‖ row ‖ "\n" ‖ row ‖ "\n" ‖ …, the rows sorted by their bytes

* A row is JSON: `["balances",["bank:pp01",3110,"m1"],-10000]`, a key of a mapping with its value; or, of a field that
  is no mapping of rows, its whole value.
* Everything comes from the bodies of the log and their order: no clock, no `received_at`, nothing of who folded it.
* Mappings and sets have no order: they are lists, sorted by their bytes. A struct is the list of its fields by name.
* A row whose value is nothing (a zero, an empty list or mapping) is not there, and neither is a field of a struct that
  has its default. So a field that a later version adds changes the hash of those states only where it says something.
* Every field of `Books` and `Trust` is in it but those that are named here. What the fold learns to remember is part of
  the state from its first day, without anybody having to think of it.

Pure; the live books, the rebuilt ones, and those that an auditor replays from zero are hashed by this one function.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from typing import Any, Final

import msgspec

from sajja_schemas.holdings import Books

TAG: Final = b"sajja state v1\n"
# Of what a keeper has yet to write, not of the log; and how these books were folded.
_NO_STATE: Final = {
    "touched_balances",
    "touched_findings",
    "touched_failures",
    "touched",
    "judges",
    "partial",
    "index",
    "decided",
}
# Fields that are structs with mappings of their own.
_NESTED: Final = {"trust", "periods", "rulesets"}
_encode: Final = msgspec.json.Encoder().encode
_FIRST: Final = -(2**63)
_LAST: Final = 2**63 - 1


def state_hash(books: Books) -> bytes:
    """The hash of everything that the books know, as of their index."""
    digest = sha256(TAG + b"index %d\n" % books.index)
    for name, rows in sorted(sections(books), key=lambda section: section[0]):
        found = sorted(rows)
        if found:
            digest.update(f"{name} {len(found)}\n".encode() + b"\n".join(found) + b"\n")
    return digest.digest()


def sections(books: Books) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The rows of the books, by section; in no order."""
    for register, rows in books.registers.rows.items():
        yield f"registers.{register}", _register_rows(register, rows)
    for prefix, holder in (("", books), *((f"{name}.", getattr(books, name)) for name in sorted(_NESTED))):
        for field in holder.__struct_fields__:
            if field not in _NO_STATE and not (prefix == "" and field in {*_NESTED, "registers"}):
                yield prefix + field, _rows_of(field, getattr(holder, field))


def difference(one: Books, other: Books) -> dict[str, tuple[list[str], list[str]]]:
    """The rows that only one of two books has, by section: what a person reads to judge a change."""
    left, right = ({name: set(rows) for name, rows in sections(books)} for books in (one, other))
    found = {}
    for name in sorted(left.keys() | right.keys()):
        mine, theirs = left.get(name, set()), right.get(name, set())
        if mine != theirs:
            found[name] = (_told(mine - theirs), _told(theirs - mine))
    return found


def _told(rows: set[bytes]) -> list[str]:
    return [row.decode() for row in sorted(rows)]


def _register_rows(register: str, rows: dict[Any, dict[Any, int]]) -> Iterator[bytes]:
    # By far the most rows: facts are tuples of words with a number, so nothing has to be looked for in them.
    for key, facts in rows.items():
        listed = sorted([_encode((fact, number)) for fact, number in facts.items()])
        yield b'["%s",%s,[%s]]' % (register.encode(), _encode(key), b",".join(listed))


def _rows_of(field: str, value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        for key, one in value.items():
            plain = _plain(one)
            if not _is_nothing(plain):
                yield _encode((field, _plain(key), plain))
        return
    plain = _plain(value)
    if not _is_nothing(plain):
        yield _encode((field, plain))


def _plain(value: Any) -> Any:
    """A value as JSON can say it, in one way only."""
    kind = type(value)
    if kind is str or kind is bool:
        return value
    if kind is int:
        return value if _FIRST <= value <= _LAST else str(value)  # as `packing` keeps it
    if isinstance(value, dict):
        pairs = [(_plain(key), _plain(one)) for key, one in value.items()]
        return sorted((pair for pair in pairs if not _is_nothing(pair[1])), key=_encode)
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value), key=_encode)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, msgspec.Struct):
        fields = ((name, _plain(getattr(value, name)), usual) for name, usual in _fields(type(value)))
        return [(name, plain) for name, plain, usual in fields if plain != usual]
    return value  # a date, an enumeration, bytes, or nothing at all: JSON has one way for each


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    """The fields of a struct, sorted, each with what it is where nobody has set it."""
    found = []
    for field in sorted(msgspec.structs.fields(kind), key=lambda field: field.name):
        usual = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        found.append((field.name, usual if usual is msgspec.NODEFAULT else _plain(usual)))
    return tuple(found)


def _is_nothing(plain: Any) -> bool:
    return plain is None or plain == 0 or plain in ("", [])
