"""Rebuild certificates: signed over a build as it was switched to, kept for anybody to read, and checked by replay.

* The root is made of the stored bytes, and held against what the signer signed last: a database that was changed behind
  the server's back gets no certificate.
* A check believes nobody: it computes root and state from the entries, and takes the key from what the log itself says:
  at the certificate's size, or later where the key was succeeded before the certificate was signed.
"""

from pathlib import Path
from typing import Final

import msgspec

from sajja_schemas.certificate import Certificate, check_certificate, read_certificate, sign_certificate
from sajja_schemas.checkpoint import NoteInvalid, NoteUnsigned
from sajja_schemas.entry import from_base64url, to_base64url
from sajja_schemas.standing import PublicLog
from sajja_schemas.state_hash import state_hash
from sajja_server.growth import LogDamaged, roots_of_stored
from sajja_server.projections import builds
from sajja_server.projections.builds import Build, BuildRefused
from sajja_server.projections.code import code_hash
from sajja_server.projections.memory import VERSION
from sajja_server.projections.rebuild import Tell, replay
from sajja_server.signer import Signer, SignerRefuses
from sajja_server.store import checkpoints
from sajja_server.store import log as store
from sajja_server.store.pool import Connection

_LOST: Final = "log_lost_entries"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of checking a certificate."""

    network: str
    size: int
    version: int
    state_hash: str  # as the certificate has it
    replayed_hash: str | None  # as the log has it; None where it was not folded
    same_code: bool
    problem: str | None


async def certify(connection: Connection, build: Build, folder: Path) -> bytes:
    """Sign what a build was when it was switched to, and keep that. Gives the note.

    Args:
        connection: in no transaction.
        build: as the registry has it, with its state hash.
        folder: the signer's.

    Raises:
        SignerRefuses: the key is missing or not in force, or the stored log is not the one that was signed.
        LogDamaged: the stored log is damaged.
    """
    assert build.state_hash is not None, "it was switched to"
    assert build.size is not None, "it was switched to"
    assert build.code_hash is not None, "it was switched to"
    network, signer = build.network, Signer(folder, build.network)
    facts = await checkpoints.public_facts(connection, network)
    key = signer.key_in_force(facts.log.key if facts is not None else "", is_demonstration=_is_demonstration(facts))
    assert facts is not None, "no key is in force where nothing is known of the log"
    last = signer.last()
    sizes = [build.size]
    if last is not None and last.origin == facts.log.origin:
        if last.size > (await store.log_head(connection, network)).size:
            raise SignerRefuses(
                _LOST,
                "ฐานข้อมูลขาดรายการที่ประกาศไปแล้ว จึงไม่ลงนามใบรับรอง",
                "the database lacks entries that were published: no certificate is signed over that",
            )
        sizes.append(last.size)
    roots = await roots_of_stored(connection, network, sizes)
    if len(sizes) > 1 and last is not None and roots[last.size] != last.root:
        raise SignerRefuses(
            "log_rewritten",
            "รายการที่ประกาศไปแล้วถูกเปลี่ยน จึงไม่ลงนามใบรับรอง",
            "what was published has changed: no certificate is signed over that",
        )
    certificate = Certificate(
        network=network,
        name=builds.NAME,
        version=build.version,
        code_hash=build.code_hash,
        origin=facts.log.origin,
        size=build.size,
        root=roots[build.size],
        state_hash=build.state_hash,
    )
    note = sign_certificate(certificate, key)
    await builds.keep_certificate(connection, build, certificate.root, note)
    return note


async def check(connection: Connection, note: bytes, tell: Tell) -> Checked:
    """Check a certificate against the log that is stored here, by replaying it.

    Raises:
        NoteInvalid: it is no certificate.
        UnknownNetwork: its network is not on this server.
    """
    said = read_certificate(note)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        problem, replayed = await _compare(connection, note, said, tell)
    return Checked(
        network=said.network,
        size=said.size,
        version=said.version,
        state_hash=to_base64url(said.state_hash),
        replayed_hash=to_base64url(replayed) if replayed is not None else None,
        same_code=said.code_hash == code_hash(),
        problem=problem,
    )


async def _compare(
    connection: Connection, note: bytes, said: Certificate, tell: Tell
) -> tuple[str | None, bytes | None]:
    head = await store.log_head(connection, said.network)
    if said.size > head.size:
        return f"สมุดกลางมีเพียง {head.size} รายการ · the log has {head.size} entries only", None
    if (said.name, said.version) != (builds.NAME, VERSION):
        sentence = (
            f"โปรแกรมนี้รุ่น {VERSION} ใบรับรองเป็นรุ่น {said.version} ให้ใช้โปรแกรมรุ่นนั้นตรวจ · this program folds"
            f" version {VERSION}: the release that has version {said.version} can check it"
        )
        return sentence, None
    try:
        roots = await roots_of_stored(connection, said.network, [said.size])
        books = await replay(connection, said.network, said.size, tell)
    except (LogDamaged, BuildRefused) as damage:
        return str(damage), None
    replayed = state_hash(books)
    unsigned = _unsigned(note, said, books.trust.public_log)
    if unsigned is not None and head.size > said.size:
        books = await replay(connection, said.network, head.size, tell, books)
        unsigned = _unsigned(note, said, books.trust.public_log)
    if unsigned is not None:
        return unsigned, replayed
    if roots[said.size] != said.root:
        return "รากของสมุดกลางไม่ตรงกับใบรับรอง · the root over the stored entries is another one", replayed
    if replayed != said.state_hash:
        return "ยอดที่คำนวณจากรายการไม่ตรงกับใบรับรอง · the log comes to another state than it says", replayed
    return None, replayed


def _unsigned(note: bytes, said: Certificate, log: PublicLog) -> str | None:
    """Why a certificate is not this log's, or nothing."""
    try:
        check_certificate(note, from_base64url(log.key, 32) if log.key else b"")
    except (NoteUnsigned, NoteInvalid) as error:
        return f"ลายเซ็นไม่ใช่ของสมุดกลางนี้ · not signed by the log's key: {error}"
    if log.origin != said.origin:
        return f"เป็นของสมุดกลางอื่น ({said.origin}) · it is of another log than {log.origin}"
    return None


def _is_demonstration(facts: checkpoints.PublicFacts | None) -> bool:
    return facts is not None and facts.demonstration
