"""What the paper says of the years before the tablets: members, savings and fund of every village, year by year.

The network's figures of docs/domain.md section 12.3 are divided among the villages that there were, by their members
and the years that they had saved; the parts sum to the network's figure exactly.
"""

from collections.abc import Mapping
from typing import Final

from sajja_client.demo import rules
from sajja_client.demo.chance import apportion
from sajja_client.demo.people import Roster
from sajja_client.demo.targets import Targets
from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.villages import HistoryRecorded

# Buddhist year, villages, savings and fund of the network at its end, in satang.
PATH: Final = (
    (2553, 2, 12_000_000, 42_000_000),
    (2554, 5, 55_000_000, 125_000_000),
    (2555, 8, 128_000_000, 235_000_000),
    (2556, 10, 231_000_000, 366_000_000),
    (2557, 12, 348_000_000, 506_000_000),
    (2558, 12, 477_000_000, 654_000_000),
    (2559, 12, 608_000_000, 802_000_000),
    (2560, 12, 741_000_000, 948_000_000),
    (2561, 12, 874_000_000, 1_089_000_000),
    (2562, 12, 1_002_000_000, 1_214_000_000),
)
_NETWORK_TEXT: Final = "จากสมุดของเครือข่าย"
_VILLAGE_TEXT: Final = "จากสมุดของหมู่บ้าน"


def history_of(targets: Targets, rosters: Mapping[str, Roster], term: rules.Term) -> dict[str, list[HistoryRecorded]]:
    """By village, and of the network under its own name, every year that ended before the first day."""
    told: dict[str, list[HistoryRecorded]] = {village.unit: [] for village in targets.villages}
    told[rules.NETWORK] = []
    members_of_network = dict(rules.GROWTH)
    for be_year, villages, savings, fund in PATH:
        year = be_year - BE_OFFSET
        if rules.be_year_start(be_year + 1) > term.opening_day:
            break
        there = [village for village in targets.villages if village.founded <= be_year]
        assert len(there) == villages, "the villages were founded along the path"
        counted = [_joined(rosters[village.unit], year) for village in there]
        people = apportion(members_of_network[be_year], counted)
        saved = [_years_saved(rosters[village.unit], year) for village in there]
        for village, members, savings_satang, fund_satang in zip(
            there, people, apportion(savings, saved), apportion(fund, saved), strict=True
        ):
            told[village.unit].append(
                HistoryRecorded(
                    year=year, members=members, savings_satang=savings_satang, fund_satang=fund_satang,
                    text=_VILLAGE_TEXT, source="paper",
                )
            )  # fmt: skip
        told[rules.NETWORK].append(
            HistoryRecorded(
                year=year, members=sum(people), savings_satang=savings, fund_satang=fund, villages=villages,
                text=_NETWORK_TEXT, source="paper",
            )
        )  # fmt: skip
    return told


def _joined(roster: Roster, year: int) -> int:
    return sum(member.joined.year <= year for member in roster.members)


def _years_saved(roster: Roster, year: int) -> int:
    return sum(max(0, year + 1 - member.joined.year) for member in roster.members)
