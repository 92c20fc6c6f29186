"""What an import found, as a table for a person: the lines of each page and account beside the book's own total."""

from typing import Any

from sajja_client.paper.moving_in import ImportDocument
from sajja_schemas.accounts import CHART
from sajja_schemas.money import format_baht


def totals_table(told: ImportDocument) -> Any:
    """Differences first in red; nothing is hidden where all agree."""
    from rich.table import Table

    table = Table(title=f"{told.file} → {told.ledger}", title_justify="left")
    for heading in ("หน้า\npage", "บัญชี\naccount", "รายการ\nlines", "รวมได้\nsum", "สมุด\nbook", "ต่างกัน\ndifference"):
        is_name = heading.endswith("account")
        table.add_column(heading, justify="left" if is_name else "right", overflow="fold")
    for one in told.totals:
        book = format_baht(one.book_satang) if one.book_satang is not None else "—"
        difference = format_baht(one.difference_satang) if one.book_satang is not None else "?"
        is_sound = one.book_satang is not None and not one.difference_satang
        table.add_row(
            str(one.page) if one.page is not None else "ทั้งเล่ม",
            f"{one.account} {CHART[one.account].thai}",
            str(one.lines),
            format_baht(one.sum_satang),
            book,
            difference if is_sound else f"[red]{difference}[/red]",
        )
    table.add_section()
    table.add_row("", "เดบิต · debit", "", format_baht(told.debit_satang), "", "")
    table.add_row("", "เครดิต · credit", "", format_baht(told.credit_satang), "", format_baht(told.difference_satang))
    return table
