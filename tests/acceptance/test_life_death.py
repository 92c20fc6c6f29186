"""A borrower dies: cover, benefit and heirs, and what guarantors owe where no cover is (docs/domain.md 9.8)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from sajja_client.books import fold
from sajja_client.log import ref_to
from sajja_schemas.calculations.risk import RiskClaim, ShortageRule, pay_claims
from sajja_schemas.events.risk import RiskClaimPaid
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.registers.claims import claim_of
from sajja_schemas.registers.members import member_of
from support.bereaved import BAAC, BANK, BOX, DIED, FUND_BANK, JOINED, Village, brought_forward
from support.life import OPENED, Life, Whole
from support.life_page import is_on_page
from support.world import ASSEMBLY

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

SILENT = "v02 SYNC_LATE"  # the other village has no part in this story, and nobody has heard of it since January
COVERED, UNCOVERED, SPLIT, FOUND_LATE = "v01-m002", "v01-m005", "v01-m006", "v01-m007"
FIRST, SECOND = "v01-m008", "v01-m009"  # guarantors


def begin(life: Life) -> Village:
    """The village of scenario S1 on the eve of a bad July, with three more who will not live to see August."""
    life.admit("v01", dict.fromkeys((COVERED, UNCOVERED, SPLIT, FOUND_LATE, FIRST, SECOND), JOINED))
    life.open_books(
        BANK, (1110, 5_000 * BAHT, BOX), (1120, 285_000 * BAHT, BAAC), (3110, -35_600 * BAHT, COVERED),
        (3110, -35_600 * BAHT, UNCOVERED), (3110, -10_000 * BAHT, SPLIT), (3110, -5_000 * BAHT, FOUND_LATE), rest=3210,
        loans=(
            brought_forward("l002", COVERED, owed=38_000, lent=50_000, covered=50_000),
            brought_forward("l005", UNCOVERED, owed=38_000, lent=50_000, covered=0),
        ),
    )  # fmt: skip
    life.open_books("risk", (1120, 120_000 * BAHT, FUND_BANK["risk"]), rest=3420)
    life.open_books("welfare", (1120, 300_000 * BAHT, FUND_BANK["welfare"]), rest=3410)
    return Village(life)


def with_cover(village: Village) -> None:
    """Reported, confirmed, claimed of both funds, settled, and paid: to the bank, the beneficiary and the heirs."""
    life = village.life
    village.confirm(COVERED)
    settled = village.settle(COVERED, covered="l002")
    granted_satang = village.claim_risk("l002", COVERED)
    assert granted_satang == settled.risk_fund_pays_satang == 38_380 * BAHT
    life.turn_to(date(2020, 7, 20))
    shares_satang = village.shares(COVERED)
    life.say(
        village.tablet, "member_exit_settled", member=COVERED, shares_satang=shares_satang,
        net_satang=settled.heirs_receive_satang,
    )  # fmt: skip
    village.pay_benefit("w-002", COVERED, settled.beneficiary_receives_satang)
    life.say(village.tablet, "bank_withdrawal_made", ledger=BANK, amount_satang=shares_satang, box=BOX, bank=BAAC)
    assert village.pay_heirs(COVERED) + settled.beneficiary_receives_satang == settled.family_receives_satang
    life.turn_to(date(2020, 7, 25))
    village.pay_risk("l002", COVERED, granted_satang, interest_satang=380 * BAHT)


def without_cover(village: Village) -> None:
    """Shares against the loan; what is missing is the guarantors', and the benefit is not set off."""
    life = village.life
    village.confirm(UNCOVERED)
    settled = village.settle(UNCOVERED, uncovered="l005", guarantors=(FIRST, SECOND))
    shares_satang, (_owed, interest_satang) = village.shares(UNCOVERED), village.owed("l005")
    life.say(
        village.tablet, "member_exit_settled", member=UNCOVERED, shares_satang=shares_satang, loan="l005",
        product="ordinary", set_off_principal_satang=shares_satang - interest_satang,
        set_off_interest_satang=interest_satang,
    )  # fmt: skip
    village.call_guarantors("l005", settled.guarantors_owe_satang)
    village.pay_benefit("w-005", UNCOVERED, settled.beneficiary_receives_satang)


