"""Totals from 100,000 transactions: our fold of signed bytes beside hledger and beancount on the same postings.

Each reads a file (ours: the bodies, a line each) in a process of its own and must come to the same totals, satang for
satang. Ours decides who may do what as well, and keeps a register of members, loans and contributions; its file is
several times as long.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.material import found_members, make_material, record
from benchmarks.peers import places
from sajja_schemas import books
from sajja_schemas.entry import entry_hash, to_base64url
from sajja_schemas.events import Body, lines_of, read_body
from sajja_schemas.postings import Line

TRANSACTIONS = 100_000
_ROOTS = ("", "Assets", "Liabilities", "Equity", "Income", "Expenses")  # by an account's first digit
Totals = dict[str, int]  # satang, of an account as the journals name it
Figure = dict[str, Any]

_BEANCOUNT = """
import json, sys
from collections import Counter
from beancount import loader
entries, errors, _options = loader.load_file(sys.argv[1])
assert not errors, errors[:3]
totals = Counter()
for entry in entries:
    for posting in getattr(entry, "postings", ()):
        totals[posting.account] += int(posting.units.number * 100)
json.dump(totals, sys.stdout)
"""


def replay(*, quick: bool) -> list[Figure]:
    """Seconds of each, round by round, and how many times ours that is."""
    count = TRANSACTIONS // 10 if quick else TRANSACTIONS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network, fingerprint = _write(folder, count)
        rounds = [_round(folder, network, fingerprint) for _ in range(1 if quick else 3)]
    return [
        {
            "name": f"totals of {count:,} transactions: {program}",
            "seconds": [round(one[program], 2) for one in rounds],
            "of_ours": [round(one[program] / one["Sajja"], 1) for one in rounds],
        }
        for program in rounds[0]
    ]


def _round(folder: Path, network: str, fingerprint: str) -> dict[str, float]:
    asked: dict[str, Callable[[], Totals]] = {
        "Sajja": lambda: _ours(folder, network, fingerprint),
        "beancount 3.2.3": lambda: _beancount(folder),
    }
    if shutil.which("hledger"):
        asked["hledger (Debian's)"] = lambda: _hledger(folder)
    else:
        print("hledger is not installed, and left out: apt-get install hledger", file=sys.stderr)  # noqa: T201
    seconds, totals = {}, {}
    for program, total in asked.items():
        started = time.perf_counter()
        totals[program] = total()
        seconds[program] = time.perf_counter() - started
    for program, found in totals.items():
        assert found == totals["Sajja"], f"{program} comes to other totals"
    return seconds


def _write(folder: Path, count: int) -> tuple[str, str]:
    """The same history in three languages; gives the network and its fingerprint."""
    material = make_material()
    found_members(material)
    while len(material.world.entries) < count:
        for tablet in material.tablets:
            record(material, tablet, 500)
    bodies = [entry.body for entry in material.world.entries[:count]]
    (folder / "sajja.ndjson").write_bytes(b"\n".join(bodies) + b"\n")
    with (folder / "journal.txt").open("w") as journal, (folder / "journal.beancount").open("w") as beans:
        opened: set[str] = set()
        for body, lines in _transactions(bodies):
            for account in sorted({_name(line) for line in lines} - opened):
                opened.add(account)
                beans.write(f"2000-01-01 open {account}\n")
            postings = [f"  {_name(line)}  {line[3] / 100:.2f} THB\n" for line in lines]
            journal.write(f"{body.date} {body.device[:8]} {body.sequence}\n{''.join(postings)}\n")
            beans.write(f'{body.date} * "{body.device[:8]} {body.sequence}"\n{"".join(postings)}\n')
    return material.world.network, material.world.fingerprint


def _transactions(bodies: Iterable[bytes]) -> Iterator[tuple[Body, list[Line]]]:
    for data in bodies:
        body = read_body(data)
        if isinstance(body, Body) and (lines := lines_of(body)):
            yield body, lines


def _name(line: Line) -> str:
    ledger, account, sub, _amount = line
    name = f"{_ROOTS[account // 1000]}:{ledger.capitalize().replace(':', '-')}:{account}"
    return f"{name}:S-{sub}" if sub else name


def _ours(folder: Path, network: str, fingerprint: str) -> Totals:
    """The command of `_ours_main`, as a process like the others."""
    command = [sys.executable, "-m", "benchmarks.peers.replay", folder / "sajja.ndjson", network, fingerprint]
    return _told(command)


def _ours_main(file: str, network: str, fingerprint: str) -> None:
    state = books.open_books(network, fingerprint, judges=False)
    bodies: dict[str, bytes] = {}
    for index, body in enumerate(Path(file).read_bytes().splitlines()):
        name = to_base64url(entry_hash(body))
        bodies[name] = body
        books.apply(state, books.Admitted(index, name, body), bodies.get)
    totals = {_name((*key, 0)): amount for key, amount in state.balances.items() if amount}
    sys.stdout.write(msgspec.json.encode(totals).decode())


def _beancount(folder: Path) -> Totals:
    # Its cache would answer the second round without reading: it is switched off.
    return _told([places.beancount_python(), "-c", _BEANCOUNT, folder / "journal.beancount"])


def _told(command: list[Any]) -> Totals:
    environment = os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    return {account: amount for account, amount in json.loads(done.stdout).items() if amount}


def _hledger(folder: Path) -> Totals:
    command = ["hledger", "-f", str(folder / "journal.txt"), "balance", "--flat", "--no-total", "-O", "csv"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    rows = csv.DictReader(done.stdout.splitlines())
    return {row["account"]: round(float(row["balance"].removesuffix(" THB").replace(",", "")) * 100) for row in rows}


if __name__ == "__main__":
    _ours_main(*sys.argv[1:])
