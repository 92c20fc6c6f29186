"""Months and years: closed stays closed, and lists come to their sums (docs/domain.md sections 5.13 and 9.12)."""

from typing import Any, Final

from sajja_schemas import periods
from sajja_schemas.accounts import belongs_to, is_result
from sajja_schemas.entry import OFFICE
from sajja_schemas.events import CATALOGUE, NAMING_LEDGER, Body, lines_of
from sajja_schemas.events.closing import (
    DividendDeclared,
    FundYearClosed,
    PatronageDeclared,
    PeriodClosed,
    PeriodReopened,
    YearEndAllocationApproved,
    YearEndClosed,
    YearEndTrialBalanceSealed,
)
from sajja_schemas.events.groups import (
    GroupDissolved,
    GroupExpenseRecorded,
    GroupInputPurchased,
    GroupMemberJoined,
    GroupMemberLeft,
    GroupProductionRecorded,
    GroupProfitDistributed,
    GroupRegistered,
    GroupSaleRecorded,
    GroupStockCounted,
)  # fmt: skip
from sajja_schemas.events.villages import VillageLeftNetwork
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers import papers
from sajja_schemas.registers.noting import latest
from sajja_schemas.registers.resolutions import LATE_ENTRY
from sajja_schemas.rules.declaring import EntryRule
from sajja_schemas.rules.ledgers import village_of
from sajja_schemas.rules.members import knows_village
from sajja_schemas.transit import PAIRS

_FUNDS: Final = ("welfare", "risk", "network")  # the office's ledgers
_GROUP_MEMBERS_MIN: Final = 5
_OF_A_GROUP: Final = (
    GroupExpenseRecorded, GroupInputPurchased, GroupMemberJoined, GroupMemberLeft, GroupProductionRecorded,
    GroupProfitDistributed, GroupSaleRecorded, GroupStockCounted,
)  # fmt: skip


def _late(books: Books, body: Body) -> Hit | None:
    if not books.periods.closes:
        return None
    for ledger in _own_ledgers(body):
        if periods.is_late(books.periods, body, ledger) and any(line[0] == ledger for line in lines_of(body)):
            return Hit(fields={"ledger": ledger, "month": f"{body.date:%Y-%m}", "dated_on": body.date})
    return None


def _own_ledgers(body: Body) -> tuple[str, ...]:
    """The author's own: a fund's close names the office's devices, and knows nothing of the villages'."""
    if body.village == OFFICE:
        return _FUNDS
    named: str = getattr(body.event, "ledger", "") if type(body.event) in NAMING_LEDGER else ""
    bank = f"bank:{body.village}"
    return (bank, named) if named and named != bank and belongs_to(named, body.village) else (bank,)


def _uneven(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, YearEndTrialBalanceSealed)
    off = sum(line.amount_satang for line in event.lines)
    return Hit(fields={"ledger": event.ledger, "year": event.year}, amount_satang=off) if off else None


def _sealed_other(books: Books, body: Body) -> Hit | None:
    """The trial balance that was sealed is the ledger's, account by account."""
    event = body.event
    assert isinstance(event, YearEndTrialBalanceSealed)
    there: dict[int, int] = {}
    for (ledger, account, _sub), amount in books.balances.items():
        if ledger == event.ledger:
            there[account] = there.get(account, 0) + amount
    for line in event.lines:
        there[line.account] = there.get(line.account, 0) - line.amount_satang
    off = sum(abs(amount) for amount in there.values())
    return Hit(fields={"ledger": event.ledger, "year": event.year}, amount_satang=off) if off else None


