"""The register of meetings, their counts and who came (docs/domain.md section 5.6).

A row is (village or office, meeting), `meeting` being the identifier that any event may carry.
"""

from typing import Any, Final

import msgspec

from sajja_schemas.events.meetings import AttendanceRecorded, CashCounted, MeetingClosed, MeetingOpened
from sajja_schemas.registers.noting import DATE, VILLAGE, Note, Registers, latest, sum_of

REGISTER: Final = "meetings"
ATTENDANCE: Final = "attendance"


def _note(register: str, event: Any, *fact: str, **more: Any) -> Note:
    return Note(register=register, event=event, key=(VILLAGE, "meeting"), fact=fact, named="meeting", **more)


NOTES: Final = (
    _note(REGISTER, MeetingOpened, "=opened", DATE, "kind", "opening_cash_satang"),
    _note(REGISTER, CashCounted, "=counted", DATE, "ledger", "box", "total_satang"),
    _note(REGISTER, MeetingClosed, "=closed", DATE),
    _note(ATTENDANCE, AttendanceRecorded, ".member", ".mode", each="present"),
)


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """How a meeting stands."""

    kind: str
    opening_cash_satang: int
    times_opened: int  # more than 1 where two tablets opened the same meeting
    times_closed: int


def meeting_of(registers: Registers, village: str, meeting: str) -> Meeting | None:
    """A meeting that was opened, or None."""
    row = registers.row(REGISTER, (village, meeting))
    opened = latest(row, "opened")
    if opened is None:
        return None
    return Meeting(
        kind=str(opened[2]),
        opening_cash_satang=int(opened[3]),
        times_opened=sum_of(row, "opened"),
        times_closed=sum_of(row, "closed"),
    )
