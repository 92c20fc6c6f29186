// What the page shows for what is known: a pure function from figures to elements.
//
//  * Text reaches the document as text nodes only: a name may hold anything.
//  * A figure carries its formula; a state carries its word; a colour says nothing alone.
//  * What does not count (awaiting approval, quarantined) is shown, also when it is nothing.

import { ACCOUNTS, FLOWS, FORMULAS } from "./formulas.js";
import { section as findings_section } from "./findings.js";
import { FRESHNESS, age, baht, count, day, freshness, moment } from "./format.js";

const MAIN = ["members", "women", "savings_satang", "fund_satang", "loans_satang"];
const REST = [
  "par30_satang", "shares_satang", "special_satang", "seed_satang", "reserve_satang", "linkage_satang",
  "network_deposit_satang", "bank_satang", "cash_satang", "in_transit_satang", "due_to_funds_satang",
];
const FUND_HEADS = { welfare: "balance_satang", risk: "balance_satang", network: "capital_satang" };

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

const name = (text) => h("bdi", { class: "name" }, text);

function formula(words, kind, key) {
  const special = {
    members: words.members_formula,
    women: words.women_formula,
    enrolled: words.enrolled_formula,
    par30_satang: words.par30_formula,
    covered_satang: words.covered_formula,
  };
  const flow = FLOWS[kind]?.[key];
  return special[key] ?? (flow && words.twelve_months(flow)) ?? FORMULAS[kind]?.[key] ?? "";
}

function value(words, kind, key, amount) {
  const money = key.endsWith("_satang");
  const text = money ? baht(amount) : count(amount);
  const shown = h("data", { class: amount < 0 ? "amount negative" : "amount", value: amount, title: `= ${formula(words, kind, key)}` }, text);
  // Its size in a tile or card follows its length, so that the longest still fits the narrowest screen and the largest text.
  shown.style.setProperty("--characters", String(Math.max(9, text.length)));
  return shown;
}

function unit(words, key) {
  return h("span", { class: "unit" }, key.endsWith("_satang") ? words.baht : words.people);
}

// A large figure, and how it is made.
function tile(words, { kind, key, label, amount, note, of, parts = [], row = {} }) {
  return h(
    "article",
    { class: `tile ${key}` },
    h("h3", {}, label),
    h("p", { class: "figure" }, value(words, kind, key, amount), " ", unit(words, key)),
    dispute(words, row, key),
    note && h("p", { class: "note" }, note),
    h(
      "details",
      { class: "source", id: `source-${kind}-${key}` },
      h("summary", {}, words.source, h("span", { class: "unseen" }, `: ${label}`)),
      h("p", {}, `= ${formula(words, kind, key)}`, of && ` (${of})`),
      parts.map(([part, called]) => h("p", {}, `${called} = ${formula(words, kind, part)}`)),
    ),
  );
}

export function loading(words) {
  return [h("div", { class: "notice" }, h("h1", {}, words.loading), h("div", { class: "bones", "aria-hidden": "true" }, h("i"), h("i"), h("i")))];
}

export function empty(words) {
  return [
    h(
      "div",
      { class: "notice" },
      h("h1", {}, words.empty),
      h("p", {}, words.empty_hint),
      h("pre", { class: "command", tabindex: "0" }, h("code", {}, "sajja-server admit")),
      h("p", {}, words.empty_then),
    ),
  ];
}

export function failed(words, language, problem) {
  const [head, hint] = explain(words, language, problem);
  return [
    h("div", { class: "notice" }, h("h1", {}, head), h("p", {}, hint), problem.code && h("p", {}, `${words.code} `, h("code", {}, problem.code)), retry(words)),
  ];
}

export function explain(words, language, problem) {
  if (problem.kind === "unreachable") return [words.unreachable, words.unreachable_hint];
  if (problem.kind === "unreadable") return [words.not_understood, words.unreachable_hint];
  return [words.answered_badly, (language === "th" ? problem.title_th : null) ?? problem.title ?? ""];
}

