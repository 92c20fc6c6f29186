"""What no fold can find: its facts lie beside the log, in personal parts that can be erased (docs/adr/0023).

A server that keeps the parts reads these findings when somebody asks. Their code, their words and what resolves them
are those of every other finding; only nobody can derive them from the log, and every answer says so of each.
"""

from typing import Final

from sajja_schemas.entry import OFFICE
from sajja_schemas.findings import Finding, Hit, Owner, Place, Severity, found
from sajja_schemas.rules.declaring import BesideRule

DUPLICATE_PERSON: Final = BesideRule(
    code="DUPLICATE_PERSON",
    basis="personal_parts",
    severity=Severity.HIGH,
    owner=Owner.NETWORK,
    thai="เลขประจำตัวเดียวกันเป็นสมาชิกหรือผู้สมัคร {times} แห่ง: {names}",
    english="one identity number stands for {times} members or applicants: {names}",
    next_thai="หมู่บ้านที่เกี่ยวข้องตรวจบัตร แล้วรวมทะเบียน (member_duplicate_merged) ปิดสมาชิกภาพหนึ่ง หรือแก้เลขที่พิมพ์ผิด",
    next_english="look at the card; merge the records, end one membership, or put a mistyped number right",
    source="5.5, 9.9, 11",
)
LOG_CONTRADICTED: Final = BesideRule(
    code="LOG_CONTRADICTED",
    basis="checkpoints",
    severity=Severity.HIGH,
    owner=Owner.AUDITOR,
    thai="เครื่อง {label} ลงนามว่าเคยตรวจสมุดกลาง {size} รายการ ที่ไม่ใช่สมุดกลางซึ่งประกาศไว้",
    english="{label} has signed that it verified a log of {size} entries which is not the published one",
    next_thai="อย่าลบสิ่งใด ผู้ตรวจสอบเทียบสองฉบับ (sajja village status) แล้วลงนามเหตุผล (finding_resolved)",
    next_english="delete nothing; an auditor compares both proofs, then officers sign why it was (finding_resolved)",
    source="9.12",
)
RULES: Final = (DUPLICATE_PERSON, LOG_CONTRADICTED)


def log_contradicted(village: str, label: str, place: Place, origin: str, size: int, root: str) -> Finding:
    """That a device has verified another log than the published one.

    Args:
        village: its unit.
        label: what people call it.
        place: the entry that says so.
        origin: of the checkpoint that it verified.
        size: likewise.
        root: likewise.
    """
    hit = Hit(
        village=village,
        subject=(place[0], origin, size, root),
        fields={"label": label, "size": size},
        entries=(place,),
    )
    return found(LOG_CONTRADICTED, hit)


def person_in_several(members: dict[tuple[str, str], Place]) -> Finding:
    """That one person stands in several places.

    Args:
        members: village and member of each, with the entry beside which the number was last told.
    """
    places = sorted(members)
    hit = Hit(
        village=OFFICE,
        subject=tuple(word for place in places for word in place),
        fields={"names": " · ".join(f"{village}/{member}" for village, member in places), "times": len(places)},
        entries=tuple(members[place] for place in places),
    )
    return found(DUPLICATE_PERSON, hit)
