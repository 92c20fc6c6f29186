"""A tablet at a meeting: its log, its books, who records, and whose box is on the table.

* Every act of a meeting is written by `append`: named by the bylaws that these books know, then appended. What holds an
  act to rules before it is signed belongs there, once for all of them.
* What belongs together is one transaction: a payment with its share, fine and loan, or a whole file, is in the log
  wholly or not at all, wherever the power fails.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Final

import msgspec

from sajja_client.books import fold, stamped
from sajja_client.checking import body_to_ask, held_to_rules
from sajja_client.log import Log
from sajja_client.meeting import approving, unlocking
from sajja_client.meeting.approving import APPROVED_AT_ONCE_MAX, Session, Waiting
from sajja_client.meeting.problems import NoBox
from sajja_client.meeting.view import View, current
from sajja_client.names import Names, read_names
from sajja_client.office import Moment
from sajja_schemas.entry import SignedEntry, from_base64url, read_entry
from sajja_schemas.events import AnyEvent, Body
from sajja_schemas.quorum import is_interested

_IN_A_FEED: Final = "SELECT key, signature, body FROM feed_line WHERE hash = ? LIMIT 1"
_OWN: Final = "SELECT signature, body FROM log WHERE hash = ?"


class Desk:
    """One tablet, from the first act to the last."""

    def __init__(self, log: Log, now: Moment, *, has_own_day: bool = True) -> None:
        """`has_own_day` where the day was typed; else an act has the meeting's."""
        self.log = log
        self.now = now
        self.has_own_day = has_own_day
        self.books = fold(log.home)

    @property
    def village(self) -> str:
        """Whose tablet this is."""
        return self.log.pin.village

    @cached_property
    def names(self) -> Names:
        """Who stands behind the ids, as this tablet knew when it was first asked."""
        return read_names(self.log.connection, self.books)

    @property
    def ledger(self) -> str:
        """The village's bank."""
        return f"bank:{self.village}"

    def view(self, meeting: str | None = None) -> View:
        """The meeting that was named, else the one that is open, else the last."""
        return current(self.log.connection, self.books, self.village, meeting)

    def day_at(self, view: View) -> date:
        """The business date of an act at a meeting: the meeting's, for a tablet's clock may be years off."""
        return self.now.day if self.has_own_day else view.opened_on

    def session(self, meeting: str) -> Session:
        """Who has unlocked this tablet, and whose box stands here."""
        return approving.session_of(self.log.home, meeting)

    def box(self, named: str | None, session: Session | None = None) -> str:
        """Whose cash this is: as said now, or at the opening, or the one treasurer's.

        Raises:
            NoBox: it cannot be told.
        """
        if named or (session is not None and session.box):
            return named or (session.box if session is not None else None) or ""
        roles = self.books.trust.roles.get(self.village, {})
        treasurers = [person for person, held in roles.items() if "treasurer" in held]
        if len(treasurers) != 1:
            raise NoBox
        return treasurers[0]

    def in_box(self, box: str) -> int:
        """What the book says is in a box, in satang."""
        return self.books.balances.get((self.ledger, 1110, box), 0)

    def write(self, events: Sequence[AnyEvent], day: date) -> list[SignedEntry]:
        """Append events as one act, and fold them.

        Raises:
            NotRecordable, LogBusy, OldCopy, ChainBroken: as `Log.append` says; nothing was written.
        """
        entries = self.append(events, day)
        self.refold()
        return entries

    def append(self, events: Sequence[AnyEvent], day: date) -> list[SignedEntry]:
        """Append events as one act, or as a part of one that is together; the books do not know them yet.

        Raises:
            RefusedByRule: one of them is a slip of the pen; nothing was written.
        """
        named = [stamped(self.books, event, self.village, day) for event in events]
        for event in named:
            held_to_rules(self.books, self.village, self._body(event, day), None)
        with self.log.together():
            return [
                self.log.append(event, by=self.now.by, day=day, recorded_at=self.now.recorded_at) for event in named
            ]

    def _body(self, event: AnyEvent, day: date) -> Body:
        return body_to_ask(
            self.log.pin, self.log.device, event, by=self.now.by, day=day, recorded_at=self.now.recorded_at
        )

    def refold(self) -> None:
        """Read the books anew."""
        self.books = fold(self.log.home)

    def waiting(self) -> list[Waiting]:
        """What waits for officers in this village, the oldest first."""

        def body_of(name: str) -> bytes | None:
            entry = self._entry(name)
            return entry.body if entry is not None else None

        return approving.waiting_list(self.books, self.village, body_of)

    def approve(self, waiting: Iterable[Waiting], session: Session, day: date) -> list[Waiting]:
        """The officers who have unlocked sign a list, each line that they have not signed. Gives what still waits.

        Whom a line concerns does not sign it: it stands in a list that the others sign.
        """
        lists: dict[tuple[str, ...], list[SignedEntry]] = {}
        for one in waiting:
            signers = self._signers(one, session.officers)
            entry = self._entry(one.hash)
            if entry is not None and not set(signers) <= set(one.approved_by):
                lists.setdefault(signers, []).append(entry)
        with self.log.together():
            for signers, entries in lists.items():
                for start in range(0, len(entries), APPROVED_AT_ONCE_MAX):
                    some = entries[start : start + APPROVED_AT_ONCE_MAX]
                    self.log.approve(some, signers, by=self.now.by, day=day, recorded_at=self.now.recorded_at)
        if lists:
            self.refold()
        return self.waiting()

    def _signers(self, one: Waiting, officers: Sequence[str]) -> tuple[str, ...]:
        waits = self.books.trust.awaiting.get(one.hash)
        return tuple(p for p in officers if waits is None or not is_interested(self.books.trust, waits, p))

    def unlock(self, session: Session, officers: Iterable[str]) -> Session:
        """Officers unlock this tablet for the meeting; it is remembered.

        Raises:
            NobodyUnlocked, KeyMissing, KeyFileTooOpen, DemonstrationKeyRefused: as `approving.unlocked` says.
        """
        session = approving.unlocked(self.log.home, session, officers)
        approving.remember(self.log.home, session)
        return session

    def lock(self) -> None:
        """The meeting is closed: who signs after it gives the PIN again."""
        unlocking.forget(self.log.home)

    def remember_box(self, session: Session, box: str) -> Session:
        """Keep whose box is counted at this meeting on this tablet."""
        session = msgspec.structs.replace(session, box=box)
        approving.remember(self.log.home, session)
        return session

    def _entry(self, name: str) -> SignedEntry | None:
        raw = from_base64url(name, 32)
        row = self.log.connection.execute(_OWN, (raw,)).fetchone()
        if row is not None:
            return read_entry(self.log.key.public, *row)
        row = self.log.connection.execute(_IN_A_FEED, (raw,)).fetchone()
        return read_entry(*row) if row is not None else None
