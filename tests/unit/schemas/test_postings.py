"""What each event means in money, against a table written by hand from docs/domain.md section 5.

No line here comes from the declarations: to change a posting, somebody has to change it twice.
"""

import typing
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Annotated, Any

import msgspec
import pytest

from sajja_schemas.accounts import CHART, Side, Sub, may_hold
from sajja_schemas.events import CATALOGUE, AnyEvent, Body, lines_of, tag_of
from sajja_schemas.events.base import Event
from sajja_schemas.events.ledgers import (
    OpeningBalanceRecorded,
    OpeningLine,
)
from sajja_schemas.events.loans import LoanDisbursed, LoanRepaymentReceived, Product
from sajja_schemas.events.members import MemberExitSettled
from sajja_schemas.events.welfare import Benefit, WelfareClaimApproved
from sajja_schemas.postings import (
    BANK_OF_VILLAGE,
    VILLAGE,
    Choice,
    Contradiction,
    Line,
    Posting,
    check_balanced,
    compile_postings,
)
from support import posting_table

BANK = "bank:pp01"
NAME = "A" * 43


def body_of(event: AnyEvent) -> Body:
    return Body(
        v=1, network="n", village="pp01", device=NAME, sequence=1, previous=NAME, by="p", date=date(2020, 6, 1),
        recorded_at=0, event=event,
    )  # fmt: skip


TABLE = posting_table.TABLE
TABLE_NAMES = [f"{tag_of(event)}-{number}" for number, (event, _lines) in enumerate(TABLE)]


@pytest.mark.parametrize(("event", "expected"), TABLE, ids=TABLE_NAMES)
def test_an_event_posts_what_the_domain_says(event: AnyEvent, expected: list[Line]) -> None:
    assert sorted(lines_of(body_of(event))) == sorted(expected)


def test_every_event_that_posts_stands_in_the_table() -> None:
    posting = {tag for tag, event_type in CATALOGUE.items() if event_type.declared.postings}
    assert {tag_of(event) for event, _lines in TABLE} == posting


@pytest.mark.parametrize(
    ("product", "loans", "interest"),
    [
        ("ordinary", 1210, 4110), ("emergency", 1211, 4111), ("occupation", 1212, 4110), ("rescheduled", 1213, 4110),
        ("group", 1214, 4112), ("in_kind", 1215, 4110),
    ],
)  # fmt: skip
def test_a_product_has_its_accounts(product: Product, loans: int, interest: int) -> None:
    paid = LoanRepaymentReceived(
        loan="l", member="m", product=product, total_satang=3, principal_satang=2, interest_satang=1, box="b"
    )
    lent = LoanDisbursed(loan="l", member="m", product=product, gross_satang=9, net_satang=9, channel="cash", box="b")
    left = MemberExitSettled(
        member="m", shares_satang=3, loan="l", product=product, set_off_principal_satang=2, set_off_interest_satang=1
    )
    assert [line[1] for line in lines_of(body_of(paid))] == [1110, loans, interest]
    assert [line[1] for line in lines_of(body_of(lent))] == [loans, 1110]
    assert [line[1] for line in lines_of(body_of(left))] == [3110, loans, interest]


@pytest.mark.parametrize(
    ("benefit", "account"),
    [
        ("birth", 5211), ("hospital", 5212), ("elderly", 5213), ("death", 5214), ("funeral", 5215),
        ("disadvantage", 5216), ("occupation", 5217), ("education", 5218), ("tradition", 5219), ("housing", 5220),
        ("disaster", 5221), ("public", 5222), ("environment", 5223), ("other", 5224),
    ],
)  # fmt: skip
def test_a_benefit_has_its_account(benefit: Benefit, account: int) -> None:
    event = WelfareClaimApproved(claim="c", member="m", benefit=benefit, amount_satang=1, happened=date(2020, 6, 1))
    assert lines_of(body_of(event))[0][1] == account


