"""A flood is slowed; nobody who records by hand meets the bound."""

from sajja_schemas import limits
from sajja_server.quota import Quota

ONE = ("n", b"1")


def test_a_level_drains_over_a_day() -> None:
    quota = Quota(per_day=86_400)
    quota.take(ONE, 1_000, 0.0)
    assert quota.brought(ONE, 0.0) == 1_000
    assert quota.brought(ONE, 400.0) == 600
    assert quota.brought(ONE, 5_000.0) == 0
    assert quota.brought(("n", b"2"), 0.0) == 0


def test_who_records_every_five_seconds_day_and_night_comes_nowhere_near() -> None:
    quota = Quota(limits.DEVICE_ENTRIES_PER_DAY)
    for at in range(0, 30 * 86_400, 3_600):
        quota.take(ONE, 720, float(at))
    assert quota.brought(ONE, 30 * 86_400.0) < limits.DEVICE_ENTRIES_PER_DAY / 10


def test_its_memory_is_bounded() -> None:
    quota = Quota(1)
    for at in range(10_050):
        quota.take(("n", at.to_bytes(4, "big")), 1, 0.0)
    assert quota.brought(("n", (0).to_bytes(4, "big")), 0.0) == 0
    assert quota.brought(("n", (10_049).to_bytes(4, "big")), 0.0) == 1
