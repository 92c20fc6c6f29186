"""Month by month since the first book: what a bank, or a fund, came to and did (docs/domain.md section 7.1).

From the register of movements, which knows every control account by business day; years before the first entry are as
the paper tells them.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final, TypeAlias

from sajja_schemas.accounts import CHART, LOANS, Side, is_result
from sajja_schemas.calculations.spans import first_day_of, month_number
from sajja_schemas.entry import OFFICE
from sajja_schemas.indicators.declaring import AT_BANK, Lens
from sajja_schemas.projections.declaring import VILLAGE, Column, Kind, Projection, Row, count, satang, text, yes_no
from sajja_schemas.registers import members, movements
from sajja_schemas.registers.growth import FUND, HISTORY, SAVINGS
from sajja_schemas.rules.ledgers import village_of

_CASH: Final = (1110, 1111, 1112)
_SHARES: Final = (3110,)
_INCOME: Final = tuple(code for code in CHART if is_result(code) and CHART[code].side is Side.CREDIT)
_EXPENSE: Final = tuple(code for code in CHART if is_result(code) and CHART[code].side is Side.DEBIT)
_LAST_OF_ANY_MONTH: Final = 31
_RESULT: Final = tuple(code for code in CHART if is_result(code))
_BALANCE_OF_FUND: Final = {
    "welfare": (3410, *_RESULT), "risk": (3420, *_RESULT),
    "network": (3430, *(code for code in CHART if code // 100 in {32, 33}), *_RESULT),
}  # fmt: skip

_Months: TypeAlias = dict[int, dict[int, tuple[int, int]]]  # month, account: what it moved in all, and what flowed


def _moved(lens: Lens, ledgers: Collection[str]) -> dict[str, _Months]:
    """What each account of these ledgers moved in each month, up to the day."""
    found: dict[str, _Months] = {}
    last = month_number(lens.on)
    for (ledger, account, year, month), facts in lens.registers.all(movements.REGISTER).items():
        number = month_number(date(int(year), int(month), 1))
        if ledger not in ledgers or number > last:
            continue
        upto = lens.on.day if number == last else _LAST_OF_ANY_MONTH
        moved = sum(satang for fact, satang in facts.items() if int(fact[0]) <= upto)
        flowed = sum(satang for fact, satang in facts.items() if int(fact[0]) <= upto and len(fact) == 1)
        found.setdefault(str(ledger), {}).setdefault(number, {})[int(account)] = (moved, flowed)
    return found


class _Running:
    """The control accounts of a ledger as the months go by."""

    def __init__(self) -> None:
        self._sums: dict[int, int] = {}
        self._month: dict[int, tuple[int, int]] = {}

    def go_on(self, month: dict[int, tuple[int, int]]) -> None:
        """Another month has passed."""
        self._month = month
        for account, (moved, _flowed) in month.items():
            self._sums[account] = self._sums.get(account, 0) + moved

    def debit(self, accounts: Collection[int]) -> int:
        """What accounts hold at the month's end."""
        return sum(self._sums.get(account, 0) for account in accounts)

    def flow(self, accounts: Collection[int]) -> int:
        """What flowed in the month, positive for a debit."""
        return sum(self._month[account][1] for account in accounts if account in self._month)


def _months(lens: Lens, months: _Months) -> Iterator[tuple[int, _Running]]:
    running = _Running()
    for month in range(min(months), month_number(lens.on) + 1):
        running.go_on(months.get(month, {}))
        yield month, running


def _series(lens: Lens) -> Iterator[Row]:
    banks = _moved(lens, frozenset(lens.banks))
    people = _came_and_went(lens)
    for ledger in lens.banks:
        village, months = village_of(ledger), banks.get(ledger, {})
        changes = people.get(village, {})
        yield from _told(lens, village, min(months, default=None))
        if not months:
            continue
        there = sum(change for month, change in changes.items() if month < min(months))
        for month, running in _months(lens, months):
            there += changes.get(month, 0)
            yield (
                village, f"{first_day_of(month):%Y-%m}", False, there,
                -running.debit(_SHARES), -running.debit(SAVINGS), -running.debit(FUND), running.debit(LOANS),
                running.debit(_CASH), running.debit(AT_BANK), -running.flow(_INCOME), running.flow(_EXPENSE),
            )  # fmt: skip


