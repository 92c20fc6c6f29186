"""Cases of the effect vectors: bytes, authority, forks, reversals, transfers."""

from typing import Final

from generation.story import BANK, BOX, Balances, Story
from sajja_schemas.entry import EntryRef, to_base64url
from sajja_schemas.events.ledgers import (
    BankDepositMade,
    EntryReversed,
    ExpensePaid,
    OpeningBalanceRecorded,
    OpeningLine,
)
from sajja_schemas.events.loans import LoanDisbursed
from sajja_schemas.events.network import VillageBankEstablished
from sajja_schemas.events.savings import ShareDeposited, ShareWithdrawn
from sajja_schemas.events.transfers import NetworkDepositPlaced
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.events.welfare import WelfareContributionReceived
from support.world import DAY, Tablet, key_of, ref_to


def deposit(satang: int = 10_000) -> ShareDeposited:
    return ShareDeposited(member="pp01-m001", amount_satang=satang, box=BOX)


def deposited(satang: int = 10_000) -> Balances:
    if not satang:
        return {}
    return {("bank:pp01", 1110, BOX): satang, ("bank:pp01", 3110, "pp01-m001"): -satang}


def reversal(of: EntryRef) -> EntryReversed:
    return EntryReversed(entry=of, reason="wrong_amount")


def _counted(story: Story) -> Balances:
    story.record(story.first, deposit())
    return deposited()


def _two_ledgers(story: Story) -> Balances:
    story.record(
        story.first, WelfareContributionReceived(member="pp01-m001", amount_satang=3_000, box=BOX, months=("2020-06",))
    )
    return {
        ("bank:pp01", 1110, BOX): 3_000,
        ("bank:pp01", 2610, ""): -3_000,
        ("welfare", 1610, "pp01"): 3_000,
        ("welfare", 4162, "pp01-m001"): -3_000,
    }


def _unknown_field(story: Story) -> Balances:
    event = {"amount_satang": 10_000, "box": BOX, "colour": "red", "member": "pp01-m001", "type": "share_deposited"}
    story.record_raw(story.first, story.body(story.first, event))
    return deposited()


def _not_canonical(story: Story) -> Balances:
    data = story.body(story.first, {"amount_satang": 7, "box": BOX, "member": "m", "type": "share_deposited"})
    story.expect("not_canonical", story.record_raw(story.first, data.replace(b":7,", b": 7,")))
    story.record(story.first, deposit())
    return deposited()


def _null(story: Story) -> Balances:
    data = story.body(story.first, {"amount_satang": 7, "box": BOX, "member": "m", "type": "share_deposited"})
    story.expect("not_canonical", story.record_raw(story.first, data.replace(b'"v":1', b'"personal":null,"v":1')))
    return {}


def _too_large(story: Story) -> Balances:
    event = {"amount_satang": 7, "box": BOX, "member": "m", "note": "x" * 32_768, "type": "share_deposited"}
    story.expect("too_large", story.record_raw(story.first, story.body(story.first, event)))
    from_the_future = {**event, "type": "goats_counted"}
    story.expect("too_large", story.record_raw(story.first, story.body(story.first, from_the_future)))
    story.record(story.first, deposit())
    return deposited()


def _unknown_type(story: Story) -> Balances:
    event = {"goats": 12, "type": "goats_counted"}
    story.expect("unknown_type", story.record_raw(story.first, story.body(story.first, event)))
    story.record(story.first, deposit())
    return deposited()


def _unknown_version(story: Story) -> Balances:
    event = {"amount_satang": 7, "box": BOX, "member": "m", "type": "share_deposited"}
    story.expect("unknown_type", story.record_raw(story.first, story.body(story.first, event, v=2)))
    return {}


def _malformed_types(story: Story) -> Balances:
    plain = {"amount_satang": 7, "box": BOX, "member": "m", "type": "share_deposited"}
    for wrong in (
        {"amount_satang": "7"},
        {"amount_satang": 0},
        {"amount_satang": -7},
        {"member": "Somebody"},
        {"member": "m\u0000"},
        {"months": ["2020-13"]},
        {"type": 7},
        {"type": ["share_deposited"]},
    ):
        story.expect("malformed", story.record_raw(story.first, story.body(story.first, {**plain, **wrong})))
    for changed in ({"date": "2020-02-30"}, {"date": "2020-06-01T00:00:00"}, {"v": True}):
        story.expect("malformed", story.record_raw(story.first, story.body(story.first, plain, **changed)))
    story.expect("malformed", story.record_raw(story.first, story.body(story.first, "share_deposited")))
    return {}


