"""The register of loans: what was lent on which terms, and so what is late on a day (docs/domain.md sections 7.2, 9.5).

* Outstanding is what accounts 1210 to 1215 say of the loan. The terms are those of the approval, of the latest
  rescheduling, or of the page of the paper book with which a loan was brought forward: whichever is of the latest date.
* The first approval holds, by (date, device, sequence), with its amount, its terms and its cover. A second changes
  nothing; it holds once the first is reversed.
* Instalment k falls due k - 1 months after the first, at a month's end where there is no such day.
* Money fills the oldest instalment first: paid is the principal of the terms, less what is outstanding.
* A loan is scheduled on what was paid out, not on what was approved. Brought forward, it is scheduled on what was lent.
* Cover ends with the loan: what is covered is the cover that was attached, and at most what is outstanding (R1).
* Interest is owed since it was last paid, or since the loan was paid out or brought forward.
* Days late are asked of a date; the fold itself knows no day. A loan without known terms is never late.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

import msgspec

from sajja_schemas.accounts import LOANS, is_loan
from sajja_schemas.calculations.loans import INSTALMENTS_MAX, MonthMethod, Terms, schedule
from sajja_schemas.calculations.portfolio import Arrears, Due, arrears_on
from sajja_schemas.calculations.spans import months_later
from sajja_schemas.events.corrections import DoubleDisbursementRecognised
from sajja_schemas.events.ledgers import OpeningBalanceRecorded
from sajja_schemas.events.loan_accounts import LoanDisbursedInKind, LoanPrepaid, LoanRescheduled
from sajja_schemas.events.loans import LOANS_BY_PRODUCT, LoanApproved, LoanDisbursed, LoanRepaymentReceived, Method
from sajja_schemas.registers.noting import BANK, DATE, DEVICE, SEQUENCE, Fact, Note, Registers, latest, sum_of

REGISTER: Final = "loans"
Balances = Mapping[tuple[str, int, str], int]

_KEY: Final = (BANK, "loan")
_PLAN: Final = ("months", "rate_bp_month", "method", "first_due", "rounding_satang", "rounding_mode")
_COVERED: Final = -3  # in the fact of an approval
_PRODUCTS: Final = {int(account): product for product, account in LOANS_BY_PRODUCT.of}
# Interest by days changes what is due as interest; principal is paid in equal parts either way.
_PRINCIPAL_METHODS: Final[dict[str, MonthMethod]] = {
    "declining": "declining", "act_365": "declining", "annuity": "annuity", "flat_bullet": "flat_bullet",
}  # fmt: skip


def has_terms(line: Any) -> bool:
    """Whether a line of a paper book brings a loan forward with its terms."""
    return is_loan(line.account) and line.loan is not None


NOTES: Final = (
    Note(
        register=REGISTER, event=LoanApproved, key=_KEY,
        fact=(
            "=approved", DATE, "member", "product", "amount_satang", *_PLAN, "covered_satang", DEVICE, SEQUENCE,
        ),
    ),
    Note(
        register=REGISTER, event=LoanRescheduled, key=_KEY,
        fact=("=rescheduled", DATE, "member", "product", "principal_satang", *_PLAN),
    ),
    Note(
        register=REGISTER, event=OpeningBalanceRecorded, key=("ledger", ".sub"), each="lines_of_page", when=has_terms,
        fact=(
            "=opened", DATE, ".loan.member", ".account", ".loan.principal_satang", *(f".loan.{name}" for name in _PLAN)
        ),
    ),
    Note(
        register=REGISTER, event=OpeningBalanceRecorded, key=("ledger", ".sub"), each="lines_of_page", when=has_terms,
        fact=("=covered", DATE), number="loan.covered_satang",
    ),
    Note(register=REGISTER, event=LoanDisbursed, key=_KEY, fact=("=lent", DATE), number="gross_satang"),
    Note(register=REGISTER, event=LoanDisbursedInKind, key=_KEY, fact=("=lent", DATE), number="amount_satang"),
    Note(
        register=REGISTER, event=LoanRepaymentReceived, key=_KEY, fact=("=interest", DATE), number="interest_satang",
    ),
    Note(register=REGISTER, event=LoanPrepaid, key=_KEY, fact=("=interest", DATE), number="interest_satang"),
    Note(  # paid out twice: a debt of the borrower, and no loan
        register=REGISTER, event=DoubleDisbursementRecognised, key=_KEY, fact=("=lent", DATE), number="amount_satang",
        sign=-1,
    ),
    Note(
        register=REGISTER, event=OpeningBalanceRecorded, key=("ledger", ".sub"), each="lines_of_page",
        when=lambda line: is_loan(line.account), fact=("=outstanding", DATE), number="amount_satang",
    ),
)  # fmt: skip


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The terms by which a loan is paid back."""

    terms: Terms
    method: Method
    first_due: date


