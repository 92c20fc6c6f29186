"""Why the client refuses something: one class a reason, each with a stable code and a sentence in Thai and in English.

The exit codes of the commands are here too, so that a script and a person read the same answer:

    0 done · 1 found a problem · 2 the command was written wrongly · 3 no connection, or the server refused ·
    4 a conflict: a fork, an entry in quarantine, somebody else is writing
"""

from typing import ClassVar, Final

from sajja_schemas.free_text import Leak

EXIT_PROBLEM: Final = 1
EXIT_USAGE: Final = 2
EXIT_OFFLINE: Final = 3
EXIT_CONFLICT: Final = 4


class Problem(Exception):
    """The client cannot do this."""

    code: ClassVar[str] = "problem"
    thai: ClassVar[str] = "ทำรายการนี้ไม่ได้"
    english: ClassVar[str] = "This cannot be done"
    exit_code: ClassVar[int] = EXIT_PROBLEM

    def __init__(self, **detail: object) -> None:
        self.detail = detail
        super().__init__(self.english.format(**detail))

    @property
    def thai_sentence(self) -> str:
        """What a person reads first."""
        return self.thai.format(**self.detail)

    @property
    def english_sentence(self) -> str:
        """The same in English."""
        return self.english.format(**self.detail)


class NotAHome(Problem):
    """The folder holds no network's pin."""

    code = "not_a_home"
    thai = "โฟลเดอร์ {path} ยังไม่ได้ตั้งเครือข่าย เริ่มด้วยคำสั่ง sajja village init"
    english = "{path} has not been set up for a network; begin with sajja village init"
    exit_code = EXIT_USAGE


class HomeInUse(Problem):
    """The folder was set up before."""

    code = "home_in_use"
    thai = "โฟลเดอร์ {path} ตั้งไว้แล้วสำหรับเครือข่ายอื่นหรือหมู่บ้านอื่น"
    english = "{path} was set up before, for another network or another village"
    exit_code = EXIT_CONFLICT


class KeyExists(Problem):
    """A key is never written over."""

    code = "key_exists"
    thai = "มีกุญแจอยู่แล้วที่ {path} จะไม่เขียนทับ"
    english = "there is a key at {path} already, and it will not be written over"
    exit_code = EXIT_CONFLICT


class KeyMissing(Problem):
    """There is no such key here."""

    code = "key_missing"
    thai = "ไม่พบกุญแจที่ {path}"
    english = "there is no key at {path}"


class KeyFileTooOpen(Problem):
    """Others could read the key, so it may be known already."""

    code = "key_file_too_open"
    thai = "ผู้อื่นอ่านกุญแจ {path} ได้ (สิทธิ์ {mode}) สั่ง chmod 600 แล้วพิจารณาว่ากุญแจนี้ยังเป็นความลับหรือไม่"
    english = "others can read the key at {path} (mode {mode}); chmod 600 it, and ask whether it is still a secret"


class KeyUnreadable(Problem):
    """The key's file holds no key."""

    code = "key_unreadable"
    thai = "ไฟล์กุญแจ {path} อ่านไม่ได้หรือเสียหาย"
    english = "the key file {path} cannot be read as a key"


class DemonstrationKeyRefused(Problem):
    """A key from a seed is anybody's."""

    code = "demonstration_key_refused"
    thai = "กุญแจ {path} เป็นกุญแจสาธิต ใช้ได้เฉพาะเครือข่ายสาธิต"
    english = "the key at {path} comes from a seed: it is allowed in a demonstration network only"


class CannotWrite(Problem):
    """A file that was asked for cannot be written; the log is not touched."""

    code = "cannot_write"
    thai = "เขียนไฟล์ {path} ไม่ได้ ({why}) ตรวจว่ามีโฟลเดอร์นี้ มีสิทธิเขียน และดิสก์ไม่เต็ม แล้วลองใหม่"
    english = "{path} cannot be written ({why}); see that its folder exists, is yours and is not full"
    exit_code = EXIT_USAGE