def _malformed_postings(story: Story) -> Balances:
    unbalanced = LoanDisbursed(
        loan="l1", member="m", product="ordinary", gross_satang=100, net_satang=98, premium_satang=1, channel="cash",
        box=BOX,
    )  # fmt: skip
    without_bank = ExpensePaid(ledger="bank:pp01", account=5120, amount_satang=5, channel="bank", box=BOX)
    of_another_chart = ExpensePaid(ledger="bank:pp01", account=5120, amount_satang=5, channel="cash", bank=BANK)
    for event in (unbalanced, without_bank, of_another_chart):
        story.expect("malformed", story.record(story.first, event))
    page = (OpeningLine(account=4170, amount_satang=-5, sub="l1"),)
    opening = OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=page)
    story.expect("malformed", story.record(story.first, opening))
    return {}


def _malformed_choice(story: Story) -> Balances:
    event = {
        "loan": "l1", "member": "m", "net_satang": 50, "set_off_principal_satang": 50, "shares_satang": 100,
        "type": "member_exit_settled",
    }  # fmt: skip
    story.expect("malformed", story.record_raw(story.first, story.body(story.first, event)))
    return {}


def _another_ledger(story: Story) -> Balances:
    for ledger in ("bank:pp02", "welfare", "network", "group:pp02-shrimp"):
        event = BankDepositMade(ledger=ledger, amount_satang=5, box=BOX, bank=BANK)
        story.expect("not_authorised", story.record(story.first, event))
    story.record(story.first, deposit())
    return deposited()


def _another_village(story: Story) -> Balances:
    story.expect("not_authorised", story.record(story.first, deposit(), village="pp02"))
    return {}


def _office_event(story: Story) -> Balances:
    bank = VillageBankEstablished(moo=3, founded=DAY)
    story.expect("not_authorised", story.record(story.first, bank))
    story.expect("not_authorised", story.record(story.desk, deposit(), village="pp01"))
    return {}


def _office_ledger(story: Story) -> Balances:
    event = ExpensePaid(ledger="bank:pp01", account=5120, amount_satang=5, channel="cash", box=BOX)
    story.expect("not_authorised", story.record(story.desk, event))
    fund = ExpensePaid(ledger="network", account=5120, amount_satang=5, channel="cash", box="office-o4")
    story.expect("not_authorised", story.record(story.desk, fund, village="pp01"))
    story.record(story.desk, fund)
    return {("network", 1110, "office-o4"): -5, ("network", 5120, ""): 5}


def _derived(story: Story) -> Balances:
    tablet = Tablet("pp01", key_of("a third tablet"))
    entry = story.record(story.desk, story.world.enrolment(tablet, derived=True), village="pp01")
    story.expect("not_authorised", entry)
    story.world.approve_by_office([entry])
    return {}


def _did_not_ask(story: Story) -> Balances:
    asked = story.world.enrolment(Tablet("pp01", key_of("a third tablet")))
    elsewhere = story.record(story.desk, asked, village="pp02")
    story.expect("not_authorised", elsewhere)
    return {}


def _enrolled_twice(story: Story) -> Balances:
    story.expect("not_authorised", story.record(story.desk, story.world.enrolment(story.first), village="pp01"))
    again = story.world.officer_key(story.first, "pp01-o1")
    story.expect("not_authorised", story.record(story.desk, again, village="pp01"))
    return {}


def _founded_twice(story: Story) -> Balances:
    body = story.world.entries[0].body
    event = body[body.index(b'"event":') + 8 : body.index(b',"network":')]
    plain = story.body(story.desk, {})
    story.expect("not_authorised", story.record_raw(story.desk, plain.replace(b'"event":{}', b'"event":' + event)))
    return {}


def _revoked(story: Story) -> Balances:
    story.record(story.second, deposit())
    revoked = story.record(story.desk, DeviceRevoked(device=story.second.name, reason="lost"), village="pp01")
    story.world.approve_by_office([revoked])
    story.expect("revoked", story.record(story.second, deposit(5)))
    story.record(story.first, deposit(30))
    return deposited(10_030)


def _forked(story: Story) -> Balances:
    before = story.record(story.first, deposit())
    story.record(story.first, deposit(20))
    place = {"previous": to_base64url(before.hash), "sequence": before.sequence + 1}
    fork = story.expect("forked", story.record(story.first, deposit(7), **place))
    behind = story.record(story.first, deposit(8), previous=to_base64url(fork.hash), sequence=fork.sequence + 1)
    story.expect("forked", behind)
    story.record(story.first, deposit(30))
    return deposited(10_050)


def _forked_first_of_all(story: Story) -> Balances:
    before = story.record(story.first, deposit())
    story.record(story.first, deposit(20))
    data = story.body(
        story.first,
        {"type": 7},
        previous=to_base64url(before.hash),
        sequence=before.sequence + 1,
    ).replace(b":1,", b": 1,")
    story.expect("forked", story.record_raw(story.first, data))
    story.first.log.pop()
    return deposited(10_020)


