"""The application: routes, and what lives as long as the process does."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from aiohttp import web

from sajja_schemas import limits
from sajja_server.api.context import (
    CHALLENGER,
    CONTACTS,
    DEMONSTRATIONS,
    FACTORS,
    HASHER,
    NETWORKS,
    OPENAPI,
    PAGE,
    PASSKEY_CHALLENGES,
    PASSWORDS,
    POOL,
    QUOTA,
    SESSIONS,
    SETTINGS,
)
from sajja_server.api.edge import edge
from sajja_server.api.limiter import LIMITER, Limiter
from sajja_server.api.openapi import encoded
from sajja_server.api.routes import served
from sajja_server.challenges import Challenger
from sajja_server.networks import Networks
from sajja_server.page import read_page
from sajja_server.passkeys import Challenges
from sajja_server.people import Factors, Passwords
from sajja_server.person_hash import PersonHasher
from sajja_server.publish import Press
from sajja_server.quota import Quota
from sajja_server.settings import Settings
from sajja_server.store.pool import Hold, Pool

logger = structlog.get_logger()


def build_app(pool: Pool, hold: Hold, settings: Settings, hasher: PersonHasher) -> web.Application:
    """The application over an open pool, which the caller closes; `hold` gives connections to hold on to."""
    app = web.Application(middlewares=[edge], client_max_size=limits.PUSH_BYTES_MAX)
    app.add_routes(served())
    app[POOL] = pool
    app[SETTINGS] = settings
    app[QUOTA] = Quota(limits.DEVICE_ENTRIES_PER_DAY)
    app[PAGE] = read_page()
    app[OPENAPI] = encoded()
    app[HASHER] = hasher
    app[CHALLENGER] = Challenger(hasher.derive(b"device challenge"))
    app[FACTORS] = Factors(hasher.derive(b"second factor"))
    app[PASSKEY_CHALLENGES] = Challenges(hasher.derive(b"passkey challenges"))
    app[PASSWORDS] = Passwords()
    app[LIMITER] = Limiter()
    app[DEMONSTRATIONS] = {}
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
        app[PASSWORDS].close()

    app.cleanup_ctx.append(live)
    return app


def _press(settings: Settings) -> Press:
    signer, tiles = (Path(folder) if folder else None for folder in (settings.signer, settings.tiles))
    return Press(signer=signer, tiles=tiles)


def _stop_the_process(task: asyncio.Task[None]) -> None:
    logger.critical("networks_ended", error=repr(task.exception()) if not task.cancelled() else "cancelled")
    os.kill(os.getpid(), signal.SIGTERM)
