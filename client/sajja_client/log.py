"""A device's own log: the chain of what was recorded here, signed as it is recorded.

* One append is one durable transaction. When it returns, the entry is part of history whatever happens next; before,
  it never was. Several may share one (`together`): then that is so when the last of them is in.
* An old copy of this log signs nothing: what the key has signed since would be forked (`lineage`).
* What this version could not count is not signed: types, ranges and postings are checked on the very bytes that would
  be signed. What makes sense is not asked, for the people are in the room.
* One program appends at a time. It holds a lock of the operating system from its first append until it closes, and the
  end of the log is read inside the transaction that continues it, so two programs cannot fork a log.
* Line 1 names the pinned fingerprint. The log that founds the network names nothing: its first hash is the fingerprint.
* What tells who somebody is never stands in an entry: text that looks like it is refused, and it travels beside, in a
  personal part that can be erased.
* `verify` names the first sequence at which a torn or tampered log does not hold.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from threading import RLock
from types import TracebackType
from typing import Final, Self

import msgspec

from sajja_client.home import Home, Pin
from sajja_client.lineage import newer_elsewhere
from sajja_client.parts import keep_own
from sajja_client.problems import HomeInUse, LogBusy, NotOneList, OldCopy
from sajja_client.recordable import recordable, salt_and_data
from sajja_client.store import open_store, transaction
from sajja_client.witness import take_acknowledgement
from sajja_schemas import signing
from sajja_schemas.chain import ChainBroken, check_log
from sajja_schemas.entry import (
    NO_PREVIOUS,
    OFFICE,
    EntryRef,
    SignedEntry,
    Unreadable,
    device_name,
    entry_hash,
    from_base64url,
    read_entry,
    to_base64url,
)
from sajja_schemas.events import AnyEvent, Body
from sajja_schemas.events.network import NetworkEstablished
from sajja_schemas.events.trust import Approval, EntryApproved
from sajja_schemas.personal import PersonalPart, commitment_of
from sajja_schemas.personal_data import AnyPersonal
from sajja_schemas.signing import SigningKey

LOCK_WAIT_SECONDS: Final = 10.0
_LOCK_STEP_SECONDS: Final = 0.05
_CHUNK: Final = 500

_body_decoder: Final = msgspec.json.Decoder(Body)


class Log:
    """The log of one device. Open it with `Log.open` or `Log.found`; it is a context manager."""

    def __init__(self, home: Home, pin: Pin, key: SigningKey, connection: sqlite3.Connection) -> None:
        """Use `Log.open`."""
        self.home = home
        self.pin = pin
        self.key = key
        self.device = device_name(key.public)
        self._device_id = from_base64url(self.device, 32)
        self.connection = connection
        self._lock_file: int | None = None
        self._appending = RLock()
        self._is_together = False
        self.acknowledges = True  # a demonstration's bytes are planned, and no plan knows what a server will publish

    @classmethod
    def open(cls, home: Home) -> Self:
        """The log of a home that is pinned to a network. Reading needs no lock; the first append takes it.

        Raises:
            NotAHome, KeyMissing, KeyFileTooOpen, DemonstrationKeyRefused: as `Home` says.
        """
        pin = home.pin()
        return cls(home, pin, home.device_key().key, open_store(home.log_path))

    @classmethod
    def found(
        cls,
        home: Home,
        event: NetworkEstablished,
        *,
        network: str,
        server_url: str,
        by: str,
        day: date,
        recorded_at: int,
    ) -> Self:
        """Found a network: the first line of this log is its fingerprint, and this home is pinned to it.

        If a program died between the line and the pin, calling this again finishes what it began.

        Raises:
            HomeInUse: this home has a log or a pin of something else.
        """
        if home.is_pinned:
            raise HomeInUse(path=home.path)
        home.create()
        key = home.device_key(demonstration=event.demonstration).key
        unpinned = Pin(
            network=network,
            fingerprint=NO_PREVIOUS,
            village=OFFICE,
            server_url=server_url,
            demonstration=event.demonstration,
            name=event.name,
        )
        log = cls(home, unpinned, key, open_store(home.log_path))
        try:
            log._pin_to_founding(event, by=by, day=day, recorded_at=recorded_at)
        except BaseException:
            log.close()
            raise
        return log

    def append(
        self,
        event: AnyEvent,
        *,
        by: str,
        day: date,
        recorded_at: int,
        village: str | None = None,
        personal: AnyPersonal | None = None,
        derived_salt: bytes | None = None,
    ) -> SignedEntry:
        """Sign an event as the next line of this log, and keep it.

        Args:
            event: what happened.
            by: the person who says so.
            day: the business date in Bangkok.
            recorded_at: the device's clock, in milliseconds since 1970; it decides nothing.
            village: the village concerned; this device's own where it is not given.
            personal: what travels beside it, kept here in the same transaction and erasable.
            derived_salt: the salt of its commitment, from a seed: in a demonstration only, of nobody's data.

        Raises:
            NotRecordable: the event is not of its own type, or contradicts itself. Nothing was written.
            PersonalInText, PersonalNotHere: what tells who somebody is belongs in a part, and beside another event.
            LogBusy: another program is appending.
            OldCopy: this key has signed lines that this log is without.
            ChainBroken: the end of this log is not what was written there.
        """
        salt, data = salt_and_data(event, personal, derived_salt if self.pin.demonstration else None)
        with self.together():
            return self._sign(event, salt, data, by=by, day=day, recorded_at=recorded_at, village=village)

    @contextmanager
    def together(self) -> Iterator[None]:
        """One durable transaction for everything that is appended inside: a page of paper, the backlog of a day.

        Until it is left nothing of it is history, and nothing may be shown to anybody; then all of it is, or none.

        Raises:
            LogBusy: another program is appending.
        """
        with self._appending:
            if self._is_together:
                yield
                return
            self._hold()
            self._is_together = True
            try:
                with transaction(self.connection):
                    yield
            finally:
                self._is_together = False
            # The commit was synced to the disk: the point of no return. From here the entries are part of the village's
            # history. Nothing above this line was seen by anybody, so a signature that did not commit forks nothing.

    def _sign(
        self, event: AnyEvent, salt: bytes, data: bytes, *, by: str, day: date, recorded_at: int, village: str | None
    ) -> SignedEntry:
        sequence, previous = self._end()
        known = newer_elsewhere(self.connection, self._device_id, sequence)
        if known is not None:
            raise OldCopy(path=self.home.path, end=sequence, known=known)
        body = Body(
            v=1,
            network=self.pin.network,
            village=village or self.pin.village,
            device=self.device,
            sequence=sequence + 1,
            previous=to_base64url(previous) if previous is not None else self.pin.fingerprint,
            by=by,
            date=day,
            recorded_at=recorded_at,
            event=event,
            ack=take_acknowledgement(self.connection) if self.acknowledges else None,
            personal=to_base64url(commitment_of(salt, data)) if data else None,
        )
        signed = recordable(body)
        signature = self.key.sign(signing.ENTRY_TAG, signed)
        entry = read_entry(self.key.public, signature, signed)
        self.connection.execute(
            "INSERT INTO log (sequence, hash, signature, body, village) VALUES (?, ?, ?, ?, ?)",
            (entry.sequence, entry.hash, signature, signed, entry.village),
        )
        self.connection.execute(
            "INSERT INTO log_head (one, sequence, hash) VALUES (1, ?, ?)"
            " ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash",
            (entry.sequence, entry.hash),
        )
        if data:
            keep_own(self.connection, PersonalPart(entry=ref_to(entry), salt=salt, data=data), entry.village)
        return entry

    def approve(
        self,
        entries: Iterable[SignedEntry],
        persons: Sequence[str],
        *,
        by: str,
        day: date,
        recorded_at: int,
        keys_of: Home | None = None,
    ) -> SignedEntry:
        """Officers approve a list of entries of one village, with their keys on this device.

        Args:
            entries: at most 200, in the order in which the officers saw them.
            persons: whose keys sign.
            by: the person who records it.
            day: the business date.
            recorded_at: the device's clock.
            keys_of: another home on this machine whose keys sign instead: the office's second device.

        Raises:
            NotOneList: no entry, or entries of several villages.
            KeyMissing: an officer has no key there.
        """
        listed = list(entries)
        if len({entry.village for entry in listed}) != 1:
            raise NotOneList
        message = signing.approval_message([entry.hash for entry in listed])
        holder = keys_of or self.home
        keys = [holder.officer_key(person, demonstration=self.pin.demonstration).key for person in persons]
        event = EntryApproved(
            entries=tuple(ref_to(entry) for entry in listed),
            approvals=tuple(
                Approval(key=to_base64url(key.public), sig=to_base64url(key.sign(signing.APPROVAL_TAG, message)))
                for key in keys
            ),
        )
        return self.append(event, by=by, day=day, recorded_at=recorded_at, village=listed[0].village)

    def head(self) -> tuple[int, bytes] | None:
        """The last sequence and its hash; None where nothing is recorded."""
        row = self.connection.execute("SELECT sequence, hash FROM log_head").fetchone()
        return (row[0], row[1]) if row is not None else None

    def entry(self, sequence: int) -> SignedEntry | None:
        """The entry at a sequence."""
        row = self.connection.execute("SELECT signature, body FROM log WHERE sequence = ?", (sequence,)).fetchone()
        return read_entry(self.key.public, row[0], row[1]) if row is not None else None

    def hash_at(self, sequence: int) -> bytes | None:
        """The hash at a sequence."""
        row = self.connection.execute("SELECT hash FROM log WHERE sequence = ?", (sequence,)).fetchone()
        return row[0] if row is not None else None

    def entries(self, after: int = 0) -> Iterator[SignedEntry]:
        """The entries behind a sequence, in order. What is appended meanwhile is given too."""
        while True:
            rows = self.connection.execute(
                "SELECT signature, body FROM log WHERE sequence > ? ORDER BY sequence LIMIT ?", (after, _CHUNK)
            ).fetchall()
            for signature, body in rows:
                entry = read_entry(self.key.public, signature, body)
                after = entry.sequence
                yield entry
            if not rows:
                return

    def verify(self) -> SignedEntry | None:
        """Read every line as if for the first time, and give the last.

        Raises:
            ChainBroken: naming the first sequence at which bytes, signature or chain do not hold, or a line is missing.
        """
        is_unpinned = self.pin.fingerprint == NO_PREVIOUS
        fingerprint = None if is_unpinned else from_base64url(self.pin.fingerprint, 32)
        last = check_log(self._lines_as_found(), fingerprint)
        if last is not None and last.device != self._device_id:
            raise ChainBroken(1, "it is another device's log")
        return last

    def close(self) -> None:
        """Let others append."""
        self.connection.close()
        if self._lock_file is not None:
            os.close(self._lock_file)  # and the lock with it
            self._lock_file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pin_to_founding(self, event: NetworkEstablished, *, by: str, day: date, recorded_at: int) -> None:
        founding = next(self.entries(), None) or self.append(event, by=by, day=day, recorded_at=recorded_at)
        if _body_decoder.decode(founding.body).event != event or founding.network != self.pin.network:
            raise HomeInUse(path=self.home.path)
        self.pin = msgspec.structs.replace(self.pin, fingerprint=to_base64url(founding.hash))
        self.home.write_pin(self.pin)

    def _hold(self) -> None:
        if self._lock_file is not None:
            return
        descriptor = os.open(self.home.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > give_up:
                    os.close(descriptor)
                    raise LogBusy(path=self.home.log_path) from error
                time.sleep(_LOCK_STEP_SECONDS)
            else:
                self._lock_file = descriptor
                return

    def _end(self) -> tuple[int, bytes | None]:
        """Where the log ends, read inside the transaction that continues it."""
        head = self.head()
        row = self.connection.execute("SELECT sequence, body FROM log ORDER BY sequence DESC LIMIT 1").fetchone()
        if head is None and row is None:
            return 0, None
        # Building on a line that was changed would sign the change.
        if head is None or row is None or row[0] != head[0] or entry_hash(row[1]) != head[1]:
            raise ChainBroken(head[0] if head is not None else row[0], "the end of the log was changed")
        return head

    def _lines_as_found(self) -> Iterator[SignedEntry]:
        sequence = 0
        end = self._end_as_told()
        while True:
            sequence += 1
            try:
                row = self.connection.execute(
                    "SELECT hash, signature, body FROM log WHERE sequence = ?", (sequence,)
                ).fetchone()
            except sqlite3.DatabaseError as error:
                raise ChainBroken(sequence, f"the file is damaged: {error}") from error
            if row is None and sequence <= end:
                raise ChainBroken(sequence, "the line is missing")
            if row is None:
                return
            stored, signature, body = row
            if entry_hash(body) != stored:
                raise ChainBroken(sequence, "its bytes were changed")
            try:
                yield read_entry(self.key.public, signature, body)
            except Unreadable as error:
                raise ChainBroken(sequence, str(error)) from error

    def _end_as_told(self) -> int:
        """The last sequence that anything in the file speaks of."""
        ends = [0]
        for told in (
            "SELECT max(sequence) FROM log_head",
            "SELECT max(sequence) FROM log",
            "SELECT max(sequence) FROM answer",
        ):
            try:
                ends.append(self.connection.execute(told).fetchone()[0] or 0)
            except sqlite3.DatabaseError:
                continue  # a damaged page elsewhere; reading line by line will say where the log ends
        return max(ends)


def ref_to(entry: SignedEntry) -> EntryRef:
    """How a body names an entry."""
    return EntryRef(device=to_base64url(entry.device), sequence=entry.sequence, hash=to_base64url(entry.hash))