def test_a_choice_is_needed_only_where_there_is_an_amount() -> None:
    lines_of(body_of(MemberExitSettled(member="m", shares_satang=3, net_satang=3)))
    with pytest.raises(Contradiction, match="product"):
        lines_of(body_of(MemberExitSettled(member="m", shares_satang=3, loan="l", set_off_principal_satang=3)))


def test_so_it_is_where_a_posting_has_a_condition() -> None:
    declared = MemberExitSettled.declared.postings
    of_loan = next(posting for posting in declared if posting.amount == "set_off_principal_satang")
    compiled = compile_postings((msgspec.structs.replace(of_loan, when=("member", "m")),))
    with pytest.raises(Contradiction, match="product is needed"):
        compiled(MemberExitSettled(member="m", shares_satang=3, loan="l", set_off_principal_satang=3), "pp01")


def test_what_an_event_names_is_an_account_of_its_ledger() -> None:
    page = (OpeningLine(account=9999, amount_satang=1),)
    with pytest.raises(Contradiction, match="no account 9999"):
        lines_of(body_of(OpeningBalanceRecorded(ledger=BANK, lines_of_page=page)))


def test_an_account_is_of_the_ledger_that_the_event_names() -> None:
    """A group has no patronage refund, and the risk fund no collector."""
    for event in (
        posting_table.event(
            "dividend_paid", ledger="group:pp01-g", member="m1", share="patronage", amount_satang=9, box="b1"
        ),
        posting_table.event(
            "cash_custody_received", ledger="risk", settlement="s1", place="collector", amount_satang=9, box="b1",
            carrier="p1",
        ),
    ):  # fmt: skip
        with pytest.raises(Contradiction, match="has no account"):
            lines_of(body_of(event))


def test_every_closed_choice_is_the_one_of_the_domain() -> None:
    for event_type in CATALOGUE.values():
        for posting in event_type.declared.postings:
            assert are_choices_pinned(posting), event_type


def are_choices_pinned(posting: Posting) -> bool:
    parts = [part for part in (posting.account, posting.sub) if isinstance(part, Choice)]
    return all(dict(part.of) in posting_table.CHOICES[part.field] for part in parts)


def items_of(event_type: type[Event], each: str) -> set[str]:
    """The fields of the members of a list field."""
    found = next(field for field in msgspec.structs.fields(event_type) if field.name == each)
    listed = typing.get_args(found.type)[0] if typing.get_origin(found.type) is Annotated else found.type
    item = typing.get_args(listed)[0]
    return set(item.__struct_fields__)


def test_every_field_that_a_posting_names_is_a_field() -> None:
    for event_type in CATALOGUE.values():
        fields = set(event_type.__struct_fields__)
        for posting in event_type.declared.postings:
            own = items_of(event_type, posting.each) if posting.each else fields
            named = {posting.amount}
            for part in (posting.account, posting.sub):
                if isinstance(part, Choice):
                    named.add(part.field)
                    named |= {value for _name, value in part.of if isinstance(value, str)}
                elif isinstance(part, str) and not part.startswith("@"):
                    named.add(part)
            assert named <= own, event_type
            assert posting.when is None or posting.when[0] in fields, event_type


def mutants_of(event_type: type[Event]) -> Iterator[tuple[str, tuple[Posting, ...]]]:
    """Every declaration of an event with one thing wrong: a side, an account, a field, a condition; or all sides."""
    declared = event_type.declared.postings
    flipped = tuple(msgspec.structs.replace(posting, side=OTHER_SIDE[posting.side]) for posting in declared)
    if len({(posting.account, posting.amount) for posting in declared}) > 1:  # or it is the same stock on both sides
        yield "all sides", flipped
    for at, posting in enumerate(declared):

        def one(at: int = at, posting: Posting = posting, **wrong: Any) -> tuple[Posting, ...]:
            return (*declared[:at], msgspec.structs.replace(posting, **wrong), *declared[at + 1 :])

        yield f"{at} side", one(side=OTHER_SIDE[posting.side])
        yield f"{at} left out", (*declared[:at], *declared[at + 1 :])
        for code in (1110 if posting.account != 1110 else 1120, 2170, 3310):
            yield f"{at} account {code}", one(account=code)
        fields = items_of(event_type, posting.each) if posting.each else set(event_type.__struct_fields__)
        for field in sorted(fields | {"bylaws"}):
            if field != posting.amount and (field.endswith("_satang") or field == "bylaws"):
                yield f"{at} amount {field}", one(amount=field)
        for field in ("member", "loan", "box", "bank", "claim", "carrier"):
            if posting.sub is not None and posting.sub != field and field in fields:
                yield f"{at} sub {field}", one(sub=field)
        if posting.when is not None:
            yield f"{at} always", one(when=None)
        yield f"{at} ledger", one(ledger="bank:pp99")


