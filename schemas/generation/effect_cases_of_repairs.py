"""Cases of the effect vectors: releases and refusals, forks decided, gaps declared, devices lost and replaced."""

from typing import Final

from generation.effect_cases import deposit, deposited, reversal
from generation.effect_cases_of_approval import A2, OPENED, WAITS, opening
from generation.story import BANK, BOX, Balances, Story
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.corrections import EntryRefused, EntryReleased
from sajja_schemas.events.ledgers import ExpensePaid
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.events.trust_repairs import DeviceLostReported, DeviceReplaced, ForkResolved, GapDeclared
from support.world import DAY, Tablet, ref_to

REFUSED: Final = "refused"
REVOKED: Final = "revoked"
FORKED: Final = "forked"


def said(story: Story, event: AnyEvent, village: str = "pp01") -> list[SignedEntry]:
    """The office says something, and approves it."""
    entry = story.record(story.desk, event, village=village)
    return [entry, *story.world.approve_by_office([entry])]


def revoke(story: Story, tablet: Tablet) -> None:
    said(story, DeviceRevoked(device=tablet.name, reason="lost", last_trusted_sequence=len(tablet.log)))


def release(story: Story, entry: SignedEntry) -> list[SignedEntry]:
    return said(story, EntryReleased(entry=ref_to(entry), reason="the receipts agree"))


def refuse(story: Story, entry: SignedEntry) -> list[SignedEntry]:
    return said(story, EntryRefused(entry=ref_to(entry), reason="nobody knows of it"))


def beside(story: Story, after: SignedEntry, event: AnyEvent) -> SignedEntry:
    """A line of the first tablet's second branch."""
    place = {"previous": to_base64url(after.hash), "sequence": after.sequence + 1}
    return story.record(story.first, event, **place)


def resolved(*, released: tuple[SignedEntry, ...] = (), reversed_: tuple[SignedEntry, ...] = ()) -> ForkResolved:
    device = to_base64url((*released, *reversed_)[0].device)
    return ForkResolved(
        device=device, reason="a copied tablet",
        released=tuple(map(ref_to, released)), reversed=tuple(map(ref_to, reversed_)),
    )  # fmt: skip


def gap(last: SignedEntry, beyond: SignedEntry) -> GapDeclared:
    return GapDeclared(
        device=to_base64url(last.device), last_sequence=last.sequence, last_hash=to_base64url(last.hash),
        next_sequence=beyond.sequence, next_previous=to_base64url(beyond.previous), reason="the disk is gone",
    )  # fmt: skip


def opened_beside(satang: int) -> Balances:
    both = dict(OPENED)
    for key, amount in deposited(satang).items():
        both[key] = both.get(key, 0) + amount
    return both


def _released(story: Story) -> Balances:
    revoke(story, story.first)
    honest = story.record(story.first, deposit())
    story.expect(REVOKED, story.record(story.first, deposit(5)))
    release(story, honest)
    return deposited()


def _released_before_it_comes(story: Story) -> Balances:
    revoke(story, story.first)
    honest = story.record(story.first, deposit())
    release(story, honest)
    story.arrive_last(honest)
    return deposited()


def _release_replaces_no_approval(story: Story) -> Balances:
    waits = story.expect(WAITS, story.record(story.first, opening()))
    release(story, waits)
    revoke(story, story.first)
    stopped = story.expect(WAITS, story.record(story.first, opening()))
    release(story, stopped)
    return {}


def _release_meets_its_approvals(story: Story) -> Balances:
    """What was approved before the release counts then; what the lost tablet's own keys approve does not."""
    revoke(story, story.first)
    stopped = story.record(story.first, opening())
    own = story.world.approve(story.first, [stopped], A2)
    story.world.approve(story.second, [stopped], A2)
    release(story, own)
    release(story, stopped)
    return OPENED


def _release_of_its_own_approval(story: Story) -> Balances:
    revoke(story, story.first)
    stopped = story.expect(WAITS, story.record(story.first, opening()))
    own = story.world.approve(story.first, [stopped], A2)
    release(story, stopped)
    release(story, own)
    return {}


