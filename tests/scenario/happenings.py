"""What happens once in the year of scenario S1, by its month, and the months told one after the other."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, get_args

from sajja_schemas.calculations.deposits import special_savings_interest
from sajja_schemas.calculations.risk import claim_amount, cover_loan
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import first_day_of, month_number
from sajja_schemas.calculations.welfare import Tier, tier_amount
from sajja_schemas.events.base import Denomination
from sajja_schemas.events.meetings import Counted
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from scenario import reading
from scenario.people import (
    ALWAYS,
    COVERED,
    DECEASED,
    MEETING_DAY,
    NEW_LOAN,
    NEWCOMER,
    OPENED,
    PEOPLE,
    SAVER,
    V01,
    V02,
    YEAR,
)
from scenario.year import BANK, BOX, OFFICE_BOOK, PAPER, Year
from support.world import ref_to

POOL_MONTHS: Final = 6  # from April to October


def bank_cash(baht: int) -> Callable[[Year], None]:
    """Cash goes from the box to the bank."""
    return lambda year: _between_box_and_bank(year, "bank_deposit_made", baht * BAHT)


def _between_box_and_bank(year: Year, tag: str, amount_satang: int) -> None:
    year.say(year.savings, tag, ledger=BANK, amount_satang=amount_satang, box=BOX, bank="v01-baac")


def lend(year: Year) -> None:
    """The new loan, from the application to the cash; the premium is the risk fund's."""
    product = year.product()
    cover = cover_loan(
        gross_satang=NEW_LOAN.principal_satang,
        covered_max_satang=product.covered_max_satang,
        premium_bp=product.premium_bp,
    )
    named = {"loan": NEW_LOAN.loan, "member": NEW_LOAN.member}
    common = {**named, "product": "ordinary"}
    months = NEW_LOAN.principal_satang // NEW_LOAN.instalment_satang
    asked = {"amount_satang": NEW_LOAN.principal_satang, "months": months}
    year.say(year.lending, "loan_applied", **common, **asked, purpose="shop")
    for guarantor in (PEOPLE[0].member, PEOPLE[1].member):
        guaranteed = {"guarantor": guarantor, "amount_satang": NEW_LOAN.principal_satang // 2}
        year.say(year.lending, "loan_guarantor_consented", loan=NEW_LOAN.loan, **guaranteed)
    year.say(
        year.lending, "loan_approved", **common, **asked, rate_bp_month=product.rate_bp_month, method="declining",
        first_due=date(YEAR, 3, MEETING_DAY), resolution=year.resolve(year.lending, "อนุมัติเงินกู้"),
        covered_satang=cover.covered_satang, premium_satang=cover.premium_satang,
    )  # fmt: skip
    year.say(year.lending, "loan_contract_signed", **named, contract="c-003", file=PAPER)
    _between_box_and_bank(year, "bank_withdrawal_made", NEW_LOAN.principal_satang)
    year.say(
        year.lending, "loan_disbursed", **common, gross_satang=NEW_LOAN.principal_satang, net_satang=cover.net_satang,
        premium_satang=cover.premium_satang, channel="cash", box=BOX,
    )  # fmt: skip


def save_specially(year: Year) -> None:
    """Special savings on a day between two meetings."""
    year.turn_to(date(YEAR, 3, 16))
    year.say(year.savings, "special_savings_deposited", member=SAVER, amount_satang=5_000 * BAHT, box=BOX)


def withdraw_special(year: Year) -> None:
    """And some of it out again."""
    year.turn_to(date(YEAR, 6, 1))
    year.say(year.lending, "special_savings_withdrawn", member=SAVER, amount_satang=3_000 * BAHT, box=BOX)


def deposit_with_pool(year: Year) -> None:
    """One village has more than it lends, and the pool passes it to the other."""
    common = {"settlement": "pool-1", "amount_satang": 40_000 * BAHT}
    year.say(year.savings, "network_deposit_placed", side="sent", bank="v01-baac", **common)
    year.say(year.vault, "network_deposit_placed", V01, side="received", bank=OFFICE_BOOK["network"], **common)


def borrow_from_pool(year: Year) -> None:
    """A linkage loan: asked for, granted, sent and received."""
    asked: dict[str, Any] = {"linkage_loan": "n1", "amount_satang": 50_000 * BAHT, "months": 12}
    asked["rate_bp_year"] = year.rules("network").pool_rate_out_bp
    resolution = year.resolve(year.other_first, "ขอกู้เชื่อมโยง")
    year.say(year.other_first, "linkage_loan_requested", purpose="ปล่อยกู้", resolution=resolution, **asked)
    year.say(year.desk, "linkage_loan_approved", V02, **asked)
    year.sign()
    common = {"settlement": "linkage-1", "linkage_loan": "n1", "amount_satang": asked["amount_satang"]}
    year.say(year.vault, "linkage_loan_disbursed", V02, side="sent", bank=OFFICE_BOOK["network"], **common)
    year.say(year.other_first, "linkage_loan_disbursed", side="received", bank="v02-baac", **common)


def remit_collected(year: Year) -> None:
    """Both funds get what the village took for them."""
    year.remit("welfare")
    year.remit("risk")


def lose_a_member(year: Year) -> None:
    """A borrower dies: the risk fund pays the loan, the welfare fund its benefit, the bank his shares (section 9.8)."""
    died = date(YEAR, 7, 10)
    year.turn_to(died)
    year.say(year.savings, "member_death_reported", member=DECEASED, reported=died)
    year.turn_to(date(YEAR, 7, 12))
    year.say(year.savings, "member_death_confirmed", member=DECEASED, died=died, certificate=PAPER)
    owed_satang, interest_satang = year.balance(BANK, 1210, COVERED.loan), year.month_interest(COVERED.loan)
    cause = {"loan": COVERED.loan, "member": DECEASED, "cause": "death"}
    parts = {"principal_satang": owed_satang, "interest_satang": interest_satang}
    year.say(year.lending, "risk_claim_filed", **cause, happened=died, **parts)
    granted_satang = _risk_claim(year, owed_satang, interest_satang)
    benefit = {"claim": "w-001", "member": DECEASED, "amount_satang": _death_benefit(year, died)}
    year.say(year.savings, "welfare_claim_submitted", benefit="death", happened=died, **benefit)
    year.say(year.savings, "welfare_claim_verified", claim="w-001", member=DECEASED, note="พบทายาท", met_in_person=True)

    year.turn_to(date(YEAR, 7, 20))
    shares_satang = -year.balance(BANK, 3110, DECEASED)
    year.say(
        year.savings, "member_exit_settled", member=DECEASED, shares_satang=shares_satang, net_satang=shares_satang
    )
    year.say(year.desk, "risk_claim_approved", V01, **cause, amount_satang=granted_satang)
    year.say(year.desk, "welfare_claim_approved", V01, benefit="death", happened=died, **benefit)

    year.turn_to(date(YEAR, 7, 22))
    paid = {"channel": "bank", "bank": OFFICE_BOOK["welfare"]}
    year.say(year.desk, "welfare_claim_paid", V01, **benefit, **paid)
    _between_box_and_bank(year, "bank_withdrawal_made", shares_satang)
    owed_to_heirs_satang = -year.balance(BANK, 2140, DECEASED)
    year.say(
        year.savings, "member_heirs_paid", member=DECEASED, amount_satang=owed_to_heirs_satang, channel="cash", box=BOX
    )

    year.turn_to(date(YEAR, 7, 25))
    common: dict[str, Any] = {
        "settlement": "claim-l002",
        "loan": COVERED.loan,
        "member": DECEASED,
        "product": "ordinary",
    }
    common |= {"amount_satang": granted_satang, **parts}
    year.say(year.vault, "risk_claim_paid", V01, side="sent", bank=OFFICE_BOOK["risk"], **common)
    year.say(year.lending, "risk_claim_paid", side="received", bank="v01-baac", **common)


def _risk_claim(year: Year, owed_satang: int, interest_satang: int) -> int:
    rules = year.rules("risk").risk
    assert rules is not None
    return claim_amount(
        covered_satang=min(COVERED.principal_satang, rules.covers[0].covered_max_satang),
        principal_owed_satang=owed_satang,
        interest_owed_satang=interest_satang,
        interest_covered=bool(rules.interest_covered),
    )


def _death_benefit(year: Year, died: date) -> int:
    rules = year.rules("welfare").welfare
    assert rules is not None
    line = next(line for line in rules.benefits if line.benefit == "death")
    tiers = [
        Tier(amount_satang=tier.amount_satang, from_months=tier.from_months, from_days=tier.from_days)
        for tier in line.tiers
    ]
    joined = next(person.joined for person in PEOPLE if person.member == DECEASED)
    return tier_amount(tiers, member_since=joined, on=died)


def mistake_a_deposit(year: Year) -> None:
    """1,000 was written where 100 was meant: the original, its reversal on the other tablet, and a new entry."""
    wrong = year.say(year.savings, "special_savings_deposited", member=SAVER, amount_satang=1_000 * BAHT, box=BOX)
    year.say(year.lending, "entry_reversed", entry=ref_to(wrong), reason="wrong_amount")
    year.sign()
    right = year.say(year.savings, "special_savings_deposited", member=SAVER, amount_satang=100 * BAHT, box=BOX)
    year.say(year.savings, "entry_rebooked", replaced=ref_to(wrong), replacement=ref_to(right))


def find_cash_short(year: Year) -> None:
    """Five baht are missing when the box is counted."""
    short_satang = 5 * BAHT
    total_satang = year.balance(BANK, 1110, BOX) - short_satang
    counted = year.say(
        year.savings, "cash_counted", ledger=BANK, box=BOX, total_satang=total_satang, cash=notes(total_satang),
        counters=("v01-o1", "v01-o3"),
    )  # fmt: skip
    year.say(
        year.savings, "cash_variance_recorded", ledger=BANK, direction="short", amount_satang=short_satang, box=BOX,
        count=ref_to(counted),
    )  # fmt: skip


def notes(total_satang: int) -> tuple[Counted, ...]:
    """An amount in as few notes and coins as can be."""
    counted, left_satang = [], total_satang
    for denomination in get_args(Denomination):
        pieces, left_satang = divmod(left_satang, denomination)
        if pieces:
            counted.append(Counted(denomination_satang=denomination, pieces=pieces))
    return tuple(counted)


def repay_cash(year: Year) -> None:
    """The custodian brings them."""
    open_satang = year.balance(BANK, 1250, BOX)
    year.say(year.savings, "cash_variance_resolved", ledger=BANK, how="repaid", amount_satang=open_satang, box=BOX)


def take_entry_fee(year: Year) -> None:
    """The newcomer pays the entrance and the book."""
    fees = {"amount_satang": 70 * BAHT, "entrance_satang": 50 * BAHT, "book_satang": 20 * BAHT}
    year.say(year.savings, "member_entry_fee_received", member=NEWCOMER, scope="bank", box=BOX, **fees)


def pay_pool_interest(year: Year) -> None:
    """Half a year's interest, from the borrowing village to the pool and from the pool to the depositing one."""
    rules = year.rules("network")
    assert rules.pool_rate_in_bp is not None
    assert rules.pool_rate_out_bp is not None
    owed_satang = _half_year(-year.balance(f"bank:{V02}", 2220), rules.pool_rate_out_bp)
    common = {"settlement": "linkage-1-i1", "linkage_loan": "n1", "amount_satang": owed_satang}
    year.say(year.other_second, "linkage_loan_interest_paid", side="sent", bank="v02-baac", **common)
    received = {"side": "received", "bank": OFFICE_BOOK["network"]}
    year.say(year.vault, "linkage_loan_interest_paid", V02, **received, **common)
    earned_satang = _half_year(year.balance(BANK, 1130), rules.pool_rate_in_bp)
    earned = {"settlement": "pool-1-i1", "amount_satang": earned_satang}
    sent = {"side": "sent", "bank": OFFICE_BOOK["network"]}
    year.say(year.vault, "network_deposit_interest_paid", V01, **sent, **earned)
    year.say(year.savings, "network_deposit_interest_paid", side="received", bank="v01-baac", **earned)


def _half_year(amount_satang: int, rate_bp: int) -> int:
    return half_up(ratio(amount_satang * rate_bp * POOL_MONTHS, BP * 12))


def finish_december(year: Year) -> None:
    """Supplies, the bank's interest, and the members' interest for the year."""
    year.spend(5122, 450_75)
    year.turn_to(date(YEAR, 12, 30))
    year.say(year.savings, "bank_interest_received", ledger=BANK, amount_satang=212_37, bank="v01-baac", photo=PAPER)
    year.turn_to(date(YEAR, 12, 31))
    credit_interest(year)


def credit_interest(year: Year) -> None:
    """Every special saver's interest of the year, by the method and the rate of the bylaws."""
    rules = year.rules(BANK)
    assert rules.special_savings is not None
    assert rules.special_savings.method is not None
    assert rules.special_savings_rate_bp is not None
    first_day, last_day = first_day_of(month_number(OPENED)), year.world.today
    for member, moved in reading.movements(year.world.entries, year.see(), BANK, 2110).items():
        earned_satang = special_savings_interest(
            moved, method=rules.special_savings.method, rate_bp_year=rules.special_savings_rate_bp,
            first_day=first_day, last_day=last_day,
        )  # fmt: skip
        year.say(
            year.savings, "special_savings_interest_credited", member=member, amount_satang=earned_satang,
            period_from=first_day, period_to=last_day, method=rules.special_savings.method,
        )  # fmt: skip


BEFORE_MEETING: Final[dict[int, tuple[Callable[[Year], None], ...]]] = {6: (withdraw_special,)}
HAPPENINGS: Final[dict[int, tuple[Callable[[Year], None], ...]]] = {
    1: (bank_cash(12_000),),
    2: (lend,),
    3: (save_specially,),
    4: (deposit_with_pool, borrow_from_pool),
    6: (bank_cash(30_000), remit_collected),
    7: (lose_a_member,),
    8: (mistake_a_deposit,),
    9: (find_cash_short,),
    10: (repay_cash, take_entry_fee, pay_pool_interest),
    12: (finish_december,),
}


def tell_months(year: Year) -> None:
    """Everything until the last day of December."""
    year.begin()
    for month in ALWAYS:
        for happening in BEFORE_MEETING.get(month, ()):
            happening(year)
        year.turn_to(date(YEAR, month, MEETING_DAY))
        year.meet(month)
        for happening in HAPPENINGS.get(month, ()):
            happening(year)
        year.close_month(V01, month)
        year.close_month(V02, month)
