"""The register of members: who came, rests, moved, left or died (docs/domain.md section 5.5).

* A row is (village, member). A person is in the bank, or in the welfare fund, where comings outnumber goings, so that
  their order is free; the two scopes are apart.
* A death that is only reported locks as one that is confirmed does; a confirmed one ends welfare. What is paid, months
  and pledges, is in `savings`.
* Who was merged into another record of the same village is there no more, neither in the bank nor in the welfare fund.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from sajja_schemas.events.member_records import (
    MemberPassbookIssued,
    MemberPassbookReplaced,
    MemberProfileUpdated,
)
from sajja_schemas.events.members import (
    MemberAdmitted,
    MemberDeathConfirmed,
    MemberDeathReported,
    MemberDuplicateMerged,
    MemberExitSettled,
    MemberExpelled,
    MemberReinstated,
    MemberResignationRequested,
    MemberSuspended,
    MemberTransferred,
)
from sajja_schemas.events.welfare import WelfareEnrolled
from sajja_schemas.events.welfare_claims import WelfareReinstated
from sajja_schemas.registers.noting import DATE, VILLAGE, Fact, Note, Registers, latest, sum_of

REGISTER: Final = "members"
PASSBOOKS: Final = "passbooks"

_KEY: Final = (VILLAGE, "member")
_COMES: Final = ("admitted", "moved_in")
_GOES: Final = ("left", "moved_out", "merged")
_KNOWN: Final = frozenset({*_COMES, "enrolled"})


def _note(event: Any, *fact: str, key: tuple[str, ...] = _KEY, **more: Any) -> Note:
    return Note(register=more.pop("register", REGISTER), event=event, key=key, fact=fact, **more)


NOTES: Final = (
    _note(MemberAdmitted, "=admitted", DATE, "gender", "joined"),
    _note(MemberAdmitted, "=interest_free", DATE, "interest_free", when=lambda event: event.interest_free),
    _note(MemberExitSettled, "=left", DATE),
    _note(MemberTransferred, "=moved_out", DATE, "to_village", "new_member", when=lambda event: event.side == "sent"),
    _note(
        MemberTransferred, "=moved_in", DATE, "gender", "from_village", "member", key=(VILLAGE, "new_member"),
        when=lambda event: event.side == "received",
    ),
    _note(
        MemberTransferred, "=joined", DATE, "joined", key=(VILLAGE, "new_member"),
        when=lambda event: event.side == "received", named="joined",
    ),
    # Welfare goes on: the village that is left has one fewer, and the other one more, who joined when they joined.
    _note(
        MemberTransferred, "=enrolled", DATE, "welfare_joined", sign=-1, when=lambda event: event.side == "sent",
        named="welfare_joined",
    ),
    _note(
        MemberTransferred, "=enrolled", DATE, "welfare_joined", key=(VILLAGE, "new_member"),
        when=lambda event: event.side == "received", named="welfare_joined",
    ),
    _note(MemberDuplicateMerged, "=merged", DATE, "survivor", key=(VILLAGE, "duplicate")),
    _note(MemberSuspended, "=suspended", "suspended_from"),
    _note(MemberReinstated, "=reinstated", "reinstated_from", "waiting_from"),
    _note(MemberResignationRequested, "=resigns", "effective"),
    _note(MemberExpelled, "=expelled", DATE),
    _note(MemberDeathReported, "=death_reported", "reported"),
    _note(MemberDeathConfirmed, "=died", "died"),
    _note(MemberProfileUpdated, "=gender", DATE, "gender", named="gender"),
    _note(
        MemberProfileUpdated, "=interest_free", DATE, "interest_free", named="interest_free"
    ),
    _note(WelfareEnrolled, "=enrolled", DATE, "joined"),
    _note(WelfareReinstated, "=back_in_welfare", DATE, "waiting_from"),
    _note(MemberPassbookIssued, "=issued", DATE, "member", register=PASSBOOKS, key=(VILLAGE, "serial")),
    _note(MemberPassbookReplaced, "=issued", DATE, "member", register=PASSBOOKS, key=(VILLAGE, "serial")),
    _note(MemberPassbookReplaced, "=void", DATE, "reason", register=PASSBOOKS, key=(VILLAGE, "old_serial")),
)  # fmt: skip


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member as the counted entries stand."""

    village: str
    member: str
    gender: str
    joined: date | None  # of who moved here: where they were before
    in_bank: int  # comings less goings: in where more than 0
    in_welfare: int
    is_suspended: bool
    is_interest_free: bool
    death_reported: date | None
    died: date | None


def member_of(registers: Registers, village: str, member: str) -> Member | None:
    """A member, or None where no counted entry knows such a one."""
    facts = registers.row(REGISTER, (village, member))
    return _read(village, member, facts) if facts else None


def is_known(registers: Registers, village: str, member: str) -> bool:
    """Whether a village ever had such a member, in its bank or in the welfare fund."""
    for fact in registers.row(REGISTER, (village, member)):  # noqa: SIM110  # asked of every entry: no generator
        if fact[0] in _KNOWN:
            return True
    return False


def is_in_bank(registers: Registers, village: str, member: str) -> bool:
    """Whether somebody is a member of a village's bank."""
    balance = 0
    for fact, number in registers.row(REGISTER, (village, member)).items():
        if fact[0] in _COMES:
            balance += number
        elif fact[0] in _GOES:
            balance -= number
    return balance > 0


