"""Published checkpoints: added once, never changed; one root for each size of an origin."""

import msgspec

from sajja_schemas.checkpoint import Checkpoint, epoch_of
from sajja_schemas.standing import PublicLog
from sajja_server.store.pool import Connection


class RootContradicts(Exception):
    """Another root was published for this size."""

    code = "root_contradicts"

    def __init__(self, size: int) -> None:
        super().__init__(f"เคยประกาศรากอื่นที่ {size} รายการแล้ว · another root was published for {size} entries")


class PublicFacts(msgspec.Struct, frozen=True):
    """Under which name and key the log is published, as the fold has it."""

    log: PublicLog
    demonstration: bool


class Published(msgspec.Struct, frozen=True):
    """A checkpoint as it was signed."""

    origin: str
    epoch: int
    size: int
    root: bytes
    note: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PublicFacts)


async def save_facts(connection: Connection, network: str, facts: PublicFacts) -> None:
    """Write down what the fold says of the public log."""
    await connection.execute(
        """
        INSERT INTO public_log (network, facts) VALUES ($1, $2)
        ON CONFLICT (network) DO UPDATE SET facts = excluded.facts
        """,
        network,
        _encoder.encode(facts),
    )


async def public_facts(connection: Connection, network: str) -> PublicFacts | None:
    """What the fold says of the public log; None before it has come to the founding entry."""
    return read_facts(await connection.fetchval("SELECT facts FROM public_log WHERE network = $1", network))


def read_facts(stored: bytes | None) -> PublicFacts | None:
    """What was written down; None where that is nothing yet."""
    facts = _decoder.decode(stored) if stored is not None else None
    return facts if facts is not None and facts.log.origin else None


async def newest(connection: Connection, network: str) -> Published | None:
    """The newest checkpoint."""
    row = await connection.fetchrow(
        """
        SELECT origin, epoch, size, root, note FROM sajja.checkpoint WHERE network = $1
        ORDER BY epoch DESC, size DESC LIMIT 1
        """,
        network,
    )
    return Published(*row) if row is not None else None


async def published_roots(connection: Connection, network: str, sizes: list[tuple[str, int]]) -> list[bytes | None]:
    """The roots that were published for (origin, size), None where nothing was."""
    rows = await connection.fetch(
        """
        SELECT c.root FROM unnest($2::text[], $3::bigint[]) WITH ORDINALITY AS a (origin, size, ord)
        LEFT JOIN sajja.checkpoint c ON c.network = $1 AND c.origin = a.origin AND c.size = a.size ORDER BY a.ord
        """,
        network,
        [origin for origin, _size in sizes],
        [size for _origin, size in sizes],
    )
    return [row["root"] for row in rows]


async def every_checkpoint(connection: Connection, network: str, origin: str) -> list[Published]:
    """All checkpoints of an origin, the smallest first."""
    rows = await connection.fetch(
        "SELECT origin, epoch, size, root, note FROM sajja.checkpoint WHERE network = $1 AND origin = $2 ORDER BY size",
        network,
        origin,
    )
    return [Published(*row) for row in rows]


async def save(connection: Connection, network: str, checkpoint: Checkpoint, note: bytes, now: int) -> None:
    """Publish a checkpoint. To publish it again changes nothing.

    Raises:
        RootContradicts: another root stands at this size.
    """
    (root,) = await published_roots(connection, network, [(checkpoint.origin, checkpoint.size)])
    if root is None:
        await connection.execute(
            """
            INSERT INTO sajja.checkpoint (network, origin, epoch, size, root, note, published_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            network,
            checkpoint.origin,
            epoch_of(checkpoint.origin),
            checkpoint.size,
            checkpoint.root,
            note,
            now,
        )
    elif root != checkpoint.root:
        raise RootContradicts(checkpoint.size)
