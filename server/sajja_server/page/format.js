// How numbers, money, dates and ages are written for people.
//
//  * Money is integer satang from the server to the screen; no amount ever becomes a fraction.
//  * Years are of the Buddhist era in both languages; the calendar is always spelled out, never left to the locale.
//  * Days and times are those of Bangkok, wherever the reader sits.

const ZONE = "Asia/Bangkok";
const DAY_MS = 86_400_000;
const BANGKOK_MS = 7 * 3_600_000; // no daylight saving since 1920
const LOCALE = { th: "th-TH-u-ca-buddhist-nu-latn", en: "en-GB-u-ca-buddhist-nu-latn" };

const formatters = new Map();

function formatter(language, name, options) {
  const key = `${language} ${name}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(LOCALE[language], options));
  return formatters.get(key);
}

export function count(value) {
  return Number.isSafeInteger(value) ? group(value, String(Math.abs(value))) : "–";
}

export function baht(satang) {
  if (!Number.isSafeInteger(satang)) return "–"; // beyond 2^53 a browser would show a wrong digit: show none
  const digits = String(Math.abs(satang)).padStart(3, "0");
  return `${group(satang, digits.slice(0, -2))}.${digits.slice(-2)}`;
}

function group(value, digits) {
  return (value < 0 ? "−" : "") + digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function dated(language, name, options, at) {
  const parts = formatter(language, name, options).formatToParts(at);
  const part = (type) => parts.find((one) => one.type === type)?.value ?? "";
  const year = part("year");
  const era = language === "en" ? ` B.E. ${year}` : ` ${year}`;
  return `${part("day")} ${part("month")}${era}`;
}

// A business date such as "2020-08-22".
export function day(language, iso) {
  const at = Date.parse(`${iso}T00:00:00Z`);
  if (Number.isNaN(at)) return "–";
  return dated(language, "day", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" }, at);
}

export function moment(language, ms) {
  const date = dated(language, "date", { day: "numeric", month: "short", year: "numeric", timeZone: ZONE }, ms);
  return `${date} ${clock(language, ms)}`;
}

export function clock(language, ms, seconds = false) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE };
  if (seconds) options.second = "2-digit";
  return formatter(language, `clock${seconds}`, options).format(ms) + (language === "th" ? " น." : "");
}

export function age(language, ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const relative = new Intl.RelativeTimeFormat(language === "th" ? "th-TH-u-nu-latn" : "en-GB", { numeric: "always" });
  if (seconds < 90) return relative.format(-seconds, "second");
  if (seconds < 5400) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 129_600) return relative.format(-Math.round(seconds / 3600), "hour");
  return relative.format(-Math.round(seconds / 86_400), "day");
}

// How long ago a device was seen, in days of the calendar in Bangkok.
export function freshness(device, now) {
  if (device.revoked) return "revoked";
  if (!Number.isSafeInteger(device.seen_at)) return "never";
  const days = Math.floor((now + BANGKOK_MS) / DAY_MS) - Math.floor((device.seen_at + BANGKOK_MS) / DAY_MS);
  if (days <= 0) return "today";
  if (days <= 7) return "week";
  return days <= 30 ? "month" : "older";
}

export const FRESHNESS = ["today", "week", "month", "older", "never", "revoked"];
