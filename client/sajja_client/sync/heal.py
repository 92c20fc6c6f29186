"""Give back to a server what it has lost: after it was restored from an old backup, the villages heal it.

* A device offers the lines of other devices, too: what it has pulled is as good as its author's copy, for it is signed.
* Offered are the lines that the server has shown once and has no longer (`Mirror.lost`), the office's devices first,
  for theirs enrol the others, and each device's by sequence. What is held is offered again, until a round adds nothing.
* A device that writes for several villages has lines between that are not kept here. Its later lines are held until
  another village, or the device itself, has offered those; each sync of each village brings the server further.
* Nothing is removed here, whatever the server answers.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from sajja_client.mirror import Lost, Mirror
from sajja_client.sync.server import LINE_BYTES, Server
from sajja_schemas import limits
from sajja_schemas.verdicts import Verdict


class Healed(msgspec.Struct, frozen=True):
    """What came of offering."""

    given: int = 0  # lines that the server has again
    missing: int = 0  # lines that it still does not take


async def give_back(mirror: Mirror, server: Server, progress: Callable[[str, int, int], None]) -> Healed:
    """Offer everything that the server has lost, in rounds."""
    lines = mirror.lost()
    total = len(lines)
    given = 0
    while lines:
        stored, lines = await _round(mirror, server, lines)
        given += stored
        progress("heal", total - len(lines), total)
        if not stored:
            break
    return Healed(given=given, missing=len(lines))


async def _round(mirror: Mirror, server: Server, lines: Sequence[Lost]) -> tuple[int, list[Lost]]:
    """Offer each line once. Gives how many were stored, and those that the server still lacks."""
    stored = 0
    lacking: list[Lost] = []
    stuck: set[bytes] = set()
    for frame in _frames(lines):
        # What follows a line that is held would be held as well: a bad link is not burdened with it.
        offered = [line for line in frame if line.device not in stuck]
        lacking += [line for line in frame if line.device in stuck]
        if not offered:
            continue
        reply = await server.push(mirror.signed(offered))
        for line, told in zip(offered, reply.verdicts, strict=True):
            if told.verdict in {Verdict.MERGED, Verdict.FORKED}:
                stored += 1
            elif told.verdict != Verdict.DUPLICATE:
                lacking.append(line)
                stuck.add(line.device)
    return stored, lacking


def _frames(lines: Sequence[Lost]) -> Iterator[list[Lost]]:
    frame: list[Lost] = []
    size = 0
    for line in lines:
        size += line.body_bytes + LINE_BYTES
        if frame and (len(frame) == limits.PUSH_ENTRIES_MAX or size > limits.PUSH_BYTES_MAX):
            yield frame
            frame, size = [], line.body_bytes + LINE_BYTES
        frame.append(line)
    if frame:
        yield frame
