"""The registers as rows of one table: read whole at the start, or in part for a view; only what changed is written."""

from collections.abc import Sequence
from typing import Final

import msgspec

from sajja_schemas.packing import pack, unpacker
from sajja_schemas.registers import Registers
from sajja_schemas.registers.noting import Facts, Key
from sajja_server.store.pool import Connection

_keys: Final = msgspec.json.Decoder(Key)
_facts: Final = unpacker(Facts)


async def load(
    connection: Connection, network: str, registers: Sequence[str] | None = None, subjects: Sequence[str] | None = None
) -> Registers:
    """The registers as they stand: all, or those of these names and subjects."""
    found = Registers()
    for name, key, facts in await connection.fetch(
        """
        SELECT register, key, facts FROM register
        WHERE network = $1 AND ($2::text[] IS NULL OR register = ANY ($2))
            AND ($3::text[] IS NULL OR subject = ANY ($3))
        """,
        network,
        registers,
        subjects,
    ):
        found.rows.setdefault(name, {})[_keys.decode(key)] = _facts.decode(facts)
    return found


async def save(connection: Connection, network: str, registers: Registers) -> None:
    """Write the rows that were touched, in the caller's transaction; drop those that hold nothing any more."""
    kept, gone = [], []
    for register, key in ((name, key) for name, keys in registers.touched.items() for key in keys):
        facts = registers.row(register, key)
        place = (register, str(key[0]), msgspec.json.encode(key).decode())
        if facts:
            kept.append((*place, pack(facts)))
        else:
            gone.append(place)
    if kept:
        await connection.execute(
            """
            INSERT INTO register (network, register, subject, key, facts)
            SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[])
            ON CONFLICT (network, register, subject, key) DO UPDATE SET facts = excluded.facts
            """,
            network,
            *(list(column) for column in zip(*kept, strict=True)),
        )
    if gone:
        await connection.execute(
            """
            DELETE FROM register AS r
            USING unnest($2::text[], $3::text[], $4::text[]) AS gone (register, subject, key)
            WHERE r.network = $1 AND r.register = gone.register AND r.subject = gone.subject AND r.key = gone.key
            """,
            network,
            *(list(column) for column in zip(*gone, strict=True)),
        )
