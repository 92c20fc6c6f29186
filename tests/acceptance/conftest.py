"""One server with one database for each module of life events, and a network of its own for each story."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from support.database import fresh_database
from support.life import Life, Served
from support.serving import serve_world, serving

STORIES_MAX = 12  # in one module
Found = Callable[[str], Life]


async def _serve(postgres_server: str, ready: Future[Served], is_over: Future[None]) -> None:
    async with fresh_database(postgres_server) as database:
        pool = await serve_world(database.server_url, networks=STORIES_MAX)
        try:
            async with serving(pool) as server:
                ready.set_result(Served(str(server.make_url("/")).rstrip("/"), database.server_url))
                await asyncio.wrap_future(is_over)
        finally:
            await pool.close()


@pytest.fixture(scope="module")
def served(postgres_server: str) -> Iterator[Served]:
    """The application over a database of its own; it answers while people wait, so it has a thread of its own."""
    ready, is_over = Future[Served](), Future[None]()
    thread = Thread(target=lambda: asyncio.run(_serve(postgres_server, ready, is_over)))
    thread.start()
    try:
        yield ready.result(timeout=60)
    finally:
        is_over.set_result(None)
        thread.join(timeout=60)


@pytest.fixture(scope="module")
def found(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Found]:
    """Founds another network on that server: two villages with two tablets each, and an office with two devices."""
    with ExitStack() as stack:

        def founded(network: str) -> Life:
            path: Path = tmp_path_factory.mktemp(network)
            life = Life.founded(path, served, network)
            stack.callback(life.close)
            return life

        yield founded
