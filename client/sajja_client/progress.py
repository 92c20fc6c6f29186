"""How far each line of this log has come: saved here, sent, merged, proven.

* *Saved* is on this device only. *Sent* has left it, and no answer came, or the answer was that something must come
  first. *Merged* is in the network log, as the server says. *Proven* is found there, by an inclusion proof under a
  signed checkpoint that this device has verified: nobody has to be believed for it.
* What a server says counts until it says something else. One that was restored from an old backup has forgotten lines:
  they are *saved* again, until it has them again.
* Nothing waits here for a clock. How long something has waited is only shown: amber after a week, red after a month.
"""

import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from sajja_client import parts
from sajja_client.clock import now_ms
from sajja_client.log import Log
from sajja_client.store import transaction
from sajja_schemas.entry import SignedEntry
from sajja_schemas.events import Body, read_body
from sajja_schemas.proof import Proven
from sajja_schemas.wire import PushReply

AMBER_DAYS: Final = 7
RED_DAYS: Final = 30
_LOOKED_AT: Final = 200  # waiting lines, the first ones: a clock may have stepped back between them
_DAY_MS: Final = 24 * 60 * 60 * 1000


class State(StrEnum):
    """Where a line has got to, the earliest first."""

    SAVED = "saved"
    SENT = "sent"
    MERGED = "merged"
    PROVEN = "proven"


WORDS: Final[dict[State, tuple[str, str]]] = {
    State.SAVED: ("บันทึกในเครื่องแล้ว", "saved here"),
    State.SENT: ("ส่งแล้ว", "sent"),
    State.MERGED: ("เครือข่ายรับแล้ว", "merged"),
    State.PROVEN: ("พิสูจน์แล้ว", "proven"),
}


class Level(StrEnum):
    """Whether somebody should see to it that this device meets its server."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is told of this device's queue. Each line counts once, in the state that it has reached."""

    saved: int
    sent: int
    merged: int
    proven: int
    waiting_days: int  # since the oldest line that waits was recorded, or since the last complete sync
    synced_at: int | None  # milliseconds since 1970, by this device's clock
    level: Level

    @property
    def recorded(self) -> int:
        """All lines."""
        return self.saved + self.sent + self.merged + self.proven

    @property
    def waiting(self) -> int:
        """Lines that the network has not taken."""
        return self.saved + self.sent


def standing(log: Log) -> Standing:
    """Where this log stands."""
    counts = dict.fromkeys(State, 0)
    for state, count in log.connection.execute("SELECT state, count(*) FROM line_state GROUP BY state"):
        counts[State(state)] = count
    synced_at = _contact(log.connection)[1]
    since = [moment for moment in (_oldest_waiting(log), synced_at) if moment is not None]
    days = max(0, now_ms() - min(since)) // _DAY_MS if since else 0
    level = Level.RED if days >= RED_DAYS else Level.AMBER if days >= AMBER_DAYS else Level.GREEN
    return Standing(**{state.value: count for state, count in counts.items()}, waiting_days=days,
                    synced_at=synced_at, level=level)  # fmt: skip


def states(connection: sqlite3.Connection, after: int = 0) -> dict[int, State]:
    """The state of each line behind a sequence."""
    rows = connection.execute("SELECT sequence, state FROM line_state WHERE sequence > ?", (after,))
    return {sequence: State(state) for sequence, state in rows}


def stored_until(connection: sqlite3.Connection) -> int:
    """The last line that the server has said to hold."""
    row = connection.execute("SELECT max(sequence) FROM line_state WHERE state IN ('merged', 'proven')").fetchone()
    return row[0] or 0


def note_sent(connection: sqlite3.Connection, frame: Sequence[SignedEntry]) -> None:
    """These leave the device now; whether they arrive is not known."""
    if frame and frame[-1].sequence > _contact(connection)[0]:
        with transaction(connection):
            connection.execute(
                "INSERT INTO contact (one, offered) VALUES (1, ?)"
                " ON CONFLICT (one) DO UPDATE SET offered = max(offered, excluded.offered)",
                (frame[-1].sequence,),
            )


