"""The planted cases stand in the bytes of the plan, where `sajja demo --check` tells, and nowhere else."""

from collections import Counter
from datetime import date, timedelta

from sajja_client.demo import planted, rules
from sajja_client.demo.acts import Act
from sajja_client.demo.plan import DEFAULT_SEED
from sajja_schemas.calendar import business_date
from sajja_schemas.events.members import MemberAdmitted
from sajja_schemas.events.savings import SpecialSavingsWithdrawn
from support.demonstration import SHORT, bodies_of, books_of, movements, plan_of

AUGUST_22 = date(2020, 8, 22)


def places_of(name: str) -> tuple[str, ...]:
    return next(case for case in plan_of(DEFAULT_SEED).cases if case.name == name).where


def test_every_case_of_the_table_is_planted_and_told_in_both_languages() -> None:
    """A shorter term tells only what lies in it."""
    cases = plan_of(DEFAULT_SEED).cases
    assert {case.name for case in cases} == {
        "over_limit_box", "dormant_withdrawal", "unmatched_remittance", "duplicate_person", "lapping", "lost_tablet",
    }  # fmt: skip
    assert len(cases) == 6
    assert all(case.thai and case.english and case.where for case in cases)
    assert {case.name for case in plan_of(SHORT).cases} <= {"over_limit_box", "duplicate_person"}


def test_a_saver_of_pp05_is_silent_for_a_year_and_then_withdraws() -> None:
    """No payment, no repayment, nothing but the withdrawal; every other saver who withdraws was there within a year."""
    acted: dict[str, date] = {}
    silent = {}
    for _hash, body in sorted(bodies_of(DEFAULT_SEED), key=lambda read: (read[1].date, read[1].recorded_at)):
        member = getattr(body.event, "member", None)
        if isinstance(body.event, SpecialSavingsWithdrawn) and body.date - acted[member or ""] > timedelta(days=365):
            silent[body.village] = body.event.amount_satang
        if member is not None and not type(body.event).__name__.startswith(("Dividend", "SpecialSavingsInterest")):
            acted[member] = body.date
    assert silent == {"pp05": planted.SILENT_WITHDRAWAL}


def test_the_12_400_baht_of_pp11_stand_in_1112_and_in_2610() -> None:
    """In the hands of one carrier since July; every other remittance of July has arrived."""
    balances = books_of(DEFAULT_SEED).balances
    carried = {key[2]: amount for key, amount in balances.items() if key[:2] == ("bank:pp11", 1112) and amount}
    owed = sum(amount for key, amount in balances.items() if key[0] == "bank:pp11" and key[1] in {2610, 2620, 2630})
    assert list(carried.values()) == [1_240_000]
    assert owed == balances["bank:pp11", 2610, ""] == -1_240_000
    since = {transit.settlement: transit.since for transit in books_of(DEFAULT_SEED).transit.values()}
    old = {settlement for settlement, day in since.items() if (AUGUST_22 - day).days > 2}
    assert [f"settlement {settlement}" for settlement in old] == [places_of("unmatched_remittance")[-1]]


def test_one_number_stands_on_two_applications() -> None:
    """In PP02 and PP07, and both were admitted; the numbers are nobody's, and nobody has a name."""
    applied: dict[str, list[str]] = {}
    for line in plan_of(DEFAULT_SEED).lines:
        if isinstance(line.step, Act) and line.step.personal is not None:
            person = line.step.personal
            assert person.number is not None
            assert person.number.startswith("0")
            assert person.first_name == "ผู้สมัครตัวอย่าง"
            applied.setdefault(person.number, []).append(line.event.applicant)  # type: ignore[union-attr]  # it carries it
    twice = [members for members in applied.values() if len(members) > 1]
    assert len(applied) > 80
    assert [{member[:4] for member in members} for members in twice] == [{"pp02", "pp07"}]
    admitted = {body.event.member for _, body in bodies_of(DEFAULT_SEED) if isinstance(body.event, MemberAdmitted)}
    assert set(twice[0]) <= admitted


def test_only_in_pp08_a_receipt_is_of_a_later_month_than_the_payment_says() -> None:
    """Four visits of three members, at one table, each a meeting late; the box is never over its limit through it."""
    late = Counter[tuple[str, str, str]]()
    for line in plan_of(DEFAULT_SEED).lines:
        receipt = line.event.receipt
        if receipt is not None:
            book = receipt.book // 10
            recorded = business_date(line.step.moment)
            assert book == (recorded.year + 543) % 100 * 100 + recorded.month or line.event.source == "paper"
            if book != (line.step.day.year + 543) % 100 * 100 + line.step.day.month:
                late[line.step.tablet, str(getattr(line.event, "member", "")), f"{line.step.day:%Y-%m}"] += 1
    assert {tablet for tablet, _member, _month in late} == {"pp08-b"}
    assert sorted(month for _tablet, _member, month in late) == ["2020-03", "2020-04", "2020-05", "2020-06"]
    assert len({member for _tablet, member, _month in late}) == 3


def test_no_other_box_stands_over_its_limit_for_days() -> None:
    """By business day, as the server reckons it: what PP08 records late does not show there either."""
    boxes: dict[str, int] = {}
    evenings: dict[str, dict[date, int]] = {}
    for body, lines in movements(DEFAULT_SEED):
        for ledger, account, _sub, amount in lines:
            if account == 1110 and ledger.startswith("bank:"):
                boxes[ledger] = boxes.get(ledger, 0) + amount
                evenings.setdefault(ledger, {})[body.date] = boxes[ledger]
    long = set()
    for ledger, at in evenings.items():
        since: date | None = None
        for day, held in at.items():
            if held > rules.BOX_LIMIT:
                since = since or day
            elif since is not None:
                if (day - since).days > 2:
                    long.add((ledger, since, day))
                since = None
    assert long == {("bank:pp04", date(2020, 7, 7), date(2020, 7, 14))}


def test_a_tablet_of_pp10_is_lost_and_its_day_is_typed_in_again_from_paper() -> None:
    """By its successor, three days later, under the day of the meeting; the lost one has signed nothing since."""
    lines = plan_of(DEFAULT_SEED).lines
    lost = [line for line in lines if line.step.tablet == planted.LOST_TABLET]
    again = [line for line in lines if line.step.tablet == planted.NEW_TABLET and line.event.source == "paper"]
    assert lost[-1].step.day < planted.LOST_ON
    assert len(again) > 20
    assert {line.step.day for line in again} == {planted.LOST_ON}
    assert {business_date(line.step.moment) for line in again} == {planted.LOST_ON + planted.TYPED_AGAIN_AFTER}
    books = books_of(DEFAULT_SEED)
    assert [device.label for device in books.trust.devices.values() if device.revoked] == ["แท็บเล็ตโต๊ะเงินกู้"]
    assert max(plan_of(DEFAULT_SEED).syncs[planted.LOST_TABLET]) < again[0].step.moment
