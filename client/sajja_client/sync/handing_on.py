"""Hand on what came here by hand from other devices, their lines and sealed parts; fetch the proofs that go back.

* The server takes them as it takes ours: by chain and key. The same line by another way, too, is a `duplicate`.
* A proof is verified before it is kept. One that does not come yet (the server publishes a moment later) is asked for
  at the next sync; a few at a time, for each costs a call.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import msgspec

from sajja_client import carried
from sajja_client.log import Log
from sajja_client.sync.offering import offer
from sajja_client.sync.server import Server, ServerProblem
from sajja_client.witness import public_log
from sajja_schemas import limits
from sajja_schemas.bundle import Sealed, encode_sealed
from sajja_schemas.entry import SignedEntry, from_base64url
from sajja_schemas.proof import ProofInvalid, check_receipt, read_proof
from sajja_schemas.verdicts import PartVerdict

_PROOFS_AT_ONCE: Final = 8
_PROOFS_OF_A_SYNC: Final = 400
_NOT_FOUND: Final = 404


class HandedOn(msgspec.Struct, frozen=True):
    """What one run did."""

    given: int = 0  # lines that the server had not, and has now
    waiting: int = 0  # lines that it still does not take


async def hand_on(log: Log, server: Server, progress: Callable[[str, int, int], None]) -> HandedOn:
    """Offer what is carried, and fetch proofs of what was taken."""
    lines = carried.waiting(log.connection)
    given, lacking = await offer(
        server,
        lines,
        partial(carried.signed, log.connection),
        partial(carried.note_verdict, log.connection),
        lambda left: progress("carried", len(lines) - left, len(lines)),
    )
    for frame in _frames(carried.sealed_parts(log.connection), server.frames.size):
        answers = await server.give_sealed(frame)
        # What is held waits for its entry, and for another sync.
        answered = [one for one, told in zip(frame, answers, strict=True) if told.verdict != PartVerdict.HELD]
        carried.forget_parts(log.connection, answered)
    await _prove(log, server)
    return HandedOn(given=given, waiting=len(lacking))


def _frames(sealed: list[Sealed], bytes_max: int) -> Iterator[list[Sealed]]:
    frame: list[Sealed] = []
    size = 0
    for one in sealed:
        line = len(encode_sealed(one)) + 1
        if frame and (size + line > bytes_max or len(frame) == limits.PERSONAL_PARTS_MAX):
            yield frame
            frame, size = [], 0
        frame.append(one)
        size += line
    if frame:
        yield frame


async def _prove(log: Log, server: Server) -> None:
    entries = carried.unproven(log.connection)[:_PROOFS_OF_A_SYNC]
    for at in range(0, len(entries), _PROOFS_AT_ONCE):
        some = entries[at : at + _PROOFS_AT_ONCE]
        found = await asyncio.gather(*(_proof_of(log, server, entry) for entry in some))
        for entry, proof in zip(some, found, strict=True):
            if proof is not None:
                carried.note_proof(log.connection, entry.hash, proof)
        if None in found:
            return  # it is not published so far


async def _proof_of(log: Log, server: Server, entry: SignedEntry) -> bytes | None:
    known = public_log(log.connection, log.pin)
    if known is None:
        return None
    try:
        data = await server.receipt(entry)
        check_receipt(read_proof(data), entry, known.origin, from_base64url(known.key, 32))
    except ServerProblem as problem:
        if problem.problem.status != _NOT_FOUND:
            raise
        return None
    except ProofInvalid:
        return None
    return data
