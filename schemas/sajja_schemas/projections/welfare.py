"""The welfare fund: who is enrolled with which rights, and claims by stage (docs/domain.md sections 5.9 and 9.9)."""

from collections.abc import Iterator
from typing import Final

from sajja_schemas.entry import OFFICE
from sajja_schemas.indicators.declaring import Lens
from sajja_schemas.projections.declaring import (
    MEMBER,
    VILLAGE,
    Column,
    Kind,
    Projection,
    Row,
    count,
    day,
    satang,
    text,
    yes_no,
)
from sajja_schemas.projections.stages import AGE, SINCE, STAGE, age_days, stage_of
from sajja_schemas.registers import claims
from sajja_schemas.registers.members import enrolments
from sajja_schemas.registers.noting import latest, sum_of
from sajja_schemas.welfare_rights import FUND, Rights

_PAYABLE: Final = 2310


def _members(lens: Lens) -> Iterator[Row]:
    rights = Rights(lens.books, lens.on)
    for one in enrolments(lens.registers):
        if one.village in lens.villages:
            right = rights.of(one)
            yield (
                one.village, one.member, right.state, one.joined, one.waiting_from, right.benefit_from, right.paid_to,
                right.lapses_on, right.has_full_year, right.rounds_matched, right.is_eligible,
            )  # fmt: skip


WELFARE_MEMBERS: Final = Projection(
    name="welfare_members", thai="สมาชิกกองทุนสวัสดิการ", english="members of the welfare fund", key=2, read=_members,
    about="Everybody who is enrolled in the welfare fund: a row each. The rules are those of the fund's bylaws in "
    "force on the day; where they say nothing of waiting or lapse, who is enrolled is in benefit.",
    columns=(
        VILLAGE, MEMBER,
        text("state", "สถานะ", "state", "waiting before `benefit_from`, lapsed after `lapses_on`, else in_benefit"),
        day("joined", "เข้ากองทุน", "joined"),
        day("waiting_from", "เริ่มนับรอ", "waits from", "joined, or came back after a lapse"),
        day("benefit_from", "มีสิทธิตั้งแต่", "in benefit from", "`waiting_from` and the waiting days of the bylaws"),
        Column("paid_to", Kind.MONTH, "จ่ายถึงเดือน", "paid to", "the last month that was paid"),
        day(
            "lapses_on", "ขาดสิทธิหลังวันที่", "lapses after",
            "the month's end at which the missed months reach the bylaws' limit",
        ),
        yes_no(
            "has_full_year", "ครบปี ณ 30 ก.ย.", "full year",
            "enrolled all of the year to 30 September of the day's year",
        ),
        count(
            "rounds_matched", "รอบที่ได้สมทบ", "rounds matched",
            "rounds received at whose day the member had a full year",
        ),
        yes_no(
            "is_eligible", "มีสิทธิขอสมทบ", "eligible for matching",
            "a full year, and fewer rounds than the bylaws allow",
        ),
    ),
)  # fmt: skip


def _claims(lens: Lens) -> Iterator[Row]:
    balances = lens.books.balances
    payable = {
        sub for (ledger, account, sub), owed in balances.items() if owed and (ledger, account) == (FUND, _PAYABLE)
    }
    for claim in payable | {str(key[0]) for key in lens.registers.all(claims.REGISTER)}:
        facts = lens.registers.row(claims.REGISTER, (claim,))
        submitted, approved = latest(facts, "submitted"), latest(facts, "approved")
        about = approved or submitted
        granted = sum_of(facts, "approved")
        stage, since = stage_of(facts, granted, "paid")
        yield (
            str(about[2]) if about else OFFICE, claim, str(about[3]) if about else None,
            str(about[4]) if about else None, str(about[5]) if about else None, stage, since,
            age_days(since, lens.on), sum_of(facts, "submitted"), granted, sum_of(facts, "paid"),
            sum_of(facts, "returned"), -balances.get((FUND, _PAYABLE, claim), 0),
        )  # fmt: skip


WELFARE_CLAIMS: Final = Projection(
    name="welfare_claims", thai="คำขอสวัสดิการ", english="welfare claims", key=2, read=_claims,
    about="Every claim on the welfare fund that was submitted or granted: a row each; a year's pension is a claim of "
    "each who gets one. `payable_satang` sums to 2310 of the fund. What only an account names stands with the office.",
    columns=(
        VILLAGE, text("claim", "คำขอ", "claim"), MEMBER, text("benefit", "สวัสดิการ", "benefit"),
        text("happened", "วันเกิดเหตุ", "happened", "the day; of a pension the year"), STAGE, SINCE, AGE,
        satang("submitted_satang", "ยื่นขอ", "submitted", "what was asked for"),
        satang("approved_satang", "อนุมัติ", "granted", "sum of what was granted"),
        satang("paid_satang", "จ่ายแล้ว", "paid", "sum of what was paid"),
        satang("returned_satang", "คืนกลับ", "returned", "sum of what came back"),
        satang("payable_satang", "ค้างจ่าย", "still to be paid", "2310 of the claim"),
    ),
)  # fmt: skip
