"""The whole plan of the demonstration network, from a seed: pure, and the same on every machine.

First the people and their loans, then thirteen months of twelve villages, then what the office answers; only then the
openings, which are the table of 22 August less all of that; and last, the bytes.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from operator import attrgetter

import msgspec

from sajja_client.demo import planted, rules
from sajja_client.demo.acts import Diary, sum_up
from sajja_client.demo.claims import Claim, draw_claims
from sajja_client.demo.cover import CoverRefused, cover_loans
from sajja_client.demo.decade.path import founded_on
from sajja_client.demo.decade.whole import Past, live_before
from sajja_client.demo.errands import live_through
from sajja_client.demo.founding import found_network, open_fund_books, open_village_books
from sajja_client.demo.funds import OfficeSeason
from sajja_client.demo.history import history_of
from sajja_client.demo.lapping import LappingRefused
from sajja_client.demo.lending import CLAIMED, Loan, claimants, draw_loans
from sajja_client.demo.openings import OpeningRefused, funds_year_before, open_funds, open_village, village_year_before
from sajja_client.demo.people import Roster, draw_rosters
from sajja_client.demo.reckoning import settle
from sajja_client.demo.schedule import draw_syncs
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Targets, load_targets
from sajja_client.demo.writing import Line, Scribe
from sajja_schemas.accounts import HELD, is_result

DEFAULT_SEED = 2563
_FETCHED_PERCENT = (60, 40, 80, 25)  # of the loans of a meeting, fetched from the bank the day before
_ATTEMPTS = 12  # of a village, with other loans each time


class _VillageRefused(ValueError):
    """With these loans a village's months cannot be lived through."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will be recorded, by whom, when, and when it is pushed."""

    seed: int
    term: rules.Term
    founded: date  # the first day of all
    fingerprint: str
    lines: tuple[Line, ...]  # in the order of their moments
    logs: dict[str, list[Line]]  # the same, by tablet
    syncs: dict[str, tuple[int, ...]]  # tablet: moments
    scribe: Scribe
    cases: tuple[planted.Case, ...]  # what somebody should find

    @property
    def is_full(self) -> bool:
        """Whether the years before the thirteen months are entries, too, and not told from paper."""
        return self.founded < self.term.founding_day

    def log_of(self, tablet: str) -> list[Line]:
        """One tablet's log."""
        return self.logs[tablet]

    def is_lost(self, tablet: str) -> bool:
        """Whether a tablet is gone at the end, and pushes nothing any more."""
        return tablet == planted.LOST_TABLET and planted.loses_a_tablet(self.term)


def make_plan(seed: int = DEFAULT_SEED, term: rules.Term = rules.DEFAULT_TERM, *, is_full: bool = False) -> Plan:
    """The plan of a seed; with a later term, the same world with more of it on paper; in full, with none."""
    targets = load_targets()
    rosters = draw_rosters(seed, targets)
    seasons = _live_or_try_again(seed, term, targets, rosters)
    before = funds_year_before(targets, term, seasons)
    claims = draw_claims(seed, targets, rosters)
    office = OfficeSeason(seed, term, seasons, claims, before)
    office.live_through()
    diaries = [office.diary, *(season.diary for season in seasons.values())]
    office.opening = open_funds(targets, before, _activity(diaries))
    if is_full:
        past = live_before(seed, targets, seasons, office.opening)
        return _write(
            seed, term, min(map(founded_on, targets.villages)), _after(past, seed, seasons, claims), _cases(seasons)
        )
    history = history_of(targets, rosters, term)
    day = term.founding_day
    found_network(office.diary, day, {village: seasons[village.unit].roster for village in targets.villages})
    open_fund_books(office.diary, day, office.opening, history[rules.NETWORK])
    for unit, season in seasons.items():
        open_village_books(season, history[unit])
    return _write(seed, term, day, diaries, _cases(seasons))


def _after(past: Past, seed: int, seasons: dict[str, Season], claims: list[Claim]) -> list[Diary]:
    """The thirteen months behind years that were recorded: the same acts, and an office that goes on."""
    before = {fund: [line for line in lines if is_result(line.account)] for fund, lines in past.funds.items()}
    office = OfficeSeason(seed, rules.DEFAULT_TERM, seasons, claims, before)
    office.number = past.claims
    office.opening = past.funds
    office.live_through()
    for unit, season in seasons.items():
        season.opening = past.openings[unit]
    return [*past.diaries, office.diary, *(season.diary for season in seasons.values())]