def _parts(_books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    off = sum(line.amount_satang for line in event.lines) - event.pool_satang
    return Hit(fields={"run": event.run}, amount_satang=off) if off and event.lines else None


def _loss(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, YearEndAllocationApproved)
    profit = -books.balances.get((f"bank:{body.village}", 3320, ""), 0)
    if event.profit_satang <= profit:
        return None
    return Hit(fields={"year": event.year}, amount_satang=event.profit_satang - max(profit, 0))


def _not_zero(books: Books, body: Body) -> Hit | None:
    """An account that a year's close takes beyond nothing. A close may have several pages, so it may stop short."""
    event: Any = body.event
    for line in event.lines:
        before = books.balances.get((event.ledger, line.account, line.sub or ""), 0)
        left = before + line.amount_satang
        if is_result(line.account) and left and (left > 0) is not (before > 0):
            return Hit(fields={"ledger": event.ledger, "account": line.account}, amount_satang=left)
    return None


def _reopened(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, PeriodReopened)
    if (event.ledger, int(event.month[:4])) not in books.periods.sealed:
        return None
    return Hit(fields={"ledger": event.ledger, "month": event.month})


def _group_left(books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, GroupDissolved)
    rest = sum(abs(amount) for (ledger, _account, _sub), amount in books.balances.items() if ledger == event.ledger)
    return Hit(fields={"ledger": event.ledger}, amount_satang=rest) if rest else None


def _not_there(books: Books, body: Body) -> Hit | None:
    event: Any = body.event
    if _is_group(books, event.ledger):
        return None
    amount: int | None = getattr(event, "amount_satang", None)
    return Hit(fields={"ledger": event.ledger}, amount_satang=amount, is_sure=knows_village(books, body.village))


def _is_group(books: Books, ledger: str) -> bool:
    """Whether a group was registered, and goes on."""
    known = books.registers.row(papers.GROUPS, (ledger,))
    return latest(known, "registered") is not None and not papers.has_ended(books.registers, papers.GROUPS, (ledger,))


def _left_out(books: Books, body: Body) -> Hit | None:
    """A device of the village whose entries a close does not name: all that it recorded would be late."""
    event = body.event
    assert isinstance(event, PeriodClosed)
    unit = village_of(event.ledger)
    named = {ref.device for ref in event.devices}
    away = [
        name for name, device in books.trust.devices.items()
        if device.unit == unit and device.sequence and name not in named
    ]  # fmt: skip
    return Hit(fields={"ledger": event.ledger, "month": event.month, "devices": len(away)}) if away else None


def _small(_books: Books, body: Body) -> Hit | None:
    event = body.event
    assert isinstance(event, GroupRegistered)
    people = len(set(event.members))
    return Hit(fields={"ledger": event.ledger, "people": people}) if people < _GROUP_MEMBERS_MIN else None


def _village_left(books: Books, body: Body) -> Hit | None:
    bank = f"bank:{body.village}"
    accounts = {(bank, pair.bank_account, "") for pair in PAIRS}
    accounts |= {(pair.fund, pair.fund_account, body.village) for pair in PAIRS}
    open_satang = sum(abs(books.balances.get(key, 0)) for key in accounts)
    return Hit(amount_satang=open_satang) if open_satang else None


RULES: Final = (
    EntryRule(
        code=LATE_ENTRY,
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="รายการลงวันที่ {dated_on} แต่งวด {month} ของ {ledger} ปิดแล้ว",
        english="the entry is dated {dated_on}, and {month} of {ledger} is closed",
        next_thai="ลงวันที่วันนี้ ถ้าเกิดขึ้นจริงในงวดนั้นให้บันทึกจากกระดาษ (--from-paper) แล้วลงนาม late_entry_accepted",
        next_english="date it today; if it did happen then, record it from paper and sign late_entry_accepted",
        source="5.13, 5.16, 9.12",
        refuses=True,
        events=tuple(
            event_type
            for event_type in CATALOGUE.values()
            if event_type.declared.postings and event_type not in {YearEndClosed, FundYearClosed}
        ),
        check=_late,
    ),
    EntryRule(
        code="TRIAL_BALANCE_UNEVEN",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="งบทดลองปี {year} ของ {ledger} รวมไม่เป็นศูนย์ ต่าง {amount} บาท",
        english="the trial balance {year} of {ledger} is {amount} baht off zero",
        next_thai="พิมพ์งบทดลองใหม่จากสมุด",
        next_english="print the trial balance again from the ledger",
        source="5.13",
        refuses=True,
        events=(YearEndTrialBalanceSealed,),
        check=_uneven,
    ),
    EntryRule(
        code="TRIAL_BALANCE_DIFFERS",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="งบทดลองปี {year} ที่ปิดของ {ledger} ต่างจากสมุดรวม {amount} บาท",
        english="the sealed trial balance {year} of {ledger} differs from the ledger by {amount} baht in all",
        next_thai="ดูรายการที่มาถึงหลังพิมพ์งบ แล้วปิดงบใหม่",
        next_english="see what arrived after it was printed, and seal it again",
        source="5.13",
        events=(YearEndTrialBalanceSealed,),
        check=_sealed_other,
        kept=False,  # it counts when it is approved, and the ledger has gone on by then
    ),
    EntryRule(
        code="PARTS_DIFFER_FROM_POOL",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="ผลรวมรายคนของ {run} ต่างจากเงินที่แบ่ง {amount} บาท",
        english="the members' parts of {run} differ from its pool by {amount} baht",
        next_thai="คำนวณใหม่ทั้งรายการ แล้วประกาศใหม่",
        next_english="compute the whole run again, and declare it again",
        source="5.13",
        refuses=True,
        events=(DividendDeclared, PatronageDeclared),
        check=_parts,
    ),
    EntryRule(
        code="ALLOCATED_BEYOND_PROFIT",
        severity=Severity.HIGH,
        owner=Owner.COMMITTEE,
        thai="จัดสรรกำไรปี {year} เกินกำไรที่มี {amount} บาท",
        english="{amount} baht more than the profit of {year} was allocated",
        next_thai="ปีขาดทุนไม่มีปันผล ประชุมใหญ่แก้การจัดสรร",
        next_english="a year of loss pays no dividend: the general meeting corrects the allocation",
        source="5.13",
        events=(YearEndAllocationApproved,),
        check=_loss,
    ),
    EntryRule(
        code="YEAR_CLOSED_BEYOND_ZERO",
        severity=Severity.MEDIUM,
        owner=Owner.AUDITOR,
        thai="ปิดบัญชี {account} ของ {ledger} เกินศูนย์ เหลือ {amount} บาท",
        english="closing took account {account} of {ledger} beyond zero: {amount} baht are left",
        next_thai="ปิดเพิ่มอีกหน้าให้เหลือศูนย์",
        next_english="close one more page, so that it stands at zero",
        source="5.13",
        events=(YearEndClosed, FundYearClosed),
        check=_not_zero,
        kept=False,  # what of that year comes later from another tablet is no mistake of who closed it
    ),
    EntryRule(
        code="REOPENED_A_SEALED_YEAR",
        severity=Severity.HIGH,
        owner=Owner.AUDITOR,
        thai="เปิดงวด {month} ของ {ledger} ทั้งที่ปิดงบปีแล้ว (ไม่มีผล)",
        english="{month} of {ledger} was to be reopened after its year was sealed; it has no effect",
        next_thai="ใช้รายการปรับปรุงในงวดที่เปิดอยู่แทน",
        next_english="post an adjustment in the open month instead",
        source="5.13",
        refuses=True,
        events=(PeriodReopened,),
        check=_reopened,
    ),
    EntryRule(
        code="GROUP_HAS_BALANCES",
        severity=Severity.MEDIUM,
        owner=Owner.COMMITTEE,
        thai="เลิกกลุ่ม {ledger} ทั้งที่ยังมียอดรวม {amount} บาท",
        english="{ledger} was dissolved with {amount} baht of balances open",
        next_thai="แบ่งกำไรและคืนหุ้นให้หมดก่อนเลิกกลุ่ม",
        next_english="share the profit and pay the shares back first",
        source="5.12",
        events=(GroupDissolved,),
        check=_group_left,
    ),
    EntryRule(
        code="CLOSE_LEAVES_OUT_A_DEVICE",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ปิดงวด {month} ของ {ledger} โดยไม่ระบุแท็บเล็ต {devices} เครื่องที่มีรายการ",
        english="the close of {month} of {ledger} leaves out {devices} devices that have entries",
        next_thai="ซิงค์ แล้วระบุรายการสุดท้ายของทุกเครื่องในช่อง devices",
        next_english="sync, and name the last entry of every device under devices",
        source="5.13",
        refuses=True,
        kept=False,  # a device that wrote its first line since is no mistake of who closed
        events=(PeriodClosed,),
        check=_left_out,
    ),
    EntryRule(
        code="UNKNOWN_GROUP",
        severity=Severity.MEDIUM,
        owner=Owner.TREASURER,
        thai="ไม่มีกลุ่ม {ledger} ที่ยังดำเนินการอยู่",
        english="there is no group {ledger}, or it was dissolved",
        next_thai="ตรวจชื่อกลุ่ม ถ้าเป็นกลุ่มใหม่ให้บันทึก group_registered ก่อน",
        next_english="check its name; a new group is registered first (group_registered)",
        source="5.12",
        refuses=True,
        events=_OF_A_GROUP,
        check=_not_there,
        still=lambda books, finding: not _is_group(books, str(finding.fields["ledger"])),
    ),
    EntryRule(
        code="GROUP_TOO_SMALL",
        severity=Severity.LOW,
        owner=Owner.COMMITTEE,
        thai="กลุ่ม {ledger} มีสมาชิก {people} คน น้อยกว่าห้าคน",
        english="the group {ledger} has {people} members, fewer than five",
        next_thai="รับสมาชิกเพิ่ม หรือกรรมการลงนามรับทราบ",
        next_english="take in more members, or let the committee sign that it knows",
        source="5.12",
        events=(GroupRegistered,),
        check=_small,
    ),
    EntryRule(
        code="VILLAGE_LEFT_WITH_BALANCES",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="{village} ออกจากเครือข่ายทั้งที่ยอดกับกองทุนค้างรวม {amount} บาท",
        english="{village} left the network with {amount} baht open between it and the funds",
        next_thai="ชำระยอดระหว่างกันให้หมดทุกคู่",
        next_english="settle every pair of balances",
        source="5.3",
        events=(VillageLeftNetwork,),
        check=_village_left,
    ),
)
