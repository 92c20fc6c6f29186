// How every figure is made: a sum of accounts, as sajja_schemas/figures.py declares it (the tests hold both to each other).
// "32xx" is every account from 3200 to 3299; "4xxx − 5xxx" is the result of the open year.

export const FORMULAS = {
  bank: {
    savings_satang: "3110 + 2110 + 2111 + 2112",
    fund_satang: "3110 + 2110 + 2111 + 2112 + 3120 + 3130 + 32xx + 33xx + 4xxx − 5xxx",
    loans_satang: "1210 + 1211 + 1212 + 1213 + 1214 + 1215",
    shares_satang: "3110",
    special_satang: "2110",
    seed_satang: "3120",
    reserve_satang: "32xx + 33xx + 4xxx − 5xxx",
    linkage_satang: "2220",
    network_deposit_satang: "1130",
    bank_satang: "1120 + 1121",
    cash_satang: "1110 + 1111",
    in_transit_satang: "1112",
    due_to_funds_satang: "2610 + 2620 + 2630",
  },
  welfare: {
    balance_satang: "3410 + 4xxx − 5xxx",
    bank_satang: "1120 + 1121",
    due_from_villages_satang: "1610",
    payable_satang: "2310",
  },
  risk: {
    balance_satang: "3420 + 4xxx − 5xxx",
    bank_satang: "1120 + 1121",
    due_from_villages_satang: "1610",
  },
  network: {
    capital_satang: "3430 + 32xx + 33xx + 4xxx − 5xxx",
    deposits_satang: "2230",
    linkage_satang: "1310",
    bank_satang: "1120 + 1121",
  },
};

// Sums over the twelve months that end with the day that the page names.
export const FLOWS = {
  welfare: { benefits_12m_satang: "521x + 522x" },
  risk: { premium_12m_satang: "4170", claims_12m_satang: "531x" },
};

// The chart's own names, so that a formula can be read beside the paper book.
export const ACCOUNTS = [
  { code: "1110", th: "เงินสดในกล่อง", en: "Cash box" },
  { code: "1111", th: "เงินสดในมือผู้เก็บเงิน", en: "Cash held by a collector" },
  { code: "1112", th: "เงินสดระหว่างนำส่ง", en: "Cash in transit" },
  { code: "1120", th: "เงินฝากธนาคาร ออมทรัพย์", en: "Bank savings account" },
  { code: "1121", th: "เงินฝากประจำ/สลากออมทรัพย์", en: "Fixed deposit, lottery bond" },
  { code: "1130", th: "เงินฝากกองกลางเครือข่าย", en: "Deposit with the network pool" },
  { code: "1210", th: "ลูกหนี้เงินกู้สามัญ", en: "Ordinary loans" },
  { code: "1211", th: "ลูกหนี้เงินกู้ฉุกเฉิน", en: "Emergency loans" },
  { code: "1212", th: "ลูกหนี้เงินกู้อาชีพ/ธุรกิจ", en: "Occupational loans" },
  { code: "1213", th: "ลูกหนี้ปรับโครงสร้าง", en: "Rescheduled loans" },
  { code: "1214", th: "ลูกหนี้กลุ่มอาชีพ", en: "Loans to groups" },
  { code: "1215", th: "ลูกหนี้เงินกู้เป็นสิ่งของ", en: "In-kind loans" },
  { code: "1310", th: "ลูกหนี้เงินกู้เชื่อมโยง", en: "Linkage loans to villages" },
  { code: "1610", th: "ลูกหนี้หมู่บ้าน (เงินรับแทน)", en: "Due from village banks" },
  { code: "2110", th: "เงินรับฝากออมพิเศษ", en: "Special savings" },
  { code: "2111", th: "เงินรับฝากเด็กและเยาวชน", en: "Child savings" },
  { code: "2112", th: "เงินรับฝากกลุ่มอาชีพ", en: "Group deposits" },
  { code: "2220", th: "เงินกู้เชื่อมโยงจากเครือข่าย", en: "Linkage loan payable" },
  { code: "2230", th: "เงินฝากจากธนาคารหมู่บ้าน", en: "Deposits from village banks" },
  { code: "2310", th: "สวัสดิการค้างจ่าย", en: "Welfare benefits payable" },
  { code: "2610", th: "เจ้าหนี้กองทุนสวัสดิการ (เงินรับแทน)", en: "Due to the welfare fund" },
  { code: "2620", th: "เจ้าหนี้กองทุนประกันความเสี่ยง", en: "Due to the risk fund" },
  { code: "2630", th: "เจ้าหนี้เครือข่าย", en: "Due to the network" },
  { code: "3110", th: "เงินสัจจะ/ทุนเรือนหุ้น", en: "Share savings" },
  { code: "3120", th: "ทุนสนับสนุน/เงินบริจาคตั้งต้น", en: "Seed and grant capital" },
  { code: "3130", th: "ทุนจากรัฐ (บัญชี 1)", en: "State fund capital" },
  { code: "32xx", th: "ทุนสำรองและกองทุนของหมู่บ้าน (3200 ถึง 3299)", en: "Reserves and village funds (3200 to 3299)" },
  { code: "33xx", th: "กำไรสะสมและกำไรรอจัดสรร (3300 ถึง 3399)", en: "Retained surplus and profit to allocate (3300 to 3399)" },
  { code: "3410", th: "ยอดกองทุนสวัสดิการ", en: "Welfare fund balance" },
  { code: "3420", th: "ยอดกองทุนประกันความเสี่ยง", en: "Risk fund balance" },
  { code: "3430", th: "ทุนกองกลางเครือข่าย", en: "Network pool capital" },
  { code: "4170", th: "เบี้ยประกัน", en: "Premium" },
  { code: "4xxx", th: "รายได้ของปีที่ยังไม่ปิด", en: "Income of the open year" },
  { code: "521x", th: "สวัสดิการจ่าย (5210 ถึง 5219)", en: "Welfare benefits (5210 to 5219)" },
  { code: "522x", th: "สวัสดิการจ่าย (5220 ถึง 5229)", en: "Welfare benefits (5220 to 5229)" },
  { code: "531x", th: "สินไหมจ่าย (5310 ถึง 5319)", en: "Claims (5310 to 5319)" },
  { code: "5xxx", th: "ค่าใช้จ่ายของปีที่ยังไม่ปิด", en: "Expense of the open year" },
];
