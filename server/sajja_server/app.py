"""The application: routes, and what lives as long as the process does."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from sajja_schemas import limits
from sajja_server.api import devices, entries, personal, public, public_log
from sajja_server.api.context import CONTACTS, HASHER, NETWORKS, PAGE, POOL, SESSIONS
from sajja_server.api.edge import edge
from sajja_server.networks import Networks
from sajja_server.page import read_page
from sajja_server.person_hash import PersonHasher
from sajja_server.publish import Press
from sajja_server.settings import Settings
from sajja_server.store.pool import Hold, Pool

_NETWORK: Final = "/v1/networks/{network}"

logger = structlog.get_logger()

ROUTES: Final = (
    web.get("/", public.page),
    web.get("/page/{file}", public.page),
    web.get("/healthz", public.healthz),
    web.get("/readyz", public.readyz),
    web.get("/v1/hello", public.hello),
    web.get(_NETWORK + "/devices/{device}/head", devices.head),
    web.post(_NETWORK + "/devices/{device}/challenge", devices.challenge),
    web.post(_NETWORK + "/devices/{device}/session", devices.session),
    web.post(_NETWORK + "/entries", entries.push),
    web.get(_NETWORK + "/feeds", entries.feeds),
    web.get(_NETWORK + "/feeds/{village}", entries.feed),
    web.post(_NETWORK + "/personal", personal.give),
    web.get(_NETWORK + "/personal", personal.ask),
    web.get(_NETWORK + "/personal/duplicates", personal.duplicate_persons),
    web.get(_NETWORK + "/projections/{name}", public.projection),
    web.get(_NETWORK + "/log/checkpoint", public_log.checkpoint),
    web.get(_NETWORK + "/log/consistency", public_log.consistency),
    web.get(_NETWORK + "/log/entries", public_log.log_entries),
    web.get(_NETWORK + "/log/{path:tile/.+}", public_log.tile),
    web.get(_NETWORK + "/log/{epoch}/checkpoint", public_log.checkpoint),
    web.get(_NETWORK + "/log/{epoch}/{path:tile/.+}", public_log.tile),
    web.get(_NETWORK + "/receipts/{hash}", public_log.receipt),
)


def build_app(pool: Pool, hold: Hold, settings: Settings, hasher: PersonHasher) -> web.Application:
    """The application over an open pool, which the caller closes; `hold` gives connections to hold on to."""
    app = web.Application(middlewares=[edge], client_max_size=limits.PUSH_BYTES_MAX)
    app.add_routes(ROUTES)
    app[POOL] = pool
    app[PAGE] = read_page()
    app[HASHER] = hasher
    app[SESSIONS] = {}
    app[CONTACTS] = {}
    executor = ThreadPoolExecutor(settings.verify_threads or os.cpu_count() or 1, thread_name_prefix="verify")
    app[NETWORKS] = Networks(pool, hold, executor, projects=settings.projector == "on", press=_press(settings))

    async def live(app: web.Application) -> AsyncIterator[None]:
        started = asyncio.Event()
        task = asyncio.create_task(app[NETWORKS].run(started), name="networks")
        ready = asyncio.create_task(started.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()  # it ended before it began: say why, and do not serve
        # Should it ever end, nothing would be merged any more: better no server than one that only looks alive.
        task.add_done_callback(_stop_the_process)
        yield
        task.remove_done_callback(_stop_the_process)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        executor.shutdown(wait=True, cancel_futures=True)

    app.cleanup_ctx.append(live)
    return app


def _press(settings: Settings) -> Press:
    signer, tiles = (Path(folder) if folder else None for folder in (settings.signer, settings.tiles))
    return Press(signer=signer, tiles=tiles)


def _stop_the_process(task: asyncio.Task[None]) -> None:
    logger.critical("networks_ended", error=repr(task.exception()) if not task.cancelled() else "cancelled")
    os.kill(os.getpid(), signal.SIGTERM)