def is_in_welfare(registers: Registers, village: str, member: str) -> bool:
    """Whether somebody is in the welfare fund."""
    return sum_of(registers.row(REGISTER, (village, member)), "enrolled") > 0


def died_by(registers: Registers, village: str, member: str) -> date | None:
    """The day on which a member died, or was said to have died; None where nobody said so."""
    facts = registers.row(REGISTER, (village, member))
    return _day(latest(facts, "died"), 1) or _day(latest(facts, "death_reported"), 1)


def is_death_confirmed(registers: Registers, village: str, member: str) -> bool:
    """Whether a certificate was shown, and not only said that a member died."""
    return latest(registers.row(REGISTER, (village, member)), "died") is not None


def locked_since(registers: Registers, village: str, member: str) -> date | None:
    """The first day on which nothing of a member may go out: that of the report of a death, or the one after it."""
    facts = registers.row(REGISTER, (village, member))
    reported, died = _day(latest(facts, "death_reported"), 1), _day(latest(facts, "died"), 1)
    days = [*([reported] if reported else []), *([died + timedelta(days=1)] if died else [])]
    return min(days, default=None)


def members_of(registers: Registers, village: str | None = None) -> Iterator[Member]:
    """Every member that ever was, of a village or of all."""
    for (unit, member), facts in registers.all(REGISTER).items():
        if village in {None, unit}:
            yield _read(str(unit), str(member), facts)


class Headcount(msgspec.Struct):
    """How many people a village has."""

    members: int = 0
    women: int = 0
    enrolled: int = 0  # in the welfare fund


def headcount(registers: Registers) -> dict[str, Headcount]:
    """How many people every village has, without reading what else is known of them."""
    villages: dict[str, Headcount] = {}
    for (village, _member), facts in registers.all(REGISTER).items():
        count = villages.setdefault(str(village), Headcount())
        if _in_bank(facts) > 0:
            count.members += 1
            count.women += _gender(facts) == "female"
        if _in_welfare(facts) > 0:
            count.enrolled += 1
    return villages


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Who is enrolled in the welfare fund, through which village, since when; and since when they wait for benefit."""

    village: str
    member: str
    joined: date
    waiting_from: date


def enrolments(registers: Registers) -> Iterator[Enrolment]:
    """Everybody who is enrolled in the welfare fund. Who came back after a lapse may wait anew."""
    for (village, member), facts in registers.all(REGISTER).items():
        if _in_welfare(facts) > 0:
            joined = _day(latest(facts, "enrolled"), 2)
            assert joined is not None, "who is enrolled joined on a day"
            back = _day(latest(facts, "back_in_welfare"), 2)
            yield Enrolment(village=str(village), member=str(member), joined=joined, waiting_from=back or joined)


def _in_welfare(facts: Mapping[Fact, int]) -> int:
    return 0 if latest(facts, "died", "merged") is not None else sum_of(facts, "enrolled")


def was_there(facts: Mapping[Fact, int], day: str) -> bool:
    """Whether somebody was in the bank at the end of a day: had joined, and had not gone."""
    came = sum(number for fact, number in facts.items() if fact[0] in _COMES and str(fact[_joined_at(fact)]) <= day)
    gone = sum(number for fact, number in facts.items() if fact[0] in _GOES and str(fact[1]) <= day)
    return came > gone


def days_of_change(facts: Mapping[Fact, int]) -> list[str]:
    """The days at whose end `was_there` may answer otherwise than the day before, in order."""
    came = {str(fact[_joined_at(fact)]) for fact in facts if fact[0] in _COMES}
    return sorted(came | {str(fact[1]) for fact in facts if fact[0] in _GOES})


def _joined_at(fact: Fact) -> int:
    return 3 if fact[0] == "admitted" else 1


def _in_bank(facts: Mapping[Fact, int]) -> int:
    return sum_of(facts, *_COMES) - sum_of(facts, *_GOES)


def _gender(facts: Mapping[Fact, int]) -> str:
    said = latest(facts, "gender") or latest(facts, *_COMES)
    return str(said[2]) if said is not None else ""


def _read(village: str, member: str, facts: Mapping[Fact, int]) -> Member:
    came = latest(facts, *_COMES)
    rests = latest(facts, "suspended", "reinstated")
    free = latest(facts, "interest_free")
    return Member(
        village=village,
        member=member,
        gender=_gender(facts),
        joined=_joined(facts, came),
        in_bank=_in_bank(facts),
        in_welfare=_in_welfare(facts),
        is_suspended=rests is not None and rests[0] == "suspended",
        is_interest_free=free is not None and free[2] == 1,
        death_reported=_day(latest(facts, "death_reported"), 1),
        died=_day(latest(facts, "died"), 1),
    )


def _joined(facts: Mapping[Fact, int], came: Fact | None) -> date | None:
    """Since when somebody is a member: who moved here was one before."""
    if came is not None and came[0] == "admitted":
        return _day(came, 3)
    return _day(latest(facts, "joined"), 2) or _day(came, 1)


def _day(fact: Fact | None, at: int) -> date | None:
    return date.fromisoformat(str(fact[at])) if fact is not None else None
