"""What every peer is asked for, and the clock that is held beside all of them."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Protocol

WRITERS = 8
Facts = Sequence[Sequence[bytes]]  # of each writer


class Peer(Protocol):
    """Something that facts can be written into."""

    name: str
    keeps: str  # what it promises once it has answered

    async def start(self, stack: AsyncExitStack) -> None:
        """Make it ready; the stack ends it."""
        ...

    async def rate(self, facts: Facts, size: int) -> float:
        """Write facts in batches of a size, one writer beside the other; gives facts a second."""
        ...


class Writing(Protocol):
    """One that is written to from this process."""

    def prepare(self, writer: int, batch: Sequence[bytes]) -> Any:
        """What a client can do before it speaks."""
        ...

    async def write(self, writer: int, prepared: Any) -> None:
        """Write one batch, and believe it only when it is answered."""
        ...


async def timed(writing: Writing, facts: Facts, size: int) -> float:
    """Facts a second, all writers at once, each with one batch on its way."""
    work = [
        [writing.prepare(writer, own[at : at + size]) for at in range(0, len(own), size)]
        for writer, own in enumerate(facts)
    ]

    async def write_all(writer: int) -> None:
        for prepared in work[writer]:
            await writing.write(writer, prepared)

    started = time.perf_counter()
    await asyncio.gather(*(write_all(writer) for writer in range(len(work))))
    return sum(map(len, facts)) / (time.perf_counter() - started)