def _release_of_no_authority(story: Story) -> Balances:
    spent = ExpensePaid(ledger="bank:pp02", account=5120, amount_satang=5, channel="bank", bank=BANK)
    foreign = story.expect("not_authorised", story.record(story.first, spent))
    release(story, foreign)
    revoke(story, story.first)
    again = story.expect("not_authorised", story.record(story.first, spent))
    release(story, again)
    return {}


def _release_elsewhere(story: Story) -> Balances:
    """A decision names an entry by device, sequence, hash and feed: by all of them, whichever comes first."""
    revoke(story, story.first)
    early, late = (story.expect(REVOKED, story.record(story.first, deposit())) for _ in range(2))
    for entry in (late, early):
        wrong = type(ref_to(entry))(device=story.first.name, hash=to_base64url(entry.hash), sequence=77)
        said(story, EntryReleased(entry=wrong, reason="another line"))
        said(story, EntryReleased(entry=ref_to(entry), reason="another feed"), village="pp02")
    story.arrive_last(late)
    return {}


def _refused(story: Story) -> Balances:
    waits = story.expect(REFUSED, story.record(story.first, opening()))
    story.world.approve(story.first, [waits], A2[:2])
    refuse(story, waits)
    story.world.approve(story.first, [waits], A2)
    release(story, waits)
    return {}


def _refused_before_it_comes(story: Story) -> Balances:
    waits = story.expect(REFUSED, story.record(story.first, opening()))
    refuse(story, waits)
    story.arrive_last(waits)
    story.world.approve(story.second, [waits], A2)
    return {}


def _refused_reversal(story: Story) -> Balances:
    """A reversal that waits for its original, and one whose original has come."""
    original = story.record(story.first, deposit())
    early = story.expect(REFUSED, story.record(story.second, reversal(ref_to(original))))
    refuse(story, early)
    story.arrive_last(original)
    late = story.expect(REFUSED, story.record(story.second, reversal(ref_to(original))))
    refuse(story, late)
    story.world.approve(story.first, [early, late], A2)
    return deposited()


def _refused_cash(story: Story) -> Balances:
    """Cash that has moved is not refused: it is reversed."""
    taken = story.record(story.first, deposit())
    refuse(story, taken)
    return deposited()


def _the_first_decision_holds(story: Story) -> Balances:
    revoke(story, story.first)
    first = story.record(story.first, deposit())
    second = story.expect(REFUSED, story.record(story.first, deposit(5)))
    release(story, first)
    refuse(story, first)
    refuse(story, second)
    release(story, second)
    return deposited()


def _reversal_of_what_is_released(story: Story) -> Balances:
    revoke(story, story.first)
    stopped = story.record(story.first, deposit())
    taken_back = story.record(story.second, reversal(ref_to(stopped)))
    story.world.approve(story.second, [taken_back], A2)
    release(story, stopped)
    return {}


def _released_reversal(story: Story) -> Balances:
    """What a released reversal takes back was recorded long before."""
    original = story.record(story.second, deposit())
    revoke(story, story.first)
    taken_back = story.record(story.first, reversal(ref_to(original)))
    story.world.approve(story.second, [taken_back], A2)
    release(story, taken_back)
    return {}


def _fork_decided(story: Story) -> Balances:
    """One line of the second branch counts, one of the first is taken back, and the device has ended."""
    base = story.record(story.first, deposit(1))
    wrong = story.record(story.first, deposit(2))
    good = beside(story, base, deposit(4))
    story.expect(FORKED, beside(story, good, deposit(8)))
    said(story, resolved(released=(good,), reversed_=(wrong,)))
    story.expect(REVOKED, story.record(story.first, deposit(16)))
    return deposited(5)


def _fork_decided_before_it_comes(story: Story) -> Balances:
    base = story.record(story.first, deposit(1))
    wrong = story.record(story.first, deposit(2))
    good = beside(story, base, deposit(4))
    said(story, resolved(released=(good,), reversed_=(wrong,)))
    story.arrive_last(story.expect(REVOKED, wrong), good)
    return deposited(5)


