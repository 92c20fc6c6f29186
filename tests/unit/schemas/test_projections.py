"""The tables that people read: how they are declared, what they say of a worked story, and how a page goes on."""

import re
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sajja_schemas.accounts import LOANS
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine, OpeningLoan
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws, WelfareRules
from sajja_schemas.events.welfare import WelfareContributionReceived, WelfareEnrolled
from sajja_schemas.holdings import Books
from sajja_schemas.indicators import Lens, read_all
from sajja_schemas.projections import PROJECTIONS, Kind, Row, page_of, read
from sajja_schemas.projections.lending import BUCKETS
from sajja_schemas.projections.people import HAS, OWES
from unit.schemas.registers.noted import ENTRY
from unit.schemas.test_books_laws import histories, history
from unit.schemas.test_indicators import ASSEMBLY, OPENED, Village

ON = date(2020, 8, 22)
FIGURES = {Kind.COUNT, Kind.SATANG, Kind.DAYS, Kind.BASIS_POINTS, Kind.YES_NO}
UNITS = {Kind.SATANG: r".*_satang", Kind.DAYS: r".*_days", Kind.BASIS_POINTS: r".*_bp(_month)?"}

each = pytest.mark.parametrize("name", PROJECTIONS)


@each
def test_every_column_has_its_words_its_unit_and_its_formula(name: str) -> None:
    declared = PROJECTIONS[name]
    assert declared.columns[0].name == "village", "who may see one village only is given its rows"
    assert len({column.name for column in declared.columns}) == len(declared.columns)
    for column in declared.columns:
        assert re.search("[ก-๛]", column.thai), column
        assert column.english, column
        for kind, pattern in UNITS.items():
            assert bool(re.fullmatch(pattern, column.name)) is (column.kind is kind), column
        assert column.formula or column.kind not in FIGURES, column


def named(name: str, books: Books, on: date = ON, village: str | None = None) -> list[dict[str, object]]:
    return [dict(PROJECTIONS[name].named(row)) for row in read(name, books, on, village)]


# The loans of docs/domain.md section 9.5: balance in baht, days late. Each is one instalment.
TRAP = ((12_000, 0), (8_000, 15), (20_000, 31), (5_000, 30), (15_000, 95), (4_000, 200), (30_000, 0), (6_000, 65))


def lent(loans: tuple[tuple[int, int], ...]) -> Books:
    village = Village()
    lines = [
        OpeningLine(
            account=1210, sub=f"l{at}", amount_satang=baht * 100,
            loan=OpeningLoan(
                member=f"m{at}", principal_satang=baht * 100, months=1, rate_bp_month=100, method="declining",
                first_due=ON - timedelta(days=late), covered_satang=baht * 50,
            ),
        )
        for at, (baht, late) in enumerate(loans)
    ]  # fmt: skip
    village.count(OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=tuple(lines)), OPENED)
    return village.books


def test_portfolio_at_risk_is_the_published_one() -> None:
    """Portfolio 100,000: PAR>0 58.0 %, PAR30 45.0 % (30 days exactly is not more), PAR60 25.0 %, PAR90 19.0 %."""
    buckets = named("par_buckets", lent(TRAP))
    assert [(one["from_days"], one.get("to_days"), one["loans"], one["outstanding_satang"]) for one in buckets] == [
        (0, 0, 2, 42_000_00), (1, 30, 2, 13_000_00), (31, 60, 1, 20_000_00), (61, 90, 1, 6_000_00),
        (91, None, 2, 19_000_00),
    ]  # fmt: skip
    assert [one["share_bp"] for one in buckets] == [4_200, 1_300, 2_000, 600, 1_900]


def test_a_loan_says_what_is_late_and_what_is_next() -> None:
    """Twelve months of 480,000 from 5 May, of which 400,000 is left: May and June are paid, July is the oldest."""
    village = Village()
    loan = OpeningLoan(
        member="m1", principal_satang=480_000, months=12, rate_bp_month=100, method="declining",
        first_due=date(2020, 5, 5), covered_satang=300_000,
    )  # fmt: skip
    page = (OpeningLine(account=1210, sub="l1", amount_satang=400_000, loan=loan),)
    village.count(OpeningBalanceRecorded(ledger="bank:pp01", lines_of_page=page), OPENED)
    (row,) = named("loans", village.books)
    assert (row["member"], row["state"], row["months"], row["outstanding_satang"]) == ("m1", "owed", 12, 400_000)
    assert (row["late_days"], row["overdue_satang"]) == (48, 80_000)  # 5 July to 22 August; July and August
    assert (row["next_due_on"], row["next_due_satang"]) == (date(2020, 9, 5), 40_000)
    (cover,) = named("risk_cover", village.books)
    assert (cover["covered_satang"], cover["uncovered_satang"], cover["late_days"]) == (300_000, 100_000, 48)


