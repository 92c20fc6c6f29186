"""Somebody joins: applies, is admitted by a resolution, pays, gets a book, saves, and waits for welfare."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from sajja_client.books import fold
from sajja_client.log import ref_to
from sajja_client.people import register
from sajja_schemas.calculations.welfare import in_benefit_from, is_in_benefit
from sajja_schemas.events.base import Receipt
from sajja_schemas.events.member_records import BeneficiaryShare
from sajja_schemas.money import SATANG_PER_BAHT as BAHT
from sajja_schemas.personal_data import Beneficiaries, Beneficiary
from sajja_schemas.registers.members import PASSBOOKS, member_of
from sajja_schemas.registers.savings import WELFARE, months_paid, pledged_satang
from support.life import Life, Whole
from support.life_page import is_on_page
from support.personal import person

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

MEMBER = "v01-m001"
BOX = "v01-o4"
BANK = "bank:v01"
JOINED = date(2020, 1, 5)


def join(life: Life) -> None:
    """From the application to the first share, at one meeting."""
    tablet, _other = life.tablets["v01"]
    life.turn_to(JOINED)
    applied = {"applicant": MEMBER, "gender": "female", "group": "general", "scopes": ("bank", "welfare")}
    life.say(tablet, "member_application_submitted", personal=person(1), certifier="v01-o1", **applied)
    life.say(tablet, "member_consent_recorded", member=MEMBER, purposes=("register", "welfare"), text_version="v1")
    heir = Beneficiary(beneficiary="h1", title="นาย", first_name="สมมุติ", last_name="ตัวอย่าง", relation="บุตร")
    life.say(
        tablet, "member_beneficiary_designated", member=MEMBER, witness="v01-o2",
        shares=(BeneficiaryShare(beneficiary="h1", share_bp=10_000),),
        personal=Beneficiaries(beneficiaries=(heir,)),
    )  # fmt: skip
    resolution = life.resolve(tablet, "รับสมาชิกใหม่")
    life.say(tablet, "member_admitted", member=MEMBER, gender="female", joined=JOINED, resolution=resolution)
    life.say(tablet, "welfare_enrolled", member=MEMBER, joined=JOINED, resolution=resolution)
    life.sign()
    fees = {"amount_satang": 70 * BAHT, "entrance_satang": 50 * BAHT, "book_satang": 20 * BAHT}
    entry_fee = {"member": MEMBER, "box": BOX, "receipt": Receipt(book=1, no=1)}
    life.say(tablet, "member_entry_fee_received", scope="bank", **fees, **entry_fee)
    rules = life.rules("welfare")
    assert rules.welfare is not None
    fee_satang = rules.welfare.entry_fee_satang
    into_fund = {"amount_satang": fee_satang, "entrance_satang": fee_satang}
    life.say(tablet, "member_entry_fee_received", scope="welfare", **into_fund, **entry_fee)
    life.say(tablet, "member_passbook_issued", member=MEMBER, serial="p-0001")
    life.say(tablet, "share_pledge_set", member=MEMBER, amount_satang=100 * BAHT, first_month="2020-01")
    paid = {"member": MEMBER, "box": BOX, "months": ("2020-01",), "receipt": Receipt(book=1, no=1)}
    life.say(tablet, "share_deposited", amount_satang=100 * BAHT, **paid)
    month_satang = rules.welfare_contribution_satang_month
    life.say(tablet, "welfare_contribution_received", amount_satang=month_satang, **paid)


@pytest.fixture(scope="module")
def life(found: Callable[[str], Life]) -> Life:
    life = found("joining")
    with life.chapter("joining"):
        join(life)
    return life


@pytest.fixture(scope="module")
def whole(life: Life) -> Whole:
    return life.gather()


def test_the_newcomers_money_stands_where_it_belongs_and_the_funds_money_is_owed_to_it(whole: Whole) -> None:
    """70 of fees are the bank's, 20 and 30 the welfare fund's; the share is the member's."""
    balances = {key: amount for key, amount in whole.books.balances.items() if amount}
    assert balances == {
        (BANK, 1110, BOX): 220_00,
        (BANK, 3110, MEMBER): -100_00,
        (BANK, 4130, MEMBER): -50_00,
        (BANK, 4131, MEMBER): -20_00,
        (BANK, 2610, ""): -50_00,
        ("welfare", 1610, "v01"): 50_00,
        ("welfare", 4130, MEMBER): -20_00,
        ("welfare", 4162, MEMBER): -30_00,
    }
    (village,) = [one for one in whole.totals["villages"] if one["village"] == "v01"]
    assert (village["members"], village["shares_satang"], village["cash_satang"]) == (1, 100_00, 220_00)
    assert whole.totals["awaiting_approval"] == 0


