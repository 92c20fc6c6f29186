"""Where money is: cash and bank by custodian, what units owe each other, and what is under way (sections 2.3, 3.7)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sajja_schemas.accounts import CHART, Sub
from sajja_schemas.bylaws.history import in_force
from sajja_schemas.indicators.declaring import Lens
from sajja_schemas.invariants import under_way
from sajja_schemas.projections.declaring import VILLAGE, Projection, Row, count, day, days, satang, text
from sajja_schemas.projections.stages import age_days
from sajja_schemas.registers import boxes, meetings
from sajja_schemas.rules.ledgers import village_of
from sajja_schemas.transit import PAIRS

HELD: Final = (1110, 1111, 1112, 1120, 1121)


def _cash(lens: Lens) -> Iterator[Row]:
    counts = _counts(lens)
    limits: dict[str, int | None] = {}
    for (ledger, account, custodian), amount in lens.books.balances.items():
        if account not in HELD or not (amount or (ledger, custodian) in counts):
            continue
        is_box = account == boxes.CASH_BOX
        if is_box and ledger not in limits:
            ruled = in_force(lens.books.rulesets, ledger, lens.on)
            limits[ledger] = ruled.rules.box_limit_satang if ruled is not None else None
        limit = limits.get(ledger) if is_box else None
        counted = counts.get((ledger, custodian)) if is_box else None
        yield (
            village_of(ledger), ledger, account, custodian, amount, limit,
            max(amount - limit, 0) if limit is not None else None,
            counted[0] if counted else None, counted[1] if counted else None,
            counted[1] - boxes.at_end_of(lens.registers, ledger, custodian, counted[0]) if counted else None,
        )  # fmt: skip


def _counts(lens: Lens) -> dict[tuple[str, str], tuple[date, int]]:
    """When each box was last counted, and what was in it."""
    found: dict[tuple[str, str], tuple[date, int]] = {}
    for facts in lens.registers.all(meetings.REGISTER).values():
        for fact in facts:
            if fact[0] == "counted":
                box = (str(fact[2]), str(fact[3]))
                counted = (date.fromisoformat(str(fact[1])), int(fact[4]))
                found[box] = max(found.get(box, counted), counted)
    return found


CASH: Final = Projection(
    name="cash", thai="เงินสดและเงินฝาก ตามผู้ถือ", english="cash and bank by custodian", key=4, read=_cash,
    about="Every box, collector, carrier and bank account that holds something, or was counted: a row each. "
    "`amount_satang` sums to the account of the ledger.",
    columns=(
        VILLAGE, text("ledger", "บัญชีของ", "ledger"),
        count(
            "account", "รหัสบัญชี", "account",
            "1110 box, 1111 collector, 1112 carrier, 1120 savings, 1121 fixed deposit",
        ),
        text("custodian", "ผู้ถือ", "custodian", "the person, or the bank account"),
        satang("amount_satang", "ยอดตามสมุด", "by the books", "the account of the custodian, positive for a debit"),
        satang("limit_satang", "วงเงินกล่อง", "limit of the box", "of the bylaws in force on the day"),
        satang("over_limit_satang", "เกินวงเงิน", "over the limit", "by the books less the limit, at least nothing"),
        day("counted_on", "นับล่าสุด", "last counted"),
        satang("counted_satang", "นับได้", "counted", "the latest count; of several on one day the largest"),
        satang("off_satang", "ต่างจากสมุด", "off the books", "counted less by the books at that day's end"),
    ),
)  # fmt: skip


def _pairs(lens: Lens) -> Iterator[Row]:
    balances = lens.books.balances
    known = {sub for (_ledger, account, sub) in balances if CHART[account].sub is Sub.VILLAGE}
    for village in sorted(lens.villages | known):
        for pair in PAIRS:
            of_bank = balances.get((f"bank:{village}", pair.bank_account, ""), 0)
            of_fund = balances.get((pair.fund, pair.fund_account, village), 0)
            explained = under_way(lens.books, pair, village)
            yield (
                village, pair.bank_account, pair.fund, pair.fund_account, of_bank, of_fund, of_bank + of_fund,
                explained, of_bank + of_fund - explained,
            )  # fmt: skip


INTERFUND: Final = Projection(
    name="interfund", thai="ยอดระหว่างหมู่บ้านกับกองทุน", english="pairs between banks and funds", key=2, read=_pairs,
    about="What each bank owes a fund or has with it, beside the fund's other half: five rows a village. Both halves "
    "agree where nothing is under way (invariant I4).",
    columns=(
        VILLAGE, count("bank_account", "บัญชีธนาคาร", "account of the bank", "2610, 2620, 2630, 1130 or 2220"),
        text(
            "fund", "กองทุน", "fund"), count("fund_account", "บัญชีกองทุน", "account of the fund",
            "1610, 2230 or 1310",
        ),
        satang("bank_satang", "ฝั่งธนาคาร", "of the bank", "that account of the bank, positive for a debit"),
        satang(
            "fund_satang", "ฝั่งกองทุน", "of the fund",
            "that account of the fund for the village, positive for a debit",
        ),
        satang("difference_satang", "ต่างกัน", "difference", "of the bank + of the fund"),
        satang("under_way_satang", "อยู่ระหว่างทาง", "under way", "what money that one side has booked explains of it"),
        satang("unexplained_satang", "อธิบายไม่ได้", "unexplained", "difference less under way: nothing, or a finding"),
    ),
)  # fmt: skip


def _in_transit(lens: Lens) -> Iterator[Row]:
    for one in lens.books.transit.values():
        yield (
            one.village, one.type, one.about, one.holder, one.settlement, one.since, age_days(one.since, lens.on),
            one.sent_satang, one.received_satang, one.difference_satang,
        )  # fmt: skip


IN_TRANSIT: Final = Projection(
    name="in_transit", thai="เงินระหว่างทาง", english="money in transit", key=5, read=_in_transit,
    about="Money that one side has booked and the other has not, with who holds it and for how long: a row each. The "
    "differences without their signs sum to the indicator `ind_n3`.",
    columns=(
        VILLAGE,
        text("type", "ชนิด", "kind", "the event of which one side is missing; cash_carried is with its carrier"),
        text("about", "เรื่อง", "about", "the fund, or the linkage loan"),
        text("holder", "ผู้ถือ", "holder", "the carrier; where nobody carries it, the unit that sent it"),
        text(
            "settlement", "เลขที่", "settlement"), day("since", "ตั้งแต่", "since",
            "the earliest business date of its entries",
        ),
        days("age_days", "กี่วัน", "age", "the day less `since`"),
        satang("sent_satang", "ส่ง", "sent", "sum of what counts as sent"),
        satang("received_satang", "รับ", "received", "sum of what counts as received"),
        satang("difference_satang", "ต่างกัน", "difference", "sent less received; negative where more arrived"),
    ),
)  # fmt: skip
