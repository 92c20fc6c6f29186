"""The tables that other languages read: postings, accounts, verdicts."""

from typing import Any

from generation.files import SCHEMAS, Files, as_json
from sajja_schemas.accounts import CHART, HELD
from sajja_schemas.bylaws.ruling import FUND_OF
from sajja_schemas.events import CATALOGUE
from sajja_schemas.postings import Choice, Posting
from sajja_schemas.verdicts import Effect, HeldCode, PartVerdict, RejectedCode, RejectedPartCode, Verdict


def files() -> Files:
    """Three tables."""
    return {
        SCHEMAS / "json" / "postings.json": as_json(postings()),
        SCHEMAS / "json" / "accounts.json": as_json(accounts()),
        SCHEMAS / "json" / "verdicts.json": as_json(verdicts()),
    }


def postings() -> dict[str, Any]:
    """Every event with its declaration (LOG_FORMAT.md sections 9 to 11)."""
    events = []
    for tag, event_type in sorted(CATALOGUE.items()):
        declared = event_type.declared
        events.append(
            {
                "type": tag,
                "thai": declared.thai,
                "kind": declared.kind.value,
                "author": declared.author.value,
                "sender": declared.sender.value if declared.sender else None,
                "receiver": declared.receiver.value if declared.receiver else None,
                "of_a_village": declared.of_a_village,
                "approvers": declared.approvers.value,
                "also": [approvers.value for approvers in declared.also],
                "of_an_officer": [approvers.value for approvers in declared.of_an_officer],
                "approvers_where": [
                    {"field": field, "value": value, "approvers": approvers.value}
                    for field, value, approvers in declared.approvers_where
                ],
                "parties": list(declared.parties),
                "concerned": list(declared.concerned),
                "ruled_by": FUND_OF.get(event_type),
                "must": {"thai": declared.must[0], "english": declared.must[1]} if declared.must else None,
                "postings": [_posting(posting) for posting in declared.postings],
            }
        )
    return {"v": 1, "events": events}


def _posting(posting: Posting) -> dict[str, Any]:
    return {
        "ledger": posting.ledger,
        "side": posting.side.value,
        "account": _choice(posting.account),
        "sub": _choice(posting.sub),
        "amount": posting.amount,
        "when": dict([posting.when]) if posting.when else None,
        "each": posting.each,
    }


def _choice(value: object) -> object:
    return {"by": value.field, "of": dict(value.of)} if isinstance(value, Choice) else value


def accounts() -> dict[str, Any]:
    """The chart of accounts."""
    return {
        "v": 1,
        "accounts": [
            {
                "code": account.code,
                "thai": account.thai,
                "english": account.english,
                "side": account.side.value,
                "ledgers": [kind.value for kind in account.ledgers],
                "sub": account.sub.value,
                "held": account.code in HELD,
            }
            for account in CHART.values()
        ],
    }


def verdicts() -> dict[str, Any]:
    """The words of admission and effect, each list in order of precedence."""
    return {
        "v": 1,
        "verdicts": [
            {"code": verdict.value, "stored": verdict.is_stored, "retryable": verdict.is_retryable}
            for verdict in Verdict
        ],
        "rejected": [code.value for code in RejectedCode],
        "held": [code.value for code in HeldCode],
        "effects": [effect.value for effect in Effect],
        "parts": [verdict.value for verdict in PartVerdict],
        "rejected_parts": [code.value for code in RejectedPartCode],
    }
