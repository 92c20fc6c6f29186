"""All of the years before: villages, then the office, and what the thirteen months then begin with."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.acts import Diary
from sajja_client.demo.chance import apportion
from sajja_client.demo.decade.closing import closing_lines, live_through
from sajja_client.demo.decade.leavers import with_leavers
from sajja_client.demo.decade.office import BEGUN_WITH, EXPENSES, STARTS, OfficeYears, bank_of, begin_with
from sajja_client.demo.decade.path import OPEN_YEAR, settle_joining, year_ends
from sajja_client.demo.decade.saving import held_at_end
from sajja_client.demo.decade.years import VillageYears, share_plan
from sajja_client.demo.openings import OpeningRefused
from sajja_client.demo.people import Roster
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Targets
from sajja_schemas.accounts import is_result
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.base import Fund
from sajja_schemas.events.ledgers import OpeningLine

Openings = Mapping[Fund, list[OpeningLine]]

_CAUTION_MOST: Final = 3
_WHOLE_BP: Final = 10_000
_DIVIDED: Final = frozenset({3310, 3320, 3410, 3420})  # what is reserves, and by which name, the years say themselves


class Past(msgspec.Struct, kw_only=True):
    """What was recorded before the thirteen months, and what they begin with."""

    diaries: list[Diary]  # the office's first
    openings: dict[str, list[OpeningLine]]  # of the villages' banks
    funds: dict[Fund, list[OpeningLine]]
    claims: int  # of the open year


def live_before(seed: int, targets: Targets, seasons: Mapping[str, Season], wanted: Openings) -> Past:
    """The years from 2553 to the first day.

    Args:
        seed: fixes every draw.
        targets: the table.
        seasons: the thirteen months of every village, with their openings.
        wanted: the openings of the office's ledgers.

    Raises:
        OpeningRefused: from these openings no such years can be made.
    """
    cover = _cover(targets, seasons, wanted)
    rosters = {
        unit: with_leavers(season, settle_joining(season.village, season.roster)) for unit, season in seasons.items()
    }
    ends = year_ends(targets, _shares(seasons, rosters))
    villages = {
        unit: _live(partial(VillageYears, season, rosters[unit], ends[unit], cover[unit]))
        for unit, season in seasons.items()
    }
    openings = {unit: closing_lines(years) for unit, years in villages.items()}
    office = OfficeYears(seed, villages, targets, wanted, {})
    office.live_through()
    office = OfficeYears(seed, villages, targets, wanted, begin_with(office))
    office.live_through()
    return Past(
        diaries=[office.diary, *(years.diary for years in villages.values())],
        openings=openings,
        funds={fund: _fund_lines(fund, office, wanted[fund]) for fund in wanted},
        claims=office.number,
    )


def _shares(seasons: Mapping[str, Season], rosters: Mapping[str, Roster]) -> dict[str, dict[int, int]]:
    """What every village's members have in shares at each year's end."""
    plans = {unit: share_plan(season, rosters[unit]) for unit, season in seasons.items()}
    return {
        unit: {
            year: sum(held_at_end(paid, year) for paid in plans[unit].values())
            for year in range(season.village.founded - BE_OFFSET, OPEN_YEAR)
        }
        for unit, season in seasons.items()
    }


def _live(make: Callable[..., VillageYears], caution: int = 1) -> VillageYears:
    """A village's years; where its bank would lack something, with more caution."""
    years = make(caution=caution)
    try:
        live_through(years)
    except OpeningRefused:
        if caution == _CAUTION_MOST:
            raise
        return _live(make, caution + 1)
    return years


def _cover(targets: Targets, seasons: Mapping[str, Season], wanted: Openings) -> dict[str, int]:
    """What the risk fund may cover of loans that nobody owes on the first day: as much as its balance asks for."""
    months = rules.MONTHS[0] - month_number(STARTS["risk"])
    cost = months * EXPENSES["risk"][1] * 10 * rules.BAHT
    standing = sum(
        loan.premium for season in seasons.values() for loan in season.loans if loan.disbursed_month < rules.MONTHS[0]
    )
    premium = max(0, bank_of(wanted["risk"]) + cost - standing - BEGUN_WITH)
    parts = apportion(premium // rules.BAHT, [village.members for village in targets.villages])
    whole = rules.BAHT * _WHOLE_BP // rules.PREMIUM_BP
    return {village.unit: part * whole for village, part in zip(targets.villages, parts, strict=True)}


def _fund_lines(fund: Fund, office: OfficeYears, wanted: list[OpeningLine]) -> list[OpeningLine]:
    """What a fund's ledger holds on the first day."""
    sums = {key: amount for key, amount in office.sums[fund].items() if amount}
    for line in wanted:
        key = (line.account, line.sub or "")
        if line.account not in _DIVIDED and not is_result(line.account) and sums.get(key, 0) != line.amount_satang:
            raise OpeningRefused(f"{fund} ends otherwise: {key} {sums.get(key, 0)} {line.amount_satang}")
    return [
        OpeningLine(account=account, sub=sub or None, amount_satang=amount)
        for (account, sub), amount in sorted(sums.items())
    ]
