"""What an event means in money, declared as data beside the event.

 * A posting names a ledger, an account, a side and the field that holds the amount. Nothing else moves money.
 * Account and sub-ledger may be a closed choice by another field (a loan's product, cash or bank).
 * An event with `lines` may post each of them.
 * A posting whose amount is absent is no posting. Each ledger of an event balances alone, or the event is malformed.
 * The table is exported to `schemas/json/postings.json`: the tablet's code and an auditor read the same one.

Source: docs/domain.md sections 3 and 5.
"""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from sajja_schemas.accounts import CHART, LedgerKind, Side, Sub, may_hold

# Where a ledger's or sub-ledger's name comes from the entry's village rather than from a field of the event.
VILLAGE: Final = "@village"
BANK_OF_VILLAGE: Final = "bank:@village"

Line = tuple[str, int, str, int]  # ledger, account, sub-ledger ("" for none), satang (positive for a debit)


class Contradiction(ValueError):
    """An event's own fields contradict each other: its postings do not balance, or name no possible account."""


class Choice(msgspec.Struct, frozen=True):
    """One of several, by the value of a field."""

    field: str
    of: tuple[tuple[str, int | str], ...]


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One declared movement.

    `ledger` is a fixed ledger, `bank:@village`, or `@` and the name of the field that holds the ledger's name. `sub` is
    the name of a field, `@village`, or a choice of fields. `amount` is a field with satang; a negative one turns the
    side around. With `each`, account, sub and amount are read from every member of that list field.
    """

    ledger: str
    side: Side
    account: int | Choice | str
    amount: str
    sub: str | Choice | None = None
    when: tuple[str, str] | None = None  # only where this field has this value
    each: str | None = None


def codes_of(posting: Posting) -> tuple[int | str, ...]:
    """The accounts that a posting may take; a word, where a field of the event names it."""
    account = posting.account
    return tuple(code for _value, code in account.of) if isinstance(account, Choice) else (account,)


def debit(ledger: str, account: int | Choice | str, amount: str, **more: Any) -> Posting:
    """Declare a debit."""
    return Posting(ledger=ledger, side=Side.DEBIT, account=account, amount=amount, **more)


def credit(ledger: str, account: int | Choice | str, amount: str, **more: Any) -> Posting:
    """Declare a credit."""
    return Posting(ledger=ledger, side=Side.CREDIT, account=account, amount=amount, **more)


def choice(field: str, **of: int | str) -> Choice:
    """Declare a choice by a field's value."""
    return Choice(field, tuple(of.items()))


CASH_OR_BANK: Final = choice("channel", cash=1110, bank=1120)
BOX_OR_BANK: Final = choice("channel", cash="box", bank="bank")

_NEEDS_SUB: Final = frozenset(code for code, account in CHART.items() if account.sub is not Sub.NONE)


# One posting as a replay takes it. Where a list is posted or a ledger named: what posts it, and the rest is idle. Else
# places among the values that are read of an event in one go: where its amount is, its sign, its ledger ("" for the
# village's bank), where the value is that chooses (what chooses nothing is chosen by nothing), and by that value the
# account and where its sub-ledger is.
_Part = tuple[Callable[[Any, str, list[Line]], None] | None, int, int, str, int, dict[Any, tuple[int, int]]]

_AT_NOTHING: Final = 0
_AT_VILLAGE: Final = 1
_FIRST_FIELD: Final = 2


def compile_postings(declared: tuple[Posting, ...]) -> Callable[[Any, str], list[Line]]:
    """A function from (event, village) to its lines. It raises `Contradiction`.

    It is made once for each type of event, since a replay calls it for every entry: all fields are read in one go, and
    what nine in ten postings need is done here, without a call for each.
    """
    if not declared:
        return lambda _event, _village: []
    fields: dict[str, int] = {}
    parts = [_part(posting, fields) for posting in declared]
    names = ("", VILLAGE, *fields)
    read = _reader(tuple(fields))
    are_balanced = _balances_whatever_it_says(declared)
    check = None if are_balanced else _check_sums
    if any(part[0] is not None for part in parts):
        check = _check_subs if are_balanced else check_balanced

    def lines_of(event: Any, village: str) -> list[Line]:
        lines: list[Line] = []
        bank = bank_of(village)
        values = ("", village, *read(event))
        for post, at_amount, sign, ledger, at_choice, chosen in parts:
            if post is not None:
                post(event, village, lines)
            elif amount := values[at_amount]:
                choice = values[at_choice]
                if choice not in chosen:  # an optional field that this amount needs
                    raise Contradiction(f"{names[at_choice]} is needed to choose the account")
                account, at_sub = chosen[choice]
                sub = values[at_sub]
                if not sub and at_sub != _AT_NOTHING:
                    raise Contradiction(f"{account} needs a sub-ledger")
                lines.append((ledger or bank, account, sub, sign * amount))
        if check is not None:
            check(lines)
        return lines

    return lines_of


@lru_cache(maxsize=10_000)
def bank_of(village: str) -> str:
    """A village's bank, as one string for all its entries: then whoever keeps books by it need not compare letters."""
    return "bank:" + village


