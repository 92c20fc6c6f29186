"""A tablet's books come to the server's answer: an entry is judged with what came before it."""

from datetime import date, timedelta
from pathlib import Path

from sajja_client import books
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_client.mirror import FeedEntry, Mirror
from sajja_client.receipt import entry_document, receipt
from sajja_schemas.books import demand
from sajja_schemas.bylaws.variance import ruleset_variance
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import ApproverBand, Bylaws
from sajja_schemas.events.savings import SavingsFineCharged, ShareDeposited
from sajja_schemas.verdicts import Effect
from support.homes import home_of
from support.world import ASSEMBLY, DAY, Tablet, World, ref_to


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


def adopt(world: World, version: int, effective_from: date) -> None:
    first, second = world.village("pp01").tablets
    rules = Bylaws(
        share_late_fine_satang=500 * version,
        approvals=(ApproverBand(event="share_deposited", approvers=Approvers.A2, from_satang=1_000),),
    )
    event = RulesetAdopted(
        ledger="bank:pp01", version=version, effective_from=effective_from, rules=rules, assembly=ASSEMBLY
    )
    entry = world.record(second, event)
    world.approve(second, [entry], ("president", "secretary"))
    world.approve(second, [entry], ("treasurer",), keys_on=first)


def recorded(home: Home, event: SavingsFineCharged | ShareDeposited, day: date) -> SignedEntry:
    """As the command does: named by the tablet's own books."""
    with Log.open(home) as log:
        named = books.stamped(books.fold(home), event, "pp01", day)
        return log.append(named, by="pp01-o5", day=day, recorded_at=0)


def body_of(entry: SignedEntry) -> Body:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body


def test_an_entry_names_the_bylaws_that_its_tablet_knows_and_the_difference_is_told(tmp_path: Path) -> None:
    """The tablet has not heard of version 2; the network has, and says what would have been taken."""
    world = World.founded(["pp01"])
    adopt(world, 1, DAY)
    home = mirrored(tmp_path, world)
    adopt(world, 2, DAY + timedelta(days=3))
    fine = SavingsFineCharged(member="pp01-m001", amount_satang=1_000, box="pp01-o4", months=("2020-05", "2020-06"))
    before, after = recorded(home, fine, DAY), recorded(home, fine, DAY + timedelta(days=3))
    assert [body_of(entry).event.bylaws for entry in (before, after)] == [1, 1]
    known = world.fold().rulesets
    assert ruleset_variance(known, body_of(before)) is None
    flagged = ruleset_variance(known, body_of(after))
    assert flagged is not None
    assert (flagged.used, flagged.in_force, flagged.variance_satang) == (1, 2, 1_000)


def test_an_entry_names_no_bylaws_where_there_are_none_or_it_names_its_own(tmp_path: Path) -> None:
    world = World.founded(["pp01"])
    home = mirrored(tmp_path, world)
    known = books.fold(home)
    assert books.stamped(known, of(1), "pp01", DAY).bylaws is None
    adopt(world, 1, DAY)
    named = ShareDeposited(member="pp01-m001", amount_satang=1, box="pp01-o4", bylaws=7)
    assert books.stamped(world.fold(), named, "pp01", DAY).bylaws == 7


def test_a_receipt_says_which_class_the_bylaws_ask_for(tmp_path: Path) -> None:
    world = World.founded(["pp01"])
    adopt(world, 1, DAY)
    home = mirrored(tmp_path, world)
    for amount_satang, classes in ((999, "A0"), (1_000, "A2")):
        entry = recorded(home, of(amount_satang), DAY)
        folded = books.fold(home)
        asked = demand(folded, body_of(entry))
        assert entry_document(entry, asked)["approvers"] == classes
        with Log.open(home) as log:
            assert ("กรรมการสามคน" in receipt(log, folded, entry, asked)) is (classes == "A2")
