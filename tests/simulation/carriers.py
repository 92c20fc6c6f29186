"""People with a stick: lines go from tablet to tablet and to the server by hand, proofs and feeds go back.

* What a stick holds is what the tablet wrote on it that day. Meanwhile the same lines may go over the air.
* A stick gets wet, or is pulled out too soon: then the file is refused whole, and nothing of it is taken in.
* At the server it is `sajja-server import`, a process beside those that serve; it may be killed as they are.
"""

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path
from typing import Final

from sajja_client.carrying import CarriedIn, carry_in, carry_out
from sajja_client.home import Home
from sajja_client.log import Log
from sajja_schemas.bundle import BundleWrong
from simulation.machines import Machines
from simulation.oracle import Findings
from simulation.people import Device
from simulation.plan import NETWORK

_DAMAGED: Final = 0.15
# How a command of the server may end: done, with something to tell, without its database, killed.
_DONE, _TOLD, _UNREACHABLE, _KILLED = 0, 1, 3, -signal.SIGKILL


class Carriers:
    """Everybody who goes to town."""

    def __init__(self, folder: Path, machines: Machines, findings: Findings) -> None:
        self.happened: Counter[str] = Counter()
        self._folder = folder
        self._machines = machines
        self._findings = findings
        self._sticks = 0
        folder.mkdir()

    async def write(self, device: Device, chance: random.Random) -> Path:
        """A tablet writes a stick."""
        self._sticks += 1
        stick = self._folder / f"{self._sticks}.sajja"
        # Another program on the tablet, beside the one that records.
        data = await asyncio.to_thread(_written, device.home, everything=chance.random() < 0.2)
        is_damaged = chance.random() < _DAMAGED
        stick.write_bytes(_damaged(data, chance) if is_damaged else data)
        self.happened["damaged" if is_damaged else "written"] += 1
        return stick

    async def hand_over(self, stick: Path, bearer: Device) -> None:
        """A neighbour takes a stick's lines, and will hand them on at a sync or with a stick of their own."""
        taken = await self._take(stick, bearer)
        if taken is not None:
            self.happened["lines_for_neighbours"] += taken.lines

    async def bring(self, stick: Path) -> None:
        """The stick comes to the server."""
        code, said = await self._machines.command("import", NETWORK, str(stick))
        self.happened[_name_of("import", code)] += 1
        self.happened["lines_imported"] += said.get("entries", {}).get("merged", 0)
        is_known = code in {_DONE, _TOLD, _UNREACHABLE, _KILLED}
        self._findings.expect(holds=is_known, sentence=f"an import ended with {code}")
        for verdict in ("rejected", "forked"):
            self._findings.expect(holds=verdict not in said.get("entries", {}), sentence=f"an import {verdict} a line")

    async def fetch(self, device: Device) -> None:
        """A stick goes back to a tablet with all that it could have read over the air."""
        self._sticks += 1
        stick = self._folder / f"{self._sticks}.sajja"
        code, _said = await self._machines.command("export", NETWORK, device.log.device, str(stick))
        self.happened[_name_of("export", code)] += 1
        is_known = code in {_DONE, _TOLD, _UNREACHABLE, _KILLED}  # told: it is not enrolled, nothing is published
        self._findings.expect(holds=is_known, sentence=f"an export ended with {code}")
        if code == _DONE:
            taken = await self._take(stick, device)
            self._findings.expect(holds=taken is not None, sentence=f"{device.label} refused what was made for it")
            self.happened["lines_fetched"] += taken.pulled if taken is not None else 0

    async def _take(self, stick: Path, device: Device) -> CarriedIn | None:
        try:
            taken = await asyncio.to_thread(_taken, device.home, stick)
        except BundleWrong:
            self.happened["refused"] += 1
            return None
        self._findings.expect(holds=not taken.refused, sentence=f"{device.label} refused {taken.refused} carried lines")
        self._findings.expect(holds=not taken.forks, sentence=f"{device.label} was carried a fork: {taken.forks}")
        return taken


def _written(home: Home, *, everything: bool) -> bytes:
    with Log.open(home) as log:
        return carry_out(log, everything=everything)[0]


def _taken(home: Home, stick: Path) -> CarriedIn:
    with Log.open(home) as log:
        return carry_in(log, stick)


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] if chance.random() < 0.5 else data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _name_of(command: str, code: int) -> str:
    return f"{command}_" + {_DONE: "done", _TOLD: "told", _UNREACHABLE: "unreachable", _KILLED: "killed"}.get(
        code, str(code)
    )
