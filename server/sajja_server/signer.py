"""The key that signs checkpoints, and beside it, outside the database, what it signed last.

   folder/
     <network>.key      one line of JSON, as `sajja office establish` writes it: `{"derived":false,"seed":"..."}`
     <network>.signed   origin, size and root of the last checkpoint
     <network>.lock     held while one is signed

* It signs what continues the last one, and nothing else: never a smaller size, never another root for the same size,
  never a tree of which the last one is not the beginning. A restored database cannot make it forget.
* What it is about to sign is on the disk before the signature exists. So a crash may leave it remembering a checkpoint
  that nobody saw, which is then signed again, byte for byte; never the other way round.
* Another origin begins only where the office has said in the log that, and where, the old one ended
  (`log_continued`), and not below what was signed.
* Several processes may hold the same folder; two copies of it are two signers, and must not be.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from sajja_schemas.checkpoint import Checkpoint, epoch_of, sign_checkpoint
from sajja_schemas.enrolment import enrolment_message
from sajja_schemas.entry import OFFICE, Unreadable, from_base64url, to_base64url
from sajja_schemas.merkle import is_consistent
from sajja_schemas.signing import ENROLMENT_TAG, SEED_BYTES, SigningKey
from sajja_schemas.standing import Continued
from sajja_schemas.wire import LogKeyRequest
from sajja_server.durable import sync_folder, write_file

_MODE: Final = 0o600
_OTHERS: Final = 0o077


class SignerRefuses(Exception):
    """The signer does not sign this; `code` is stable, the message says what to do."""

    def __init__(self, code: str, thai: str, english: str) -> None:
        super().__init__(f"{thai} · {english}")
        self.code = code


class LogKey(msgspec.Struct, frozen=True):
    """The key, and whether anybody who knows a seed has it, too."""

    key: SigningKey
    derived: bool


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    derived: bool
    seed: str


class _State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    origin: str
    size: int
    root: str


class Signer:
    """The signer of one network."""

    def __init__(self, folder: Path, network: str) -> None:
        """`folder` need not exist yet."""
        self._folder = folder
        self._network = network
        self._key_path = folder / f"{network}.key"
        self._state_path = folder / f"{network}.signed"
        self._lock_path = folder / f"{network}.lock"

    def key(self) -> LogKey | None:
        """The key, or None where there is none.

        Raises:
            SignerRefuses: others may read it, or it is no key.
        """
        try:
            with self._key_path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                line = file.read()
        except FileNotFoundError:
            return None
        if mode & _OTHERS:
            raise SignerRefuses(
                "key_file_too_open",
                f"ผู้อื่นอ่านกุญแจ {self._key_path} ได้ ให้สั่ง chmod 600 แล้วพิจารณาเปลี่ยนกุญแจ",
                f"others can read {self._key_path}: chmod 600 it, and ask whether it is still a secret",
            )
        return read_log_key(line, self._key_path)

    def key_in_force(self, named: str, *, is_demonstration: bool) -> SigningKey:
        """The key, if it is the one that the log names.

        Raises:
            SignerRefuses: there is none, it is another one, or a demonstration's where this is none.
        """
        held = self.key()
        if held is None:
            raise self._no_key()
        if held.derived and not is_demonstration:
            raise SignerRefuses(
                "demonstration_key_refused",
                "กุญแจสมุดกลางเป็นกุญแจสาธิต ใช้ได้เฉพาะเครือข่ายสาธิต",
                "the log's key comes from a seed: allowed in a demonstration network only",
            )
        if to_base64url(held.key.public) != named:
            raise SignerRefuses(
                "log_key_not_in_force",
                "กุญแจที่เซิร์ฟเวอร์ถือไม่ใช่กุญแจที่สำนักงานรับรอง ให้ใช้กุญแจนั้น หรือให้สำนักงานลงนาม log_key_adopted",
                "the key that is here is not the one that the log names: bring that one, or the office signs"
                " log_key_adopted",
            )
        return held.key

    def create(self, line: bytes | None = None) -> SigningKey:
        """Keep a key: a new one, or the one of a file's line.

        Raises:
            FileExistsError: there is one.
            SignerRefuses: the line holds no key.
        """
        if line is None:
            line = msgspec.json.encode(_KeyFile(derived=False, seed=to_base64url(os.urandom(SEED_BYTES)))) + b"\n"
        held = read_log_key(line, self._key_path)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock():
            if self._key_path.exists():
                raise FileExistsError(self._key_path)
            write_file(self._key_path, line, mode=_MODE)
            sync_folder(self._folder)
        return held.key

    def request(self, fingerprint: str) -> LogKeyRequest:
        """What the office needs to adopt this key: it asks for itself, with its own signature.

        Raises:
            SignerRefuses: there is no key.
            Unreadable: that is no fingerprint.
        """
        from_base64url(fingerprint, 32)
        held = self.key()
        if held is None:
            raise self._no_key()
        public = to_base64url(held.key.public)
        message = enrolment_message(
            network=self._network,
            fingerprint=fingerprint,
            village=OFFICE,
            key=public,
            holder="log",
            person="",
            derived=held.derived,
        )
        proof = to_base64url(held.key.sign(ENROLMENT_TAG, message))
        return LogKeyRequest(self._network, fingerprint, public, proof, derived=held.derived)

    def _no_key(self) -> SignerRefuses:
        return SignerRefuses("no_key", f"ไม่พบกุญแจ {self._key_path}", f"there is no key at {self._key_path}")

    def last(self) -> Checkpoint | None:
        """What was signed last.

        Raises:
            SignerRefuses: the file is damaged. Guessing would be how a log gets two histories.
        """
        try:
            state = msgspec.json.decode(self._state_path.read_bytes(), type=_State)
            return Checkpoint(state.origin, state.size, from_base64url(state.root, 32))
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, Unreadable) as error:
            raise SignerRefuses(
                "signer_state_damaged",
                f"แฟ้ม {self._state_path} เสียหาย ให้กู้จากสำเนาสำรองล่าสุด อย่าลบ",
                f"{self._state_path} is damaged: restore it from the newest backup, do not remove it",
            ) from error

    def sign(
        self, checkpoint: Checkpoint, path_from: Callable[[int], Sequence[bytes]], continued: Sequence[Continued]
    ) -> bytes:
        """Sign what continues the last checkpoint; gives the note.

        Args:
            checkpoint: what the log is now.
            path_from: gives the consistency path from an earlier size.
            continued: the earlier origins of this log and where the office says that they ended.

        Raises:
            SignerRefuses: it does not continue it.
        """
        with self._lock():
            held = self.key()
            if held is None:
                raise self._no_key()
            last = self.last()
            if last is not None:
                check_continues(last, checkpoint, path_from, continued)
            state = _State(checkpoint.origin, checkpoint.size, to_base64url(checkpoint.root))
            write_file(self._state_path, msgspec.json.encode(state) + b"\n", mode=_MODE)
            sync_folder(self._folder)
            # The point of no return: from here this size of this origin has this root, whatever happens next.
            return sign_checkpoint(checkpoint, held.key)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def read_log_key(line: bytes, path: Path) -> LogKey:
    """The key of a key file's line.

    Raises:
        SignerRefuses: it is none.
    """
    try:
        held = msgspec.json.decode(line, type=_KeyFile)
        return LogKey(SigningKey(from_base64url(held.seed, SEED_BYTES)), held.derived)
    except (msgspec.DecodeError, Unreadable) as error:
        raise SignerRefuses("key_unreadable", f"แฟ้มกุญแจ {path} อ่านไม่ได้", f"{path} cannot be read as a key") from error


def check_continues(
    last: Checkpoint,
    checkpoint: Checkpoint,
    path_from: Callable[[int], Sequence[bytes]],
    continued: Sequence[Continued],
) -> None:
    """Whether a checkpoint may follow the last one.

    Raises:
        SignerRefuses: it may not.
    """
    if checkpoint.origin != last.origin:
        _check_ended(last, checkpoint, continued)
        return
    if checkpoint.size < last.size:
        raise SignerRefuses(
            "log_lost_entries",
            f"ฐานข้อมูลมี {checkpoint.size} รายการ แต่ประกาศไปแล้ว {last.size} (คงกู้จากสำเนาเก่า): ยังรับรายการได้แต่จะไม่ประกาศ"
            f" จนกว่าสำนักงานจะลงนาม log_continued ({last.origin}, {last.size}, {to_base64url(last.root)})",
            f"the database has {checkpoint.size} entries, and {last.size} were published (it was restored from an old"
            " backup?): entries are taken in, nothing is published until the office signs log_continued"
            f" ({last.origin}, {last.size}, {to_base64url(last.root)})",
        )
    path = [] if last.size in {0, checkpoint.size} else path_from(last.size)
    if not is_consistent(last.size, last.root, checkpoint.size, checkpoint.root, path):
        raise SignerRefuses(
            "log_rewritten",
            f"รายการที่ประกาศไปแล้วถูกเปลี่ยน: {last.size} รายการแรกไม่ตรงกับที่ลงนาม ({to_base64url(last.root)}) ให้ตรวจฐานข้อมูล"
            f" หากกู้จากสำเนาเก่า ให้สำนักงานลงนาม log_continued ({last.origin}, {last.size}, {to_base64url(last.root)})",
            f"what was published has changed: the first {last.size} entries are not those that were signed"
            f" ({to_base64url(last.root)}). Look at the database; if it was restored from an old backup, the office"
            f" signs log_continued ({last.origin}, {last.size}, {to_base64url(last.root)})",
        )


def _check_ended(last: Checkpoint, checkpoint: Checkpoint, continued: Sequence[Continued]) -> None:
    ended = next((one for one in continued if one.origin == last.origin), None)
    if ended is None or epoch_of(checkpoint.origin) <= epoch_of(last.origin):
        raise SignerRefuses(
            "origin_not_continued",
            f"สำนักงานยังไม่ได้ปิดสมุดกลาง {last.origin} ด้วย log_continued",
            f"the office has not said where {last.origin} ended (log_continued)",
        )
    is_below = ended.size < last.size or (ended.size == last.size and ended.root != to_base64url(last.root))
    if is_below:
        raise SignerRefuses(
            "origin_ended_too_early",
            f"สำนักงานปิด {last.origin} ที่ {ended.size} รายการ แต่ลงนามไปแล้ว {last.size} ({to_base64url(last.root)})",
            f"the office ended {last.origin} at {ended.size} entries, and {last.size} were signed"
            f" ({to_base64url(last.root)})",
        )
