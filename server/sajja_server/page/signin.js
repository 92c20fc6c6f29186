// Signing in: the form, the first setting up of an account, and what stands in the header of who has signed in.
//
//  * Nothing secret is kept: the session is a cookie that no script reads, and a form is emptied when it was sent.
//  * A sentence says what to do, beside the field that it is about; the server says it in both languages.
//  * A one-time code comes in the address's fragment, which no server is sent, and goes from there when it was used.

import { h } from "./view.js";

const SVG = "http://www.w3.org/2000/svg";
const ANSWER_MS = 30_000;

// A call that changes something. Gives the answer, or the problem to show.
export async function send(network, path, document_, csrf) {
  let response;
  let body;
  try {
    response = await fetch(`v1/networks/${encodeURIComponent(network)}/people/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...(csrf && { "Sajja-Csrf": csrf }) },
      body: JSON.stringify(document_),
      cache: "no-store",
      credentials: "same-origin",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    body = await response.json();
  } catch {
    return { problem: { kind: "unreachable" } };
  }
  if (response.ok) return { answer: body };
  return { problem: { kind: "problem", code: body.code, title: body.title, title_th: body.title_th, wait_s: Number(response.headers.get("Retry-After")) || 0 } };
}

function said(words, language, problem) {
  if (problem.kind === "said") return problem.sentence;
  if (problem.kind === "unreachable") return words.sign.unreachable;
  const sentence = (language === "th" ? problem.title_th : null) ?? problem.title ?? "";
  return problem.wait_s > 0 ? `${sentence} (${words.sign.wait(Math.ceil(problem.wait_s / 60))})` : sentence;
}

export function field(id, label, hint, attributes) {
  return h(
    "p",
    { class: "field" },
    h("label", { for: id }, label),
    hint && h("span", { class: "note", id: `${id}-hint` }, hint),
    h("input", { id, name: id, required: true, autocapitalize: "none", spellcheck: "false", "aria-describedby": hint && `${id}-hint`, ...attributes }),
  );
}

export function password(words, id, label, hint, autocomplete) {
  return [
    field(id, label, hint, { type: "password", autocomplete, maxlength: 128 }),
    h("p", { class: "field check" }, h("label", {}, h("input", { type: "checkbox", "data-reveals": id }), " ", words.sign.reveal)),
  ];
}

export function complaint(words, language, problem) {
  return h("p", { class: "bad", role: "alert", id: "complaint", hidden: !problem }, problem && said(words, language, problem));
}

export const submit = (label, busy) => h("button", { type: "submit", class: "primary", disabled: busy, id: "submit" }, label);

export function form(words, language, { network, networks, problem, busy, ended, passkeys }) {
  return [
    h(
      "form",
      { class: "notice sign", id: "sign-in", "data-form": "sign-in", method: "post", "aria-labelledby": "sign-title" },
      h("h1", { id: "sign-title" }, words.sign.title),
      h("p", { class: "note" }, ended ? words.sign.ended : words.sign.why(network)),
      networks.length > 1 && h("p", { class: "note" }, words.sign.other_network),
      complaint(words, language, problem),
      field("sign-name", words.sign.name, null, { autocomplete: "username", maxlength: 40 }),
      password(words, "sign-password", words.sign.password, null, "current-password"),
      field("sign-code", words.sign.code, words.sign.code_hint, { autocomplete: "one-time-code", inputmode: "text", maxlength: 24 }),
      submit(busy ? words.sign.busy : words.sign.submit, busy),
      passkeys && h("button", { type: "button", "data-action": "passkey", disabled: busy, id: "passkey" }, words.sign.passkey),
      h("details", { id: "sign-help" }, h("summary", {}, words.sign.help), words.sign.help_lines.map((line) => h("p", {}, line))),
    ),
  ];
}

export function setup(words, language, { offer, problem, busy }) {
  const title = h("h1", { id: "sign-title" }, words.sign.setup);
  if (!offer) return [h("div", { class: "notice sign" }, title, problem ? complaint(words, language, problem) : h("p", {}, words.loading))];
  const grouped = offer.secret.match(/.{1,4}/g).join(" ");
  return [
    h(
      "form",
      { class: "notice sign", id: "set-up", "data-form": "finish", method: "post", "aria-labelledby": "sign-title" },
      title,
      h("p", {}, words.sign.welcome, " ", h("bdi", { class: "who" }, offer.name), ` · ${words.sign.roles[offer.role] ?? offer.role}`, offer.village && ` ${offer.village}`),
      h("h2", {}, words.sign.step_app),
      h("p", {}, words.sign.app_hint),
      qr(offer.qr, words.sign.qr),
      h("p", {}, words.sign.by_hand, " ", h("code", { class: "secret" }, grouped)),
      h("h2", {}, words.sign.step_password),
      complaint(words, language, problem),
      h("input", { type: "text", class: "unseen", autocomplete: "username", value: offer.name, tabindex: "-1", "aria-hidden": "true", readonly: true, name: "username" }),
      password(words, "set-password", words.sign.new_password, words.sign.password_hint, "new-password"),
      field("set-code", words.sign.digits, words.sign.digits_hint, { autocomplete: "one-time-code", inputmode: "numeric", maxlength: 8 }),
      submit(busy ? words.sign.busy : words.sign.finish, busy),
    ),
  ];
}

export function recovery(words, codes) {
  return [
    h(
      "div",
      { class: "notice sign", id: "recovery" },
      h("h1", {}, words.sign.recovery),
      h("p", {}, words.sign.recovery_hint),
      h("ol", { class: "codes" }, codes.map((code) => h("li", {}, h("code", {}, code)))),
      h("p", {}, h("button", { type: "button", "data-action": "print" }, words.sign.print), " ", h("button", { type: "button", class: "primary", "data-action": "kept", id: "kept" }, words.sign.kept)),
    ),
  ];
}

export function change(words, language, { person, problem, busy, changed }) {
  if (changed) {
    return [
      h(
        "div",
        { class: "notice sign", role: "status", id: "changed" },
        h("h1", {}, words.sign.changed),
        h("p", {}, words.sign.changed_hint),
        h("button", { type: "button", class: "primary", "data-action": "kept", id: "kept" }, words.sign.to_figures),
      ),
    ];
  }
  return [
    h(
      "form",
      { class: "notice sign", id: "change-password", "data-form": "password", method: "post", "aria-labelledby": "sign-title" },
      h("h1", { id: "sign-title" }, words.sign.change),
      h("p", { class: "note" }, words.sign.change_hint),
      complaint(words, language, problem),
      h("input", { type: "text", class: "unseen", autocomplete: "username", value: person.name, tabindex: "-1", "aria-hidden": "true", readonly: true, name: "username" }),
      password(words, "present-password", words.sign.present_password, null, "current-password"),
      password(words, "set-password", words.sign.new_password, words.sign.password_hint, "new-password"),
      field("set-code", words.sign.code, words.sign.code_hint, { autocomplete: "one-time-code", inputmode: "text", maxlength: 24 }),
      submit(busy ? words.sign.busy : words.sign.change_submit, busy),
      h("button", { type: "button", "data-action": "kept", id: "leave-it" }, words.sign.leave_it),
    ),
  ];
}

export function person(words, who) {
  return [
    h("summary", {}, h("bdi", {}, who.name)),
    h("p", {}, words.sign.roles[who.role] ?? who.role, who.village && ` ${who.village}`),
    h("button", { type: "button", "data-action": "change-password" }, words.sign.change),
    h("button", { type: "button", "data-action": "passkeys" }, words.sign.passkeys),
    h("button", { type: "button", "data-action": "sign-out" }, words.sign.out),
    h("button", { type: "button", "data-action": "sign-out-everywhere" }, words.sign.out_everywhere),
  ];
}

// One path of squares: a row of ones and zeros is a row of the code, with the quiet border that a camera needs.
function qr(rows, label) {
  const around = 4;
  const size = rows.length + 2 * around;
  const drawing = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const dark = rows.flatMap((row, y) => [...row].flatMap((one, x) => (one === "1" ? [`M${x + around} ${y + around}h1v1h-1z`] : [])));
  path.setAttribute("d", dark.join(""));
  for (const [name, value] of Object.entries({ class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" })) drawing.setAttribute(name, value);
  drawing.append(path);
  return drawing;
}
