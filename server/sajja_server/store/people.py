"""Accounts of people, their recovery codes and their sessions. What is secret is stored as a hash."""

from hashlib import sha256

import msgspec

from sajja_schemas import limits
from sajja_server.store.pool import Connection


class AccountExists(Exception):
    """An account of this name is in the network already. · มีบัญชีชื่อนี้อยู่แล้ว"""


class Account(msgspec.Struct, frozen=True):
    """Somebody who may sign in, or will once the account is set up."""

    network: str
    name: str
    role: str
    village: str | None
    setup_expires_at: int | None
    factor_nonce: bytes
    password_hash: str | None
    disabled_at: int | None
    seen_at: int | None


class PersonSession(msgspec.Struct, frozen=True):
    """A person who has signed in, as the account stands now."""

    network: str
    name: str
    role: str
    village: str | None
    seen_at: int
    expires_at: int
    token_hash: bytes


_OF_NETWORK = """
SELECT network, name, role, village, setup_expires_at, factor_nonce, password_hash, disabled_at, seen_at
FROM sajja.account WHERE network = $1"""


async def add(connection: Connection, account: Account, setup: bytes, now: int) -> None:
    """A new account, to be set up with a one-time code.

    Raises:
        AccountExists: the network has one of this name.
    """
    added = await connection.fetchval(
        """
        INSERT INTO sajja.account
            (network, name, role, village, created_at, setup_hash, setup_expires_at, factor_nonce)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (network, name) DO NOTHING RETURNING true
        """,
        account.network,
        account.name,
        account.role,
        account.village,
        now,
        sha256(setup).digest(),
        account.setup_expires_at,
        account.factor_nonce,
    )
    if added is None:
        raise AccountExists(account.name)


async def reset(
    connection: Connection, network: str, name: str, setup: bytes, expires_at: int, factor_nonce: bytes
) -> bool:
    """Take password, second factor, passkeys and sessions away; a new one-time code sets the account up again.

    Gives whether there is such an account. One that was disabled is enabled.
    """
    async with connection.transaction():
        found = await connection.fetchval(
            """
            UPDATE sajja.account SET setup_hash = $3, setup_expires_at = $4, factor_nonce = $5, factor_step = 0,
                password_hash = NULL, disabled_at = NULL
            WHERE network = $1 AND name = $2 RETURNING true
            """,
            network,
            name,
            sha256(setup).digest(),
            expires_at,
            factor_nonce,
        )
        await connection.execute("DELETE FROM sajja.account_recovery WHERE network = $1 AND name = $2", network, name)
        await connection.execute("DELETE FROM sajja.passkey WHERE network = $1 AND name = $2", network, name)
        await end_sessions(connection, network, name)
    return found is not None


async def disable(connection: Connection, network: str, name: str, now: int) -> bool:
    """Let nobody in as this account any more, from now on. Gives whether there is such an account."""
    async with connection.transaction():
        found = await connection.fetchval(
            """
            UPDATE sajja.account SET disabled_at = $3, setup_hash = NULL, setup_expires_at = NULL
            WHERE network = $1 AND name = $2 RETURNING true
            """,
            network,
            name,
            now,
        )
        await connection.execute("DELETE FROM sajja.passkey WHERE network = $1 AND name = $2", network, name)
        await end_sessions(connection, network, name)
    return found is not None


async def all_of(connection: Connection, network: str) -> list[Account]:
    """Every account of a network, by name."""
    rows = await connection.fetch(_OF_NETWORK + " ORDER BY name", network)
    return [Account(*row) for row in rows]


async def find(connection: Connection, network: str, name: str) -> Account | None:
    """The account of a name."""
    row = await connection.fetchrow(_OF_NETWORK + " AND name = $2", network, name)
    return Account(*row) if row is not None else None


async def find_by_setup(connection: Connection, network: str, setup: bytes, now: int) -> Account | None:
    """The account that a one-time code sets up, while it may."""
    row = await connection.fetchrow(
        _OF_NETWORK + " AND setup_hash = $2 AND setup_expires_at >= $3 AND disabled_at IS NULL",
        network,
        sha256(setup).digest(),
        now,
    )
    return Account(*row) if row is not None else None


async def finish_setup(
    connection: Connection, network: str, setup: bytes, password_hash: str, step: int, recovery: list[bytes], now: int
) -> str | None:
    """Use a one-time code up. Gives the account's name; None where the code was used or ended meanwhile."""
    async with connection.transaction():
        name: str | None = await connection.fetchval(
            """
            UPDATE sajja.account SET password_hash = $3, factor_step = $4, setup_hash = NULL, setup_expires_at = NULL
            WHERE network = $1 AND setup_hash = $2 AND setup_expires_at >= $5 AND disabled_at IS NULL RETURNING name
            """,
            network,
            sha256(setup).digest(),
            password_hash,
            step,
            now,
        )
        if name is not None:
            await connection.executemany(
                "INSERT INTO sajja.account_recovery (network, name, code_hash) VALUES ($1, $2, $3)",
                [(network, name, sha256(code).digest()) for code in recovery],
            )
    return name


