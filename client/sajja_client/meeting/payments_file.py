"""Payments from a file: `member,share,fine,loan,welfare`, an amount of baht in each, and a last line with the totals.

* The last line (`total`, รวม) must be there and must be the sums above it: so a file that was cut off is known.
* Every line is read and reckoned before the first is recorded; then all are recorded in one transaction. A line that is
  wrong is named, and nothing was recorded.
* An empty field pays nothing; a line without any amount is somebody who did not pay. A member stands once.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sajja_client.meeting import acts, payments
from sajja_client.meeting.acts import Payment
from sajja_client.meeting.desk import Desk
from sajja_client.meeting.dues import MemberDue
from sajja_client.meeting.payments import WHAT, WORDS, What
from sajja_client.meeting.problems import FileWrong
from sajja_client.meeting.view import View
from sajja_client.problems import Problem
from sajja_schemas.events import AnyEvent
from sajja_schemas.money import format_baht

FILE_BYTES_MAX: Final = 1_000_000
TOTAL: Final = ("total", "รวม")
_MEMBER: Final = ("member", "สมาชิก", "รหัสสมาชิก")

Amounts = dict[What, int]
_Row = tuple[int, str, dict[What, str]]  # line, member, what was written


def take_file(desk: Desk, view: View, path: Path, *, box: str, is_again: bool = False) -> list[Payment]:
    """Take every payment of a file, or none.

    Raises:
        FileWrong: with the line.
    """
    dues = acts.dues_at(desk, view)
    planned = list(_planned(desk, view, path, box, dues, is_again=is_again))
    events = [event for _payer, of_member in planned for event in of_member]
    entries = desk.write(events, desk.day_at(view))
    taken, at = [], 0
    for payer, of_member in planned:
        own = entries[at : at + len(of_member)]
        taken.append(acts.payment_of(payer, of_member, own, is_late=view.is_closed))
        at += len(of_member)
    return taken


def as_file(dues: Mapping[str, MemberDue]) -> str:
    """What is due as such a file, to be filled in: every amount as it is due, and the totals."""
    rows = [["member", *WHAT]]
    sums = dict.fromkeys(WHAT, 0)
    for due in dues.values():
        owed = payments.amounts_due(due)
        sums = {what: sums[what] + owed[what] for what in WHAT}
        rows.append([due.member, *(_plain(owed[what]) for what in WHAT)])
    rows.append([TOTAL[0], *(_plain(sums[what]) for what in WHAT)])
    return "".join(",".join(row) + "\n" for row in rows)


def _planned(
    desk: Desk, view: View, path: Path, box: str, dues: Mapping[str, MemberDue], *, is_again: bool
) -> Iterator[tuple[payments.Payer, list[AnyEvent]]]:
    for number, member, words in _checked_rows(path):
        try:
            due = dues.get(member) or MemberDue(member=member)
            amounts = payments.read_amounts(due, words.items())
            payer = acts.payer_of(desk, view, member, box=box, dues=dues, is_again=is_again or not amounts)
            if amounts:
                yield payer, payments.events_of(desk.books, payer, amounts)
        except Problem as problem:
            raise FileWrong(
                path, number, thai=problem.thai_sentence, english=f"[{problem.code}] {problem.english_sentence}"
            ) from problem


def _checked_rows(path: Path) -> list[_Row]:
    """The lines of the file without its totals, which were found to be their sums."""
    rows = list(_rows(path))
    number, last, totals = rows[-1] if rows else (1, "", {})
    if last not in TOTAL:
        raise FileWrong(
            path, number, thai="ไฟล์ไม่จบด้วยบรรทัด total (รวม) อาจถูกตัดกลางคัน",
            english="the file does not end with its line `total`: it may have been cut off",
        )  # fmt: skip
    seen: set[str] = set()
    sums = dict.fromkeys(WHAT, 0)
    for at, member, words in rows[:-1]:
        if member in seen or member in TOTAL:
            raise FileWrong(path, at, thai=f"{member} มีสองบรรทัด", english=f"{member} stands twice")
        seen.add(member)
        for what, amount in _amounts(path, at, member, words).items():
            sums[what] += amount
    for what, said in _amounts(path, number, last, {what: totals.get(what, "") for what in WHAT}).items():
        if said != sums[what]:
            raise _total_wrong(path, number, what, said, sums[what])
    return rows[:-1]


def _amounts(path: Path, number: int, member: str, words: Mapping[What, str]) -> Amounts:
    for what, text in words.items():
        if text.strip().lower() in payments.ALL:
            raise FileWrong(path, number, thai=f"{what}: ในไฟล์ให้เขียนจำนวนเงิน", english=f"{what}: a file says an amount")
    try:
        read = payments.read_amounts(MemberDue(member=member), words.items())
    except Problem as problem:
        raise FileWrong(path, number, thai=problem.thai_sentence, english=problem.english_sentence) from problem
    return {what: read.get(what, 0) for what in words}


def _total_wrong(path: Path, number: int, what: str, said_satang: int, sum_satang: int) -> FileWrong:
    said, summed = format_baht(said_satang), format_baht(sum_satang)
    return FileWrong(
        path, number, thai=f"ยอดรวม {what} เขียนว่า {said} แต่บรรทัดรวมกันได้ {summed}",
        english=f"the total of {what} says {said}, the lines come to {summed}",
    )  # fmt: skip


def _rows(path: Path) -> Iterator[_Row]:
    reader = csv.reader(_text(path).splitlines(), strict=True)
    columns: list[What | None] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(path, reader.line_num, cells)
                continue
            if len(cells) != len(columns):
                raise FileWrong(
                    path, reader.line_num, thai=f"มี {len(cells)} ช่อง ต้องมี {len(columns)} ช่อง",
                    english=f"{len(cells)} fields, and not {len(columns)}",
                )  # fmt: skip
            words = {what: cell for what, cell in zip(columns, cells, strict=True) if what is not None}
            yield reader.line_num, cells[columns.index(None)], words
    except csv.Error as error:
        raise FileWrong(path, reader.line_num, thai="อ่านเป็น CSV ไม่ได้", english=f"no CSV: {error}") from error


def _columns(path: Path, number: int, cells: list[str]) -> list[What | None]:
    """What each column is for; None is the member's."""
    columns: list[What | None] = []
    for cell in cells:
        name = cell.lower()
        what = WORDS.get(name)
        if (what is None and name not in _MEMBER) or (what if name not in _MEMBER else None) in columns:
            known = "member, " + ", ".join(WHAT)
            raise FileWrong(
                path, number, thai=f"หัวคอลัมน์ {cell!r} ใช้ไม่ได้หรือซ้ำ ใช้ {known}",
                english=f"the heading {cell!r} is unknown or stands twice; use {known}",
            )  # fmt: skip
        columns.append(what)
    if None not in columns or len(columns) == 1:
        raise FileWrong(path, number, thai="ต้องมีคอลัมน์ member และยอดเงิน", english="it needs member, and an amount")
    return columns


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            raise FileWrong(path, 1, thai="ไฟล์ใหญ่เกินไป", english="the file is too large")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise FileWrong(path, 0, thai="เปิดไฟล์ไม่ได้", english=f"it cannot be opened: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise FileWrong(path, 1, thai="ไฟล์ไม่ใช่ UTF-8 บันทึกเป็น CSV UTF-8", english="it is not UTF-8") from error


def _plain(amount_satang: int) -> str:
    return format_baht(amount_satang).replace(",", "") if amount_satang else ""
