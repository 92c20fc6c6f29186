"""What is declared beside the events, held to the laws of docs/domain.md sections 2, 3 and 5."""

import typing
from typing import Any

import msgspec
import pytest

from sajja_schemas.accounts import CHART, HELD, Account, LedgerKind, Sub, belongs_to, is_result, kind_of, may_hold
from sajja_schemas.entry import EntryRef, Head
from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.events.base import Approvers, Author, Event, Fund, Kind, declare
from sajja_schemas.postings import BANK_OF_VILLAGE, VILLAGE, Choice, Posting, credit, debit

DECLARED = [(event_type, posting) for event_type in CATALOGUE.values() for posting in event_type.declared.postings]
IDS = [f"{event_type.__name__}-{posting.side}-{posting.ledger}" for event_type, posting in DECLARED]
# Which field names what: a posting to an account with a sub-ledger must take it from a field of that meaning.
FIELDS_OF_SUB = {
    Sub.MEMBER: {"member", "sub"},
    Sub.LOAN: {"loan"},
    Sub.CUSTODIAN: {"box", "carrier"},
    Sub.BANK: {"bank", "sub"},
    Sub.VILLAGE: {VILLAGE},
    Sub.CLAIM: {"claim"},
}


def accounts_of(event_type: type[Event], posting: Posting) -> list[Account]:
    if isinstance(posting.account, int):
        return [CHART[posting.account]]
    if isinstance(posting.account, Choice):
        return [CHART[int(code)] for _value, code in posting.account.of]
    if posting.each:
        return []  # a page of the paper book: any account, checked as it is read
    return [CHART[code] for code in typing.get_args(typing.get_type_hints(event_type)[posting.account])]


def ledgers_of(posting: Posting) -> set[LedgerKind]:
    if posting.ledger == BANK_OF_VILLAGE:
        return {LedgerKind.BANK}
    if posting.ledger == "@fund":
        return {LedgerKind(fund) for fund in typing.get_args(Fund)}
    return set() if posting.ledger == "@ledger" else {LedgerKind(posting.ledger)}


def author_of(event_type: type[Event], posting: Posting) -> Author:
    declared = event_type.declared
    if declared.author is not Author.BY_SIDE or posting.when is None:
        return declared.author
    is_senders = posting.when == ("side", "sent")
    return Author.VILLAGE if (declared.sender is Author.VILLAGE) is is_senders else Author.OFFICE


@pytest.mark.parametrize(("event_type", "posting"), DECLARED, ids=IDS)
def test_every_declared_account_stands_in_its_ledger(event_type: type[Event], posting: Posting) -> None:
    for account in accounts_of(event_type, posting):
        # An account that the event itself names may be of another kind of ledger: that entry is malformed.
        assert ledgers_of(posting) <= set(account.ledgers)


@pytest.mark.parametrize(("event_type", "posting"), DECLARED, ids=IDS)
def test_every_sub_ledger_is_what_the_account_is_divided_by(event_type: type[Event], posting: Posting) -> None:
    for account in accounts_of(event_type, posting):
        if account.sub is Sub.NONE:
            continue
        named: set[object]
        if isinstance(posting.sub, Choice):
            by_value = dict(posting.sub.of)
            assert isinstance(posting.account, Choice)
            named = {by_value[value] for value, code in posting.account.of if code == account.code}
        else:
            named = {posting.sub}
        assert named <= FIELDS_OF_SUB[account.sub], account


@pytest.mark.parametrize(("event_type", "posting"), DECLARED, ids=IDS)
def test_only_the_unit_that_holds_cash_posts_it(event_type: type[Event], posting: Posting) -> None:
    """`@ledger` is always the author's own; the authoring matrix sees to that."""
    if posting.ledger == "@ledger" or not any(account.code in HELD for account in accounts_of(event_type, posting)):
        return
    author = author_of(event_type, posting)
    assert author is (Author.VILLAGE if posting.ledger == BANK_OF_VILLAGE else Author.OFFICE)


