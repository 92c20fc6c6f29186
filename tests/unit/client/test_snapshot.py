"""The snapshot beside the log: a fold that goes on from it comes to the same, and one that does not fit is not used."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from sajja_client import books, snapshot
from sajja_client.books import KEPT_EVERY, SHOWN, TAIL
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.mirror import FeedEntry, Mirror
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.savings import ShareDeposited
from support.meetings import pull, tablet_of, village
from support.world import DAY, World, ref_to

M1 = "pp01-m001"


def deposit(amount_satang: int = 100) -> ShareDeposited:
    return ShareDeposited(member=M1, amount_satang=amount_satang, box="pp01-o4", months=("2020-06",))


def append(home: Home, lines: int) -> None:
    with Log.open(home) as log, log.together():
        for _ in range(lines):
            log.append(deposit(), by="recorder", day=DAY, recorded_at=0)


def share_of(world: World, lines: int) -> None:
    """The other tablet's entries, which a feed will show."""
    for _ in range(lines):
        world.record(world.village("pp01").tablets[1], deposit())


def is_as_from_zero(home: Home) -> bool:
    return snapshot.untouched(books.fold(home)) == snapshot.untouched(books.fold(home, from_zero=True))


def sync(home: Home, world: World) -> None:
    known = {entry.hash for entry in world.entries}
    with Log.open(home) as log:
        world.entries += [entry for entry in log.entries() if entry.hash not in known]
    pull(home, world)


@pytest.fixture
def world() -> World:
    return village()


@pytest.fixture
def home(tmp_path: Path, world: World) -> Home:
    return tablet_of(tmp_path / "tablet", world)


def test_few_lines_are_folded_without_one(home: Home) -> None:
    append(home, 3)
    books.fold(home)
    assert not (home.path / TAIL).exists()
    assert not (home.path / SHOWN).exists()


def test_a_log_and_feeds_that_grow_come_to_the_same_as_from_zero(home: Home, world: World) -> None:
    """A long tail, more of it, a sync that puts it among the other tablet's lines, and more again."""
    append(home, KEPT_EVERY)
    assert is_as_from_zero(home)
    assert (home.path / TAIL).exists()
    append(home, 2)
    assert is_as_from_zero(home)
    share_of(world, 5)
    sync(home, world)
    assert is_as_from_zero(home)
    assert (home.path / SHOWN).exists()
    share_of(world, 2)
    append(home, 1)
    sync(home, world)
    append(home, 4)
    assert is_as_from_zero(home)
    assert books.fold(home).balances["bank:pp01", 3110, M1] == -100 * (KEPT_EVERY + 2 + 5 + 2 + 1 + 4)


def test_a_reversal_finds_an_original_that_is_only_in_the_snapshot(home: Home, world: World) -> None:
    append(home, KEPT_EVERY)
    books.fold(home)
    with Log.open(home) as log:
        first = next(entry for entry in log.entries() if b'"share_deposited"' in entry.body)
        reversal = log.append(EntryReversed(entry=ref_to(first), reason="other"), by="r", day=DAY, recorded_at=0)
        log.approve([reversal], ["pp01-o1", "pp01-o3"], by="r", day=DAY, recorded_at=0)
    assert is_as_from_zero(home)
    assert books.fold(home).balances["bank:pp01", 3110, M1] == -100 * (KEPT_EVERY - 1)


def changed_balance(path: Path) -> None:
    kept = snapshot.load(path)
    assert kept is not None
    kept.books.balances["bank:pp01", 3110, M1] = -1
    path.write_bytes(snapshot.pack(kept))


def other(field: str, value: object) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        changed_balance(path)
        kept = snapshot.load(path)
        assert kept is not None
        setattr(kept, field, value)
        path.write_bytes(snapshot.pack(kept))

    return change


def flipped(at: int) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    return flip


@pytest.mark.parametrize(
    "damage",
    [
        *(flipped(at) for at in (0, 31, 32, 500, -1)),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(b"\xc1" * 64),
        other("code", bytes(32)),
        other("network", "another"),
        other("fingerprint", "A" * 43),
        other("device", bytes(32)),
        other("feeds", []),
        other("own_hash", bytes(32)),
        other("next_own", 10**9),
    ],
)
def test_what_is_damaged_or_of_something_else_is_not_used(home: Home, damage: Callable[[Path], None]) -> None:
    """Each but the damaged ones has a wrong balance in it, which would be seen if it were believed."""
    append(home, KEPT_EVERY)
    books.fold(home)
    damage(home.path / TAIL)
    assert is_as_from_zero(home)
    assert books.fold(home).balances["bank:pp01", 3110, M1] == -100 * KEPT_EVERY