def lend_split(village: Village) -> None:
    """70,000 as two contracts: 50,000 covered for a premium of 500, and 20,000 without."""
    life = village.life
    life.say(village.tablet, "bank_withdrawal_made", ledger=BANK, amount_satang=69_500 * BAHT, box=BOX, bank=BAAC)
    for loan, gross, premium in (("l6a", 50_000, 500), ("l6b", 20_000, 0)):
        named: dict[str, Any] = {"loan": loan, "member": SPLIT, "product": "ordinary"}
        life.say(
            village.tablet, "loan_approved", amount_satang=gross * BAHT, rate_bp_month=100, method="declining",
            months=5, first_due=date(2020, 8, 5), resolution=life.resolve(village.tablet, "อนุมัติเงินกู้"),
            covered_satang=gross * BAHT if premium else 0, premium_satang=premium * BAHT, **named,
        )  # fmt: skip
        life.sign()
        net_satang = (gross - premium) * BAHT
        lent = {"gross_satang": gross * BAHT, "premium_satang": premium * BAHT, "net_satang": net_satang}
        life.say(village.tablet, "loan_disbursed", channel="cash", box=BOX, **named, **lent)
    for loan, repaid in (("l6a", 20_000), ("l6b", 8_000)):
        parts = {"total_satang": repaid * BAHT, "principal_satang": repaid * BAHT}
        life.say(
            village.tablet, "loan_repayment_received", loan=loan, member=SPLIT, product="ordinary", box=BOX, **parts
        )


def split_cover(village: Village) -> None:
    """The fund pays the covered contract, savings the other as far as they go, a guarantor the rest."""
    life = village.life
    village.confirm(SPLIT)
    settled = village.settle(SPLIT, covered="l6a", uncovered="l6b", guarantors=(FIRST,))
    granted_satang = village.claim_risk("l6a", SPLIT)
    assert granted_satang == settled.risk_fund_pays_satang == 30_300 * BAHT
    life.say(
        village.tablet, "member_exit_settled", member=SPLIT, shares_satang=settled.savings_used_satang, loan="l6b",
        product="ordinary", set_off_principal_satang=settled.savings_used_satang,
    )  # fmt: skip
    village.call_guarantors("l6b", settled.guarantors_owe_satang)
    village.pay_risk("l6a", SPLIT, granted_satang, interest_satang=300 * BAHT)


def found_late(village: Village) -> int:
    """A relative went on saving for him until September; gives what the heirs were paid."""
    life = village.life
    life.turn_to(date(2020, 8, 5))
    paid = {"member": FOUND_LATE, "box": BOX, "months": ("2020-08",)}
    life.say(village.tablet, "share_deposited", amount_satang=100 * BAHT, **paid)
    contribution = life.say(village.tablet, "welfare_contribution_received", amount_satang=30 * BAHT, **paid)
    life.turn_to(date(2020, 9, 5))
    life.say(village.other, "share_deposited", amount_satang=100 * BAHT, **paid | {"months": ("2020-09",)})
    # The other tablet has not synced since, so its deposit is not known when the account is settled.
    with life.chapter("death-late"):
        village.confirm(FOUND_LATE, reported=date(2020, 9, 20), on=date(2020, 9, 21))
        shares_satang = village.shares(FOUND_LATE)
        life.say(
            village.tablet, "member_exit_settled", member=FOUND_LATE, shares_satang=shares_satang,
            net_satang=shares_satang,
        )  # fmt: skip
        life.say(village.tablet, "entry_reversed", entry=ref_to(contribution), reason="not_happened")
        first_satang = village.pay_heirs(FOUND_LATE)
        life.sync()
        life.sync()
        late = {"member": FOUND_LATE, "saved_in": "shares", "amount_satang": village.shares(FOUND_LATE)}
        life.say(village.tablet, "late_deposit_recognised", **late)
        return first_satang + village.pay_heirs(FOUND_LATE)