@pytest.mark.parametrize(("event_type", "posting"), DECLARED, ids=IDS)
def test_in_a_fund_a_village_reaches_its_own_receivable_and_income_only(
    event_type: type[Event], posting: Posting
) -> None:
    if author_of(event_type, posting) is not Author.VILLAGE or posting.ledger == BANK_OF_VILLAGE:
        return
    for account in accounts_of(event_type, posting):
        assert account.code == 1610 or account.code // 1000 == 4
        assert (posting.sub == VILLAGE) is (account.sub is Sub.VILLAGE)


def test_money_between_units_is_declared_by_side() -> None:
    """No entry of one unit posts cash or bank of two."""
    for event_type in CATALOGUE.values():
        declared = event_type.declared
        assert (declared.author is Author.BY_SIDE) is (declared.sender is not None)
        for when in {posting.when for posting in declared.postings}:
            held = {
                posting.ledger
                for posting in declared.postings
                if posting.when == when and any(a.code in HELD for a in accounts_of(event_type, posting))
            }
            assert len(held) <= 1, event_type


def test_kinds_follow_from_postings_and_class() -> None:
    assert {name for name, kind in kinds().items() if kind is Kind.NOTE} == {"EntryApproved"}
    assert {name for name, kind in kinds().items() if kind is Kind.CONTROL} == {
        "CommitteeMemberAppointed", "CommitteeTermEnded", "DeviceEnrolled", "DeviceRevoked", "EntryReversed",
        "LoanApproved", "MeetingResolutionRecorded", "MemberAdmitted", "MemberExitSettled", "NetworkEstablished",
        "OfficerKeyEnrolled", "OfficerKeyRevoked", "OpeningBalanceRecorded", "RulesetAdopted",
        "VillageBankEstablished", "WelfareClaimApproved", "WelfareEnrolled",
    }  # fmt: skip


def kinds() -> dict[str, Kind]:
    return {event_type.__name__: event_type.declared.kind for event_type in CATALOGUE.values()}


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ({"approvers": Approvers.A0}, Kind.NOTE),
        ({"approvers": Approvers.A1}, Kind.CONTROL),
        (
            {"approvers": Approvers.A0, "postings": (debit("welfare", 2310, "a"),)},
            Kind.NOTE,
        ),
        ({"approvers": Approvers.A2, "postings": (debit("group:g", 1410, "a"),)}, Kind.CASH),
        ({"approvers": Approvers.A0, "postings": (credit("welfare", Choice("c", (("x", 1121),)), "a"),)}, Kind.CASH),
        ({"approvers": Approvers.A2, "postings": (debit("welfare", 1110, "a"),), "always_control": True}, Kind.CONTROL),
    ],
)
def test_a_kind_is_derived(declared: dict[str, Any], kind: Kind) -> None:
    assert declare(thai="ทดสอบ", author=Author.VILLAGE, **declared).kind is kind


def test_classes_and_authors_are_those_of_the_domain() -> None:
    """Written by hand from docs/domain.md sections 5.3 to 5.14."""
    declared = {tag: (t.declared.author.value, t.declared.approvers.value) for tag, t in CATALOGUE.items()}
    assert declared == {
        "bank_deposit_made": ("either", "A1"), "bank_withdrawal_made": ("either", "A2"),
        "committee_member_appointed": ("office", "A5"), "committee_term_ended": ("office", "A5"),
        "device_enrolled": ("office", "A4"), "device_revoked": ("office", "A4"), "entry_approved": ("either", "A0"),
        "entry_reversed": ("either", "A1"), "expense_paid": ("either", "A2"), "income_received": ("either", "A0"),
        "interfund_settlement_confirmed": ("by_side", "A1"), "interfund_settlement_initiated": ("village", "A1"),
        "linkage_loan_disbursed": ("by_side", "A2"), "linkage_loan_interest_paid": ("by_side", "A2"),
        "linkage_loan_repaid": ("by_side", "A2"), "loan_approved": ("village", "A3"),
        "loan_disbursed": ("village", "A2"), "loan_repayment_received": ("village", "A0"),
        "meeting_resolution_recorded": ("either", "A3"), "member_admitted": ("village", "A3"),
        "member_exit_settled": ("village", "A2"), "member_heirs_paid": ("village", "A2"),
        "network_deposit_placed": ("by_side", "A2"), "network_established": ("office", "A5"),
        "officer_key_enrolled": ("office", "A4"), "officer_key_revoked": ("office", "A4"),
        "opening_balance_recorded": ("either", "A2"), "ruleset_adopted": ("either", "A5"),
        "share_deposited": ("village", "A0"), "share_withdrawn": ("village", "A2"),
        "special_savings_deposited": ("village", "A0"), "special_savings_withdrawn": ("village", "A1"),
        "village_bank_established": ("office", "A4"), "welfare_claim_approved": ("office", "A4"),
        "welfare_claim_paid": ("office", "A2"), "welfare_contribution_received": ("village", "A0"),
        "welfare_enrolled": ("village", "A3"),
    }  # fmt: skip
    parties = {tag for tag, event_type in CATALOGUE.items() if event_type.declared.parties}
    assert parties == {
        "loan_approved", "loan_disbursed", "member_exit_settled", "member_heirs_paid", "share_withdrawn",
        "special_savings_withdrawn", "welfare_claim_approved", "welfare_claim_paid",
    }  # fmt: skip
    assert all(CATALOGUE[tag].declared.parties == ("member",) for tag in parties)
    receiving = {tag: t.declared.receiver_approvers for tag, t in CATALOGUE.items() if t.declared.receiver_approvers}
    assert receiving == {"linkage_loan_repaid": Approvers.A1, "linkage_loan_interest_paid": Approvers.A1}


