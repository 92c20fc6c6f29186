"""What a device is told of its own standing, from its own books: revoked, forked, or older than what it reads."""

from sajja_client.cli import output
from sajja_schemas.books import Books
from sajja_schemas.money import format_baht
from sajja_schemas.verdicts import Effect


def tell_trust(books: Books, device: str) -> None:
    """Say what a person with this device must know before recording on."""
    known = books.trust.devices.get(device)
    if known is not None and known.revoked:
        output.warn(
            "!! เครื่องนี้ถูกเพิกถอนแล้ว รายการใหม่จะไม่นับ และกุญแจกรรมการในเครื่องใช้อนุมัติไม่ได้ ติดต่อสำนักงาน",
            "REVOKED: nothing that is recorded here from now on counts; ask the office",
        )
    fork = books.trust.forks.get(device)
    if fork is not None:
        output.warn(
            f"!! กุญแจของเครื่องนี้มีบันทึกสองฉบับ ตั้งแต่ลำดับที่ {fork.sequence}"
            f" ยอดที่รอชี้ขาด {format_baht(fork.amount_satang)} บาท อย่าบันทึกต่อ",
            f"FORKED from line {fork.sequence}: {len(fork.entries)} entries wait for the office's decision",
        )
    newer = sum(code is Effect.UNKNOWN_TYPE for code in books.quarantined.values())
    if newer:
        output.warn(
            f"โปรแกรมรุ่นนี้ยังไม่รู้จัก {newer} รายการ ยอดอาจไม่ครบ กรุณาปรับปรุงโปรแกรม",
            f"this program is older than {newer} entries that it has read; update it, for balances may lack them",
        )
