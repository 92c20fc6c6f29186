"""Passbooks: what every member has in the bank of their village, product by product (docs/domain.md section 7.1)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sajja_schemas.accounts import LOANS
from sajja_schemas.indicators.declaring import Lens
from sajja_schemas.projections.declaring import MEMBER, VILLAGE, Projection, Row, day, satang, text
from sajja_schemas.registers import activity
from sajja_schemas.registers.members import Member
from sajja_schemas.rules.ledgers import village_of

# The accounts that have a member for their sub-ledger, in the order of their columns; what a member owes stands below.
HAS: Final = (3110, 2110, 2111, 2120, 2130, 2131, 2140, 2150)
OWES: Final = (1240, 1260)
_ACCOUNTS: Final = frozenset((*HAS, *OWES))


def _passbooks(lens: Lens) -> Iterator[Row]:
    known = {(one.village, one.member): one for one in lens.everyone}
    sums = _sums(lens)
    for place in sorted(known.keys() | sums.keys()):
        held = sums.get(place, {})
        village, member = place
        yield (
            village,
            member,
            _state(known.get(place)),
            *(-held.get(account, 0) for account in HAS),
            *(held.get(account, 0) for account in OWES),
            held.get(min(LOANS), 0),
            activity.last_act_before(lens.registers, village, member, lens.on + timedelta(days=1)),
        )


def _sums(lens: Lens) -> dict[tuple[str, str], dict[int, int]]:
    """What stands on each account of each member; principal of all loans under one of their accounts."""
    sums: dict[tuple[str, str], dict[int, int]] = {}
    banks = frozenset(lens.banks)
    for (ledger, account, sub), amount in lens.books.balances.items():
        if amount and account in _ACCOUNTS and ledger in banks:
            sums.setdefault((village_of(ledger), sub), {})[account] = amount
    for loan in lens.owed:
        if loan.member:
            held = sums.setdefault((village_of(loan.ledger), loan.member), {})
            held[min(LOANS)] = held.get(min(LOANS), 0) + loan.outstanding_satang
    return sums


def _state(member: Member | None) -> str:
    if member is None:
        return "unknown"
    if member.died is not None or member.death_reported is not None:
        return "died"
    if member.in_bank <= 0:
        return "left" if member.joined is not None else "not_in_bank"
    return "suspended" if member.is_suspended else "active"


PASSBOOKS: Final = Projection(
    name="passbooks", thai="สมุดเงินฝากสมาชิก", english="member passbooks", key=2, read=_passbooks,
    about="Everybody who ever was a member, and whoever an account names: a row each. A column of an account sums to "
    "that account of the bank. The lines behind a balance are in the log alone: `sajja village print passbook`.",
    columns=(
        VILLAGE, MEMBER,
        text(
            "state", "สถานะ", "state",
            "active, suspended, left, died (or said so), not_in_bank (welfare only), unknown (no record names them)",
        ),
        satang("shares_satang", "เงินสัจจะ", "shares", "3110 of the member"),
        satang("special_satang", "ออมพิเศษ", "special savings", "2110 of the member"),
        satang("child_satang", "ออมเด็ก", "child savings", "2111 of the member"),
        satang("interest_due_satang", "ดอกเบี้ยค้างจ่าย", "interest to be paid", "2120 of the member"),
        satang("dividend_due_satang", "ปันผลค้างจ่าย", "dividend to be paid", "2130 of the member"),
        satang("patronage_due_satang", "เฉลี่ยคืนค้างจ่าย", "patronage refund to be paid", "2131 of the member"),
        satang("leaving_due_satang", "ค้างจ่ายผู้ลาออก/ทายาท", "to be paid to leaver or heirs", "2140 of the member"),
        satang("advance_satang", "เงินรับล่วงหน้า", "paid in advance", "2150 of the member, of the bank"),
        satang("guarantee_owed_satang", "หนี้ค้ำประกัน", "owed as guarantor", "1240 of the member, of the bank"),
        satang("overdrawn_satang", "ถอนเกิน", "overdrawn", "1260 of the member"),
        satang(
            "loans_satang", "เงินกู้คงเหลือ", "loans left to pay",
            "1210 to 1215 of the member's loans that are owed",
        ),
        day(
            "last_act_on", "ทำรายการล่าสุด", "last act",
            "the last day up to the day asked for on which the member paid in, took out, repaid or was admitted",
        ),
    ),
)  # fmt: skip
