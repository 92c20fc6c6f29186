"""A loan's schedule, and the list of what is due on a day: from the register of loans and the house's calculations.

What was paid fills the oldest instalment first. Interest by days is known on the day of payment only, so a due list
leaves it open and a schedule says that it is as if each instalment were paid on its day.
"""

from sajja_client.paper.document import Column, Document, Fact, Table, Words, baht, issuer_of
from sajja_client.paper.movements import Reading
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.wording import choice_word
from sajja_schemas.calculations.loans import Instalment, act365_schedule, schedule
from sajja_schemas.calculations.rounding import BP, half_up, ratio
from sajja_schemas.calculations.spans import months_later
from sajja_schemas.calendar import format_thai
from sajja_schemas.money import format_baht
from sajja_schemas.registers.loans import Loan, Plan, arrears, dues, loan_of, loans_of


class NoSuchLoan(Problem):
    """No loan, or none whose terms are known."""

    code = "no_such_loan"
    thai = "ไม่พบสัญญา {loan} หรือไม่รู้เงื่อนไขของสัญญานี้ จึงพิมพ์ตารางไม่ได้ ดูสัญญาที่มีด้วย sajja village print due"
    english = "there is no loan {loan} here whose terms are known; sajja village print due lists what is due"
    exit_code = EXIT_USAGE


def loan_schedule(reading: Reading, name: str) -> Document:
    """The schedule of a loan, and how far it is paid.

    Raises:
        NoSuchLoan: it is not here, or came without terms.
    """
    bank = f"bank:{reading.pin.village}"
    loan = loan_of(reading.books.registers, reading.books.balances, bank, name)
    if loan is None or loan.plan is None:
        raise NoSuchLoan(loan=name)
    plan, late = loan.plan, arrears(loan, reading.on)
    paid = max(plan.terms.principal_satang - loan.outstanding_satang, 0)
    rows, principal, interest = [], 0, 0
    for number, (one, due) in enumerate(zip(_instalments(plan), dues(plan), strict=False), start=1):
        principal, interest = principal + one.principal_satang, interest + one.interest_satang
        if paid >= principal:
            state = "ชำระแล้ว"
        elif paid > principal - one.principal_satang:
            state = "บางส่วน"
        else:
            state = "เลยกำหนด" if due.on < reading.on and loan.outstanding_satang > 0 else ""
        rows.append(
            [
                str(number),
                format_thai(due.on, short=True),
                format_baht(one.principal_satang),
                format_baht(one.interest_satang),
                format_baht(one.payment_satang),
                format_baht(one.balance_satang),
                state,
            ]
        )
    facts = [
        Fact("สัญญา", "loan", loan.loan),
        Fact("ผู้กู้", "borrower", reading.names.shown(loan.member)),
        Fact("เงินกู้", "lent", f"{format_baht(plan.terms.principal_satang)} บาท"),
        Fact("คงเหลือ", "outstanding", f"{format_baht(loan.outstanding_satang)} บาท"),
        Fact("ดอกเบี้ย", "interest", f"ร้อยละ {format_baht(plan.terms.rate_bp_month)} ต่อเดือน"),
        Fact("วิธีคิด", "method", choice_word("method", plan.method)),
        Fact("ณ วันที่", "as of", format_thai(reading.on)),
        Fact("ค้างชำระ", "overdue", f"{format_baht(late.overdue_satang)} บาท · ช้า {late.days_late:,} วัน"),
    ]
    notes = []
    if plan.method == "act_365":
        notes.append(
            Words("ดอกเบี้ยรายวันคิดเสมือนชำระตรงวัน", "interest by days, as if each instalment were paid on its day")
        )
    return Document(
        name="loan_schedule",
        on=reading.on,
        paper="a4",
        title=Words("ตารางผ่อนชำระเงินกู้", "loan schedule"),
        issuer=issuer_of(reading.pin, reading.pin.village),
        facts=facts,
        tables=[
            Table(
                columns=[
                    Column("งวดที่", "no.", is_number=True),
                    Column("ครบกำหนด", "due", share=1),
                    Column("เงินต้น", "principal", is_number=True),
                    Column("ดอกเบี้ย", "interest", is_number=True),
                    Column("รวมชำระ", "payment", is_number=True),
                    Column("เงินต้นคงเหลือ", "balance", is_number=True),
                    Column("สถานะ", "state"),
                ],
                rows=rows,
                totals=[
                    [
                        "",
                        "รวม · total",
                        format_baht(principal),
                        format_baht(interest),
                        format_baht(principal + interest),
                        "",
                        "",
                    ]
                ],
            )
        ],
        notes=notes,
        signatures=[Words("ผู้กู้", "borrower"), Words("เหรัญญิก", "treasurer")],
        demonstration=reading.pin.demonstration,
        number=f"{loan.loan} · {format_thai(reading.on, short=True)}",
    )


