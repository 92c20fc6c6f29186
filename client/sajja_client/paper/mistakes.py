"""What can be wrong in a file from the paper book: a code, where, and in Thai and in English what to do about it.

One mistake never hides another: a reading goes on and gathers them, up to a bound. What makes the whole file
unreadable is a `Problem` instead.
"""

from typing import Final

import msgspec

from sajja_client.problems import EXIT_CONFLICT, EXIT_USAGE, Problem
from sajja_client.wording import visible
from sajja_schemas import limits

_SHOWN_CHARACTERS: Final = 40

# code: Thai, English. Codes are for ever.
SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "formula": (
        "เป็นสูตร {given} ให้คัดลอกแล้ววางเฉพาะค่า (Paste values)",
        "a formula, {given}; copy it and paste its value only",
    ),
    "merged_cells": (
        "ช่อง {given} ถูกผสานไว้ ให้ยกเลิกการผสานเซลล์แล้วพิมพ์ค่าทุกแถว",
        "the cells {given} are merged; unmerge them and write each row's own value",
    ),
    "cell_error": ("ช่องนี้เป็นค่าผิดพลาด {given} ให้พิมพ์ค่าใหม่", "the cell holds the error {given}; type its value"),
    "cell_too_long": ("ข้อความยาวเกินไป ไม่เกิน {most} ตัวอักษร", "too long; at most {most} characters"),
    "row_unreadable": (
        "อ่านแถวนี้ไม่ได้ ({given}) ตรวจเครื่องหมายคำพูดที่เปิดแล้วไม่ปิด",
        "the row cannot be read ({given}); look for a quotation mark that is not closed",
    ),
    "sheet_empty": (
        "ไม่มีรายการใต้หัวตาราง ให้กรอกแถวละหนึ่งยอดจากสมุด",
        "there is no line under the headings; write one balance of the book in each row",
    ),
    "page_wrong": ("หน้า {given} ต้องเป็นเลขหน้าของสมุด เช่น 12", "page {given}: write the book's page number, as 12"),
    "account_unknown": (
        "ไม่รู้จักบัญชี {given} ใกล้เคียงที่สุดคือ {near} ดูรายชื่อในแผ่น บัญชี",
        "there is no account {given}; the nearest is {near}. The sheet Accounts has them all",
    ),
    "account_contradicts": (
        "เลขบัญชีกับชื่อไม่ตรงกัน: {given} แต่ {number} คือ {name} ให้แก้เลขหรือชื่อ",
        "code and name differ: {given}, but {number} is {name}; mend the one or the other",
    ),
    "account_not_here": (
        "{ledger} ไม่มีบัญชี {given} เลือกบัญชีอื่นจากแผ่น บัญชี",
        "{ledger} has no account {given}; choose another from the sheet Accounts",
    ),
    "account_is_clearing": (
        "บัญชี 3900 โปรแกรมลงให้เอง ให้ลบแถวนี้",
        "3900 is posted by itself; remove this row",
    ),
    "holder_missing": (
        "บัญชี {given} ต้องระบุ{what_thai} ในช่อง ผู้ถือ/เลขที่",
        "account {given} needs its {what} in the column holder",
    ),
    "holder_unneeded": (
        "บัญชี {account} ไม่แยกรายตัว ให้เว้นช่อง ผู้ถือ/เลขที่ ว่าง (มี {given})",
        "account {account} is not divided; leave the holder empty (it says {given})",
    ),
    "holder_wrong": (
        "{given} ไม่ใช่รหัส ใช้ตัวอักษรอังกฤษเล็ก ตัวเลข และขีด เช่น pp01-m001",
        "{given} is no id: small letters, digits and hyphens, such as pp01-m001",
    ),
    "member_unknown": (
        "ไม่มีสมาชิก {given} ในหมู่บ้านนี้ ใกล้เคียงที่สุดคือ {near} ถ้ายังไม่ได้รับเข้า ให้บันทึก member_admitted ก่อน",
        "this village has no member {given}; the nearest is {near}. If not admitted yet, record member_admitted first",
    ),
    "village_unknown": (
        "ไม่มีหมู่บ้าน {given} ในเครือข่าย ตรวจรหัสหมู่บ้าน",
        "there is no village {given} in the network; look at its code",
    ),
    "line_twice": (
        "{given} มีแล้วในแถวที่ {first} ยอดยกมามีได้ยอดเดียว ให้ลบแถวหนึ่ง",
        "{given} stands in row {first} already; an opening has one balance of each, remove one row",
    ),
    "opened_before": (
        "{given} มียอดยกมาแล้ว (ลำดับที่ {sequence}) นำเข้าอีกจะเป็นสองเท่า ให้กลับรายการเดิม (entry_reversed) ก่อน",
        "{given} was brought forward before (line {sequence}), and would be doubled; reverse that entry first",
    ),
    "amount_missing": ("ยังไม่มีจำนวนเงิน ให้กรอกเป็นบาท เช่น 1,234.50", "no amount; write it in baht, as 1,234.50"),
    "amount_wrong": (
        "จำนวนเงิน {given} อ่านไม่ได้ ให้กรอกเป็นบาท เช่น 1,234.50",
        "the amount {given} cannot be read; write baht, as 1,234.50",
    ),
    "amount_zero": ("จำนวนเงินเป็นศูนย์ ให้ลบแถวนี้", "the amount is nothing; remove the row"),
    "amount_negative": (
        "จำนวนเงิน {given} ติดลบ ให้กรอกเป็นบวก แล้วระบุ เดบิต หรือ เครดิต ในช่อง ด้าน",
        "{given} is negative; write it positive, and debit or credit in the column side",
    ),
    "amount_too_fine": (
        "จำนวนเงิน {given} มีทศนิยมเกินสองตำแหน่ง ให้ปัดเป็นสตางค์ตามสมุด",
        "{given} has more than two decimals; write satang as the book has them",
    ),
    "amount_too_large": ("จำนวนเงิน {given} มากเกินไป ตรวจจุดทศนิยม", "{given} is too large; look for its decimal point"),
    "side_wrong": (
        "ด้าน {given} ต้องเว้นว่าง (ด้านปกติของบัญชี) หรือ เดบิต หรือ เครดิต",
        "side {given}: leave it empty (the account's own side), or write debit or credit",
    ),
    "date_wrong": (
        "{given} ไม่ใช่วันที่ที่มีจริง เขียนเช่น 22/08/2563",
        "{given} is no day of the calendar; write it as 22/08/2563 or 2020-08-22",
    ),
    "number_wrong": ("{given} ต้องเป็นจำนวนเต็ม ตั้งแต่ {least} ถึง {most}", "{given}: a whole number from {least} to {most}"),
    "rate_wrong": (
        "อัตรา {given} ต้องเป็นร้อยละต่อเดือน ทศนิยมไม่เกินสองตำแหน่ง เช่น 1.25",
        "the rate {given}: per cent a month with at most two decimals, as 1.25",
    ),
    "method_unknown": ("ไม่รู้จักวิธีคิดดอกเบี้ย {given} ใช้ได้: {near}", "there is no method {given}; there are {near}"),
    "terms_unneeded": (
        "บัญชี {given} ไม่ใช่เงินกู้ ให้ลบเงื่อนไขเงินกู้ออกจากแถวนี้",
        "account {given} is no loan; remove the loan's terms from this row",
    ),
    "terms_incomplete": (
        "เงื่อนไขเงินกู้ยังขาด {given} กรอกให้ครบหรือเว้นว่างทั้งหมด",
        "the loan's terms lack {english}; fill in all of them or none",
    ),
    "original_too_small": (
        "วงเงินกู้เดิม {given} น้อยกว่ายอดคงเหลือ {owed} ตรวจสัญญา",
        "the original amount {given} is less than the {owed} still owed; look at the contract",
    ),
    "total_twice": ("ยอดรวมนี้มีแล้วในแถวที่ {first} ให้ลบแถวหนึ่ง", "this total stands in row {first} already; remove one row"),
    "total_missing": (
        "ยังไม่มีแถว รวม ของหน้า {page} บัญชี {account} ให้กรอกยอดรวมตามสมุด (รายการรวมได้ {sum})",
        "no total row for page {page}, account {account}; copy the book's own total (the lines sum to {sum})",
    ),
    "total_without_lines": (
        "ยอดรวมหน้า {page} บัญชี {account} ไม่มีรายการ กรอกรายการให้ครบหรือลบแถวรวม",
        "the total of page {page}, account {account} has no lines; write them, or remove the total",
    ),
    "total_differs": (
        "ยอดรวมไม่ตรง หน้า {page} บัญชี {account}: สมุด {book} รายการรวมได้ {sum} ต่างกัน {difference} ตรวจทีละแถวกับสมุด",
        "page {page}, account {account}: the book has {book}, its lines {sum}, difference {difference}; compare them",
    ),
    "not_balanced": (
        "สองด้านไม่เท่ากัน: เดบิต {debit} เครดิต {credit} ต่างกัน {difference} บัญชี 3900 จึงไม่เป็นศูนย์ ตรวจว่ากรอกครบทุกบัญชี",
        "the sides differ: debit {debit}, credit {credit}, difference {difference}, left in 3900; what is missing?",
    ),
}
NOTICES: Final[dict[str, tuple[str, str]]] = {
    "terms_missing": (
        "เงินกู้ {given} ไม่มีเงื่อนไข จะพิมพ์ตารางผ่อนและรายชื่อค้างชำระของสัญญานี้ไม่ได้",
        "loan {given} has no terms: its schedule and arrears cannot be known",
    ),
}