def test_a_digest_that_holds_over_no_snapshot_is_not_used(home: Home) -> None:
    append(home, KEPT_EVERY)
    books.fold(home)
    kept = msgspec.msgpack.encode({"code": 1})
    from hashlib import sha256

    (home.path / TAIL).write_bytes(sha256(b"sajja books snapshot v1\n" + kept).digest() + kept)
    assert is_as_from_zero(home)


def test_a_snapshot_that_is_ahead_of_an_old_copy_of_the_log_is_not_used(home: Home) -> None:
    """The folder was restored from yesterday, but for the snapshot."""
    append(home, 5)
    shutil.copytree(home.path, home.path.with_name("yesterday"))
    append(home, KEPT_EVERY)
    books.fold(home)
    old = Home(home.path.with_name("yesterday"))
    shutil.copy(home.path / TAIL, old.path / TAIL)
    assert is_as_from_zero(old)
    assert books.fold(old).balances["bank:pp01", 3110, M1] == -500


def test_a_line_of_another_feed_that_belongs_before_is_not_missed(home: Home, world: World) -> None:
    """The village's feed was pulled further than the office's: the office's line comes between folded ones."""
    share_of(world, KEPT_EVERY // 2)
    late = world.admit(world.village("pp01").tablets[1], ["pp01-m009"])
    assert late
    desk = world.office.tablets[0]
    before = len(world.entries)
    world.approve_by_office([world.record(desk, world.enrolment(world.village("pp01").tablets[0]), village="office")])
    between = world.entries[before:]
    share_of(world, KEPT_EVERY)
    with Log.open(home) as log:
        mirror = Mirror(log.connection, log.pin, log.device)
        cursor = mirror.cursor("pp01")
        shown = [(at, entry) for at, entry in enumerate(world.entries) if entry.village == "pp01"]
        page = [FeedEntry(index, at, 0, entry) for at, (index, entry) in enumerate(shown, start=1)]
        mirror.keep(cursor, page[cursor.after :])
    books.fold(home)
    assert (home.path / SHOWN).exists()
    pull(home, world)
    assert is_as_from_zero(home)
    with Log.open(home) as log:
        mirror = Mirror(log.connection, log.pin, log.device)
        assert {line.hash for line in mirror.lines()} >= {entry.hash for entry in between}


def test_feeds_that_begin_anew_are_folded_anew(home: Home, world: World) -> None:
    """The server was restored: another epoch, other indexes; the old one stays in the file."""
    share_of(world, KEPT_EVERY)
    sync(home, world)
    books.fold(home)
    assert (home.path / SHOWN).exists()
    world.entries = world.entries[:-3]
    with Log.open(home) as log:
        Mirror(log.connection, log.pin, log.device).start_over({"office": 0, "pp01": 0})
    pull(home, world)
    assert is_as_from_zero(home)
    assert books.fold(home).balances["bank:pp01", 3110, M1] == -100 * (KEPT_EVERY - 3)


@pytest.mark.parametrize("name", [TAIL, SHOWN])
def test_a_snapshot_that_somebody_forged_is_found_by_verify(home: Home, world: World, name: str) -> None:
    """Who can write the log's folder can write a snapshot with a digest, too: `verify` folds from zero."""
    append(home, KEPT_EVERY)
    if name == SHOWN:
        sync(home, world)
    assert not books.discard_wrong_snapshots(home)
    changed_balance(home.path / name)
    assert books.fold(home).balances["bank:pp01", 3110, M1] == -1
    assert books.discard_wrong_snapshots(home)
    assert books.fold(home).balances["bank:pp01", 3110, M1] == -100 * KEPT_EVERY
    assert not books.discard_wrong_snapshots(home)


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(home: Home, tmp_path: Path) -> None:
    snapshot.keep(tmp_path / "nowhere" / SHOWN, b"")
    assert snapshot.load(tmp_path / "nowhere" / SHOWN) is None
    append(home, KEPT_EVERY)
    (home.path / TAIL).mkdir()
    assert is_as_from_zero(home)