def test_welfare_rights_go_by_the_bylaws_of_the_day() -> None:
    """180 days of waiting, lapse at three missed months: in benefit from 3 July, lapsed after 30 June (section 9.9)."""
    village = Village()
    rules = Bylaws(welfare_waiting_days=180, welfare=WelfareRules(lapse_missed=3, lapse_operator=">="))
    ruled = RulesetAdopted(ledger="welfare", version=1, effective_from=OPENED, rules=rules, assembly=ASSEMBLY)
    village.count(ruled, OPENED)
    for name, month in (("m1", "2020-03"), ("m2", "2020-07")):
        enrolled = WelfareEnrolled(member=name, joined=date(2020, 1, 5), resolution=ENTRY)
        village.count(enrolled, date(2020, 1, 5))
        paid = WelfareContributionReceived(member=name, amount_satang=3_000, box="b", months=(month,))
        village.count(paid, date(2020, 1, 6))
    first, second = named("welfare_members", village.books, date(2020, 7, 3))
    assert (first["benefit_from"], first["lapses_on"]) == (date(2020, 7, 3), date(2020, 6, 30))
    assert (first["state"], second["state"]) == ("lapsed", "in_benefit")
    assert named("welfare_members", village.books, date(2020, 7, 2))[1]["state"] == "waiting"


@cache
def folded(seed: int) -> Books:
    return history(seed).fold()


def debit(books: Books, ledgers: str, *accounts: int) -> int:
    return sum(
        amount
        for (ledger, account, _sub), amount in books.balances.items()
        if ledger.startswith(ledgers) and account in accounts
    )


def total(name: str, column: str, books: Books) -> int:
    """The sum of a column over all rows."""
    return sum(value for row in named(name, books) if isinstance(value := row[column], int))


def last_of_series(books: Books, column: str) -> int:
    last = {row["village"]: row[column] for row in named("series", books)}
    return sum(value for value in last.values() if isinstance(value, int))


@given(histories)
def test_every_table_sums_to_the_accounts_that_it_is_of(seed: int) -> None:
    books = folded(seed)
    columns = [column.name for column in PROJECTIONS["passbooks"].columns[3:]]
    for account, column in zip((*HAS, *OWES), columns, strict=False):
        assert total("passbooks", column, books) == (-1 if account in HAS else 1) * debit(books, "bank:", account)
    outstanding = debit(books, "bank:", *LOANS)
    assert total("loans", "outstanding_satang", books) == outstanding
    buckets = total("par_buckets", "outstanding_satang", books) - total("par_buckets", "overpaid_satang", books)
    assert buckets == outstanding
    assert total("cash", "amount_satang", books) == debit(books, "", 1110, 1111, 1112, 1120, 1121)
    assert total("welfare_claims", "payable_satang", books) == -debit(books, "welfare", 2310)
    assert last_of_series(books, "savings_satang") == -debit(books, "bank:", 3110, 2110, 2111, 2112)
    assert last_of_series(books, "loans_satang") == outstanding
    assert last_of_series(books, "cash_satang") == debit(books, "bank:", 1110, 1111, 1112)


@given(histories)
def test_tables_and_indicators_say_the_same(seed: int) -> None:
    books = folded(seed)
    told = {one.code: one.value for one in read_all(Lens(books, ON))}
    assert total("risk_cover", "covered_satang", books) == told["ind_r1"]
    differences = [row["difference_satang"] for row in named("in_transit", books)]
    assert sum(abs(one) for one in differences if isinstance(one, int)) == told["ind_n3"]
    assert all(row["unexplained_satang"] == 0 for row in named("interfund", books))
    of = dict.fromkeys((first for first, _last in BUCKETS), 0)
    for row in named("par_buckets", books):
        of[int(str(row["from_days"]))] += int(str(row["outstanding_satang"]))
    late = sum(satang for days, satang in of.items() if days > 30)
    assert told["ind_l2_par30"] == (half_up(ratio(BP * late, sum(of.values()))) if any(of.values()) else None)
    assert last_of_series(books, "members") == told["ind_g1"]


@given(histories, st.sampled_from(sorted(PROJECTIONS)))
def test_a_village_is_given_its_own_rows_and_pages_lose_nothing(seed: int, name: str) -> None:
    books, declared = folded(seed), PROJECTIONS[name]
    rows = read(name, books, ON)
    keys = [declared.key_of(row) for row in rows]
    assert keys == sorted(set(keys))
    for village in ("pp01", "pp02", "office"):
        assert read(name, books, ON, village) == [row for row in rows if row[0] == village]
    paged: list[Row] = []
    after: str | None = None
    for _page in range(len(rows) + 1):
        page, after = page_of(declared, rows, declared.key_from(after) if after else None, 3)
        paged += page
        if after is None:
            break
    assert paged == rows
