"""Admit a network: pin its fingerprint and store its founding entry, the only one that no enrolment precedes."""

from sajja_schemas import signing
from sajja_schemas.chain import FOUNDING_PREVIOUS, Rejected, read_line
from sajja_schemas.enrolment import is_founding_sound
from sajja_schemas.entry import SignedEntry, Unreadable, read_head, split_line, to_base64url
from sajja_schemas.events import Body, read_body
from sajja_schemas.verdicts import Verdict
from sajja_server.clock import now_ms
from sajja_server.store import log as store
from sajja_server.store.pool import StoreUnfit, open_pool


def read_founding(data: bytes) -> SignedEntry:
    """The founding entry of a file with its line.

    Raises:
        ValueError: not one line, or not a signed founding entry.
    """
    line = data.strip()
    try:
        entry = read_line(line, read_head(split_line(line)[2]).network)
    except (Unreadable, Rejected) as error:
        raise ValueError(str(error)) from error
    body = read_body(entry.body)
    if (
        not isinstance(body, Body)
        or not is_founding_sound(body)
        or entry.sequence != 1
        or entry.previous != FOUNDING_PREVIOUS
        or not signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body)
    ):
        raise ValueError("it is not a founding entry, signed by the device that founds")
    return entry


async def admit_network(database_url: str, role: str | None, entry: SignedEntry) -> str:
    """Pin the network and store its founding entry; gives the fingerprint. To admit it again changes nothing.

    Raises:
        StoreUnfit: another network of this name is admitted, or the database is not fit.
    """
    pool = await open_pool(database_url, 2, role=role)
    try:
        async with pool.acquire() as connection, connection.transaction():
            await store.add_network(connection, entry.network, entry.hash)
            if (await store.log_head(connection, entry.network)).fingerprint != entry.hash:
                raise StoreUnfit(f"another network named {entry.network} is admitted here")
            (judgement,) = await store.ingest(connection, entry.network, [entry], [True], now_ms())
            assert judgement.verdict in {Verdict.MERGED, Verdict.DUPLICATE}, "the founding entry has no predecessor"
    finally:
        await pool.close()
    return to_base64url(entry.hash)
