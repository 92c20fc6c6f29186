"""The columns of the openings: their headings in Thai and in English, and how each cell is read.

A heading is known by its Thai or its English name, alone or together, so a person may leave one of them out.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from sajja_schemas.events.loans import Method

SHEET: Final = "ยกยอด"
ACCOUNTS_SHEET: Final = "บัญชี"
HELP_SHEET: Final = "วิธีกรอก"
EXAMPLE_SHEET: Final = "ตัวอย่าง"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column."""

    key: str
    thai: str
    english: str
    help_thai: str
    help_english: str
    width: int = 14
    is_required: bool = False
    is_of_loan: bool = False  # a contract's term: all of them or none,
    is_optional_term: bool = False  # but this one may be left out

    @property
    def heading(self) -> str:
        """As the template has it."""
        return f"{self.thai} · {self.english}"


COLUMNS: Final = (
    Column(
        key="page",
        thai="หน้า",
        english="page",
        help_thai="เลขหน้าในสมุดเล่มเดิม",
        help_english="the page of the paper book",
        width=10,
        is_required=True,
    ),
    Column(
        key="account",
        thai="บัญชี",
        english="account",
        help_thai="เลขหรือชื่อบัญชี ดูแผ่น บัญชี",
        help_english="its code or its name; see the sheet of accounts",
        width=34,
        is_required=True,
    ),
    Column(
        key="holder",
        thai="ผู้ถือ/เลขที่",
        english="holder",
        help_thai="สมาชิก สัญญาเงินกู้ ผู้ถือกล่องเงิน หรือบัญชีธนาคาร แถวยอดรวมของหน้าให้เขียนว่า รวม",
        help_english="the member, loan, box keeper or bank account; write total in the row of a page's total",
        width=18,
        is_required=True,
    ),
    Column(
        key="amount",
        thai="จำนวนเงิน (บาท)",
        english="amount (baht)",
        help_thai="เป็นบวกเสมอ ทศนิยมไม่เกินสองตำแหน่ง ใช้เลขไทยได้",
        help_english="always positive, at most two decimals; Thai digits are digits",
        width=18,
        is_required=True,
    ),
    Column(
        key="side",
        thai="ด้าน",
        english="side",
        help_thai="เว้นว่าง = ด้านปกติของบัญชี หรือ เดบิต / เครดิต เช่นขาดทุนสะสมเป็นเดบิตของ 3310",
        help_english="empty is the account's own side; else debit or credit, as a loss is a debit of 3310",
        width=12,
    ),
    Column(
        key="borrower",
        thai="ผู้กู้",
        english="borrower",
        help_thai="รหัสสมาชิกผู้กู้",
        help_english="the member who borrowed",
        is_of_loan=True,
    ),
    Column(
        key="original",
        thai="วงเงินกู้เดิม (บาท)",
        english="original amount (baht)",
        help_thai="ยอดเงินกู้ตามสัญญา",
        help_english="what was lent by the contract",
        width=18,
        is_of_loan=True,
    ),
    Column(
        key="months",
        thai="จำนวนงวด (เดือน)",
        english="months",
        help_thai="งวดทั้งหมดตามสัญญา",
        help_english="all instalments of the contract",
        is_of_loan=True,
    ),
    Column(
        key="rate",
        thai="ดอกเบี้ย (ร้อยละต่อเดือน)",
        english="rate (% a month)",
        help_thai="เช่น 1 หรือ 1.25",
        help_english="as 1 or 1.25",
        is_of_loan=True,
    ),
    Column(
        key="method",
        thai="วิธีคิดดอกเบี้ย",
        english="method",
        help_thai="ลดต้นลดดอก, ผ่อนเท่ากัน, คงที่จ่ายครั้งเดียว, รายวัน",
        help_english="declining, annuity, flat_bullet, act_365",
        width=20,
        is_of_loan=True,
    ),
    Column(
        key="first_due",
        thai="งวดแรก",
        english="first due",
        help_thai="วันครบกำหนดงวดแรก เช่น 05/01/2563",
        help_english="the day of the first instalment, as 05/01/2563",
        is_of_loan=True,
    ),
    Column(
        key="covered",
        thai="วงเงินคุ้มครอง (บาท)",
        english="covered (baht)",
        help_thai="ส่วนของเงินกู้ที่กองทุนประกันความเสี่ยงคุ้มครอง เว้นว่างถ้าไม่มี",
        help_english="what the risk fund covers of it; empty if nothing",
        width=18,
        is_of_loan=True,
        is_optional_term=True,
    ),
    Column(
        key="rounding",
        thai="ปัดงวดขึ้นเป็น (บาท)",
        english="instalments in (baht)",
        help_thai="เช่น 1 หรือ 100 ถ้าสัญญาปัดงวดขึ้นเป็นจำนวนเต็ม เว้นว่างถ้าไม่ปัด",
        help_english="as 1 or 100, where the contract rounds instalments up to a multiple of it; empty if it does not",
        is_of_loan=True,
        is_optional_term=True,
    ),
)
LOAN_COLUMNS: Final = tuple(column for column in COLUMNS if column.is_of_loan)
METHODS: Final[dict[Method, str]] = {
    "declining": "ลดต้นลดดอก",
    "annuity": "ผ่อนเท่ากัน",
    "flat_bullet": "คงที่จ่ายครั้งเดียว",
    "act_365": "รายวัน",
}
SIDES: Final = {"เดบิต": 1, "debit": 1, "dr": 1, "เครดิต": -1, "credit": -1, "cr": -1}
TOTAL_WORDS: Final = frozenset({"รวม", "ยอดรวม", "รวมทั้งหน้า", "total", "sum"})

_BY_NAME: Final = {
    name: column.key
    for column in COLUMNS
    for name in (column.thai.casefold(), column.english.casefold(), column.heading.casefold())
}


def find_columns(texts: Sequence[str]) -> dict[str, int] | None:
    """Where the columns stand, if this row has the headings of all that must be there."""
    places: dict[str, int] = {}
    for place, text in enumerate(texts):
        key = _BY_NAME.get(" ".join(text.split()).casefold())
        if key is not None:
            places.setdefault(key, place)
    return places if all(column.key in places for column in COLUMNS if column.is_required) else None
