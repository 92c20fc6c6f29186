"""Passkeys of accounts, and the challenges that were answered with one."""

import msgspec

from sajja_schemas import limits
from sajja_server.store.pool import Connection


class Passkey(msgspec.Struct, frozen=True):
    """A passkey as it is compared. Nothing of it is secret."""

    credential: bytes
    public_key: bytes
    uses: int  # as the authenticator counts, where it does


class KeptPasskey(msgspec.Struct, frozen=True):
    """A passkey of an account, as its owner sees it."""

    credential: bytes
    label: str
    added_at: int
    used_at: int | None


async def of(connection: Connection, network: str, name: str) -> list[KeptPasskey]:
    """The passkeys of an account, the oldest first."""
    rows = await connection.fetch(
        """
        SELECT credential, label, added_at, used_at FROM sajja.passkey WHERE network = $1 AND name = $2
        ORDER BY added_at, credential
        """,
        network,
        name,
    )
    return [KeptPasskey(*row) for row in rows]


async def find(connection: Connection, network: str, credential: bytes) -> tuple[str, Passkey] | None:
    """Whose a passkey is, and what is kept of it."""
    row = await connection.fetchrow(
        "SELECT name, credential, public_key, uses FROM sajja.passkey WHERE network = $1 AND credential = $2",
        network,
        credential,
    )
    return (row[0], Passkey(row[1], row[2], row[3])) if row is not None else None


async def add(connection: Connection, network: str, name: str, passkey: Passkey, label: str, now: int) -> bool:
    """Keep a passkey. Gives whether it is new, and the account has room for it.

    Call it in a transaction: the account's row is held, so that two additions do not both find room.
    """
    await connection.execute("SELECT 1 FROM sajja.account WHERE network = $1 AND name = $2 FOR UPDATE", network, name)
    added = await connection.fetchval(
        """
        INSERT INTO sajja.passkey (network, credential, name, label, public_key, uses, added_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
        WHERE (SELECT count(*) FROM sajja.passkey WHERE network = $1 AND name = $3) < $8
        ON CONFLICT (network, credential) DO NOTHING RETURNING true
        """,
        network,
        passkey.credential,
        name,
        label,
        passkey.public_key,
        passkey.uses,
        now,
        limits.PASSKEYS_MAX,
    )
    return added is not None


async def remove(connection: Connection, network: str, name: str, credential: bytes) -> bool:
    """Forget a passkey of an account. Gives whether there was one."""
    removed = await connection.fetchval(
        "DELETE FROM sajja.passkey WHERE network = $1 AND name = $2 AND credential = $3 RETURNING true",
        network,
        name,
        credential,
    )
    return removed is not None


async def note_use(connection: Connection, network: str, before: Passkey, uses: int, now: int) -> bool:
    """Note that a passkey was used. Gives whether nobody else has used it since `before` was read."""
    noted = await connection.fetchval(
        """
        UPDATE sajja.passkey SET uses = $3, used_at = $4 WHERE network = $1 AND credential = $2 AND uses = $5
        RETURNING true
        """,
        network,
        before.credential,
        uses,
        now,
        before.uses,
    )
    return noted is not None


async def answer(connection: Connection, network: str, challenge: bytes, until: int, now: int) -> bool:
    """Use a challenge up. Gives whether it was still good."""
    await connection.execute("DELETE FROM sajja.passkey_answered WHERE network = $1 AND until < $2", network, now)
    answered = await connection.fetchval(
        """
        INSERT INTO sajja.passkey_answered (network, challenge, until) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        network,
        challenge,
        until,
    )
    return answered is not None