class LogBusy(Problem):
    """Another program is writing this log."""

    code = "log_busy"
    thai = "โปรแกรมอื่นกำลังเขียนสมุดบันทึก {path} ลองใหม่เมื่อปิดโปรแกรมนั้นแล้ว"
    english = "another program is writing the log at {path}; try again when it has closed"
    exit_code = EXIT_CONFLICT


class OldCopy(Problem):
    """This folder is not the device's log any more: signing here would fork it."""

    code = "old_copy"
    thai = (
        "โฟลเดอร์ {path} ไม่ใช่สมุดบันทึกปัจจุบันของเครื่องนี้: มีถึงลำดับที่ {end} แต่เครือข่ายมีรายการของกุญแจนี้ถึงลำดับที่ {known}"
        " ซึ่งไม่มีในโฟลเดอร์นี้ (เป็นสำเนาเก่า หรือมีผู้อื่นใช้กุญแจนี้) จึงยังไม่ได้บันทึก ให้ใช้โฟลเดอร์ปัจจุบัน"
        " หากไม่มีแล้วให้จดลงสมุดไว้ก่อน แล้วลงทะเบียนแท็บเล็ตใหม่กับสำนักงาน"
    )
    english = (
        "{path} is not this device's current log: it ends at line {end}, and the network has lines of this key up to"
        " {known} that are not in it (it is an old copy, or somebody else has the key). Nothing was recorded. Use the"
        " current folder; if there is none, write it on paper and enrol the tablet anew at the office"
    )
    exit_code = EXIT_CONFLICT


class NotRecordable(Problem):
    """What is typed is no event, so nothing is signed."""

    code = "not_recordable"
    thai = "ข้อมูลไม่ถูกต้อง จึงยังไม่ได้บันทึก: {reason_thai}"
    english = "this cannot be recorded, and nothing was: {reason}"
    exit_code = EXIT_USAGE

    def __init__(self, *, reason: str, reason_thai: str | None = None) -> None:
        super().__init__(reason=reason, reason_thai=reason_thai or reason)


class PersonalInText(Problem):
    """A text that is for ever seems to say who somebody is."""

    code = "personal_in_text"
    thai = (
        "ช่อง {field} ดูเหมือนมี{what_thai} รายการนี้ลบไม่ได้ตลอดไป จึงยังไม่ได้บันทึก ใช้รหัสสมาชิกแทน หรือใส่ในข้อมูลส่วนบุคคลด้วย --personal"
    )
    english = (
        "{field} seems to hold {what}. An entry is never erased, so nothing was recorded:"
        " write the member's id instead, or put it into the personal part with --personal"
    )
    exit_code = EXIT_USAGE

    def __init__(self, field: str, leak: Leak) -> None:
        thai, english = _LEAKS[leak]
        super().__init__(field=field, what_thai=thai, what=english)
        # Which of the two it was is a code of its own, for who counts what people type.
        self.leak = leak


_LEAKS: Final[dict[Leak, tuple[str, str]]] = {
    Leak.IDENTITY_NUMBER: ("เลขประจำตัว 13 หลัก", "an identity number of 13 digits"),
    Leak.TITLED_NAME: ("ชื่อบุคคล", "a person's name behind a title"),
    Leak.PERSON_HASH: ("แฮชของเลขประจำตัว", "a hash of an identity number"),
}


class PersonalNotHere(Problem):
    """No such personal part belongs beside this event."""

    code = "personal_not_here"
    thai = "รายการ {tag} ไม่เก็บข้อมูลส่วนบุคคลชนิดนี้ จึงยังไม่ได้บันทึก"
    english = "{tag} carries no personal data of this kind; nothing was recorded"
    exit_code = EXIT_USAGE


