"""A stage for rules: books to which events are counted one by one without a log, and an act that is asked about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from sajja_schemas import periods, transit
from sajja_schemas.accounts import LedgerKind
from sajja_schemas.books import Books, open_books
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.calculations.spans import months_later
from sajja_schemas.entry import EntryRef
from sajja_schemas.events import AnyEvent, Body, lines_of
from sajja_schemas.events.base import Assembly
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.registers import note
from sajja_schemas.standing import VillageBank

NAME = "A" * 43
REF = {"device": NAME, "sequence": 1, "hash": NAME}
ASSEMBLY = {"attended": 60, "entitled": 100, "minutes": NAME}
DAY = date(2020, 6, 1)
BANK = "bank:pp01"
NOW_MS = 1_767_250_000_000  # of the authors' devices: 1 January 2026, behind every scene


def event(tag: str, **fields: Any) -> AnyEvent:
    """An event by its tag."""
    return msgspec.convert({"type": tag, **fields}, AnyEvent)  # type: ignore[no-any-return]  # of the catalogue


@dataclass
class Stage:
    """Books of what counted."""

    books: Books = field(default_factory=lambda: open_books("testnet", NAME))
    lines: int = 0

    def body(self, said: AnyEvent, day: date = DAY, village: str = "pp01", by: str = "recorder") -> Body:
        """The next line of a log."""
        self.lines += 1
        return Body(
            v=1, network="testnet", village=village, device=NAME, sequence=self.lines, previous=NAME, by=by, date=day,
            recorded_at=NOW_MS, event=said,
        )  # fmt: skip

    def count(self, said: AnyEvent, day: date = DAY, village: str = "pp01", sign: int = 1) -> None:
        """Let an event count, or be reversed with -1."""
        body = self.body(said, day, village)
        lines = lines_of(body)
        for ledger, account, sub, amount in lines:
            key = (ledger, account, sub)
            self.books.balances[key] = self.books.balances.get(key, 0) + sign * amount
        note(self.books.registers, body, lines, sign)
        if transit.is_part(type(said)):
            transit.tally(self.books.transit, body, sign)
        if type(said) in periods.DECIDING:
            periods.take(self.books.periods, body)
        self.books.reached[village] = max(day, self.books.reached.get(village, day))


Act = Callable[[Stage], None]


def counted(tag: str, day: date = DAY, village: str = "pp01", **fields: Any) -> Act:
    """This counted before."""
    return lambda stage: stage.count(event(tag, **fields), day, village)


def balance(ledger: str, account: int, sub: str, satang: int) -> Act:
    """This stood there; a debit is positive."""

    def act(stage: Stage) -> None:
        stage.books.balances[ledger, account, sub] = satang

    return act


def bylaws(ledger: str = BANK, **changed: Any) -> Act:
    """The assumed bylaws are in force, or others."""

    def act(stage: Stage) -> None:
        kind = LedgerKind(ledger.partition(":")[0])
        rules: Bylaws = msgspec.structs.replace(default_rules(kind), **changed)
        adopted = RulesetAdopted(
            ledger=ledger, version=1, effective_from=date(2020, 1, 1), rules=rules,
            assembly=msgspec.convert(ASSEMBLY, Assembly),
        )  # fmt: skip
        stage.books.rulesets.take(adopted, 0, date(2020, 1, 1))

    return act


def established(village: str = "pp01") -> Act:
    """The village has a bank."""

    def act(stage: Stage) -> None:
        stage.books.trust.villages[village] = VillageBank(moo=1)

    return act


def member(name: str = "m1", day: date = DAY) -> Act:
    """Somebody is a member."""
    return counted("member_admitted", day, member=name, gender="female", joined=day.isoformat(), resolution=REF)


def loan(name: str = "l1", who: str = "m1", satang: int = 100_000, day: date = DAY, **terms: Any) -> Act:
    """A loan was granted and paid out on a day."""

    def act(stage: Stage) -> None:
        stage.count(event("loan_approved", **granted(name, who, satang, day) | terms), day)
        stage.count(event("loan_disbursed", **paid_out(name, who, satang)), day)

    return act


def granted(name: str = "l1", who: str = "m1", satang: int = 100_000, day: date = DAY) -> dict[str, Any]:
    """The fields of an approval."""
    first_due = months_later(day.replace(day=1), 1).isoformat()
    return {
        "loan": name, "member": who, "product": "ordinary", "amount_satang": satang, "rate_bp_month": 100,
        "method": "declining", "months": 10, "first_due": first_due, "resolution": REF,
    }  # fmt: skip


def paid_out(name: str = "l1", who: str = "m1", satang: int = 100_000, premium: int = 0) -> dict[str, Any]:
    """The fields of a payment of a loan."""
    return {
        "loan": name, "member": who, "product": "ordinary", "gross_satang": satang, "net_satang": satang - premium,
        "premium_satang": premium, "channel": "cash", "box": "b1",
    }  # fmt: skip


REFERENCE = msgspec.convert(REF, EntryRef)
