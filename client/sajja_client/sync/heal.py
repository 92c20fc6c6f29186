"""Give back to a server what it has lost: after it was restored from an old backup, the villages heal it.

* A device offers the lines of other devices, too: what it has pulled is as good as its author's copy, for it is signed.
* Offered are the lines that the server has shown once and has no longer (`Mirror.lost`), the office's devices first,
  for theirs enrol the others, and each device's by sequence. What is held is offered again, until a round adds nothing.
* A device that writes for several villages has lines between that are not kept here. Its later lines are held until
  another village, or the device itself, has offered those; each sync of each village brings the server further.
* Nothing is removed here, whatever the server answers.
"""

from collections.abc import Callable

import msgspec

from sajja_client.mirror import Lost, Mirror
from sajja_client.sync.offering import offer
from sajja_client.sync.server import Server
from sajja_schemas.wire import EntryVerdict


class Healed(msgspec.Struct, frozen=True):
    """What came of offering."""

    given: int = 0  # lines that the server has again
    missing: int = 0  # lines that it still does not take


async def give_back(mirror: Mirror, server: Server, progress: Callable[[str, int, int], None]) -> Healed:
    """Offer everything that the server has lost, in rounds."""
    lines = mirror.lost()
    total = len(lines)
    given, lacking = await offer(
        server, lines, mirror.signed, _unheard, lambda left: progress("heal", total - left, total)
    )
    return Healed(given=given, missing=len(lacking))


def _unheard(_line: Lost, _answer: EntryVerdict) -> None:
    """The feeds will show it."""
