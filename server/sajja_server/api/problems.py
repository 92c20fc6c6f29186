"""Every refusal, in one table: RFC 9457 problem+json with a stable code and a sentence in Thai and English.

A class's docstring is the English sentence that a person reads; `thai` is the Thai one. Codes are never reused.
"""

from http import HTTPStatus
from math import ceil
from typing import Any, ClassVar

import msgspec
from aiohttp import web

from sajja_schemas.wire import MEDIA_PROBLEM
from sajja_schemas.wire import Problem as ProblemShape


class Problem(Exception):
    """Something about this request."""

    status: ClassVar[HTTPStatus]
    code: ClassVar[str]
    thai: ClassVar[str]
    retry_after_seconds: int | None = None

    def __init__(self, **detail: Any) -> None:
        super().__init__(self.code)
        self.detail = detail

    def response(self) -> web.Response:
        """The answer to send."""
        shape = ProblemShape(
            type=f"urn:sajja:problem:{self.code}",
            code=self.code,
            status=self.status.value,
            title=(self.__doc__ or "").strip(),
            title_th=self.thai,
            detail=self.detail,
        )
        headers = {"Cache-Control": "no-store"}
        if self.retry_after_seconds is not None:
            headers["Retry-After"] = str(self.retry_after_seconds)
        return web.Response(
            body=msgspec.json.encode(shape), status=self.status.value, content_type=MEDIA_PROBLEM, headers=headers
        )


class RequestMalformed(Problem):
    """This request cannot be read."""

    status, code = HTTPStatus.BAD_REQUEST, "request_malformed"
    thai = "อ่านคำขอนี้ไม่ได้"


class SessionMissing(Problem):
    """Open a session first: this device has not said who it is, or its session has ended."""

    status, code = HTTPStatus.UNAUTHORIZED, "session_missing"
    thai = "กรุณายืนยันตัวเครื่องก่อน: ยังไม่ได้ยืนยัน หรือหมดเวลาแล้ว"


class ChallengeFailed(Problem):
    """This answer does not hold here: ask for a new challenge, and ask this server by its own name."""

    status, code = HTTPStatus.UNAUTHORIZED, "challenge_failed"
    thai = "คำตอบยืนยันตัวเครื่องใช้กับเซิร์ฟเวอร์นี้ไม่ได้ กรุณาลองใหม่ และตรวจว่าเครื่องเรียกเซิร์ฟเวอร์ด้วยชื่อที่ถูกต้อง"


class DeviceNotEnrolled(Problem):
    """This device is not enrolled yet: give its request to the network's office."""

    status, code = HTTPStatus.FORBIDDEN, "device_not_enrolled"
    thai = "เครื่องนี้ยังไม่ได้ลงทะเบียน กรุณาส่งคำขอให้สำนักงานเครือข่าย"


class DeviceRevoked(Problem):
    """This device was revoked: what it still holds is taken in as proof, and it reads nothing more."""

    status, code = HTTPStatus.FORBIDDEN, "device_revoked"
    thai = "เครื่องนี้ถูกเพิกถอนแล้ว ยังส่งรายการที่ค้างไว้เป็นหลักฐานได้ แต่อ่านข้อมูลไม่ได้อีก"


class HostUnknown(Problem):
    """This server answers to its own address only."""

    status, code = HTTPStatus.MISDIRECTED_REQUEST, "host_unknown"
    thai = "เซิร์ฟเวอร์นี้ตอบเฉพาะที่อยู่ของตนเท่านั้น"


class NotYourVillage(Problem):
    """A device reads its own village and the office, nothing else."""

    status, code = HTTPStatus.FORBIDDEN, "not_your_village"
    thai = "เครื่องนี้อ่านได้เฉพาะข้อมูลหมู่บ้านของตนและสำนักงานเครือข่าย"


class OfficeOnly(Problem):
    """Only the network's office is shown this."""

    status, code = HTTPStatus.FORBIDDEN, "office_only"
    thai = "ดูได้เฉพาะสำนักงานเครือข่าย"


class SignInNeeded(Problem):
    """Sign in to see this."""

    status, code = HTTPStatus.UNAUTHORIZED, "sign_in_needed"
    thai = "กรุณาลงชื่อเข้าใช้เพื่อดูข้อมูลนี้"


