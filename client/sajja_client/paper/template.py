"""The form for the openings: the sheet to fill in, an example, the accounts, and how to fill it in.

Pages, holders and dates are cells of text, so that what is typed stays as it was typed: a spreadsheet would turn
05/01/2563 into a day of its own system's calendar, and 0012 into 12.
"""

import io
from typing import Any, Final

import xlsxwriter

from sajja_client.paper.columns import (
    ACCOUNTS_SHEET,
    COLUMNS,
    EXAMPLE_SHEET,
    HELP_SHEET,
    METHODS,
    SHEET,
    Column,
)
from sajja_client.paper.mistakes import SENTENCES
from sajja_schemas import limits
from sajja_schemas.accounts import CHART, CLEARING, Account, Side, Sub, may_hold

_TEXT: Final = "@"
_BAHT: Final = "#,##0.00"
_FORMATS: Final = {
    "amount": _BAHT,
    "original": _BAHT,
    "covered": _BAHT,
    "rounding": _BAHT,
    "months": "0",
    "rate": "0.00",
}
_FORM_ROWS: Final = 2_000  # that many rows are formatted and have their lists
_SUB_THAI: Final = {
    Sub.NONE: "เว้นว่าง · none",
    Sub.MEMBER: "รหัสสมาชิก · member",
    Sub.LOAN: "เลขที่สัญญา · loan",
    Sub.CUSTODIAN: "ผู้ถือเงิน · keeper",
    Sub.BANK: "บัญชีธนาคาร · bank account",
    Sub.VILLAGE: "รหัสหมู่บ้าน · village",
    Sub.GROUP: "กลุ่มอาชีพ · group",
    Sub.CLAIM: "เลขที่เรื่อง · claim",
    Sub.ROUND: "รอบสมทบ · round",
}
_SIDE_THAI: Final = {Side.DEBIT: "เดบิต · debit", Side.CREDIT: "เครดิต · credit"}

# page, account, holder, amount, side, then the loan's terms. It balances, and each total is its lines'.
EXAMPLE: Final[tuple[tuple[str, ...], ...]] = (
    ("1", "1110 เงินสดในกล่อง", "pp01-o4", "1,500.00"),
    ("1", "1110 เงินสดในกล่อง", "รวม", "1,500.00"),
    ("1", "1120 เงินฝากธนาคาร ออมทรัพย์", "baac-1", "20,000.00"),
    ("1", "1120 เงินฝากธนาคาร ออมทรัพย์", "รวม", "20,000.00"),
    ("2", "1210 ลูกหนี้เงินกู้สามัญ", "pp01-l001", "8,000.00", "", "pp01-m001", "12,000.00", "12", "1.00", "ลดต้นลดดอก",
     "05/02/2563", "12,000.00", "1"),
    ("2", "1210 ลูกหนี้เงินกู้สามัญ", "รวม", "8,000.00"),
    ("3", "3110 เงินสัจจะ/ทุนเรือนหุ้น", "pp01-m001", "14,250.50"),
    ("3", "3110 เงินสัจจะ/ทุนเรือนหุ้น", "pp01-m002", "๑๐,๗๔๙.๕๐"),
    ("3", "3110 เงินสัจจะ/ทุนเรือนหุ้น", "รวม", "25,000.00"),
    ("4", "3210 ทุนสำรอง", "", "5,000.00"),
    ("4", "3210 ทุนสำรอง", "รวม", "5,000.00"),
    ("4", "3310 กำไรสะสม", "", "500.00", "เดบิต"),
    ("4", "3310 กำไรสะสม", "รวม", "500.00", "เดบิต"),
)  # fmt: skip


