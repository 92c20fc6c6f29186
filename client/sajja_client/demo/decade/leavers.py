"""Who came and went before the thirteen months, each in the place of one who joined after.

* The network has as many members at each year's end as the growth path says. So whoever goes is followed at the next
  meeting, in the same year, by somebody who without the other would have joined when the other did.
* Whoever goes owes nothing. Who died may have been in the welfare fund; who left was not.
"""

from typing import Final, Literal

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.decade.path import admission_month
from sajja_client.demo.people import Member, Roster
from sajja_client.demo.season import Season
from sajja_schemas.calculations.spans import month_number

_OF_100_A_YEAR: Final = 2
_DEATH_PERCENT: Final = 62
_IN_WELFARE_PERCENT: Final = 70
_LAST_YEAR: Final = 2018  # later, a follower would have no full year where the thirteen months count on it
_LAST_YEAR_OF_BORROWERS: Final = 2016
_YEARS_LEAST: Final = 2
_PLEDGES: Final = (20, 30, 30, 50)  # baht
_FIRST_MONTH, _MONTHS = 1, 9  # February to October
_WELFARE_MONTH: Final = month_number(rules.WELFARE_START)
_WAITING: Final = 12


def with_leavers(season: Season, roster: Roster) -> Roster:
    """The roster with those who are gone before the first day, behind the others."""
    chance = season.draw("leavers before")
    borrowers = {loan.member.id for loan in season.loans}
    joined = {member.id: member.joined for member in roster.members}
    able = [
        member
        for member in chance.sample(roster.members, len(roster.members))
        if member.id not in roster.officer_members
        and member.exit_month is None
        and not (member.is_silent or member.is_elderly)
        and _last_year(member, borrowers) >= member.joined.year + _YEARS_LEAST
    ]
    spans = [_LAST_YEAR - day.year for day in joined.values() if day.year < _LAST_YEAR]
    gone = []
    for number, follower in enumerate(able[: sum(spans) * _OF_100_A_YEAR // 100], start=1):
        year = chance.between(follower.joined.year + _YEARS_LEAST, _last_year(follower, borrowers))
        month = year * 12 + _FIRST_MONTH + chance.below(_MONTHS)
        exit_by: Literal["death", "leaving"] = "death" if chance.happens(_DEATH_PERCENT) else "leaving"
        leaver = Member(
            id=f"{season.unit}-x{number:02}", gender=chance.pick(("female", "male")), joined=follower.joined,
            pledge=chance.pick(_PLEDGES) * rules.BAHT, letter=follower.letter, exit_month=month, exit_by=exit_by,
        )  # fmt: skip
        since = max(admission_month(season.village, leaver), _WELFARE_MONTH)
        is_insured = exit_by == "death" and since + _WAITING <= month
        leaver.in_welfare = is_insured and chance.happens(_IN_WELFARE_PERCENT)
        joined[follower.id] = rules.meeting_date(season.village.moo, month + 1)
        gone.append(leaver)
    members = [msgspec.structs.replace(member, joined=joined[member.id]) for member in roster.members]
    return msgspec.structs.replace(roster, members=[*members, *gone])


def paid_until_exit(pledge: int, admitted: int, exit_month: int) -> dict[int, int]:
    """What a leaver deposits in shares, by month, and takes home at last."""
    paid = dict.fromkeys(range(admitted, exit_month), pledge)
    return paid | {exit_month: -sum(paid.values())}


def _last_year(member: Member, borrowers: set[str]) -> int:
    return _LAST_YEAR_OF_BORROWERS if member.id in borrowers else _LAST_YEAR