def note_answers(connection: sqlite3.Connection, frame: Sequence[SignedEntry], reply: PushReply) -> None:
    """What the server said of lines of this log."""
    with transaction(connection):
        connection.executemany(
            "INSERT INTO answer (sequence, verdict, code, network_index) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (sequence) DO UPDATE SET verdict = excluded.verdict, code = excluded.code,"
            " network_index = excluded.network_index",
            [
                (entry.sequence, told.verdict, told.code, told.index)
                for entry, told in zip(frame, reply.verdicts, strict=True)
            ],
        )


def note_stored(connection: sqlite3.Connection, until: int) -> None:
    """The server's head is a line of this log: so it has that line and all before it, whatever was heard of them."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO answer (sequence, verdict) SELECT sequence, 'merged' FROM line_state"
            " WHERE sequence <= ? AND state IN ('saved', 'sent')"
            " ON CONFLICT (sequence) DO UPDATE SET verdict = excluded.verdict, code = NULL",
            (until,),
        )


def note_proven(connection: sqlite3.Connection, sequence: int, proven: Proven) -> None:
    """A receipt that was verified: it says that the line was merged, too."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO answer (sequence, verdict, network_index) VALUES (?, 'merged', ?)"
            " ON CONFLICT (sequence) DO UPDATE SET verdict = excluded.verdict, code = NULL,"
            " network_index = excluded.network_index WHERE verdict NOT IN ('merged', 'duplicate', 'forked')",
            (sequence, proven.index),
        )
        connection.execute(
            "INSERT INTO proven (sequence, origin, network_index, size) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (sequence) DO UPDATE SET origin = excluded.origin,"
            " network_index = excluded.network_index, size = excluded.size",
            (sequence, proven.checkpoint.origin, proven.index, proven.checkpoint.size),
        )


def note_hearsay(connection: sqlite3.Connection, sequence: int, verdict: str, code: str) -> None:
    """What a carrier says that the server answered, where that is no good news: only good news needs a proof."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO answer (sequence, verdict, code) VALUES (?, ?, ?)"
            " ON CONFLICT (sequence) DO UPDATE SET verdict = excluded.verdict, code = excluded.code"
            " WHERE verdict NOT IN ('merged', 'duplicate', 'forked')",
            (sequence, verdict, code or None),
        )


def forget_answers(connection: sqlite3.Connection, after: int) -> None:
    """The server has forgotten the lines behind a sequence, and the personal parts beside them."""
    parts.give_again(connection)
    with transaction(connection):
        connection.execute("DELETE FROM answer WHERE sequence > ?", (after,))
        connection.execute("UPDATE contact SET offered = min(offered, ?)", (after,))


def note_contact(connection: sqlite3.Connection) -> None:
    """A sync has come to its end."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO contact (one, offered, synced_at) VALUES (1, 0, ?)"
            " ON CONFLICT (one) DO UPDATE SET synced_at = excluded.synced_at",
            (now_ms(),),
        )


def _contact(connection: sqlite3.Connection) -> tuple[int, int | None]:
    row = connection.execute("SELECT offered, synced_at FROM contact").fetchone()
    return (row[0], row[1]) if row is not None else (0, None)


def _oldest_waiting(log: Log) -> int | None:
    """When the line that waits longest was recorded, as its clock had it."""
    rows = log.connection.execute(
        "SELECT body FROM log JOIN line_state USING (sequence) WHERE state IN ('saved', 'sent')"
        " ORDER BY sequence LIMIT ?",
        (_LOOKED_AT,),
    )
    bodies = [body for (data,) in rows if isinstance(body := read_body(data), Body)]
    return min((body.recorded_at for body in bodies), default=None)