def _fork_decided_twice(story: Story) -> Balances:
    """Reversed once, whoever says it how often; what posts nothing is not reversed."""
    base = story.record(story.first, deposit(1))
    bank = story.record(story.desk, VillageBankEstablished(moo=1, founded=DAY), village="pp01")
    story.expect(WAITS, bank)
    taken_back = story.record(story.second, reversal(ref_to(base)))
    story.world.approve(story.second, [taken_back], A2)
    fork = beside(story, base, deposit(4))
    line = story.expect("malformed", beside(story, fork, ExpensePaid(
        ledger="bank:pp01", account=5120, amount_satang=5, channel="bank", box=BOX,
    )))  # fmt: skip
    said(story, resolved(released=(fork, line), reversed_=(base, fork)))
    said(story, resolved(reversed_=(fork, taken_back)))
    return {}


def _fork_without_meaning(story: Story) -> Balances:
    base = story.record(story.first, deposit())
    story.record(story.first, deposit(2))
    place = {"previous": to_base64url(base.hash), "sequence": base.sequence + 1}
    data = story.body(story.first, {"amount_satang": 7, "box": BOX, "member": "m", "type": "share_deposited"}, **place)
    fork = story.record_raw(story.first, data.replace(b":7,", b": 7,"))
    story.first.log.remove(fork)
    story.expect("not_canonical", fork)
    foreign = ExpensePaid(ledger="bank:pp02", account=5120, amount_satang=5, channel="bank", bank=BANK)
    other = story.expect("not_authorised", beside(story, base, foreign))
    said(story, resolved(released=(fork, other), reversed_=(fork,)))
    return deposited(10_002)


def _fork_refused(story: Story) -> Balances:
    base = story.record(story.first, deposit())
    story.record(story.first, deposit(2))
    refused, forked = beside(story, base, deposit(4)), story.expect(FORKED, beside(story, base, deposit(8)))
    story.expect(REFUSED, refused)
    refuse(story, refused)
    release(story, forked)  # a fork is decided by `fork_resolved`, which ends the device
    story.record(story.first, deposit(16))
    return deposited(10_018)


def _fork_of_another_village(story: Story) -> Balances:
    base = story.record(story.first, deposit())
    story.record(story.first, deposit(2))
    fork = story.expect(FORKED, beside(story, base, deposit(4)))
    decision = story.record(story.desk, resolved(released=(fork,)), village="pp02")
    story.expect("not_authorised", decision)
    story.world.approve_by_office([decision])
    return deposited(10_002)


def _fork_of_the_office(story: Story) -> Balances:
    """What an office device forked in a village's feed is decided there; the office's own feed ends the device."""
    vault = story.vault
    first = story.record(vault, VillageBankEstablished(moo=1, founded=DAY), village="pp02")
    place = {"previous": to_base64url(first.previous), "sequence": first.sequence}
    fork = story.record(vault, VillageBankEstablished(moo=2, founded=DAY), village="pp01", **place)
    said(story, resolved(released=(fork,)))
    for entry in (first, fork):
        story.world.approve_by_office([entry])
    said(story, ForkResolved(device=vault.name, reason="a copied disk"), village="office")
    story.expect(REVOKED, story.record(vault, VillageBankEstablished(moo=3, founded=DAY), village="pp01"))
    return {}


def _gap(story: Story) -> Balances:
    last, lost, also, beyond = (story.record(story.first, deposit(satang)) for satang in (1, 2, 4, 8))
    for entry in (lost, also):
        story.world.entries.remove(entry)
    said(story, gap(last, beyond))
    story.arrive_last(beyond)
    story.record(story.first, deposit(16))
    return deposited(25)


def _gap_filled(story: Story) -> Balances:
    """What was believed lost turns up, and finds its place; what does not lead to the other side is a fork."""
    last, lost, also, beyond = (story.record(story.first, deposit(satang)) for satang in (1, 2, 4, 8))
    wrong = story.expect(FORKED, beside(story, lost, deposit(32)))
    story.world.approve(story.first, [story.record(story.first, opening())], A2)
    said(story, gap(last, beyond))
    story.arrive_last(beyond, *story.first.log[-2:], lost, wrong, also)
    return opened_beside(15)


def _gap_half_filled(story: Story) -> Balances:
    """The gap may have begun to close before the log goes on behind it."""
    last, lost, also, beyond = (story.record(story.first, deposit(satang)) for satang in (1, 2, 4, 8))
    said(story, gap(last, beyond))
    story.arrive_last(lost, beyond, also)
    return deposited(15)


