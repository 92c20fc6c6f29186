"""The server's clock decides nothing, so only its steps matter: what they spoil is what is written down."""

from sajja_server.clock import FORWARD_MS, ClockWatch

NOW = 1_796_083_200_000


def watched(*moments: tuple[int, int]) -> list[int]:
    """What a watch says, asked at moments of the clock and of one that cannot be set."""
    watch = ClockWatch()
    return [watch.step_ms(now, steady) for now, steady in moments]


def test_a_clock_that_goes_on_is_no_alarm_however_long_nobody_looked() -> None:
    assert watched((NOW, 0), (NOW + 5_000, 5_000), (NOW + 90_000_000, 90_000_000)) == [0, 0, 0]


def test_a_step_back_is_told_once_with_how_far() -> None:
    assert watched((NOW, 0), (NOW - 59_000, 1_000), (NOW - 58_000, 2_000)) == [0, -60_000, 0]


def test_a_step_forward_is_told_where_it_is_over_an_hour() -> None:
    step = FORWARD_MS + 1
    assert watched((NOW, 0), (NOW + FORWARD_MS, 0), (NOW + FORWARD_MS + step, 0)) == [0, 0, step]


def test_an_adjustment_of_a_second_is_no_step() -> None:
    assert watched((NOW, 0), (NOW - 1_000, 0)) == [0, 0]