def test_the_registers_know_the_member_the_book_the_pledge_and_the_month(whole: Whole) -> None:
    registers = whole.books.registers
    known = member_of(registers, "v01", MEMBER)
    assert known is not None
    assert (known.in_bank, known.in_welfare, known.joined, known.gender) == (1, 1, JOINED, "female")
    assert ("issued", "2020-01-05", MEMBER) in registers.row(PASSBOOKS, ("v01", "p-0001"))
    assert pledged_satang(registers, "v01", MEMBER) == 100_00
    assert months_paid(registers, WELFARE, "v01", MEMBER) == {"2020-01": 1}


def test_who_it_is_is_known_on_both_tablets_and_stands_in_no_entry(life: Life, whole: Whole) -> None:
    name = "สมมุติ1"
    for tablet in life.tablets["v01"]:
        (listed,) = [one for one in register(tablet.log, fold(tablet.home)) if one.member == MEMBER]
        assert name in listed.name
    assert not any(name.encode() in entry.body for entry in whole.entries)


def test_welfare_waits_180_days_and_pays_from_3_july(life: Life, whole: Whole) -> None:
    """In hospital on 2 July: no benefit. On 3 July: the benefit (docs/domain.md 9.9)."""
    rules = life.rules("welfare")
    assert rules.welfare is not None
    assert rules.welfare_waiting_days == 180
    first_day = in_benefit_from(admitted_on=JOINED, waiting_days=rules.welfare_waiting_days)
    assert first_day == date(2020, 7, 3)
    paid_to = max(months_paid(whole.books.registers, WELFARE, "v01", MEMBER))
    assert paid_to == "2020-01"
    for day, is_covered in ((first_day - timedelta(days=1), False), (first_day, True)):
        covered = is_in_benefit(
            on=day, admitted_on=JOINED, waiting_days=rules.welfare_waiting_days, paid_to_month="2020-06",
            lapse_missed=rules.welfare.lapse_missed or 0, lapse_operator=rules.welfare.lapse_operator or ">",
        )  # fmt: skip
        assert covered is is_covered


def test_before_the_resolution_nobody_is_a_member(found: Callable[[str], Life]) -> None:
    """An admission that names a resolution of nobody has no effect, whoever signs it."""
    life = found("unresolved")
    tablet, _other = life.tablets["v01"]
    other = life.say(tablet, "share_pledge_set", member=MEMBER, amount_satang=100_00, first_month="2020-01")
    admitted = life.say(
        tablet, "member_admitted", member=MEMBER, gender="female", joined=JOINED, resolution=ref_to(other)
    )
    whole = life.gather()
    assert whole.effect(admitted) == "awaiting_approval"
    assert member_of(whole.books.registers, "v01", MEMBER) is None
    assert whole.findings() == ["v01 UNKNOWN_MEMBER"], "a pledge of somebody who is nobody yet"


def test_who_joins_by_the_book_leaves_nothing_to_look_at(whole: Whole) -> None:
    assert whole.findings() == []


def test_the_page_tells_it_so(life: Life) -> None:
    assert is_on_page("joining", life.told["joining"])
