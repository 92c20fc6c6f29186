// What somebody must look at: at most ten unasked, the gravest first, each with what to do next.
//
//  * The sentences are the server's, in both languages; the page only chooses the reader's own.
//  * What no auditor can derive from the log says so beside it.
//  * Severity is a word and a mark; a colour says nothing alone.

import { count } from "./format.js";
import { h } from "./view.js";

export const UNASKED = 10;
const MARKS = { high: "!!", medium: "!", low: "·" };

export function section(words, language, answer, everything) {
  const title = h("h2", { id: "findings-title" }, words.findings);
  if (answer.total === 0) {
    return h("section", { class: "findings", "aria-labelledby": "findings-title" }, title, h("p", { class: "fine" }, h("span", { class: "mark", "aria-hidden": "true" }, "✓ "), words.findings_none));
  }
  const shown = answer.findings;
  return h(
    "section",
    { class: "findings", "aria-labelledby": "findings-title" },
    title,
    h("p", { class: "note" }, words.findings_shown(count(shown.length), count(answer.total))),
    h("ol", { class: "warnings" }, shown.map((one) => finding(words, language, one))),
    answer.total > UNASKED && h("button", { type: "button", class: "retry", "data-action": "findings", id: "all-findings", "aria-pressed": String(everything) }, everything ? words.findings_fewer : words.findings_all),
  );
}

function finding(words, language, one) {
  const [said, next] = language === "th" ? [one.thai, one.next_thai] : [one.english, one.next_english];
  return h(
    "li",
    { class: `finding ${one.severity}` },
    h("strong", {}, h("span", { class: "mark", "aria-hidden": "true" }, MARKS[one.severity]), ` ${words.severities[one.severity]} · `, h("bdi", {}, one.village), ": ", h("bdi", {}, said)),
    h("p", {}, `${words.owners[one.owner]}: ${next} `, h("code", {}, one.code)),
    one.basis === "personal_parts" && h("p", { class: "fine" }, words.findings_beside),
  );
}
