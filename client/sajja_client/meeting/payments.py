"""A member's payment as the entries that are written for it, each with its printed split.

* With no amounts, everything that is due is taken. With amounts, exactly those: what is not named is not taken.
* A share names the months that it pays: owed months first, the oldest first, then months ahead. Where the bylaws allow
  no parts of a share, what is beyond whole shares is kept as an advance (2150).
* A loan's payment is split in the order of the bylaws, loan by loan, the oldest first; what is more than was due
  goes to the principal, and beyond that is an advance. Who pays off a loan before its term has prepaid it.
  Who pays what is asked has paid all, where the bylaws round it because coins are short.
* A contribution pays whole months, or the whole year at its price. A fine names the missed months that it is for.

Pure: books, a day and amounts in, events out. Nothing is recorded here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, get_args

import msgspec

from sajja_client.meeting import dues as reckoning
from sajja_client.meeting.dues import MONTHS_IN_ONE_ENTRY, LoanDue, MemberDue, Ruled, month_name, pledge_of_month
from sajja_client.meeting.problems import NothingDue, PaymentWrong
from sajja_client.reasons import amount_reason
from sajja_client.wording import amount_of
from sajja_schemas.books import Books
from sajja_schemas.calculations.repayments import Dues, allocate_payment
from sajja_schemas.calculations.shares import split_by_par
from sajja_schemas.calculations.spans import month_number, month_of
from sajja_schemas.events import AnyEvent
from sajja_schemas.events.loan_accounts import LoanPrepaid
from sajja_schemas.events.loans import LoanRepaymentReceived
from sajja_schemas.events.ruleset import Bylaws
from sajja_schemas.events.savings import SavingsFineCharged, ShareAdvanceReceived, ShareDeposited
from sajja_schemas.events.welfare import WelfareContributionReceived
from sajja_schemas.money import NotAnAmount, format_baht, parse_baht
from sajja_schemas.registers import savings
from sajja_schemas.registers.loans import Loan, dues, loan_of
from sajja_schemas.rules.splits import ORDER

What = Literal["share", "fine", "loan", "welfare"]
WHAT: Final[tuple[What, ...]] = get_args(What)
# What people write for each: in a form, on the command line, and over the columns of a file.
WORDS: Final[dict[str, What]] = {
    "share": "share", "สัจจะ": "share", "เงินสัจจะ": "share",
    "fine": "fine", "ค่าปรับ": "fine",
    "loan": "loan", "เงินกู้": "loan",
    "welfare": "welfare", "สวัสดิการ": "welfare",
}  # fmt: skip
ALL: Final = ("all", "ครบ")
_YEAR_MONTHS: Final = 12
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_NONE: Final = ("", "0", "0.00", "-")


class Payer(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays, where, when, into whose box, and at which meeting."""

    village: str
    meeting: str
    on: date
    box: str
    due: MemberDue

    @property
    def member(self) -> str:
        """The member's id."""
        return self.due.member


def read_amounts(due: MemberDue, words: Iterable[tuple[str, str]]) -> dict[What, int]:
    """The satang that were typed, by what they are for; `all` is what is due of that.

    Raises:
        PaymentWrong: another word, or no amount.
    """
    amounts: dict[What, int] = {}
    for said, text in words:
        what = WORDS.get(said)
        if what is None:
            choices = " ".join(f"{one}=" for one in WHAT)
            thai = "สัจจะ= ค่าปรับ= เงินกู้= สวัสดิการ="
            raise PaymentWrong(
                due.member, said, text, thai=f"ใช้ได้คือ {thai} หรือ {choices}", english=f"the choices are {choices}"
            )
        plain = text.strip().translate(_THAI_DIGITS)
        if plain.lower() in ALL:
            amounts[what] = amounts_due(due)[what]
        elif plain not in _NONE:
            try:
                amounts[what] = parse_baht(plain)
            except NotAnAmount as error:
                thai, english = amount_reason(plain)
                raise PaymentWrong(due.member, what, text, thai=thai, english=english) from error
    return {what: amount for what, amount in amounts.items() if amount}


def amounts_due(due: MemberDue) -> dict[What, int]:
    """What is due, by what it is for."""
    return {
        "share": due.share_satang,
        "fine": due.fine_satang,
        "loan": due.loan_satang,
        "welfare": due.welfare_satang,
    }


