"""Sessions of devices. Challenges and tokens are opaque; only their SHA-256 is stored."""

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


async def save_challenge(
    connection: Connection, challenge: bytes, network: str, device: bytes, expires_at: int, now: int
) -> None:
    """Remember a challenge until it is answered or expires.

    A device has several at a time: whoever asks in its name must not make its own answer worthless.
    """
    async with connection.transaction():
        await connection.execute(
            """
            DELETE FROM sajja.session_challenge WHERE expires_at < $1 OR challenge_hash IN (
                SELECT challenge_hash FROM sajja.session_challenge WHERE network = $2 AND device = $3
                ORDER BY expires_at DESC OFFSET $4)
            """,
            now,
            network,
            device,
            limits.CHALLENGES_MAX - 1,
        )
        await connection.execute(
            "INSERT INTO sajja.session_challenge (challenge_hash, network, device, expires_at) VALUES ($1, $2, $3, $4)",
            sha256(challenge).digest(),
            network,
            device,
            expires_at,
        )


async def take_challenge(connection: Connection, challenge: bytes, network: str, device: bytes, now: int) -> bool:
    """Use a challenge up. Gives whether it was this device's and still good: a second answer is a replay."""
    row = await connection.fetchrow(
        """
        DELETE FROM sajja.session_challenge WHERE challenge_hash = $1 AND network = $2 AND device = $3
        RETURNING expires_at
        """,
        sha256(challenge).digest(),
        network,
        device,
    )
    return row is not None and row["expires_at"] >= now


async def save_session(connection: Connection, token: bytes, session: DeviceSession, now: int) -> None:
    """Open a session."""
    async with connection.transaction():
        await connection.execute("DELETE FROM sajja.device_session WHERE expires_at < $1", now)
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
