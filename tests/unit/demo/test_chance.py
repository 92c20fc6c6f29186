"""A seed fixes everything, on every machine and in every version of Python."""

from sajja_client.demo.chance import Chance, apportion


def test_the_same_names_draw_the_same_and_other_names_do_not() -> None:
    """No draw of one village disturbs another's."""
    draws = [Chance(1, "pp01", "loans").below(1_000_000) for _ in range(2)]
    assert draws[0] == draws[1]
    assert Chance(1, "pp02", "loans").below(1_000_000) != draws[0]
    assert Chance(2, "pp01", "loans").below(1_000_000) != draws[0]


def test_the_draws_are_those_of_the_first_release() -> None:
    """Else the same seed would give other bytes after an upgrade."""
    chance = Chance(2563, "golden")
    assert [chance.below(1000) for _ in range(6)] == [801, 34, 210, 897, 936, 354]


def test_a_sample_has_different_members_and_no_more_than_there_are() -> None:
    sample = Chance(1, "sample").sample(range(10), 20)
    assert sorted(sample) == list(range(10))


def test_parts_sum_to_the_total_by_the_largest_remainder() -> None:
    assert apportion(100, [1, 1, 1]) == [34, 33, 33]
    assert apportion(1182, [168, 152, 90]) == [484, 438, 260]
    assert apportion(0, []) == []
