"""The invented people: members with pledges and the days on which they joined, and the officers among them.

* Members join along the growth path of docs/domain.md section 12.3, so numbers rise with the day of joining.
* Nobody has a name: a member is shown as สมาชิกตัวอย่าง 017, an officer by role.
* Leavers are neither officers nor borrowers nor enrolled in welfare, so they leave with what is theirs alone.
"""

from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance, apportion
from sajja_client.demo.targets import Targets, Village
from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.trust import Role

ROLES: Final[tuple[Role, ...]] = ("president", "vice_president", "secretary", "treasurer", "bookkeeper")
PRESIDENT, VICE, SECRETARY, TREASURER, BOOKKEEPER = range(5)
# The home village of each officer of the network: no vote on what concerns it.
OFFICE_HOMES: Final = ("pp01", "pp04", "pp07", "pp10", "pp12")
_OLDEST_OFFERED: Final = 40  # a village elects from those it has known longest
_LEAVES_MONTHS: Final = (6, 7)


class Member(msgspec.Struct, kw_only=True):
    """A person of a village."""

    id: str
    gender: Literal["female", "male"]
    joined: date
    pledge: int
    letter: str  # the desk at which they queue
    admitted_month: int | None = None  # joins during the twelve weeks
    leaves_month: int | None = None
    in_welfare: bool = False
    enrols_month: int | None = None  # joins the welfare fund during the twelve weeks
    is_prepaid: bool = False  # paid the welfare fund for the year in January
    has_special: bool = False


class Roster(msgspec.Struct, kw_only=True):
    """The people of a village. `members` include those who come and those who leave."""

    members: list[Member]
    officers: tuple[str, ...]  # persons, in the order of ROLES
    officer_members: tuple[str, ...]  # their own memberships

    @property
    def opening(self) -> list[Member]:
        """Those who were members on 1 June."""
        return [member for member in self.members if member.admitted_month is None]


def officers_of(unit: str) -> tuple[str, ...]:
    """The persons of a committee, in the order of ROLES."""
    return tuple(f"{unit}-o{number}" for number in range(1, len(ROLES) + 1))


def draw_rosters(seed: int, targets: Targets) -> dict[str, Roster]:
    """The people of every village; at the end they are exactly as many, and as many women, as the table says."""
    villages = targets.villages
    coming = [1 + village.members // 60 for village in villages]
    leaving = [1 if village.moo % 3 != 1 else 0 for village in villages]
    opening = [v.members - c + x for v, c, x in zip(villages, coming, leaving, strict=True)]
    years = _join_years(villages, opening)
    enrolled = apportion(targets.funds.welfare.enrolled, [village.members for village in villages])
    return {
        village.unit: _draw_roster(
            Chance(seed, village.unit, "people"), village, years[at], coming[at], leaving[at], enrolled[at]
        )
        for at, village in enumerate(villages)
    }


def _join_years(villages: tuple[Village, ...], opening: list[int]) -> list[list[int]]:
    """For each village the Buddhist years in which its members joined."""
    left = list(opening)
    years: list[list[int]] = [[] for _ in villages]
    before = 0
    for year, members in rules.GROWTH:
        open_to = [left[at] if village.founded <= year else 0 for at, village in enumerate(villages)]
        for at, joined in enumerate(apportion(members - before, open_to)):
            years[at] += [year] * joined
            left[at] -= joined
        before = members
    for at, rest in enumerate(left):
        years[at] += [2563] * rest
    return years


def _draw_roster(
    chance: Chance, village: Village, years: list[int], coming: int, leaving: int, enrolled: int
) -> Roster:
    members = [_draw_member(chance, village.unit, joined) for joined in sorted(_draw_day(chance, y) for y in years)]
    for number in range(coming):
        newcomer = _draw_member(chance, village.unit, rules.OPENING_DAY)
        newcomer.admitted_month = rules.MONTHS[number % len(rules.MONTHS)]
        newcomer.joined = rules.meeting_date(village.moo, newcomer.admitted_month)
        members.append(newcomer)
    members.sort(key=lambda member: (member.joined, member.admitted_month or 0))
    for number, member in enumerate(members, start=1):
        member.id = f"{village.unit}-m{number:03}"
        member.letter = "ab"[number % 2]
    officers = sorted(chance.sample(members[:_OLDEST_OFFERED], len(ROLES)), key=lambda member: member.id)
    stay = [member for member in members if member not in officers and member.admitted_month is None]
    for member in chance.sample(stay, leaving):
        member.leaves_month = chance.pick(_LEAVES_MONTHS)
    _divide(chance, village, members, enrolled)
    return Roster(
        members=members,
        officers=officers_of(village.unit),
        officer_members=tuple(member.id for member in officers),
    )


def _draw_member(chance: Chance, unit: str, joined: date) -> Member:
    pledge = chance.pick_weighted(rules.PLEDGES) * rules.BAHT
    return Member(id=unit, gender="male", joined=joined, pledge=pledge, letter="a")


def _draw_day(chance: Chance, be_year: int) -> date:
    days = 140 if be_year == rules.YEAR + BE_OFFSET else 365
    return rules.be_year_start(be_year) + timedelta(days=chance.below(days))


def _divide(chance: Chance, village: Village, members: list[Member], enrolled: int) -> None:
    """Who is a woman, who is in welfare, who has special savings."""
    staying = [member for member in members if member.leaves_month is None]
    for member in chance.sample(staying, village.women):
        member.gender = "female"
    for member in chance.sample(staying, enrolled):
        member.in_welfare = True
        if member.admitted_month is not None:
            member.enrols_month = member.admitted_month
        elif chance.happens(rules.PREPAID_PERCENT):
            member.is_prepaid = True
        elif chance.happens(3):
            member.enrols_month = chance.pick(rules.MONTHS)
    for member in members:
        member.has_special = member.admitted_month is None and chance.happens(rules.SPECIAL_PERCENT)
