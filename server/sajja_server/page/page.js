// The page's state, and how it is kept: ask every few seconds, show what is known, and never lose the last figures.
//
//  * Each answer is asked for again with its ETag; 304 leaves the screen alone.
//  * When the server cannot be reached, the last figures stay, with the time at which they came.
//  * A new drawing keeps what the reader has opened, where the focus is, and how far a table is scrolled.
//  * Language and network live in the address (#lang=en&network=pakphun); the language also in this browser.

import { age, clock, moment } from "./format.js";
import { UNASKED } from "./findings.js";
import * as passkeys from "./passkeys.js";
import * as signin from "./signin.js";
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
  has_totals: true, // whether this role may see them
  status: null,
  received_at: null, // by this clock: when the figures were last known to be the server's
  skew_ms: 0, // the server's clock less this one
  problem: null,
  findings: null,
  everything: false,
  all_findings: false,
  person: null, // who has signed in
  sign: null, // what is shown instead of figures: { kind: "in" | "setup" | "recovery", … }
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
  if (asking || state.sign) return; // who types is not interrupted
  asking = true;
  clearTimeout(timer);
  try {
    if (!state.hello || !state.network) await choose();
    if (state.network) await read();
    if (state.network && !state.person && !is_open()) state.person = await ask(people("me"));
    failures = 0;
    met(null);
  } catch (error) {
    if (error instanceof Answer && error.problem.code === "sign_in_needed") {
      asking = false;
      return ask_to_sign_in();
    }
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
  const wanted = state.network ?? place().get("network");
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
  state.has_totals = totals.status === "fulfilled" || !is_not_for_me(totals.reason);
  for (const answer of [totals, status, findings]) if (answer.status === "rejected" && !is_not_for_me(answer.reason)) throw answer.reason;
}

// A role is shown what it may see; the rest of the page is left out.
const is_not_for_me = (reason) => reason instanceof Answer && reason.problem.code === "role_not_allowed";

const people = (path) => `v1/networks/${encodeURIComponent(state.network)}/people/${path}`;

// A demonstration on its own machine asks nobody to sign in; whoever did so here is asked for by name.
const is_open = () => state.totals?.demonstration === true && !kept("sajja.signed_in");

// The figures go with the session: whoever comes to this screen next must not read them.
function ask_to_sign_in() {
  const ended = state.person !== null || state.totals !== null;
  forget_person();
  show_sign({ kind: "in", ended });
}

function forget_person() {
  document.getElementById("person").open = false;
  answers.clear();
  keep("sajja.signed_in", null);
  Object.assign(state, { person: null, totals: null, status: null, findings: null, received_at: null, problem: null });
}

function show_sign(sign) {
  state.sign = sign;
  draw();
  main.querySelector("#sign-name, #passkey-label, #present-password, #set-password, #kept")?.focus();
}

function signed_in(person) {
  Object.assign(state, { person, sign: null, network: person.network });
  keep("sajja.signed_in", person.network);
  draw();
  round();
}

// With a passkey nobody types: the authenticator is asked, and its answer goes to the server.
async function enter_with_passkey() {
  const { sign } = state;
  if (sign.busy) return;
  Object.assign(sign, { busy: true, problem: null });
  draw();
  const { answer, problem } = await passkeys.sign_in(state.network, words());
  Object.assign(sign, { busy: false, problem });
  if (answer) signed_in(answer);
  else draw();
}

