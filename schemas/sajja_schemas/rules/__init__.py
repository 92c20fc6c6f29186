"""The rules: what the books are held to, as declared data with a check each (docs/domain.md sections 5 and 9).

 * At the author `refusals` says what is a slip of the pen, so that it is put right while the people are in the room.
   What has already happened is always recordable: from paper, with a reason and a second officer.
 * In the fold `judge` keeps what entry rules find. An entry counts all the same: cash has already changed hands.
 * `findings` is what stands on a day: the kept ones that nothing has cleared, and what the standing rules read.
 * No rule may stop a fold. One that raises is our mistake, costs itself only, and becomes a finding itself.
* What lies beside the log (`beside`) no fold can find: a server does, and says of each such finding that it is so.

One module a subject; a rule is added to its module's list. Its code is for ever.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from sajja_schemas.entry import OFFICE
from sajja_schemas.events import CATALOGUE, Body
from sajja_schemas.events.base import Event
from sajja_schemas.findings import Finding, Hit, Owner, Place, Rule, Severity, Word, by_weight, found
from sajja_schemas.holdings import Books
from sajja_schemas.registers.resolutions import is_settled
from sajja_schemas.rules import (
    ages,
    balances,
    beside,
    cash,
    closing,
    corrections,
    deaths,
    devices,
    granting,
    guarantees,
    lending,
    members,
    network,
    once,
    refinancing,
    ruled,
    savings,
    splits,
    welfare,
)
from sajja_schemas.rules.declaring import BesideRule, EntryRule, StandingRule

__all__ = [
    "ENTRY_RULES", "RULES", "STANDING_RULES", "findings", "judge", "questions", "refusals", "sorted_by_weight", "told",
    "withdraw",
]  # fmt: skip

# What a finding follows from: everybody derives the one from the log; the other is a server's word alone.
LOG: Final = "log"

RULE_FAILED: Final = Rule(
    code="RULE_FAILED",
    severity=Severity.HIGH,  # nobody knows what the rule would have found
    owner=Owner.NETWORK,
    thai="กฎ {rule} ตรวจไม่ได้ เพราะข้อผิดพลาดของโปรแกรม ({error})",
    english="the rule {rule} could not be asked: a mistake of the program ({error})",
    next_thai="แจ้งผู้ดูแลระบบพร้อมรหัสนี้ ทุกรายการยังนับตามปกติ กฎอื่นยังตรวจครบ",
    next_english="tell whoever looks after the program; every entry counts all the same, and other rules were asked",
    source="5.14",
)

ENTRY_RULES: Final[tuple[EntryRule, ...]] = (
    *members.RULES, *savings.RULES, *lending.RULES, *welfare.RULES, *granting.RULES, *cash.RULES, *balances.RULES,
    *closing.RULES, *corrections.RULES, *ruled.RULES, *guarantees.RULES, *deaths.RULES, *splits.RULES,
    *refinancing.RULES,
)  # fmt: skip
STANDING_RULES: Final[tuple[StandingRule, ...]] = (
    *balances.STANDING, *once.STANDING, *ages.STANDING, *deaths.STANDING, *network.STANDING, *devices.STANDING,
)  # fmt: skip
_ALL: Final = (*ENTRY_RULES, *STANDING_RULES, *beside.RULES, corrections.FROM_PAPER, ruled.OLD_BYLAWS, RULE_FAILED)
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
    """Keep what the rules find in an entry that is about to have its effect."""
    event = body.event
    rules = _KEPT.get(type(event), ())
    if event.paper_reason is not None or event.bylaws is not None:
        rules = (*rules, *_OF_MARKED)
    for rule in rules:
        finding = ask(rule, books, body, entry_hash)
        if finding is not None:
            books.findings[finding.id] = finding
            books.touched_findings.add(finding.id)


def withdraw(books: Books, entry_hash: str, body: Body) -> None:
    """Drop what was found in an entry that is taken back."""
    for rule in (*_KEPT.get(type(body.event), ()), *_OF_MARKED):
        for code, subject in ((rule.code, (entry_hash,)), (RULE_FAILED.code, (rule.code, entry_hash))):
            name = Finding(code=code, village=body.village, subject=subject).id
            if books.findings.pop(name, None) is not None:
                books.touched_findings.add(name)


def refusals(books: Books, body: Body) -> list[Finding]:
    """The slips of the pen in what somebody is about to record, the gravest first."""
    return sorted_by_weight(finding for finding, refuses in _asked(books, body) if refuses)


def questions(books: Books, body: Body) -> list[Finding]:
    """What will be a finding if somebody records this."""
    return sorted_by_weight(finding for finding, refuses in _asked(books, body) if not refuses)


def findings(books: Books, on: date) -> list[Finding]:
    """Everything that a person must look at on a day, the gravest and largest first."""
    standing = [finding for finding in (*_kept(books), *_read(books, on)) if not is_resolved(books, finding)]
    return sorted_by_weight(standing)


def sorted_by_weight(standing: Iterable[Finding]) -> list[Finding]:
    """The gravest first, and of those the largest."""
    return sorted(standing, key=_weight)


def told(finding: Finding) -> dict[str, object]:
    """A finding for a program or a page: with its rule's words in both languages."""
    rule = RULES[finding.code]
    thai, english = rule.sentences(finding)
    return {
        "name": finding.name,
        "code": finding.code,
        "severity": rule.severity,
        "owner": rule.owner,
        "basis": rule.basis if isinstance(rule, BesideRule) else LOG,
        "village": finding.village,
        "thai": thai,
        "english": english,
        "next_thai": rule.next_thai,
        "next_english": rule.next_english,
        "amount_satang": finding.amount_satang,
        "fields": finding.fields,
        "entries": [{"device": device, "sequence": sequence} for device, sequence in finding.entries],
        "source": rule.source,
    }