def _reversed(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    taken_back = story.record(story.first, reversal(ref_to(entry)))
    story.world.approve(story.first, [taken_back], ("secretary", "treasurer"))
    return {}


def _reversed_before(story: Story) -> Balances:
    entry = story.record(story.second, deposit())
    taken_back = story.record(story.first, reversal(ref_to(entry)))
    story.world.approve(story.first, [taken_back], ("secretary", "treasurer"))
    story.arrive_last(entry)
    return {}


def _reversed_unapproved(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    story.expect("awaiting_approval", story.record(story.first, reversal(ref_to(entry))))
    return deposited()


def _reversed_money_out(story: Story) -> Balances:
    entry = story.record(story.first, ShareWithdrawn(member="pp01-m001", amount_satang=500, box=BOX))
    taken_back = story.record(story.first, reversal(ref_to(entry)))
    story.world.approve(story.first, [taken_back], ("secretary", "treasurer"))
    story.expect("awaiting_approval", taken_back)
    return deposited(-500)


def _reversed_twice(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    both = [story.record(tablet, reversal(ref_to(entry))) for tablet in (story.first, story.second)]
    story.world.approve(story.first, both, ("secretary", "treasurer"))
    story.expect("not_authorised", both[1])
    story.expect("not_authorised", story.record(story.first, reversal(ref_to(entry))))
    return {}


def _reversed_reversal(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    taken_back = story.record(story.first, reversal(ref_to(entry)))
    story.world.approve(story.first, [taken_back], ("secretary", "treasurer"))
    story.expect("not_authorised", story.record(story.first, reversal(ref_to(taken_back))))
    return {}


def _reversed_by_others(story: Story) -> Balances:
    entry = story.record(story.first, deposit())
    story.expect("not_authorised", story.record(story.desk, reversal(ref_to(entry)), village="pp01"))
    story.expect("not_authorised", story.record(story.world.village("pp02").tablets[0], reversal(ref_to(entry))))
    return deposited()


def _reversed_elsewhere(story: Story) -> Balances:
    before, entry = story.record(story.first, deposit()), story.record(story.first, deposit(20))
    wrong = EntryRef(device=story.first.name, sequence=before.sequence, hash=to_base64url(entry.hash))
    story.expect("not_authorised", story.record(story.first, reversal(wrong)))
    return deposited(10_020)


def _transfer(story: Story) -> Balances:
    given = NetworkDepositPlaced(settlement="s1", side="sent", amount_satang=100, bank=BANK)
    got = NetworkDepositPlaced(settlement="s1", side="received", amount_satang=100, bank="baac-9")
    story.record(story.first, given)
    story.record(story.desk, got, village="pp01")
    return {
        ("bank:pp01", 1120, BANK): -100,
        ("bank:pp01", 1130, ""): 100,
        ("network", 1120, "baac-9"): 100,
        ("network", 2230, "pp01"): -100,
    }


def _transfer_by_the_other(story: Story) -> Balances:
    given = NetworkDepositPlaced(settlement="s1", side="sent", amount_satang=100, bank=BANK)
    got = NetworkDepositPlaced(settlement="s1", side="received", amount_satang=100, bank="baac-9")
    story.expect("not_authorised", story.record(story.first, got))
    story.expect("not_authorised", story.record(story.desk, given, village="pp01"))
    return {}


CASES: Final = (
    ("A deposit counts at once", _counted),
    ("A contribution posts two ledgers, and each balances", _two_ledgers),
    ("A field from the future is kept and changes nothing", _unknown_field),
    ("White space is not canonical, and stops nothing behind it", _not_canonical),
    ("A null is not canonical", _null),
    ("A body over 32 KiB is too large", _too_large),
    ("An event from the future waits for a version that knows it", _unknown_type),
    ("A body of another version waits for one that knows it", _unknown_version),
    ("Fields of other types and ranges are malformed", _malformed_types),
    ("Postings that do not balance, or name no sub-ledger or no account, are malformed", _malformed_postings),
    ("An amount whose account nobody chose is malformed", _malformed_choice),
    ("A village does not touch another ledger", _another_ledger),
    ("A village does not speak for another village", _another_village),
    ("A village authors no event of the office, nor the office one of a village", _office_event),
    ("The office touches the funds, in its own name, and no village's bank", _office_ledger),
    ("A derived key is refused outside a demonstration", _derived),
    ("A key is refused where it did not ask to be", _did_not_ask),
    ("A device and a key are enrolled once", _enrolled_twice),
    ("A network is founded once", _founded_twice),
    ("What a device records after its revocation has no effect", _revoked),
    ("A fork and what continues it have no effect; the first branch goes on", _forked),
    ("A fork is a fork before it is anything else", _forked_first_of_all),
    ("A reversal nets to nothing", _reversed),
    ("A reversal that came before its original nets to nothing, too", _reversed_before),
    ("A reversal needs two officers", _reversed_unapproved),
    ("A reversal of money out needs three", _reversed_money_out),
    ("An entry is reversed once", _reversed_twice),
    ("A reversal is not reversed", _reversed_reversal),
    ("Only its own unit reverses an entry", _reversed_by_others),
    ("A reversal names the place of its original", _reversed_elsewhere),
    ("Money between units is two entries", _transfer),
    ("Neither side speaks for the other", _transfer_by_the_other),
)
