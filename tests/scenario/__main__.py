"""`make scenario`: the year of scenario S1, each figure beside the published one; exit 1 where any differs.

For a program `--json` prints the same rows as one document, in satang.
"""

import argparse
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sajja_client.cli.output import both, print_json
from sajja_schemas.accounts import CHART
from sajja_schemas.money import format_baht
from scenario.closing import tell
from scenario.comparison import Row, compare

TITLES = {
    "before": ("งบทดลองก่อนปิดบัญชี", "trial balances before the close"),
    "after": ("งบทดลองหลังจัดสรรกำไร", "trial balances after the allocation"),
    "sub-ledgers": ("บัญชีย่อย", "sub-ledgers"),
    "results": ("กำไร การจัดสรร ปันผล เฉลี่ยคืน", "profit, allocation, dividends, patronage"),
}


def main() -> int:
    """Tell, compare, print."""
    parser = argparse.ArgumentParser(prog="python -m scenario", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    arguments = parser.parse_args()
    year, result = tell()
    tables = compare(year.world.entries, year.see(), result)
    different = sum(row.difference_satang != 0 for rows in tables.values() for row in rows)
    if arguments.json:
        print_json({"different": different, "tables": tables})
        return int(different > 0)
    console = Console(highlight=False)
    for name, rows in tables.items():
        console.print(table(name, rows))
    figures = sum(map(len, tables.values()))
    console.print(
        both(
            f"{figures} ตัวเลข จากรายการที่ลงลายมือชื่อ {len(year.world.entries)} รายการ ต่างจากที่เผยแพร่ {different}",
            f"{figures} figures from {len(year.world.entries)} signed entries; {different} differ from those published",
        )
    )
    return int(different > 0)


def table(name: str, rows: list[Row]) -> Table:
    """One table for a person; a debit is positive, as published."""
    made = Table(
        title=both(*TITLES[name]),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    made.add_column("", no_wrap=True, min_width=9)
    made.add_column("บัญชี · account", no_wrap=True, overflow="ellipsis", max_width=31)
    for heading in ("เผยแพร่\npublished", "ของเรา\nours", "ต่าง\ndifference"):
        made.add_column(heading, justify="right", no_wrap=True, min_width=10)
    last = rows[0].of
    for row in rows:
        if row.of != last:
            made.add_section()
            last = row.of
        account = CHART.get(int(row.name)) if row.name.isdecimal() else None
        label = f"{row.name} {both(account.thai, account.english)}" if account else row.name
        difference = format_baht(row.difference_satang) if row.difference_satang else "–"
        made.add_row(row.of, label, format_baht(row.published_satang), format_baht(row.ours_satang), difference)
    return made


if __name__ == "__main__":
    sys.exit(main())
