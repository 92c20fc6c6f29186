"""From an application to a signed contract, and what stands behind a loan (docs/domain.md section 5.8).

Nothing here posts money. The borrower, guarantors and relatives abstain; a circle of guarantees is a finding.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import (
    Approvers,
    Author,
    EntryRef,
    Event,
    Hash,
    Identifier,
    Months,
    Satang,
    SatangOrNone,
    Text,
    declare,
)
from sajja_schemas.events.loans import Product

Collateral = Literal["savings", "land", "vehicle", "goods", "person", "other"]


class LoanApplied(Event, tag="loan_applied", frozen=True, kw_only=True):
    """A member asks for a loan."""

    loan: Identifier
    member: Identifier
    product: Product
    amount_satang: Satang
    months: Months
    purpose: Identifier
    occupation_group: Identifier | None = None
    product_code: Identifier | None = None  # of the bylaws; without it, the product called like `product`

    declared = declare(
        thai="คำขอกู้",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("อายุสมาชิกถึงเกณฑ์ ไม่มีหนี้ค้าง ไม่เกินวงเงิน", "old enough a membership, nothing overdue, within the limit"),
    )


class LoanGuarantorConsented(Event, tag="loan_guarantor_consented", frozen=True, kw_only=True):
    """A member agrees to stand for a loan, up to an amount."""

    loan: Identifier
    guarantor: Identifier
    amount_satang: Satang

    declared = declare(
        thai="ยินยอมค้ำ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        must=("ไม่ใช่ผู้กู้ ไม่ซ้ำคน ไม่เกินสิทธิค้ำ ไม่ค้างชำระ", "not the borrower, distinct, within quota, not in arrears"),
    )


class LoanGuarantorWithdrawn(Event, tag="loan_guarantor_withdrawn", frozen=True, kw_only=True):
    """A guarantor stands back before the loan is paid out, or is replaced."""

    loan: Identifier
    guarantor: Identifier
    reason: Text | None = None

    declared = declare(thai="ถอนการค้ำ", author=Author.VILLAGE, approvers=Approvers.A0)


class LoanSpouseConsented(Event, tag="loan_spouse_consented", frozen=True, kw_only=True):
    """The borrower's spouse agrees. Who that is stands in the personal part."""

    loan: Identifier
    member: Identifier

    declared = declare(thai="คู่สมรสยินยอม", author=Author.VILLAGE, approvers=Approvers.A0)


class LoanAppraised(Event, tag="loan_appraised", frozen=True, kw_only=True):
    """Somebody looks at what the borrower earns and owes."""

    loan: Identifier
    appraiser: Identifier
    income_satang: SatangOrNone
    debts_satang: SatangOrNone
    note: Text | None = None

    declared = declare(
        thai="พิจารณาเบื้องต้น",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        must=("ผู้พิจารณาไม่ใช่ญาติ", "the appraiser is no relative"),
    )


class LoanRejected(Event, tag="loan_rejected", frozen=True, kw_only=True):
    """The committee refuses a loan, and says why."""

    loan: Identifier
    member: Identifier
    reason: Text
    resolution: EntryRef

    declared = declare(thai="ไม่อนุมัติเงินกู้", author=Author.VILLAGE, approvers=Approvers.A3, parties=("member",))


class LoanContractSigned(Event, tag="loan_contract_signed", frozen=True, kw_only=True):
    """The contract is signed before witnesses."""

    loan: Identifier
    member: Identifier
    contract: Identifier
    file: Hash
    schedule: Hash | None = None
    witnesses: Annotated[tuple[Identifier, ...], msgspec.Meta(max_length=10)] = ()

    declared = declare(
        thai="ทำสัญญา",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        must=("เก็บแฮชของตารางชำระ", "the schedule's hash is kept"),
    )


class LoanMoratoriumGranted(Event, tag="loan_moratorium_granted", frozen=True, kw_only=True):
    """Payments rest for a while: of one loan, or of a product."""

    granted_by: Literal["committee", "network"]
    rest_from: date
    rest_to: date
    interest_runs: bool
    loan: Identifier | None = None
    product: Product | None = None
    resolution: EntryRef | None = None  # of the committee

    declared = declare(
        thai="พักชำระ",
        author=Author.VILLAGE,
        approvers=Approvers.A3,
        approvers_where=(("granted_by", "network", Approvers.A4),),
        must=("ระบุสัญญาหรือประเภทอย่างใดอย่างหนึ่ง", "either a loan or a product is named"),
    )


class LoanFineWaived(Event, tag="loan_fine_waived", frozen=True, kw_only=True):
    """The committee lets a penalty go."""

    loan: Identifier
    member: Identifier
    amount_satang: Satang
    reason: Text
    resolution: EntryRef

    declared = declare(thai="ยกเว้นค่าปรับเงินกู้", author=Author.VILLAGE, approvers=Approvers.A3, parties=("member",))


class LoanCollateralRegistered(Event, tag="loan_collateral_registered", frozen=True, kw_only=True):
    """Something of value stands behind a loan."""

    loan: Identifier
    collateral: Identifier
    kind: Collateral
    value_satang: SatangOrNone
    text: Text | None = None

    declared = declare(thai="จดหลักประกัน", author=Author.VILLAGE, approvers=Approvers.A1)


class LoanCollateralReleased(Event, tag="loan_collateral_released", frozen=True, kw_only=True):
    """That thing is free again."""

    loan: Identifier
    collateral: Identifier

    declared = declare(thai="ปลดหลักประกัน", author=Author.VILLAGE, approvers=Approvers.A1)


class LoanContractSighted(Event, tag="loan_contract_sighted", frozen=True, kw_only=True):
    """An auditor has seen the real contract, and the borrower: against ghost borrowers."""

    loan: Identifier
    file: Hash
    borrower_met: bool = False

    declared = declare(thai="ตรวจพบสัญญาจริง", author=Author.EITHER, approvers=Approvers.AU)


LendingEvent = (
    LoanApplied
    | LoanGuarantorConsented
    | LoanGuarantorWithdrawn
    | LoanSpouseConsented
    | LoanAppraised
    | LoanRejected
    | LoanContractSigned
    | LoanMoratoriumGranted
    | LoanFineWaived
    | LoanCollateralRegistered
    | LoanCollateralReleased
    | LoanContractSighted
)
