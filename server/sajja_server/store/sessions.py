"""Sessions of devices, and the challenges that were answered. Tokens are opaque; only their SHA-256 is stored."""

from hashlib import sha256

import msgspec

from sajja_schemas import limits
from sajja_server.store.pool import Connection


class DeviceSession(msgspec.Struct, frozen=True):
    """Who speaks: a device, and the unit it was enrolled for."""

    network: str
    device: bytes
    village: str
    expires_at: int


async def use_challenge(
    connection: Connection, challenge: bytes, network: str, device: bytes, expires_at: int, now: int
) -> bool:
    """Use up a challenge that was answered rightly. Gives whether it is the first time: the second is a replay."""
    async with connection.transaction():
        await connection.execute("DELETE FROM sajja.session_challenge WHERE expires_at < $1", now)
        used = await connection.fetchval(
            """
            INSERT INTO sajja.session_challenge (challenge_hash, network, device, expires_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (challenge_hash) DO NOTHING RETURNING true
            """,
            sha256(challenge).digest(),
            network,
            device,
            expires_at,
        )
    return used is not None


async def save_session(connection: Connection, token: bytes, session: DeviceSession, now: int) -> None:
    """Open a session; a device has a bounded number, and the oldest make room."""
    async with connection.transaction():
        await connection.execute(
            """
            DELETE FROM sajja.device_session WHERE expires_at < $1 OR token_hash IN (
                SELECT token_hash FROM sajja.device_session WHERE network = $2 AND device = $3
                ORDER BY expires_at DESC OFFSET $4)
            """,
            now,
            session.network,
            session.device,
            limits.DEVICE_SESSIONS_MAX - 1,
        )
        await connection.execute(
            "INSERT INTO sajja.device_session (token_hash, network, device, village, expires_at)"
            " VALUES ($1, $2, $3, $4, $5)",
            sha256(token).digest(),
            session.network,
            session.device,
            session.village,
            session.expires_at,
        )


async def find_session(connection: Connection, token: bytes) -> DeviceSession | None:
    """The session of a token, whether or not it has expired."""
    row = await connection.fetchrow(
        "SELECT network, device, village, expires_at FROM sajja.device_session WHERE token_hash = $1",
        sha256(token).digest(),
    )
    return DeviceSession(*row) if row is not None else None


async def save_contact(connection: Connection, network: str, device: bytes, seen_at: int) -> None:
    """Note that a device was heard."""
    await connection.execute(
        """
        INSERT INTO sajja.device_contact (network, device, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (network, device) DO UPDATE SET seen_at = excluded.seen_at
        """,
        network,
        device,
        seen_at,
    )
