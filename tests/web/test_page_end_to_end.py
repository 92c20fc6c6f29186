"""The page against the real server: a deposit that a tablet pushes is on the screen, to the satang."""

import pytest
from playwright.async_api import async_playwright, expect

from sajja_schemas.events.savings import ShareDeposited
from sajja_server.store.pool import Pool
from support.database import Database
from support.serving import admit, serving, speaking
from support.world import World
from web.chromium import launch_chromium

pytestmark = [pytest.mark.web, pytest.mark.postgres]


async def test_a_deposit_that_was_pushed_is_on_the_page(database: Database, pool: Pool) -> None:
    world = World.founded(("pp01",))
    await admit(database.server_url, world)
    async with serving(pool) as server, speaking(str(server.make_url("/")), world) as speaker:
        office, tablet = world.office.tablets[0], world.village("pp01").tablets[0]
        await speaker.push(office, office.log)
        world.admit(tablet, ["pp01-m001"])
        world.record(tablet, ShareDeposited(member="pp01-m001", amount_satang=123_456, box="pp01-o4"))
        reply = await speaker.push(tablet, tablet.log)
        await speaker.totals(at_index=reply.size)
        async with async_playwright() as playwright:
            browser = await launch_chromium(playwright)
            page = await browser.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            await page.goto(str(server.make_url("/")))
            await page.wait_for_selector("main[data-state=ready]")
            await expect(page.locator(".totals .savings_satang .amount")).to_have_attribute("value", "123456")
            await expect(page.locator("body")).to_contain_text("1,234.56")
            assert complaints == []
            await browser.close()