def events_of(books: Books, payer: Payer, amounts: Mapping[What, int] | None) -> list[AnyEvent]:
    """The entries of one payment, in the order of the receipt; `None` takes all that is due.

    Raises:
        NothingDue: there is nothing to take.
        PaymentWrong: an amount cannot be what it is said to be.
    """
    asked = amounts_due(payer.due) if amounts is None else amounts
    taken = {what: amount for what, amount in asked.items() if amount}
    if not taken:
        raise NothingDue(member=payer.member)
    ruled = reckoning.ruled_on(books, payer.village, payer.on)
    events: list[AnyEvent] = []
    if amount := taken.get("share"):
        events += _share(books, payer, ruled, amount)
    if amount := taken.get("fine"):
        events.append(_fine(payer, ruled, amount))
    if amount := taken.get("loan"):
        events += _loans(books, payer, ruled, amount)
    if amount := taken.get("welfare"):
        events.append(_welfare(books, payer, ruled, amount))
    return events


def _share(books: Books, payer: Payer, ruled: Ruled, amount_satang: int) -> Iterator[AnyEvent]:
    bank, advance_satang = ruled.bank or Bylaws(), 0
    if bank.share_par_satang and bank.shares is not None and bank.shares.fractional_shares is False:
        split = split_by_par(amount_satang, par_satang=bank.share_par_satang, fractional_shares=False)
        amount_satang, advance_satang = split.shares_satang, split.advance_satang
    common: dict[str, Any] = {"member": payer.member, "box": payer.box, "meeting": payer.meeting}
    if amount_satang:
        months = tuple(_months_paid(books, payer, amount_satang))
        yield ShareDeposited(amount_satang=amount_satang, months=months, **common)
    if advance_satang:
        yield ShareAdvanceReceived(amount_satang=advance_satang, **common)


def _months_paid(books: Books, payer: Payer, amount_satang: int) -> Iterator[str]:
    """The months that an amount pays wholly: owed ones, then those ahead."""
    said = savings.pledges(books.registers, payer.village, payer.member)
    paid = savings.months_paid(books.registers, savings.SAVINGS, payer.village, payer.member)
    owed = [month_of(name) for name in payer.due.share_months]
    this = month_number(payer.on)
    ahead = reckoning.unpaid_months(paid, this + 1, this + MONTHS_IN_ONE_ENTRY)
    for month in [*owed, *ahead][:MONTHS_IN_ONE_ENTRY]:
        amount_satang -= pledge_of_month(said, month)
        if amount_satang < 0 or not said:
            return
        yield month_name(month)


