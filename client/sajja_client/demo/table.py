"""The network's table as people read it: Thai first, B.E. dates, baht with two decimals, and what of it is real."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sajja_client.demo import rules
from sajja_client.demo.figures import Difference
from sajja_client.demo.planted import Case
from sajja_schemas.calendar import BE_OFFSET, format_thai
from sajja_schemas.money import format_baht

DEMO_MARK: Final = "ข้อมูลสาธิต / DEMO DATA"
_NARROW: Final = (
    ("savings_satang", "เงินออม\nsavings"),
    ("fund_satang", "กองทุนหมุนเวียน\nrevolving fund"),
    ("loans_satang", "เงินให้กู้\nloans"),
)
_WIDE: Final = 140  # columns of a terminal that shows these too
_MORE: Final = (
    ("shares_satang", "เงินสัจจะ\nshares"),
    ("special_satang", "ออมพิเศษ\nspecial"),
    ("bank_satang", "ธนาคาร\nbank"),
    ("cash_satang", "เงินสด\ncash"),
)
_FUNDS: Final = (
    ("welfare", "balance_satang", "กองทุนสวัสดิการชุมชน · community welfare fund"),
    ("risk", "balance_satang", "กองทุนประกันความเสี่ยง · risk-insurance fund"),
    ("network", "capital_satang", "ทุนกองกลางเครือข่าย · network pool, capital"),
    ("network", "deposits_satang", "เงินฝากจากหมู่บ้าน · pool, village deposits"),
    ("network", "linkage_satang", "เงินกู้เชื่อมโยง · pool, linkage loans"),
    ("network", "bank_satang", "ธนาคารของกองกลาง · pool, bank"),
)
_REAL_THAI: Final = (
    "ตัวเลขจริงจากบทความมีเพียง สมาชิก 1,496 คน เงินออมกว่า 11 ล้านบาท กองทุนหมุนเวียนกว่า 13 ล้านบาท "
    "กองทุนสองกองทุน และวันที่ หมู่บ้าน บุคคล และข้อมูลอื่นทั้งหมดเป็นข้อมูลตัวอย่าง"
)
_REAL_ENGLISH: Final = (
    "From the article are only: 1,496 members, over 11 million baht of savings, over 13 million baht of revolving "
    "fund, the two funds and the date. Villages, people and everything else are sample data."
)


def print_network(console: Console, totals: Mapping[str, Any]) -> None:
    """Print the network's table."""
    day = format_thai(rules.LAST_DAY)
    heading = Text(f"{rules.NETWORK_NAME}\nณ วันที่ {day} · as of 22 August {rules.YEAR}", style="bold")
    reflected = f"{totals['index']:,}"
    console.print(
        Group(
            Text(DEMO_MARK, style="bold black on yellow"),
            heading,
            _villages(totals, is_wide=console.width >= _WIDE),
            _funds(totals["funds"]),
            Text(f"{_REAL_THAI}\n{_REAL_ENGLISH}", style="dim"),
            Text(f"ยอดถึงลำดับที่ {reflected} ของบันทึกเครือข่าย · figures reflect log index {reflected}"),
        )
    )


def print_growth(console: Console, ends: Sequence[Mapping[str, Any]]) -> None:
    """Print what every year came to at its end, the last as it stands."""
    table = Table(title="สิ้นปี · at each year's end", box=SIMPLE_HEAD)
    for name in ("พ.ศ.\nB.E.", "หมู่บ้าน\nvillages", "สมาชิก\nmembers", "เงินออม\nsavings", "กองทุน\nfund"):
        table.add_column(name, justify="right", no_wrap=True)
    for end in ends:
        amounts = (format_baht(end[name]) for name in ("savings_satang", "fund_satang"))
        table.add_row(str(end["year"] + BE_OFFSET), str(end["villages"]), f"{end['members']:,}", *amounts)
    console.print(table)


