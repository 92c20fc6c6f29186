"""The invented people: members with pledges and the days on which they joined, and the officers among them.

* Members join along the growth path of docs/domain.md section 12.3, so numbers rise with the day of joining.
* Nobody has a name: a member is shown as สมาชิกตัวอย่าง 017, an officer by role.
* Leavers are neither officers nor borrowers nor enrolled in welfare, so they leave with what is theirs alone.
* People are drawn for the thirteen months to 22 August 2563; a term that begins later finds the rest on paper.
"""

from datetime import date, timedelta
from operator import itemgetter
from typing import Final, Literal

import msgspec

from sajja_client.demo import planted, rules
from sajja_client.demo.chance import Chance, apportion
from sajja_client.demo.targets import Targets, Village
from sajja_schemas.events.trust import Role

ROLES: Final[tuple[Role, ...]] = ("president", "vice_president", "secretary", "treasurer", "bookkeeper")
PRESIDENT, VICE, SECRETARY, TREASURER, BOOKKEEPER = range(5)
# The home village of each officer of the network: no vote on what concerns it.
OFFICE_HOMES: Final = ("pp01", "pp04", "pp07", "pp10", "pp12")
_OLDEST_OFFERED: Final = 40  # a village elects from those it has known longest
_BEFORE_TERM: Final = 1_416  # members on 1 August 2562, on the way from 1,374 to 1,446
_DEATHS_FIRST: Final = 1  # in the first month, before the twelve that are reckoned
_ELDERLY_JOINED: Final = date(2016, 7, 1)  # three years of membership and more
_ELDERLY_PERCENT: Final = 26
_DEAD_IN_WELFARE_PERCENT: Final = 79
# Members with a full year at 30 September joined by 1 October of the year before: from this month on, nobody has one.
_FULL_YEAR_FROM: Final = rules.MONTHS[2]


class Member(msgspec.Struct, kw_only=True):
    """A person of a village."""

    id: str
    gender: Literal["female", "male"]
    joined: date
    pledge: int
    letter: str  # the desk at which they queue
    admitted_month: int | None = None  # joins in one of the months that are drawn
    exit_month: int | None = None
    exit_by: Literal["leaving", "death"] | None = None
    in_welfare: bool = False
    enrols_month: int | None = None  # joins the welfare fund in one of these months
    is_prepaid: bool = False  # pays the welfare fund for a year in January
    has_special: bool = False
    is_elderly: bool = False
    is_silent: bool = False  # does nothing, until somebody takes the savings out
    identity: str = ""  # of who joins in one of these months: the number on the application, nobody's
    is_twice: bool = False  # that number stands on an application in another village, too

    def is_in(self, month: int) -> bool:
        """Whether there on the day of this month's meeting, and not leaving that day."""
        return (self.admitted_month or 0) <= month and (self.exit_month is None or month < self.exit_month)


class Roster(msgspec.Struct, kw_only=True):
    """The people of a village. `members` include those who come and those who go."""

    members: list[Member]
    officers: tuple[str, ...]  # persons, in the order of ROLES
    officer_members: tuple[str, ...]  # their own memberships
    first_month: int = rules.MONTHS[0]

    def since(self, term: rules.Term) -> "Roster":
        """Without those who were gone before the term."""
        first = term.months[0]
        staying = [one for one in self.members if one.exit_month is None or one.exit_month >= first]
        return msgspec.structs.replace(self, members=staying, first_month=first)

    @property
    def opening(self) -> list[Member]:
        """Those who were members on the first day."""
        return [member for member in self.members if (member.admitted_month or 0) < self.first_month]

    def is_enrolled_at_opening(self, member: Member) -> bool:
        """Whether the paper register of the welfare fund has this member."""
        return member.in_welfare and (member.enrols_month or 0) < self.first_month


def officers_of(unit: str) -> tuple[str, ...]:
    """The persons of a committee, in the order of ROLES."""
    return tuple(f"{unit}-o{number}" for number in range(1, len(ROLES) + 1))


