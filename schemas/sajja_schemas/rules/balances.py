"""Balances that never change sides: savings, a box, a loan, what is owed (docs/domain.md sections 3.7 and 5.16).

One table holds most of the catalogue's "at most": what is paid out of an account is at most what stands there. At the
author more than that is refused, account by account. Where two tablets did it without knowing of each other, the
balance itself is the finding.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from sajja_schemas import invariants
from sajja_schemas.accounts import CHART, LOANS, Side
from sajja_schemas.events import CATALOGUE, Body, lines_of
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.invariants import Invariant
from sajja_schemas.rules.declaring import EntryRule, StandingRule
from sajja_schemas.rules.ledgers import village_of

_SAVINGS: Final = frozenset({2110, 2111, 3110})
_BOXES: Final = frozenset({1110, 1111})
_CARRIED: Final = frozenset({1112})
_BANKS: Final = frozenset({1120, 1121})
_OWED_TO_US: Final = frozenset({1130, 1240, 1250, 1260, 1310, 1320, 1710})
_OWED_BY_US: Final = frozenset({2112, 2120, 2130, 2131, 2140, 2150, 2160, 2220, 2230, 2310, 2320, 2330, 2340, 2710})
_TO_FUNDS: Final = frozenset({2610, 2620})
_TO_NETWORK: Final = frozenset({2630})
_GOODS: Final = frozenset({1410, 1510})
# Of these an author is told before signing: the tablet knows them, since they are its own unit's.
_ASKED: Final = _SAVINGS | _BOXES | LOANS | _OWED_TO_US | _OWED_BY_US | frozenset({1410})


def beyond(account: int, amount: int) -> int:
    """By how much a balance stands on the wrong side; 0 where it stands rightly."""
    return max(-amount if CHART[account].side is Side.DEBIT else amount, 0)


def _wrong_sides(accounts: frozenset[int]) -> Callable[[Books, date], Iterator[Hit]]:
    def read(books: Books, _on: date) -> Iterator[Hit]:
        for (ledger, account, sub), amount in books.balances.items():
            if account in accounts and (satang := beyond(account, amount)):
                yield _hit(ledger, account, sub, satang)

    return read


def _breaches(invariant: Invariant) -> Callable[[Books, date], Iterator[Hit]]:
    def read(books: Books, _on: date) -> Iterator[Hit]:
        for breach in invariants.check_one(books, invariant):
            if invariant is not Invariant.PRINCIPAL_IS_WITHIN_LOAN or breach.amount_satang > 0:  # else it is overpaid
                yield _hit(breach.ledger, breach.account, breach.sub, breach.amount_satang)

    return read


def _depreciation(books: Books, _on: date) -> Iterator[Hit]:
    sums: dict[str, int] = defaultdict(int)
    for (ledger, account, _sub), amount in books.balances.items():
        if account in {1510, 1519}:
            sums[ledger] += amount
    return (_hit(ledger, 1519, "", -amount) for ledger, amount in sums.items() if amount < 0)


def _hit(ledger: str, account: int, sub: str, satang: int) -> Hit:
    name = CHART[account].thai if account in CHART else ""
    return Hit(
        village=village_of(ledger), subject=(ledger, account, sub), amount_satang=satang,
        fields={"ledger": ledger, "account": account, "name": name, "sub": sub},
    )  # fmt: skip


def _more_than_there_is(books: Books, body: Body) -> Hit | None:
    after: dict[tuple[str, int, str], int] = {}
    for ledger, account, sub, amount in lines_of(body):
        if account in _ASKED:
            key = (ledger, account, sub)
            after[key] = after.get(key, books.balances.get(key, 0)) + amount
    for (ledger, account, sub), amount in after.items():
        before = books.balances.get((ledger, account, sub), 0)
        lacking = beyond(account, amount)
        if lacking > beyond(account, before):
            there = max(before if CHART[account].side is Side.DEBIT else -before, 0)
            return Hit(
                amount_satang=lacking,
                is_sure=any(of == ledger for of, _account, _sub in books.balances),
                fields={
                    "account": account, "name": CHART[account].thai, "english_name": CHART[account].english, "sub": sub,
                    "there_satang": there,
                },
            )  # fmt: skip
    return None


# An opening page and an adjustment are what people saw on paper; a correction is what a finding asks for.
_UNASKED: Final = frozenset({"opening_balance_recorded", "adjustment_posted"})

RULES: Final = (
    EntryRule(
        code="MORE_THAN_THERE_IS",
        severity=Severity.HIGH,
        owner=Owner.TREASURER,
        thai="บัญชี {account} {name} ของ {sub} มี {there_satang} บาท ไม่พอ ขาดอีก {amount} บาท",
        english="account {account} {english_name} of {sub} has {there_satang} baht: {amount} baht too little",
        next_thai="ตรวจจำนวนเงินและรหัส ถ้าจ่ายเงินไปแล้วให้บันทึกจากกระดาษ (--from-paper) พร้อมเหตุผลและกรรมการคนที่สอง",
        next_english="check amount and id; what is paid already is recorded from paper, with a reason",
        source="3.7, 5.5-5.14",
        refuses=True,
        kept=False,
        events=tuple(
            event_type for tag, event_type in CATALOGUE.items() if event_type.declared.postings and tag not in _UNASKED
        ),
        check=_more_than_there_is,
    ),
)

STANDING: Final = (
    StandingRule(
        code="OVERDRAWN_AFTER_MERGE",
        severity=Severity.HIGH,
        owner=Owner.TREASURER,
        thai="{sub} ถอนเงินเกินยอด {amount} บาท (บัญชี {account} {name})",
        english="{sub} took out {amount} baht more than stood in account {account}",
        next_thai="ลงนาม overdraft_recognised ตามจำนวนนี้ แล้วตกลงวิธีคืนเงินกับสมาชิก",
        next_english="sign overdraft_recognised for this amount, and agree with the member how it comes back",
        source="3.7 I6, 5.16",
        read=_wrong_sides(_SAVINGS),
    ),
    StandingRule(
        code="CASH_BOX_NEGATIVE",
        severity=Severity.HIGH,
        owner=Owner.TREASURER,
        thai="กล่องเงินของ {sub} ติดลบ {amount} บาท",
        english="the box of {sub} is {amount} baht below zero",
        next_thai="นับเงินในกล่องต่อหน้าสองคน หารายการที่ขาด แล้วบันทึกผลต่าง (cash_variance_recorded)",
        next_english="count the box with two people, find the missing entry, or record the variance",
        source="3.7 I5",
        read=_wrong_sides(_BOXES),
    ),
    StandingRule(
        code="CARRIER_RECEIVED_MORE",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="เงินที่ {sub} นำส่งถึงมากกว่าที่รับไป {amount} บาท",
        english="{amount} baht more arrived from {sub} than was handed over",
        next_thai="เทียบใบส่งมอบกับใบรับ แล้วกลับรายการที่ผิด",
        next_english="compare the two papers, and reverse the wrong entry",
        source="5.6",
        read=_wrong_sides(_CARRIED),
    ),
    StandingRule(
        code="BANK_ACCOUNT_NEGATIVE",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="บัญชีธนาคาร {sub} ติดลบ {amount} บาทในสมุด",
        english="the bank account {sub} is {amount} baht below zero in the books",
        next_thai="กระทบยอดกับสมุดธนาคาร (bank_reconciled) และหารายการฝากที่ยังไม่บันทึก",
        next_english="reconcile with the bank's book, and find the deposit that was not recorded",
        source="5.6",
        read=_wrong_sides(_BANKS),
    ),
    StandingRule(
        code="LOAN_OVERPAID",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="สัญญา {sub} ชำระเงินต้นเกิน {amount} บาท",
        english="loan {sub} was repaid {amount} baht beyond its end",
        next_thai="ลงนาม overpayment_recognised ย้ายส่วนเกินเป็นเงินรับล่วงหน้า แล้วคืนหรือใช้ชำระงวดอื่น",
        next_english="sign overpayment_recognised: the excess becomes an advance, to be refunded or used",
        source="3.7 I7, 5.16",
        read=_wrong_sides(LOANS),
    ),
    StandingRule(
        code="CAME_BACK_BEYOND_OWED",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="บัญชี {account} {name} ของ {sub} รับคืนเกินที่ค้าง {amount} บาท",
        english="account {account} of {sub} got back {amount} baht more than was owed",
        next_thai="ตรวจว่ารับเงินซ้ำหรือลงผิดบัญชี แล้วกลับรายการ",
        next_english="see whether it was taken twice or booked to another, and reverse it",
        source="5.8, 5.10, 5.11, 5.14",
        read=_wrong_sides(_OWED_TO_US),
    ),
    StandingRule(
        code="PAID_BEYOND_OWED",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="บัญชี {account} {name} ของ {sub} จ่ายเกินที่ค้างจ่าย {amount} บาท",
        english="account {account} of {sub} was paid {amount} baht more than was owed",
        next_thai="ตรวจว่าจ่ายซ้ำหรือไม่ เรียกเงินคืน หรือกลับรายการที่ผิด",
        next_english="see whether it was paid twice; claim it back, or reverse the wrong entry",
        source="5.5, 5.9-5.14",
        read=_wrong_sides(_OWED_BY_US),
    ),
    StandingRule(
        code="REMITTED_BEYOND_DUE",
        severity=Severity.LOW,
        owner=Owner.TREASURER,
        thai="นำส่งเกินที่ค้างในบัญชี {account} {name} {amount} บาท",
        english="{amount} baht more was remitted than stood in account {account}",
        next_thai="รอรายการรับของแท็บเล็ตเครื่องอื่น ถ้าไม่มีให้แจ้งกองทุน",
        next_english="wait for the other tablet's receipts; if there are none, tell the fund",
        source="5.11",
        read=_wrong_sides(_TO_FUNDS),
    ),
    StandingRule(
        code="NETWORK_OWES_VILLAGE",
        severity=Severity.LOW,
        owner=Owner.NETWORK,
        thai="เครือข่ายค้างจ่าย {ledger} {amount} บาท (สมาชิกย้ายเข้า หรือนำส่งเกิน)",
        english="the network owes {ledger} {amount} baht: members moved in, or too much was remitted",
        next_thai="จ่ายให้หมู่บ้าน หรือหักกับเงินที่หมู่บ้านต้องส่งเครือข่าย",
        next_english="pay the village, or set it against what the village has to remit",
        source="5.5, 5.11",
        read=_wrong_sides(_TO_NETWORK),
    ),
    StandingRule(
        code="STOCK_NEGATIVE",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="{name} ของ {ledger} ติดลบ {amount} บาท",
        english="account {account} of {ledger} is {amount} baht below zero",
        next_thai="นับของจริงสองคน (group_stock_counted) แล้วหารายการซื้อที่ขาด",
        next_english="count the goods with two people, and find the purchase that was not recorded",
        source="5.12",
        read=_wrong_sides(_GOODS),
    ),
    StandingRule(
        code="DEPRECIATED_BEYOND_COST",
        severity=Severity.LOW,
        owner=Owner.AUDITOR,
        thai="ค่าเสื่อมสะสมของ {ledger} เกินราคาทุน {amount} บาท",
        english="{ledger} has depreciated {amount} baht more than its equipment cost",
        next_thai="กลับรายการค่าเสื่อมที่เกิน",
        next_english="reverse the depreciation that is too much",
        source="5.12",
        read=_depreciation,
    ),
    StandingRule(
        code="PRINCIPAL_BEYOND_LOAN",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="เงินต้นของสัญญา {sub} ต่างจากที่จ่ายกู้ {amount} บาท",
        english="the principal of loan {sub} stands {amount} baht off what was ever lent",
        next_thai="ตรวจรายการจ่ายและชำระของสัญญานี้ แล้วกลับรายการที่ลงผิดสัญญา",
        next_english="go through this loan's entries, and reverse what belongs to another",
        source="3.7 I7",
        read=_breaches(Invariant.PRINCIPAL_IS_WITHIN_LOAN),
    ),
    StandingRule(
        code="PAIR_UNMATCHED",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="ยอดบัญชี {account} {name} ของ {ledger} ไม่ตรงกับกองทุน {amount} บาท และไม่มีเงินระหว่างทางอธิบาย",
        english="account {account} of {ledger} and its fund differ by {amount} baht that is not under way",
        next_thai="หมู่บ้านและกองทุนเทียบรายการนำส่งทีละรายการ",
        next_english="village and fund go through their remittances one by one",
        source="3.7 I4",
        read=_breaches(Invariant.PAIRS_AGREE),
    ),
    StandingRule(
        code="OPENING_NOT_CLEARED",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="ยอดยกมาของ {ledger} ยังไม่ลงตัว {amount} บาท (บัญชี 3900)",
        english="the opening balances of {ledger} do not add up: {amount} baht stand in account 3900",
        next_thai="เทียบกับสมุดเดิมทีละหน้า บันทึกหน้าที่ขาดหรือกลับหน้าที่ผิด",
        next_english="compare with the paper book page by page; record what is missing",
        source="3.7 I8",
        read=_breaches(Invariant.CLEARING_IS_NOTHING),
    ),
    StandingRule(
        code="LEDGER_DOES_NOT_BALANCE",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="สมุด {ledger} ไม่ดุล {amount} บาท (ข้อผิดพลาดของโปรแกรม)",
        english="the ledger {ledger} does not balance by {amount} baht (a mistake of the program)",
        next_thai="หยุดปิดงวด แจ้งผู้ดูแลระบบทันที",
        next_english="close nothing; tell whoever looks after the program at once",
        source="3.7 I2, I3",
        read=_breaches(Invariant.LEDGER_SUMS_TO_NOTHING),
    ),
)  # fmt: skip
