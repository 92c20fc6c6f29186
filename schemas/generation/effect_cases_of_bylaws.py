"""Cases of the effect vectors: what bylaws raise, from when, and what no bylaw reaches."""

from datetime import date, timedelta
from typing import Final

from generation.effect_cases import deposit, deposited, reversal
from generation.effect_cases_of_approval import A2, A3, GRANTED, OPENED, WAITS, appointment, claim, opening
from generation.story import BANK, Balances, Story
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events.base import Approvers, Assembly
from sajja_schemas.events.corrections import DisputeOpened
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine
from sajja_schemas.events.lending import LoanApplied
from sajja_schemas.events.loans import LoanApproved
from sajja_schemas.events.members import MemberExitSettled, MemberTransferred
from sajja_schemas.events.network import Bylaws, RulesetAdopted
from sajja_schemas.events.ruleset import ApproverBand
from sajja_schemas.events.trust import DeviceRevoked
from sajja_schemas.events.welfare import WelfareEnrolled
from support.world import ASSEMBLY, DAY, ref_to

LATER: Final = DAY + timedelta(days=10)
MEMBER: Final = "pp01-m001"
LEFT: Final[Balances] = {("bank:pp01", 2140, MEMBER): -100, ("bank:pp01", 3110, MEMBER): 100}


def _band(event: str, approvers: Approvers, from_satang: int = 0) -> Bylaws:
    return Bylaws(approvals=(ApproverBand(event=event, approvers=approvers, from_satang=from_satang),))


EXIT_A4: Final = _band("member_exit_settled", Approvers.A4)


def _adopt(story: Story, rules: Bylaws, *, version: int = 1, effective_from: date = DAY) -> SignedEntry:
    event = RulesetAdopted(
        ledger="bank:pp01", version=version, effective_from=effective_from, rules=rules, assembly=ASSEMBLY
    )
    entry = story.record(story.first, event)
    story.world.approve(story.first, [entry], ("president", "secretary"))
    story.world.approve(story.first, [entry], ("treasurer",), keys_on=story.second)
    return entry


def _adopt_at_office(story: Story, ledger: str, rules: Bylaws) -> None:
    event = RulesetAdopted(ledger=ledger, version=1, effective_from=DAY, rules=rules, assembly=ASSEMBLY)
    story.world.approve_by_office([story.record(story.desk, event)])


def _leave(story: Story, day: date = DAY) -> SignedEntry:
    return story.record(story.first, MemberExitSettled(member=MEMBER, shares_satang=100, net_satang=100), day=day)


def _by_village(story: Story, entry: SignedEntry) -> None:
    story.world.approve(story.first, [entry], A2)


def _raised(story: Story) -> Balances:
    _adopt(story, EXIT_A4)
    _by_village(story, story.expect(WAITS, _leave(story)))
    return {}


def _both_complete(story: Story) -> Balances:
    _adopt(story, EXIT_A4)
    alone = story.expect(WAITS, _leave(story))
    story.world.approve_by_office([alone])
    entry = _leave(story)
    _by_village(story, entry)
    story.world.approve_by_office([entry])
    return LEFT


def _never_lowered(story: Story) -> Balances:
    _adopt(story, _band("opening_balance_recorded", Approvers.A1))
    entry = story.expect(WAITS, story.record(story.first, opening()))
    story.world.approve(story.first, [entry], ("secretary", "bookkeeper"))
    enough = story.record(story.first, opening())
    _by_village(story, enough)
    return OPENED


def _by_amount(story: Story) -> Balances:
    _adopt(story, _band("share_deposited", Approvers.A1, 10_001))
    small = story.record(story.first, deposit())
    taken_back = story.record(story.first, reversal(ref_to(small)))
    story.world.approve(story.first, [taken_back], ("secretary", "bookkeeper"))
    _adopt(story, _band("entry_reversed", Approvers.A2), version=2)
    entry = story.record(story.first, deposit())
    taken_back = story.expect(WAITS, story.record(story.first, reversal(ref_to(entry))))
    story.world.approve(story.first, [taken_back], ("secretary", "bookkeeper"))
    return deposited()


def _by_business_date(story: Story) -> Balances:
    _adopt(story, EXIT_A4, effective_from=LATER)
    _by_village(story, _leave(story))
    _by_village(story, story.expect(WAITS, _leave(story, LATER)))
    return LEFT


