// The page's state, and how it is kept: ask every few seconds, show what is known, and never lose the last figures.
//
//  * Each answer is asked for again with its ETag; 304 leaves the screen alone.
//  * When the server cannot be reached, the last figures stay, with the time at which they came.
//  * A new drawing keeps what the reader has opened, where the focus is, and how far a table is scrolled.
//  * Language and network live in the address (#lang=en&network=pakphun); the language also in this browser.

import { age, clock, moment } from "./format.js";
import { UNASKED } from "./findings.js";
import { STRINGS } from "./strings.js";
import * as view from "./view.js";

const POLL_MS = 5_000;
const POLL_MAX_MS = 30_000; // while the server cannot be reached
const ANSWER_MS = 15_000; // an answer that takes longer has not come

const main = document.getElementById("main");
const connection = document.getElementById("connection");
const announce = document.getElementById("announce");

const state = {
  language: "th",
  network: null,
  hello: null,
  totals: null,
  status: null,
  received_at: null, // by this clock: when the figures were last known to be the server's
  skew_ms: 0, // the server's clock less this one
  problem: null,
  findings: null,
  everything: false,
  all_findings: false,
};
const answers = new Map(); // path: { etag, body }
let timer = null;
let failures = 0;
let asking = false;
let drawn = null;

const words = () => STRINGS[state.language];
const now = () => Date.now() + state.skew_ms;

class Answer extends Error {
  constructor(problem) {
    super(problem.code ?? problem.kind);
    this.problem = problem;
  }
}

async function ask(path) {
  const known = answers.get(path);
  const headers = { Accept: "application/json" };
  if (known?.etag) headers["If-None-Match"] = known.etag;
  let response;
  let text;
  try {
    response = await fetch(path, { headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_MS) });
    text = await response.text();
  } catch {
    throw new Answer({ kind: "unreachable" });
  }
  if (response.status === 304 && known) return known.body;
  const body = parse(text);
  if (!response.ok) {
    const wait_ms = 1000 * Number(response.headers.get("Retry-After")) || 0;
    const spoken = body && typeof body.code === "string" ? body : { code: `http_${response.status}` };
    throw new Answer({ kind: "problem", code: spoken.code, title: spoken.title, title_th: spoken.title_th, wait_ms });
  }
  if (body === null || typeof body !== "object") throw new Answer({ kind: "unreadable" });
  answers.set(path, { etag: response.headers.get("ETag"), body });
  return body;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function round() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    if (!state.network) await choose();
    if (state.network) await read();
    failures = 0;
    met(null);
  } catch (error) {
    if (!(error instanceof Answer)) console.error(error);
    failures += 1;
    met(error instanceof Answer ? error.problem : { kind: "unreadable" });
  }
  asking = false;
  draw();
  schedule();
}

function schedule() {
  clearTimeout(timer);
  if (document.hidden) return; // nobody looks; the next look asks at once
  const asked_to_wait = state.problem?.wait_ms ?? 0;
  timer = setTimeout(round, Math.max(Math.min(asked_to_wait, 10 * POLL_MAX_MS), Math.min(POLL_MS * 2 ** Math.min(failures, 8), failures ? POLL_MAX_MS : POLL_MS)));
}

async function choose() {
  const hello = await ask("v1/hello");
  if (!Array.isArray(hello.networks)) throw new Answer({ kind: "unreadable" });
  state.hello = hello;
  keep_time(hello.server_time);
  const wanted = place().get("network");
  state.network = hello.networks.includes(wanted) ? wanted : (hello.networks[0] ?? null);
}

async function read() {
  const network = state.network;
  const base = `v1/networks/${encodeURIComponent(network)}/projections`;
  const wanted = state.all_findings ? "" : `?limit=${UNASKED}`;
  const [totals, status, findings] = await Promise.allSettled([ask(`${base}/network_totals`), ask(`${base}/village_status`), ask(`${base}/findings${wanted}`)]);
  if (network !== state.network) return; // another was chosen meanwhile
  if (totals.status === "fulfilled") {
    state.totals = totals.value;
    state.received_at = Date.now();
  }
  if (status.status === "fulfilled" && state.status !== status.value) {
    keep_time(status.value.server_time);
    state.status = status.value;
  }
  if (findings.status === "fulfilled") state.findings = findings.value;
  for (const answer of [totals, status, findings]) if (answer.status === "rejected") throw answer.reason;
}

function keep_time(server_time) {
  if (Number.isSafeInteger(server_time)) state.skew_ms = server_time - Date.now();
}

function met(problem) {
  const before = state.problem?.kind;
  state.problem = problem;
  if (before === problem?.kind) return;
  // Said once, when it changes; not at every round.
  announce.textContent = problem ? view.explain(words(), state.language, problem)[0] : before ? words().connected_again : "";
}

function draw() {
  const { language, totals, status, problem } = state;
  document.documentElement.lang = language;
  draw_frame();
  draw_connection();
  const what = JSON.stringify([language, state.network, state.everything, state.all_findings, totals, state.findings, status && { ...status, server_time: 0 }, totals ? null : problem, state.hello !== null, today()]);
  if (what === drawn) return tick();
  drawn = what;
  if (totals) show("ready", view.figures(words(), language, { totals, status, findings: state.findings, now: now(), everything: state.everything, all_findings: state.all_findings }));
  else if (problem) show("failed", view.failed(words(), language, problem));
  else if (state.hello && !state.network) show("empty", view.empty(words()));
  else show("loading", view.loading(words()));
}

