// Passkeys: whether this browser can use them here, what an authenticator is asked, and where a person looks after them.
//
//  * The browser knows them by the host's name, and only on a page that came safely: at an address there are none.
//  * What the authenticator makes or signs goes to the server as the browser writes it; nothing of it is kept here.

import { complaint, field, password, send, submit } from "./signin.js";
import { h } from "./view.js";

const by_address = /^\[|^[0-9.]+$/;

export const are_here = () =>
  isSecureContext && typeof PublicKeyCredential?.parseRequestOptionsFromJSON === "function" && !by_address.test(location.hostname);

const refused = (words) => ({ problem: { kind: "said", sentence: words.sign.passkey_left } });

// Asks the server for something to sign, the authenticator to sign it, and the server to let its owner in.
export async function sign_in(network, words) {
  const { answer, problem } = await send(network, "passkeys/sign-in/offer", {});
  if (problem) return { problem };
  let credential;
  try {
    credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(answer.options)) });
  } catch {
    return refused(words); // its owner turned away, or it has none for this page
  }
  return send(network, "passkeys/sign-in", { credential: JSON.stringify(credential.toJSON()) });
}

// Password and code again, then the authenticator: gives all the passkeys that the person has.
export async function add(network, words, { present, code, label, csrf }) {
  const { answer, problem } = await send(network, "passkeys/offer", { present, code }, csrf);
  if (problem) return { problem };
  let credential;
  try {
    credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(answer.options)) });
  } catch {
    return refused(words);
  }
  return send(network, "passkeys", { label, credential: JSON.stringify(credential.toJSON()) }, csrf);
}

export function mine(words, language, { person, passkeys, problem, busy }) {
  const sign = words.sign;
  return [
    h(
      "form",
      { class: "notice sign", id: "passkeys", "data-form": "passkey", method: "post", "aria-labelledby": "sign-title" },
      h("h1", { id: "sign-title" }, sign.passkeys),
      h("p", { class: "note" }, sign.passkeys_hint),
      complaint(words, language, problem),
      passkeys.length === 0
        ? h("p", {}, sign.passkeys_none)
        : h("ul", { class: "passkeys" }, passkeys.map((one) => row(words, language, one, busy))),
      are_here() ? form(words, person, busy) : h("p", { class: "note" }, sign.passkeys_not_here),
      h("button", { type: "button", "data-action": "kept", id: "kept" }, sign.to_figures),
    ),
  ];
}

function form(words, person, busy) {
  const sign = words.sign;
  return [
    h("h2", {}, sign.passkey_add),
    h("input", { type: "text", class: "unseen", autocomplete: "username", value: person.name, tabindex: "-1", "aria-hidden": "true", readonly: true, name: "username" }),
    field("passkey-label", sign.passkey_label, sign.passkey_label_hint, { autocomplete: "off", maxlength: 40 }),
    password(words, "present-password", sign.present_password, null, "current-password"),
    field("set-code", sign.code, sign.code_hint, { autocomplete: "one-time-code", inputmode: "text", maxlength: 24 }),
    submit(busy ? sign.busy : sign.passkey_add, busy),
  ];
}

function row(words, language, one, busy) {
  const sign = words.sign;
  const day = (at) => new Intl.DateTimeFormat(language === "th" ? "th-TH-u-ca-buddhist" : "en-GB", { dateStyle: "medium", timeZone: "Asia/Bangkok" }).format(at);
  return h(
    "li",
    {},
    h("bdi", {}, one.label),
    h("span", { class: "note" }, " ", one.used_at ? sign.passkey_used(day(one.used_at)) : sign.passkey_added(day(one.added_at)), " "),
    h("button", { type: "button", "data-action": "passkey-remove", "data-passkey": one.id, disabled: busy, "aria-label": sign.passkey_remove_named(one.label) }, sign.passkey_remove),
  );
}
