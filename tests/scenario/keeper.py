"""Writes the entries of a story, collects the approvals that their classes ask for, and keeps their fold."""

from datetime import date
from typing import Any

from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.bylaws.history import RulesetHistory, in_force
from sajja_schemas.entry import OFFICE, SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.verdicts import Effect
from support.posting_table import event
from support.world import Tablet, Unit, World


def class_of(body: Body) -> Approvers:
    """The approver class of an entry: its own, or the one that a field chooses."""
    declared = body.event.declared
    for field, value, there in declared.approvers_where:
        if getattr(body.event, field) == value:
            return there
    return declared.approvers


class Keeper:
    """The people of two villages and of the office, with a pencil."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rulesets = RulesetHistory()
        self._books = open_books(world.network, world.fingerprint)
        self._bodies: dict[str, bytes] = {}
        self._unsigned: dict[tuple[str, str, Approvers], list[SignedEntry]] = {}

    @property
    def desk(self) -> Tablet:
        """The office's device on the desk."""
        return self.world.office.tablets[0]

    def village(self, code: str) -> Unit:
        """A village with its tablets."""
        return self.world.village(code)

    def turn_to(self, day: date) -> None:
        """Another day begins; whoever was to sign has signed."""
        self.sign()
        self.world.today = day

    def say(self, tablet: Tablet, tag: str, village: str | None = None, /, **fields: Any) -> SignedEntry:
        """Record an event; its approvals are collected until `sign`."""
        entry = self.world.record(tablet, event(tag, **fields), village=village, by=f"{tablet.unit}-o4")
        body = read_body(entry.body)
        assert isinstance(body, Body)
        self._unsigned.setdefault((tablet.unit, body.village, class_of(body)), []).append(entry)
        return entry

    def sign(self) -> None:
        """Officers approve what waits for them, a list at a time, as at the end of a meeting."""
        waiting, self._unsigned = self._unsigned, {}
        for (_unit, _village, approvers), entries in waiting.items():
            self.world.approve_by_class(entries, approvers)

    def see(self) -> Books:
        """The books of everything that was recorded so far, approved or not."""
        for entry in self.world.entries[self._books.index :]:
            name = to_base64url(entry.hash)
            for changed, effect in apply(self._books, Admitted(self._books.index, name, entry.body), self._bodies.get):
                if effect is Effect.COUNTED:
                    self._note(self._bodies.get(changed, entry.body))
            self._bodies[name] = entry.body
        return self._books

    def balance(self, ledger: str, account: int, sub: str = "") -> int:
        """What stands on an account now."""
        return self.see().balances.get((ledger, account, sub), 0)

    def rules(self, ledger: str) -> Bylaws:
        """The bylaws in force today."""
        self.see()
        adopted = in_force(self.rulesets, ledger, self.world.today)
        assert adopted is not None, "rules are adopted before anything else"
        return adopted.rules

    def _note(self, data: bytes) -> None:
        body = read_body(data)
        if isinstance(body, Body) and isinstance(body.event, RulesetAdopted):
            self.rulesets.take(body.event, self._books.index, body.date)


def home_of(ledger: str) -> str:
    """The unit that keeps a ledger."""
    return ledger.partition(":")[2] or OFFICE