def _live_or_try_again(seed: int, term: rules.Term, targets: Targets, rosters: dict[str, Roster]) -> dict[str, Season]:
    """Every village's months; where a box or bank would not hold what is taken from it, with other loans there."""
    attempts = dict.fromkeys(rosters, 0)
    while True:
        try:
            return _live(seed, term, targets, rosters, _draw_loans(seed, targets, rosters, attempts), attempts)
        except _VillageRefused as refused:
            again = [refused.unit]
        except CoverRefused:
            again = list(attempts)
        for unit in again:
            attempts[unit] += 1
        if max(attempts.values()) > _ATTEMPTS:
            raise OpeningRefused(f"no loans suit {again}")


def _draw_loans(
    seed: int, targets: Targets, rosters: dict[str, Roster], attempts: dict[str, int]
) -> dict[str, list[Loan]]:
    claimed = dict(zip(claimants(rosters), ([amount] for amount in CLAIMED), strict=False))
    loans = {
        village.unit: draw_loans(
            seed, village, rosters[village.unit], claimed.get(village.unit, []), attempts[village.unit]
        )
        for village in targets.villages
    }
    cover_loans(seed, [loan for those in loans.values() for loan in those], targets.funds.risk)
    return loans


def _live(
    seed: int,
    term: rules.Term,
    targets: Targets,
    rosters: dict[str, Roster],
    loans: dict[str, list[Loan]],
    attempts: dict[str, int],
) -> dict[str, Season]:
    """Every village's months and opening, so that box and bank never lack what is taken from them."""
    seasons: dict[str, Season] = {}
    # Those that had to try again come first: if they must once more, nobody else has lived in vain.
    for village in sorted(targets.villages, key=lambda village: -attempts[village.unit]):
        unit = village.unit
        groups = tuple(group for group in targets.groups if group.village == unit)
        try:
            seasons[unit] = live_village(
                partial(Season, seed, term, village, rosters[unit], loans[unit], groups=groups)
            )
        except (LappingRefused, OpeningRefused) as refused:
            raise _VillageRefused(unit) from refused
    return {village.unit: seasons[village.unit] for village in targets.villages}


def live_village(make: Callable[..., Season]) -> Season:
    """What the closed year brings is reckoned from a first passage, and lived through in the second."""
    for fetch_percent in _FETCHED_PERCENT:
        season = make(fetch_percent=fetch_percent)
        _live_once(season)
        if season.term.closes_a_year:
            settlement = settle(season, sum_up(season.diary.movements()))
            season = make(fetch_percent=fetch_percent, settlement=settlement)
            _live_once(season)
        season.opening = open_village(season, sum_up(season.diary.movements()))
        if _is_always_covered(season):
            return season
    raise OpeningRefused("a village's box or bank would not hold what is taken from it")


def _live_once(season: Season) -> None:
    season.year_before = village_year_before(season, season.draw("opening"))
    live_through(season)


def _is_always_covered(season: Season) -> bool:
    held = {(line.account, line.sub): line.amount_satang for line in season.opening if line.account in HELD}
    if min(held.values()) < 0:
        return False
    for _day, _moment, lines in season.diary.movements():
        for ledger, account, sub, amount in lines:
            if account in HELD and ledger == f"bank:{season.unit}":
                held[account, sub] = held.get((account, sub), 0) + amount
                if held[account, sub] < 0:
                    return False
    return True


def _activity(diaries: list[Diary]) -> dict[tuple[str, int, str], int]:
    return sum_up(movement for diary in diaries for movement in diary.movements())


def _cases(seasons: dict[str, Season]) -> tuple[planted.Case, ...]:
    """What is planted in the villages' months, and the person who stands in two of them."""
    told = [case for season in seasons.values() for case in season.cases]
    twice = [
        member.id
        for season in seasons.values()
        for member in season.roster.members
        if member.is_twice and (member.admitted_month or 0) >= season.term.months[0]
    ]
    return (*told, *([planted.twice_admitted(twice)] if len(twice) > 1 else ()))


def _write(seed: int, term: rules.Term, founded: date, diaries: list[Diary], cases: tuple[planted.Case, ...]) -> Plan:
    # Python's sort keeps the order of a unit's own steps where their moments are equal.
    steps = sorted((step for diary in diaries for step in diary.steps), key=attrgetter("moment"))
    scribe = Scribe(seed)
    lines = tuple(scribe.write(steps))
    logs: dict[str, list[Line]] = {}
    for line in lines:
        logs.setdefault(line.step.tablet, []).append(line)
    return Plan(
        seed=seed,
        term=term,
        founded=founded,
        fingerprint=scribe.fingerprint,
        lines=lines,
        logs=logs,
        syncs={
            tablet: draw_syncs(
                seed, term, tablet, [line.step.moment for line in log], min(term.founding_day, log[0].step.day)
            )
            for tablet, log in logs.items()
        },
        scribe=scribe,
        cases=cases,
    )
