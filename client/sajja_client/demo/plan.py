"""The whole plan of the demonstration network, from a seed: pure, and the same on every machine.

First the people and their loans, then twelve weeks of twelve villages, then what the office answers; only then the
openings, which are the table of 22 August less all of that; and last, the bytes.
"""

from itertools import product
from operator import attrgetter

import msgspec

from sajja_client.demo.acts import Diary, sum_up
from sajja_client.demo.chance import Chance
from sajja_client.demo.errands import live_through
from sajja_client.demo.founding import found_network, open_fund_books, open_village_books
from sajja_client.demo.funds import OfficeSeason
from sajja_client.demo.lending import draw_loans
from sajja_client.demo.openings import OpeningRefused, open_funds, open_village
from sajja_client.demo.people import Roster, draw_rosters
from sajja_client.demo.schedule import draw_syncs
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Village, load_targets
from sajja_client.demo.writing import Line, Scribe
from sajja_schemas.accounts import HELD
from sajja_schemas.events.ledgers import OpeningLine

DEFAULT_SEED = 2563
# How many of a hundred loans are new, and how much of them is fetched from the bank the day before. The first of
# these ways of business is taken under which neither box nor bank ever lacks what is taken from it.
_WAYS = ((20, 60), (20, 100), (22, 60), (22, 100), (18, 60), (18, 100), (16, 100), (25, 100))

_ATTEMPTS = 8  # with other loans each time


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will be recorded, by whom, when, and when it is pushed."""

    seed: int
    fingerprint: str
    lines: tuple[Line, ...]  # in the order of their moments
    syncs: dict[str, tuple[int, ...]]  # tablet: moments
    scribe: Scribe

    def log_of(self, tablet: str) -> list[Line]:
        """One tablet's log."""
        return [line for line in self.lines if line.step.tablet == tablet]


def make_plan(seed: int = DEFAULT_SEED) -> Plan:
    """The plan of a seed."""
    targets = load_targets()
    rosters = draw_rosters(seed, targets)
    seasons: dict[str, Season] = {}
    openings: dict[str, list[OpeningLine]] = {}
    for village in targets.villages:
        seasons[village.unit], openings[village.unit] = _live(seed, village, rosters[village.unit])
    office = OfficeSeason(seed, seasons)
    office.live_through()
    found_network(office.diary, {village: rosters[village.unit] for village in targets.villages})
    diaries = [office.diary, *(season.diary for season in seasons.values())]
    open_fund_books(office.diary, open_funds(targets, seasons, _activity(diaries)))
    for unit, season in seasons.items():
        open_village_books(season.diary, season, openings[unit])
    return _write(seed, diaries)


def _live(seed: int, village: Village, roster: Roster) -> tuple[Season, list[OpeningLine]]:
    """A village's twelve weeks and its opening, so that box and bank never lack what is taken from them."""
    for attempt, (new_percent, fetch_percent) in product(range(_ATTEMPTS), _WAYS):
        loans = draw_loans(seed, village, roster, new_percent, attempt)
        season = Season(seed, village, roster, loans, fetch_percent)
        live_through(season)
        opening = open_village(season, sum_up(season.diary.movements()), Chance(seed, village.unit, "opening"))
        if _is_always_covered(season, opening):
            return season, opening
    raise OpeningRefused(f"{village.unit}: box or bank would not hold what is taken from it")


def _is_always_covered(season: Season, opening: list[OpeningLine]) -> bool:
    held = {(line.account, line.sub): line.amount_satang for line in opening if line.account in HELD}
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


def _write(seed: int, diaries: list[Diary]) -> Plan:
    # Python's sort keeps the order of a unit's own steps where their moments are equal.
    steps = sorted((step for diary in diaries for step in diary.steps), key=attrgetter("moment"))
    scribe = Scribe(seed)
    lines = tuple(scribe.write(steps))
    recorded: dict[str, list[int]] = {}
    for step in steps:
        recorded.setdefault(step.tablet, []).append(step.moment)
    return Plan(
        seed=seed,
        fingerprint=scribe.fingerprint,
        lines=lines,
        syncs={tablet: draw_syncs(seed, tablet, moments) for tablet, moments in recorded.items()},
        scribe=scribe,
    )
