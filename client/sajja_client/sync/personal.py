"""Personal parts follow their entries: erased first, then given, then asked for.

* Erased is what a counted erasure names, before anything is sent: a part that was erased leaves this device no more.
  The books decide whether it counts, as they do for money; the server's word is not asked.
* Given are the parts of entries that the server has; a lost answer is asked for again and costs a `duplicate`.
* Asked for are the parts of this village's entries that are not here. Nobody may have them yet, so they are asked for
  again with each run, a bounded number at a time.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from sajja_client import parts
from sajja_client.books import effect_of, fold
from sajja_client.log import Log
from sajja_client.sync.server import Server
from sajja_schemas import limits
from sajja_schemas.entry import from_base64url, to_base64url
from sajja_schemas.personal import PersonalPart, encode_part
from sajja_schemas.verdicts import Effect, PartVerdict

_GIVEN: Final = frozenset({PartVerdict.KEPT.value, PartVerdict.DUPLICATE.value})


class Exchanged(msgspec.Struct):
    """What one run did."""

    given: int = 0
    filled: int = 0
    erased: int = 0
    missing: int = 0


async def exchange(log: Log, server: Server, *, stored_until: int) -> Exchanged:
    """Erase, give, ask.

    Args:
        log: whose device speaks.
        server: to whom.
        stored_until: the last sequence of this log that the server holds.
    """
    done = Exchanged()
    parts.note_pulled(log.connection)
    done.erased = erase_counted(log)
    await _give(log, server, stored_until, done)
    await _ask(log, server, done)
    return done


def erase_counted(log: Log) -> int:
    """Delete what the counted erasures among the pulled ones name. Gives how many parts there were."""
    pulled = parts.undone_erasures(log.connection)
    if not pulled:
        return 0
    books = fold(log.home)
    counted = [name for name in pulled if effect_of(books, to_base64url(name)) is Effect.COUNTED]
    return parts.apply_erasures(log.connection, counted)


async def _give(log: Log, server: Server, stored_until: int, done: Exchanged) -> None:
    device = from_base64url(log.device, 32)
    while waiting := parts.ungiven(log.connection, device, stored_until, limits.PERSONAL_PARTS_MAX):
        held = 0
        for frame in _frames(waiting, server.frames.size):
            answers = await server.give_parts(frame)
            # Erased there, or refused: to say it again would be answered so again.
            answered = [
                part for part, told in zip(frame, answers, strict=True) if told.verdict != PartVerdict.HELD.value
            ]
            parts.mark_given(log.connection, answered)
            done.given += sum(told.verdict in _GIVEN for told in answers)
            held += len(frame) - len(answered)
        if held or len(waiting) < limits.PERSONAL_PARTS_MAX:
            return  # what is held waits for its entry, and for the next run


async def _ask(log: Log, server: Server, done: Exchanged) -> None:
    missing = parts.unfilled(log.connection, log.pin.village, limits.PERSONAL_UNFILLED_MAX)
    for start in range(0, len(missing), limits.PERSONAL_ASKED_MAX):
        asked = missing[start : start + limits.PERSONAL_ASKED_MAX]
        done.filled += parts.fill(log.connection, asked, await server.ask_parts(asked))
    done.missing = len(missing) - done.filled


def _frames(waiting: list[PersonalPart], bytes_max: int) -> Iterator[list[PersonalPart]]:
    frame: list[PersonalPart] = []
    size = 0
    for part in waiting:
        line = len(encode_part(part)) + 1
        if frame and size + line > bytes_max:
            yield frame
            frame, size = [], 0
        frame.append(part)
        size += line
    yield frame
