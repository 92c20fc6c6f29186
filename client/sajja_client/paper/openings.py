"""What a ledger held, as the paper book says: lines, and the book's own totals to hold them against.

* A line is a balance on its account's own side, unless it says debit or credit. Inside, a debit is positive.
* The total of a page and account is a row of its own, copied from the book and never computed. Each must be there and
  agree; a total without a page is the whole book's.
* The two sides of the book are equal, or the clearing account 3900 would not end at nothing.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from sajja_client.paper import cells
from sajja_client.paper.cells import Known, Unread
from sajja_client.paper.columns import LOAN_COLUMNS, TOTAL_WORDS
from sajja_client.paper.grid import Heading, Row
from sajja_client.paper.mistakes import Mistake, Mistakes, TooManyMistakes
from sajja_client.paper.reading import Table
from sajja_schemas.accounts import CHART, Side, Sub, is_loan
from sajja_schemas.events.ledgers import OpeningLoan
from sajja_schemas.money import format_baht

_T = TypeVar("_T")

_SUB_NAMES: Final = {
    Sub.MEMBER: ("รหัสสมาชิก", "member"),
    Sub.LOAN: ("เลขที่สัญญาเงินกู้", "loan"),
    Sub.CUSTODIAN: ("ผู้ถือเงิน", "keeper"),
    Sub.BANK: ("บัญชีธนาคาร", "bank account"),
    Sub.VILLAGE: ("รหัสหมู่บ้าน", "village"),
    Sub.GROUP: ("กลุ่มอาชีพ", "group"),
    Sub.CLAIM: ("เลขที่เรื่อง", "claim"),
    Sub.ROUND: ("รอบสมทบ", "round"),
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One balance of the book; a debit is positive."""

    row: int
    page: int
    account: int
    amount_satang: int
    sub: str = ""
    loan: OpeningLoan | None = None


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """What the book says that the lines of an account sum to, on a page or, without one, at all."""

    row: int
    page: int | None
    account: int
    amount_satang: int


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of an account on a page beside the book's total, both on the account's own side."""

    page: int | None
    account: int
    lines: int
    sum_satang: int
    book_satang: int | None

    @property
    def difference_satang(self) -> int:
        """What the book says less what its lines sum to."""
        return (self.book_satang or 0) - self.sum_satang


class Openings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a file says, and all that is wrong with it."""

    sheet: str
    lines: list[Line]
    compared: list[Compared]
    debit_satang: int
    credit_satang: int
    mistakes: list[Mistake]
    notices: list[Mistake]

    @property
    def pages(self) -> list[int]:
        """The pages of the book, in their order."""
        return sorted({line.page for line in self.lines})


def read_openings(table: Table, known: Known) -> Openings:
    """Read every row, then hold the lines against the totals."""
    reader = _Reader(table.heading, known, table.mistakes)
    compared: list[Compared] = []
    if not any(mistake.code == "sheet_empty" for mistake in table.mistakes.found):
        try:
            for row in table.rows:
                reader.take(row)
            compared = reader.compare()
        except TooManyMistakes:
            pass  # those that were found are told
    debit = sum(line.amount_satang for line in reader.lines if line.amount_satang > 0)
    credit = -sum(line.amount_satang for line in reader.lines if line.amount_satang < 0)
    return Openings(
        sheet=table.sheet,
        lines=reader.lines,
        compared=compared,
        debit_satang=debit,
        credit_satang=credit,
        mistakes=table.mistakes.found,
        notices=table.mistakes.notices,
    )


