"""Run the server: open the database, listen, say so, and drain when told to stop.

* Exactly one line goes to stdout when requests are answered: `{"event":"serving","url":...}`.
* SIGTERM or SIGINT: no new connection is taken, what is under way is answered, then the process ends with 0.
"""

import asyncio
import contextlib
import gc
import signal
import sys
from functools import partial
from typing import Final

import msgspec
import structlog
from aiohttp import web

from sajja_server.app import build_app
from sajja_server.person_hash import PersonHasher
from sajja_server.settings import Settings
from sajja_server.store.pool import connection_beside, open_pool

DRAIN_SECONDS: Final = 20
KEEPALIVE_SECONDS: Final = 75
# A thread that verifies gives the interpreter lock up at every signature, and then asks for it again. At the default of
# 5 ms a busy loop would keep it waiting many times as long as a signature takes.
SWITCH_SECONDS: Final = 0.000_5
# The collector looks for cycles, of which a server makes few; but each look at everything holds every request up, for
# 50 to 100 ms where the books are of a million entries. So it looks seldom, and not at what was imported.
COLLECT_EVERY: Final = (5_000, 10, 10)  # containers made, and of how many looks one goes a generation further

logger = structlog.get_logger()


async def serve(settings: Settings, database_url: str, hasher: PersonHasher, *, role: str | None = None) -> None:
    """Serve until a signal.

    Raises:
        StoreUnfit: the database is not fit to serve from.
        OSError: the port is taken.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECT_EVERY)
    gc.freeze()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pool = await open_pool(database_url, settings.pool_size, role=role)
    try:
        runner = web.AppRunner(
            build_app(pool, partial(connection_beside, database_url, role=role), settings, hasher),
            access_log=None,
            shutdown_timeout=DRAIN_SECONDS,
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
            _announce(runner, settings)
            await stop.wait()
            logger.info("draining", seconds_max=DRAIN_SECONDS)
        finally:
            await runner.cleanup()
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), DRAIN_SECONDS)


def _announce(runner: web.AppRunner, settings: Settings) -> None:
    host, port = runner.addresses[0][:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    logger.info("serving", url=url, public_url=settings.public_url or "none: this machine alone, demonstrations open")
    sys.stdout.write(msgspec.json.encode({"event": "serving", "url": url}).decode() + "\n")
    sys.stdout.flush()