class SignInFailed(Problem):
    """The name, the password or the six digits are not right. Check them; a code is good once, for half a minute."""

    status, code = HTTPStatus.UNAUTHORIZED, "sign_in_failed"
    thai = "ชื่อ รหัสผ่าน หรือเลขหกหลักไม่ถูกต้อง กรุณาตรวจทั้งสามอย่าง เลขหกหลักแต่ละชุดใช้ได้ครั้งเดียวภายในครึ่งนาที"


class SetupFailed(Problem):
    """This one-time code is not good any more: ask the server's operator for a new one."""

    status, code = HTTPStatus.FORBIDDEN, "setup_failed"
    thai = "รหัสตั้งค่าครั้งแรกนี้ใช้ไม่ได้แล้ว กรุณาขอรหัสใหม่จากผู้ดูแลเซิร์ฟเวอร์"


class PasswordUnfit(Problem):
    """Choose another password: at least ten characters, not one repeated, and without your name in it."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "password_unfit"
    thai = "กรุณาตั้งรหัสผ่านใหม่: อย่างน้อยสิบตัวอักษร ไม่ซ้ำตัวเดียวกัน และไม่มีชื่อของท่านอยู่ในนั้น"


class PasswordNotChanged(Problem):
    """Nothing was changed: the present password or the code is not right. A code is good once, for half a minute."""

    status, code = HTTPStatus.FORBIDDEN, "password_not_changed"
    thai = "ยังไม่ได้เปลี่ยน: รหัสผ่านปัจจุบันหรือเลขหกหลักไม่ถูกต้อง เลขแต่ละชุดใช้ได้ครั้งเดียวภายในครึ่งนาที"


class PasskeyNotAdded(Problem):
    """No passkey was added: wrong password or code, one that is there already, five already, or it took too long."""

    status, code = HTTPStatus.FORBIDDEN, "passkey_not_added"
    thai = "ยังไม่ได้เพิ่มพาสคีย์: รหัสผ่านหรือเลขหกหลักไม่ถูกต้อง มีพาสคีย์นี้แล้ว ครบห้าอันแล้ว หรือใช้เวลานานเกินไป กรุณาเริ่มใหม่"


class PasskeyRefused(Problem):
    """This passkey does not open: sign in with name, password and code instead, or try again."""

    status, code = HTTPStatus.UNAUTHORIZED, "passkey_refused"
    thai = "เข้าด้วยพาสคีย์นี้ไม่ได้ กรุณาลองใหม่ หรือเข้าด้วยชื่อ รหัสผ่าน และเลขหกหลัก"


class PasskeysNotHere(Problem):
    """Passkeys need the server's own name with https: at this address sign in with name, password and code."""

    status, code = HTTPStatus.NOT_FOUND, "passkeys_not_here"
    thai = "พาสคีย์ใช้ได้เมื่อเปิดผ่านชื่อเซิร์ฟเวอร์ด้วย https เท่านั้น ที่นี่กรุณาเข้าด้วยชื่อ รหัสผ่าน และเลขหกหลัก"


class CodeWrong(Problem):
    """These six digits are not those of the app now: wait for the next ones and type them."""

    status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "code_wrong"
    thai = "เลขหกหลักไม่ตรงกับในแอป กรุณารอเลขชุดถัดไปแล้วพิมพ์ใหม่"


class RoleNotAllowed(Problem):
    """Your role does not open this. If it should, ask the server's operator."""

    status, code = HTTPStatus.FORBIDDEN, "role_not_allowed"
    thai = "บทบาทของท่านดูข้อมูลนี้ไม่ได้ หากควรดูได้ กรุณาแจ้งผู้ดูแลเซิร์ฟเวอร์"


class RequestForged(Problem):
    """This request did not come from our own page: open the page anew and try again."""

    status, code = HTTPStatus.FORBIDDEN, "request_forged"
    thai = "คำขอนี้ไม่ได้มาจากหน้าของระบบ กรุณาเปิดหน้าใหม่แล้วลองอีกครั้ง"


class NetworkUnknown(Problem):
    """No such network is on this server."""

    status, code = HTTPStatus.NOT_FOUND, "network_unknown"
    thai = "ไม่มีเครือข่ายนี้ในเซิร์ฟเวอร์"


class NotPublished(Problem):
    """This is not published yet; ask again in a moment."""

    status, code = HTTPStatus.NOT_FOUND, "not_published"
    thai = "ยังไม่ได้ประกาศ กรุณาถามใหม่อีกสักครู่"


