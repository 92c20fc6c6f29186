"""The openings of a file as one batch of entries, recorded once.

* Entries are filled page by page, as far as their bounds allow; each names the file by the hash of its bytes.
* The batch is planned before anything is written, so the same file always gives the same entries. A power cut in the
  middle is mended by importing again: what is recorded already is left out, and only the rest is appended.
* A file whose every entry stands already is refused. So is another file with the same lines in it.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from sajja_client.log import Log
from sajja_client.office import Moment
from sajja_client.paper.mistakes import AlreadyImported, OpeningsWrong
from sajja_client.paper.openings import Line, Openings
from sajja_client.paper.recorded import Recorded
from sajja_schemas import limits
from sajja_schemas.books import Books
from sajja_schemas.entry import SignedEntry, to_base64url
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine

# Room in a body for what stands around the lines: names, hashes, the day.
_BODY_BYTES_AROUND = 1_500


class Batch(msgspec.Struct, frozen=True):
    """What an import records, and what of it was recorded before."""

    evidence: str
    events: list[OpeningBalanceRecorded]
    before: list[tuple[int, Recorded]]  # the place in `events`, and the line that says it already
    opened: dict[tuple[int, str], int]  # by another file: account and holder, and its sequence

    @property
    def to_record(self) -> list[OpeningBalanceRecorded]:
        """What is not recorded yet."""
        done = {place for place, _line in self.before}
        return [event for place, event in enumerate(self.events) if place not in done]


def plan(data: bytes, ledger: str, openings: Openings, known: Iterable[Recorded], books: Books) -> Batch:
    """The batch of a file, held against what this device knows.

    Raises:
        OpeningsWrong: there are mistakes.
        AlreadyImported: all of it is recorded.
    """
    if openings.mistakes:
        raise OpeningsWrong(count=len(openings.mistakes))
    evidence = to_base64url(sha256(data).digest())
    events = [
        OpeningBalanceRecorded(ledger=ledger, lines_of_page=lines, evidence=evidence, source="paper")
        for lines in _entries(openings.lines)
    ]
    places = {event.lines_of_page: place for place, event in enumerate(events)}
    before: dict[int, Recorded] = {}
    opened: dict[tuple[int, str], int] = {}
    for line in known:
        if line.hash in books.reversed or b'"opening_balance_recorded"' not in line.entry.body:
            continue
        body = line.body
        if body is None or not isinstance(body.event, OpeningBalanceRecorded) or body.event.ledger != ledger:
            continue
        place = places.get(body.event.lines_of_page)
        if place is not None:
            before.setdefault(place, line)
        else:
            opened |= {(one.account, one.sub or ""): body.sequence for one in body.event.lines_of_page}
    if len(before) == len(events):
        raise AlreadyImported(entries=len(events), sequence=before[0].entry.sequence)
    return Batch(evidence, events, sorted(before.items()), opened)


def record(log: Log, batch: Batch, moment: Moment, *, persons: list[str]) -> list[SignedEntry]:
    """Append what is not recorded yet; officers who are here approve the whole batch at once. Gives its entries."""
    done = {place: line.entry for place, line in batch.before}
    entries = [
        done.get(place) or log.append(event, by=moment.by, day=moment.day, recorded_at=moment.recorded_at)
        for place, event in enumerate(batch.events)
    ]
    if persons:
        for start in range(0, len(entries), limits.APPROVED_ENTRIES_MAX):
            listed = entries[start : start + limits.APPROVED_ENTRIES_MAX]
            log.approve(listed, persons, by=moment.by, day=moment.day, recorded_at=moment.recorded_at)
    return entries


def _entries(lines: list[Line]) -> list[tuple[OpeningLine, ...]]:
    """Lines in the order of the book, filled into entries; a page is divided only where it is larger than an entry."""
    pages: dict[int, list[OpeningLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(
            OpeningLine(
                account=line.account,
                amount_satang=line.amount_satang,
                sub=line.sub or None,
                page=line.page,
                loan=line.loan,
            )
        )
    entries: list[list[OpeningLine]] = [[]]
    for _page, listed in sorted(pages.items()):
        if entries[-1] and not _fits(entries[-1], listed):
            entries.append([])
        for opening in listed:
            if entries[-1] and not _fits(entries[-1], [opening]):
                entries.append([])
            entries[-1].append(opening)
    return [tuple(entry) for entry in entries if entry]


def _fits(held: list[OpeningLine], more: list[OpeningLine]) -> bool:
    if len(held) + len(more) > limits.OPENING_LINES_MAX:
        return False
    return len(msgspec.json.encode([*held, *more])) <= limits.BODY_BYTES_MAX - _BODY_BYTES_AROUND