class _Counts(msgspec.Struct, frozen=True):
    """How many people of a village come and go."""

    years: list[int]  # in which those of the first day joined
    coming: tuple[int, int]  # in the closed year, and in the open one
    leaving: list[int]  # months
    dying: list[int]
    enrolled: int
    enrolled_late: int  # without a full year at the last 30 September


def died_on(moo: int, member: Member) -> date:
    """The day of death: two or three days before the meeting at which the certificate is shown."""
    assert member.exit_month is not None, "the dead have a month"
    return rules.meeting_date(moo, member.exit_month) - timedelta(days=2 + int(member.id[-1]) % 2)


def draw_rosters(seed: int, targets: Targets) -> dict[str, Roster]:
    """The people of every village; at the end they are exactly as many, and as many women, as the table says."""
    rosters = {
        village.unit: _draw_roster(Chance(seed, village.unit, "people"), village, counts)
        for village, counts in zip(targets.villages, _count(seed, targets), strict=True)
    }
    _silence(rosters[_unit(planted.SILENT_MOO)])
    _apply_twice(*(rosters[_unit(moo)] for moo in planted.TWICE_MOOS))
    return rosters


def _unit(moo: int) -> str:
    return f"pp{moo:02}"


def _silence(roster: Roster) -> None:
    """The oldest member whom nothing ties to a meeting falls silent."""
    free = (
        member
        for member in roster.members
        if member.exit_month is None and not member.in_welfare and member.id not in roster.officer_members
    )
    silent = next(free)
    silent.is_silent = silent.has_special = True


def _apply_twice(first: Roster, second: Roster) -> None:
    """The last of the one village who is also somebody of the other: as late as can be, so that short terms have it."""
    pairs = [
        (min(one.admitted_month, other.admitted_month), one.id, one, other)
        for one in first.members
        for other in second.members
        if one.admitted_month is not None and other.admitted_month is not None and one.gender == other.gender
    ]
    _month, _id, one, other = max(pairs, key=itemgetter(0, 1))
    other.identity = one.identity
    one.is_twice = other.is_twice = True


def _count(seed: int, targets: Targets) -> list[_Counts]:
    villages = targets.villages
    sizes = [village.members for village in villages]
    first, middle = apportion(_BEFORE_TERM, sizes), apportion(dict(rules.GROWTH)[2562], sizes)
    dying = _draw_deaths(Chance(seed, "deaths"), sizes)
    chance = Chance(seed, "leavers")
    leaving = [[chance.pick(rules.MONTHS)] if at < rules.LEAVERS else [] for at in range(len(villages))]
    years = _join_years(villages, first)
    welfare = targets.funds.welfare
    enrolled = apportion(welfare.enrolled, sizes)
    late = apportion(welfare.enrolled - welfare.full_year, sizes)
    new_year = rules.YEAR * 12
    return [
        _Counts(
            years[at],
            (
                middle[at] - first[at] + sum(month < new_year for month in gone),
                village.members - middle[at] + sum(month >= new_year for month in gone),
            ),
            leaving[at], dying[at], enrolled[at], late[at],
        )
        for at, village in enumerate(villages)
        for gone in [leaving[at] + dying[at]]
    ]  # fmt: skip


def _draw_deaths(chance: Chance, sizes: list[int]) -> list[list[int]]:
    """The months in which members of each village die."""
    months = [rules.MONTHS[0]] * _DEATHS_FIRST
    months += [rules.MONTHS[1 + at % 12] for at in range(rules.DEATHS - _DEATHS_FIRST)]
    shuffled = chance.sample(months, len(months))
    return [[shuffled.pop() for _ in range(count)] for count in apportion(len(months), sizes)]


def _join_years(villages: tuple[Village, ...], opening: list[int]) -> list[list[int]]:
    """For each village the Buddhist years in which its members of the first day joined."""
    left = list(opening)
    years: list[list[int]] = [[] for _ in villages]
    before = 0
    for year, members in rules.GROWTH[:-1]:
        open_to = [left[at] if village.founded <= year else 0 for at, village in enumerate(villages)]
        for at, joined in enumerate(apportion(members - before, open_to)):
            years[at] += [year] * joined
            left[at] -= joined
        before = members
    for at, rest in enumerate(left):
        years[at] += [rules.GROWTH[-1][0]] * rest
    return years


