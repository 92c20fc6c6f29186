"""How a device learns cheaply that there is something new, and that its cursor is of another history."""

from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sajja_schemas.entry import to_base64url
from sajja_schemas.events.savings import ShareDeposited
from sajja_schemas.events.trust import DeviceRevoked
from sajja_server.store.pool import Pool
from support.database import Database
from support.public_site import Site, publishing_site
from support.world import World

pytestmark = [pytest.mark.postgres]

FOUNDED = World.founded(("pp01", "pp02"))


@pytest.fixture
async def site(database: Database, pool: Pool, tmp_path: Path) -> AsyncIterator[Site]:
    async with publishing_site(database, pool, deepcopy(FOUNDED), tmp_path) as opened:
        yield opened


async def feeds(site: Site) -> Any:
    tablet = site.world.village("pp01").tablets[0]
    status, told = await site.speaker.get_json("/v1/networks/testnet/feeds", headers=await site.speaker.session(tablet))
    assert status == 200
    return told


async def page(site: Site, village: str, **params: int | str) -> tuple[int, Any, str | None]:
    tablet = site.world.village("pp01").tablets[0]
    async with site.speaker.http.get(
        f"{site.speaker.network}/feeds/{village}", params=params, headers=await site.speaker.session(tablet)
    ) as response:
        if response.status == 200:
            return 200, len((await response.read()).splitlines()), response.headers.get("Sajja-Epoch")
        return response.status, await response.json(content_type=None), None


async def test_a_poll_tells_how_long_the_own_feeds_are_and_nothing_of_others(site: Site) -> None:
    world = site.world
    count = {village: sum(one.village == village for one in world.entries) for village in ("office", "pp01")}
    assert await feeds(site) == {"feeds": count, "epoch": 1}
    tablet = world.village("pp01").tablets[1]
    await site.speaker.push(tablet, [world.record(tablet, ShareDeposited(member="m", amount_satang=1, box="b"))])
    assert await feeds(site) == {"feeds": count | {"pp01": count["pp01"] + 1}, "epoch": 1}


async def test_a_tablet_that_was_revoked_is_told_nothing_more(site: Site) -> None:
    world = site.world
    tablet = world.village("pp01").tablets[0]
    await feeds(site)
    known = len(world.entries)
    revoked = DeviceRevoked(device=tablet.name, reason="lost")
    world.approve_by_office([world.record(world.office.tablets[0], revoked, village="pp01")])
    reply = await site.speaker.push(world.office.tablets[0], world.entries[known:])
    await site.speaker.totals(at_index=reply.size)
    status, problem = await site.speaker.get_json(
        "/v1/networks/testnet/feeds", headers=await site.speaker.session(tablet)
    )
    assert (status, problem["code"]) == (403, "device_revoked")


async def test_a_poll_without_a_session_is_refused(site: Site) -> None:
    status, problem = await site.speaker.get_json("/v1/networks/testnet/feeds")
    assert (status, problem["code"]) == (401, "session_missing")


async def test_a_cursor_of_an_earlier_epoch_has_diverged_and_is_told_the_epoch(site: Site) -> None:
    """The office has continued the log: what was pulled before may have other indexes."""
    world = site.world
    first = next(one for one in world.entries if one.village == "pp01")
    cursor: dict[str, int | str] = {"after": 1, "hash": to_base64url(first.hash)}
    status, lines, epoch = await page(site, "pp01", epoch=1, **cursor)
    assert (status, epoch) == (200, "1")
    assert lines > 0
    checkpoint = await site.published(len(world.entries))
    known = len(world.entries)
    world.continue_log(checkpoint.size, checkpoint.root, old_origin=world.origin, new_origin="sajja.test/testnet/2")
    reply = await site.speaker.push(world.office.tablets[0], world.entries[known:])
    await site.speaker.totals(at_index=reply.size)
    status, problem, _epoch = await page(site, "pp01", epoch=1, **cursor)
    assert (status, problem["code"], problem["detail"]) == (409, "feed_diverged", {"epoch": 2})
    assert (await page(site, "pp01", epoch=2, **cursor))[::2] == (200, "2")
    assert (await page(site, "pp01", after=0, epoch=1))[::2] == (200, "2"), "from the beginning there is no history yet"
    assert (await page(site, "pp01", epoch=3, **cursor))[0] == 200, "books that are being rebuilt come to it in time"
    wrong = cursor | {"hash": to_base64url(bytes(32))}
    status, problem, _epoch = await page(site, "pp01", epoch=2, **wrong)
    assert (status, problem["detail"]) == (409, {"epoch": 2})


@pytest.mark.parametrize("epoch", ["x", "-1", "1.5", "9" * 30])
async def test_an_epoch_that_is_none_is_a_problem(site: Site, epoch: str) -> None:
    assert (await page(site, "pp01", epoch=epoch))[0] == 400