class _Reader:
    """One reading of a sheet."""

    def __init__(self, heading: Heading, known: Known, mistakes: Mistakes) -> None:
        self.heading = heading
        self.known = known
        self.mistakes = mistakes
        self.lines: list[Line] = []
        self.totals: dict[tuple[int | None, int], Total] = {}
        self.rows: dict[tuple[int, str], int] = {}  # account and holder: the row where they stand

    def take(self, row: Row) -> None:
        if row.cells.get("holder", "").casefold() in TOTAL_WORDS:
            self._take_total(row)
        else:
            self._take_line(row)

    def compare(self) -> list[Compared]:
        sums: dict[tuple[int | None, int], list[Line]] = {}
        for line in self.lines:
            sums.setdefault((line.page, line.account), []).append(line)
            if (None, line.account) in self.totals:
                sums.setdefault((None, line.account), []).append(line)
        compared = [self._compare(page, account, lines) for (page, account), lines in sums.items()]
        for (page, account), total in self.totals.items():
            if (page, account) not in sums:
                self._wrong("total_without_lines", total.row, "amount", page=page or "-", account=account)
        amount = sum(line.amount_satang for line in self.lines)
        if amount and not self.mistakes.found:
            debit = sum(line.amount_satang for line in self.lines if line.amount_satang > 0)
            self.mistakes.add(
                "not_balanced",
                debit=format_baht(debit),
                credit=format_baht(debit - amount),
                difference=format_baht(abs(amount)),
            )
        return sorted(compared, key=lambda one: (one.page is None, one.page or 0, one.account))

    def _compare(self, page: int | None, account: int, lines: list[Line]) -> Compared:
        sign = 1 if CHART[account].side is Side.DEBIT else -1
        total = self.totals.get((page, account))
        one = Compared(
            page=page,
            account=account,
            lines=len(lines),
            sum_satang=sign * sum(line.amount_satang for line in lines),
            book_satang=sign * total.amount_satang if total is not None else None,
        )
        told = {"page": page or "-", "account": account, "sum": format_baht(one.sum_satang)}
        if total is None:
            self._wrong("total_missing", lines[-1].row, "amount", **told)
        elif one.difference_satang:
            self._wrong(
                "total_differs",
                total.row,
                "amount",
                book=format_baht(one.book_satang or 0),
                difference=format_baht(one.difference_satang),
                **told,
            )
        return one

    def _take_total(self, row: Row) -> None:
        page = self._read(cells.page, row, "page") if "page" in row.cells else None
        account = self._account(row)
        amount = self._amount(row, account)
        if account is None or amount is None or (page is None and "page" in row.cells):
            return
        total = Total(row=row.number, page=page, account=account, amount_satang=amount)
        first = self.totals.setdefault((page, account), total)
        if first is not total:
            self._wrong("total_twice", row.number, "amount", first=first.row)

    def _take_line(self, row: Row) -> None:
        page = self._read(cells.page, row, "page")
        account = self._account(row)
        sub = self._holder(row, account) if account is not None else None
        amount = self._amount(row, account)
        loan = self._terms(row, account, amount)
        if page is None or account is None or sub is None or amount is None:
            return
        first = self.rows.setdefault((account, sub), row.number)
        if first != row.number:
            self._wrong("line_twice", row.number, "holder" if sub else "account", given=f"{account} {sub}", first=first)
            return
        self.lines.append(Line(row=row.number, page=page, account=account, amount_satang=amount, sub=sub, loan=loan))

    def _account(self, row: Row) -> int | None:
        return self._read(lambda text: cells.account(text, self.known.ledger), row, "account")

    def _amount(self, row: Row, account: int | None) -> int | None:
        if "amount" not in row.cells:
            self._wrong("amount_missing", row.number, "amount")
            return None
        amount = self._read(cells.amount, row, "amount")
        side = self._read(cells.side, row, "side") if row.cells.get("side") else 0
        if amount is None or side is None or account is None:
            return None
        return amount * (side or (1 if CHART[account].side is Side.DEBIT else -1))

    def _holder(self, row: Row, account: int) -> str | None:
        sub, text = CHART[account].sub, row.cells.get("holder", "")
        if sub is Sub.NONE:
            if text:
                self._wrong("holder_unneeded", row.number, "holder", account=account, given=text)
            return None if text else ""
        if not text:
            thai, english = _SUB_NAMES[sub]
            self._wrong("holder_missing", row.number, "holder", given=account, what_thai=thai, what=english)
            return None
        return self._read(lambda given: cells.holder(given, sub, self.known), row, "holder")

    def _terms(self, row: Row, account: int | None, amount: int | None) -> OpeningLoan | None:
        given = [column for column in LOAN_COLUMNS if column.key in row.cells]
        if account is None or not (given or is_loan(account)):
            return None
        if not is_loan(account):
            self._wrong("terms_unneeded", row.number, given[0].key, given=account)
            return None
        if not given:
            self.mistakes.notice("terms_missing", row.number, "", given=row.cells.get("holder", ""))
            return None
        lacking = [one for one in LOAN_COLUMNS if one.key not in row.cells and not one.is_optional_term]
        if lacking:
            names = ", ".join(column.thai for column in lacking), ", ".join(column.english for column in lacking)
            self._wrong("terms_incomplete", row.number, lacking[0].key, given=names[0], english=names[1])
            return None
        borrower = self._read(lambda text: cells.holder(text, Sub.MEMBER, self.known), row, "borrower")
        original = self._read(cells.amount, row, "original")
        months = self._read(cells.months, row, "months")
        rate = self._read(cells.rate, row, "rate")
        method = self._read(cells.method, row, "method")
        first_due = self._read(cells.day, row, "first_due")
        covered = self._read(cells.amount, row, "covered") if "covered" in row.cells else 0
        rounding = self._read(cells.multiple, row, "rounding") if "rounding" in row.cells else 1
        if original is not None and amount is not None and original < amount:
            self._wrong(
                "original_too_small", row.number, "original", given=format_baht(original), owed=format_baht(amount)
            )
        if None in (borrower, original, months, rate, method, first_due, covered, rounding):
            return None
        assert borrower is not None
        assert original is not None
        assert months is not None
        assert rate is not None
        assert method is not None
        assert first_due is not None
        assert covered is not None
        assert rounding is not None
        return OpeningLoan(
            member=borrower,
            principal_satang=original,
            months=months,
            rate_bp_month=rate,
            method=method,
            first_due=first_due,
            covered_satang=covered,
            rounding_satang=rounding,
            rounding_mode="up" if rounding > 1 else "half_up",
        )

    def _read(self, read: Callable[[str], _T], row: Row, key: str) -> _T | None:
        try:
            return read(row.cells.get(key, ""))
        except Unread as unread:
            self._wrong(unread.code, row.number, key, **unread.detail)
            return None

    def _wrong(self, code: str, row: int, key: str, **detail: object) -> None:
        self.mistakes.add(code, row, self.heading.letter(key), **detail)