def _reader(fields: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(fields) > 1:
        return attrgetter(*fields)
    return lambda event: tuple([getattr(event, field) for field in fields])


def _balances_whatever_it_says(declared: tuple[Posting, ...]) -> bool:
    """Whether every amount is debited as often as it is credited, in one ledger and under one condition."""
    sums: dict[tuple[object, ...], int] = {}
    for posting in declared:
        place = (posting.ledger, posting.amount, posting.each, posting.when)
        sums[place] = sums.get(place, 0) + (1 if posting.side is Side.DEBIT else -1)
    return not any(sums.values())


def _check_subs(lines: list[Line]) -> None:
    for _ledger, account, sub, _amount in lines:
        if not sub and account in _NEEDS_SUB:
            raise Contradiction(f"{account} needs a sub-ledger")


def check_balanced(lines: list[Line]) -> None:
    """Hold lines to their two laws.

    Raises:
        Contradiction: a ledger that does not sum to nothing, or a missing sub-ledger.
    """
    _check_subs(lines)
    _check_sums(lines)


def _check_sums(lines: list[Line]) -> None:
    sums: dict[str, int] = {}
    for ledger, _account, _sub, amount in lines:
        sums[ledger] = sums.get(ledger, 0) + amount
    if any(sums.values()):
        raise Contradiction("the postings of a ledger do not sum to nothing")


def _part(posting: Posting, fields: dict[str, int]) -> _Part:
    """A posting in parts, or what posts one that is read from a list or names its ledger."""

    def at(field: str) -> int:
        return fields.setdefault(field, _FIRST_FIELD + len(fields))

    ledger, account, sub = posting.ledger, posting.account, posting.sub
    is_fixed = ledger == BANK_OF_VILLAGE or not ledger.startswith("@")
    if posting.each or posting.when or not is_fixed or isinstance(account, str) or not _is_plain_sub(account, sub):
        return _compile_choosing(posting), 0, 0, "", 0, {}
    if isinstance(account, int):
        at_choice = _AT_NOTHING
        chosen: dict[Any, tuple[int, int]] = {"": (account, _at_sub(account, sub, at))}
    else:
        subs = dict(sub.of) if isinstance(sub, Choice) else {}
        at_choice = at(account.field)
        chosen = {value: (int(code), _at_sub(int(code), subs.get(value, sub), at)) for value, code in account.of}
    own = "" if ledger == BANK_OF_VILLAGE else ledger
    return None, at(posting.amount), _sign(posting), own, at_choice, chosen


def _is_plain_sub(account: int | Choice, sub: str | Choice | None) -> bool:
    """Whether the sub-ledger is known as soon as the account is."""
    if isinstance(sub, Choice):
        if not isinstance(account, Choice) or sub.field != account.field:
            return False
        return {value for value, _code in account.of} == {value for value, _field in sub.of}
    codes = {int(code) for _value, code in account.of} if isinstance(account, Choice) else {account}
    return sub is not None or codes.isdisjoint(_NEEDS_SUB)


def _at_sub(code: int, sub: Any, at: Callable[[str], int]) -> int:
    if code not in _NEEDS_SUB:
        return _AT_NOTHING
    return _AT_VILLAGE if sub == VILLAGE else at(sub)


def _sign(posting: Posting) -> int:
    return 1 if posting.side is Side.DEBIT else -1


def _compile_choosing(posting: Posting) -> Callable[[Any, str, list[Line]], None]:
    sign = _sign(posting)
    ledger_of = _ledger_getter(posting.ledger)
    account_of = _getter(posting.account)
    sub_of = _sub_getter(posting.sub)
    amount_field, when, each = posting.amount, posting.when, posting.each
    is_free = _is_free(posting)

    def post(event: Any, village: str, lines: list[Line]) -> None:
        if when is not None and getattr(event, when[0]) != when[1]:
            return
        for source in getattr(event, each) if each else (event,):
            amount = getattr(source, amount_field)
            if amount:
                account = account_of(source)
                ledger = ledger_of(event, village)
                if is_free and not may_hold(ledger, account):
                    raise Contradiction(f"{ledger} has no account {account}")
                sub = sub_of(source, village) if account in _NEEDS_SUB else ""
                lines.append((ledger, account, sub or "", sign * amount))

    return post


def _is_free(posting: Posting) -> bool:
    """Whether the event itself makes up ledger and account, so that nobody has checked them against the chart yet."""
    account = posting.account
    if isinstance(account, str):
        return True
    codes = [int(code) for _value, code in account.of] if isinstance(account, Choice) else [account]
    return posting.ledger == "@ledger" and any(len(CHART[code].ledgers) < len(LedgerKind) for code in codes)


def _ledger_getter(ledger: str) -> Callable[[Any, str], str]:
    if ledger == BANK_OF_VILLAGE:
        return lambda _event, village: "bank:" + village
    if ledger.startswith("@"):
        field = ledger[1:]
        return lambda event, _village: str(getattr(event, field))
    return lambda _event, _village: ledger


def _getter(account: int | Choice | str) -> Callable[[Any], Any]:
    if isinstance(account, int):
        return lambda _source: account
    if isinstance(account, str):
        return lambda source: getattr(source, account)
    field, of = account.field, dict(account.of)

    def chosen(source: Any) -> int | str:
        value = getattr(source, field)
        if value not in of:  # an optional field that this amount needs
            raise Contradiction(f"{field} is needed to choose the account")
        return of[value]

    return chosen


def _sub_getter(sub: str | Choice | None) -> Callable[[Any, str], str | None]:
    if sub is None:
        return lambda _source, _village: None
    if sub == VILLAGE:
        return lambda _source, village: village
    if isinstance(sub, str):
        return lambda source, _village: getattr(source, sub)
    field, of = sub.field, dict(sub.of)
    return lambda source, _village: getattr(source, str(of[getattr(source, field)]))
