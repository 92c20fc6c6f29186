"""What the network and each village come to at the end of each year, and when everybody joined.

* The network's figures are those of docs/domain.md section 12.3. They are divided in steps of ten baht among the
  villages that there are, by their members' shares, and the parts sum to the network's figure exactly.
* An officer is a founding member; whoever would have joined in that place joins when the officer would have.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import apportion
from sajja_client.demo.history import PATH
from sajja_client.demo.people import Member, Roster
from sajja_client.demo.targets import Targets, Village
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.calendar import BE_OFFSET

FIRST_TABLET_MONTH: Final = rules.MONTHS[0]  # of the thirteen
LAST_MONTH: Final = FIRST_TABLET_MONTH - 1
OPEN_YEAR: Final = rules.CLOSED_YEAR  # whose first seven months are lived through here
_UNIT: Final = 10 * rules.BAHT
_FOUNDED_ON: Final = 3  # days after New Year


class YearEnd(msgspec.Struct, frozen=True):
    """A village at a year's end: what is saved, and what the bank has earned and kept besides its seed."""

    savings: int
    worth: int


Shares = Mapping[str, Mapping[int, int]]  # by village and year


def founded_on(village: Village) -> date:
    """The day on which a village's bank is founded: before the first meeting of its year."""
    new_year = rules.be_year_start(village.founded)
    return new_year.replace(day=new_year.day + _FOUNDED_ON)


def year_ends(targets: Targets, shares: Shares) -> dict[str, dict[int, YearEnd]]:
    """By village and year: every year's end before the open year."""
    ends: dict[str, dict[int, YearEnd]] = {village.unit: {} for village in targets.villages}
    for be_year, _count, savings, fund in PATH:
        year = be_year - BE_OFFSET
        there = [village for village in targets.villages if village.founded <= be_year]
        if year >= OPEN_YEAR:
            break
        weights = [shares[village.unit][year] for village in there]
        saved = _divide(savings, weights)
        worth = _divide(fund - savings - sum(village.seed for village in there), weights)
        for village, part, kept in zip(there, saved, worth, strict=True):
            ends[village.unit][year] = YearEnd(part, kept)
    return ends


def _divide(total: int, weights: list[int]) -> list[int]:
    units, rest = divmod(total, _UNIT)
    assert rest == 0, "the path is in steps of ten baht"
    return [part * _UNIT for part in apportion(units, weights)]


def settle_joining(village: Village, roster: Roster) -> Roster:
    """The members of the thirteen months' first day, with the days on which they join in these years."""
    founded = founded_on(village)
    last = rules.meeting_date(village.moo, LAST_MONTH)
    joined = {member.id: max(founded, min(member.joined, last)) for member in roster.opening}
    founders = iter(
        [
            member.id
            for member in roster.opening
            if member.joined.year == founded.year
            and member.id not in roster.officer_members
            and member.exit_month is None
        ]
    )
    for officer in roster.officer_members:
        if joined[officer].year > founded.year:
            joined[next(founders)] = joined[officer]
        joined[officer] = founded
    members = [msgspec.structs.replace(member, joined=joined[member.id]) for member in roster.opening]
    return msgspec.structs.replace(roster, members=members)


def admission_month(village: Village, member: Member) -> int:
    """The month of the first meeting on or after the day of joining."""
    month = month_number(member.joined)
    return month if rules.meeting_date(village.moo, month) >= member.joined else month + 1
