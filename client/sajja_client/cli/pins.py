"""How officers are asked for their PINs: at the terminal, where nothing is shown, or by `sajja --pin-file FILE`."""

import sys
import time
from collections.abc import Iterable
from contextvars import ContextVar
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from sajja_client.cli import output
from sajja_client.home import Home
from sajja_client.key_problems import PinNeeded, PinRefused, PinRequired
from sajja_client.pinpad import Nobody, PinFile, PinPad
from sajja_client.sealing import new_pin_of, pin_of

PinFileOption = Annotated[
    Path | None,
    typer.Option(
        "--pin-file",
        metavar="FILE",
        help="ไฟล์ PERSON=PIN บรรทัดละคน หรือ - · PINs for a script, a line PERSON=PIN each; - is standard input",
    ),
]
WithoutPinsOption = Annotated[
    bool,
    typer.Option("--without-pins", help="ในเครือข่ายสาธิต: ไม่ถามรหัส PIN · in a demonstration: ask nobody for a PIN"),
]
# Of this run of the program: the root command sets it, and each home that a command opens asks it.
_pad: ContextVar[PinPad | None] = ContextVar("pad", default=None)


class Terminal(Nobody):
    """The officers in the room, one after the other."""

    def pin(self, person: str, where: str) -> str:
        """What the officer types; it is not shown.

        Raises:
            PinNeeded: nothing was typed, for the officer is not here.
        """
        while True:
            typed = _ask(f"รหัส PIN ของ {person} ({where}; ว่าง = ไม่อยู่)", "PIN (empty: not here)")
            if not typed.strip():
                raise PinNeeded(person=person)
            try:
                return pin_of(typed)
            except PinRefused as refused:
                output.refuse(refused)

    def new_pin(self, person: str, *, is_optional: bool) -> str | None:
        """What the officer chooses, typed twice; nothing where a demonstration's officer wants none."""
        none = ("ว่าง = ไม่ใช้", "empty: none") if is_optional else ("6 หลัก", "six digits")
        while True:
            typed = _ask(f"ตั้งรหัส PIN ให้ {person} ({none[0]})", f"a new PIN ({none[1]})")
            if is_optional and not typed.strip():
                return None
            try:
                chosen = new_pin_of(typed)
                if pin_of(_ask("พิมพ์อีกครั้ง", "once more")) == chosen:
                    return chosen
                output.warn("สองครั้งไม่ตรงกัน ตั้งใหม่", "they differ; choose again")
            except PinRefused as refused:
                output.refuse(refused)

    def may_ask_again(self) -> bool:
        """Who mistyped may type again; how soon is `tries`' matter."""
        output.warn("รหัส PIN ไม่ถูกต้อง", "that is not the PIN")
        return True

    def wait(self, person: str, seconds: int) -> None:
        """Say how long, and wait."""
        output.warn(
            f"รหัส PIN ของ {person} ผิดหลายครั้ง รอ {seconds} วินาที กุญแจยังอยู่ครบ",
            f"too many wrong PINs: wait {seconds} s; nothing is wiped",
        )
        time.sleep(seconds)

    def tell_without_pin(self, person: str) -> None:
        """Ask for one."""
        _tell_without_pin(person)


class _Script(PinFile):
    def tell_without_pin(self, person: str) -> None:
        _tell_without_pin(person)


class _NoTerminal(Nobody):
    def tell_without_pin(self, person: str) -> None:
        _tell_without_pin(person)


def _tell_without_pin(person: str) -> None:
    output.warn(
        f"กุญแจของ {person} ยังไม่มีรหัส PIN ตั้งด้วย sajja village pin {person}",
        f"the key of {person} has no PIN yet; set one",
    )


def use_pin_file(path: Path | None) -> None:
    """Take PINs from a file for this run of the program."""
    _pad.set(_Script(path) if path is not None else None)


def pad() -> PinPad:
    """Whom this run of the program asks."""
    return _pad.get() or (Terminal() if sys.stdin.isatty() and sys.stderr.isatty() else _NoTerminal())


def _ask(thai: str, english: str) -> str:
    # Not the prompt of typer, which writes the question before it stops showing what is typed.
    try:
        return getpass(f"{output.both(thai, english)}: ")
    except (EOFError, KeyboardInterrupt) as error:
        raise typer.Abort from error


def new_pins(home: Home, persons: Iterable[str], *, demonstration: bool, without_pins: bool = False) -> dict[str, str]:
    """A PIN for each officer who has no key there yet; in a demonstration an officer may go without.

    Raises:
        PinNeeded: nobody can be asked, and the network is a real one.
        PinRequired: nobody shall be asked, and the network is a real one.
    """
    if without_pins:
        if not demonstration:
            raise PinRequired
        return {}
    wanted = [person for person in persons if not home.officer_key_path(person).exists()]
    chosen = {person: home.pad.new_pin(person, is_optional=demonstration) for person in wanted}
    return {person: pin for person, pin in chosen.items() if pin is not None}
