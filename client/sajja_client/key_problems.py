"""Why a PIN or a request for enrolment is refused; `problems` has what is refused elsewhere.

No sentence here repeats what was typed: it may be most of somebody's PIN.
"""

from sajja_client.problems import EXIT_CONFLICT, EXIT_USAGE, Problem


class PinRefused(Problem):
    """What was typed is no PIN. The sentence never repeats it."""

    code = "pin_refused"
    thai = "ใช้เป็นรหัส PIN ไม่ได้: {reason_thai}"
    english = "this cannot be a PIN: {reason}"
    exit_code = EXIT_USAGE


class PinWrong(Problem):
    """It is not this officer's PIN on this device."""

    code = "pin_wrong"
    thai = "รหัส PIN ไม่ถูกต้อง ยังไม่ได้ลงนาม กุญแจยังอยู่ครบ หากลืมให้สร้างกุญแจใหม่ด้วย sajja village officer renew"
    english = (
        "that is not the PIN of this key; nothing was signed, and the key is safe."
        " A forgotten PIN is a new key: sajja village officer renew"
    )


class PinNeeded(Problem):
    """An officer's PIN is asked for, and nobody can be asked."""

    code = "pin_needed"
    thai = "ต้องใช้รหัส PIN ของ {person} แต่ไม่มีหน้าจอให้พิมพ์ สั่งในเทอร์มินัล หรือใส่ sajja --pin-file ไฟล์"
    english = "the PIN of {person} is needed, and there is no terminal to ask on: use one, or sajja --pin-file FILE"
    exit_code = EXIT_USAGE


class PinRequired(Problem):
    """Keys without a PIN are for demonstrations."""

    code = "pin_required"
    thai = "เครือข่ายนี้ไม่ใช่เครือข่ายสาธิต กรรมการทุกคนต้องมีรหัส PIN ของตน จึงใช้ --without-pins ไม่ได้"
    english = "this network is no demonstration: each officer has a PIN, and --without-pins is refused"
    exit_code = EXIT_USAGE


class PinFileWrong(Problem):
    """The file of PINs cannot be used. The sentence never repeats what is in it."""

    code = "pin_file_wrong"
    thai = "ใช้ไฟล์ PIN {path} ไม่ได้: {reason_thai}"
    english = "the PIN file {path} cannot be used: {reason}"
    exit_code = EXIT_USAGE


class RequestUsed(Problem):
    """A request is good once."""

    code = "request_used"
    thai = "คำขอนี้ใช้ไปแล้ว: เครื่องและกุญแจทุกดอกในคำขอลงทะเบียนไว้แล้ว ไม่ได้ลงนามอะไร"
    english = "this request was used: its device and every key in it are enrolled already; nothing was signed"
    exit_code = EXIT_CONFLICT


class RequestOfRevoked(Problem):
    """A device that was revoked does not come back."""

    code = "request_of_revoked"
    thai = "เครื่องนี้ถูกเพิกถอนแล้ว กุญแจเดิมใช้อีกไม่ได้ ให้เริ่มใหม่ในโฟลเดอร์ว่างด้วย sajja village init"
    english = (
        "this device was revoked, and its key is not enrolled again: begin in an empty folder with sajja village init"
    )
    exit_code = EXIT_CONFLICT


class RequestExpired(Problem):
    """The code is of another day."""

    code = "request_expired"
    thai = (
        "รหัสหมดอายุ: แท็บเล็ตทำคำขอเมื่อ {asked} เครื่องสำนักงานบอกเวลา {now} ห่างกันเกิน {hours} ชั่วโมง"
        " ให้แท็บเล็ตทำคำขอใหม่ (sajja village request) ถ้านาฬิกาเครื่องใดผิด ใส่ --clocks-checked"
    )
    english = (
        "the code has expired: the tablet made it at {asked}, and this office's clock says {now}, more than {hours} h"
        " apart. Let the tablet ask again (sajja village request); where a clock is wrong, say --clocks-checked"
    )