def test_a_tag_is_what_the_class_is_called() -> None:
    for tag, event_type in CATALOGUE.items():
        assert tag == "".join("_" + c.lower() if c.isupper() else c for c in event_type.__name__).lstrip("_")
        assert event_type.declared.thai
        assert event_type.__doc__


def strings(shape: msgspec.inspect.Type, path: str, found: dict[str, msgspec.inspect.StrType]) -> None:
    """Every place in a body where text may stand."""
    match shape:
        case msgspec.inspect.StrType():
            found[path] = shape
        case msgspec.inspect.Metadata():
            strings(shape.type, path, found)
        case msgspec.inspect.StructType():
            for field in shape.fields:
                strings(field.type, f"{path}.{field.name}", found)
        case msgspec.inspect.UnionType():
            for member in shape.types:
                strings(member, path, found)
        case msgspec.inspect.VarTupleType() | msgspec.inspect.ListType():
            strings(shape.item_type, path + "[]", found)
        case _:
            assert not isinstance(shape, msgspec.inspect.DictType | msgspec.inspect.AnyType), path


@pytest.mark.parametrize("text", ["\x00", "a\x00", "\x00a", "a\n", "\n", "a\x7f"])
def test_no_control_character_passes_anywhere(text: str) -> None:
    """PostgreSQL cannot hold a NUL in text, and a line end would break a printed line. The head is read by `chain`."""
    found: dict[str, msgspec.inspect.StrType] = {}
    for tag, event_type in CATALOGUE.items():
        strings(msgspec.inspect.type_info(event_type), tag, found)
    strings(msgspec.inspect.type_info(EntryRef), "ref", found)
    for field in msgspec.structs.fields(Body):
        if field.name not in {"event", *(head.name for head in msgspec.structs.fields(Head))}:
            strings(msgspec.inspect.type_info(field.type), field.name, found)
    assert len(found) > 100
    for path, shape in found.items():
        assert shape.pattern is not None, path
        kind = typing.Annotated[str, msgspec.Meta(pattern=shape.pattern)]
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, kind)


def test_the_chart_knows_its_ledgers() -> None:
    assert kind_of("bank:pp01") is LedgerKind.BANK
    with pytest.raises(ValueError, match="purse"):
        kind_of("purse:pp01")
    assert may_hold("welfare", 2310)
    assert not may_hold("risk", 2310)
    assert not may_hold("risk", 2)
    assert belongs_to("bank:pp01", "pp01")
    assert belongs_to("group:pp01-shrimp", "pp01")
    assert not belongs_to("group:pp011-shrimp", "pp01")
    assert not belongs_to("bank:pp011", "pp01")
    assert not belongs_to("welfare", "pp01")
    assert [is_result(code) for code in (3900, 4110, 5410)] == [False, True, True]