def due_list(reading: Reading) -> Document:
    """What falls due by the reading's day, and what should have been paid before; the latest first."""
    bank = f"bank:{reading.pin.village}"
    loans = [
        one for one in loans_of(reading.books.registers, reading.books.balances, bank) if one.outstanding_satang > 0
    ]
    owing = [(one, *_due(one, reading)) for one in loans]
    listed = sorted(((one, due, late) for one, due, late in owing if due), key=lambda row: (-row[2], row[0].loan))
    rows, sums = [], [0, 0, 0, 0]
    for number, (loan, principal, late) in enumerate(listed, start=1):
        interest = _interest_of_month(loan)
        total = principal + (interest or 0)
        sums = [a + b for a, b in zip(sums, (principal, interest or 0, total, loan.outstanding_satang), strict=True)]
        rows.append(
            [
                str(number), reading.names.shown(loan.member), loan.loan,
                baht(principal), baht(interest, blank=False), baht(total),
                str(late) if late else "", baht(loan.outstanding_satang), "",
            ]
        )  # fmt: skip
    unknown = sorted(one.loan for one in loans if one.plan is None)
    notes = [
        Words(
            "ดอกเบี้ยหนึ่งเดือนของเงินต้นคงเหลือ สัญญารายวันคิดเมื่อรับชำระ",
            "one month's interest on what is owed; by days, on payment",
        )
    ]
    if unknown:
        notes.append(Words(f"ไม่รู้เงื่อนไขของสัญญา: {', '.join(unknown)}", "loans whose terms are not known"))
    return Document(
        name="due_list",
        on=reading.on,
        paper="a4",
        title=Words("รายชื่อผู้ครบกำหนดชำระ", "due list"),
        issuer=issuer_of(reading.pin, reading.pin.village),
        facts=[
            Fact("ถึงวันที่", "up to", format_thai(reading.on)),
            Fact("จำนวนสัญญา", "loans", f"{len(rows)} / {len(loans)}"),
        ],
        tables=[
            Table(
                columns=[
                    Column("ที่", "no.", is_number=True),
                    Column("ผู้กู้", "borrower", share=2),
                    Column("สัญญา", "loan"),
                    Column("เงินต้น", "principal due", is_number=True),
                    Column("ดอกเบี้ย", "interest", is_number=True),
                    Column("รวม", "total", is_number=True),
                    Column("ช้า (วัน)", "days late", is_number=True),
                    Column("คงเหลือ", "outstanding", is_number=True),
                    Column("รับชำระ", "paid now", share=1),
                ],
                rows=rows,
                totals=[["", "รวม · total", "", *map(format_baht, sums[:3]), "", format_baht(sums[3]), ""]],
            )
        ],
        notes=notes,
        demonstration=reading.pin.demonstration,
        number=f"{reading.pin.village} · {format_thai(reading.on, short=True)}",
    )


def _due(loan: Loan, reading: Reading) -> tuple[int, int]:
    """Principal that should be paid by the day, the day's own instalment with it, and the days that it is late."""
    if loan.plan is None:
        return 0, 0
    paid = max(loan.plan.terms.principal_satang - loan.outstanding_satang, 0)
    fallen = sum(one.due_satang for one in dues(loan.plan) if one.on <= reading.on)
    return min(max(fallen - paid, 0), loan.outstanding_satang), arrears(loan, reading.on).days_late


def _interest_of_month(loan: Loan) -> int | None:
    plan = loan.plan
    if plan is None or plan.method == "act_365":
        return None
    if plan.method == "flat_bullet":
        return schedule("flat_bullet", plan.terms)[0].interest_satang
    return half_up(ratio(loan.outstanding_satang * plan.terms.rate_bp_month, BP))


def _instalments(plan: Plan) -> tuple[Instalment, ...]:
    if plan.method == "act_365":
        days = [months_later(plan.first_due, month) for month in range(plan.terms.months)]
        return act365_schedule(plan.terms, disbursed_on=months_later(plan.first_due, -1), due_on=days)
    return schedule(plan.method, plan.terms)