class Loan(msgspec.Struct, frozen=True, kw_only=True):
    """A loan as it stands."""

    ledger: str
    loan: str
    member: str
    product: str
    lent_satang: int  # paid out, or brought forward as outstanding
    outstanding_satang: int
    covered_satang: int  # of what is outstanding
    plan: Plan | None  # None: paid out without terms, or brought forward without them
    approved_on: date | None
    rescheduled_on: date | None
    brought_on: date | None = None  # from paper
    lent_on: date | None = None
    interest_paid_on: date | None = None


def loan_of(registers: Registers, balances: Balances, ledger: str, loan: str) -> Loan | None:
    """A loan, or None where no counted entry knows it."""
    facts = registers.row(REGISTER, (ledger, loan))
    if not facts:
        return None
    approved, rescheduled = _approval(facts), latest(facts, "rescheduled")
    said = _latest_terms(facts, approved)
    owed_satang = outstanding_satang(balances, ledger, loan)
    paid_out_satang = sum_of(facts, "lent")
    product = said[3] if said is not None else ""
    return Loan(
        ledger=ledger,
        loan=loan,
        member=str(said[2]) if said is not None else "",
        product=_PRODUCTS.get(product, "") if isinstance(product, int) else product,
        lent_satang=paid_out_satang + sum_of(facts, "outstanding"),
        outstanding_satang=owed_satang,
        covered_satang=max(min(_attached_satang(facts, approved), owed_satang), 0),
        plan=_plan(said, paid_out_satang) if said is not None else None,
        approved_on=_day(approved),
        rescheduled_on=_day(rescheduled),
        brought_on=_day(latest(facts, "outstanding")),
        lent_on=_day(latest(facts, "lent")),
        interest_paid_on=_day(latest(facts, "interest")),
    )


def outstanding_satang(balances: Balances, ledger: str, loan: str) -> int:
    """The principal of a loan, over all accounts that it may stand in."""
    return sum(balances.get((ledger, account, loan), 0) for account in LOANS)


def loans_of(
    registers: Registers, balances: Balances, ledger: str | None = None, *, owed_only: bool = False
) -> Iterator[Loan]:
    """Every loan of a ledger, or of all; with `owed_only`, those of which something is outstanding."""
    for name, loan in registers.all(REGISTER):
        if ledger in {None, name} and not (owed_only and outstanding_satang(balances, str(name), str(loan)) <= 0):
            found = loan_of(registers, balances, str(name), str(loan))
            assert found is not None, "a row has facts"
            yield found


def lent_satang(registers: Registers, ledger: str, loan: str) -> int:
    """What was paid out of a loan, or brought forward as outstanding."""
    facts = registers.row(REGISTER, (ledger, loan))
    return sum_of(facts, "lent") + sum_of(facts, "outstanding")


def arrears(loan: Loan, on: date) -> Arrears:
    """What is overdue of a loan on a day, and for how many days."""
    if loan.plan is None or loan.outstanding_satang <= 0:
        return Arrears(overdue_satang=0, days_late=0)
    paid_satang = max(loan.plan.terms.principal_satang - loan.outstanding_satang, 0)
    return arrears_on(dues(loan.plan), paid_satang=paid_satang, on=on)


def days_late(loan: Loan, on: date) -> int:
    """The age of the oldest instalment that is not wholly paid."""
    return arrears(loan, on).days_late


class Instalment(msgspec.Struct, frozen=True, kw_only=True):
    """What falls due of a loan on a day."""

    on: date
    principal_satang: int
    interest_satang: int