class Told:
    """Four deaths in one village, each as its own story."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.village = begin(life)
        life.turn_to(DIED - timedelta(days=5))
        lend_split(self.village)
        self.before = life.gather()
        with life.chapter("death"):
            with_cover(self.village)
        self.covered = life.gather()
        with life.chapter("death-uncovered"):
            without_cover(self.village)
        self.uncovered = life.gather()
        with life.chapter("death-split"):
            split_cover(self.village)
        self.split = life.gather()
        self.paid_to_late_heirs_satang = found_late(self.village)
        self.after = life.gather()


@pytest.fixture(scope="module")
def told(found: Callable[[str], Life]) -> Told:
    return Told(found("death"))


def moved(earlier: Whole, later: Whole) -> dict[tuple[str, int, str], int]:
    """What a story changed of what stands, in baht."""
    balances = earlier.books.balances.keys() | later.books.balances.keys()
    changes = {key: later.books.balances.get(key, 0) - earlier.books.balances.get(key, 0) for key in balances}
    return {key: amount // BAHT for key, amount in changes.items() if amount}


def test_with_cover_the_fund_pays_the_loan_and_the_family_receives_45600(told: Told) -> None:
    """38,380 to the bank, 10,000 to the beneficiary, 35,600 of shares to the heirs; nobody owes anything."""
    assert moved(told.before, told.covered) == {
        ("risk", 5310, "l002"): 38_380,
        ("risk", 1120, FUND_BANK["risk"]): -38_380,
        ("welfare", 5214, "w-002"): 10_000,
        ("welfare", 1120, FUND_BANK["welfare"]): -10_000,
        (BANK, 1210, "l002"): -38_000,
        (BANK, 4110, "l002"): -380,
        (BANK, 3110, COVERED): 35_600,
        (BANK, 1120, BAAC): 38_380 - 35_600,
    }
    claim = claim_of(told.covered.books.registers, "w-002")
    assert claim is not None
    assert (claim.is_verified, claim.approved_satang, claim.paid_satang) == (True, 10_000 * BAHT, 10_000 * BAHT)
    known = member_of(told.covered.books.registers, "v01", COVERED)
    assert known is not None
    assert (known.died, known.in_bank, known.in_welfare) == (DIED, 0, 0)
    assert told.covered.books.transit == {}


def test_without_cover_guarantors_owe_2780_and_the_benefit_is_the_beneficiarys(told: Told) -> None:
    """35,600 less 38,380: 1,390 of each of two; the 10,000 are not set off."""
    assert moved(told.covered, told.uncovered) == {
        ("welfare", 5214, "w-005"): 10_000,
        ("welfare", 1120, FUND_BANK["welfare"]): -10_000,
        (BANK, 1210, "l005"): -38_000,
        (BANK, 4110, "l005"): -380,
        (BANK, 3110, UNCOVERED): 35_600,
        (BANK, 1110, BOX): 2_780,
    }
    tags = [one.tag for one in told.life.told["death-uncovered"]]
    assert tags.count("loan_guarantor_paid") == 2


def test_of_a_split_loan_the_fund_pays_30300_savings_10000_and_a_guarantor_2000(told: Told) -> None:
    assert told.before.books.balances[BANK, 2620, ""] == -500 * BAHT  # the premium, of the covered contract only
    assert moved(told.uncovered, told.split) == {
        ("risk", 5310, "l6a"): 30_300,
        ("risk", 1120, FUND_BANK["risk"]): -30_300,
        (BANK, 1210, "l6a"): -30_000,
        (BANK, 4110, "l6a"): -300,
        (BANK, 1210, "l6b"): -12_000,
        (BANK, 3110, SPLIT): 10_000,
        (BANK, 1120, BAAC): 30_300,
        (BANK, 1110, BOX): 2_000,
    }


def test_what_came_in_after_a_death_that_was_found_late_goes_back_to_the_heirs(told: Told) -> None:
    """5,000 of shares and 200 that a relative saved for the dead; the fund's 30 come back in cash, too."""
    assert told.paid_to_late_heirs_satang == 5_200 * BAHT
    assert moved(told.split, told.after) == {(BANK, 3110, FOUND_LATE): 5_000, (BANK, 1110, BOX): -5_000}
    assert told.after.books.balances[BANK, 2140, FOUND_LATE] == 0
    assert told.after.books.balances["welfare", 1610, "v01"] == 0


def test_a_reported_death_is_known_before_anybody_confirms_it(told: Told) -> None:
    known = member_of(fold(told.village.other.home).registers, "v01", FOUND_LATE)
    assert known is not None
    assert (known.death_reported, known.died) == (date(2020, 9, 20), DIED)


SHORTAGES: list[tuple[ShortageRule, tuple[int, int], tuple[int, int]]] = [
    ("queue", (25_000_00, 5_000_00), (0, 15_000_00)),
    ("pro_rata", (16_666_67, 13_333_33), (8_333_33, 6_666_67)),
]


