"""What a device asks again and again: how long its feeds are, and of which epoch of the network log.

* One statement, by primary keys: polls come from every tablet that is switched on.
* The epoch is the last part of the origin that is in force, as the books have it; none before the founding entry.
"""

from collections.abc import Sequence

import msgspec

from sajja_schemas.checkpoint import epoch_of, is_origin
from sajja_server.store.checkpoints import PublicFacts, public_facts, read_facts
from sajja_server.store.pool import Connection


class FeedHeads(msgspec.Struct, frozen=True):
    """The lengths of feeds, and the epoch that they are of."""

    sizes: dict[str, int]
    epoch: int | None
    is_revoked: bool  # whoever asks; as far as the books have come


async def heads(connection: Connection, network: str, device: bytes, villages: Sequence[str]) -> FeedHeads:
    """The lengths of some villages' feeds, 0 where nothing is stored, for a device that asks."""
    rows = await connection.fetch(
        """
        SELECT v.village, COALESCE(f.size, 0) AS size, p.facts, COALESCE(d.revoked, false) AS revoked
        FROM unnest($2::text[]) AS v (village)
        LEFT JOIN sajja.feed_head f ON f.network = $1 AND f.village = v.village
        LEFT JOIN books.public_log p ON p.network = $1
        LEFT JOIN books.device d ON d.network = $1 AND d.device = $3
        """,
        network,
        villages,
        device,
    )
    return FeedHeads(
        sizes={row["village"]: row["size"] for row in rows},
        epoch=_epoch_of(read_facts(rows[0]["facts"])),
        is_revoked=rows[0]["revoked"],
    )


async def epoch(connection: Connection, network: str) -> int | None:
    """The epoch of the network log; None before it has a name."""
    return _epoch_of(await public_facts(connection, network))


def _epoch_of(facts: PublicFacts | None) -> int | None:
    return epoch_of(facts.log.origin) if facts is not None and is_origin(facts.log.origin) else None
