"""A receipt that proves: fetched from the server, and verified by what this device knows of the network."""

from sajja_client.log import Log
from sajja_client.problems import ReceiptRefused
from sajja_client.sync.server import ATTEMPTS, Server
from sajja_client.witness import public_log
from sajja_schemas.entry import SignedEntry, from_base64url
from sajja_schemas.proof import ProofInvalid, Proven, check_receipt, read_proof


async def fetch(log: Log, entry: SignedEntry, server_url: str | None) -> bytes:
    """The proof as the server gives it, not yet verified.

    Raises:
        Unreachable, ServerProblem: it does not come, or the entry is not published yet.
    """
    server = Server(log, server_url or log.pin.server_url, http=None, attempts=ATTEMPTS)
    await server.open()
    try:
        return await server.receipt(entry)
    finally:
        await server.close()


def verify(log: Log, entry: SignedEntry, data: bytes) -> Proven:
    """What a proof shows of an entry of this log. It needs no connection.

    Raises:
        ReceiptRefused: it shows nothing.
    """
    known = public_log(log.connection, log.pin)
    if known is None:
        raise ReceiptRefused(reason="this device has not pulled the office's feed yet")
    try:
        return check_receipt(read_proof(data), entry, known.origin, from_base64url(known.key, 32))
    except ProofInvalid as error:
        raise ReceiptRefused(reason=str(error)) from error