class ClockBehind(Problem):
    """The office's clock says less than what its log has seen."""

    code = "clock_behind"
    thai = (
        "นาฬิกาเครื่องนี้บอกเวลา {now} แต่สมุดมีรายการถึง {seen} แล้ว จึงบอกไม่ได้ว่ารหัสหมดอายุหรือไม่"
        " ตั้งนาฬิกาก่อน หรือดูเวลาด้วยตนเองแล้วใส่ --clocks-checked"
    )
    english = (
        "this clock says {now}, and the log has seen {seen}: whether the code has expired cannot be told."
        " Set the clock, or look at another one yourself and say --clocks-checked"
    )


class NetworkDiffers(Problem):
    """The tablet that shows the QR is another network's."""

    code = "network_differs"
    thai = "QR นี้มาจากแท็บเล็ตที่ผูกกับเครือข่ายอื่น (ลายนิ้วมือไม่ตรงกับ {network}) อย่าลงทะเบียน ให้แท็บเล็ตเริ่มใหม่ด้วยไฟล์ของสำนักงานนี้"
    english = (
        "this QR is of a tablet that is pinned to another network (its fingerprint is not that of {network})."
        " Do not enrol it; let it begin again with this office's file"
    )
    exit_code = EXIT_CONFLICT


class WeakKey(Problem):
    """A key with which anybody could sign."""

    code = "weak_key"
    thai = "กุญแจของ {holder} ในคำขอเป็นกุญแจอ่อน ใครก็ลงนามแทนได้ จึงไม่รับ โปรแกรมของ Sajja ไม่ทำกุญแจเช่นนี้"
    english = (
        "the key of {holder} in this request is weak: anybody could sign with it. It is refused;"
        " Sajja makes no such key, so ask who made the request"
    )
    exit_code = EXIT_CONFLICT


class DeviceUnknown(Problem):
    """Which device is meant cannot be told."""

    code = "device_unknown"
    thai = "ไม่รู้ว่า {given} คือเครื่องใดของ {village} เครื่องที่มีคือ {known} ใส่ชื่อเรียกหรือต้นรหัสเครื่อง"
    english = "which device of {village} is {given}? There are {known}: give its label, or how its name begins"
    exit_code = EXIT_USAGE


class CodeDiffers(Problem):
    """What the tablet shows is another request's code. The sentence does not say which would be right."""

    code = "code_differs"
    thai = "รหัสไม่ตรงกับคำขอนี้ ไม่ได้ลงนามอะไร ดูรหัสบนแท็บเล็ตอีกครั้ง ถ้ายังไม่ตรง คำขออาจถูกเปลี่ยนระหว่างทาง"
    english = (
        "this is not the code of this request, and nothing was signed. Look at the tablet again;"
        " if it still differs, the request may have been exchanged on the way"
    )
    exit_code = EXIT_CONFLICT


class NotPending(Problem):
    """No approval that is awaited here is called so."""

    code = "not_pending"
    thai = "ไม่มีรายการรอลายมือชื่อที่ชื่อ {ref} ในเครื่องนี้ ที่มีคือ {known} ซิงค์ก่อนถ้ารายการอยู่อีกเครื่อง"
    english = (
        "nothing that awaits signatures here is called {ref}; there are {known}. Sync first if it is on another tablet"
    )
    exit_code = EXIT_USAGE


class PartyRefused(Problem):
    """Whom an entry concerns does not approve it."""

    code = "party_refused"
    thai = "{person} มีส่วนได้เสียในรายการ {ref} ({thai_name}) จึงลงนามไม่ได้ ยังไม่ได้ลงนามอะไร ให้กรรมการคนอื่นลงนามแทน"
    english = (
        "{person} is a party to {ref} ({type}) and may not approve it; nothing was signed. Let another officer sign"
    )
    exit_code = EXIT_CONFLICT


class BackupRefused(Problem):
    """A file is no backup that can be restored."""

    code = "backup_refused"
    thai = "กู้คืนจาก {path} ไม่ได้: {reason_thai} ไม่ได้เปลี่ยนอะไร ใช้ไฟล์สำรองอื่น หรือเริ่มใหม่แล้วซิงค์"
    english = "{path} cannot be restored: {reason}. Nothing was changed; use another backup, or begin anew and sync"
