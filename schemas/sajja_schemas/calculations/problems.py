"""Why a calculation is refused: one class a reason, each with a stable code and a sentence in Thai and in English.

What people did is never refused here. These are inputs on which the figure asked for does not exist.
"""

from collections.abc import Mapping
from typing import ClassVar


class CannotCalculate(ValueError):
    """The figure does not exist for these inputs."""

    code: ClassVar[str] = "cannot_calculate"
    thai: ClassVar[str] = "คำนวณไม่ได้"
    english: ClassVar[str] = "this cannot be calculated"

    def __init__(self, **detail: object) -> None:
        self.detail = detail
        super().__init__(self.english.format(**detail))

    @property
    def thai_sentence(self) -> str:
        """What a person reads first."""
        return self.thai.format(**self.detail)


class NegativeInput(CannotCalculate):
    """Sizes have no side here: a debt of minus five baht is a mistake of the caller."""

    code = "negative_input"
    thai = "{name} ต้องไม่ติดลบ แต่ได้ {value}"
    english = "{name} cannot be less than nothing, and it is {value}"


class NoSuchTerm(CannotCalculate):
    """A loan runs for one month at least."""

    code = "no_such_term"
    thai = "จำนวนงวดต้องอยู่ระหว่าง 1 ถึง {most} งวด แต่ได้ {instalments}"
    english = "a loan has 1 to {most} instalments, not {instalments}"


class NoSuchMultiple(CannotCalculate):
    """Rounding to a multiple of nothing."""

    code = "no_such_multiple"
    thai = "ปัดเศษให้เป็นจำนวนเท่าของ {multiple_satang} สตางค์ไม่ได้"
    english = "an amount cannot be rounded to a multiple of {multiple_satang} satang"


class NothingToWeighBy(CannotCalculate):
    """A pool, and nobody with a weight."""

    code = "nothing_to_weigh_by"
    thai = "ไม่มีผู้มีสิทธิรับส่วนแบ่ง"
    english = "there is money to divide, and nobody has a weight"


class DaysOutOfOrder(CannotCalculate):
    """An end before its beginning."""

    code = "days_out_of_order"
    thai = "วันสิ้นสุด {last} อยู่ก่อนวันเริ่มต้น {first}"
    english = "{last} is before {first}"


class NotTheFirstOfAMonth(CannotCalculate):
    """A fiscal year begins on the first day of a month."""

    code = "not_the_first_of_a_month"
    thai = "ปีบัญชีต้องเริ่มวันที่ 1 ของเดือน ไม่ใช่ {day}"
    english = "a fiscal year begins on the first of a month, not on {day}"


class IncompleteOrder(CannotCalculate):
    """An order of payment names fine, interest and principal, each once."""

    code = "incomplete_order"
    thai = "ลำดับการตัดชำระต้องมีค่าปรับ ดอกเบี้ย และเงินต้น อย่างละครั้ง"
    english = "an order of payment names fine, interest and principal, each once"


class NotAWhole(CannotCalculate):
    """Parts of a profit that are not the whole of it."""

    code = "not_a_whole"
    thai = "สัดส่วนจัดสรรรวมกันได้ {sum_bp} ในหมื่น ต้องได้ 10000"
    english = "the parts sum to {sum_bp} of 10000"


class NoProfitToAllocate(CannotCalculate):
    """A year of loss pays no dividend."""

    code = "no_profit_to_allocate"
    thai = "ปีนี้ขาดทุน ไม่มีกำไรให้จัดสรร"
    english = "a year of loss has nothing to allocate"


class NotBalanced(CannotCalculate):
    """Balances that are no trial balance."""

    code = "not_balanced"
    thai = "งบทดลองไม่ลงตัว ต่างกัน {difference_satang} สตางค์"
    english = "the balances do not sum to zero: {difference_satang} satang are left"


class NotYetClosed(CannotCalculate):
    """Income or expense that would be carried into the next year."""

    code = "not_yet_closed"
    thai = "บัญชีรายได้หรือค่าใช้จ่าย {account} ยังไม่ได้โอนปิด"
    english = "account {account} is income or expense, and has not been closed"


class NeverPaidBack(CannotCalculate):
    """Instalments that are less than what was lent cost no rate."""

    code = "never_paid_back"
    thai = "ยอดผ่อนรวมน้อยกว่าเงินที่ได้รับ หรือไม่ได้รับเงินเลย จึงไม่มีอัตราดอกเบี้ยที่แท้จริง"
    english = "nothing was received, or less is paid back than was received, so there is no rate"


class NotTwelveDigits(CannotCalculate):
    """A check digit is computed from twelve digits."""

    code = "not_twelve_digits"
    thai = "ต้องมีตัวเลข 12 หลัก"
    english = "a check digit is computed from twelve digits"


def refuse_negative(**sizes: int) -> None:
    """Stop at the first size that is less than nothing.

    Raises:
        NegativeInput: names it.
    """
    refuse_negative_in(sizes)


def refuse_negative_in(sizes: Mapping[str, int] | Mapping[int, int]) -> None:
    """Stop at the first size, by its id, that is less than nothing.

    Raises:
        NegativeInput: names it.
    """
    for name, value in sizes.items():
        if value < 0:
            raise NegativeInput(name=name, value=value)