async def change_password(connection: Connection, account: Account, password_hash: str) -> Account | None:
    """Put another password in the place of the one that was compared, and end every session.

    Gives the account as it is then; None where it was disabled or reset, or its password changed, meanwhile.
    """
    async with connection.transaction():
        found = await connection.fetchval(
            """
            UPDATE sajja.account SET password_hash = $4
            WHERE network = $1 AND name = $2 AND password_hash = $3 AND disabled_at IS NULL RETURNING true
            """,
            account.network,
            account.name,
            account.password_hash,
            password_hash,
        )
        if found is None:
            return None
        await end_sessions(connection, account.network, account.name)
    return msgspec.structs.replace(account, password_hash=password_hash)


async def use_step(connection: Connection, network: str, name: str, step: int) -> bool:
    """Use the code of a step up. Gives whether it was still good: a code that was seen once is worth nothing."""
    used = await connection.fetchval(
        """
        UPDATE sajja.account SET factor_step = $3 WHERE network = $1 AND name = $2 AND factor_step < $3 RETURNING true
        """,
        network,
        name,
        step,
    )
    return used is not None


async def use_recovery(connection: Connection, network: str, name: str, code: bytes) -> bool:
    """Use a recovery code up. Gives whether it was one."""
    used = await connection.fetchval(
        "DELETE FROM sajja.account_recovery WHERE network = $1 AND name = $2 AND code_hash = $3 RETURNING true",
        network,
        name,
        sha256(code).digest(),
    )
    return used is not None


async def recovery_left(connection: Connection, network: str, name: str) -> int:
    """How many recovery codes are unused."""
    left: int = await connection.fetchval(
        "SELECT count(*) FROM sajja.account_recovery WHERE network = $1 AND name = $2", network, name
    )
    return left


async def open_session(connection: Connection, token: bytes, account: Account, now: int, expires_at: int) -> bool:
    """Open a session; an account has a bounded number, and the oldest make room.

    Gives whether the account is still as it was when its password was compared: not disabled or reset meanwhile.
    """
    async with connection.transaction():
        stands = await connection.fetchval(
            """
            UPDATE sajja.account SET seen_at = $4
            WHERE network = $1 AND name = $2 AND password_hash = $3 AND disabled_at IS NULL RETURNING true
            """,
            account.network,
            account.name,
            account.password_hash,
            now,
        )
        if stands is None:
            return False
        await connection.execute(
            """
            DELETE FROM sajja.account_session WHERE network = $1 AND (expires_at < $2 OR token_hash IN (
                SELECT token_hash FROM sajja.account_session WHERE network = $1 AND name = $3
                ORDER BY opened_at DESC OFFSET $4))
            """,
            account.network,
            now,
            account.name,
            limits.PERSON_SESSIONS_MAX - 1,
        )
        await connection.execute(
            "INSERT INTO sajja.account_session (network, token_hash, name, opened_at, seen_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $4, $5)",
            account.network,
            sha256(token).digest(),
            account.name,
            now,
            expires_at,
        )
    return True


async def find_session(connection: Connection, network: str, token: bytes, now: int) -> PersonSession | None:
    """The session of a token, unless it has ended: idle, too old, signed out, or the account disabled."""
    row = await connection.fetchrow(
        """
        SELECT s.network, s.name, a.role, a.village, s.seen_at, s.expires_at, s.token_hash
        FROM sajja.account_session s JOIN sajja.account a ON a.network = s.network AND a.name = s.name
        WHERE s.network = $1 AND s.token_hash = $2 AND s.expires_at >= $3 AND s.seen_at >= $4
            AND a.disabled_at IS NULL
        """,
        network,
        sha256(token).digest(),
        now,
        now - limits.PERSON_IDLE_SECONDS * 1000,
    )
    return PersonSession(*row) if row is not None else None


async def note_seen(connection: Connection, session: PersonSession, now: int) -> None:
    """Note that a session is in use."""
    await connection.execute(
        "UPDATE sajja.account_session SET seen_at = $3 WHERE network = $1 AND token_hash = $2",
        session.network,
        session.token_hash,
        now,
    )


async def end_session(connection: Connection, network: str, token_hash: bytes) -> None:
    """Sign out here."""
    await connection.execute(
        "DELETE FROM sajja.account_session WHERE network = $1 AND token_hash = $2", network, token_hash
    )


async def end_sessions(connection: Connection, network: str, name: str) -> None:
    """Sign out everywhere."""
    await connection.execute("DELETE FROM sajja.account_session WHERE network = $1 AND name = $2", network, name)
