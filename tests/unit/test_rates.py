"""Token buckets: what they let through, and that a flood of names costs a bounded memory."""

import pytest

from sajja_server.rates import Buckets, Rate, neighbourhood


def test_a_bucket_gives_its_burst_and_then_one_in_its_time() -> None:
    buckets = Buckets(Rate(burst=3, seconds_each=10))
    assert [buckets.take("a", 100) for _ in range(4)] == [0, 0, 0, pytest.approx(10)]
    assert buckets.take("a", 109) == pytest.approx(1)
    assert buckets.take("a", 110) == 0
    assert buckets.take("a", 110) == pytest.approx(10)


def test_a_refusal_takes_nothing() -> None:
    buckets = Buckets(Rate(burst=1, seconds_each=10))
    assert buckets.take("a", 0) == 0
    assert [buckets.take("a", 5) for _ in range(50)] == [pytest.approx(5)] * 50
    assert buckets.take("a", 10) == 0


def test_one_bucket_is_not_anothers() -> None:
    buckets = Buckets(Rate(burst=1, seconds_each=10))
    assert (buckets.take("a", 0), buckets.take("b", 0)) == (0, 0)


def test_a_token_that_was_given_back_is_there_again() -> None:
    buckets = Buckets(Rate(burst=1, seconds_each=10))
    buckets.take("a", 0)
    buckets.give_back("a")
    assert buckets.take("a", 0) == 0


def test_a_flood_of_names_is_bounded_and_full_buckets_go_first() -> None:
    buckets = Buckets(Rate(burst=2, seconds_each=10), buckets_max=100)
    for at in range(1_000):
        buckets.take(f"name {at}", at / 1_000)
    assert len(buckets) == 100
    buckets.take("later", 1_000)
    assert len(buckets) == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("nonsense", "", True),
    ],
)
def test_a_household_has_one_bucket_whatever_addresses_it_has(one: str, other: str, is_same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is is_same
