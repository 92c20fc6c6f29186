"""A linkage loan from the offer to the repayment: money that moves between units is what both banks have seen."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest

from sajja_schemas.accounts import LedgerKind
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from support.life import Life, Whole
from support.life_page import is_on_page

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

BANK: Final = "bank:v02"
KTB, POOL = "v02-baac", "network-baac"
LOAN: Final = {"linkage_loan": "n1"}
SILENT = "v01 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January
ASKED_ON, LENT_ON, SENT_ON = date(2020, 4, 5), date(2020, 4, 8), date(2020, 10, 8)
SEEN_ON: Final = SENT_ON + timedelta(days=9)
TERMS: Final[dict[str, Any]] = {"amount_satang": 50_000 * BAHT, "months": 12, "rate_bp_year": 600, **LOAN}


class Told:
    """Asked for by the committee of the village, granted by the network's within its limits, lent, and paid back."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.office, (self.tablet, _other) = life.desk, life.tablets["v02"]
        life.open_books("network", (1120, 300_000 * BAHT, POOL), rest=3310)
        life.open_books(BANK, (1120, 10_000 * BAHT, KTB), rest=3210)
        with life.chapter("linkage"):
            self._ask_and_grant()
            self._lend()
        with life.chapter("linkage-repaid"):
            self._repay()

    def _ask_and_grant(self) -> None:
        life = self.life
        life.turn_to(ASKED_ON)
        resolution = life.resolve(self.tablet, "ขอกู้เชื่อมโยง")
        life.say(self.tablet, "linkage_loan_requested", purpose="ปล่อยกู้สมาชิก", resolution=resolution, **TERMS)
        life.sync()
        self.approval = life.say(self.office, "linkage_loan_approved", "v02", **TERMS)
        # Three of the network's committee sign on two devices, and one of them is of the village that borrows.
        life.leave_unsigned(self.approval)
        life.sign_at_office(self.approval, ["office-o1"], ["office-o2", "office-o4"])
        self.abstained = life.gather()
        life.sign_at_office(self.approval, ["office-o3"])
        self.granted = life.gather()

    def _lend(self) -> None:
        life = self.life
        life.turn_to(LENT_ON)
        lent = {"settlement": "linkage-1", "amount_satang": TERMS["amount_satang"], **LOAN}
        life.say(self.office, "linkage_loan_disbursed", "v02", side="sent", bank=POOL, **lent)
        self.sent = life.gather()
        life.say(self.tablet, "linkage_loan_disbursed", side="received", bank=KTB, **lent)
        self.received = life.gather()

    def _repay(self) -> None:
        life = self.life
        life.turn_to(SENT_ON)
        interest = {"settlement": "linkage-1-i1", "amount_satang": half_year_interest(TERMS["amount_satang"]), **LOAN}
        principal = {"settlement": "linkage-1-p1", "amount_satang": 20_000 * BAHT, **LOAN}
        life.say(self.tablet, "linkage_loan_interest_paid", side="sent", bank=KTB, **interest)
        life.say(self.tablet, "linkage_loan_repaid", side="sent", bank=KTB, **principal)
        life.say(self.office, "linkage_loan_interest_paid", "v02", side="received", bank=POOL, **interest)
        life.turn_to(SEEN_ON)
        self.unseen = life.gather()
        life.say(self.office, "linkage_loan_repaid", "v02", side="received", bank=POOL, **principal)
        self.seen = life.gather()


def half_year_interest(amount_satang: int) -> int:
    rate_bp = default_rules(LedgerKind.NETWORK).pool_rate_out_bp
    assert rate_bp is not None
    assert rate_bp == TERMS["rate_bp_year"]
    return half_up(ratio(amount_satang * rate_bp * 6, BP * 12))


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("linkage"))


