"""Moving in from paper: a file held against the paper book and against this device's books; then one batch.

Nothing here prints: the commands show what is found, and record only when they are told to.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from sajja_client.books import fold
from sajja_client.home import Home
from sajja_client.paper.batch import Batch, plan
from sajja_client.paper.cells import Known
from sajja_client.paper.mistakes import Mistake, TooManyMistakes
from sajja_client.paper.openings import Compared, Openings, read_openings
from sajja_client.paper.reading import Table, read_bytes, read_table
from sajja_client.paper.recorded import recorded
from sajja_schemas.books import Books
from sajja_schemas.entry import OFFICE
from sajja_schemas.registers.members import members_of


class Examined(msgspec.Struct, frozen=True):
    """A file, read and held against the books. `batch` is there where nothing is wrong."""

    ledger: str
    openings: Openings
    batch: Batch | None
    awaiting: int  # openings that were recorded before and wait for their officers


class ImportDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an import found and did, for a program."""

    file: str
    ledger: str
    sheet: str
    lines: int
    pages: list[int]
    debit_satang: int
    credit_satang: int
    difference_satang: int
    entries: int
    totals: list[Compared]
    mistakes: list[Mistake]
    notices: list[Mistake]
    evidence: str | None = None
    recorded: list[int] = []  # sequences in this log
    approved: bool = False


def ledger_of(home: Home, ledger: str | None) -> str:
    """The ledger that was named, or the village's own bank."""
    village = home.pin().village
    return ledger or ("network" if village == OFFICE else f"bank:{village}")


def examine(home: Home, path: Path, ledger: str, *, progress: Callable[[str], None] = lambda _step: None) -> Examined:
    """Read a file and say all that is wrong with it; plan its batch where nothing is.

    Raises:
        FileTooLarge, NotASpreadsheet, SheetUnknown: nothing of it can be read.
        AlreadyImported: all of it is recorded.
    """
    progress("read")
    data = read_bytes(path)
    table = read_table(path, data)
    progress("books")
    books = fold(home)
    openings = read_openings(table, known_to(books, ledger, home.pin().village))
    batch = None
    if not openings.mistakes:
        progress("plan")
        batch = plan(data, ledger, openings, recorded(home), books)
        if _tell_opened(table, openings, batch):
            batch = None
    waiting = sum(one.type == "opening_balance_recorded" for one in books.trust.awaiting.values())
    return Examined(ledger, openings, batch, waiting)


def _tell_opened(table: Table, openings: Openings, batch: Batch) -> bool:
    """Tell each line that another file has brought forward already."""
    with suppress(TooManyMistakes):
        for line in openings.lines:
            sequence = batch.opened.get((line.account, line.sub))
            if sequence is not None:
                given = f"{line.account} {line.sub}".strip()
                table.mistakes.add(
                    "opened_before", line.row, table.heading.letter("holder"), given=given, sequence=sequence
                )
    return bool(openings.mistakes)


def known_to(books: Books, ledger: str, village: str) -> Known:
    """What the books know of the people and places that a file may name."""
    return Known(
        ledger=ledger,
        village=village,
        members=frozenset(
            one.member for one in members_of(books.registers, village) if one.in_bank + one.in_welfare > 0
        ),
        villages=frozenset(books.trust.villages),
    )


def document(path: Path, examined: Examined) -> ImportDocument:
    """What was found, before anything is recorded."""
    openings, batch = examined.openings, examined.batch
    return ImportDocument(
        file=path.name,
        ledger=examined.ledger,
        sheet=openings.sheet,
        lines=len(openings.lines),
        pages=openings.pages,
        debit_satang=openings.debit_satang,
        credit_satang=openings.credit_satang,
        difference_satang=openings.debit_satang - openings.credit_satang,
        entries=len(batch.events) if batch is not None else 0,
        totals=openings.compared,
        mistakes=openings.mistakes,
        notices=openings.notices,
        evidence=batch.evidence if batch is not None else None,
    )