def print_serving(console: Console, url: str) -> None:
    """Say where the page is, and how to stop."""
    said = f"[bold]{url}[/bold]\nเปิดหน้าเว็บได้ที่นี่ กด Ctrl-C เพื่อหยุด · the page is here; Ctrl-C stops it"
    console.print(Panel(said, title=DEMO_MARK, border_style="yellow"))


def print_check(console: Console, differing: Sequence[Difference], checked: int) -> None:
    """Say whether server and logs agree with the table, and name each figure that differs."""
    if not differing:
        console.print(
            f"[green]ตรวจ {checked} ตัวเลข ตรงกันทั้งเซิร์ฟเวอร์และสมุดบันทึกของแท็บเล็ต · "
            f"{checked} figures agree, on the server and in the clients' own logs[/green]"
        )
        return
    table = Table(title=f"ตัวเลขไม่ตรง {len(differing)} รายการ · {len(differing)} figures differ", title_style="red")
    for name in ("figure", "where", "expected", "found"):
        table.add_column(name, justify="right" if name in {"expected", "found"} else "left")
    for one in differing:
        table.add_row(one.name, one.where, _show(one.name, one.expected), _show(one.name, one.found))
    console.print(table)


def print_findings(console: Console, answer: Mapping[str, Any]) -> None:
    """Say how many findings of each code stand, the gravest first."""
    of_code: dict[str, tuple[str, int]] = {}
    for one in answer["findings"]:
        of_code[one["code"]] = (one["severity"], of_code.get(one["code"], ("", 0))[1] + 1)
    if not of_code:
        console.print("ไม่มีข้อสังเกต · no findings")
        return
    table = Table(title=f"ข้อสังเกต {answer['total']} ข้อ · {answer['total']} findings", box=SIMPLE_HEAD)
    for name in ("code", "severity", "findings"):
        table.add_column(name, justify="right" if name == "findings" else "left")
    for code, (severity, count) in of_code.items():
        table.add_row(code, severity, str(count))
    console.print(table)


def print_cases(console: Console, cases: Sequence[Case]) -> None:
    """Say what is planted for somebody to find, and where to look."""
    table = Table(title=f"กรณีที่ซ่อนไว้ {len(cases)} กรณี · {len(cases)} planted cases", box=SIMPLE_HEAD, show_lines=True)
    table.add_column("กรณี · case")
    table.add_column("ดูที่ · where to look")
    for case in cases:
        table.add_row(f"{case.thai}\n{case.english}", "\n".join(case.where))
    console.print(table)


def _villages(totals: Mapping[str, Any], *, is_wide: bool) -> Table:
    table = Table(show_footer=True, footer_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    rows, total = totals["villages"], totals["totals"]
    columns = _NARROW + _MORE if is_wide else _NARROW
    table.add_column("หมู่บ้าน\nvillage", footer="รวม · total", no_wrap=True)
    table.add_column("สมาชิก\nmembers", justify="right", footer=f"{total['members']:,}")
    table.add_column("หญิง\nwomen", justify="right", footer=f"{total['women']:,}")
    for name, header in columns:
        table.add_column(header, justify="right", footer=format_baht(total[name]), no_wrap=True)
    for row in rows:
        amounts = (format_baht(row[name]) for name, _header in columns)
        table.add_row(f"บ้านตัวอย่าง {row['moo']}", f"{row['members']:,}", f"{row['women']:,}", *amounts)
    return table


def _funds(funds: Mapping[str, Mapping[str, int]]) -> Table:
    table = Table(show_header=False, box=SIMPLE_HEAD, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for fund, name, label in _FUNDS:
        table.add_row(label, format_baht(funds[fund][name]))
    table.add_row("สมาชิกกองทุนสวัสดิการ · enrolled in welfare", f"{funds['welfare']['enrolled']:,}")
    return table


def _show(name: str, amount: int | None) -> str:
    if amount is None:
        return "-"
    return format_baht(amount) if name.endswith("_satang") else f"{amount:,}"