export function retry(words) {
  return h("button", { type: "button", class: "retry", "data-action": "retry", id: "retry" }, words.retry);
}

// What our own code could not read is missing from every figure: said first, on every page, to everybody.
function alarm(words, n) {
  if (!n) return null;
  return h(
    "section",
    { class: "alarm", role: "alert", "aria-labelledby": "alarm-title" },
    h("h2", { id: "alarm-title" }, h("span", { class: "mark", "aria-hidden": "true" }, "✗ "), words.undigested(count(n))),
    h("p", {}, words.undigested_villages),
    h("p", {}, words.undigested_operator, " ", h("code", {}, "sajja-server status")),
  );
}

// What undecided entries of forks would add, beside the figure that does not count them.
function dispute(words, row, key) {
  const amount = row.disputed?.[key];
  if (!amount) return null;
  return h("span", { class: "disputed", title: words.disputed_hint }, `${words.disputed} ${amount > 0 ? "+" : ""}${baht(amount)}`);
}

function disputes(villages) {
  const sums = {};
  for (const { disputed } of villages) for (const [key, amount] of Object.entries(disputed ?? {})) sums[key] = (sums[key] ?? 0) + amount;
  return sums;
}

export function figures(words, language, { totals, status, findings, now, everything, all_findings }) {
  const whole = !totals.scope; // otherwise the server has left out what this reader may not see
  return [
    alarm(words, totals.undigested),
    heading(words, language, totals),
    network(words, totals),
    findings && findings_section(words, language, findings, all_findings),
    whole && uncounted(words, totals),
    totals.funds && Object.keys(totals.funds).length > 0 && funds(words, totals.funds),
    totals.scope !== "aggregates" && villages(words, totals, status, now, everything),
    growth(words, totals.growth ?? []),
    status && devices(words, language, totals, status, now),
    how(words),
  ];
}

// For whoever looks after the server, and sees no money.
export function devices_only(words, language, status, now) {
  return [
    alarm(words, status.undigested),
    h("section", { class: "heading" }, h("h1", {}, name(status.network)), h("p", { class: "note" }, words.scopes.devices_only)),
    devices(words, language, { villages: [] }, status, now),
  ];
}

function heading(words, language, totals) {
  const empty_log = totals.entries === 0;
  return h(
    "section",
    { class: "heading" },
    h("h1", {}, name(totals.name ?? totals.network)),
    h("p", { class: "subtitle" }, totals.scope ? words.scopes[totals.scope] : words.subtitle(count(totals.villages.length))),
    totals.demonstration !== false && h("p", { class: "demo-note" }, h("strong", {}, `${words.demo} · `), words.demo_note),
    h(
      "p",
      { class: "reflects" },
      totals.last_business_date && [words.business_date(day(language, totals.last_business_date)), h("br")],
      empty_log
        ? words.no_entries
        : totals.entries !== undefined && [words.index, " ", h("data", { class: "index", value: totals.index, title: words.index_hint }, count(totals.index)), ` · ${words.entries(count(totals.entries))}`],
      totals.reflects_received_at && [h("br"), words.received(moment(language, totals.reflects_received_at))],
    ),
  );
}

function section(id, title, ...children) {
  return h("section", { class: id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), ...children);
}

function network(words, { totals, scope, villages }) {
  const share = (part, whole) => (whole > 0 ? ((100 * part) / whole).toFixed(1) : "–");
  const notes = {
    members: totals.women !== undefined && words.women_of(count(totals.women), share(totals.women, totals.members)),
    loans_satang: totals.par30_satang !== undefined && words.par30_of(baht(totals.par30_satang), share(totals.par30_satang, totals.loans_satang)),
  };
  const shown = ["savings_satang", "fund_satang", "members", "loans_satang"].filter((key) => key in totals);
  const tiles = shown.map((key) =>
    tile(words, {
      kind: "bank",
      key,
      label: words.figures[key],
      amount: totals[key],
      of: words.sum_of_villages,
      note: notes[key],
      row: { disputed: disputes(villages) },
      parts: key === "loans_satang" ? [["par30_satang", words.figures.par30_satang]] : [],
    }),
  );
  return section("totals", scope === "own_village" ? words.own_village : words.totals, h("div", { class: "tiles" }, tiles));
}