async function look_after_passkeys() {
  const { person } = state;
  document.getElementById("person").open = false;
  const response = await fetch(people("passkeys"), { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" }).catch(() => null);
  if (response?.status === 401) return ask_to_sign_in();
  const problem = response?.ok ? null : { kind: "unreachable" };
  show_sign({ kind: "passkeys", person, passkeys: response?.ok ? (await response.json()).passkeys : [], problem });
}

async function change_passkeys(ask) {
  const { sign } = state;
  if (sign.busy) return;
  Object.assign(sign, { busy: true, problem: null });
  draw();
  const { answer, problem } = await ask(sign.person.csrf);
  Object.assign(sign, { busy: false, problem, passkeys: answer?.passkeys ?? sign.passkeys });
  if (problem?.code === "sign_in_needed") return ask_to_sign_in();
  draw();
  for (const typed of problem ? main.querySelectorAll("#set-code") : main.querySelectorAll("#passkeys input:not(.unseen)")) typed.value = "";
}

async function submit(form) {
  const typed = (id) => form.querySelector(`#${id}`).value;
  const { sign } = state;
  if (sign.busy) return;
  if (form.dataset.form === "passkey") {
    const asked = { present: typed("present-password"), code: typed("set-code"), label: typed("passkey-label") };
    return change_passkeys((csrf) => passkeys.add(state.network, words(), { ...asked, csrf }));
  }
  const asks = {
    finish: () => ["setup/finish", { setup: sign.setup, password: typed("set-password"), code: typed("set-code") }],
    password: () => ["password", { present: typed("present-password"), password: typed("set-password"), code: typed("set-code") }],
    "sign-in": () => ["sign-in", { name: typed("sign-name"), password: typed("sign-password"), code: typed("sign-code") }],
  };
  const [path, asked] = asks[form.dataset.form]();
  Object.assign(sign, { busy: true, problem: null });
  draw();
  const { answer, problem } = await signin.send(state.network, path, asked, sign.person?.csrf);
  Object.assign(sign, { busy: false, problem });
  if (problem?.code === "sign_in_needed") return ask_to_sign_in();
  if (problem) {
    draw();
    const wanted = main.querySelector(problem.code === "password_unfit" ? "#set-password" : "#sign-code, #set-code");
    if (wanted) Object.assign(wanted, { value: "" });
    wanted?.focus();
  } else if (answer.recovery) {
    history.replaceState(null, "", `#lang=${state.language}`); // the code was used
    state.person = answer.signed_in;
    show_sign({ kind: "recovery", codes: answer.recovery, person: answer.signed_in });
  } else if (sign.kind === "change") {
    state.person = answer;
    show_sign({ kind: "change", changed: true, person: answer });
  } else signed_in(answer);
}

async function sign_out(everywhere) {
  const { problem } = await signin.send(state.network, "sign-out", { everywhere }, state.person?.csrf);
  if (problem && problem.code !== "sign_in_needed") return met(problem), draw();
  forget_person();
  show_sign({ kind: "in" });
}

async function set_up(network, setup) {
  Object.assign(state, { network });
  show_sign({ kind: "setup", setup });
  const { answer, problem } = await signin.send(network, "setup", { setup });
  show_sign({ kind: "setup", setup, offer: answer, problem });
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
  if (state.sign) return draw_sign();
  const what = JSON.stringify([language, state.network, state.everything, state.all_findings, totals, state.findings, status && { ...status, server_time: 0 }, totals ? null : problem, state.hello !== null, today()]);
  if (what === drawn) return tick();
  drawn = what;
  if (totals) show("ready", view.figures(words(), language, { totals, status, findings: state.findings, now: now(), everything: state.everything, all_findings: state.all_findings }));
  else if (status && !state.has_totals) show("ready", view.devices_only(words(), language, status, now()));
  else if (problem) show("failed", view.failed(words(), language, problem));
  else if (state.hello && !state.network) show("empty", view.empty(words()));
  else show("loading", view.loading(words()));
}

function draw_sign() {
  const { language, sign } = state;
  const what = JSON.stringify([language, state.network, sign]);
  if (what === drawn) return;
  drawn = what;
  const given = { passkeys: passkeys.are_here(), ...sign, network: state.network, networks: state.hello?.networks ?? [] };
  if (sign.kind === "in") show("sign-in", signin.form(words(), language, given));
  else if (sign.kind === "setup") show("set-up", signin.setup(words(), language, given));
  else if (sign.kind === "passkeys") show("passkeys", passkeys.mine(words(), language, given));
  else if (sign.kind === "change") show("change-password", signin.change(words(), language, given));
  else show("recovery", signin.recovery(words(), sign.codes));
}

const today = () => Math.floor((now() + 7 * 3_600_000) / 86_400_000); // a state such as "today" changes at midnight in Bangkok

function show(name, elements) {
  const opened = [...main.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const focus = focused?.id || (focused?.tagName === "SUMMARY" ? focused.parentElement.id : null);
  const scrolled = document.getElementById("village-scroll")?.scrollLeft ?? 0;
  const typed = [...main.querySelectorAll("input[id]")].map((one) => [one.id, one.value, one.type]);
  main.replaceChildren(...elements.filter(Boolean));
  main.dataset.state = name;
  for (const [id, value, type] of typed) {
    const input = document.getElementById(id);
    if (input) Object.assign(input, { value, type });
  }
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
  const chip = document.getElementById("person");
  const who = JSON.stringify([language, state.person]);
  if (chip.dataset.who !== who) chip.replaceChildren(...(state.person ? signin.person(words(), state.person) : []));
  chip.dataset.who = who;
  chip.hidden = !state.person;
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

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser that keeps nothing still shows the page
  }
}

function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // It is asked again next time.
  }
}

function read_place() {
  const known = (language) => (language in STRINGS ? language : null);
  state.language = known(place().get("lang")) ?? known(kept("sajja.language")) ?? "th";
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
  keep("sajja.language", language);
  write_place();
  draw();
}

function turn_to(network) {
  Object.assign(state, { network, totals: null, status: null, findings: null, received_at: null, problem: null, person: null, sign: null });
  write_place();
  draw();
  round();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-language], [data-action]");
  if (!target) return;
  if (target.dataset.language) speak(target.dataset.language);
  if (target.dataset.action === "retry") round();
  if (target.dataset.action === "sign-out") sign_out(false);
  if (target.dataset.action === "sign-out-everywhere") sign_out(true);
  if (target.dataset.action === "change-password") {
    document.getElementById("person").open = false;
    show_sign({ kind: "change", person: state.person });
  }
  if (target.dataset.action === "passkey") enter_with_passkey();
  if (target.dataset.action === "passkeys") look_after_passkeys();
  if (target.dataset.action === "passkey-remove") {
    const { passkey } = target.dataset;
    change_passkeys((csrf) => signin.send(state.network, "passkeys/remove", { id: passkey }, csrf));
  }
  if (target.dataset.action === "print") print();
  if (target.dataset.action === "kept") signed_in(state.sign.person);
  if (target.dataset.action === "findings") {
    state.all_findings = !state.all_findings;
    round();
  }
  if (target.dataset.action === "everything") {
    state.everything = !state.everything;
    draw();
  }
});
document.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(event.target);
});
document.addEventListener("change", ({ target }) => {
  if (target.dataset.reveals) document.getElementById(target.dataset.reveals).type = target.checked ? "text" : "password";
});
document.getElementById("network").addEventListener("change", (event) => turn_to(event.target.value));
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : round()));
addEventListener("online", round);
addEventListener("beforeprint", draw_frame);
addEventListener("hashchange", () => {
  if (place().has("setup")) set_up(place().get("network"), place().get("setup"));
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
if (place().has("setup")) set_up(place().get("network"), place().get("setup"));
else round();
