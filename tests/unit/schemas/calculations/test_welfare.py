"""The welfare fund's arithmetic (docs/domain.md section 9.9)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.calculations.benefits import (
    Stay,
    StayBenefit,
    StayRule,
    YearBasis,
    birth_benefit,
    nights,
    nights_by_year,
    stay_benefits,
)
from sajja_schemas.calculations.matching import is_eligible, matching_cut, matching_round, received
from sajja_schemas.calculations.problems import DaysOutOfOrder, NegativeInput
from sajja_schemas.calculations.spans import whole_months, whole_years
from sajja_schemas.calculations.welfare import (
    REFUND_ON_LEAVING_SATANG,
    ContributionRate,
    LapseOperator,
    Tier,
    claim_deadline,
    contribution,
    in_benefit_from,
    is_in_benefit,
    is_in_time,
    is_old_enough,
    lapses_at_close_of,
    tier_amount,
)

SINCE = date(2019, 1, 5)
CITY = StayRule(night_satang=300_00, nights_year_max=10)
CHAMUANG = StayRule(night_satang=200_00, visit_max_satang=600_00, year_max_satang=1_000_00)
TIERS = [
    Tier(amount_satang=3_000_00, from_days=180),
    Tier(amount_satang=5_000_00, from_months=12),
    Tier(amount_satang=10_000_00, from_months=60),
    Tier(amount_satang=15_000_00, from_months=120),
    Tier(amount_satang=20_000_00, from_months=180),
]
DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2030, 1, 1))


def stay(entered: date, count: int, case: str | None = None) -> Stay:
    return Stay(entered_on=entered, left_on=entered + timedelta(days=count), case=case)


def amounts(stays: list[Stay], rule: StayRule) -> list[int]:
    return [benefit.amount_satang for benefit in stay_benefits(stays, rule, member_since=SINCE)]


@pytest.mark.parametrize(("on", "is_covered"), [(date(2020, 7, 2), False), (date(2020, 7, 3), True)])
def test_180_days_of_waiting_from_5_january_2563_end_on_3_july(on: date, is_covered: bool) -> None:
    assert in_benefit_from(admitted_on=date(2020, 1, 5), waiting_days=180) == date(2020, 7, 3)
    covered = is_in_benefit(
        on=on,
        admitted_on=date(2020, 1, 5),
        waiting_days=180,
        paid_to_month="2020-06",
        lapse_missed=3,
        lapse_operator=">",
    )
    assert covered is is_covered


@pytest.mark.parametrize(
    ("operator", "closes", "in_hospital_on_3_july"),
    [
        pytest.param(">=", date(2020, 6, 30), False, id="at three missed months, at the close of June"),
        pytest.param(">", date(2020, 7, 31), True, id="beyond three missed months, at the close of July"),
    ],
)
def test_who_paid_to_march_and_missed_three_months_lapses(
    operator: LapseOperator, closes: date, in_hospital_on_3_july: bool
) -> None:
    assert lapses_at_close_of(paid_to_month="2020-03", lapse_missed=3, lapse_operator=operator) == closes
    covered = is_in_benefit(
        on=date(2020, 7, 3),
        admitted_on=date(2018, 1, 5),
        waiting_days=180,
        paid_to_month="2020-03",
        lapse_missed=3,
        lapse_operator=operator,
    )
    assert covered is in_hospital_on_3_july


def test_the_city_rule_gives_1800_for_six_nights_and_1200_for_five_more() -> None:
    given_ = stay_benefits([stay(date(2020, 2, 1), 6), stay(date(2020, 5, 1), 5)], CITY, member_since=SINCE)
    assert given_ == (
        StayBenefit(nights_counted=6, amount_satang=1_800_00),
        StayBenefit(nights_counted=4, amount_satang=1_200_00),
    )
    assert sum(benefit.amount_satang for benefit in given_) == 3_000_00


def test_the_chamuang_rule_gives_600_200_and_200_for_4_1_and_2_nights() -> None:
    stays = [stay(date(2020, 2, 1), 4), stay(date(2020, 4, 1), 1), stay(date(2020, 6, 1), 2)]
    assert amounts(stays, CHAMUANG) == [600_00, 200_00, 200_00]


def test_visits_of_one_illness_share_the_cap_of_the_case() -> None:
    rule = StayRule(night_satang=200_00, case_max_satang=700_00)
    spring = date(2020, 3, 1)
    visits = [stay(spring, 3, "c1"), stay(spring, 3, "c1"), stay(spring, 3, "c2"), stay(spring, 4)]
    assert amounts(visits, rule) == [600_00, 100_00, 600_00, 700_00]
    assert amounts([stay(spring, 4, "c3")], rule) == [700_00]


def test_a_stay_over_new_year_uses_the_caps_of_both_years() -> None:
    rule = StayRule(night_satang=100_00, nights_year_max=2)
    assert amounts([stay(date(2020, 12, 29), 6), stay(date(2021, 3, 1), 1)], rule) == [400_00, 0]
    capped_by_visit = StayRule(night_satang=100_00, visit_max_satang=400_00)
    assert amounts([stay(date(2020, 12, 29), 6)], capped_by_visit) == [400_00]


@pytest.mark.parametrize(
    ("basis", "by_year"),
    [
        pytest.param("calendar", {2563: 3, 2564: 3}, id="the B.E. year: three in each"),
        pytest.param("fiscal", {2564: 6}, id="the state's year, from 1 October"),
        pytest.param("membership", {2: 6}, id="the year of membership"),
    ],
)
def test_29_december_2563_to_4_january_2564_is_six_nights(basis: YearBasis, by_year: dict[int, int]) -> None:
    entered, left = date(2020, 12, 29), date(2021, 1, 4)
    assert nights(entered_on=entered, left_on=left) == 6
    assert (
        nights_by_year(entered_on=entered, left_on=left, year_basis=basis, member_since=date(2019, 12, 29)) == by_year
    )


def test_the_state_s_year_begins_on_1_october() -> None:
    split = nights_by_year(
        entered_on=date(2020, 9, 30), left_on=date(2020, 10, 2), year_basis="fiscal", member_since=SINCE
    )
    assert split == {2563: 1, 2564: 1}


def test_a_stay_within_a_day_is_no_night_and_one_day() -> None:
    day = date(2020, 7, 3)
    assert nights(entered_on=day, left_on=day) == 0
    assert nights(entered_on=day, left_on=day, night_rule="days") == 1
    with pytest.raises(DaysOutOfOrder):
        nights(entered_on=day, left_on=day - timedelta(days=1))


@given(DAYS, st.integers(0, 800), st.sampled_from(["calendar", "fiscal", "membership"]))
def test_the_nights_of_the_years_sum_to_the_nights(entered: date, count: int, basis: YearBasis) -> None:
    left = entered + timedelta(days=count)
    by_year = nights_by_year(entered_on=entered, left_on=left, year_basis=basis, member_since=SINCE)
    assert sum(by_year.values()) == count == nights(entered_on=entered, left_on=left)


@given(st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=8))
def test_caps_hold_however_stays_fall(stays: list[tuple[date, int]]) -> None:
    rule = StayRule(night_satang=200_00, visit_max_satang=600_00, year_max_satang=1_000_00, nights_year_max=10)
    one_year = [stay(entered.replace(year=2020, month=1, day=1), count) for entered, count in stays]
    given_ = stay_benefits(one_year, rule, member_since=SINCE)
    assert all(benefit.amount_satang <= 600_00 for benefit in given_)
    assert sum(benefit.amount_satang for benefit in given_) <= 1_000_00
    assert sum(benefit.nights_counted for benefit in given_) <= 10


def test_a_child_of_two_members_is_one_benefit_unless_the_rule_says_both_and_twins_are_two() -> None:
    born = {"parents_who_are_members": 2, "child_satang": 1_000_00}
    assert birth_benefit(children=1, both_parents=False, **born) == 1_000_00
    assert birth_benefit(children=1, both_parents=True, **born) == 2_000_00
    assert birth_benefit(children=2, both_parents=False, **born) == 2_000_00
    assert birth_benefit(children=1, both_parents=False, parents_who_are_members=0, child_satang=1_000_00) == 0


@pytest.mark.parametrize(
    ("on", "satang"),
    [
        pytest.param(date(2011, 6, 29), 0, id="179 days: nothing"),
        pytest.param(date(2011, 6, 30), 3_000_00, id="180 days: 3,000"),
        pytest.param(date(2012, 1, 1), 5_000_00, id="a year: 5,000"),
        pytest.param(date(2015, 12, 31), 5_000_00, id="a day less than five years: 5,000"),
        pytest.param(date(2020, 7, 10), 10_000_00, id="9.5 years: 10,000"),
        pytest.param(date(2026, 1, 1), 20_000_00, id="fifteen years: 20,000"),
    ],
)
def test_a_death_after_so_long_a_membership(on: date, satang: int) -> None:
    assert tier_amount(TIERS, member_since=date(2011, 1, 1), on=on) == satang


def test_a_tier_without_a_length_is_reached_at_once() -> None:
    day = date(2020, 1, 2)
    assert tier_amount([Tier(amount_satang=7)], member_since=day, on=day) == 7


def test_a_membership_does_not_begin_after_the_event() -> None:
    with pytest.raises(DaysOutOfOrder):
        tier_amount(TIERS, member_since=date(2020, 1, 2), on=date(2020, 1, 1))


def test_who_was_born_on_31_december_2503_is_59_on_5_january_2563() -> None:
    assert whole_years(date(1960, 12, 31), date(2020, 1, 5)) == 59
    assert whole_years(date(1960, 12, 31), date(2020, 12, 31)) == 60


def test_who_was_born_on_29_february_grows_older_on_1_march() -> None:
    assert whole_years(date(1960, 2, 29), date(2021, 2, 28)) == 60
    assert whole_years(date(1960, 2, 29), date(2021, 3, 1)) == 61
    assert whole_months(date(2020, 1, 31), date(2020, 2, 29)) == 0


def test_the_elderly_are_sixty_with_three_years_of_membership() -> None:
    def is_paid(born_on: date, member_since: date, on: date) -> bool:
        return is_old_enough(
            born_on=born_on, member_since=member_since, on=on, age_years_min=60, membership_months_min=36
        )

    assert is_paid(date(1960, 12, 31), date(2017, 1, 1), date(2020, 12, 31))
    assert not is_paid(date(1960, 12, 31), date(2017, 1, 1), date(2020, 12, 30))
    assert not is_paid(date(1950, 1, 1), date(2018, 1, 1), date(2020, 12, 31))


def test_a_claim_is_in_time_for_90_days_and_after_a_flood_if_it_is_waived() -> None:
    happened = date(2020, 1, 1)
    assert claim_deadline(happened_on=happened, window_days=90) == date(2020, 3, 31)
    assert is_in_time(happened_on=happened, claimed_on=date(2020, 3, 31), window_days=90)
    assert not is_in_time(happened_on=happened, claimed_on=date(2020, 4, 1), window_days=90)
    assert is_in_time(happened_on=happened, claimed_on=date(2020, 4, 1), window_days=90, waived=True)
    with pytest.raises(DaysOutOfOrder):
        is_in_time(happened_on=happened, claimed_on=date(2019, 12, 31), window_days=90)


def test_360_paid_for_the_year_keep_their_rate_when_it_rises() -> None:
    rates = [
        ContributionRate(effective_from=date(2020, 7, 1), month_satang=40_00),
        ContributionRate(effective_from=date(2013, 1, 1), month_satang=30_00),
    ]
    assert contribution(rates, months=12, paid_on=date(2020, 1, 5)) == 360_00
    assert contribution(rates, months=12, paid_on=date(2020, 7, 1)) == 480_00
    assert contribution(rates, months=12, paid_on=date(2012, 1, 1)) == 0
    assert REFUND_ON_LEAVING_SATANG == 0


@pytest.mark.parametrize(
    ("since", "left", "rounds", "counts"),
    [
        pytest.param(date(2019, 10, 1), None, 0, True, id="joined on 1 October: the whole year"),
        pytest.param(date(2019, 10, 2), None, 0, False, id="joined a day later: not a full year"),
        pytest.param(date(2013, 1, 1), None, 2, True, id="matched twice: once more"),
        pytest.param(date(2013, 1, 1), None, 3, False, id="matched three rounds already"),
        pytest.param(date(2013, 1, 1), date(2020, 9, 30), 0, False, id="left by the day"),
        pytest.param(date(2013, 1, 1), date(2020, 10, 1), 0, True, id="left after it"),
    ],
)
def test_who_counts_at_30_september_2563(since: date, left: date | None, rounds: int, counts: bool) -> None:
    cut = matching_cut(2020)
    assert is_eligible(member_since=since, left_on=left, rounds_matched=rounds, cut=cut) is counts


def test_at_360_a_year_each_source_matches_403200_which_is_5600_less() -> None:
    at_360 = matching_round(eligible=1_120, member_year_satang=360_00)
    at_365 = matching_round(eligible=1_120, member_year_satang=365_00)
    assert at_360.state_satang == 403_200_00
    assert at_365.state_satang - at_360.state_satang == 5_600_00


def test_what_was_received_too_much_goes_back_and_too_little_is_awaited() -> None:
    over = received(approved_satang=100, received_satang=130)
    assert (over.kept_satang, over.awaited_satang, over.to_return_satang) == (100, 0, 30)
    under = received(approved_satang=100, received_satang=70)
    assert (under.kept_satang, under.awaited_satang, under.to_return_satang) == (70, 30, 0)
    with pytest.raises(NegativeInput, match="approved_satang"):
        received(approved_satang=-1, received_satang=0)
