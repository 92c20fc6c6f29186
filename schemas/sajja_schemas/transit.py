"""Money between two hands: what one has booked and the other has not, with holder and age.

 * A difference stays listed until both sides say the same; who came first does not matter.
 * Cash that a carrier holds (account 1112) is a difference of its own: handed over, and not yet arrived. It ends where
   as much arrived, or where what is missing was recorded as the carrier's debt.
 * A member's transfer has two legs, from village to office and from office to village. What a general meeting gives
   to the welfare fund is under way until the fund has booked it.
 * `PAIRS` says which differences explain what one ledger owes and the other does not claim yet (invariant I4).

Source: docs/domain.md sections 2.3 and 3.7.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

from sajja_schemas.entry import OFFICE
from sajja_schemas.events import Body, tag_of
from sajja_schemas.events.base import Author, Event
from sajja_schemas.events.closing import YearEndAllocationApproved
from sajja_schemas.events.meetings import CashCustodyHandedOver, CashCustodyReceived, CashVarianceRecorded
from sajja_schemas.events.members import MemberTransferred
from sajja_schemas.events.transfers import InterfundSettlementConfirmed, InterfundSettlementInitiated
from sajja_schemas.events.welfare_money import WelfareProfitContributionReceived

CARRIED: Final = "cash_carried"  # the name of a carrier's difference; the others are named by their event
PROFIT: Final = "welfare_profit_contribution_received"
TRANSFERRED: Final = "member_transferred"


class Transit(msgspec.Struct):
    """Money that one side of a settlement has booked and the other has not."""

    village: str
    type: str
    since: date
    sent_satang: int = 0
    received_satang: int = 0
    holder: str = ""  # the carrier; where nobody carries it, the unit that sends
    about: str = ""  # the fund or the linkage loan
    settlement: str = ""

    @property
    def difference_satang(self) -> int:
        """What is on its way; negative where more arrived than was sent."""
        return self.sent_satang - self.received_satang


class _Leg(msgspec.Struct, frozen=True):
    """One entry's part in one difference."""

    type: str
    village: str
    settlement: str
    is_sent: bool
    amount_satang: int
    holder: str = ""
    about: str = ""


def tally(under_way: dict[str, Transit], body: Body, sign: int) -> None:
    """Let a counted entry, or with -1 its reversal, change what is under way."""
    for leg in _legs_of(body):
        # The whole name: another village, kind of transfer, fund or carrier cannot make a difference vanish.
        named_by = leg.holder if leg.type == CARRIED else leg.about
        name = f"{leg.village}/{leg.type}/{named_by}/{leg.settlement}"
        transit = under_way.get(name)
        if transit is None:
            transit = under_way[name] = Transit(
                village=leg.village, type=leg.type, since=body.date, about=leg.about, settlement=leg.settlement,
                holder=leg.holder,
            )  # fmt: skip
        if leg.is_sent:
            transit.sent_satang += sign * leg.amount_satang
        else:
            transit.received_satang += sign * leg.amount_satang
        transit.since = min(transit.since, body.date)
        if transit.sent_satang == transit.received_satang:
            del under_way[name]


def is_part(event_type: type[Event]) -> bool:
    """Whether entries of this type are a part of money under way."""
    return event_type in _BY_YEAR or (
        "settlement" in event_type.__struct_fields__ and bool(event_type.declared.postings)
    )


_BY_YEAR: Final = (YearEndAllocationApproved, WelfareProfitContributionReceived)
_HANDED: Final = (InterfundSettlementInitiated, CashCustodyHandedOver)


def _legs_of(body: Body) -> Iterator[_Leg]:
    event: Any = body.event
    match event:
        case YearEndAllocationApproved():
            yield _Leg(PROFIT, body.village, str(event.year), is_sent=True, amount_satang=event.welfare_satang)
        case WelfareProfitContributionReceived():
            yield _Leg(PROFIT, body.village, str(event.year), is_sent=False, amount_satang=event.amount_satang)
        case InterfundSettlementInitiated() | CashCustodyHandedOver() | CashCustodyReceived():
            yield _carried(body, event, is_sent=isinstance(event, _HANDED))
        case CashVarianceRecorded():
            if event.place == "carrier" and event.settlement is not None:
                # What is short is no longer on its way: it is the carrier's debt. What is over was never handed over.
                yield _Leg(
                    CARRIED, body.village, event.settlement, is_sent=event.direction == "over",
                    amount_satang=event.amount_satang, holder=event.box,
                )  # fmt: skip
        case MemberTransferred():
            if event.side != "received":
                yield _transferred(event, event.from_village, is_sent=event.side == "sent")
            if event.side != "sent":
                yield _transferred(event, event.to_village, is_sent=event.side == "between")
        case _:
            if isinstance(event, InterfundSettlementConfirmed) and event.side == "sent":
                yield _carried(body, event, is_sent=False)
            sender = body.village if event.declared.sender is Author.VILLAGE else OFFICE
            yield _Leg(
                tag_of(event), body.village, event.settlement, is_sent=event.side == "sent",
                amount_satang=event.amount_satang, holder=sender,
                about=str(getattr(event, "fund", getattr(event, "linkage_loan", ""))),
            )  # fmt: skip


def _carried(body: Body, event: Any, *, is_sent: bool) -> _Leg:
    return _Leg(
        CARRIED, body.village, event.settlement, is_sent, amount_satang=event.amount_satang, holder=event.carrier or ""
    )


def _transferred(event: MemberTransferred, village: str, *, is_sent: bool) -> _Leg:
    holder = event.from_village if village == event.from_village else OFFICE
    return _Leg(TRANSFERRED, village, event.settlement, is_sent, amount_satang=event.amount_satang, holder=holder)


class Pair(msgspec.Struct, frozen=True):
    """What a village's bank owes to a fund (or has with it), and where the fund has the other half."""

    bank_account: int
    fund: str
    fund_account: int  # by village
    # Which differences explain it, and whether what was sent and has not arrived leaves the pair above or below zero.
    explained_by: tuple[tuple[str, str, int], ...]  # type, about ("" for any), sign


PAIRS: Final = (
    Pair(2610, "welfare", 1610, (("interfund_settlement_confirmed", "welfare", 1), (PROFIT, "", -1))),
    Pair(2620, "risk", 1610, (("interfund_settlement_confirmed", "risk", 1),)),
    Pair(
        2630, "network", 1610,
        (("interfund_settlement_confirmed", "network", 1), ("network_contribution_paid", "", 1), (TRANSFERRED, "", -1)),
    ),
    Pair(1130, "network", 2230, (("network_deposit_placed", "", 1), ("network_deposit_withdrawn", "", 1))),
    Pair(2220, "network", 1310, (("linkage_loan_disbursed", "", 1), ("linkage_loan_repaid", "", 1))),
)  # fmt: skip
