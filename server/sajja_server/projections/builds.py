"""Builds: what is derived of a network stands in one of two places, and one row says which of them people read.

* A build is a fold of the log from zero by one version of the code. It is `building` beside the live one, `live`, then
  `retired` and kept for the way back, and `dropped` when its place is needed. Its row stays for ever.
* The places are schemas with the same tables. SQL that folds names its tables without one: `aim` says which build a
  transaction reads and writes. SQL of readers goes through the views of schema `books`, which show the live build.
* Whoever commits into the live build holds its row shared meanwhile (`hold_live`), and a switch takes it alone
  (`hold_switch`). So a switch sees all of a batch or none of it, and what is committed afterwards is in the new build.
* One at a time builds beside the live one: `try_lock`.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

from sajja_schemas.entry import to_base64url
from sajja_server.clock import now_ms
from sajja_server.projections.code import code_hash
from sajja_server.projections.memory import VERSION
from sajja_server.store.pool import Connection, Record

_CLEARING_SECONDS: Final = 3600  # of a place in which a large network stood
NAME: Final = "books"  # every projection is a reading of the books: one fold, one build
SLOTS: Final = ("a", "b")
# Everything that is derived, each with a row or more a network. All of it can be dropped and rebuilt.
TABLES: Final = (
    "state", "part", "balance", "register", "quarantined", "device", "kept_finding", "finding", "finding_state",
    "erased", "public_log", "witness", "contradiction", "gap",
)  # fmt: skip


class Status(StrEnum):
    """How a build stands."""

    BUILDING = "building"
    LIVE = "live"
    RETIRED = "retired"
    DROPPED = "dropped"  # its place was taken


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """A build, as the registry has it."""

    network: str
    number: int
    slot: str
    version: int
    code_hash: bytes | None
    status: Status
    started_at: int
    size: int | None  # as of the switch to it: how many entries it had folded, and what they came to
    root: bytes | None
    state_hash: bytes | None
    switched_at: int | None
    reason: str | None
    folded: int = 0  # how many entries its tables have now; of a dropped one nothing is known


class BuildRefused(Exception):
    """A build is not begun, or does not take the live one's place; the code is stable, the message says what to do."""

    def __init__(self, code: str, thai: str, english: str) -> None:
        super().__init__(f"{thai} · {english}")
        self.code = code


class BuildMoved(Exception):
    """Another build is live now: what was folded into this one is read anew."""


_COLUMNS: Final = (
    "b.network, b.number, b.slot, b.version, b.code_hash, b.status, b.started_at, b.size, b.root, b.state_hash,"
    " b.switched_at, b.reason"
)
_ONE: Final = f"""
    SELECT {_COLUMNS}, CASE WHEN b.status = 'dropped' THEN 0 ELSE COALESCE(
        CASE b.slot WHEN 'a' THEN (SELECT s.index FROM books_a.state s WHERE s.network = b.network)
                    ELSE (SELECT s.index FROM books_b.state s WHERE s.network = b.network) END, 0) END AS folded
    FROM projection.build b
"""  # noqa: S608  # our own column names


def schema_of(slot: str) -> str:
    """Where a build's tables are."""
    assert slot in SLOTS
    return f"books_{slot}"


async def aim(connection: Connection, slot: str) -> None:
    """Let the SQL of this transaction name the tables of a place."""
    await connection.execute("SELECT set_config('search_path', $1, true)", schema_of(slot))


async def hold_live(connection: Connection, build: Build) -> None:
    """Aim at the live build and keep it live until this transaction ends.

    Raises:
        BuildMoved: it is not this one.
    """
    number = await connection.fetchval(
        """
        WITH held AS MATERIALIZED (SELECT slot, number FROM projection.live WHERE network = $1 FOR SHARE)
        SELECT number, set_config('search_path', 'books_' || slot, true) FROM held
        """,
        build.network,
    )
    if number != build.number:
        raise BuildMoved


async def hold_switch(connection: Connection, network: str) -> None:
    """Let nothing be committed into the live build until this transaction ends."""
    await connection.execute("SELECT FROM projection.live WHERE network = $1 FOR UPDATE", network)


async def try_lock(connection: Connection, network: str) -> bool:
    """Become the one who builds beside the live build; the session keeps that until `unlock`."""
    key = f"sajja rebuild {network}"
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", key))


async def unlock(connection: Connection, network: str) -> None:
    """Let somebody else build."""
    if not connection.is_closed():
        key = f"sajja rebuild {network}"
        await connection.execute("SELECT pg_advisory_unlock(hashtextextended($1, 0))", key)


async def live(connection: Connection, network: str) -> Build | None:
    """The build that people read; None where nothing was ever folded."""
    row = await connection.fetchrow(
        _ONE + "JOIN projection.live l ON (l.network, l.number) = (b.network, b.number) WHERE b.network = $1", network
    )
    return _build(row) if row is not None else None


async def is_readable(connection: Connection, network: str) -> bool:
    """Whether this code has made what people read: only then it must be able to read all of it."""
    current = await live(connection, network)
    return current is None or current.version == VERSION


async def beside(connection: Connection, network: str) -> Build | None:
    """What stands in the other place: a build under way, or the one that was live before."""
    row = await connection.fetchrow(_ONE + "WHERE b.network = $1 AND b.status IN ('building', 'retired')", network)
    return _build(row) if row is not None else None