def _dated_back(story: Story) -> Balances:
    _adopt(story, EXIT_A4, effective_from=LATER)
    story.record(story.second, deposit(), day=LATER)
    _by_village(story, story.expect(WAITS, _leave(story)))
    return deposited()


def _dated_forward(story: Story) -> Balances:
    _adopt(story, EXIT_A4)
    _adopt(story, Bylaws(), version=2, effective_from=LATER)
    _by_village(story, story.expect(WAITS, _leave(story, LATER)))
    story.record(story.second, deposit(), day=LATER)  # nobody signs this, and it moves the day of the feed
    _by_village(story, story.expect(WAITS, _leave(story, LATER)))
    story.record(story.desk, DisputeOpened(dispute="d1", member=MEMBER, text="no village can say this"), day=LATER)
    _by_village(story, _leave(story, LATER))
    return deposited() | LEFT | {("bank:pp01", 3110, MEMBER): 100 - 10_000}


def _adopted_after(story: Story) -> Balances:
    entry = _leave(story)
    _adopt(story, EXIT_A4)
    _by_village(story, entry)
    return LEFT


def _not_adopted(story: Story) -> Balances:
    event = RulesetAdopted(ledger="bank:pp01", version=1, effective_from=DAY, rules=EXIT_A4, assembly=ASSEMBLY)
    story.expect(WAITS, story.record(story.first, event))
    _by_village(story, _leave(story))
    return LEFT


def _note(story: Story) -> Balances:
    _adopt(story, _band("loan_applied", Approvers.A1, 1_000))
    applied = LoanApplied(
        loan="l1", member=MEMBER, product="ordinary", amount_satang=1_000, months=12, purpose="farming"
    )
    story.expect(WAITS, story.record(story.first, applied))
    approved = story.record(story.first, applied)
    story.world.approve(story.first, [approved], ("secretary", "bookkeeper"))
    return {}


def _cash(story: Story) -> Balances:
    _adopt(story, _band("share_deposited", Approvers.A2))
    story.record(story.first, deposit())
    return deposited()


def _approval(story: Story) -> Balances:
    _adopt(story, _band("entry_approved", Approvers.A1))
    _by_village(story, story.record(story.first, opening()))
    return OPENED


def _office(story: Story) -> Balances:
    _adopt(story, _band("device_revoked", Approvers.A5))
    revoked = story.record(story.desk, DeviceRevoked(device=story.second.name, reason="lost"), village="pp01")
    story.world.approve_by_office([revoked])
    return {}


def _fund(story: Story) -> Balances:
    _adopt_at_office(story, "welfare", _band("welfare_enrolled", Approvers.A4))
    enrolled = WelfareEnrolled(member=MEMBER, joined=DAY, resolution=story.world.resolve(story.first))
    entry = story.expect(WAITS, story.record(story.first, enrolled))
    story.world.approve(story.first, [entry], A3)
    both = story.record(story.first, enrolled)
    story.world.approve(story.first, [both], A3)
    story.world.approve_by_office([both])
    return {}


def _fund_at_the_office(story: Story) -> Balances:
    _adopt_at_office(story, "welfare", _band("opening_balance_recorded", Approvers.A4))
    page = (OpeningLine(account=1120, amount_satang=900, sub=BANK),)
    for ledger, effect in (("welfare", WAITS), ("risk", "counted")):
        opened = OpeningBalanceRecorded(ledger=ledger, lines_of_page=page)
        story.world.approve(story.desk, [story.expect(effect, story.record(story.desk, opened))], A2)
    return {("risk", 1120, BANK): 900, ("risk", 3900, ""): -900}


def _quorum(story: Story) -> Balances:
    _adopt(story, Bylaws(general_meeting_quorum_bp=6_000), effective_from=LATER)
    half = Assembly(attended=59, entitled=100, minutes=ASSEMBLY.minutes)
    event = appointment("pp01-o9", "president", half)
    before = story.record(story.desk, event, village="pp01")
    after = story.expect(WAITS, story.record(story.desk, event, village="pp01", day=LATER))
    story.world.approve_by_office([before, after])
    return {}


def _quorum_dated_back(story: Story) -> Balances:
    _adopt(story, Bylaws(general_meeting_quorum_bp=6_000), effective_from=LATER)
    story.record(story.second, deposit(), day=LATER)
    half = Assembly(attended=59, entitled=100, minutes=ASSEMBLY.minutes)
    entry = story.record(story.desk, appointment("pp01-o9", "president", half), village="pp01")
    story.world.approve_by_office([story.expect(WAITS, entry)])
    return deposited()