@pytest.mark.parametrize(("rule", "paid", "payable"), SHORTAGES)
def test_a_fund_that_is_short_pays_by_its_bylaws_and_the_rest_stays_payable(
    found: Callable[[str], Life], rule: ShortageRule, paid: tuple[int, int], payable: tuple[int, int]
) -> None:
    """30,000 for claims of 25,000 and then 20,000: in line, or all alike (docs/domain.md 9.8)."""
    life = found(rule.replace("_", "-"))
    life.admit("v01", dict.fromkeys((FIRST, SECOND), JOINED))
    owed = {FIRST: ("l8", 25_000), SECOND: ("l9", 20_000)}
    loans = [brought_forward(loan, who, owed=baht, lent=baht, covered=baht) for who, (loan, baht) in owed.items()]
    life.open_books(BANK, (1120, 1_000 * BAHT, BAAC), rest=3210, loans=loans)
    life.open_books("risk", (1120, 30_000 * BAHT, FUND_BANK["risk"]), rest=3420)
    rules = life.rules("risk")
    assert rules.risk is not None
    changed = msgspec.structs.replace(rules, risk=msgspec.structs.replace(rules.risk, shortage_rule=rule))
    life.say(
        life.desk, "ruleset_adopted", ledger="risk", version=2, effective_from=OPENED, rules=changed, assembly=ASSEMBLY
    )
    village = Village(life)
    chapter = "death-short"
    with life.chapter(chapter):
        for who, (loan, baht) in owed.items():
            village.confirm(who)
            cause = {"loan": loan, "member": who, "cause": "death"}
            life.say(village.tablet, "risk_claim_filed", happened=DIED, principal_satang=baht * BAHT, **cause)
            life.say(life.desk, "risk_claim_approved", "v01", amount_satang=baht * BAHT, **cause)
        seen = fold(life.desk.home)
        available_satang = seen.balances["risk", 1120, FUND_BANK["risk"]]
        claims = [RiskClaim(claim=loan, amount_satang=baht * BAHT) for loan, baht in owed.values()]
        payments = pay_claims(claims, available_satang=available_satang, shortage_rule=rule)
        for who, payment in zip(owed, payments, strict=True):
            village.pay_risk(payment.claim, who, payment.paid_satang)
    whole = life.gather()
    balances = whole.books.balances
    assert balances["risk", 1120, FUND_BANK["risk"]] == 0
    assert (-balances["risk", 2320, "l8"], -balances["risk", 2320, "l9"]) == payable
    assert (25_000_00 - balances[BANK, 1210, "l8"], 20_000_00 - balances[BANK, 1210, "l9"]) == paid
    assert balances[BANK, 1120, BAAC] == 31_000 * BAHT
    assert whole.findings() == [SILENT], "what is payable has its time"
    assert whole.books.transit == {}
    assert is_on_page(chapter, life.told[chapter])


def test_one_sides_word_never_fills_the_other_sides_bank(found: Callable[[str], Life]) -> None:
    """A village that books a claim as received which the fund has not sent has it on its way, from the office."""
    life = found("unsent")
    life.admit("v01", {FIRST: JOINED})
    loans = [brought_forward("l8", FIRST, owed=1_000, lent=1_000, covered=1_000)]
    life.open_books(BANK, (1120, 1_000 * BAHT, BAAC), rest=3210, loans=loans)
    Village(life).pay_risk("l8", FIRST, 1_000 * BAHT, sent=False)
    (transit,) = life.gather().books.transit.values()
    tag = RiskClaimPaid.__struct_config__.tag
    assert (transit.type, transit.holder, transit.difference_satang) == (tag, "office", -1_000 * BAHT)


def test_of_four_deaths_what_was_done_after_one_is_found_and_no_other_act(told: Told) -> None:
    """Twice somebody saved for the dead: it is told with both days, and stands until officers sign it off.

    The box holds a split loan's cash from the day of the first repayment; the paper book had left it within its limit.
    """
    assert told.before.findings() == [SILENT]
    for whole in (told.covered, told.uncovered, told.split):
        assert whole.findings() == ["v01 BOX_OVER_LIMIT", SILENT]
    assert told.after.findings() == ["v01 ACT_AFTER_DEATH", "v01 BOX_OVER_LIMIT", SILENT]
    assert told.after.sentences("ACT_AFTER_DEATH") == [
        f"{FOUND_LATE} died on 2020-07-10, and acted on 2020-09-05 (2 days in all)"
    ]


def test_the_page_tells_it_so(told: Told) -> None:
    for name in ("death", "death-uncovered", "death-split", "death-late"):
        assert is_on_page(name, told.life.told[name])