def test_it_is_within_what_one_village_may_have_of_the_pool() -> None:
    """At most 20 % of 300,000 (docs/domain.md 5.11)."""
    network = default_rules(LedgerKind.NETWORK).network
    assert network is not None
    assert TERMS["amount_satang"] * 100 <= (network.single_village_limit_pct or 0) * 300_000 * BAHT


def both_sides(whole: Whole) -> dict[str, int]:
    """In baht: what the village owes, what the pool claims, and what each has in its bank."""
    of = whole.books.balances
    return {
        "owed": -of.get((BANK, 2220, ""), 0) // BAHT,
        "claimed": of.get(("network", 1310, "v02"), 0) // BAHT,
        "village": of[BANK, 1120, KTB] // BAHT,
        "pool": of["network", 1120, POOL] // BAHT,
    }


def on_its_way(whole: Whole) -> list[tuple[str, str, date, int]]:
    return [(one.type, one.holder, one.since, one.difference_satang // BAHT) for one in whole.books.transit.values()]


def test_an_officer_of_the_village_that_borrows_has_no_vote(told: Told) -> None:
    """President, vice-president and the treasurer of that village are two, not three; with the secretary, three."""
    assert told.abstained.effect(told.approval) == "awaiting_approval"
    assert told.granted.effect(told.approval) == "counted"
    assert both_sides(told.granted) == {"owed": 0, "claimed": 0, "village": 10_000, "pool": 300_000}


def test_what_the_pool_sent_is_on_its_way_until_the_village_sees_it_in_its_own_bank(told: Told) -> None:
    assert both_sides(told.sent) == {"owed": 0, "claimed": 50_000, "village": 10_000, "pool": 250_000}
    assert on_its_way(told.sent) == [("linkage_loan_disbursed", "office", LENT_ON, 50_000)]
    assert both_sides(told.received) == {"owed": 50_000, "claimed": 50_000, "village": 60_000, "pool": 250_000}
    assert on_its_way(told.received) == []


def test_a_repayment_that_nobody_saw_in_the_networks_bank_is_unmatched_after_seven_days(told: Told) -> None:
    """The village's word alone fills no bank: the loan stands as it stood, with a holder and an age."""
    assert both_sides(told.unseen) == {"owed": 30_000, "claimed": 50_000, "village": 38_500, "pool": 251_500}
    ((kind, holder, since, amount),) = on_its_way(told.unseen)
    assert (kind, holder, amount) == ("linkage_loan_repaid", "v02", 20_000)
    network = default_rules(LedgerKind.NETWORK).network
    assert network is not None
    assert (SEEN_ON - since).days == 9 > (network.transit_days_warn or 0)
    assert told.unseen.totals["in_transit"] == 1


def test_seen_in_the_networks_bank_both_sides_say_the_same(told: Told) -> None:
    assert both_sides(told.seen) == {"owed": 30_000, "claimed": 30_000, "village": 38_500, "pool": 271_500}
    assert on_its_way(told.seen) == []
    assert told.seen.books.balances["network", 4113, "v02"] == -1_500 * BAHT
    assert told.seen.books.balances[BANK, 5112, ""] == 1_500 * BAHT
    (village,) = [one for one in told.seen.totals["villages"] if one["village"] == "v02"]
    assert village["linkage_satang"] == 30_000 * BAHT


def test_only_the_repayment_that_nobody_saw_is_found_and_cleared_when_it_is_seen(told: Told) -> None:
    for whole in (told.abstained, told.granted, told.sent, told.received, told.seen):
        assert whole.findings() == [SILENT]
    assert told.unseen.findings() == [SILENT, "v02 TRANSFER_UNMATCHED"]
    assert told.unseen.sentences("TRANSFER_UNMATCHED") == [
        "the transfer linkage-1-p1 of 20,000.00 baht is booked on one side only since 2020-10-08 (9 days)"
    ]


def test_the_page_tells_it_so(told: Told) -> None:
    for name in ("linkage", "linkage-repaid"):
        assert is_on_page(name, told.life.told[name])
