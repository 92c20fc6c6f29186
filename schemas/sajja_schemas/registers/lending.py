"""What stands around a loan: its way to the contract, its guarantors, its end, its claim (docs/domain.md section 5.8).

Rows are (bank's ledger, loan). Linkage loans of the network to a village are (village, linkage loan).
"""

from typing import Any, Final

from sajja_schemas.events.lending import (
    LoanApplied,
    LoanContractSigned,
    LoanGuarantorConsented,
    LoanGuarantorWithdrawn,
    LoanRejected,
)
from sajja_schemas.events.loan_accounts import (
    LoanGuarantorCalled,
    LoanGuarantorPaid,
    LoanRecoveryReceived,
    LoanWrittenOff,
)
from sajja_schemas.events.pool import (
    LinkageLoanApproved,
    LinkageLoanDefaulted,
    LinkageLoanRejected,
    LinkageLoanRequested,
    LinkageLoanRestructured,
)
from sajja_schemas.events.risk import RiskClaimApproved, RiskClaimFiled, RiskClaimPaid, RiskClaimRejected
from sajja_schemas.registers.noting import BANK, DATE, VILLAGE, Note, Registers, sum_of

LENDING: Final = "lending"
GUARANTEES: Final = "guarantees"
RISK_CLAIMS: Final = "risk_claims"
LINKAGE: Final = "linkage"

_KEY: Final = (BANK, "loan")
_LINKAGE_KEY: Final = (VILLAGE, "linkage_loan")


def _note(register: str, event: Any, *fact: str, key: tuple[str, ...] = _KEY, **more: Any) -> Note:
    return Note(register=register, event=event, key=key, fact=fact, **more)


NOTES: Final = (
    _note(LENDING, LoanApplied, "=applied", DATE, "member", "product", "amount_satang", "months"),
    _note(LENDING, LoanRejected, "=rejected", DATE),
    _note(LENDING, LoanContractSigned, "=signed", DATE, "contract"),
    _note(LENDING, LoanWrittenOff, "=written_off", DATE, number="principal_satang"),
    _note(LENDING, LoanRecoveryReceived, "=recovered", DATE, number="amount_satang"),
    _note(GUARANTEES, LoanGuarantorConsented, "=stands", DATE, "guarantor", number="amount_satang"),
    _note(GUARANTEES, LoanGuarantorWithdrawn, "=withdrawn", DATE, "guarantor"),
    _note(GUARANTEES, LoanGuarantorCalled, "=called", DATE, "guarantor", number="amount_satang"),
    _note(GUARANTEES, LoanGuarantorPaid, "=paid", DATE, "guarantor", number="amount_satang"),
    _note(RISK_CLAIMS, RiskClaimFiled, "=filed", DATE, "member", "cause", "happened", number="principal_satang"),
    _note(RISK_CLAIMS, RiskClaimApproved, "=approved", DATE, "cause", number="amount_satang"),
    _note(RISK_CLAIMS, RiskClaimRejected, "=rejected", DATE),
    _note(RISK_CLAIMS, RiskClaimPaid, "side", DATE, number="amount_satang"),  # sent by the fund, received by the bank
    _note(LINKAGE, LinkageLoanRequested, "=requested", DATE, "months", "rate_bp_year", key=_LINKAGE_KEY,
          number="amount_satang"),
    _note(LINKAGE, LinkageLoanApproved, "=approved", DATE, "months", "rate_bp_year", key=_LINKAGE_KEY,
          number="amount_satang"),
    _note(LINKAGE, LinkageLoanRejected, "=rejected", DATE, key=_LINKAGE_KEY),
    _note(LINKAGE, LinkageLoanRestructured, "=restructured", DATE, "months", "rate_bp_year", key=_LINKAGE_KEY),
    _note(LINKAGE, LinkageLoanDefaulted, "=defaulted", DATE, key=_LINKAGE_KEY),
)  # fmt: skip


def guarantors_of(registers: Registers, ledger: str, loan: str) -> dict[str, int]:
    """Who stands for a loan, and up to how much; who withdrew does not, whichever was noted first."""
    row = registers.row(GUARANTEES, (ledger, loan))
    gone = {fact[2] for fact, number in row.items() if fact[0] == "withdrawn" and number > 0}
    standing: dict[str, int] = {}
    for (word, _on, guarantor), satang in sorted(row.items()):
        if word == "stands" and satang > 0 and guarantor not in gone:
            standing[str(guarantor)] = standing.get(str(guarantor), 0) + satang
    return standing


def guarantees_of(registers: Registers, ledger: str, guarantor: str) -> dict[str, int]:
    """The loans of a bank that a member stands for, and up to how much of each."""
    found = {
        str(loan): guarantors_of(registers, ledger, str(loan)).get(guarantor, 0)
        for name, loan in registers.all(GUARANTEES)
        if name == ledger
    }
    return {loan: satang for loan, satang in found.items() if satang}


def written_off_satang(registers: Registers, ledger: str, loan: str) -> int:
    """What was given up of a loan and has not come in since."""
    row = registers.row(LENDING, (ledger, loan))
    return sum_of(row, "written_off") - sum_of(row, "recovered")
