"""Offer lines of other devices, in rounds, until one adds nothing: an enrolment may stand behind what needs it.

What follows a line that was not taken is not offered in the same round: it would be held as well, and a bad link is not
burdened with it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from sajja_client.sync.server import Server, fitting
from sajja_schemas.entry import SignedEntry
from sajja_schemas.verdicts import Verdict
from sajja_schemas.wire import EntryVerdict


class _OfDevice(Protocol):
    @property
    def device(self) -> bytes: ...


Line = TypeVar("Line", bound=_OfDevice)


async def offer(
    server: Server,
    lines: Sequence[Line],
    signed: Callable[[Iterable[Line]], Iterator[SignedEntry]],
    told: Callable[[Line, EntryVerdict], None],
    progress: Callable[[int], None],
) -> tuple[int, list[Line]]:
    """Offer lines, each device's by sequence.

    Args:
        server: to whom.
        lines: what is offered.
        signed: reads them as they were signed.
        told: hears each answer.
        progress: hears how many are not offered or lacking.

    Returns:
        How many lines the server had not and has now, and those that it still lacks.
    """
    given = 0
    lacking = list(lines)
    while lacking:
        stored, lacking = await _round(server, lacking, signed, told)
        given += stored
        progress(len(lacking))
        if not stored:
            break
    return given, lacking


async def _round(
    server: Server,
    lines: Sequence[Line],
    signed: Callable[[Iterable[Line]], Iterator[SignedEntry]],
    told: Callable[[Line, EntryVerdict], None],
) -> tuple[int, list[Line]]:
    stored = 0
    lacking: list[Line] = []
    stuck: set[bytes] = set()
    waiting = list(lines)
    while waiting:
        frame, reply = await server.push(_frames_of(waiting, signed))
        for line, answer in zip(waiting[: len(frame)], reply.verdicts, strict=True):
            told(line, answer)
            if answer.verdict in {Verdict.MERGED, Verdict.FORKED}:
                stored += 1
            elif answer.verdict != Verdict.DUPLICATE:
                lacking.append(line)
                stuck.add(line.device)
        lacking += [line for line in waiting[len(frame) :] if line.device in stuck]
        waiting = [line for line in waiting[len(frame) :] if line.device not in stuck]
    return stored, lacking


def _frames_of(
    waiting: Sequence[Line], signed: Callable[[Iterable[Line]], Iterator[SignedEntry]]
) -> Callable[[int], list[SignedEntry]]:
    return lambda bytes_max: fitting(signed(waiting), bytes_max)
