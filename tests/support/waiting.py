"""Waiting for what must come: asked again and again until it is so, for as long as a busy machine may need.

Whoever counts tries measures the machine. These wait for the event, and who gives up says what was last seen.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

PATIENCE_SECONDS: Final = 180.0  # of a machine that others use as well; on a quiet one nothing waits so long
_PAUSE_SECONDS: Final = 0.02
T = TypeVar("T")


class NeverCame(AssertionError):
    """What was waited for did not come."""


async def until(ask: Callable[[], Awaitable[T]], is_so: Callable[[T], object] = bool) -> T:
    """What `ask` gives once `is_so` says that it is what was waited for."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so(seen := await ask()):
        if time.monotonic() > give_up:
            raise NeverCame(f"after {PATIENCE_SECONDS:.0f} seconds it is still {seen!r}")
        await asyncio.sleep(_PAUSE_SECONDS)
    return seen


async def until_seen(look: Callable[[], T], is_so: Callable[[T], object] = bool) -> T:
    """The same of what can be looked at without waiting for an answer, while tasks go on."""

    async def ask() -> T:
        return look()

    return await until(ask, is_so)


def wait_until(look: Callable[[], T], is_so: Callable[[T], object] = bool) -> T:
    """The same where nothing else goes on in this process."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so(seen := look()):
        if time.monotonic() > give_up:
            raise NeverCame(f"after {PATIENCE_SECONDS:.0f} seconds it is still {seen!r}")
        time.sleep(_PAUSE_SECONDS)
    return seen