def _draw_roster(chance: Chance, village: Village, counts: _Counts) -> Roster:
    members = [_draw_member(chance, village.unit, day) for day in sorted(_draw_day(chance, y) for y in counts.years)]
    old = list(members)
    members += _draw_newcomers(chance, village, counts.coming)
    members.sort(key=lambda member: (member.joined, member.admitted_month or 0))
    for number, member in enumerate(members, start=1):
        member.id = f"{village.unit}-m{number:03}"
        member.letter = "ab"[number % 2]
        if member.admitted_month is not None:
            member.identity = planted.synthetic_number(village.moo, number)
    officers = sorted(chance.sample(old[:_OLDEST_OFFERED], len(ROLES)), key=lambda member: member.id)
    stay = chance.sample([member for member in old if member not in officers], len(old))
    for month in counts.leaving:
        _exit(stay.pop(), month, "leaving")
    for month in counts.dying:
        _exit(stay.pop(), month, "death")
    _divide(chance, village, members, counts)
    return Roster(
        members=members,
        officers=officers_of(village.unit),
        officer_members=tuple(member.id for member in officers),
    )


def _draw_newcomers(chance: Chance, village: Village, coming: tuple[int, int]) -> list[Member]:
    split = rules.MONTHS.index(rules.YEAR * 12)
    drawn = []
    for months, count in zip((rules.MONTHS[:split], rules.MONTHS[split:]), coming, strict=True):
        first = chance.below(len(months))
        for number in range(count):
            month = months[(first + number * 3) % len(months)]
            newcomer = _draw_member(chance, village.unit, rules.meeting_date(village.moo, month))
            newcomer.admitted_month = month
            drawn.append(newcomer)
    return drawn


def _exit(member: Member, month: int, by: Literal["leaving", "death"]) -> None:
    member.exit_month, member.exit_by = month, by


def _draw_member(chance: Chance, unit: str, joined: date) -> Member:
    pledge = chance.pick_weighted(rules.PLEDGES) * rules.BAHT
    return Member(id=unit, gender="male", joined=joined, pledge=pledge, letter="a")


def _draw_day(chance: Chance, be_year: int) -> date:
    days = 200 if be_year == rules.GROWTH[-1][0] else 365
    return rules.be_year_start(be_year) + timedelta(days=chance.below(days))


def _divide(chance: Chance, village: Village, members: list[Member], counts: _Counts) -> None:
    """Who is a woman, who is in welfare, who is old, who has special savings."""
    staying = [member for member in members if member.exit_month is None]
    for member in chance.sample(staying, village.women):
        member.gender = "female"
    new = [member for member in staying if (member.admitted_month or 0) >= _FULL_YEAR_FROM]
    late = chance.sample(new, counts.enrolled_late)
    old = chance.sample([member for member in staying if member not in new], len(staying) - len(new))
    for _ in range(counts.enrolled_late - len(late)):
        late.append(old.pop())
    for member in late:
        member.in_welfare = True
        member.enrols_month = member.admitted_month or chance.pick(rules.MONTHS[2:])
    for member in old[: counts.enrolled - counts.enrolled_late]:
        member.in_welfare = True
        if member.admitted_month is not None:
            member.enrols_month = member.admitted_month
        elif chance.happens(rules.PREPAID_PERCENT):
            member.is_prepaid = True
    for member in members:
        if member.exit_by == "death" and chance.happens(_DEAD_IN_WELFARE_PERCENT):
            member.in_welfare = True
        member.has_special = (
            member.admitted_month is None and member.exit_month is None and chance.happens(rules.SPECIAL_PERCENT)
        )
        member.is_elderly = member.joined < _ELDERLY_JOINED and chance.happens(_ELDERLY_PERCENT)