function uncounted(words, totals) {
  const codes = Object.entries(totals.quarantined ?? {}).filter(([code, n]) => n > 0 && code !== "awaiting_approval");
  const awaiting = totals.awaiting_approval;
  if (awaiting === 0 && codes.length === 0) {
    return section("uncounted", words.uncounted, h("p", { class: "fine" }, h("span", { class: "mark", "aria-hidden": "true" }, "✓ "), words.uncounted_none));
  }
  const warn = () => h("span", { class: "mark", "aria-hidden": "true" }, "! ");
  return section(
    "uncounted",
    words.uncounted,
    h(
      "ul",
      { class: "warnings" },
      awaiting !== 0 && h("li", { class: "awaiting" }, h("strong", {}, warn(), `${words.awaiting} ${words.items(count(awaiting))}`), h("p", {}, words.awaiting_hint)),
      codes.length > 0 &&
        h(
          "li",
          { class: "quarantined" },
          h("strong", {}, warn(), `${words.quarantined} ${words.items(count(codes.reduce((sum, [, n]) => sum + n, 0)))}`),
          h("p", {}, words.quarantined_hint),
          h("ul", {}, codes.map(([code, n]) => h("li", {}, `${words.codes[code] ?? code}: ${words.items(count(n))} `, h("code", {}, code)))),
        ),
    ),
  );
}

function pairs(words, kind, keys, labels, amounts) {
  return h(
    "dl",
    {},
    keys.map((key) => h("div", {}, h("dt", {}, labels[key]), h("dd", {}, value(words, kind, key, amounts[key]), " ", unit(words, key), dispute(words, amounts, key)))),
  );
}

function funds(words, known) {
  // A donor is not told of a fund of a few persons, nor of the risk fund.
  const told = Object.keys(FUND_HEADS).filter((fund) => FUND_HEADS[fund] in (known[fund] ?? {}));
  const cards = told.map((fund) => {
    const labels = words.fund_figures[fund];
    const head = FUND_HEADS[fund];
    const parts = Object.keys(labels).filter((key) => key !== head && key in known[fund]);
    const card = tile(words, {
      kind: fund,
      key: head,
      label: words.fund_names[fund],
      amount: known[fund][head],
      note: labels[head],
      row: known[fund],
      parts: parts.map((key) => [key, labels[key]]),
    });
    card.dataset.fund = fund;
    card.lastChild.before(pairs(words, fund, parts, labels, known[fund]));
    return card;
  });
  return section("funds", words.funds, h("div", { class: "tiles" }, cards));
}

// What each year came to: hollow where only paper says so, solid where signed entries do.
function growth(words, years) {
  if (years.length < 2) return null;
  const most = Math.max(...years.map((end) => Math.max(end.savings_satang, end.fund_satang)));
  const bar = (end, key) => {
    const drawn = h("i", { class: `measure ${key} ${end.from_paper ? "paper" : "recorded"}`, "aria-hidden": "true" });
    drawn.style.setProperty("--part", String(most > 0 ? Math.max(0, end[key]) / most : 0));
    const what = h("span", { class: "what", "aria-hidden": "true" }, words.figures[key]);
    return h("td", { class: "grown", role: "cell" }, h("span", { class: "size" }, what, value(words, "bank", key, end[key])), drawn);
  };
  const last = years.at(-1);
  const source = (end) => (end.from_paper ? words.from_paper : end === last ? words.so_far : words.recorded);
  return section(
    "growth",
    words.growth,
    h("p", { class: "note" }, words.growth_note),
    h(
      "table",
      { class: "years", role: "table" }, // blocks on a phone; the roles keep it a table for a screen reader
      h("caption", {}, words.growth_caption),
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          h("th", { scope: "col", role: "columnheader" }, words.year),
          h("th", { scope: "col", role: "columnheader", class: "number" }, words.figures.members),
          ["savings_satang", "fund_satang"].map((key) => h("th", { scope: "col", role: "columnheader", class: "number" }, words.figures[key])),
        ),
      ),
      h(
        "tbody",
        { role: "rowgroup" },
        years.map((end) =>
          h(
            "tr",
            { "data-year": end.year, role: "row" },
            h("th", { scope: "row", role: "rowheader" }, words.year_named(end.year), h("span", { class: "origin" }, source(end))),
            h("td", { class: "number", role: "cell" }, value(words, "bank", "members", end.members), " ", h("span", { class: "unit what" }, unit(words, "members"))),
            bar(end, "savings_satang"),
            bar(end, "fund_satang"),
          ),
        ),
      ),
    ),
  );
}

