"""What the fields of events are called in Thai. A test fails where a field has no word."""

from typing import Final

_WORDS: Final = """
absent เครื่องที่ไม่มา|abstained ผู้งดออกเสียง|account รหัสบัญชี|advance_satang รับล่วงหน้า
allowance_satang ตัดจากค่าเผื่อ|amount_satang จำนวนเงิน|applicant ผู้สมัคร|appraiser ผู้พิจารณา
approvals ลายมือชื่ออนุมัติ|as_of ณ วันที่|as_of_index ณ ลำดับในสมุดกลาง|assembly ประชุมใหญ่
asset ทรัพย์สิน|auditor ผู้ตรวจสอบ|balance_satang ยอดคงเหลือ|balances ยอดคงเหลือ|bank บัญชีธนาคาร
bank_accounts บัญชีธนาคาร|bank_satang ยอดธนาคาร|basis เหตุผล/เกณฑ์|basis_satang ยอดที่ใช้คิด
benefit ประเภทสวัสดิการ|book เล่มที่|book_satang ค่าสมุด/ยอดบัญชี|borrower_met พบผู้กู้
box กล่องเงิน (ผู้ถือ)|buckets ช่วงอายุหนี้|buyer ผู้ซื้อ|bylaws ระเบียบฉบับที่|bytes ขนาดไฟล์
carrier ผู้ถือเงิน|cash เงินแยกชนิด|cash_difference_satang ปัดเศษเงินสด|cause สาเหตุ|caused_by สืบเนื่องจาก|certificate ใบมรณบัตร
certifier ผู้รับรอง|channel เงินสดหรือธนาคาร|child_order บุตรคนที่|claim คำขอ|code รหัส
collateral หลักประกัน|committee_satang กรรมการ/สาธารณประโยชน์|contract เลขที่สัญญา
cost รายการค่าใช้จ่าย|cost_satang ต้นทุน|count การนับเงิน|counted ผลการนับ|counters ผู้นับ
counts การนับเงิน|covered_satang ส่วนที่คุ้มครอง|days จำนวนวัน|debts_satang หนี้สิน
decided_by ผู้มีมติ|degree ระดับการศึกษา|delay ความล่าช้า|demonstration เครือข่ายสาธิต
depreciation_satang ค่าเสื่อมสะสม|derived กุญแจสาธิต|development_satang พัฒนาหมู่บ้าน
device แท็บเล็ต|devices แท็บเล็ตทุกเครื่อง|died วันตาย|difference_satang ผลต่าง
direction ขาดหรือเกิน|dispute ข้อพิพาท|districts อำเภอ|dividends ปันผลรายคน|donor ผู้ให้|due กำหนด
due_satang ส่วนที่ค้างรับ|duplicate รหัสซ้ำ|effective มีผลวันที่|effective_from มีผลตั้งแต่
eligible จำนวนผู้มีสิทธิ|engagement งานตรวจ|english_name ชื่ออังกฤษ|entrance_satang ค่าแรกเข้า
entries รายการ|entry รายการ|event_count จำนวนรายการ|evidence หลักฐาน|excess_satang ส่วนเกิน|expense ค่าใช้จ่าย
expense_satang ตัดเป็นค่าใช้จ่าย|fee_satang ค่าธรรมเนียม|fields ช่องที่แก้|file แฮชของไฟล์
finding ข้อสังเกต|fine_satang ค่าปรับ|first_due งวดแรก|first_entries รายการแรก|first_month ตั้งแต่เดือน|first_no เลขแรก
formula สูตร|founded วันก่อตั้ง|from_village จากหมู่บ้าน|fund กองทุน|fund_satang เงินกองทุนหมุนเวียน
gain_satang กำไร|gender เพศ|general_meeting_quorum_bp องค์ประชุมใหญ่|granted_by ผู้อนุญาต
gross_satang ยอดเงินกู้|group กลุ่มสมาชิก|guarantor ผู้ค้ำ|guardian ผู้ปกครอง|happened วันเกิดเหตุ
hearing บันทึกการชี้แจง|holder ผู้ถือ|home หมู่บ้านของตน|how วิธี|income_satang รายได้
independence คำรับรองความเป็นอิสระ|inputs แฮชของข้อมูลตั้งต้น|into กล่องที่รับคืน|interest_free ไม่รับไม่จ่ายดอกเบี้ย
interest_runs คิดดอกเบี้ยต่อ|interest_satang ดอกเบี้ย|interest_total_satang ดอกเบี้ยรวม|item สิ่งของ|items รายการกระทบ
joined วันเข้า|key กุญแจ|kind ชนิด|label ชื่อเครื่อง|last_no เลขสุดท้าย
last_hash แฮชสุดท้าย|last_sequence ลำดับสุดท้าย
last_trusted_sequence ลำดับสุดท้ายที่เชื่อถือ|last รายการสุดท้าย
last_used_no เลขสุดท้ายที่ใช้|leader หัวหน้า|ledger สมุดบัญชี|life_months อายุใช้งาน (เดือน)
lines บรรทัด|lines_of_page บรรทัดในหน้า|linkage_loan เงินกู้เชื่อมโยง|loan สัญญาเงินกู้
log_key กุญแจสมุดกลาง|loss_satang ขาดทุน|matched_by ผู้สมทบ|matching_round รอบสมทบ|meeting วันทำการ
member สมาชิก|members สมาชิก|members_list แฮชบัญชีรายชื่อ|met_in_person พบตัวจริง|met_on วันประชุม
method วิธีคิด|minutes รายงานการประชุม|missing_satang ส่วนที่ขาด|month เดือน|months เดือน
moo หมู่ที่|name ชื่อ|net_satang จ่ายสุทธิ|new_member รหัสสมาชิกใหม่|next_due งวดถัดไป|next_previous แฮชก่อนหน้า|next_sequence ลำดับถัดไป
nights จำนวนคืน|no เลขที่|note บันทึก|occupation_group กลุ่มอาชีพ|officers กรรมการ
new_origin ชื่อสมุดกลางใหม่|old_origin ชื่อสมุดกลางเดิม
old_serial เล่มเก่า|opening_cash_satang เงินเปิด|opinion ความเห็น|origin ชื่อสมุดกลาง
owner ผู้รับผิดชอบ|paper_reason เหตุผลที่บันทึกจากกระดาษ|paid_into คืนเข้ากล่อง|papers เอกสาร|patronage เฉลี่ยคืนรายคน|people จำนวนคน
period_from ตั้งแต่
period_to ถึง|person บุคคล|person_hash แฮชบุคคล|photo รูปถ่าย|pieces จำนวนชิ้น
piggy_banks จำนวนกระปุก|place ที่เก็บ|plan แผน|pool_satang เงินที่แบ่ง|posted_month ลงงวดเดือน
premium_satang เบี้ยประกัน|present ผู้มาประชุม|principal_satang เงินต้น|proceeds_satang เงินที่ได้
product ประเภทเงินกู้/สินค้า|product_code รหัสประเภทตามระเบียบ|profit_satang กำไรสุทธิ|proof ลายมือชื่อพิสูจน์
purpose วัตถุประสงค์|purposes วัตถุประสงค์|quantity จำนวน|rate_bp อัตรา|rate_bp_month อัตราต่อเดือน
rate_bp_year อัตราต่อปี|reason เหตุผล|rebate_satang ส่วนลด|receipt ใบเสร็จ|recipient ผู้รับ
reconciliation การกระทบยอด|reconciliations การกระทบยอด|reinstated_from คืนสิทธิตั้งแต่
released รายการที่ปล่อย|replaced รายการเดิม|replacement รายการแทน|report รายงาน|reported วันแจ้ง|reporter ผู้แจ้ง
request คำขอ|reserve_satang ทุนสำรอง|resolution มติ|rest_from พักตั้งแต่|rest_to พักถึง
restriction ข้อจำกัด|risk_reserve_satang ทุนสำรองความเสี่ยง|reversed รายการที่กลับ|role ตำแหน่ง|root รากแฮช
rounding_mode วิธีปัดค่างวด|rounding_satang หน่วยปัดค่างวด|rules ระเบียบ|run รอบคำนวณ
sample_list แฮชรายชื่อตัวอย่าง|saved_in เงินออมประเภท|savings_satang เงินออม|schedule แฮชตารางชำระ
scope ส่วน|scopes ส่วน|seal เลขซีล|seed เมล็ดสุ่ม|seen_satang ยอดที่เห็น|serial เลขที่เล่ม
set_off_interest_satang หักดอกเบี้ย|set_off_principal_satang หักเงินต้น|settled_by รายการที่แก้
settlement เลขที่นำส่ง|severity ความรุนแรง|share ปันผลหรือเฉลี่ยคืน|shares สัดส่วน
shares_satang เงินสัจจะ/หุ้น|side ฝั่ง|size ขนาด|slip ใบนำฝาก/ใบยืนยัน|source ที่มา
special_satang ออมพิเศษ|stage ขั้น|state แฮชสถานะ|sub บัญชีย่อย|subject เรื่อง|successor เครื่องใหม่|succeeds แทนเครื่อง
survivor รหัสที่คงไว้|suspended_from ระงับตั้งแต่|taken_as ลงบัญชีเป็น|term_from เริ่มวาระ
term_to ครบวาระ|text ข้อความ|text_version ฉบับข้อความ|thai_name ชื่อไทย|times ครั้งที่
to รายการที่แนบ|to_member ผู้รับโอน|to_village ไปหมู่บ้าน|total_satang ยอดรวม|totals ยอดรวมตามชนิด
treated_as ลงบัญชีเป็น|trial_balance แฮชงบทดลอง|unchecked_reason เหตุที่ไม่ตรวจเลข
value_satang มูลค่า|version ฉบับที่|villages หมู่บ้าน|voucher ใบสำคัญ|waiting_from เริ่มรอสิทธิ
waste ของเสีย|weights_total น้ำหนักรวม|welfare_joined เข้าสวัสดิการเมื่อ
welfare_paid_to สมทบถึงเดือน|welfare_satang กองทุนสวัสดิการ|what สิ่งที่ให้|witness พยาน
witnesses พยาน|women ผู้หญิง|year ปี (ค.ศ.)
"""

FIELD_WORDS: Final[dict[str, str]] = dict(
    entry.strip().split(" ", 1) for line in _WORDS.strip().splitlines() for entry in line.split("|")
)
