"""Named points at which a server process dies, when a story asks it to.

* The product knows nothing of this. A point lies just before or behind a call that it makes anyway; here those calls
  are wrapped when the process begins.
* `arm` puts a file of a point's name into a folder. Whichever process passes the point first takes the file away, and
  SIGKILLs itself there: no goodbye, nothing flushed. It is alone in that, for a file can be taken away only once.
* What happens inside the database has no call to wrap: `between_rows_and_commit` is held there by a trigger.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any, Final, ParamSpec, TypeVar

import asyncpg

from sajja_schemas.checkpoint import sign_checkpoint
from sajja_server import networks, signer
from sajja_server.projections import findings, memory
from sajja_server.publish import Publisher
from sajja_server.store import log as store

P = ParamSpec("P")
T = TypeVar("T")

FOLDER: Final = "SIMULATED_POINTS"
_REPLY_SECONDS: Final = 0.05  # in which a reply leaves
_LOCK: Final = 5_202_012  # of the database that is simulated, and of nothing else in it
_WAIT_SECONDS: Final = 5.0

# In the order in which a push comes to them.
POINTS: Final = (
    "before_the_head",  # entries are verified, and nothing is stored
    "after_the_commit",  # they are stored, and nobody has been told
    "after_the_reply",
    "before_the_books",  # a batch is folded in memory
    "before_the_books_commit",  # and its tables are written
    "after_the_books_commit",
    "before_the_findings",
    "tiles_written",  # and read back; nothing is signed
    "signer_remembers",  # what it is about to sign
    "signed",  # and no row says so
    "row_added",  # the checkpoint is public; the file is the old one
    "checkpoint_shown",
)
_OF_THE_PUBLISHER: Final = frozenset({"tiles_written", "signed", "row_added", "checkpoint_shown"})
# After the rows of an ingest are written and before they are committed, either may die: the database's session, and
# then nothing was stored; or the server, and then all of it was, and nobody knows.
ROWS: Final = ("rows_written_session_dies", "rows_written_server_dies")


def arm(folder: Path, point: str) -> None:
    """Let the next process that passes a point die there."""
    (folder / point).touch()


def armed(folder: Path) -> list[str]:
    """The points that nobody has come to."""
    return sorted(path.name for path in folder.iterdir())


def disarm(folder: Path) -> None:
    """Let everybody pass."""
    for path in folder.iterdir():
        path.unlink(missing_ok=True)


def passes(point: str) -> None:
    """Die here, if somebody asked for it."""
    if _is_taken(point):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_taken(point: str) -> bool:
    try:
        (Path(os.environ[FOLDER]) / point).unlink()
    except FileNotFoundError:
        return False
    return True


def wrap_all() -> None:
    """Put every point into this process."""
    store_ingest = store.ingest

    @wraps(store_ingest)
    async def ingest(*given: Any, **named: Any) -> Any:
        passes("before_the_head")
        judged = await store_ingest(*given, **named)
        passes("after_the_commit")
        if _is_taken("after_the_reply"):
            asyncio.get_running_loop().call_later(_REPLY_SECONDS, os.kill, os.getpid(), signal.SIGKILL)
        return judged

    def publisher(*given: Any) -> Publisher:
        return Publisher(*given, reached=lambda point: passes(point) if point in _OF_THE_PUBLISHER else None)

    _replace(store, "ingest", ingest)
    _replace(memory, "save", _between("before_the_books", memory.save, "before_the_books_commit"))
    _replace(memory, "settle", _before("after_the_books_commit", memory.settle))
    _replace(findings, "save_standing", _between("before_the_findings", findings.save_standing, None))
    _replace(signer, "sign_checkpoint", _before("signer_remembers", sign_checkpoint))
    _replace(networks, "Publisher", publisher)


def _between(before: str, call: Callable[P, Awaitable[T]], after: str | None) -> Callable[P, Coroutine[Any, Any, T]]:
    @wraps(call)
    async def called(*given: P.args, **named: P.kwargs) -> T:
        passes(before)
        answer = await call(*given, **named)
        if after is not None:
            passes(after)
        return answer

    return called


def _before(point: str, call: Callable[P, T]) -> Callable[P, T]:
    @wraps(call)
    def called(*given: P.args, **named: P.kwargs) -> T:
        passes(point)
        return call(*given, **named)

    return called


def _replace(module: ModuleType, name: str, by: Callable[..., Any]) -> None:
    setattr(module, name, by)


async def prepare(owner_url: str) -> None:
    """Let every ingest of a database pass a lock when its rows are written: free, unless a story holds it."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(
            f"""
            CREATE FUNCTION simulated_point() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock_shared({_LOCK}); RETURN NULL; END $$;
            CREATE TRIGGER simulated_point AFTER INSERT ON sajja.entry
                FOR EACH STATEMENT EXECUTE FUNCTION simulated_point();
            """
        )
    finally:
        await connection.close()


@asynccontextmanager
async def between_rows_and_commit(owner_url: str) -> AsyncIterator[tuple[asyncpg.Connection, int] | None]:
    """Hold the next ingest there while the body runs: gives a connection and its session; None where none comes."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        loop = asyncio.get_running_loop()
        give_up = loop.time() + _WAIT_SECONDS
        session = None
        while session is None and loop.time() < give_up:
            session = await connection.fetchval(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                _LOCK,
            )
            await asyncio.sleep(0.01)
        yield (connection, session) if session is not None else None
    finally:
        await connection.close()  # and the lock with it