function state(words, which, machines = null) {
  const text = words.freshness[which] + (machines === null ? "" : ` · ${words.machines(count(machines))}`);
  return h("span", { class: "state" }, h("i", { class: `dot ${which}`, "aria-hidden": "true" }), h("span", {}, text));
}

// How many devices are in which state, worst last; nothing is averaged away.
function states(words, listed, now) {
  const seen = listed.map((device) => freshness(device, now));
  return h(
    "span",
    { class: "states" },
    FRESHNESS.filter((which) => seen.includes(which)).map((which) => state(words, which, seen.filter((one) => one === which).length)),
  );
}

function villages(words, totals, status, now, everything) {
  if (totals.villages.length === 0) return section("villages", words.villages, h("p", {}, words.no_villages));
  const differing = [...MAIN, ...REST].filter((key) => totals.villages.reduce((sum, village) => sum + village[key], 0) !== totals.totals[key]);
  const check = !totals.scope && (
    differing.length === 0
      ? h("p", { class: "fine sums" }, h("span", { class: "mark", "aria-hidden": "true" }, "✓ "), words.sums_agree)
      : h("p", { class: "bad sums", role: "alert" }, h("span", { class: "mark", "aria-hidden": "true" }, "✗ "), words.sums_differ(differing.map((key) => words.figures[key]).join(", "))));
  const of = (village) => (status ? status.devices.filter((device) => device.village === village.village) : []);
  return section(
    "villages",
    words.villages,
    check,
    totals.villages.some((village) => Object.keys(village.disputed ?? {}).length > 0) && h("p", { class: "disputes" }, h("span", { class: "mark", "aria-hidden": "true" }, "± "), words.disputed_hint),
    village_table(words, totals, of, now, everything),
    h("ul", { class: "cards" }, totals.villages.map((village) => village_card(words, village, of(village), now))),
  );
}

function village_table(words, totals, of, now, everything) {
  const keys = everything ? [...MAIN, ...REST] : MAIN;
  const cells = (row) => keys.map((key) => h("td", { class: "number" }, value(words, "bank", key, row[key]), dispute(words, row, key)));
  return h(
    "div",
    { class: everything ? "wide everything" : "wide" },
    h("button", { type: "button", class: "more", id: "everything", "data-action": "everything", "aria-pressed": String(everything) }, everything ? words.fewer_figures : words.all_figures),
    h(
      "div",
      { class: "scroll", id: "village-scroll", role: "region", tabindex: "0", "aria-label": words.scroll },
      h(
        "table",
        {},
        h("caption", {}, words.villages_caption),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, words.village),
            keys.map((key) => h("th", { scope: "col", class: "number", title: `= ${formula(words, "bank", key)}` }, words.figures[key])),
            h("th", { scope: "col" }, words.devices_short),
          ),
        ),
        h(
          "tbody",
          {},
          totals.villages.map((village) =>
            h(
              "tr",
              { "data-village": village.village },
              h("th", { scope: "row" }, name(village.name), " ", h("span", { class: "moo" }, words.moo(village.moo))),
              cells(village),
              h("td", {}, states(words, of(village), now)),
            ),
          ),
        ),
        h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, words.total), cells({ ...totals.totals, disputed: disputes(totals.villages) }), h("td"))),
      ),
    ),
  );
}