async def building_version(connection: Connection, network: str) -> int | None:
    """The version of what is being built beside the live books; None where nothing is."""
    version: int | None = await connection.fetchval(
        "SELECT version FROM projection.build WHERE network = $1 AND status = 'building'", network
    )
    return version


async def history(connection: Connection, network: str) -> list[Build]:
    """Every build of a network, the newest first."""
    rows = await connection.fetch(_ONE + "WHERE b.network = $1 ORDER BY b.number DESC", network)
    return [_build(row) for row in rows]


async def begin(connection: Connection, network: str) -> Build:
    """Go on with the build that this very code has begun, or begin one in the place that nobody reads.

    The first build of a network is live from its beginning: there is nothing else to read. For who holds `try_lock`.
    """
    async with connection.transaction():
        current = await live(connection, network)
        other = await beside(connection, network)
        if other is not None and is_ours(other) and other.status is Status.BUILDING:
            return other
        slot = SLOTS[0] if current is None else SLOTS[1 - SLOTS.index(current.slot)]
        await connection.execute(
            "UPDATE projection.build SET status = 'dropped' WHERE network = $1 AND slot = $2 AND status <> 'dropped'",
            network,
            slot,
        )
        await aim(connection, slot)
        for table in TABLES:
            await connection.execute(
                f"DELETE FROM {table} WHERE network = $1",  # noqa: S608  # our own names
                network,
                timeout=_CLEARING_SECONDS,
            )
        number = await connection.fetchval(
            """
            INSERT INTO projection.build (network, number, slot, version, code_hash, status, started_at)
            SELECT $1, COALESCE(max(number), 0) + 1, $2, $3, $4, $5, $6 FROM projection.build WHERE network = $1
            RETURNING number
            """,
            network,
            slot,
            VERSION,
            code_hash(),
            Status.LIVE if current is None else Status.BUILDING,
            now_ms(),
        )
        if current is None:
            await connection.execute(
                "INSERT INTO projection.live (network, slot, number) VALUES ($1, $2, $3)", network, slot, number
            )
    row = await connection.fetchrow(_ONE + "WHERE b.network = $1 AND b.number = $2", network, number)
    return _build(row)


async def go_live(
    connection: Connection, build: Build, *, size: int, state_hash: bytes | None, root: bytes | None, reason: str
) -> None:
    """Let people read this build from now on, in the transaction of a caller who holds the switch."""
    await connection.execute(
        "UPDATE projection.build SET status = 'retired' WHERE network = $1 AND status = 'live'", build.network
    )
    await connection.execute(
        """
        UPDATE projection.build SET status = 'live', size = $3, state_hash = $4, root = $5, switched_at = $6,
            reason = $7
        WHERE network = $1 AND number = $2
        """,
        build.network,
        build.number,
        size,
        state_hash,
        root,
        now_ms(),
        reason,
    )
    await connection.execute(
        "UPDATE projection.live SET slot = $2, number = $3 WHERE network = $1", build.network, build.slot, build.number
    )


async def keep_certificate(connection: Connection, build: Build, root: bytes, note: bytes) -> None:
    """Keep what was signed of a build; to keep it again changes nothing."""
    async with connection.transaction():
        await connection.execute(
            "UPDATE projection.build SET root = $3 WHERE network = $1 AND number = $2",
            build.network,
            build.number,
            root,
        )
        await connection.execute(
            """
            INSERT INTO projection.certificate (network, number, size, note) VALUES ($1, $2, $3, $4)
            ON CONFLICT (network, number, size) DO NOTHING
            """,
            build.network,
            build.number,
            build.size,
            note,
        )


async def uncertified(connection: Connection, network: str) -> Build | None:
    """The live build, if it was switched to and nothing is signed of it."""
    row = await connection.fetchrow(
        _ONE
        + """
        JOIN projection.live l ON (l.network, l.number) = (b.network, b.number)
        WHERE b.network = $1 AND b.state_hash IS NOT NULL AND b.code_hash IS NOT NULL AND NOT EXISTS (
            SELECT FROM projection.certificate c WHERE (c.network, c.number, c.size) = (b.network, b.number, b.size))
        """,
        network,
    )
    return _build(row) if row is not None else None


async def newest_certificate(connection: Connection, network: str) -> bytes | None:
    """What was signed last of the build that people read; None where there is nothing.

    After a roll-back the server's word on the rejected build is shown to nobody.
    """
    note: bytes | None = await connection.fetchval(
        """
        SELECT c.note FROM projection.certificate c
        JOIN projection.live l ON (l.network, l.number) = (c.network, c.number)
        WHERE c.network = $1 ORDER BY c.size DESC LIMIT 1
        """,
        network,
    )
    return note


def is_ours(build: Build) -> bool:
    """Whether this very code has made a build, so that it can be gone on with from where it stands."""
    return build.version == VERSION and build.code_hash == code_hash()


def told(build: Build) -> dict[str, Any]:
    """A build for a program: hashes as everywhere."""
    fields = msgspec.structs.asdict(build)
    return {name: to_base64url(value) if isinstance(value, bytes) else value for name, value in fields.items()}


def _build(row: Record | None) -> Build:
    assert row is not None, "it is in the registry"
    return msgspec.convert(dict(row.items()), Build)