const today = () => Math.floor((now() + 7 * 3_600_000) / 86_400_000); // a state such as "today" changes at midnight in Bangkok

function show(name, elements) {
  const opened = [...main.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const focus = focused?.id || (focused?.tagName === "SUMMARY" ? focused.parentElement.id : null);
  const scrolled = document.getElementById("village-scroll")?.scrollLeft ?? 0;
  main.replaceChildren(...elements.filter(Boolean));
  main.dataset.state = name;
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  const scroll = document.getElementById("village-scroll");
  if (scroll) scroll.scrollLeft = scrolled;
  if (!focus) return;
  const again = document.getElementById(focus);
  (again?.tagName === "DETAILS" ? again.querySelector("summary") : again)?.focus({ preventScroll: true });
}

function tick() {
  for (const element of main.querySelectorAll("[data-at]")) element.textContent = age(state.language, now() - Number(element.dataset.at));
}

function draw_frame() {
  const { language, totals, hello } = state;
  const demonstration = Boolean(totals) && totals.demonstration !== false;
  document.title = [demonstration && `[${words().demo}]`, totals?.name, words().title].filter(Boolean).join(" · ");
  document.body.classList.toggle("demonstration", demonstration);
  document.getElementById("demo-strip").hidden = !demonstration;
  document.getElementById("skip").textContent = words().skip;
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  const networks = hello?.networks ?? [];
  document.getElementById("networks").hidden = networks.length < 2;
  document.getElementById("networks-label").textContent = words().network;
  const select = document.getElementById("network");
  if ([...select.options].map((one) => one.value).join() !== networks.join()) select.replaceChildren(...networks.map((one) => view.h("option", { value: one }, one)));
  if (state.network) select.value = state.network;
  document.getElementById("footer").replaceChildren(
    view.h("p", {}, words().footer, hello?.version && ` · ${words().version(hello.version)}`, view.h("span", { class: "printed" }, ` · ${words().printed(moment(language, now()))}`)),
  );
}

function draw_connection() {
  const { language, totals, problem } = state;
  connection.hidden = !totals;
  if (!totals) return;
  connection.classList.toggle("lost", problem !== null);
  if (!problem) {
    connection.replaceChildren(view.h("p", {}, view.h("i", { class: "dot today", "aria-hidden": "true" }), words().connected(clock(language, state.received_at + state.skew_ms, true))));
    return;
  }
  const [head, hint] = view.explain(words(), language, problem);
  const aged = `${words().last_figures(moment(language, state.received_at + state.skew_ms))} (${age(language, Date.now() - state.received_at)})`;
  const again = document.activeElement?.id === "retry";
  connection.replaceChildren(
    view.h("p", {}, view.h("i", { class: "dot older", "aria-hidden": "true" }), view.h("strong", {}, head), " ", problem.code && view.h("code", {}, problem.code)),
    view.h("p", {}, aged),
    view.h("p", {}, hint),
    view.retry(words()),
  );
  if (again) document.getElementById("retry").focus({ preventScroll: true });
}

const place = () => new URLSearchParams(location.hash.slice(1));

function remembered() {
  try {
    return localStorage.getItem("sajja.language");
  } catch {
    return null; // a browser that keeps nothing still shows the page
  }
}

function read_place() {
  const known = (language) => (language in STRINGS ? language : null);
  state.language = known(place().get("lang")) ?? known(remembered()) ?? "th";
  const wanted = place().get("network");
  if (wanted && wanted !== state.network && state.hello?.networks.includes(wanted)) turn_to(wanted);
}

function write_place() {
  const parts = place();
  parts.set("lang", state.language);
  if ((state.hello?.networks.length ?? 0) > 1) parts.set("network", state.network);
  history.replaceState(null, "", `#${parts}`);
}

function speak(language) {
  state.language = language;
  try {
    localStorage.setItem("sajja.language", language);
  } catch {
    // The address still has it.
  }
  write_place();
  draw();
}

function turn_to(network) {
  Object.assign(state, { network, totals: null, status: null, findings: null, received_at: null, problem: null });
  write_place();
  draw();
  round();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-language], [data-action]");
  if (!target) return;
  if (target.dataset.language) speak(target.dataset.language);
  if (target.dataset.action === "retry") round();
  if (target.dataset.action === "findings") {
    state.all_findings = !state.all_findings;
    round();
  }
  if (target.dataset.action === "everything") {
    state.everything = !state.everything;
    draw();
  }
});
document.getElementById("network").addEventListener("change", (event) => turn_to(event.target.value));
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : round()));
addEventListener("online", round);
addEventListener("beforeprint", draw_frame);
addEventListener("hashchange", () => {
  // A link to a part of the page is not an address of ours.
  if (place().has("lang") || place().has("network")) {
    read_place();
    draw();
  }
});
setInterval(() => {
  if (state.problem && state.totals) draw_connection();
  tick();
}, 10_000);

read_place();
draw();
round();