def _told(lens: Lens, village: str, first_month: int | None) -> Iterator[Row]:
    """Years that end before the first entry, from paper; the later word on a year is shown."""
    facts = sorted(lens.registers.row(HISTORY, (village,)), key=lambda fact: (str(fact[1]), str(fact)))
    for year, fact in sorted({int(fact[2]): fact for fact in facts}.items()):
        month = month_number(date(year, 12, 1))
        if month <= month_number(lens.on) and (first_month is None or month < first_month):
            yield (
                village, f"{year}-12", True, int(fact[3]), None, int(fact[4]), int(fact[5]),
                None, None, None, None, None,
            )  # fmt: skip


def _came_and_went(lens: Lens) -> dict[str, dict[int, int]]:
    """How many members each month added to a village, or took away."""
    found: dict[str, dict[int, int]] = {}
    for (village, _member), facts in lens.rows(members.REGISTER):
        changes, was = found.setdefault(str(village), {}), False
        for day in members.days_of_change(facts):
            if day > lens.on.isoformat():
                break
            if (there := members.was_there(facts, day)) is not was:
                month = month_number(date.fromisoformat(day))
                changes[month] = changes.get(month, 0) + (1 if there else -1)
                was = there
    return found


SERIES: Final = Projection(
    name="series", thai="รายเดือนของหมู่บ้าน", english="villages month by month", key=2, read=_series,
    about="Every month of a bank from its first entry to the day, and before it the year ends that paper tells: a row "
    "each. The last month is what the books hold, as far as no entry is dated behind the day.",
    columns=(
        VILLAGE, Column("month", Kind.MONTH, "เดือน", "month"),
        yes_no(
            "from_paper", "จากสมุดกระดาษ", "from paper",
            "told by `history_recorded`: the end of a year, no entries",
        ),
        count("members", "สมาชิก", "members", "who had joined by the month's end and had not left"),
        satang("shares_satang", "เงินสัจจะ", "shares", "3110 at the month's end"),
        satang("savings_satang", "เงินออมรวม", "savings", "3110 + 2110 + 2111 + 2112 at the month's end"),
        satang(
            "fund_satang", "เงินกองทุนหมุนเวียน", "revolving fund",
            "savings + 3120 + 3130 + 32xx + 33xx + income - expense at the month's end",
        ),
        satang("loans_satang", "เงินให้กู้คงค้าง", "portfolio", "1210 to 1215 at the month's end"),
        satang("cash_satang", "เงินสด", "cash", "1110 + 1111 + 1112 at the month's end"),
        satang("bank_satang", "เงินฝากธนาคาร", "at the bank", "1120 + 1121 at the month's end"),
        satang("income_satang", "รายได้", "income", "4xxx of the month; the closing of a year is none"),
        satang("expense_satang", "ค่าใช้จ่าย", "expense", "5xxx of the month; the closing of a year is none"),
    ),
)  # fmt: skip


def _fund_series(lens: Lens) -> Iterator[Row]:
    for fund, months in _moved(lens, _BALANCE_OF_FUND).items():
        for month, running in _months(lens, months):
            yield (
                OFFICE, fund, f"{first_day_of(month):%Y-%m}", -running.debit(_BALANCE_OF_FUND[fund]),
                running.debit(AT_BANK), running.debit((1610,)), -running.flow(_INCOME), running.flow(_EXPENSE),
            )  # fmt: skip


FUND_SERIES: Final = Projection(
    name="fund_series", thai="รายเดือนของกองทุน", english="funds month by month", key=3, read=_fund_series,
    about="Every month of the welfare fund, the risk fund and the pool, from the first entry to the day: a row each.",
    columns=(
        VILLAGE, text("ledger", "กองทุน", "ledger"), Column("month", Kind.MONTH, "เดือน", "month"),
        satang(
            "balance_satang", "ยอดกองทุน", "balance",
            "3410, 3420, or 3430 + 32xx + 33xx, and income - expense of the open year, at the month's end",
        ),
        satang("bank_satang", "เงินฝากธนาคาร", "at the bank", "1120 + 1121 at the month's end"),
        satang("due_from_villages_satang", "ค้างรับจากหมู่บ้าน", "due from villages", "1610 at the month's end"),
        satang("income_satang", "รายรับ", "income", "4xxx of the month"),
        satang("expense_satang", "รายจ่าย", "expense", "5xxx of the month"),
    ),
)  # fmt: skip