def template(ledger: str) -> bytes:
    """The workbook for a ledger."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_calc_mode("manual")
        styles = _styles(book)
        form = book.add_worksheet(SHEET)
        example = book.add_worksheet(EXAMPLE_SHEET)
        accounts = book.add_worksheet(ACCOUNTS_SHEET)
        listed = [one for one in CHART.values() if one.code != CLEARING and may_hold(ledger, one.code)]
        _form(form, styles)
        _lists(form, len(listed))
        _form(example, styles)
        for number, row in enumerate(EXAMPLE, start=1):
            for place, text in enumerate(row):
                example.write_string(number, place, text)
        _accounts(accounts, styles, listed)
        _help(book.add_worksheet(HELP_SHEET), styles, ledger)
        form.activate()
    return buffer.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    head = {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "border": 1,
        "font_name": "TH Sarabun New",
        "font_size": 14,
    }
    cell = {"font_name": "TH Sarabun New", "font_size": 14}
    return {
        "head": book.add_format({**head, "bg_color": "#D9EAD3"}),
        "head_loan": book.add_format({**head, "bg_color": "#FFF2CC"}),
        "text": book.add_format({**cell, "num_format": _TEXT}),
        "wrapped": book.add_format({**cell, "text_wrap": True, "valign": "top"}),
        "title": book.add_format({**cell, "bold": True, "font_size": 18}),
        **{kind: book.add_format({**cell, "num_format": kind}) for kind in set(_FORMATS.values())},
    }


def _form(sheet: Any, styles: dict[str, Any]) -> None:
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width, styles[_FORMATS.get(column.key, "text")])
        sheet.write_string(0, place, column.heading, styles["head_loan" if column.is_of_loan else "head"])
    sheet.set_row(0, 44)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)


def _lists(sheet: Any, accounts: int) -> None:
    """Lists to choose from. What is typed beside them is taken, too: the import says whether it is known."""
    keys = [column.key for column in COLUMNS]
    lists: dict[str, Any] = {
        "account": f"='{ACCOUNTS_SHEET}'!$A$2:$A${accounts + 1}",
        "side": ["เดบิต", "เครดิต"],
        "method": list(METHODS.values()),
    }
    for key, source in lists.items():
        place = keys.index(key)
        sheet.data_validation(
            1, place, _FORM_ROWS, place, {"validate": "list", "source": source, "error_type": "information"}
        )


def _accounts(sheet: Any, styles: dict[str, Any], listed: list[Account]) -> None:
    headings = ("บัญชี · account", "English", "ด้านปกติ · own side", "ผู้ถือ/เลขที่ · holder")
    for place, (heading, width) in enumerate(zip(headings, (40, 34, 20, 26), strict=True)):
        sheet.set_column(place, place, width, styles["text"])
        sheet.write_string(0, place, heading, styles["head"])
    for number, account in enumerate(listed, start=1):
        told = f"{account.code} {account.thai}", account.english, _SIDE_THAI[account.side], _SUB_THAI[account.sub]
        for place, text in enumerate(told):
            sheet.write_string(number, place, text)
    sheet.freeze_panes(1, 0)


def _help(sheet: Any, styles: dict[str, Any], ledger: str) -> None:
    sheet.set_column(0, 0, 30, styles["wrapped"])
    sheet.set_column(1, 2, 62, styles["wrapped"])
    sheet.write_string(0, 0, f"วิธีกรอกยอดยกมาของ {ledger} · how to fill in the openings", styles["title"])
    row = 2
    for thai, english in _STEPS:
        sheet.write_string(row, 1, thai, styles["wrapped"])
        sheet.write_string(row, 2, english, styles["wrapped"])
        row += 1
    row += 1
    for column in COLUMNS:
        row = _help_line(sheet, styles, row, column)
    row += 1
    sheet.write_string(row, 0, "รหัสข้อผิดพลาด · mistakes", styles["title"])
    for code, (thai, english) in SENTENCES.items():
        row += 1
        for place, text in enumerate((code, thai, english)):
            sheet.write_string(row, place, text.replace("{", "‹").replace("}", "›"), styles["wrapped"])


def _help_line(sheet: Any, styles: dict[str, Any], row: int, column: Column) -> int:
    for place, text in enumerate((column.heading, column.help_thai, column.help_english)):
        sheet.write_string(row, place, text, styles["wrapped"])
    return row + 1


_STEPS: Final = (
    (
        "1. กรอกแผ่น ยกยอด แถวละหนึ่งยอดจากสมุด ดูแบบในแผ่น ตัวอย่าง อย่าใส่สูตร อย่าผสานเซลล์",
        "1. Fill in the first sheet, one balance of the book in each row, as in the example. No formulas, no merging.",
    ),
    (
        "2. ท้ายแต่ละหน้าและบัญชี ใส่แถว รวม โดยลอกยอดรวมจากสมุด ไม่ใช่คำนวณใหม่",
        "2. For each page and account add a row with total as its holder, copied from the book and not computed.",
    ),
    (
        "3. ตรวจด้วย sajja village import ชื่อไฟล์ (ยังไม่บันทึก) แก้จนต่างกันเป็นศูนย์",
        "3. Check with sajja village import FILE, which records nothing; mend until every difference is nothing.",
    ),
    (
        "4. บันทึกด้วย --yes แล้วให้กรรมการสามคนอนุมัติ (ประธานหรือรองประธาน เหรัญญิก และอีกคน)",
        "4. Record with --yes; then three officers approve: a president, the treasurer, one more.",
    ),
    (
        f"ไม่เกิน {limits.PAPER_ROWS_MAX:,} แถว และ {limits.PAPER_FILE_BYTES_MAX // 2**20} MiB ต่อไฟล์",
        f"At most {limits.PAPER_ROWS_MAX:,} rows and {limits.PAPER_FILE_BYTES_MAX // 2**20} MiB a file.",
    ),
)
