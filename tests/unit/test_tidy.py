"""The style that a machine can hold us to. What it cannot is in CONTRIBUTING.

Each rule has its exceptions here, by name and with the reason; an exception that is needed no longer fails, too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "sajja_schemas": ROOT / "schemas" / "sajja_schemas",
    "sajja_server": ROOT / "server" / "sajja_server",
    "sajja_client": ROOT / "client" / "sajja_client",
}
LINES_MAX = 400
BANNED_NAMES = {"utils", "util", "helpers", "helper", "base", "manager", "managers", "common", "misc"}
MAY_BE_CALLED = {
    "sajja_schemas/events/base.py": "what every event has; no class there is inherited but Event",
}
# The wall clock is a fact from outside: it is read where a request, a command or a line of a log begins.
MAY_READ_THE_CLOCK = {
    "sajja_server/clock.py": "received_at, the one clock of the server",
    "sajja_client/clock.py": "recorded_at and the business date of a tablet",
}
# Time that is waited or measured is no money and no date.
FRACTIONS = {"float", "Decimal", "Fraction"}
MAY_HAVE_FRACTIONS = re.compile(
    r"seconds|retry_after|_ms\b|timeout|sleep|elapsed|ratio|share|cutoff|per_second", re.IGNORECASE
)


def modules() -> list[Path]:
    return sorted(path for folder in PACKAGES.values() for path in folder.rglob("*.py"))


def everything() -> list[Path]:
    folders = [*PACKAGES.values(), ROOT / "schemas", ROOT / "tests", ROOT / "docs", ROOT / "deploy"]
    kinds = {".py", ".md", ".sql", ".toml", ".service", ".example", ".js", ".css", ".html"}
    found = {path for folder in folders for path in folder.rglob("*") if path.suffix in kinds and path.is_file()}
    return sorted(found | set(ROOT.glob("*.md")) | {ROOT / "pyproject.toml", ROOT / "Makefile"})


def name_of(path: Path) -> str:
    for package, folder in PACKAGES.items():
        if path.is_relative_to(folder):
            return f"{package}/{path.relative_to(folder)}"
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


each_module = pytest.mark.parametrize("path", modules(), ids=name_of)


@each_module
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < LINES_MAX, f"{len(lines)} lines: split it"
    assert not lines or ast.get_docstring(tree_of(path)), "a module's docstring states its rules"


def test_no_module_is_a_drawer() -> None:
    drawers = {name_of(path) for path in modules() if path.stem in BANNED_NAMES}
    assert drawers == set(MAY_BE_CALLED)


@each_module
def test_what_is_public_says_what_it_does(path: Path) -> None:
    missing = [node.name for node in public_names(tree_of(path)) if not ast.get_docstring(node)]
    assert not missing


def public_names(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes of a module that others may use; methods are ruff's."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


@each_module
def test_money_is_never_a_float(path: Path) -> None:
    """A fraction stands only where time or a share is meant, and its line says so."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        makes_one = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FRACTIONS
        if makes_one or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
            assert isinstance(node, ast.expr)
            line = lines[node.lineno - 1]
            assert MAY_HAVE_FRACTIONS.search(line), f"line {node.lineno}: {line.strip()}"
            assert "satang" not in line


@each_module
def test_only_the_clock_tells_the_time(path: Path) -> None:
    reads = [
        f"line {node.lineno}: {ast.unparse(node.func)}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and is_wall_clock(ast.unparse(node.func))
    ]
    assert bool(reads) is (name_of(path) in MAY_READ_THE_CLOCK), reads


def is_wall_clock(call: str) -> bool:
    """Monotonic clocks measure and are free; these say what day it is."""
    return bool(re.search(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?|localtime|gmtime)$", call))


def test_nothing_is_left_for_later_and_nothing_is_of_one_machine() -> None:
    words = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    machine = re.compile(r"(?<![\w.])/(wo" r"rk|ro" r"ot|Us" r"ers|ho" r"me/[a-z]+)/")
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in everything()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if words.search(line) or machine.search(line)
    ]
    assert not found, "\n".join(found)
