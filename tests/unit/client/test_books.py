"""A tablet's books come to the server's answer: an entry is judged with what came before it."""

from pathlib import Path

from sajja_client import books
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.mirror import FeedEntry, Mirror
from sajja_schemas.entry import to_base64url
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.verdicts import Effect
from support.homes import home_of
from support.world import Tablet, World, ref_to


def of(amount_satang: int) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=amount_satang, box="pp01-o4")


def mirrored(path: Path, world: World) -> Home:
    """A tablet that has pulled everything, and recorded nothing."""
    home = home_of(path, world, world.village("pp01").tablets[0])
    with Log.open(home) as log:
        mirror = Mirror(log.connection, log.pin, log.device)
        for feed in ("office", "pp01"):
            shown = [(index, entry) for index, entry in enumerate(world.entries) if entry.village == feed]
            page = [FeedEntry(index, at, 0, entry) for at, (index, entry) in enumerate(shown, start=1)]
            mirror.keep(mirror.cursor(feed), page)
    return home


def test_a_reversal_of_an_entry_that_comes_later_as_forked_takes_nothing_away(tmp_path: Path) -> None:
    """The file holds the forked line already when the reversal is folded; the fold does not look."""
    world = World.founded(["pp01"])
    first, second = world.village("pp01").tablets
    world.record(second, of(1))
    world.record(second, of(2))
    clone = Tablet("pp01", second.key, second.officers, list(second.log[:1]))
    forked = world.record(clone, of(1_000_000))
    world.entries.remove(forked)
    reversal = world.record(first, EntryReversed(entry=ref_to(forked), reason="other"))
    world.approve(first, [reversal], ("president", "secretary"))
    world.entries.append(forked)
    whole = world.fold()
    folded = books.fold(mirrored(tmp_path, world))
    assert folded.balances["bank:pp01", 3110, "pp01-m001"] == -3
    assert folded.balances == whole.balances
    assert folded.quarantined == whole.quarantined
    assert books.effect_of(folded, to_base64url(reversal.hash)) is Effect.NOT_AUTHORISED


def test_a_reversal_that_came_before_its_original_counts_when_that_comes(tmp_path: Path) -> None:
    """The other tablet's line was on the way; what may not be looked up is met later."""
    world = World.founded(["pp01"])
    first, second = world.village("pp01").tablets
    original = world.record(second, of(500))
    world.entries.remove(original)
    reversal = world.record(first, EntryReversed(entry=ref_to(original), reason="other"))
    world.approve(first, [reversal], ("president", "secretary"))
    world.entries.append(original)
    folded = books.fold(mirrored(tmp_path, world))
    assert folded.balances["bank:pp01", 3110, "pp01-m001"] == 0
    assert not folded.quarantined
