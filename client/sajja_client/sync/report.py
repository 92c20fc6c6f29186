"""What one run of a sync did."""

import msgspec

from sajja_client.witness import Alarm


class Fork(msgspec.Struct, frozen=True, omit_defaults=True):
    """Two histories under one key. People decide; this program only says so.

    `where` says what showed it: `server_head` (another line stands there), `server_ahead` (the server has lines that
    this log has not), `verdict` (a line of ours was answered `forked`), `feed`.
    """

    device: str
    sequence: int
    where: str
    is_own: bool = True


class SyncReport(msgspec.Struct, kw_only=True):
    """What one run did. The counts are of lines as they were answered."""

    enrolled: bool = True
    pushed: int = 0
    merged: int = 0
    duplicate: int = 0
    held: int = 0
    forked: int = 0
    rejected: int = 0
    pulled: int = 0
    head: int = 0  # the last sequence of this log that the server is known to hold
    waiting: int = 0  # lines of this log behind it
    forgotten: int = 0  # lines that the server had acknowledged and no longer has; they were offered again
    healed: int = 0  # lines of other devices that the server had lost, and has again from here
    missing: int = 0  # lines that are kept here, and that the server still lacks
    carried: int = 0  # lines of other devices that came here by hand, and that the server has now
    carried_waiting: int = 0  # and those that it still does not take
    parts_given: int = 0  # personal parts that the server has from here now
    parts_filled: int = 0  # and those that this device has from it
    parts_erased: int = 0  # deleted here, because a counted erasure says so
    parts_missing: int = 0  # of this village, and nobody has given them yet
    codes: dict[str, int] = {}  # why lines were held or rejected
    forks: list[Fork] = []
    log_state: str = "none"  # of the network log: `verified`, `stale`, `unsigned`, `alarm`, or `none` is published
    log_size: int = 0  # how many entries of it were verified
    proven: int = 0  # lines of this log that were newly found in it
    log_alarms: list[Alarm] = []  # all that were ever raised here
