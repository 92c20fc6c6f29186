"""How the commands speak: Thai first and English beside it, or English first where LANG says so; JSON for programs.

What is asked for goes to standard output, everything else to standard error. NO_COLOR is respected (rich does it).
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import msgspec
import typer

from sajja_client.home import Pin
from sajja_client.problems import EXIT_PROBLEM, Problem
from sajja_schemas.bundle import BundleWrong
from sajja_schemas.chain import ChainBroken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rich.console import Console

    from sajja_client.witness import Alarm

DEMO_DATA: Final = ("ข้อมูลสาธิต", "DEMO DATA")


def is_english() -> bool:
    """Whether this person reads English first."""
    language = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "th"
    return language.lower().startswith("en")


def both(thai: str, english: str, between: str = " · ") -> str:
    """A short sentence in both languages, the reader's own first."""
    return f"{english}{between}{thai}" if is_english() else f"{thai}{between}{english}"


def say(thai: str, english: str) -> None:
    """Tell what was done."""
    typer.echo(_told(thai, english, sys.stdout))


def warn(thai: str, english: str) -> None:
    """Tell what a person should look at."""
    typer.echo(_told(thai, english, sys.stderr), err=True)


def padded(text: str, cells: int) -> str:
    """A text as wide as so many places of a terminal: Thai marks above and below take none."""
    from rich.cells import cell_len

    return text + " " * (cells - cell_len(text))


def _told(thai: str, english: str, stream: "TextIO") -> str:
    """Both sentences; where a terminal is too narrow for them, each on a line of its own."""
    told = both(thai, english)
    if not stream.isatty():
        return told
    from rich.cells import cell_len

    if cell_len(told) < shutil.get_terminal_size().columns:
        return told
    return both(thai, english, "\n   ")


def alert(thai: str, english: str, *, colour: str) -> None:
    """The same, in a colour where somebody looks on; the words say it without."""
    typer.secho(both(thai, english), err=True, fg=None if os.environ.get("NO_COLOR") else colour)


def tell_alarms(raised: "Sequence[Alarm]") -> None:
    """Say every alarm about the network log, loudly."""
    if not raised:
        return
    from sajja_client.witness import SENTENCES

    for code in dict.fromkeys(alarm.code for alarm in raised):
        thai, english = SENTENCES[code]
        warn(f"!! {thai} แจ้งสำนักงานและผู้ตรวจสอบทันที ({code})", f"ALARM: {english}. Tell the office and an auditor")


def mark_demonstration(pin: Pin) -> None:
    """Whatever shows figures of a demonstration says so."""
    if pin.demonstration:
        say(*DEMO_DATA)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Where somebody looks on, show how far long work has come; `show(step, done, of_how_many)`."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _step, _done, _total: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total or None)


def console() -> "Console":
    """Where tables are printed: a text in them is a text, and nothing in it is taken for markup."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def room() -> int:
    """How many cells a line has: of the terminal, or of a page where this goes to a file or a printer."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize


def print_json(document: Any) -> None:
    """One document for a program: stable keys, money in satang."""
    typer.echo(msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).decode())


def print_json_line(document: Any) -> None:
    """One of several documents, a line each, at once."""
    typer.echo(msgspec.json.encode(document, order="sorted").decode())


def refuse(problem: Problem | ChainBroken | BundleWrong) -> int:
    """Tell why not, in both languages with the code. Gives the exit code."""
    if isinstance(problem, ChainBroken):
        warn(
            f"สมุดบันทึกไม่สมบูรณ์ตั้งแต่ลำดับที่ {problem.sequence}: {problem.reason}",
            f"[log_broken] {problem}",
        )
        return EXIT_PROBLEM
    if isinstance(problem, BundleWrong):
        thai, english = problem.sentences
        warn(thai, f"[{problem.code}] {english}")
        return EXIT_PROBLEM
    warn(problem.thai_sentence, f"[{problem.code}] {problem.english_sentence}")
    return problem.exit_code