@lru_cache(maxsize=20_000)
def instalments(plan: Plan) -> tuple[Instalment, ...]:
    """What falls due by a plan, in order."""
    return tuple(
        Instalment(
            on=months_later(plan.first_due, one.month - _first_month(plan)),
            principal_satang=one.principal_satang,
            interest_satang=one.interest_satang,
        )
        for one in schedule(_PRINCIPAL_METHODS[plan.method], plan.terms)
    )


@lru_cache(maxsize=20_000)
def dues(plan: Plan) -> tuple[Due, ...]:
    """The principal that falls due, instalment by instalment."""
    return tuple(Due(on=one.on, due_satang=one.principal_satang) for one in instalments(plan))


def dues_between(registers: Registers, loan: Loan, first: date, last: date) -> Due:
    """What fell due of a loan in a span of days, principal and interest, and what came in on it until the last.

    Principal fills the oldest dues first. Interest is what was paid as interest within the span, at most what was due.
    """
    if loan.plan is None:
        return Due(on=last, due_satang=0)
    due = before = interest = 0
    for one in instalments(loan.plan):
        if one.on < first:
            before += one.principal_satang
        elif one.on <= last:
            due += one.principal_satang
            interest += one.interest_satang
    paid = max(loan.plan.terms.principal_satang - loan.outstanding_satang, 0)
    facts = registers.row(REGISTER, (loan.ledger, loan.loan))
    span = (first.isoformat(), last.isoformat())
    came_in = sum(
        number for fact, number in facts.items() if fact[0] == "interest" and span[0] <= str(fact[1]) <= span[1]
    )
    received = min(max(paid - before, 0), due) + min(came_in, interest)
    return Due(on=last, due_satang=due + interest, received_satang=received)


def _day(fact: Fact | None) -> date | None:
    return date.fromisoformat(str(fact[1])) if fact is not None else None


def _first_month(plan: Plan) -> int:
    # A bullet is one instalment, numbered by its term, and due on the day that the contract names.
    return plan.terms.months if plan.method == "flat_bullet" else 1


def _plan(said: Fact, paid_out_satang: int) -> Plan:
    word, _on, _member, _product, principal_satang, months, rate_bp, method, first_due, rounding, mode, *_ = said
    if word == "approved":
        principal_satang = max(paid_out_satang, 0)
    terms = {
        "principal_satang": principal_satang,
        "months": min(max(int(months), 1), INSTALMENTS_MAX),  # whatever was signed has counted, and is read
        "rate_bp_month": rate_bp,
        "rounding_satang": rounding,
        "rounding_mode": mode,
    }
    return msgspec.convert({"terms": terms, "method": method, "first_due": first_due}, Plan)


def approved_satang(registers: Registers, ledger: str, loan: str) -> int | None:
    """What was approved of a loan; None where no approval counts."""
    said = _approval(registers.row(REGISTER, (ledger, loan)))
    return int(said[4]) if said is not None else None


def attached_satang(registers: Registers, ledger: str, loan: str) -> int | None:
    """The cover that was attached to a loan, whatever is left of the loan; None where the loan is unknown."""
    facts = registers.row(REGISTER, (ledger, loan))
    return _attached_satang(facts, _approval(facts)) if facts else None


def _approval(facts: Mapping[Fact, int]) -> Fact | None:
    """The approval that holds: the first by (date, device, sequence)."""
    said = [fact for fact, number in facts.items() if fact[0] == "approved" and number > 0]
    return min(said, key=lambda fact: (fact[1], fact[-2], fact[-1])) if said else None


def _latest_terms(facts: Mapping[Fact, int], approved: Fact | None) -> Fact | None:
    said = [latest(facts, "opened"), approved, latest(facts, "rescheduled")]  # of one day, the last of these
    return max((fact for fact in reversed(said) if fact is not None), key=lambda fact: str(fact[1]), default=None)


def _attached_satang(facts: Mapping[Fact, int], approved: Fact | None) -> int:
    brought = latest(facts, "covered")
    if approved is not None and (brought is None or str(approved[1]) >= str(brought[1])):
        return int(approved[_COVERED])
    return facts[brought] if brought is not None else 0
