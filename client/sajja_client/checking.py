"""What the rules say of an act before it is signed, with this device's own books.

* A slip of the pen is refused with a sentence that says what to do; nothing is recorded.
* What has already happened is always recordable: the same act from paper, with a reason, signed by a second officer.
  It counts at once where cash has moved, and stands as a finding until officers have looked at the paper.
* A breach of bylaws is told, and recorded: the room may know why.
"""

from datetime import date

import msgspec

from sajja_client.home import Pin
from sajja_client.problems import EXIT_USAGE, Problem
from sajja_client.recordable import recordable
from sajja_schemas import rules
from sajja_schemas.books import Books
from sajja_schemas.entry import NO_PREVIOUS
from sajja_schemas.events import AnyEvent, Body, read_body, tag_of
from sajja_schemas.events.ledgers import EntryReversed
from sajja_schemas.findings import Finding
from sajja_schemas.trust import may_author

_NEXT = 2**53 - 1  # whatever this act will be called, it stands behind every cut of a close that these books know


class RefusedByRule(Problem):
    """A rule says that this is a slip of the pen."""

    code = "refused_by_rule"
    thai = "{rule}: {said_thai} · {next_thai} (ยังไม่ได้บันทึก)"
    english = "{rule}: {said}; {next} (nothing was recorded)"
    exit_code = EXIT_USAGE

    def __init__(self, finding: Finding) -> None:
        rule = rules.RULES[finding.code]
        thai, english = rule.sentences(finding)
        super().__init__(rule=rule.code, said_thai=thai, said=english, next_thai=rule.next_thai, next=rule.next_english)


class NotYours(Problem):
    """Another unit records this, or the ledger is another's."""

    code = "not_yours"
    thai = "{unit} บันทึก {tag} นี้ไม่ได้ ตรวจช่อง ledger และหมู่บ้าน (ยังไม่ได้บันทึก)"
    english = "{unit} cannot record this {tag}: check ledger and village; nothing was recorded"
    exit_code = EXIT_USAGE


class NothingToReverse(Problem):
    """The line that is to be reversed posts no money."""

    code = "nothing_to_reverse"
    thai = "รายการลำดับที่ {sequence} ({tag}) ไม่มียอดเงินให้กลับ ดูลำดับที่ถูกใน sajja village log (ยังไม่ได้บันทึก)"
    english = "line {sequence} ({tag}) posts no money; find the right one in sajja village log (nothing was recorded)"
    exit_code = EXIT_USAGE


class FromPaper(msgspec.Struct, frozen=True):
    """Why something is recorded against a rule, and which officer signs for it with the recorder."""

    reason: str
    second: str


def body_to_ask(
    pin: Pin, device: str, event: AnyEvent, *, by: str, day: date, recorded_at: int, village: str | None = None
) -> Body:
    """What an act would say; its place in the log is not known yet."""
    return Body(
        v=1, network=pin.network, village=village or pin.village, device=device, sequence=_NEXT,
        previous=NO_PREVIOUS, by=by, date=day, recorded_at=recorded_at, event=event,
    )  # fmt: skip


def reversible(event: EntryReversed, original: bytes) -> None:
    """A reversal negates what an entry posted, and never another reversal.

    Raises:
        NothingToReverse: that line posts nothing.
    """
    named = read_body(original)
    if isinstance(named, Body) and not named.event.declared.postings:
        raise NothingToReverse(sequence=event.entry.sequence, tag=tag_of(named.event))


def held_to_rules(books: Books, unit: str, body: Body, paper: FromPaper | None) -> tuple[AnyEvent, list[Finding]]:
    """The event to record, and what will be found in it.

    Raises:
        NotYours: the whole network would leave it without effect, from paper or not.
        NotRecordable, PersonalInText: it could not be signed at all; no rule can judge what contradicts itself.
        RefusedByRule: a slip of the pen, and not from paper.
    """
    if not may_author(unit, body):
        raise NotYours(tag=tag_of(body.event), unit=unit)
    recordable(body)
    refused = rules.refusals(books, body)
    if refused and paper is None:
        raise RefusedByRule(refused[0])
    event = body.event
    if paper is not None:
        event = msgspec.structs.replace(event, source="paper", paper_reason=paper.reason)
    return event, [*refused, *rules.questions(books, body)]
