"""Which key signs the network log, and under which name it goes on: the office says so, of class A4."""

from sajja_client.office import Desk
from sajja_client.problems import RequestRefused
from sajja_schemas.checkpoint import epoch_of, is_origin
from sajja_schemas.entry import OFFICE, SignedEntry
from sajja_schemas.events.public_log import LogContinued, LogKeyAdopted
from sajja_schemas.wire import LogKeyRequest


def adopt_log_key(desk: Desk, request: LogKeyRequest, *, reason: str) -> list[SignedEntry]:
    """Another key signs the log's checkpoints from now on.

    Raises:
        RequestRefused: it asks for another network, or comes from a seed.
    """
    pin = desk.log.pin
    if (request.network, request.fingerprint) != (pin.network, pin.fingerprint):
        raise RequestRefused(reason=f"it is for the network {request.network}, {request.fingerprint}")
    if request.derived and not pin.demonstration:
        raise RequestRefused(reason="its key comes from a seed: allowed in a demonstration network only")
    event = LogKeyAdopted(key=request.key, proof=request.proof, reason=reason, derived=request.derived)
    return desk.record(OFFICE, [event])


def continue_log(
    desk: Desk, *, old_origin: str, size: int, root: str, new_origin: str | None, reason: str
) -> list[SignedEntry]:
    """The log has lost what was published; it goes on under the next epoch.

    Raises:
        RequestRefused: a name is no origin, or its epoch is not greater.
    """
    if new_origin is None and is_origin(old_origin):
        new_origin = f"{old_origin.rpartition('/')[0]}/{epoch_of(old_origin) + 1}"
    if new_origin is None or not is_origin(new_origin):
        raise RequestRefused(reason="an origin is a name without spaces that ends in its epoch, as /2")
    if is_origin(old_origin) and epoch_of(new_origin) <= epoch_of(old_origin):
        raise RequestRefused(reason=f"the epoch of {new_origin} is not greater than that of {old_origin}")
    event = LogContinued(old_origin=old_origin, size=size, root=root, new_origin=new_origin, reason=reason)
    return desk.record(OFFICE, [event])
