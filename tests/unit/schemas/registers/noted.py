"""Bodies that count, noted one by one without a log: what a register says depends on nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sajja_schemas.entry import EntryRef
from sajja_schemas.events import AnyEvent, Body, lines_of
from sajja_schemas.registers import Registers, note

NAME = "A" * 43
ENTRY = EntryRef(device=NAME, hash=NAME, sequence=1)
DAY = date(2020, 6, 1)


def body_of(event: AnyEvent, day: date = DAY, village: str = "pp01") -> Body:
    """An event as an entry of a village's log says it."""
    return Body(
        v=1, network="testnet", village=village, device=NAME, sequence=1, previous=NAME, by="recorder", date=day,
        recorded_at=0, event=event,
    )  # fmt: skip


@dataclass
class Noted:
    """Registers and balances of what counted."""

    registers: Registers = field(default_factory=Registers)
    balances: dict[tuple[str, int, str], int] = field(default_factory=dict)

    def count(self, event: AnyEvent, day: date = DAY, village: str = "pp01", sign: int = 1) -> None:
        """Let an event count, or be reversed with -1."""
        self.take(body_of(event, day, village), sign)

    def take(self, body: Body, sign: int = 1) -> None:
        """Let a body count, or be reversed with -1."""
        lines = lines_of(body)
        note(self.registers, body, lines, sign)
        for ledger, account, sub, amount in lines:
            key = (ledger, account, sub)
            self.balances[key] = self.balances.get(key, 0) + sign * amount

    @classmethod
    def of(cls, bodies: Iterable[Body]) -> "Noted":
        """What bodies come to."""
        noted = cls()
        for body in bodies:
            noted.take(body)
        return noted