class Mistake(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something wrong in a file: where, and what to do."""

    code: str
    thai: str
    english: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """`ยกยอด!E12`, as a spreadsheet names it."""
        return f"{self.sheet}!{self.column}{self.row or ''}".rstrip("!") if self.sheet else f"{self.column}{self.row}"


class TooManyMistakes(Exception):  # the house's way: a sentence
    """Enough were found."""


class Mistakes:
    """What was found in one sheet, in the order of reading."""

    def __init__(self, sheet: str) -> None:
        """`sheet` as people see its name."""
        self.sheet = sheet
        self.found: list[Mistake] = []
        self.notices: list[Mistake] = []

    def add(self, code: str, row: int = 0, column: str = "", **detail: object) -> None:
        """Keep a mistake.

        Raises:
            TooManyMistakes: this was the last that is told.
        """
        self.found.append(_said(SENTENCES, code, self.sheet, row, column, detail))
        if len(self.found) >= limits.PAPER_MISTAKES_MAX:
            raise TooManyMistakes

    def notice(self, code: str, row: int, column: str, **detail: object) -> None:
        """Keep what a person should look at, though it may be so."""
        if len(self.notices) < limits.PAPER_MISTAKES_MAX:
            self.notices.append(_said(NOTICES, code, self.sheet, row, column, detail))


def shown(text: str) -> str:
    """What stood in a cell, so that a terminal or a report can show it: on one line, visible, and short."""
    seen = visible(text)
    return seen if len(seen) <= _SHOWN_CHARACTERS else seen[: _SHOWN_CHARACTERS - 1] + "…"


class FileTooLarge(Problem):
    """The file is larger than any paper book."""

    code = "file_too_large"
    thai = "ไฟล์ {path} ใหญ่เกินไป ({what}) แบ่งเป็นหลายไฟล์ หรือลบแผ่นและรูปที่ไม่เกี่ยวข้อง"
    english = "{path} is too large ({what}); split it, or remove sheets and pictures that do not belong to it"
    exit_code = EXIT_USAGE


class NotASpreadsheet(Problem):
    """The file is of no kind that can be read."""

    code = "not_a_spreadsheet"
    thai = "อ่านไฟล์ {path} ไม่ได้ ({why_thai}) ให้บันทึกใหม่เป็น .xlsx หรือ .csv ที่ไม่มีรหัสผ่าน"
    english = "{path} cannot be read ({why}); save it again as .xlsx or .csv, without a password"
    exit_code = EXIT_USAGE


class SheetUnknown(Problem):
    """No sheet has the headings of the template."""

    code = "sheet_unknown"
    thai = "ไฟล์ {path} ไม่มีแผ่นที่มีหัวตาราง {headings} (แผ่นที่มี: {sheets}) สร้างแบบฟอร์มด้วย --template แล้วกรอกในแผ่นนั้น"
    english = (
        "no sheet of {path} has the headings {headings} (it has: {sheets}); make the form with --template, fill it in"
    )
    exit_code = EXIT_USAGE


class AlreadyImported(Problem):
    """The same page of the book was recorded before."""

    code = "already_imported"
    thai = "ไฟล์นี้นำเข้าแล้ว ({entries} รายการ เริ่มที่ลำดับ {sequence}) จึงไม่บันทึกซ้ำ ถ้าผิดให้กลับรายการ (entry_reversed) ก่อน"
    english = (
        "this was imported before ({entries} entries, the first is line {sequence}), so nothing is recorded; if it is"
        " wrong, reverse those entries first"
    )
    exit_code = EXIT_CONFLICT


class OpeningsWrong(Problem):
    """There are mistakes, or totals that differ, so nothing is recorded."""

    code = "openings_wrong"
    thai = "ยังมีข้อผิดพลาด {count} แห่ง จึงยังไม่ได้บันทึกอะไร แก้ในไฟล์แล้วสั่งใหม่"
    english = "{count} mistakes are left, so nothing was recorded; mend the file and try again"


def _said(
    table: dict[str, tuple[str, str]], code: str, sheet: str, row: int, column: str, detail: dict[str, object]
) -> Mistake:
    said = {name: shown(str(value)) for name, value in detail.items()}
    thai, english = table[code]
    return Mistake(
        code=code,
        thai=thai.format(**said),
        english=english.format(**said),
        sheet=shown(sheet),
        row=row,
        column=column,
    )
