"""The rules: what the books are held to, as declared data with a check each (docs/domain.md sections 5 and 9).

 * At the author `refusals` says what is a slip of the pen, so that it is put right while the people are in the room.
   What has already happened is always recordable: from paper, with a reason and a second officer.
 * In the fold `judge` keeps what entry rules find. An entry counts all the same: cash has already changed hands.
 * `findings` is what stands on a day: the kept ones that nothing has cleared, and what the standing rules read.
 * No rule may stop a fold. One that raises is our mistake, and becomes a finding itself.

One module a subject; a rule is added to its module's list. Its code is for ever.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sajja_schemas.entry import OFFICE
from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.corrections import FindingResolved, LateEntryAccepted
from sajja_schemas.findings import Finding, Hit, Owner, Rule, Severity, by_weight, found
from sajja_schemas.holdings import Books
from sajja_schemas.rules import (
    ages,
    balances,
    cash,
    closing,
    corrections,
    lending,
    members,
    network,
    once,
    ruled,
    savings,
    welfare,
)
from sajja_schemas.rules.declaring import EntryRule, StandingRule

__all__ = ["ENTRY_RULES", "RULES", "STANDING_RULES", "findings", "judge", "questions", "refusals", "withdraw"]

_LATE: Final = "LATE_ENTRY"

RULE_FAILED: Final = Rule(
    code="RULE_FAILED",
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK,
    thai="กฎ {rule} ตรวจรายการนี้ไม่ได้ (ข้อผิดพลาดของโปรแกรม)",
    english="the rule {rule} could not be asked (a mistake of the program)",
    next_thai="แจ้งผู้ดูแลระบบพร้อมรหัสนี้ รายการยังนับตามปกติ",
    next_english="tell whoever looks after the program; the entry counts all the same",
    source="5.14",
)

ENTRY_RULES: Final[tuple[EntryRule, ...]] = (
    *members.RULES, *savings.RULES, *lending.RULES, *welfare.RULES, *cash.RULES, *balances.RULES, *closing.RULES,
    *corrections.RULES, *ruled.RULES,
)  # fmt: skip
STANDING_RULES: Final[tuple[StandingRule, ...]] = (
    *balances.STANDING, *once.STANDING, *ages.STANDING, *network.STANDING,
)  # fmt: skip
_ALL: Final = (*ENTRY_RULES, *STANDING_RULES, corrections.FROM_PAPER, ruled.OLD_BYLAWS, RULE_FAILED)
RULES: Final[dict[str, Rule]] = {rule.code: rule for rule in _ALL}

# Asked only of entries that say so themselves, whatever their type.
_OF_MARKED: Final = (corrections.FROM_PAPER, ruled.OLD_BYLAWS)

_KEPT: Final[dict[type[Event], tuple[EntryRule, ...]]] = {
    event_type: rules
    for event_type in CATALOGUE.values()
    if (rules := tuple(rule for rule in ENTRY_RULES if rule.kept and event_type in rule.events))
}
_weight: Final = by_weight(RULES)


def judge(books: Books, entry_hash: str, body: Body) -> None:
    """Keep what the rules find in an entry that is about to have its effect; note what it resolves."""
    event = body.event
    rules = _KEPT.get(type(event), ())
    if event.paper_reason is not None or event.bylaws is not None:
        rules = (*rules, *_OF_MARKED)
    for rule in rules:
        finding = ask(rule, books, body, entry_hash)
        if finding is not None:
            books.findings[finding.id] = finding
    if isinstance(event, FindingResolved):
        names = [event.finding] if event.finding else [_name(event.code, r.device, r.sequence) for r in event.entries]
        books.resolved |= dict.fromkeys(names, entry_hash)
    elif isinstance(event, LateEntryAccepted):
        books.resolved[_name(_LATE, event.entry.device, event.entry.sequence)] = entry_hash


def withdraw(books: Books, entry_hash: str, body: Body) -> None:
    """Drop what was found in an entry that is taken back."""
    for rule in (*_KEPT.get(type(body.event), ()), *_OF_MARKED):
        books.findings.pop(Finding(code=rule.code, village=body.village, subject=(entry_hash,)).id, None)


def refusals(books: Books, body: Body) -> list[Finding]:
    """The slips of the pen in what somebody is about to record, the gravest first."""
    return [finding for finding in _asked(books, body) if RULES[finding.code].refuses]


def questions(books: Books, body: Body) -> list[Finding]:
    """What will be a finding if somebody records this."""
    return [finding for finding in _asked(books, body) if not RULES[finding.code].refuses]


def findings(books: Books, on: date) -> list[Finding]:
    """Everything that a person must look at on a day, the gravest and largest first."""
    standing = [finding for finding in (*_kept(books), *_read(books, on)) if not is_resolved(books, finding)]
    return sorted(standing, key=_weight)


def is_resolved(books: Books, finding: Finding) -> bool:
    """Whether a signed event settles a finding as it stands."""
    if finding.name in books.resolved:
        return True
    return bool(finding.entries) and all(
        _name(finding.code, device, sequence) in books.resolved for device, sequence in finding.entries
    )


def ask(rule: EntryRule, books: Books, body: Body, entry_hash: str) -> Finding | None:
    """What a rule finds in an entry."""
    try:
        hit = rule.check(books, body)
    except Exception:  # noqa: BLE001  # a rule of ours must never cost a village its entry
        return found(
            RULE_FAILED, Hit(fields={"rule": rule.code}), village=body.village, subject=(rule.code, entry_hash)
        )
    if hit is None:
        return None
    place = Hit(
        fields=hit.fields, amount_satang=hit.amount_satang, entries=hit.entries or ((body.device, body.sequence),)
    )
    return found(rule, place, village=body.village, subject=(entry_hash,))


def _asked(books: Books, body: Body) -> list[Finding]:
    event_type = type(body.event)
    rules = [rule for rule in ENTRY_RULES if event_type in rule.events]
    asked = (ask(rule, books, body, "") for rule in (*rules, *_OF_MARKED))
    return sorted((finding for finding in asked if finding is not None), key=_weight)


def _kept(books: Books) -> Iterator[Finding]:
    for finding in books.findings.values():
        still = _STILL.get(finding.code)
        if still is None or still(books, finding):
            yield finding


def _read(books: Books, on: date) -> Iterator[Finding]:
    for rule in STANDING_RULES:
        for hit in rule.read(books, on):
            yield found(rule, hit, village=OFFICE)


_STILL: Final = {rule.code: rule.still for rule in ENTRY_RULES if rule.still is not None}


def _name(code: str, device: str, sequence: int) -> str:
    return f"{code}/{device}/{sequence}"
