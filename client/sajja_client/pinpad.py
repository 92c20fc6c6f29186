"""Who is asked for a PIN: nobody, a file of a script, or (in `cli.pins`) the officer at the terminal.

* A PIN is never an argument, a setting or a word of a log: other people read those. It comes from the terminal without
  being shown, from standard input, or from a file that its owner alone reads.
* The file has a line an officer, `PERSON=PIN`; `PERSON=PIN NEW` where a PIN is changed. Lines that begin with # are not
  read. It is read once, before anything is done.
"""

import os
import stat
import sys
import time
from pathlib import Path
from typing import Final, Protocol

from sajja_client.key_problems import PinFileWrong, PinNeeded
from sajja_client.sealing import new_pin_of, pin_of

STANDARD_INPUT: Final = Path("-")
_FILE_BYTES_MAX: Final = 64 * 1024
_OTHERS: Final = 0o077
_PINS_OF_A_LINE_MAX: Final = 2


class PinPad(Protocol):
    """What a home asks for PINs."""

    def pin(self, person: str, where: str) -> str:
        """The officer's PIN on the device `where`."""

    def new_pin(self, person: str, *, is_optional: bool) -> str | None:
        """A PIN for a new key; None where a demonstration's officer wants none."""

    def may_ask_again(self) -> bool:
        """Whether somebody is there who may have mistyped."""

    def wait(self, person: str, seconds: int) -> None:
        """Too many wrong PINs: let time pass, and say so."""

    def tell_without_pin(self, person: str) -> None:
        """This officer's key, in a real network, has no PIN: it was made by an earlier version."""


class Nobody:
    """No one can be asked: what needs a PIN is refused."""

    def pin(self, person: str, where: str) -> str:
        """Refused.

        Raises:
            PinNeeded: always.
        """
        raise PinNeeded(person=f"{person} ({where})")

    def new_pin(self, person: str, *, is_optional: bool) -> str | None:
        """None where it may be.

        Raises:
            PinNeeded: it may not.
        """
        if is_optional:
            return None
        raise PinNeeded(person=person)

    def may_ask_again(self) -> bool:
        """No."""
        return False

    def wait(self, person: str, seconds: int) -> None:
        """Wait."""
        del person
        time.sleep(seconds)

    def tell_without_pin(self, person: str) -> None:
        """There is nobody to tell."""


class PinFile(Nobody):
    """PINs that a script brings."""

    def __init__(self, path: Path) -> None:
        """Read the file, or standard input for `-`.

        Raises:
            PinFileWrong: it cannot be read, others may read it, or a line is none.
            PinRefused: what stands behind a name is no PIN.
        """
        self._path = path
        self._pins: dict[str, list[str]] = {}
        for number, line in enumerate(_read(path).splitlines(), start=1):
            person, equals, words = line.strip().partition("=")
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            pins = words.split()
            if not equals or not 1 <= len(pins) <= _PINS_OF_A_LINE_MAX:
                raise PinFileWrong(
                    path=path, reason=f"line {number} is not PERSON=PIN", reason_thai=f"บรรทัดที่ {number} ไม่ใช่ PERSON=PIN"
                )
            self._pins[person.strip()] = [pin_of(pin) for pin in pins]

    def pin(self, person: str, where: str) -> str:
        """As the file says.

        Raises:
            PinNeeded: it has no such line.
        """
        return self._pins[person][0] if person in self._pins else super().pin(person, where)

    def new_pin(self, person: str, *, is_optional: bool) -> str | None:
        """The last of the officer's line.

        Raises:
            PinNeeded: it has no such line.
            PinRefused: it is one that anybody guesses.
        """
        if person not in self._pins:
            return super().new_pin(person, is_optional=is_optional)
        return new_pin_of(self._pins[person][-1])


def _read(path: Path) -> str:
    try:
        if path == STANDARD_INPUT:
            return sys.stdin.read(_FILE_BYTES_MAX)
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_ISREG(mode) and mode & _OTHERS:
                raise PinFileWrong(
                    path=path, reason="others can read it: chmod 600", reason_thai="ผู้อื่นอ่านได้ สั่ง chmod 600"
                )
            return file.read(_FILE_BYTES_MAX).decode()
    except UnicodeDecodeError as error:
        raise PinFileWrong(path=path, reason="it is no text", reason_thai="ไม่ใช่ข้อความ") from error
    except OSError as error:
        raise PinFileWrong(path=path, reason=error.strerror, reason_thai="เปิดอ่านไม่ได้") from error