def _reversal_of_a4(story: Story) -> Balances:
    granted = story.record(story.desk, claim(), village="pp01")
    story.world.approve_by_office([granted])
    taken_back = story.record(story.desk, reversal(ref_to(granted)), village="pp01")
    story.world.approve(story.desk, [story.expect(WAITS, taken_back)], ("vice_president", "secretary", "bookkeeper"))
    return GRANTED


def _reversal_of_a4_complete(story: Story) -> Balances:
    granted = story.record(story.desk, claim(), village="pp01")
    story.world.approve_by_office([granted])
    taken_back = story.record(story.desk, reversal(ref_to(granted)), village="pp01")
    story.world.approve(story.desk, [taken_back], A2)
    return {}


def _reversal_of_a_raised(story: Story) -> Balances:
    _adopt(story, _band("share_deposited", Approvers.A2))
    entry = story.record(story.first, deposit())
    taken_back = story.expect(WAITS, story.record(story.first, reversal(ref_to(entry))))
    story.world.approve(story.first, [taken_back], ("secretary", "bookkeeper"))
    return deposited()


def _moved(story: Story) -> SignedEntry:
    event = MemberTransferred(
        settlement="s1", side="between", from_village="pp01", to_village="pp02", member=MEMBER,
        new_member="pp02-m001", gender="female", amount_satang=100,
    )  # fmt: skip
    return story.record(story.desk, event, village="pp01")


def _a4_of_the_other_village(story: Story) -> Balances:
    at_home = story.record(story.desk, appointment("office-o5", "bookkeeper", home="pp02"), village="office")
    story.world.approve_by_office([at_home])
    entry = story.expect(WAITS, _moved(story))
    story.world.approve(story.desk, [entry], ("president", "bookkeeper"))
    story.world.approve(story.desk, [entry], ("treasurer",), keys_on=story.vault)
    return {}


def _lent_to_an_officer(story: Story) -> Balances:
    """No bylaw, but the declaration: whom the committee lends to among themselves, the network countersigns."""
    appointed = story.record(story.desk, appointment("pp01-o4", "treasurer", member="pp01-m009"), village="pp01")
    story.world.approve_by_office([appointed])
    for borrower, is_enough in (("pp01-m009", False), ("pp01-m009", True), (MEMBER, True)):
        terms = LoanApproved(
            loan=f"l-{borrower}", member=borrower, product="ordinary", amount_satang=100, rate_bp_month=100,
            method="declining", months=10, first_due=DAY, resolution=story.world.resolve(story.first),
        )  # fmt: skip
        entry = story.record(story.first, terms)
        story.world.approve(story.first, [entry], A3)
        if not is_enough:
            story.expect(WAITS, entry)
        elif borrower != MEMBER:
            story.world.approve_by_office([entry])
    return {}


CASES: Final = (
    ("Bylaws: a band raises a class", _raised),
    ("Bylaws: the declared class stays, and both must be complete", _both_complete),
    ("Bylaws: a band never lowers a class", _never_lowered),
    ("Bylaws: a band raises from its amount on, and its own event only", _by_amount),
    ("Bylaws: in force by business date, not by arrival", _by_business_date),
    ("Bylaws: who dates back does not escape what has come into force", _dated_back),
    ("Bylaws: who dates forward does not escape what is still in force", _dated_forward),
    ("Bylaws: what was admitted before an adoption counted is asked no more", _adopted_after),
    ("Bylaws: a ruleset that does not count raises nothing", _not_adopted),
    ("Bylaws: a raised note waits as a control does", _note),
    ("Bylaws: a raised cash fact counts at once", _cash),
    ("Bylaws: an approval is never raised", _approval),
    ("Bylaws: a village's raise nothing of the office's", _office),
    ("Bylaws: a fund's raise what villages write of it", _fund),
    ("Bylaws: a fund's raise what the office writes of it", _fund_at_the_office),
    ("Bylaws: a quorum holds from its day", _quorum),
    ("Bylaws: nor does a quorum yield to an earlier date", _quorum_dated_back),
    ("A reversal of what is above A2 is of class A2", _reversal_of_a4),
    ("A reversal of what is above A2 needs no more than A2", _reversal_of_a4_complete),
    ("A reversal of what bylaws raised to A2 is of class A2", _reversal_of_a_raised),
    ("A4: none who is at home in another village concerned", _a4_of_the_other_village),
    ("A3 and A4: a loan to an officer of the village", _lent_to_an_officer),
)
