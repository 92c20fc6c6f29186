"""Which ruleset is in force, whatever the order in which the adoptions came."""

from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.bylaws.history import Adopted, RulesetHistory, in_force
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws
from support.world import ASSEMBLY

BANK = "bank:pp01"
START = date(2020, 1, 1)
days = st.integers(min_value=0, max_value=400).map(lambda number: START + timedelta(days=number))


def adoption(version: int, effective: date, *, met: date | None = None, ledger: str = BANK) -> RulesetAdopted:
    return RulesetAdopted(
        ledger=ledger,
        version=version,
        effective_from=effective,
        met_on=met,
        rules=Bylaws(share_late_fine_satang=version),
        assembly=ASSEMBLY,
    )


def taken(adoptions: list[RulesetAdopted], recorded_on: date = START) -> RulesetHistory:
    history = RulesetHistory()
    for index, event in enumerate(adoptions):
        history.take(event, index, recorded_on)
    return history


def version_on(history: RulesetHistory, on: date, ledger: str = BANK) -> int | None:
    found = in_force(history, ledger, on)
    return None if found is None else found.version


def adoptions(*, distinct: bool) -> st.SearchStrategy[list[RulesetAdopted]]:
    return st.lists(days, unique=distinct, max_size=8).map(
        lambda effective: [adoption(version, day) for version, day in enumerate(effective, start=1)]
    )


def test_nothing_is_ruled_before_the_first_day() -> None:
    history = taken([adoption(1, date(2020, 6, 1))])
    assert version_on(history, date(2020, 5, 31)) is None
    assert version_on(history, date(2020, 6, 1)) == 1
    assert version_on(history, date(2030, 6, 1)) == 1
    assert version_on(history, date(2020, 6, 1), "bank:pp02") is None
    assert version_on(RulesetHistory(), START) is None


def test_a_changed_rate_never_changes_the_past() -> None:
    history = taken([adoption(1, START), adoption(2, date(2020, 7, 1))])
    assert version_on(history, date(2020, 6, 30)) == 1
    assert version_on(history, date(2020, 7, 1)) == 2


def test_of_two_for_one_day_the_version_adopted_last_wins() -> None:
    day = date(2020, 7, 1)
    assert version_on(taken([adoption(1, START), adoption(2, day), adoption(3, day)]), day) == 3
    assert version_on(taken([adoption(1, START), adoption(3, day), adoption(2, day)]), day) == 3


def test_where_two_meetings_claim_one_version_the_later_in_the_log_applies() -> None:
    history = taken([adoption(1, START), adoption(1, START)])
    found = in_force(history, BANK, START)
    assert found is not None
    assert found.index == 1
    last, named = history.last(BANK), history.version(BANK, 1)
    assert last is found
    assert named is found


def test_a_ruleset_is_never_in_force_before_its_meeting() -> None:
    """It says 1 January; the meeting was in June. What was done in May was done under the rules of May."""
    history = taken([adoption(1, START), adoption(2, START, met=date(2020, 6, 10))])
    assert version_on(history, date(2020, 6, 9)) == 1
    assert version_on(history, date(2020, 6, 10)) == 2


def test_a_meeting_of_years_ago_may_be_written_down_today() -> None:
    """The rules of a bank that comes from paper: without the day of the meeting they begin on the day of writing."""
    founded = date(2010, 3, 5)
    assert version_on(taken([adoption(1, founded, met=founded)]), date(2011, 1, 1)) == 1
    assert version_on(taken([adoption(1, founded)]), date(2011, 1, 1)) is None


def test_versions_are_found_by_name() -> None:
    history = taken([adoption(2, START), adoption(1, date(2021, 1, 1)), adoption(7, START, ledger="risk")])
    last, first = history.last(BANK), history.version(BANK, 1)
    assert last is not None
    assert last.version == 2
    assert first is not None
    assert first.rules.share_late_fine_satang == 1
    assert history.version(BANK, 3) is None
    assert history.last("welfare") is None


@given(adoptions(distinct=False), days, days)
def test_in_force_is_monotone(events: list[RulesetAdopted], one: date, other: date) -> None:
    """On a later day, rules that came into force no earlier."""
    earlier, later = (in_force(taken(events), BANK, day) for day in sorted((one, other)))
    if earlier is not None:
        assert later is not None
        assert earlier.in_force_from <= later.in_force_from


@given(adoptions(distinct=True), st.randoms(use_true_random=False), days)
def test_arrival_order_does_not_matter_for_distinct_days(
    events: list[RulesetAdopted], chance: object, on: date
) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert version_on(taken(shuffled), on) == version_on(taken(events), on)


@given(adoptions(distinct=False), st.randoms(use_true_random=False), days)
def test_nor_for_one_day_with_distinct_versions(events: list[RulesetAdopted], chance: object, on: date) -> None:
    shuffled = list(events)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert version_on(taken(shuffled), on) == version_on(taken(events), on)


@given(adoptions(distinct=False), days, days, days)
def test_adopting_changes_nothing_before_its_day(
    events: list[RulesetAdopted], effective: date, met: date, on: date
) -> None:
    history = taken(events)
    before = in_force(history, BANK, on)
    adopted = history.take(adoption(99, effective, met=met), len(events), START)
    after = in_force(history, BANK, on)
    assert adopted.in_force_from == max(effective, met)
    if on < adopted.in_force_from:
        assert after == before
    else:
        assert after is not None
        assert after.in_force_from >= adopted.in_force_from


@given(adoptions(distinct=False))
def test_the_history_is_plain_data(events: list[RulesetAdopted]) -> None:
    history = taken(events)
    again = msgspec.json.decode(msgspec.json.encode(history), type=RulesetHistory)
    assert again == history
    assert all(isinstance(one, Adopted) for one in again.by_ledger.get(BANK, []))


def test_histories_are_their_own() -> None:
    taken([adoption(1, START)])
    assert RulesetHistory().by_ledger == {}