def is_resolved(books: Books, finding: Finding) -> bool:
    """Whether a signed event settles a finding as it stands."""
    return is_settled(books.registers, finding.code, finding.name, finding.entries)


def ask(rule: EntryRule, books: Books, body: Body, entry_hash: str) -> Finding | None:
    """What a rule finds in an entry."""
    try:
        hit = rule.check(books, body)
    except Exception as error:  # noqa: BLE001  # a rule of ours must never cost a village its entry
        return _failed_at(rule, error, body, entry_hash)
    return None if hit is None else _found_at(rule, hit, body, entry_hash)


def _found_at(rule: EntryRule, hit: Hit, body: Body, entry_hash: str) -> Finding:
    """What a rule has found in an entry."""
    entries = hit.entries or ((body.device, body.sequence),)
    placed = Hit(fields=hit.fields, amount_satang=hit.amount_satang, entries=entries)
    return found(rule, placed, village=body.village, subject=(entry_hash,))


def _failed_at(rule: EntryRule, error: Exception, body: Body, entry_hash: str) -> Finding:
    place = (body.device, body.sequence)
    return _failed(rule, error, village=body.village, subject=(entry_hash,), entries=(place,))


def _failed(
    rule: Rule, error: Exception, *, village: str, subject: tuple[Word, ...], entries: tuple[Place, ...] = ()
) -> Finding:
    """That a rule raised: our mistake, told with the others."""
    failed = Hit(fields={"rule": rule.code, "error": type(error).__name__}, entries=entries)
    return found(RULE_FAILED, failed, village=village, subject=(rule.code, *subject))


def _asked(books: Books, body: Body) -> Iterator[tuple[Finding, bool]]:
    """What the rules find in an act that is not signed yet, and whether it is refused for that."""
    event_type = type(body.event)
    rules = [rule for rule in ENTRY_RULES if event_type in rule.events]
    for rule in (*rules, *_OF_MARKED):
        try:
            hit = rule.check(books, body)
        except Exception as error:  # noqa: BLE001  # nobody is refused for a mistake of ours
            yield _failed_at(rule, error, body, ""), False
        else:
            if hit is not None:
                yield _found_at(rule, hit, body, ""), rule.refuses and hit.is_sure


def _kept(books: Books) -> Iterator[Finding]:
    for finding in books.findings.values():
        rule = _STILL.get(finding.code)
        try:
            stands = rule is None or rule.still is None or rule.still(books, finding)
        except Exception as error:  # noqa: BLE001  # then it stands, and the mistake beside it
            assert rule is not None, "who was not asked did not raise"
            yield _failed(rule, error, village=finding.village, subject=finding.subject, entries=finding.entries)
            stands = True
        if stands:
            yield finding


def _read(books: Books, on: date) -> Iterator[Finding]:
    for rule in STANDING_RULES:
        try:
            for hit in rule.read(books, on):
                yield found(rule, hit, village=OFFICE)
        except Exception as error:  # noqa: BLE001  # one rule of ours must not hide what the others find
            yield _failed(rule, error, village=OFFICE, subject=())


_STILL: Final = {rule.code: rule for rule in ENTRY_RULES if rule.still is not None}