class IndexBeyondLog(Problem):
    """The log has no entry with this index yet; `last` is the index of the last one."""

    status, code = HTTPStatus.NOT_FOUND, "index_beyond_log"
    thai = "ยังไม่มีรายการลำดับนี้ในสมุดของเครือข่าย รายการล่าสุดคือลำดับ `last`"


class NotFound(Problem):
    """There is nothing at this address."""

    status, code = HTTPStatus.NOT_FOUND, "not_found"
    thai = "ไม่พบสิ่งที่ขอ"


class MethodNotAllowed(Problem):
    """This address does not take that method."""

    status, code = HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed"
    thai = "ที่อยู่นี้ไม่รับคำสั่งแบบนี้"


class FeedDiverged(Problem):
    """What this device pulled before is not what stands here now: pull the feed again from the start."""

    status, code = HTTPStatus.CONFLICT, "feed_diverged"
    thai = "ข้อมูลที่เคยดึงไปไม่ตรงกับเซิร์ฟเวอร์ กรุณาดึงใหม่ตั้งแต่ต้น"


class BatchTooLarge(Problem):
    """Send fewer entries in one push."""

    status, code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "batch_too_large"
    thai = "ส่งรายการครั้งละน้อยลง"


class MediaTypeUnknown(Problem):
    """This address does not take that kind of content."""

    status, code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media_type_unknown"
    thai = "ที่อยู่นี้ไม่รับข้อมูลชนิดนี้"


class RequestTooSlow(Problem):
    """The request did not come to its end in time; send it again."""

    status, code = HTTPStatus.REQUEST_TIMEOUT, "request_too_slow"
    thai = "ส่งคำขอไม่จบภายในเวลา กรุณาส่งใหม่"


class TooManyRequests(Problem):
    """Too many requests from here; wait as long as it says, then go on. Nothing was lost."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests"
    thai = "ขอถี่เกินไป กรุณารอตามเวลาที่แจ้งแล้วทำต่อ ไม่มีข้อมูลใดสูญหาย"

    def __init__(self, wait_seconds: float) -> None:
        self.retry_after_seconds = max(1, ceil(wait_seconds))
        super().__init__(wait_seconds=self.retry_after_seconds)


class TooManyEntries(Problem):
    """This device has brought more in a day than people record; it is asked to go on later. Nothing was refused."""

    status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_entries"
    thai = "เครื่องนี้ส่งรายการในหนึ่งวันมากเกินกว่าที่คนบันทึกได้ โปรดส่งต่อภายหลัง ไม่มีรายการใดถูกปฏิเสธ"
    retry_after_seconds = 600


class ServerBusy(Problem):
    """The server has too much to do; come back in a moment. Nothing was lost."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "server_busy"
    thai = "เซิร์ฟเวอร์งานล้น โปรดลองใหม่อีกสักครู่ ไม่มีข้อมูลใดสูญหาย"
    retry_after_seconds = 2


class BooksBeingMade(Problem):
    """The figures are being made anew from the log; come back in a moment. Nothing was lost."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "books_being_made"
    thai = "กำลังคำนวณยอดใหม่จากสมุดของเครือข่าย โปรดลองใหม่อีกสักครู่ ไม่มีข้อมูลใดสูญหาย"
    retry_after_seconds = 5


class StoreUnavailable(Problem):
    """The database does not answer; send the same again later. Nothing is counted twice."""

    status, code = HTTPStatus.SERVICE_UNAVAILABLE, "store_unavailable"
    thai = "ฐานข้อมูลไม่ตอบ กรุณาส่งข้อมูลเดิมอีกครั้งภายหลัง จะไม่มีการนับซ้ำ"
    retry_after_seconds = 5


class ServerFailed(Problem):
    """The server made a mistake. Send the same again later; nothing is counted twice."""

    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "server_failed"
    thai = "เซิร์ฟเวอร์ผิดพลาด กรุณาส่งข้อมูลเดิมอีกครั้งภายหลัง จะไม่มีการนับซ้ำ"


# What aiohttp itself refuses, in our one shape.
BY_STATUS: dict[int, type[Problem]] = {
    problem.status.value: problem
    for problem in (RequestMalformed, NotFound, MethodNotAllowed, BatchTooLarge, MediaTypeUnknown)
}
