"""Whether this folder still holds the device's log, or an old copy of it that must sign nothing more.

* A key has one log. A folder that was copied, or restored from a backup, ends before lines that the key has signed
  since; whatever it signed next would be a fork, and would have no effect in anybody's books.
* The proof is signed, and in this file: a pulled line under this device's own key, behind the end of this log. It is
  never deleted, so the alarm lasts until the log itself has been recovered.
* Lines that part from this log where the network has taken ours are the other side's fork. They are told loudly, and
  this log goes on.
* What a server only says (its head is no line of this log) counts until it has shown its feeds: a village's tablet
  finds all its own lines there, so a server that lies stops no village from recording. The office's devices write into
  feeds that they do not pull; for them the last word of the server stands.
"""

import sqlite3
from typing import Final

from sajja_client.store import transaction
from sajja_schemas.limits import SEQUENCE_MAX
from sajja_schemas.verdicts import Verdict

_STANDS: Final = (Verdict.MERGED.value, Verdict.DUPLICATE.value)


def newer_elsewhere(connection: sqlite3.Connection, device: bytes, end: int) -> int | None:
    """The last known line of this key that this log is without; None where this log is the device's own.

    Args:
        connection: to the client's file.
        device: this device.
        end: the last sequence of its log here.
    """
    told = connection.execute("SELECT known FROM alarm").fetchone()
    if told is not None:
        return int(told[0])
    newest: int | None = connection.execute(
        "SELECT max(sequence) FROM feed_line WHERE device = ? AND sequence > ?", (device, end)
    ).fetchone()[0]
    if newest is None or _is_forked_from_us(connection, device, end):
        return None
    return newest


def raise_alarm(connection: sqlite3.Connection, known: int) -> None:
    """The server's head is no line of this log."""
    with transaction(connection):
        connection.execute(
            "INSERT INTO alarm (one, known) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET known = excluded.known",
            (known,),
        )


def settle_alarm(connection: sqlite3.Connection) -> None:
    """The server's head is a line of this log, or the server has shown nothing for what it said."""
    if connection.execute("SELECT 1 FROM alarm").fetchone() is not None:
        with transaction(connection):
            connection.execute("DELETE FROM alarm")


def is_proven(connection: sqlite3.Connection, device: bytes) -> bool:
    """Whether a feed has shown a line of this key that is not in this log."""
    return _first_foreign(connection, device) is not None


def _is_forked_from_us(connection: sqlite3.Connection, device: bytes, end: int) -> bool:
    """Whether the other lines part from this log at a line of ours that the network has taken."""
    parting = _first_foreign(connection, device, until=end)
    if parting is None:
        return False
    row = connection.execute("SELECT verdict FROM answer WHERE sequence = ?", (parting,)).fetchone()
    return row is not None and row[0] in _STANDS


def _first_foreign(connection: sqlite3.Connection, device: bytes, *, until: int = SEQUENCE_MAX) -> int | None:
    """The first sequence at which a feed shows another line of this key than the log has."""
    row = connection.execute(
        "SELECT min(feed_line.sequence) FROM feed_line LEFT JOIN log ON log.sequence = feed_line.sequence"
        " WHERE feed_line.device = ? AND feed_line.sequence <= ? AND log.hash IS NOT feed_line.hash",
        (device, until),
    ).fetchone()
    return row[0] if row is not None else None
