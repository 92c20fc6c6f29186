"""The vectors in `schemas/vectors` hold this implementation, as they hold any other."""

import json
from pathlib import Path
from typing import Any

import pytest

from sajja_schemas import canonical, chain, session, signing
from sajja_schemas.books import Admitted, Books, apply, open_books
from sajja_schemas.chain import Admission, Judgement, Rejected, read_line
from sajja_schemas.entry import SignedEntry, from_base64url, to_base64url
from sajja_schemas.verdicts import Effect, HeldCode, RejectedCode, Verdict

VECTORS = Path(__file__).parents[3] / "schemas" / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def named(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def judge_line(line: bytes, network: str) -> SignedEntry | RejectedCode:
    """What admission does before it needs a store."""
    try:
        entry = read_line(line, network)
    except Rejected as rejected:
        return rejected.code
    if not signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body):
        return RejectedCode.BAD_SIGNATURE
    return entry


@named(vectors("canonical.json"))
def test_canonical(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["hex"])
    if case["valid"]:
        assert canonical.encode(canonical.decode(data)) == data
    else:
        with pytest.raises(canonical.NotCanonical):
            canonical.decode(data)


ENTRIES = vectors("entries.json")


@named(ENTRIES["entries"])
def test_entries(case: dict[str, Any]) -> None:
    judged = judge_line(bytes.fromhex(case["hex"]), ENTRIES["network"])
    if case["rejected"] is not None:
        assert judged == case["rejected"]
        return
    assert isinstance(judged, SignedEntry)
    assert case["read"] == {
        "network": judged.network,
        "village": judged.village,
        "device": to_base64url(judged.device),
        "sequence": judged.sequence,
        "previous": to_base64url(judged.previous),
        "hash": to_base64url(judged.hash),
    }


def test_every_way_to_be_rejected_has_a_vector() -> None:
    assert {case["rejected"] for case in ENTRIES["entries"]} - {None} == set(RejectedCode)


@named(vectors("chains.json"))
def test_chains(case: dict[str, Any]) -> None:
    admission = Admission(from_base64url(case["fingerprint"], 32))
    admission.enrolled = {from_base64url(device, 32) for device in case["enrolled"]}
    for step in case["steps"]:
        read = judge_line(step["line"].encode(), case["network"])
        judged = admission.judge(read) if isinstance(read, SignedEntry) else Judgement(Verdict.REJECTED, read)
        assert (judged.verdict, judged.code, judged.index) == (step["verdict"], step["code"], step["index"])


def test_every_verdict_has_a_vector() -> None:
    """The quota of forks alone has none: it would take a thousand lines; `test_chain` has it."""
    steps = [step for case in vectors("chains.json") for step in case["steps"]]
    assert {step["verdict"] for step in steps} == set(Verdict)
    assert {step["code"] for step in steps if step["verdict"] == "held"} == set(HeldCode) - {HeldCode.FORK_QUOTA}


@named(vectors("signatures.json")["signatures"])
def test_signatures(case: dict[str, Any]) -> None:
    parts = [bytes.fromhex(case[part]) for part in ("key", "signature", "tag", "message")]
    assert signing.is_valid(*parts) is case["valid"]


@named(vectors("signatures.json")["keys"])
def test_keys(case: dict[str, Any]) -> None:
    assert signing.is_acceptable_public_key(bytes.fromhex(case["key"])) is case["acceptable"]


@named(vectors("signatures.json")["sessions"])
def test_sessions(case: dict[str, Any]) -> None:
    challenge, fingerprint, key, signature = (
        bytes.fromhex(case[part]) for part in ("challenge", "fingerprint", "key", "signature")
    )
    assert session.server_name(case["url"]) == case["server"]
    message = session.session_message(challenge, fingerprint, case["server"])
    assert message == bytes.fromhex(case["message"])
    assert signing.is_valid(key, signature, signing.SESSION_TAG, message)


EFFECTS = vectors("effects.json")


def fold(lines: list[str]) -> tuple[Books, list[str]]:
    """Fold lines in index order, and give the hash of each. An earlier body is all that can be looked up."""
    books = open_books(EFFECTS["network"], EFFECTS["fingerprint"])
    bodies: dict[str, bytes] = {}
    for index, line in enumerate(lines):
        entry = chain.read_line(line.encode(), EFFECTS["network"])
        name = to_base64url(entry.hash)
        changes = apply(books, Admitted(index, name, entry.body), bodies.get)
        assert changes[0][0] == name
        bodies[name] = entry.body
    return books, list(bodies)


@named(EFFECTS["cases"])
def test_effects(case: dict[str, Any]) -> None:
    books, hashes = fold(EFFECTS["prologue"] + [line["line"] for line in case["lines"]])
    added = hashes[len(EFFECTS["prologue"]) :]
    assert [books.quarantined.get(name, Effect.COUNTED) for name in added] == [line["effect"] for line in case["lines"]]
    expected = {(line["ledger"], line["account"], line["sub"]): line["amount_satang"] for line in case["balances"]}
    assert {balance: amount for balance, amount in books.balances.items() if amount} == expected


def test_the_prologue_counts_wholly() -> None:
    books, _hashes = fold(EFFECTS["prologue"])
    assert books.quarantined == {}
    assert not books.trust.awaiting


def test_every_effect_but_our_own_mistake_has_a_vector() -> None:
    seen = {line["effect"] for case in EFFECTS["cases"] for line in case["lines"]}
    assert seen == set(Effect) - {Effect.UNDIGESTED}
