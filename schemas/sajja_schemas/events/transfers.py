"""Money between units: the network pool and remittances (docs/domain.md section 5.11).

* Money that moves between units is two entries with one `settlement`, each by the unit on its side, each posting
  its own ledger. One side's word never fills the other side's bank: that fraud has happened.
* Until both count, the difference is money in transit, with a holder and an age.
"""

from sajja_schemas.events.base import (
    Approvers,
    Author,
    Event,
    Fund,
    Identifier,
    Satang,
    TransferSide,
    declare,
)
from sajja_schemas.postings import BANK_OF_VILLAGE, VILLAGE, choice, credit, debit

SENT = ("side", "sent")
RECEIVED = ("side", "received")
DUE_TO_FUND = choice("fund", welfare=2610, risk=2620, network=2630)


class Transfer(Event, frozen=True, kw_only=True):
    """What both sides of a settlement say."""

    settlement: Identifier
    side: TransferSide
    amount_satang: Satang
    bank: Identifier  # the bank account on this side


class NetworkDepositPlaced(Transfer, tag="network_deposit_placed", frozen=True, kw_only=True):
    """A village lends its surplus to the network pool."""

    declared = declare(
        thai="ฝากกองกลาง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.VILLAGE,
        approvers=Approvers.A2,
        postings=(
            debit(BANK_OF_VILLAGE, 1130, "amount_satang", when=SENT),
            credit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=SENT),
            debit("network", 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit("network", 2230, "amount_satang", sub=VILLAGE, when=RECEIVED),
        ),
    )


class LinkageLoanDisbursed(Transfer, tag="linkage_loan_disbursed", frozen=True, kw_only=True):
    """The pool lends to a village's bank."""

    linkage_loan: Identifier

    declared = declare(
        thai="จ่ายเงินกู้เชื่อมโยง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.OFFICE,
        approvers=Approvers.A2,
        postings=(
            debit("network", 1310, "amount_satang", sub=VILLAGE, when=SENT),
            credit("network", 1120, "amount_satang", sub="bank", when=SENT),
            debit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit(BANK_OF_VILLAGE, 2220, "amount_satang", when=RECEIVED),
        ),
    )


class LinkageLoanRepaid(Transfer, tag="linkage_loan_repaid", frozen=True, kw_only=True):
    """A village's bank repays the pool. It counts for the pool when its own bank has it."""

    linkage_loan: Identifier

    declared = declare(
        thai="ชำระเงินกู้เชื่อมโยง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.VILLAGE,
        approvers=Approvers.A2,
        approvers_where=(("side", "received", Approvers.A1),),
        postings=(
            debit(BANK_OF_VILLAGE, 2220, "amount_satang", when=SENT),
            credit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=SENT),
            debit("network", 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit("network", 1310, "amount_satang", sub=VILLAGE, when=RECEIVED),
        ),
    )


class LinkageLoanInterestPaid(Transfer, tag="linkage_loan_interest_paid", frozen=True, kw_only=True):
    """A village's bank pays the pool's interest."""

    linkage_loan: Identifier

    declared = declare(
        thai="ชำระดอกเบี้ยเงินกู้เชื่อมโยง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.VILLAGE,
        approvers=Approvers.A2,
        approvers_where=(("side", "received", Approvers.A1),),
        postings=(
            debit(BANK_OF_VILLAGE, 5112, "amount_satang", when=SENT),
            credit(BANK_OF_VILLAGE, 1120, "amount_satang", sub="bank", when=SENT),
            debit("network", 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit("network", 4113, "amount_satang", sub=VILLAGE, when=RECEIVED),
        ),
    )


class InterfundSettlementInitiated(Event, tag="interfund_settlement_initiated", frozen=True, kw_only=True):
    """Money collected for a fund leaves the village's box, in somebody's hands."""

    settlement: Identifier
    fund: Fund
    amount_satang: Satang
    box: Identifier
    carrier: Identifier

    declared = declare(
        thai="นำส่งเงินกองทุน",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=(
            debit(BANK_OF_VILLAGE, 1112, "amount_satang", sub="carrier"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )


class InterfundSettlementConfirmed(Event, tag="interfund_settlement_confirmed", frozen=True, kw_only=True):
    """A remittance arrived: the village books what it no longer owes, the fund what its own bank shows."""

    settlement: Identifier
    side: TransferSide
    fund: Fund
    amount_satang: Satang
    carrier: Identifier | None = None  # where sent
    bank: Identifier | None = None  # where received

    declared = declare(
        thai="ยืนยันรับเงินนำส่ง",
        author=Author.BY_SIDE,
        of_a_village=True,
        sender=Author.VILLAGE,
        approvers=Approvers.A1,
        postings=(
            debit(BANK_OF_VILLAGE, DUE_TO_FUND, "amount_satang", when=SENT),
            credit(BANK_OF_VILLAGE, 1112, "amount_satang", sub="carrier", when=SENT),
            debit("@fund", 1120, "amount_satang", sub="bank", when=RECEIVED),
            credit("@fund", 1610, "amount_satang", sub=VILLAGE, when=RECEIVED),
        ),
    )


TransferEvent = (
    NetworkDepositPlaced
    | LinkageLoanDisbursed
    | LinkageLoanRepaid
    | LinkageLoanInterestPaid
    | InterfundSettlementInitiated
    | InterfundSettlementConfirmed
)