OTHER_SIDE = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}
POSTING = [event_type for event_type in CATALOGUE.values() if event_type.declared.postings]


@pytest.mark.parametrize("event_type", POSTING, ids=lambda event_type: str(event_type.__name__))
def test_the_table_catches_every_mutant(event_type: type[Event]) -> None:
    """Whatever one gets wrong in a posting, a line written by hand contradicts it."""
    rows = [(event, sorted(lines)) for event, lines in TABLE if type(event) is event_type]
    survivors = []
    for name, postings in mutants_of(event_type):
        compiled = compile_postings(postings)
        if all(posts(compiled, event) == expected for event, expected in rows):
            survivors.append(name)
    assert survivors == []


def posts(compiled: Callable[[Any, str], list[Line]], event: AnyEvent) -> list[Line] | None:
    try:
        return sorted(compiled(event, "pp01"))
    except (Contradiction, AttributeError, KeyError, TypeError):
        return None


@pytest.mark.parametrize("event_type", POSTING, ids=lambda event_type: str(event_type.__name__))
def test_what_is_compiled_posts_what_is_declared(event_type: type[Event]) -> None:
    """The declaration is the only source: read word by word it comes to the same lines, rightly declared or wrongly."""
    events = [event for event, _lines in TABLE if type(event) is event_type]
    for name, postings in (("as it is", event_type.declared.postings), *mutants_of(event_type)):
        compiled = compile_postings(postings)
        for event in events:
            assert posts(compiled, event) == posts(partial(read_word_by_word, postings), event), name


def read_word_by_word(postings: tuple[Posting, ...], event: Any, village: str) -> list[Line]:
    lines = []
    for posting in postings:
        if posting.when is None or getattr(event, posting.when[0]) == posting.when[1]:
            sources = (event,) if posting.each is None else getattr(event, posting.each)
            lines += [line for source in sources if (line := one_line(posting, event, source, village))]
    check_balanced(lines)
    return lines


def one_line(posting: Posting, event: Any, source: Any, village: str) -> Line | None:
    amount = getattr(source, posting.amount)
    if not amount:
        return None
    account, sub = posting.account, posting.sub
    if isinstance(account, Choice):
        if getattr(source, account.field) not in dict(account.of):
            raise Contradiction(account.field)
        account = dict(account.of)[getattr(source, account.field)]
    elif isinstance(account, str):
        account = getattr(source, account)
    if isinstance(sub, Choice):
        sub = str(dict(sub.of)[getattr(source, sub.field)])
    named = {VILLAGE: village, BANK_OF_VILLAGE: f"bank:{village}"}
    ledger = named.get(posting.ledger) or (
        getattr(event, posting.ledger[1:]) if posting.ledger.startswith("@") else posting.ledger
    )
    is_free = isinstance(posting.account, str) or posting.ledger == "@ledger"
    if is_free and not may_hold(ledger, int(account)):
        raise Contradiction(ledger)
    divided = CHART[int(account)].sub is not Sub.NONE if int(account) in CHART else False
    name = (named.get(sub) or getattr(source, sub)) if sub is not None and divided else ""
    return ledger, int(account), name or "", amount if posting.side is Side.DEBIT else -amount