def _approval_of_what_is_lost(story: Story) -> Balances:
    last = story.record(story.first, deposit(1))
    lost = story.record(story.first, opening())
    beyond = story.record(story.first, deposit(2))
    said(story, gap(last, beyond))
    story.arrive_last(beyond)
    story.world.approve(story.second, [lost], A2)
    story.arrive_last(lost)
    return opened_beside(3)


def _gap_elsewhere(story: Story) -> Balances:
    """Behind another last entry, at a place that the log has passed, or not at all."""
    base = story.record(story.first, deposit(1))
    other = beside(story, base, deposit(64))
    story.record(story.first, deposit(2))
    story.world.entries.remove(other)
    lost, beyond = story.record(story.first, deposit(4)), story.record(story.first, deposit(8))
    for entry in (lost, beyond):
        story.world.entries.remove(entry)
    said(story, gap(other, beyond))
    story.world.entries.append(story.expect(FORKED, beyond))
    said(story, gap(base, lost))
    story.world.entries.append(lost)
    story.expect(FORKED, beside(story, base, deposit(16)))
    return deposited(7)


def _replaced(story: Story) -> Balances:
    last = story.record(story.first, deposit())
    said(
        story,
        DeviceReplaced(device=story.first.name, successor=story.second.name, reason="broken glass", last=ref_to(last)),
    )
    story.expect(REVOKED, story.record(story.first, deposit(5)))
    story.record(story.second, deposit(5))
    return deposited(10_005)


def _reported(story: Story) -> Balances:
    """A report names what is not trusted, and stops nothing: one stolen tablet must not silence the other."""
    report = DeviceLostReported(device=story.first.name, last_trusted_sequence=0, reason="left on the bus")
    reported = story.record(story.second, report)
    story.world.approve(story.second, [reported], A2)
    story.record(story.first, deposit())
    other = DeviceLostReported(device=story.world.village("pp02").tablets[0].name, last_trusted_sequence=0, reason="x")
    story.expect("not_authorised", story.record(story.second, other))
    said(story, DeviceRevoked(device=story.first.name, reason="lost"), village="office")
    story.expect(REVOKED, story.record(story.first, deposit(5)))
    return deposited()


CASES = (
    ("What a revoked device recorded honestly is released, one by one", _released),
    ("A release may come before its entry", _released_before_it_comes),
    ("A release replaces no approval", _release_replaces_no_approval),
    ("What is released counts with the approvals of other tablets", _release_meets_its_approvals),
    ("A released approval by revoked keys approves nothing", _release_of_its_own_approval),
    ("A release gives no authority", _release_of_no_authority),
    ("A decision is about the entry that it names wholly", _release_elsewhere),
    ("What waits is refused for ever", _refused),
    ("A refusal may come before its entry", _refused_before_it_comes),
    ("A refused reversal takes nothing back", _refused_reversal),
    ("Cash that has moved is not refused", _refused_cash),
    ("Of two decisions of one entry the first to count holds", _the_first_decision_holds),
    ("What was reversed before its release posts nothing", _reversal_of_what_is_released),
    ("A released reversal takes back what it names", _released_reversal),
    ("A fork is decided line by line, and its device ends", _fork_decided),
    ("A fork may be decided before its lines come", _fork_decided_before_it_comes),
    ("A line of a fork is reversed once", _fork_decided_twice),
    ("A released line without meaning has none still", _fork_without_meaning),
    ("A forked line is refused, or decided with its fork", _fork_refused),
    ("A fork is decided where its device's lines are read", _fork_of_another_village),
    ("A fork of the office is decided in each feed that it is in", _fork_of_the_office),
    ("A log goes on behind a declared gap", _gap),
    ("What was lost finds its place in the gap", _gap_filled),
    ("A gap may begin to close before the log goes on", _gap_half_filled),
    ("What was lost may be approved before it is found", _approval_of_what_is_lost),
    ("A gap is good for its own place only", _gap_elsewhere),
    ("A replaced device has ended", _replaced),
    ("A reported loss stops nothing, a revocation does", _reported),
)
