"""A tablet is lost with what nobody had synced; its receipts are entered again from paper, and then it comes back."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Final

import pytest

from sajja_client.books import fold
from sajja_client.log import ref_to
from sajja_client.pending import pending_list
from sajja_client.sync.server import ServerProblem
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events import Body, read_body
from sajja_schemas.events.base import Receipt
from sajja_schemas.events.trust import DeviceEnrolled
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.registers.receipts import times_used
from support.life import Life, Tablet, Whole
from support.life_page import is_on_page

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK: Final = "bank:v01"
BOX: Final = "v01-o4"
BOOK: Final = 7
MEMBERS: Final = tuple(f"v01-m{number:03}" for number in range(1, 11))
MEETING: Final = date(2020, 6, 5)
RECEIPTS: Final = tuple(range(1, 41))
SILENT: Final = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January


class Told:
    """Forty receipts, four of each member: two tablets recorded the same meeting, and one was never seen again."""

    def __init__(self, life: Life, chapter: str) -> None:
        self.life = life
        self.kept, self.lost = life.tablets["v01"]
        life.admit("v01", dict.fromkeys(MEMBERS, date(2015, 1, 5)))
        life.sync()
        life.turn_to(MEETING)
        self.unseen = [self._receipt(self.lost, number) for number in RECEIPTS]
        life.turn_to(MEETING + timedelta(days=7))
        with life.chapter(chapter):
            self.reentered = [self._receipt(self.kept, number, source="paper") for number in RECEIPTS]
        self.rebuilt = life.gather(lost=[self.lost])

    def _receipt(self, tablet: Tablet, number: int, **more: str) -> SignedEntry:
        member = MEMBERS[number % len(MEMBERS)]
        paper = {"member": member, "box": BOX, "receipt": Receipt(book=BOOK, no=number), **more}
        return self.life.say(tablet, "share_deposited", amount_satang=100 * BAHT, **paper)


@pytest.fixture(scope="module")
def returned(found: Callable[[str], Life]) -> Told:
    """The tablet turns up and syncs before anybody has revoked it; then duplicates are reversed one by one."""
    return Told(found("returned"), "lost-tablet")


@pytest.fixture(scope="module")
def revoked(found: Callable[[str], Life]) -> Told:
    """The office revoked it first."""
    told = Told(found("revoked"), "lost-tablet-paper")
    with told.life.chapter("lost-tablet-revoked"):
        told.life.say(told.life.desk, "device_revoked", "v01", device=told.lost.log.device, reason="สูญหาย")
    return told


def saved(whole: Whole) -> int:
    return -sum(amount for (_ledger, account, _sub), amount in whole.books.balances.items() if account == 3110)


def twice(whole: Whole) -> list[int]:
    """The receipts that stand for more than one counted entry."""
    return [number for number in RECEIPTS if times_used(whole.books.registers, "v01", BOOK, number) > 1]


def is_of(body: Body, tablet: Tablet) -> bool:
    return isinstance(body.event, DeviceEnrolled) and body.event.device == tablet.log.device


def body_of(entry: SignedEntry) -> Body:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body


def test_the_meeting_is_rebuilt_from_forty_receipts_of_paper(returned: Told) -> None:
    """Each says that it comes from paper and which receipt it is; the books hold what the box holds."""
    assert saved(returned.rebuilt) == 40 * 100 * BAHT
    assert returned.rebuilt.books.balances[BANK, 1110, BOX] == 4_000 * BAHT
    assert twice(returned.rebuilt) == []
    assert {body_of(entry).event.source for entry in returned.reentered} == {"paper"}
    assert returned.rebuilt.findings() == [SILENT]


def test_the_tablet_that_comes_back_doubles_them_and_each_is_reversed_singly(returned: Told) -> None:
    """Its own lines are the first that were written, so the ones from paper go; nothing is deleted."""
    life = returned.life
    back = life.gather()
    assert saved(back) == 2 * 40 * 100 * BAHT
    assert twice(back) == list(RECEIPTS)
    assert back.findings() == [*["v01 DUPLICATE_RECEIPT"] * len(RECEIPTS), SILENT]
    with life.chapter("lost-tablet-back"):
        for entry in returned.reentered:
            life.say(returned.kept, "entry_reversed", entry=ref_to(entry), reason="double_entry")
    after = life.gather()
    assert saved(after) == 40 * 100 * BAHT
    assert after.books.balances[BANK, 1110, BOX] == 4_000 * BAHT
    assert twice(after) == []
    assert after.findings() == [SILENT], "each reversal has cleared its own"
    assert all(-after.books.balances[BANK, 3110, member] == 400 * BAHT for member in MEMBERS)
    assert len(after.entries) == len(back.entries) + len(RECEIPTS) + 1  # and one list of approvals


def test_a_revoked_tablet_that_comes_back_moves_nothing(revoked: Told) -> None:
    """Its lines are kept, and quarantined: the receipts on paper stand for the meeting."""
    life = revoked.life
    life.gather(lost=[revoked.lost])
    with pytest.raises(ServerProblem, match="taken in as proof, and it reads nothing more"):
        life.sync(revoked.lost)
    back = life.gather(lost=[revoked.lost])
    assert {back.effect(entry) for entry in revoked.unseen} == {"revoked"}
    assert saved(back) == 40 * 100 * BAHT
    assert twice(back) == []
    assert back.totals["quarantined"] == {"revoked": len(RECEIPTS)}
    assert back.findings() == ["v01 STOPPED_AFTER_REVOCATION", SILENT]
    (said,) = back.sentences("STOPPED_AFTER_REVOCATION")
    assert said.endswith(" was revoked; 40 entries came after that, and do not count")


def test_the_officers_keys_on_the_lost_tablet_approve_nothing_more(revoked: Told) -> None:
    """Its finder may know every PIN: the keys went with the device, and those on the other tablet did not."""
    life = revoked.life
    trust = fold(revoked.kept.home).trust
    for person in revoked.lost.home.officers():
        assert trust.keys[revoked.lost.home.public_key(person)].revoked
        assert not trust.keys[revoked.kept.home.public_key(person)].revoked
    paid = life.say(revoked.kept, "share_withdrawn", member=MEMBERS[0], amount_satang=100 * BAHT, box=BOX)
    life.leave_unsigned(paid)
    officers = ["v01-o1", "v01-o4", "v01-o3"]
    sign = partial(revoked.kept.log.approve, [paid], officers, by="v01-o5", day=life.today, recorded_at=1)
    sign(keys_of=revoked.lost.home)
    (waiting,) = pending_list(fold(revoked.kept.home), revoked.kept.log)
    assert waiting.waiting.approved_by == ()
    sign()
    assert pending_list(fold(revoked.kept.home), revoked.kept.log) == []
    life.say(revoked.kept, "share_deposited", member=MEMBERS[0], amount_satang=100 * BAHT, box=BOX)


def test_a_new_tablet_takes_its_place_and_knows_everything(revoked: Told) -> None:
    life = revoked.life
    new = life.add_tablet("v01", "c", replaces=revoked.lost)
    enrolled = next(body for entry in life.desk.log.entries() if is_of(body := body_of(entry), new))
    assert isinstance(enrolled.event, DeviceEnrolled)
    assert enrolled.event.succeeds == revoked.lost.log.device
    life.tablets["v01"].append(new)
    life.sync(life.desk, new)
    assert life.balance(new, 3110, MEMBERS[0]) == -400 * BAHT
    life.say(new, "share_deposited", member=MEMBERS[0], amount_satang=100 * BAHT, box=BOX)
    assert saved(life.gather(lost=[revoked.lost])) == 41 * 100 * BAHT


def test_the_page_tells_it_so(returned: Told, revoked: Told) -> None:
    assert is_on_page("lost-tablet", returned.life.told["lost-tablet"])
    assert is_on_page("lost-tablet-back", returned.life.told["lost-tablet-back"])
    assert is_on_page("lost-tablet-revoked", revoked.life.told["lost-tablet-revoked"])