class PersonalWrong(Problem):
    """Personal data cannot be kept as it was typed. The sentence never repeats it."""

    thai = "ข้อมูลส่วนบุคคล: {reason_thai} จึงยังไม่ได้บันทึก"
    english = "personal data: {reason}. Nothing was recorded"
    exit_code = EXIT_USAGE

    def __init__(self, *, code: str, reason: str, reason_thai: str) -> None:
        super().__init__(reason=reason, reason_thai=reason_thai)
        self.code = code  # type: ignore[misc]  # one sentence a code: they stand in sajja_schemas.typed_personal


class MoneyOpen(Problem):
    """Erasure waits: there is money between the person and the books."""

    code = "money_open"
    thai = "ยังลบข้อมูลของ {member} ไม่ได้ เพราะยังมีเงินค้างอยู่: {reasons_thai} คำขอบันทึกไว้แล้ว เมื่อปิดรายการเหล่านี้แล้วให้สั่งอีกครั้ง"
    english = (
        "the data of {member} cannot be erased yet, for money is open: {reasons}."
        " The request is recorded; settle these and give the command again"
    )


class NothingToErase(Problem):
    """No part of that member is known here."""

    code = "nothing_to_erase"
    thai = "เครื่องนี้ไม่มีข้อมูลส่วนบุคคลของ {member} ที่ยังไม่ลบ"
    english = "this device knows no personal data of {member} that is not erased"


class NotOneList(Problem):
    """An approval is of one village's entries."""

    code = "not_one_list"
    thai = "อนุมัติพร้อมกันได้เฉพาะรายการของหมู่บ้านเดียวกัน และต้องมีรายการ"
    english = "an approval lists entries of one village, and at least one"
    exit_code = EXIT_USAGE


class FeedRefused(Problem):
    """What the server sent is not what was signed."""

    code = "feed_refused"
    thai = "ข้อมูลของ {village} ลำดับที่ {feed_sequence} จากเซิร์ฟเวอร์ตรวจแล้วไม่ถูกต้อง จึงไม่รับไว้: {reason}"
    english = "line {feed_sequence} of the feed of {village} does not verify, and was not taken: {reason}"
    exit_code = EXIT_CONFLICT


class PinContradicted(Problem):
    """The founding entry says something else than the pin."""

    code = "pin_contradicted"
    thai = "รายการก่อตั้งเครือข่ายไม่ตรงกับที่ตั้งไว้ในเครื่องนี้ ({field})"
    english = "the founding entry contradicts what this device was set up with ({field})"
    exit_code = EXIT_CONFLICT


class Unreachable(Problem):
    """No answer came; nothing is lost."""

    code = "unreachable"
    thai = "ติดต่อเซิร์ฟเวอร์ {url} ไม่ได้ รายการทั้งหมดยังอยู่ในเครื่องนี้ ({reason})"
    english = "the server at {url} cannot be reached; everything is kept here ({reason})"
    exit_code = EXIT_OFFLINE


class AnswerUnreadable(Problem):
    """What answered is not a Sajja server, or another version of it."""

    code = "answer_unreadable"
    thai = "เซิร์ฟเวอร์ {url} ตอบสิ่งที่อ่านไม่ได้ ({reason})"
    english = "the server at {url} answered what cannot be read ({reason})"
    exit_code = EXIT_OFFLINE


class RequestRefused(Problem):
    """A request for enrolment does not hold."""

    code = "request_refused"
    thai = "คำขอลงทะเบียนไม่ถูกต้อง: {reason_thai}"
    english = "the enrolment request does not hold: {reason}"

    def __init__(self, *, reason: str, reason_thai: str | None = None) -> None:
        super().__init__(reason=reason, reason_thai=reason_thai or reason)


class ReceiptRefused(Problem):
    """A receipt proves nothing."""

    code = "receipt_refused"
    thai = "หลักฐานนี้พิสูจน์รายการไม่ได้: {reason}"
    english = "this does not prove that the entry is in the network log: {reason}"
    exit_code = EXIT_CONFLICT
