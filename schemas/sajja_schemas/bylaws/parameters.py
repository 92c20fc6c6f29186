"""Every parameter of the bylaws: what it is called, and which ledgers it is for.

A path is `field` or `group.field` of `sajja_schemas.events.ruleset.Bylaws`; a list is one parameter. The unit is in the
name. A form, a printed ruleset and the table in docs/domain.md section 4 read this list; a test holds it to the shapes.
"""

from typing import Final

import msgspec

from sajja_schemas.accounts import LedgerKind
from sajja_schemas.events.ruleset import Bylaws


class Parameter(msgspec.Struct, frozen=True):
    """One rule that a meeting may make."""

    path: str
    ledgers: frozenset[LedgerKind]
    thai: str
    english: str


_BANK: Final = frozenset({LedgerKind.BANK})
_WELFARE: Final = frozenset({LedgerKind.WELFARE})
_RISK: Final = frozenset({LedgerKind.RISK})
_NETWORK: Final = frozenset({LedgerKind.NETWORK})
_GROUP: Final = frozenset({LedgerKind.GROUP})
_MEMBERS: Final = _BANK | _GROUP
_ALL: Final = frozenset(LedgerKind)

PARAMETERS: Final = (
    Parameter("fiscal_year_end", _ALL, "วันสิ้นปีบัญชี", "End of the fiscal year"),
    Parameter("general_meeting_quorum_bp", _ALL, "องค์ประชุมใหญ่", "Quorum of a general meeting"),
    Parameter("meeting_day", _MEMBERS, "วันทำการของเดือน", "Meeting day of the month"),
    Parameter("calendar.meeting_weekday", _MEMBERS, "วันทำการตามวันในสัปดาห์", "Meeting day by weekday"),
    Parameter("calendar.general_meeting_month", _ALL, "เดือนประชุมใหญ่", "Month of the general meeting"),
    Parameter("share_par_satang", _MEMBERS, "มูลค่าหุ้นละ", "Par value of a share"),
    Parameter("pledge_min_satang", _BANK, "สัจจะขั้นต่ำต่อเดือน", "Least pledge a month"),
    Parameter("pledge_max_satang", _BANK, "สัจจะสูงสุดต่อเดือน", "Greatest pledge a month"),
    Parameter("share_late_fine_satang", _BANK, "ค่าปรับขาดส่งสัจจะต่อเดือน", "Fine for a missed month"),
    Parameter("shares.pledge_changes_per_year", _BANK, "เปลี่ยนยอดสัจจะได้ปีละ", "Changes of the pledge a year"),
    Parameter("shares.partial_withdrawal", _BANK, "ถอนสัจจะบางส่วนได้", "Shares may be withdrawn in part"),
    Parameter("shares.partial_withdrawal_after_months", _BANK, "ถอนบางส่วนได้หลังเป็นสมาชิก", "In part only after"),
    Parameter("shares.fractional_shares", _MEMBERS, "หุ้นเป็นเศษได้", "Parts of a share are allowed"),
    Parameter("special_savings_rate_bp", _BANK, "ดอกเบี้ยออมพิเศษต่อปี", "Interest on special savings a year"),
    Parameter("special_savings.method", _BANK, "วิธีคิดดอกเบี้ยออมพิเศษ", "Method of that interest"),
    Parameter("special_savings.post_dates", _BANK, "วันที่เข้าดอกเบี้ย", "Days on which it is credited"),
    Parameter("loan_products", _BANK, "ประเภทเงินกู้", "Loan products"),
    Parameter("loans.allocation_order", _BANK, "ลำดับการตัดชำระ", "Order in which a payment is used"),
    Parameter("loans.penalty", _BANK, "ค่าปรับเงินกู้", "Penalty on a late loan"),
    Parameter("loans.yearly_cost_max_bp", _BANK, "ดอกเบี้ยรวมค่าปรับสูงสุดต่อปี", "Most that a loan may cost a year"),
    Parameter("loans.provisions", _BANK, "อัตราค่าเผื่อหนี้ตามวันค้าง", "Allowance by days overdue"),
    Parameter("loans.write_off_after_days", _BANK, "ตัดหนี้สูญได้หลังค้าง", "Written off only after"),
    Parameter("loans.reschedules_max", _BANK, "ปรับโครงสร้างหนี้ได้ไม่เกิน", "Times that a loan may be rescheduled"),
    Parameter("approvals", _ALL, "ชั้นผู้อนุมัติตามวงเงิน", "Approver classes by amount"),
    Parameter("box_limit_satang", _ALL, "วงเงินสดในกล่อง", "Limit of the cash box"),
    Parameter("deposit_within_hours", _ALL, "ฝากธนาคารภายใน", "Cash goes to the bank within"),
    Parameter("cash.rounding_satang", _ALL, "หน่วยปัดเศษเงินสด", "Unit of cash rounding"),
    Parameter("cash.rounding_mode", _ALL, "วิธีปัดเศษเงินสด", "Mode of cash rounding"),
    Parameter("allocation", _BANK, "การจัดสรรกำไร", "Allocation of profit"),
    Parameter("dividend.weight", _MEMBERS, "ฐานคิดเงินปันผล", "Weight of the dividend"),
    Parameter("dividend.membership_months_min", _MEMBERS, "มีสิทธิปันผลเมื่อเป็นสมาชิก", "Dividend only after"),
    Parameter("dividend.rounding", _MEMBERS, "วิธีปัดเศษปันผล", "Rounding of the dividend"),
    Parameter("dividend.residue", _MEMBERS, "เศษที่เหลือจากปันผล", "What rounding leaves over"),
    Parameter("dividend.leavers_share", _MEMBERS, "ผู้ลาออกและทายาทมีส่วน", "Leavers and heirs take part"),
    Parameter("welfare_contribution_satang_month", _WELFARE, "เงินสมทบต่อเดือน", "Contribution a month"),
    Parameter("welfare.contribution_satang_year", _WELFARE, "เงินสมทบจ่ายรายปี", "Contribution for a year at once"),
    Parameter("welfare.entry_fee_satang", _WELFARE, "ค่าสมัครกองทุนสวัสดิการ", "Entry fee"),
    Parameter("welfare_waiting_days", _WELFARE, "ระยะรอสิทธิ", "Waiting days"),
    Parameter("welfare.benefits", _WELFARE, "ตารางสวัสดิการ", "Table of benefits"),
    Parameter("welfare.year_basis", _WELFARE, "ปีที่นับเพดานสวัสดิการ", "Year of the yearly limits"),
    Parameter("welfare.night_rule", _WELFARE, "วิธีนับคืน", "How nights are counted"),
    Parameter("welfare.lapse_missed", _WELFARE, "ขาดส่งกี่งวดจึงขาดสภาพ", "Missed months to a lapse"),
    Parameter("welfare.lapse_operator", _WELFARE, "เกิน หรือ ครบจำนวนงวด", "More than, or as many"),
    Parameter("welfare.claim_window_days", _WELFARE, "ยื่นคำขอภายใน", "A claim comes within"),
    Parameter("welfare.admin_cap_bp", _WELFARE, "ค่าบริหารไม่เกิน", "Administration is at most"),
    Parameter("welfare.matched_rounds_max", _WELFARE, "รับสมทบรัฐได้คนละไม่เกิน", "Rounds of matching for a person"),
    Parameter("risk.premium_bp", _RISK, "อัตราเบี้ยประกัน", "Premium"),
    Parameter("risk.covers", _RISK, "วงเงินคุ้มครองตามประเภทเงินกู้", "Cover of each product"),
    Parameter("risk.causes", _RISK, "เหตุที่คุ้มครอง", "Events covered"),
    Parameter("risk.shortage_rule", _RISK, "เมื่อเงินไม่พอจ่าย", "When the fund runs short"),
    Parameter("risk.default_cover", _RISK, "คุ้มครองหนี้ผิดนัด", "Default is covered"),
    Parameter("risk.default_covered_max_satang", _RISK, "วงเงินคุ้มครองหนี้ผิดนัด", "Default is covered up to"),
    Parameter("risk.interest_covered", _RISK, "คุ้มครองดอกเบี้ยด้วย", "Interest is covered too"),
    Parameter("risk.premium_refund", _RISK, "คืนเบี้ยเมื่อปิดก่อนกำหนด", "Premium is refunded on early closing"),
    Parameter("risk.waiting_days", _RISK, "ระยะรอความคุ้มครอง", "Waiting days of the cover"),
    Parameter("pool_rate_in_bp", _NETWORK, "ดอกเบี้ยเงินฝากกองกลางต่อปี", "Interest on deposits with the pool"),
    Parameter("pool_rate_out_bp", _NETWORK, "ดอกเบี้ยเงินกู้เชื่อมโยงต่อปี", "Interest on linkage loans"),
    Parameter("network.contribution_bp_year", _NETWORK, "ค่าบำรุงเครือข่ายต่อปี", "Contribution to the network a year"),
    Parameter("network.contribution_of", _NETWORK, "ฐานค่าบำรุงเครือข่าย", "What it is a part of"),
    Parameter("network.max_linkage_pct_of_pool", _NETWORK, "เงินกู้เชื่อมโยงรวมไม่เกิน", "All linkage loans"),
    Parameter("network.single_village_limit_pct", _NETWORK, "เงินกู้หมู่บ้านเดียวไม่เกิน", "One village's loans"),
    Parameter("network.village_par30_max_bp", _NETWORK, "PAR30 ของหมู่บ้านผู้กู้ไม่เกิน", "PAR30 of a village that borrows"),
    Parameter("network.withdrawal_notice_days", _NETWORK, "แจ้งถอนล่วงหน้า", "Notice of a withdrawal"),
    Parameter("network.transit_days_warn", _NETWORK, "เตือนเงินระหว่างทางเกิน", "Money in transit is a finding after"),
    Parameter("group.members_min", _GROUP, "สมาชิกกลุ่มอย่างน้อย", "Members at least"),
    Parameter("group.profit_basis", _GROUP, "ฐานแบ่งกำไรกลุ่ม", "Profit is shared by"),
    Parameter("audit.confirmation_sample_pct", _ALL, "สุ่มยืนยันยอด", "Balances confirmed by sample"),
    Parameter("audit.backdate_days_max", _ALL, "ลงวันที่ย้อนหลังได้ไม่เกิน", "Backdated at most"),
    Parameter("audit.late_sync_days_warn", _ALL, "เตือนเมื่อไม่ส่งข้อมูลเกิน", "A late sync is a finding after"),
    Parameter("islamic.member_no_interest", _BANK, "สมาชิกเลือกไม่คิดดอกเบี้ยได้", "A member may choose no interest"),
    Parameter("islamic.fee_model", _BANK, "ค่าธรรมเนียมแทนดอกเบี้ย", "Fee in place of interest"),
    Parameter("islamic.fee_satang", _BANK, "จำนวนค่าธรรมเนียม", "Amount of that fee"),
    Parameter("retention.erasure_days_max", _ALL, "ลบข้อมูลตามคำขอภายใน", "Erased after a request within"),
    Parameter("retention.personal_months_after_exit", _ALL, "เก็บข้อมูลหลังพ้นสมาชิก", "Kept after a member left"),
    Parameter("retention.claim_evidence_months", _WELFARE | _RISK, "เก็บหลักฐานคำขอ", "Evidence of claims is kept"),
)


def read_parameter(rules: Bylaws, path: str) -> object:
    """What a ruleset says of a parameter; None, or an empty list, where it says nothing."""
    found: object = rules
    for name in path.split("."):
        found = None if found is None else getattr(found, name)
    return found


def is_ruled(rules: Bylaws, path: str) -> bool:
    """Whether a ruleset says anything of a parameter."""
    return read_parameter(rules, path) not in (None, ())


def unruled(rules: Bylaws, kind: LedgerKind) -> tuple[str, ...]:
    """The parameters of a ledger of this kind on which a ruleset says nothing."""
    return tuple(one.path for one in PARAMETERS if kind in one.ledgers and not is_ruled(rules, one.path))