def _fine(payer: Payer, ruled: Ruled, amount_satang: int) -> AnyEvent:
    months = payer.due.fined_months
    if not months:
        raise PaymentWrong(
            payer.member, "fine", format_baht(amount_satang),
            thai="ไม่มีเดือนที่ขาดส่ง จึงไม่มีค่าปรับ", english="no month was missed, so there is no fine",
        )  # fmt: skip
    of_so_many = -(-amount_satang // ruled.fine_satang_month)
    return SavingsFineCharged(
        member=payer.member,
        amount_satang=amount_satang,
        box=payer.box,
        months=months[:of_so_many],
        meeting=payer.meeting,
    )


def _welfare(books: Books, payer: Payer, ruled: Ruled, amount_satang: int) -> AnyEvent:
    rate_satang = ruled.welfare_satang_month
    if not rate_satang:
        raise PaymentWrong(
            payer.member, "welfare", format_baht(amount_satang),
            thai="เครื่องนี้ยังไม่มีระเบียบกองทุนสวัสดิการ ซิงก์ก่อน หรือบันทึกด้วย sajja village record welfare_contribution_received",
            english="this tablet knows no bylaws of the welfare fund: sync, or use sajja village record",
        )  # fmt: skip
    year_satang = ruled.welfare.welfare.contribution_satang_year if ruled.welfare and ruled.welfare.welfare else None
    count, rest = divmod(amount_satang, rate_satang)
    if year_satang and amount_satang == year_satang:
        count, rest = _YEAR_MONTHS, 0
    if rest or not 0 < count <= MONTHS_IN_ONE_ENTRY:
        raise PaymentWrong(
            payer.member, "welfare", format_baht(amount_satang),
            thai=f"สมทบเป็นเดือนเต็ม เดือนละ {format_baht(rate_satang)} ไม่เกิน {MONTHS_IN_ONE_ENTRY} เดือน",
            english=f"a contribution is of whole months at {format_baht(rate_satang)}, at most {MONTHS_IN_ONE_ENTRY}",
        )  # fmt: skip
    paid = savings.months_paid(books.registers, savings.WELFARE, payer.village, payer.member)
    this = month_number(payer.on)
    ahead = map(month_name, reckoning.unpaid_months(paid, this + 1, this + len(paid) + MONTHS_IN_ONE_ENTRY))
    months = (*payer.due.welfare_months, *ahead)[:count]
    return WelfareContributionReceived(
        member=payer.member, amount_satang=amount_satang, box=payer.box, months=months, meeting=payer.meeting
    )


def _loans(books: Books, payer: Payer, ruled: Ruled, amount_satang: int) -> Iterator[AnyEvent]:
    if not payer.due.loans:
        raise PaymentWrong(
            payer.member, "loan", format_baht(amount_satang), thai="ไม่มีเงินกู้ค้าง", english="nothing is owed of a loan"
        )
    order = ruled.loans.allocation_order or ORDER
    parts: list[Dues] = []
    difference_satang = payer.due.cash_difference_satang if amount_satang == payer.due.loan_satang else 0
    left_satang = amount_satang + difference_satang
    for due in payer.due.loans:
        owed = Dues(
            fine_satang=due.fine_satang, interest_satang=due.interest_satang, principal_satang=due.principal_satang
        )
        used = allocate_payment(left_satang, owed, order=order)
        left_satang = used.excess_satang
        parts.append(used.paid)
    rounded_at = max((at for at, paid in enumerate(parts) if paid.total_satang), default=None)
    for at, (due, paid) in enumerate(zip(payer.due.loans, parts, strict=True)):
        more_satang = min(left_satang, due.outstanding_satang - paid.principal_satang)
        left_satang -= more_satang
        is_last = at == len(parts) - 1
        split = msgspec.structs.replace(paid, principal_satang=paid.principal_satang + more_satang)
        if split.total_satang or (is_last and left_satang):
            advance_satang, rounded_satang = left_satang * is_last, difference_satang * (at == rounded_at)
            yield _repayment(books, payer, due, split, advance_satang=advance_satang, difference_satang=rounded_satang)


def _repayment(
    books: Books, payer: Payer, due: LoanDue, paid: Dues, *, advance_satang: int, difference_satang: int
) -> AnyEvent:
    loan = loan_of(books.registers, books.balances, f"bank:{payer.village}", due.loan)
    assert loan is not None, "it was read from the same register"
    owed_satang = due.outstanding_satang - paid.principal_satang
    said: dict[str, Any] = {
        "loan": due.loan,
        "member": payer.member,
        "product": due.product,
        "total_satang": paid.total_satang + advance_satang - difference_satang,
        "box": payer.box,
        "principal_satang": paid.principal_satang,
        "interest_satang": paid.interest_satang,
        "fine_satang": paid.fine_satang,
        "advance_satang": advance_satang,
        "cash_difference_satang": difference_satang,
        "meeting": payer.meeting,
    }
    if owed_satang == 0 and _is_before_its_end(loan, payer.on):
        return LoanPrepaid(**said)
    return LoanRepaymentReceived(next_due=reckoning.next_due(loan, owed_satang=owed_satang), **said)


def _is_before_its_end(loan: Loan, on: date) -> bool:
    return loan.plan is not None and max(month_number(due.on) for due in dues(loan.plan)) > month_number(on)


def fine_left(due: MemberDue, events: Sequence[AnyEvent]) -> int:
    """The fine, in satang, of missed months that a payment pays without it."""
    if not due.fined_months:
        return 0
    paid = {month for event in events if isinstance(event, ShareDeposited) for month in event.months}
    fined = {month for event in events if isinstance(event, SavingsFineCharged) for month in event.months}
    each_satang = due.fine_satang // len(due.fined_months)
    return each_satang * len(paid.intersection(due.fined_months) - fined)


def total_of(events: Sequence[AnyEvent]) -> int:
    """The cash of a payment."""
    return sum(amount_of(event) or 0 for event in events)
