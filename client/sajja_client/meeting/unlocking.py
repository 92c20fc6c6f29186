"""Officers unlock once a meeting: their keys stay in this machine's memory until the meeting is closed.

* What is kept is kept in the user's runtime folder (XDG_RUNTIME_DIR), which the system holds in memory, gives to one
  user alone and empties when he logs out or the power goes. A disk never sees an open key.
* It is of one meeting and one device, and for twelve hours at most, told by how long this machine has run.
* Where the system has no such folder, nothing is kept: each signing asks for the PIN again. That is slower, and safe.
"""

import os
import stat
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from sajja_client.durable import replace_file
from sajja_client.home import Home
from sajja_client.keys import StoredKey
from sajja_schemas.entry import Unreadable, from_base64url, to_base64url
from sajja_schemas.signing import SEED_BYTES, SigningKey

RUNTIME_VARIABLE: Final = "XDG_RUNTIME_DIR"
KEPT_SECONDS_MAX: Final = 12 * 60 * 60
_MODE: Final = 0o600
_OTHERS: Final = 0o077
_FILE_BYTES_MAX: Final = 64 * 1024


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    meeting: str
    until_seconds: int  # as long as this machine has run
    seeds: dict[str, str]


def keep(home: Home, meeting: str, persons: Iterable[str]) -> bool:
    """Keep the keys of officers who have unlocked; those kept before stay. Whether there is a place for it."""
    path = _path(home)
    if path is None:
        return False
    before = _read(path, meeting)
    seeds = dict(before.seeds) if before is not None else {}
    for person in persons:
        held = home.officer_key(person)
        if not held.derived:
            seeds[person] = to_base64url(held.key.secret_seed())
    kept = _Kept(meeting=meeting, until_seconds=_running_seconds() + KEPT_SECONDS_MAX, seeds=seeds)
    try:
        replace_file(path, msgspec.json.encode(kept), mode=_MODE)
    except OSError:
        return False  # no room there: the next signing asks again
    return True


def recall(home: Home, meeting: str) -> None:
    """Let who has unlocked for this meeting sign without being asked again; a key that was renewed since is not."""
    path = _path(home)
    kept = _read(path, meeting) if path is not None else None
    for person, seed in (kept.seeds if kept is not None else {}).items():
        key = SigningKey(from_base64url(seed, SEED_BYTES))
        if home.officer_key_path(person).exists() and home.public_key(person) == to_base64url(key.public):
            home.hold(person, StoredKey(key, derived=False))


def forget(home: Home) -> None:
    """Lock the tablet: the meeting is closed."""
    path = _path(home)
    if path is not None:
        path.unlink(missing_ok=True)


def _path(home: Home) -> Path | None:
    folder = os.environ.get(RUNTIME_VARIABLE)
    if not folder or not Path(folder).is_absolute():
        return None
    try:
        found = Path(folder).stat()
    except OSError:
        return None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & _OTHERS:
        return None  # not a folder that is this user's alone
    name = sha256(os.fsencode(home.path.resolve())).hexdigest()[:16]
    return Path(folder) / f"sajja-{name}.unlocked"


def _read(path: Path, meeting: str) -> _Kept | None:
    try:
        if path.stat().st_mode & _OTHERS:
            return None
        kept = msgspec.json.decode(path.read_bytes()[:_FILE_BYTES_MAX], type=_Kept)
        for seed in kept.seeds.values():
            from_base64url(seed, SEED_BYTES)
    except (OSError, msgspec.DecodeError, Unreadable):
        return None
    return kept if kept.meeting == meeting and _running_seconds() < kept.until_seconds else None


def _running_seconds() -> int:
    """No clock that anybody sets; it goes on while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000_000
