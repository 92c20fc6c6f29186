"""Why a meeting's command refuses: a stable code, a sentence in Thai and in English, and what to do next."""

from sajja_client.problems import EXIT_CONFLICT, EXIT_USAGE, Problem


class NoMeeting(Problem):
    """Nothing is open."""

    code = "no_meeting"
    thai = "ยังไม่ได้เปิดวันทำการ เริ่มด้วย sajja village meeting open --cash ..."
    english = "no meeting is open; begin with sajja village meeting open --cash ..."


class UnknownMeeting(Problem):
    """No entry names it."""

    code = "unknown_meeting"
    thai = "ไม่พบวันทำการ {meeting} ดูรายชื่อด้วย sajja village meeting list"
    english = "there is no meeting {meeting}; see sajja village meeting list"
    exit_code = EXIT_USAGE


class AlreadyOpen(Problem):
    """One meeting at a time, so that nobody's payment lands in another one."""

    code = "meeting_already_open"
    thai = "วันทำการ {meeting} เปิดอยู่แล้ว บันทึกต่อได้เลย หรือปิดก่อนด้วย sajja village meeting close"
    english = "the meeting {meeting} is open already: go on with it, or close it first with sajja village meeting close"
    exit_code = EXIT_CONFLICT


class AlreadyClosed(Problem):
    """After the close, entries are late."""

    code = "meeting_closed"
    thai = "วันทำการ {meeting} ปิดแล้ว การปิดอีกครั้งไม่มีผล รายการที่ตกหล่นให้บันทึกด้วย take --late ซึ่งจะถูกทำเครื่องหมายว่ามาช้า"
    english = (
        "the meeting {meeting} is closed, and closing it again adds nothing; what was forgotten is recorded with"
        " take --late, and is flagged as late"
    )
    exit_code = EXIT_CONFLICT


class NoBox(Problem):
    """Cash is somebody's to answer for."""

    code = "no_box"
    thai = "ยังไม่รู้ว่าเงินสดอยู่ในกล่องของใคร ระบุ --box รหัสเหรัญญิก เช่น --box pp01-o4"
    english = "whose box holds the cash is not known; name it with --box, as --box pp01-o4"
    exit_code = EXIT_USAGE


class UnknownMember(Problem):
    """The register has nobody of that id."""

    code = "unknown_member"
    thai = "ไม่มีสมาชิก {member} ในทะเบียน ใกล้เคียง: {near} ยังไม่ได้บันทึกอะไร"
    english = "there is no member {member}; close to it: {near}. Nothing was recorded"
    exit_code = EXIT_USAGE


class NothingDue(Problem):
    """Nobody pays nothing."""

    code = "nothing_due"
    thai = "{member} ไม่มียอดที่ต้องจ่ายวันนี้ ถ้าจ่ายล่วงหน้าให้ระบุ เช่น share=100"
    english = "{member} owes nothing today; for a payment in advance say what, as share=100"


class AlreadyPaid(Problem):
    """The likeliest mistake of a full room: the same slip twice."""

    code = "already_paid"
    thai = "{member} จ่ายแล้ว {paid} บาทในวันทำการนี้ ถ้าจ่ายเพิ่มจริงให้ใส่ --again"
    english = "{member} has paid {paid} baht at this meeting; if this is more money, say --again"
    exit_code = EXIT_CONFLICT


class PaymentWrong(Problem):
    """An amount that cannot be recorded as what it is said to be."""

    code = "payment_wrong"
    thai = "{member} {what}={given}: {reason_thai} ยังไม่ได้บันทึกอะไร"
    english = "{member} {what}={given}: {reason}. Nothing was recorded"
    exit_code = EXIT_USAGE

    def __init__(self, member: str, what: str, given: str, *, thai: str, english: str) -> None:
        super().__init__(member=member, what=what, given=given, reason_thai=thai, reason=english)


class FileWrong(Problem):
    """A file is taken wholly or not at all."""

    code = "payments_file_wrong"
    thai = "{path} บรรทัดที่ {line}: {reason_thai} · ไม่มีบรรทัดใดถูกบันทึก แก้แล้วส่งใหม่ทั้งไฟล์"
    english = "{path} line {line}: {reason}. No line was recorded; put it right and give the whole file again"
    exit_code = EXIT_USAGE

    def __init__(self, path: object, line: int, *, thai: str, english: str) -> None:
        super().__init__(path=path, line=line, reason_thai=thai, reason=english)


class CashWrong(Problem):
    """A count that cannot be read."""

    code = "cash_wrong"
    thai = "นับเงิน {given} ไม่ถูกต้อง: {reason_thai} เขียนเป็น ชนิด=จำนวน เช่น 1000=3 500=2 0.25=4"
    english = "the count {given} cannot be read: {reason}; write KIND=PIECES, as 1000=3 500=2 0.25=4"
    exit_code = EXIT_USAGE

    def __init__(self, given: str, *, thai: str, english: str) -> None:
        super().__init__(given=given, reason_thai=thai, reason=english)


class NotCounted(Problem):
    """A meeting is closed on a count of what is in the box now."""

    code = "not_counted"
    thai = "กล่อง {box} ยังไม่ได้นับหลังรายการเงินสดสุดท้าย นับด้วย sajja village meeting count ก่อน"
    english = "the box {box} was not counted since its last cash entry: sajja village meeting count first"


class VarianceOpen(Problem):
    """What was counted and the book differ, and nobody has said so."""

    code = "variance_not_booked"
    thai = "กล่อง {box} นับได้ {counted} บาท สมุดว่า {expected} บาท นับใหม่ หรือบันทึกผลต่างด้วย sajja village meeting variance"
    english = (
        "box {box}: counted {counted} baht, the book says {expected}: count again, or book the difference with"
        " sajja village meeting variance"
    )


class NoVariance(Problem):
    """Nothing to book."""

    code = "no_variance"
    thai = "ยอดนับเท่ากับสมุด ({counted} บาท) ไม่มีผลต่างให้บันทึก"
    english = "the count equals the book ({counted} baht): there is no difference to record"


class NobodyUnlocked(Problem):
    """Approvals need keys of this tablet."""

    code = "nobody_unlocked"
    thai = "ยังไม่มีกรรมการปลดล็อก ใส่ --officer รหัสกรรมการ (กุญแจในเครื่องนี้: {here})"
    english = "no officer has unlocked; name them with --officer (keys on this tablet: {here})"
    exit_code = EXIT_USAGE
