"""The chart of accounts: which accounts there are, on which side they stand, and what their sub-ledger is.

A balance is kept per (ledger, account, sub-ledger) and is positive for a debit. A ledger is a self-balancing set:
`bank:pp01`, `welfare`, `risk`, `network`, `group:pp01-shrimp`. Source: docs/domain.md section 3.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec


class Side(StrEnum):
    """The side on which an account normally stands."""

    DEBIT = "debit"
    CREDIT = "credit"


class Sub(StrEnum):
    """What an account is divided by."""

    NONE = "none"
    MEMBER = "member"
    LOAN = "loan"
    CUSTODIAN = "custodian"
    BANK = "bank"
    VILLAGE = "village"
    GROUP = "group"
    CLAIM = "claim"
    ROUND = "round"


class LedgerKind(StrEnum):
    """The kinds of ledgers."""

    BANK = "bank"  # a village's bank: `bank:pp01`
    WELFARE = "welfare"
    RISK = "risk"
    NETWORK = "network"
    GROUP = "group"  # an occupational group: `group:pp01-shrimp`


class Account(msgspec.Struct, frozen=True):
    """One line of the chart."""

    code: int
    thai: str
    english: str
    side: Side
    ledgers: tuple[LedgerKind, ...]
    sub: Sub = Sub.NONE


_BANK = (LedgerKind.BANK,)
_FUNDS = (LedgerKind.WELFARE, LedgerKind.RISK, LedgerKind.NETWORK)
_ALL = tuple(LedgerKind)
_WELFARE = (LedgerKind.WELFARE,)
_RISK = (LedgerKind.RISK,)
_NETWORK = (LedgerKind.NETWORK,)
_BANK_NETWORK = (LedgerKind.BANK, LedgerKind.NETWORK)
_BANK_GROUP = (LedgerKind.BANK, LedgerKind.GROUP)
_DEBIT, _CREDIT = Side.DEBIT, Side.CREDIT

_CHART: Final = (
    Account(1110, "เงินสดในกล่อง", "Cash box", _DEBIT, _ALL, Sub.CUSTODIAN),
    Account(1111, "เงินสดในมือผู้เก็บเงิน", "Cash held by a collector", _DEBIT, (*_BANK, *_WELFARE), Sub.CUSTODIAN),
    Account(1112, "เงินสดระหว่างนำส่ง", "Cash in transit", _DEBIT, _ALL, Sub.CUSTODIAN),
    Account(1120, "เงินฝากธนาคาร ออมทรัพย์", "Bank savings account", _DEBIT, _ALL, Sub.BANK),
    Account(1121, "เงินฝากประจำ/สลากออมทรัพย์", "Fixed deposit, lottery bond", _DEBIT, _ALL, Sub.BANK),
    Account(1130, "เงินฝากกองกลางเครือข่าย", "Deposit with the network pool", _DEBIT, _BANK),
    Account(1210, "ลูกหนี้เงินกู้สามัญ", "Ordinary loans", _DEBIT, _BANK, Sub.LOAN),
    Account(1211, "ลูกหนี้เงินกู้ฉุกเฉิน", "Emergency loans", _DEBIT, _BANK, Sub.LOAN),
    Account(1212, "ลูกหนี้เงินกู้อาชีพ/ธุรกิจ", "Occupational loans", _DEBIT, _BANK, Sub.LOAN),
    Account(1213, "ลูกหนี้ปรับโครงสร้าง", "Rescheduled loans", _DEBIT, _BANK, Sub.LOAN),
    Account(1214, "ลูกหนี้กลุ่มอาชีพ", "Loans to groups", _DEBIT, _BANK, Sub.LOAN),
    Account(1215, "ลูกหนี้เงินกู้เป็นสิ่งของ", "In-kind loans", _DEBIT, _BANK, Sub.LOAN),
    Account(1219, "ค่าเผื่อหนี้สงสัยจะสูญ", "Loan-loss allowance", _CREDIT, _BANK_NETWORK),
    Account(1220, "ดอกเบี้ยค้างรับ", "Accrued interest", _DEBIT, _BANK_NETWORK, Sub.LOAN),
    Account(1240, "ลูกหนี้ผู้ค้ำประกัน", "Guarantor receivable", _DEBIT, (*_BANK, *_RISK), Sub.MEMBER),
    Account(1250, "ลูกหนี้เงินขาดบัญชี", "Cash short receivable", _DEBIT, _ALL, Sub.CUSTODIAN),
    Account(1260, "ลูกหนี้ถอนเงินเกิน", "Overdrawn members", _DEBIT, _BANK, Sub.MEMBER),
    Account(1310, "ลูกหนี้เงินกู้เชื่อมโยง", "Linkage loans to villages", _DEBIT, _NETWORK, Sub.VILLAGE),
    Account(1320, "ค่าสินไหมค้างรับจากกองทุนประกัน", "Risk claim receivable", _DEBIT, _BANK, Sub.LOAN),
    Account(1410, "สินค้าและวัตถุดิบ", "Inventory", _DEBIT, _BANK_GROUP),
    Account(1510, "อุปกรณ์", "Equipment", _DEBIT, _ALL),
    Account(1519, "ค่าเสื่อมสะสม", "Accumulated depreciation", _CREDIT, _ALL),
    Account(1610, "ลูกหนี้หมู่บ้าน (เงินรับแทน)", "Due from village banks", _DEBIT, _FUNDS, Sub.VILLAGE),
    Account(1710, "เงินสมทบรัฐ/ท้องถิ่นค้างรับ", "Matching receivable", _DEBIT, _WELFARE),
    Account(2110, "เงินรับฝากออมพิเศษ", "Special savings", _CREDIT, _BANK, Sub.MEMBER),
    Account(2111, "เงินรับฝากเด็กและเยาวชน", "Child savings", _CREDIT, _BANK, Sub.MEMBER),
    Account(2112, "เงินรับฝากกลุ่มอาชีพ", "Group deposits", _CREDIT, _BANK, Sub.GROUP),
    Account(2120, "ดอกเบี้ยเงินฝากค้างจ่าย", "Deposit interest payable", _CREDIT, _BANK, Sub.MEMBER),
    Account(2130, "เงินปันผลค้างจ่าย", "Dividend payable", _CREDIT, (*_BANK_NETWORK, LedgerKind.GROUP), Sub.MEMBER),
    Account(2131, "เงินเฉลี่ยคืนค้างจ่าย", "Patronage refund payable", _CREDIT, _BANK, Sub.MEMBER),
    Account(2140, "เจ้าหนี้สมาชิกลาออก/ทายาท", "Payable to leavers and heirs", _CREDIT, _BANK, Sub.MEMBER),
    Account(2150, "เงินรับล่วงหน้า", "Advances from members", _CREDIT, (*_BANK, *_WELFARE), Sub.MEMBER),
    Account(2160, "เงินเกินบัญชีรอสอบ", "Cash-over suspense", _CREDIT, _ALL, Sub.CUSTODIAN),
    Account(2170, "เงินรับรอตรวจสอบ", "Unidentified receipts", _CREDIT, _ALL),
    Account(2210, "เงินกู้ธนาคาร", "Bank loan", _CREDIT, _BANK_NETWORK, Sub.BANK),
    Account(2220, "เงินกู้เชื่อมโยงจากเครือข่าย", "Linkage loan payable", _CREDIT, _BANK),
    Account(2230, "เงินฝากจากธนาคารหมู่บ้าน", "Deposits from village banks", _CREDIT, _NETWORK, Sub.VILLAGE),
    Account(2310, "สวัสดิการค้างจ่าย", "Welfare benefits payable", _CREDIT, _WELFARE, Sub.CLAIM),
    Account(2320, "ค่าสินไหมค้างจ่าย", "Risk claims payable", _CREDIT, _RISK, Sub.LOAN),
    Account(2330, "เบี้ยประกันรับล่วงหน้า", "Unearned premium", _CREDIT, _RISK, Sub.LOAN),
    Account(2340, "เงินสมทบรอคืน", "Matching to be returned", _CREDIT, _WELFARE),
    Account(2610, "เจ้าหนี้กองทุนสวัสดิการ (เงินรับแทน)", "Due to the welfare fund", _CREDIT, _BANK),
    Account(2620, "เจ้าหนี้กองทุนประกันความเสี่ยง", "Due to the risk fund", _CREDIT, _BANK),
    Account(2630, "เจ้าหนี้เครือข่าย", "Due to the network", _CREDIT, _BANK),
    Account(2710, "จัดสรรค้างจ่าย", "Allocations payable", _CREDIT, _BANK),
    Account(3110, "เงินสัจจะ/ทุนเรือนหุ้น", "Share savings", _CREDIT, _BANK_GROUP, Sub.MEMBER),
    Account(3120, "ทุนสนับสนุน/เงินบริจาคตั้งต้น", "Seed and grant capital", _CREDIT, _BANK_NETWORK),
    Account(3130, "ทุนจากรัฐ (บัญชี 1)", "State fund capital", _CREDIT, _BANK),
    Account(3210, "ทุนสำรอง", "Reserve", _CREDIT, _BANK_NETWORK),
    Account(3220, "ทุนสำรองความเสี่ยง", "Risk reserve", _CREDIT, _BANK),
    Account(3230, "กองทุนพัฒนาหมู่บ้าน/สาธารณประโยชน์", "Village development fund", _CREDIT, _BANK),
    Account(3240, "ทุนสวัสดิการหมู่บ้าน", "Village welfare", _CREDIT, _BANK),
    Account(3310, "กำไรสะสม", "Retained surplus", _CREDIT, _ALL),
    Account(3320, "กำไรสุทธิรอจัดสรร", "Net profit awaiting allocation", _CREDIT, _ALL),
    Account(3410, "ยอดกองทุนสวัสดิการ", "Welfare fund balance", _CREDIT, _WELFARE),
    Account(3420, "ยอดกองทุนประกันความเสี่ยง", "Risk fund balance", _CREDIT, _RISK),
    Account(3430, "ทุนกองกลางเครือข่าย", "Network pool capital", _CREDIT, _NETWORK, Sub.VILLAGE),
    Account(3900, "บัญชีพักยกยอด", "Opening-balance clearing", _CREDIT, _ALL),
    Account(4110, "ดอกเบี้ยรับเงินกู้", "Loan interest", _CREDIT, _BANK, Sub.LOAN),
    Account(4111, "ดอกเบี้ยรับเงินกู้ฉุกเฉิน", "Emergency loan interest", _CREDIT, _BANK, Sub.LOAN),
    Account(4112, "ดอกเบี้ยรับกลุ่มอาชีพ", "Group loan interest", _CREDIT, _BANK, Sub.LOAN),
    Account(4113, "ดอกเบี้ยรับเงินกู้เชื่อมโยง", "Linkage loan interest", _CREDIT, _NETWORK, Sub.VILLAGE),
    Account(4120, "ค่าปรับสัจจะ", "Late-saving fines", _CREDIT, _BANK, Sub.MEMBER),
    Account(4121, "ค่าปรับเงินกู้", "Late-payment fines", _CREDIT, _BANK, Sub.LOAN),
    Account(4130, "ค่าแรกเข้า", "Entrance fees", _CREDIT, (*_BANK, *_WELFARE), Sub.MEMBER),
    Account(4131, "ค่าสมุด", "Passbook fees", _CREDIT, (*_BANK, *_WELFARE), Sub.MEMBER),
    Account(4140, "ดอกเบี้ยธนาคารและกองกลาง", "Bank and pool interest", _CREDIT, _ALL, Sub.BANK),
    Account(4150, "เงินบริจาค", "Donations", _CREDIT, _ALL),
    Account(4151, "ค่าบำรุงจากหมู่บ้าน", "Village contributions to the network", _CREDIT, _NETWORK, Sub.VILLAGE),
    Account(4160, "สมทบรัฐผ่าน พอช.", "State matching", _CREDIT, _WELFARE, Sub.ROUND),
    Account(4161, "สมทบท้องถิ่น", "Local matching", _CREDIT, _WELFARE, Sub.ROUND),
    Account(4162, "สมทบจากสมาชิก", "Member contributions", _CREDIT, _WELFARE, Sub.MEMBER),
    Account(4163, "สมทบจากผลกำไรกลุ่ม", "Contributions from village profit", _CREDIT, _WELFARE, Sub.VILLAGE),
    Account(4170, "เบี้ยประกัน", "Premium", _CREDIT, _RISK, Sub.LOAN),
    Account(4171, "เงินเรียกคืน", "Subrogation recoveries", _CREDIT, _RISK, Sub.LOAN),
    Account(4172, "หนี้สูญได้รับคืน", "Bad debt recovered", _CREDIT, _BANK_NETWORK, Sub.LOAN),
    Account(4180, "เงินเกินบัญชี", "Cash over", _CREDIT, _ALL),
    Account(4190, "เศษสตางค์", "Rounding", _CREDIT, _ALL),
    Account(4210, "ขายสินค้า", "Sales", _CREDIT, _BANK_GROUP),
    Account(4220, "ค่าบริการ", "Services", _CREDIT, _BANK_GROUP),
    Account(5110, "ดอกเบี้ยจ่ายออมพิเศษ", "Interest on special savings", _DEBIT, _BANK),
    Account(5111, "ดอกเบี้ยจ่ายธนาคาร", "Interest on bank loans", _DEBIT, _BANK_NETWORK),
    Account(5112, "ดอกเบี้ยจ่ายเงินกู้เชื่อมโยง", "Interest on linkage loans", _DEBIT, _BANK),
    Account(5113, "ดอกเบี้ยจ่ายกองกลาง", "Interest on village deposits", _DEBIT, _NETWORK),
    Account(5120, "ค่าประชุม", "Meetings", _DEBIT, _ALL),
    Account(5121, "เบี้ยประชุม", "Meeting allowances", _DEBIT, _ALL),
    Account(5122, "ค่าวัสดุ", "Supplies", _DEBIT, _ALL),
    Account(5123, "ค่าเดินทาง", "Travel", _DEBIT, _ALL),
    Account(5124, "ค่าธรรมเนียมธนาคาร", "Bank fees", _DEBIT, _ALL),
    Account(5125, "ค่าตรวจสอบ", "Audit", _DEBIT, _ALL),
    Account(5126, "ค่าบำรุงเครือข่าย", "Network contribution", _DEBIT, _ALL),
    Account(5127, "ค่าใช้จ่ายอื่น", "Other expenses", _DEBIT, _ALL),
    Account(5130, "หนี้สงสัยจะสูญ", "Provision", _DEBIT, _BANK_NETWORK),
    Account(5131, "ตัดหนี้สูญ", "Write-off", _DEBIT, _BANK_NETWORK, Sub.LOAN),
    Account(5140, "เงินขาดบัญชี", "Cash short", _DEBIT, _ALL),
    Account(5160, "ค่าเสื่อมราคา", "Depreciation", _DEBIT, _ALL),
    Account(5211, "สวัสดิการเกิด", "Benefit: birth", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5212, "สวัสดิการเจ็บป่วย", "Benefit: hospital", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5213, "สวัสดิการผู้สูงอายุ", "Benefit: elderly", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5214, "สวัสดิการเสียชีวิต", "Benefit: death", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5215, "สวัสดิการงานศพ", "Benefit: funeral", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5216, "สวัสดิการด้อยโอกาส/พิการ", "Benefit: disadvantage, disability", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5217, "สวัสดิการอาชีพ", "Benefit: occupation", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5218, "สวัสดิการการศึกษา", "Benefit: education", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5219, "สวัสดิการประเพณี", "Benefit: tradition", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5220, "สวัสดิการที่อยู่อาศัย", "Benefit: housing", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5221, "สวัสดิการภัยพิบัติ", "Benefit: disaster", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5222, "สวัสดิการสาธารณประโยชน์", "Benefit: public good", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5223, "สวัสดิการทรัพยากร/สิ่งแวดล้อม", "Benefit: environment", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5224, "สวัสดิการอื่นๆ", "Benefit: other", _DEBIT, _WELFARE, Sub.CLAIM),
    Account(5310, "สินไหมเสียชีวิต", "Risk claim: death", _DEBIT, _RISK, Sub.LOAN),
    Account(5311, "สินไหมทุพพลภาพ", "Risk claim: disability", _DEBIT, _RISK, Sub.LOAN),
    Account(5312, "สินไหมผิดนัด", "Risk claim: default", _DEBIT, _RISK, Sub.LOAN),
    Account(5410, "ต้นทุนขาย", "Cost of goods sold", _DEBIT, (LedgerKind.GROUP,)),
)

CHART: Final[dict[int, Account]] = {account.code: account for account in _CHART}

# Accounts whose movement means that money or goods have changed hands; only the unit that holds them posts them.
HELD: Final = frozenset({1110, 1111, 1112, 1120, 1121, 1410})
LOANS: Final = frozenset({1210, 1211, 1212, 1213, 1214, 1215})
CLEARING: Final = 3900

LEDGER_PATTERN: Final = r"(bank:[a-z][a-z0-9]{1,15}|welfare|risk|network|group:[a-z0-9-]{1,40})"
_LEDGER: Final = re.compile(LEDGER_PATTERN)


def is_ledger(name: str) -> bool:
    """Whether this can be the name of a ledger."""
    return _LEDGER.fullmatch(name) is not None


def kind_of(ledger: str) -> LedgerKind:
    """The kind of a ledger by its name.

    Raises:
        ValueError: no such kind.
    """
    return LedgerKind(ledger.partition(":")[0])


def may_hold(ledger: str, code: int) -> bool:
    """Whether the chart has this account in this ledger."""
    account = CHART.get(code)
    return account is not None and kind_of(ledger) in account.ledgers


def belongs_to(ledger: str, village: str) -> bool:
    """Whether a ledger is a village's own: its bank, or an occupational group in it."""
    return ledger == f"bank:{village}" or ledger.startswith(f"group:{village}-")


def is_result(code: int) -> bool:
    """Whether an account is income or expense: it belongs to the open year's result."""
    return code // 1000 in (4, 5)


def is_loan(code: int) -> bool:
    """Whether an account holds principal of loans to members and groups."""
    return code in LOANS
