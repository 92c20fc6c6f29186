"""A golden log: the lines of a release and what they come to."""

from pathlib import Path
from typing import Final

import msgspec

from sajja_schemas import signing
from sajja_schemas.books import Admitted, apply, open_books
from sajja_schemas.entry import SignedEntry, read_entry, split_line, to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.holdings import Books
from sajja_schemas.state_hash import state_hash
from sajja_server.projections.memory import VERSION
from scenario.any_order import TOLD

ROOT: Final = Path(__file__).parent


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """What a golden log comes to."""

    network: str
    fingerprint: str
    size: int
    balances: list[tuple[str, int, str, int]]
    effects: dict[str, str]  # of the entries that do not count
    state_hashes: dict[str, str]  # by version of the fold


def releases() -> list[str]:
    """The releases that left a golden log."""
    return sorted(path.parent.name for path in ROOT.glob("*/log.ndjson"))


def read_log(release: str) -> list[SignedEntry]:
    """The entries of a release's log."""
    return [read_entry(*split_line(line)) for line in (ROOT / release / "log.ndjson").read_bytes().splitlines()]


def read_expected(release: str) -> Expected:
    """What a release's log comes to."""
    return msgspec.json.decode((ROOT / release / "expected.json").read_bytes(), type=Expected)


def fold(expected: Expected, entries: list[SignedEntry]) -> Books:
    """The books of a golden log, folded from zero."""
    books = open_books(expected.network, expected.fingerprint)
    bodies: dict[str, bytes] = {}
    for index, entry in enumerate(entries):
        name = to_base64url(entry.hash)
        apply(books, Admitted(index, name, entry.body), bodies.get)
        bodies[name] = entry.body
    return books


def balances_of(books: Books) -> list[tuple[str, int, str, int]]:
    """Every balance that is not nothing."""
    return sorted((*key, amount) for key, amount in books.balances.items() if amount)


def effects_of(books: Books) -> dict[str, str]:
    """What became of the entries that do not count."""
    return {name: code.value for name, code in sorted(books.quarantined.items())}


def write(release: str) -> None:
    """Leave a golden log of this release.

    Raises:
        FileExistsError: there is one, and it is never written over.
    """
    world = TOLD.world
    tablet = next(tablet for unit in world.units.values() if unit.code != "office" for tablet in unit.tablets)
    base = tablet.log[-2]
    forked = world.record(
        tablet,
        ShareDeposited(member="m1", amount_satang=100, box="b1"),
        previous=to_base64url(base.hash),
        sequence=len(tablet.log),
    )
    last = world.record(tablet, ShareDeposited(member="m1", amount_satang=100, box="b1"))
    data = last.body.replace(b'"share_deposited"', b'"share_pledged_by_a_later_release"')
    world.entries[-1] = read_entry(tablet.key.public, tablet.key.sign(signing.ENTRY_TAG, data), data)
    assert forked in world.entries
    folder = ROOT / release
    folder.mkdir()
    (folder / "log.ndjson").write_bytes(b"\n".join(world.lines()) + b"\n")
    expected = Expected(world.network, world.fingerprint, len(world.entries), [], {}, {})
    books = fold(expected, world.entries)
    expected.balances, expected.effects = balances_of(books), effects_of(books)
    write_expected(release, expected, books)


def write_expected(release: str, expected: Expected, books: Books) -> None:
    """Add the state hash of this version, where there is none yet."""
    expected.state_hashes.setdefault(str(VERSION), to_base64url(state_hash(books)))
    document = msgspec.json.format(msgspec.json.encode(expected), indent=1)
    (ROOT / release / "expected.json").write_bytes(document + b"\n")
