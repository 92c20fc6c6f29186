"""Loans, and the risk fund's premium that is taken when one is paid out (docs/domain.md section 5.8).

The split on a receipt (principal, interest, fine) is a fact: it is stored as printed, and never computed again here.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    BasisPoints,
    Channel,
    EntryRef,
    Event,
    Identifier,
    Months,
    Satang,
    SatangOrNone,
    SignedSatang,
    declare,
)
from sajja_schemas.postings import BANK_OF_VILLAGE, BOX_OR_BANK, CASH_OR_BANK, VILLAGE, choice, credit, debit

Product = Literal["ordinary", "emergency", "occupation", "rescheduled", "group", "in_kind"]
Method = Literal["declining", "annuity", "flat_bullet", "act_365"]
InstalmentMultiple = Annotated[int, msgspec.Meta(ge=1, le=100_000, description="an instalment is a multiple of it")]
InstalmentRounding = Literal["half_up", "up"]

LOANS_BY_PRODUCT = choice(
    "product", ordinary=1210, emergency=1211, occupation=1212, rescheduled=1213, group=1214, in_kind=1215
)
INTEREST_BY_PRODUCT = choice(
    "product", ordinary=4110, emergency=4111, occupation=4110, rescheduled=4110, group=4112, in_kind=4110
)


class LoanApproved(Event, tag="loan_approved", frozen=True, kw_only=True):
    """The committee grants a loan; nothing is paid yet."""

    loan: Identifier
    member: Identifier
    product: Product
    amount_satang: Satang
    rate_bp_month: BasisPoints
    method: Method
    months: Months
    first_due: date
    resolution: EntryRef
    covered_satang: SatangOrNone = 0
    premium_satang: SatangOrNone = 0
    rounding_satang: InstalmentMultiple = 1
    rounding_mode: InstalmentRounding = "half_up"
    product_code: Identifier | None = None  # of the bylaws; without it, the product called like `product`

    declared = declare(
        thai="อนุมัติเงินกู้",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        of_an_officer=(Approvers.A4,),
        parties=("member",),
    )


class LoanDisbursed(Event, tag="loan_disbursed", frozen=True, kw_only=True):
    """A loan is paid out, less the premium, which is the risk fund's and only passes through the village."""

    loan: Identifier
    member: Identifier
    product: Product
    gross_satang: Satang
    net_satang: Satang
    channel: Channel
    premium_satang: SatangOrNone = 0
    fee_satang: SatangOrNone = 0
    box: Identifier | None = None
    bank: Identifier | None = None
    product_code: Identifier | None = None  # of the bylaws; without it, the product called like `product`

    declared = declare(
        thai="จ่ายเงินกู้",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        postings=(
            debit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "gross_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, CASH_OR_BANK, "net_satang", sub=BOX_OR_BANK),
            credit(BANK_OF_VILLAGE, 2620, "premium_satang"),
            credit(BANK_OF_VILLAGE, 4131, "fee_satang", sub="member"),
            debit("risk", 1610, "premium_satang", sub=VILLAGE),
            credit("risk", 4170, "premium_satang", sub="loan"),
        ),
    )


class LoanRepaymentReceived(Event, tag="loan_repayment_received", frozen=True, kw_only=True):
    """A borrower pays: fine, interest and principal as the receipt says."""

    loan: Identifier
    member: Identifier
    product: Product
    total_satang: Satang
    box: Identifier
    principal_satang: SatangOrNone = 0
    interest_satang: SatangOrNone = 0
    fine_satang: SatangOrNone = 0
    advance_satang: SatangOrNone = 0
    cash_difference_satang: SignedSatang = 0  # where coins are short: the parts less the cash that was taken
    next_due: date | None = None

    declared = declare(
        thai="รับชำระเงินกู้",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=(
            "ยอดที่แยกเทียบกับระเบียบ ไม่หลังตัดหนี้สูญ (ใช้รับหนี้สูญ)",
            "the split is compared with the bylaws'; not after a write-off (that is a recovery)",
        ),
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "total_satang", sub="box"),
            credit(BANK_OF_VILLAGE, LOANS_BY_PRODUCT, "principal_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, INTEREST_BY_PRODUCT, "interest_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, 4121, "fine_satang", sub="loan"),
            credit(BANK_OF_VILLAGE, 2150, "advance_satang", sub="member"),
            debit(BANK_OF_VILLAGE, 4190, "cash_difference_satang"),
        ),
    )


LoanEvent = LoanApproved | LoanDisbursed | LoanRepaymentReceived
