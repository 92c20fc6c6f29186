"""When the projector rests, and when findings are read."""

from sajja_server.projections import pace
from sajja_server.projections.pace import Pace


def test_the_rest_after_a_batch_is_in_proportion_to_it_and_bounded() -> None:
    """So the projector takes at most a fifth of the time while it keeps up, and lags by less than a second."""
    known = Pace()
    assert known.folded(10.0, 10.01) == pace.REST_FACTOR * (10.01 - 10.0)
    assert known.folded(11.0, 19.0) == pace.REST_SECONDS_MAX


def test_findings_are_read_once_the_books_rest_and_not_again_until_they_move() -> None:
    known = Pace()
    known.looked(7, 5.0, 5.0)
    known.folded(9.9, 10.0)
    assert not known.is_look_due(8, 10.0 + pace.QUIET_SECONDS / 2), "entries may still be coming"
    assert known.is_look_due(8, 10.0 + pace.QUIET_SECONDS)
    known.looked(8, 10.5, 10.5)
    assert not known.is_look_due(8, 100.0), "nothing has moved"
    assert known.is_look_due(9, 100.0)


def test_findings_of_books_that_never_rest_are_read_seldom() -> None:
    known = Pace()
    known.looked(0, 0.0, 0.1)
    times = []
    for tick in range(1_000):
        now = tick / 10
        known.folded(now, now)
        if known.is_look_due(tick, now):
            known.looked(tick, now, now + 0.1)
            times.append(now)
    assert len(times) == 3, "in a hundred seconds"


def test_a_look_that_takes_long_is_taken_less_often() -> None:
    """However large the books: findings cost at most a twentieth of the time."""
    known = Pace()
    known.looked(3, 100.0, 104.0)
    assert not known.is_look_due(4, 100.0 + pace.LOOK_FACTOR * 4 - 1)
    assert known.is_look_due(4, 100.0 + pace.LOOK_FACTOR * 4)
