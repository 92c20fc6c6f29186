"""December is closed without a tablet; its deposit of 5 December comes on 20 January (docs/domain.md 9.12)."""

from collections.abc import Callable
from datetime import date

import pytest

from sajja_client.books import fold
from sajja_client.log import ref_to
from sajja_schemas.calculations.shares import share_weights
from sajja_schemas.entry import EntryRef, SignedEntry
from sajja_schemas.events import Body, read_body
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.periods import is_late, period_of
from scenario import reading
from support.life import Life, Tablet, Whole
from support.life_page import is_on_page

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK = "bank:v01"
BOX, SAVER = "v01-o4", "v01-m001"
SILENT = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January
PAID_ON, CLOSED_ON, CAME_ON = date(2020, 12, 5), date(2020, 12, 31), date(2021, 1, 20)


def head(tablet: Tablet) -> EntryRef:
    *_before, last = tablet.log.entries()
    return ref_to(last)


def body_of(entry: SignedEntry) -> Body:
    body = read_body(entry.body)
    assert isinstance(body, Body)
    return body


class Told:
    """What happened, until the tablet is back."""

    def __init__(self, life: Life) -> None:
        self.life = life
        present, absent = life.tablets["v01"]
        life.admit("v01", {SAVER: date(2015, 1, 5)})
        life.open_books(BANK, (1110, 1_000 * BAHT, BOX), (3110, -1_000 * BAHT, SAVER), rest=3210)
        life.turn_to(date(2020, 11, 5))
        special = {"member": SAVER, "box": BOX, "amount_satang": 50 * BAHT}
        life.say(absent, "special_savings_deposited", **special)  # the last that anybody has of this tablet
        life.sync()
        life.turn_to(PAID_ON)
        common = {"member": SAVER, "box": BOX, "months": ("2020-12",)}
        self.in_time = life.say(present, "share_deposited", amount_satang=100 * BAHT, **common)
        seen_of_absent = head(absent)
        self.late = life.say(absent, "share_deposited", amount_satang=200 * BAHT, **common)
        with life.chapter("late-entry"):
            life.turn_to(CLOSED_ON)
            life.say(
                present, "period_closed", ledger=BANK, month="2020-12", absent=(absent.log.device,),
                devices=(head(present), seen_of_absent, head(life.desk)),
            )  # fmt: skip
            self.closed = life.gather(lost=[absent])
            life.turn_to(CAME_ON)
            self.came = life.gather()
            late = {"entry": ref_to(self.late), "posted_month": "2021-01", "delay": "late"}
            life.say(present, "late_entry_accepted", reason="แท็บเล็ตไม่ได้มาประชุม", **late)
        self.accepted = life.gather()


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("late"))


def shares(whole: Whole) -> int:
    return -whole.books.balances[BANK, 3110, SAVER]


def test_it_counts_when_it_comes_and_nothing_that_was_closed_changes(told: Told) -> None:
    assert (shares(told.closed), shares(told.came)) == (1_100 * BAHT, 1_300 * BAHT)
    december = [
        reading.balances_through(whole.entries, whole.books, "2020-12", with_closing=True)
        for whole in (told.closed, told.came, told.accepted)
    ]
    assert december[0] == december[1] == december[2]
    assert december[0][BANK, 3110, SAVER] == -1_100 * BAHT


def test_it_keeps_its_date_and_belongs_to_january_on_every_side(told: Told) -> None:
    """By the fold of the network's log, and by either tablet's own books."""
    late, in_time = body_of(told.late), body_of(told.in_time)
    everybody = [told.accepted.books, *(fold(tablet.home) for tablet in told.life.tablets["v01"])]
    for books in everybody:
        assert (late.date, is_late(books.periods, late, BANK)) == (PAID_ON, True)
        assert period_of(books.periods, late, BANK) == "2021-01"
        assert (is_late(books.periods, in_time, BANK), period_of(books.periods, in_time, BANK)) == (False, "2020-12")


def test_its_weight_goes_by_its_own_date_while_no_dividend_is_declared(told: Told) -> None:
    """1,000 weigh 12 months; what came in on 5 December weighs nothing in 2020, early or late."""
    whole = told.accepted
    holders = reading.shareholders(whole.entries, whole.books, BANK)
    weights = {
        year: share_weights(holders, year_first_day=date(year, 1, 1), weight="share_month", leavers_share=True)
        for year in (2020, 2021)
    }
    assert weights[2020] == {SAVER: 12 * 1_000 * BAHT}
    assert weights[2021] == {SAVER: 12 * 1_300 * BAHT}


def test_a_late_entry_is_found_until_officers_accept_it(told: Told) -> None:
    assert told.closed.findings() == [SILENT], "what nobody has seen yet is not found"
    assert told.came.findings() == ["v01 LATE_ENTRY", SILENT]
    (late,) = [one for one in told.came.found if one.code == "LATE_ENTRY"]
    assert late.entries == ((body_of(told.late).device, body_of(told.late).sequence),)
    assert told.accepted.findings() == [SILENT]


def test_the_page_tells_it_so(told: Told) -> None:
    assert is_on_page("late-entry", told.life.told["late-entry"])
