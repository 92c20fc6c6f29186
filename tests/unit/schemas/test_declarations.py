"""What is declared beside the events, held to the laws of docs/domain.md sections 2, 3 and 5."""

import re
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sajja_schemas.accounts import (
    CHART,
    HELD,
    Account,
    LedgerKind,
    Sub,
    belongs_to,
    is_ledger,
    is_result,
    kind_of,
    may_hold,
)
from sajja_schemas.entry import EntryRef, Head
from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.events.base import Approvers, Author, Declaration, Event, Fund, Kind, declare
from sajja_schemas.postings import BANK_OF_VILLAGE, VILLAGE, Choice, Posting, credit, debit

ROOT = Path(__file__).parents[3]
DECLARED = [(event_type, posting) for event_type in CATALOGUE.values() for posting in event_type.declared.postings]
IDS = [f"{event_type.__name__}-{posting.side}-{posting.ledger}" for event_type, posting in DECLARED]
# Which field names what: a posting to an account with a sub-ledger must take it from a field of that meaning.
FIELDS_OF_SUB = {
    Sub.MEMBER: {"member", "sub", "new_member", "to_member", "guarantor"},
    Sub.LOAN: {"loan"},
    Sub.CUSTODIAN: {"box", "carrier", "into"},
    Sub.BANK: {"bank", "sub"},
    Sub.VILLAGE: {VILLAGE, "from_village", "to_village"},  # the two of a transfer, between which the office books
    Sub.CLAIM: {"claim"},
    Sub.ROUND: {"matching_round"},
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
    by_side = {"sent": declared.sender, "received": declared.receiver}
    return by_side.get(posting.when[1]) or Author.OFFICE


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
            if isinstance(posting.account, Choice):
                assert posting.account.field == posting.sub.field
                named = {by_value[value] for value, code in posting.account.of if code == account.code}
            else:
                named = set(by_value.values())
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
    if author_of(event_type, posting) is not Author.VILLAGE or posting.ledger in {BANK_OF_VILLAGE, "@ledger"}:
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


@pytest.mark.parametrize(("event_type", "posting"), DECLARED, ids=IDS)
def test_in_a_bank_the_office_reaches_what_is_owed_and_spent_only(event_type: type[Event], posting: Posting) -> None:
    if author_of(event_type, posting) is not Author.OFFICE or posting.ledger != BANK_OF_VILLAGE:
        return
    for account in accounts_of(event_type, posting):
        assert account.code in {2150, 2620, 2630, 5126}


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


def rows_of_the_domain() -> dict[str, tuple[str, str]]:
    """Thai name, and kind with class, of every event in the tables of docs/domain.md sections 5.3 to 5.14."""
    page = (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")
    tables = page[page.index("### 5.3") : page.index("### 5.15")]
    rows = {}
    for line in tables.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0].startswith("`"):
            for tag in re.findall(r"`([a-z_]+)`", cells[0]):
                rows[tag] = (cells[1], cells[3])
    return rows


def class_of(declared: Declaration) -> str:
    joined = "+".join([declared.approvers, *declared.also])
    wheres = [f"{value}: {there}" for _field, value, there in declared.approvers_where]
    return ", ".join([joined, *wheres, *(f"of an officer: +{one}" for one in declared.of_an_officer)])


def test_kinds_and_classes_are_those_of_the_domain() -> None:
    """The tables of the domain are written by hand."""
    rows = rows_of_the_domain()
    declared = {tag: event_type.declared for tag, event_type in CATALOGUE.items()}
    assert {tag: f"{one.kind.value} {class_of(one)}" for tag, one in declared.items()} == {
        tag: rows[tag][1] for tag in declared
    }
    assert set(rows) == set(declared)


OFFICE_AUTHORS = """
    audit_engagement_closed audit_engagement_opened chart_account_opened committee_member_appointed
    committee_term_ended device_enrolled device_replaced device_revoked entry_refused entry_released fork_resolved
    fund_year_closed gap_declared linkage_loan_approved
    linkage_loan_defaulted linkage_loan_rejected linkage_loan_restructured log_continued log_key_adopted
    network_contribution_assessed network_established network_expense_paid network_grant_received
    officer_key_enrolled officer_key_revoked personal_data_erased report_published risk_claim_approved
    risk_claim_rejected risk_premium_refunded risk_recovery_received risk_topup_called village_bank_established
    village_joined_network village_left_network welfare_admin_expense_paid welfare_claim_approved welfare_claim_paid
    welfare_claim_rejected welfare_claim_returned welfare_donation_received welfare_matching_approved
    welfare_matching_received welfare_matching_requested welfare_matching_returned welfare_pension_run
    welfare_profit_contribution_received
"""
BY_SIDE = {
    "interfund_settlement_confirmed": "village", "linkage_loan_disbursed": "office",
    "linkage_loan_interest_paid": "village", "linkage_loan_repaid": "village", "member_transferred": "village",
    "network_contribution_paid": "village", "network_deposit_interest_paid": "office",
    "network_deposit_placed": "village", "network_deposit_withdrawn": "office", "risk_claim_paid": "office",
    "risk_surplus_distributed": "office",
}  # fmt: skip
VILLAGE_FAMILIES = (
    "child_", "dividend_d", "dividend_r", "group_", "loan_", "member_", "patronage_", "savings_", "share_", "special_",
)  # fmt: skip


def test_authors_are_those_of_the_domain() -> None:
    """Written by hand from docs/domain.md sections 5.3 to 5.14."""
    assert tagged(Author.OFFICE) == set(OFFICE_AUTHORS.split())
    senders = {tag: CATALOGUE[tag].declared.sender for tag in tagged(Author.BY_SIDE)}
    assert senders == BY_SIDE
    receivers = {tag: CATALOGUE[tag].declared.receiver for tag in BY_SIDE}
    assert receivers.pop("member_transferred") is Author.VILLAGE
    assert all(receivers[tag] != BY_SIDE[tag] for tag in receivers)
    told_by_a_village = {tag for tag in CATALOGUE if tag.startswith(VILLAGE_FAMILIES)}
    told_by_a_village -= {"loan_contract_sighted", "member_balance_confirmed", "member_balance_disputed"}
    assert told_by_a_village - set(BY_SIDE) <= tagged(Author.VILLAGE)


def tagged(author: Author) -> set[str]:
    return {tag for tag, event_type in CATALOGUE.items() if event_type.declared.author is author}


def test_what_a_class_asks_for_is_a_field() -> None:
    """A resolution stands behind A3 and an assembly behind A5, and nobody approves what he is a party to."""
    for tag, event_type in CATALOGUE.items():
        declared, fields = event_type.declared, set(event_type.__struct_fields__)
        classes = {declared.approvers, *declared.also, *(there for _field, _value, there in declared.approvers_where)}
        assert Approvers.A3 not in classes or "resolution" in fields or tag == "meeting_resolution_recorded", tag
        assert Approvers.A5 not in classes or "assembly" in fields, tag
        assert Approvers.A0 not in classes or classes == {Approvers.A0}, tag
        assert set(declared.parties) <= fields, tag
        for field, value, _there in declared.approvers_where:
            assert value in typing.get_args(typing.get_type_hints(event_type)[field]), tag
        if "member" in fields and declared.approvers not in {Approvers.A0, Approvers.AU}:
            assert ("member" in declared.parties) is (tag not in NO_PARTY), tag


# A member is named, and has nothing to decide: a book, a batch of interest, an erasure, a lock.
NO_PARTY = {
    "committee_member_appointed", "member_admitted", "member_passbook_issued", "member_passbook_replaced",
    "personal_data_erased", "savings_hold_placed", "special_savings_interest_credited", "welfare_enrolled",
}  # fmt: skip


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
    assert [is_ledger(name) for name in ("group:pp01-shrimp", "risk", "purse:pp01", "risk\n")] == [
        True,
        True,
        False,
        False,
    ]
    assert may_hold("welfare", 2310)
    assert not may_hold("risk", 2310)
    assert not may_hold("risk", 2)
    assert belongs_to("bank:pp01", "pp01")
    assert belongs_to("group:pp01-shrimp", "pp01")
    assert not belongs_to("group:pp011-shrimp", "pp01")
    assert not belongs_to("bank:pp011", "pp01")
    assert not belongs_to("welfare", "pp01")
    assert [is_result(code) for code in (3900, 4110, 5410)] == [False, True, True]