function village_card(words, village, listed, now) {
  return h(
    "li",
    { class: "card", "data-village": village.village },
    h("h3", {}, name(village.name), " ", h("span", { class: "moo" }, words.moo(village.moo))),
    pairs(words, "bank", MAIN, words.figures, village),
    states(words, listed, now),
    h(
      "details",
      { id: `more-${village.village}` },
      h("summary", {}, words.more),
      pairs(words, "bank", REST, words.figures, village),
    ),
  );
}

function devices(words, language, totals, status, now) {
  if (status.devices.length === 0) return section("devices", words.devices, h("p", {}, words.no_devices));
  const order = new Map(totals.villages.map((village, at) => [village.village, { at, name: village.name }]));
  const place = (device) => order.get(device.village)?.at ?? order.size;
  const called = (device) => (device.village === "office" ? words.office : (order.get(device.village)?.name ?? device.village));
  const rows = [...status.devices].sort((one, other) => place(one) - place(other));
  const when = (at, never) => (Number.isSafeInteger(at) ? moment(language, at) : never);
  const ago = (at) => Number.isSafeInteger(at) && h("span", { class: "age", "data-at": at }, age(language, now - at));
  const cell = (label, cls, ...children) => h("td", { class: cls, role: "cell" }, h("span", { class: "label", "aria-hidden": "true" }, label), h("span", { class: "what" }, children));
  const column = (label, cls) => h("th", { scope: "col", class: cls, role: "columnheader" }, label);
  return section(
    "devices",
    words.devices,
    h("p", { class: "summary" }, states(words, rows, now)),
    h(
      "table",
      { class: "stacked", role: "table" }, // it is laid out as cards on a phone; the roles keep it a table for a screen reader
      h("caption", {}, `${words.devices_caption} · ${words.devices_index(count(status.index))}`),
      h(
        "thead",
        { role: "rowgroup" },
        h("tr", { role: "row" }, column(words.device), column(words.seen), column(words.sent), column(words.sent_entries, "number")),
      ),
      h(
        "tbody",
        { role: "rowgroup" },
        rows.map((device) =>
          h(
            "tr",
            { role: "row", "data-device": device.device },
            h("th", { scope: "row", role: "rowheader" }, name(called(device)), " · ", name(device.label ?? ""), " ", h("code", { title: device.device }, device.device.slice(0, 8))),
            cell(words.seen, "seen", state(words, freshness(device, now)), " ", ago(device.seen_at), " ", h("span", { class: "at" }, when(device.seen_at, ""))),
            cell(words.sent, "sent", h("span", { class: "at" }, when(device.last_received_at, words.never_sent))),
            cell(words.sent_entries, "number", h("span", { title: `${words.place_in_log}: ${count(device.sequence)}` }, count(device.entries))),
          ),
        ),
      ),
    ),
  );
}

function how(words) {
  const row = (kind, label, key) => h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, `= ${formula(words, kind, key)}`));
  const of_fund = (fund) => Object.entries(words.fund_figures[fund]).map(([key, label]) => row(fund, `${words.fund_names[fund]}: ${label}`, key));
  const head = (first, second) => h("thead", {}, h("tr", {}, h("th", { scope: "col" }, first), h("th", { scope: "col" }, second)));
  return h(
    "section",
    { class: "how" },
    h(
      "details",
      { id: "how" },
      h("summary", {}, h("h2", {}, words.how)),
      h("p", {}, words.how_note),
      h(
        "table",
        {},
        h("caption", {}, words.how_figures),
        head(words.figure, words.formula),
        h("tbody", {}, [...MAIN, ...REST].map((key) => row("bank", words.figures[key], key)), Object.keys(FUND_HEADS).map(of_fund)),
      ),
      h(
        "table",
        {},
        h("caption", {}, words.how_accounts),
        head(words.account, words.name),
        h("tbody", {}, ACCOUNTS.map((account) => h("tr", {}, h("th", { scope: "row" }, account.code), h("td", {}, account[document.documentElement.lang] ?? account.th)))),
      ),
    ),
  );
}
