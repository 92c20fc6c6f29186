"""Signing in at the page, in a real browser at a real server: set up once, see what one's role may see, leave."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from sajja_schemas.events.savings import ShareDeposited
from sajja_server.api.limiter import LIMITER
from sajja_server.rates import Buckets, Rate
from sajja_server.store.pool import Pool
from support.database import fresh_database
from support.serving import admit, serve_world, serving, speaking
from support.signing_in import PASSWORD, Person, invite
from support.world import World
from web.chromium import launch_chromium

pytestmark = [pytest.mark.web, pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

AXE = find_spec("axe_playwright_python")


@dataclass
class Desk:
    """A browser before a server, and who sits there."""

    browser: Browser
    server: TestServer
    pool: Pool

    @property
    def address(self) -> str:
        return str(self.server.make_url("/"))

    async def open(self, fragment: str = "", *, width: int = 1280) -> Page:
        context = await self.browser.new_context(viewport={"width": width, "height": 900})
        page = await context.new_page()
        await page.goto(self.address + fragment)
        await page.wait_for_selector("main:not([data-state=loading])")
        return page

    async def invited(self, role: str, village: str | None = None) -> Person:
        return await invite(self.pool, "testnet", f"สมศรี-{secrets.token_hex(2)}", role, village)

    async def set_up(self, person: Person, page: Page) -> None:
        await page.wait_for_selector("#set-password")
        person.secret = (await page.locator(".secret").inner_text()).replace(" ", "")
        await page.fill("#set-password", PASSWORD)
        await page.fill("#set-code", person.digits())
        await page.click("#submit")
        await page.wait_for_selector("#recovery")
        person.recovery = await page.locator(".codes code").all_inner_texts()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(postgres_server: str) -> AsyncIterator[Desk]:
    """One server and one browser for the module; each test has people of its own."""
    world = World.founded(("pp01", "pp02"))
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(fresh_database(postgres_server))
        await admit(database.server_url, world)
        pool = await serve_world(database.server_url)
        stack.push_async_callback(pool.close)
        server = await stack.enter_async_context(serving(pool))
        server.app[LIMITER].sign_in_address = Buckets(Rate(burst=1_000, seconds_each=1))
        speaker = await stack.enter_async_context(speaking(str(server.make_url("/")), world))
        office = world.office.tablets[0]
        reply = await speaker.push(office, office.log)
        for village in ("pp01", "pp02"):
            tablet = world.village(village).tablets[0]
            world.admit(tablet, [f"{village}-m{at:03d}" for at in range(6)])
            world.record(tablet, ShareDeposited(member=f"{village}-m001", amount_satang=123_456, box=f"{village}-o4"))
            reply = await speaker.push(tablet, tablet.log)
        await speaker.totals(at_index=reply.size)
        browser = await launch_chromium(await stack.enter_async_context(async_playwright()))
        yield Desk(browser, server, pool)
        await browser.close()


async def axe(page: Page) -> list[Any]:
    assert AXE is not None
    assert AXE.origin is not None
    await page.evaluate((Path(AXE.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = await page.evaluate("axe.run().then((result) => result.violations)")
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]


async def test_a_person_sets_the_account_up_sees_the_figures_leaves_and_comes_back(desk: Desk) -> None:
    person = await desk.invited("network_committee")
    page = await desk.open(f"#network=testnet&setup={person.code}")
    await expect(page.locator(".who")).to_have_text(person.name)
    assert await page.locator("svg.qr path").count() == 1
    assert await axe(page) == []
    await desk.set_up(person, page)
    assert len(person.recovery) == 10
    assert await axe(page) == []
    assert "setup" not in page.url
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    await expect(page.locator(".totals .savings_satang .amount")).to_have_attribute("value", "246912")
    await expect(page.locator("body")).to_contain_text("2,469.12")  # what two tablets pushed, to the satang
    await page.reload()
    await page.wait_for_selector("main[data-state=ready]")
    await page.click("#person summary")
    await expect(page.locator("#person")).to_contain_text("กรรมการเครือข่าย")
    assert await axe(page) == []
    await page.click("[data-action=sign-out]")
    await page.wait_for_selector("main[data-state=sign-in]")
    assert "246912" not in await page.content()
    await page.fill("#sign-name", person.name)
    await page.fill("#sign-password", PASSWORD)
    await page.fill("#sign-code", person.recovery[0])
    await page.keyboard.press("Enter")
    await page.wait_for_selector("main[data-state=ready]")


@pytest.mark.parametrize(("width", "language"), [(320, "th"), (1280, "en")])
async def test_the_form_says_what_is_wrong_and_what_to_do(
    desk: Desk, width: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await desk.open(f"#lang={language}", width=width)
    await page.wait_for_selector("main[data-state=sign-in]")
    assert await page.evaluate("document.activeElement.id") == "sign-name"
    assert await axe(page) == []
    await page.fill("#sign-name", "สมศรี")
    await page.fill("#sign-password", "not the password")
    await page.fill("#sign-code", "๑๒๓ ๔๕๖")
    await page.click("#submit")
    complaint = page.locator("#complaint")
    await expect(complaint).to_contain_text({"th": "กรุณาตรวจทั้งสามอย่าง", "en": "are not right"}[language])
    assert await page.input_value("#sign-name") == "สมศรี"
    assert await page.input_value("#sign-code") == ""
    assert await page.evaluate("document.activeElement.id") == "sign-code"
    assert await axe(page) == []
    monkeypatch.setattr(desk.server.app[LIMITER], "sign_in_account", Buckets(Rate(burst=0, seconds_each=120)))
    await page.fill("#sign-code", "1")
    await page.click("#submit")
    await expect(complaint).to_contain_text({"th": "รอ 2 นาที", "en": "wait 2 minutes"}[language])
    small: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("button, input, summary")].filter((one) => one.checkVisibility())
          .filter((one) => one.type !== "checkbox" && one.getBoundingClientRect().height < 44).map((one) => one.id)"""
    )
    assert small == []
    scrolls: bool = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not scrolls


async def test_what_was_typed_outlives_a_change_of_language(desk: Desk) -> None:
    page = await desk.open()
    await page.wait_for_selector("#sign-in")
    await page.fill("#sign-name", "สมศรี")
    await page.fill("#sign-password", "half a")
    await page.click("[data-language=en]")
    await expect(page.locator("h1")).to_have_text("Sign in")
    assert await page.input_value("#sign-name") == "สมศรี"
    assert await page.input_value("#sign-password") == "half a"
    await page.check("[data-reveals=sign-password]")
    assert await page.get_attribute("#sign-password", "type") == "text"


async def test_a_used_code_says_whom_to_ask(desk: Desk) -> None:
    page = await desk.open("#network=testnet&setup=AAAA-AAAA-AAAA-AAAA")
    await expect(page.locator("#complaint")).to_contain_text("ขอรหัสใหม่จากผู้ดูแลเซิร์ฟเวอร์")


@pytest.mark.parametrize(
    ("role", "village", "shown", "hidden"),
    [
        ("village_committee", "pp01", [".totals", ".villages", ".devices"], [".funds", ".growth", ".sums"]),
        (
            "donor",
            None,
            [".totals", ".funds"],
            [".villages", ".devices", ".findings", ".savings_satang.tile ~ .loans_satang"],
        ),
        ("operator", None, [".devices"], [".totals", ".villages", ".funds"]),
        ("auditor", None, [".totals", ".villages", ".funds", ".devices"], []),
    ],
)
async def test_each_role_is_shown_what_it_may_see(
    desk: Desk, role: str, village: str | None, shown: list[str], hidden: list[str]
) -> None:
    person = await desk.invited(role, village)
    page = await desk.open(f"#network=testnet&setup={person.code}")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await desk.set_up(person, page)
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    for part in shown:
        assert await page.locator(part).count() >= 1, part
    for part in hidden:
        assert await page.locator(part).count() == 0, part
    assert await axe(page) == []
    assert complaints == []


async def test_a_session_that_ended_takes_the_figures_from_the_screen(desk: Desk) -> None:
    person = await desk.invited("auditor")
    page = await desk.open(f"#network=testnet&setup={person.code}")
    await desk.set_up(person, page)
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    async with desk.pool.acquire() as connection:
        await connection.execute("DELETE FROM sajja.account_session")
    await page.wait_for_selector("main[data-state=sign-in]", timeout=20_000)
    await expect(page.locator("main")).to_contain_text("ครบเวลาใช้งานแล้ว")
    assert "246912" not in await page.content()


async def test_the_cookie_is_kept_on_loopback_and_no_script_reads_it(desk: Desk) -> None:
    person = await desk.invited("auditor")
    page = await desk.open(f"#network=testnet&setup={person.code}")
    await desk.set_up(person, page)
    cookies = {cookie["name"]: cookie for cookie in await page.context.cookies()}
    assert cookies["__Host-sajja"]["httpOnly"]
    assert cookies["__Host-sajja"]["sameSite"] == "Strict"
    assert await page.evaluate("document.cookie") == ""
    stored = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert PASSWORD not in stored
    assert cookies["__Host-sajja"]["value"] not in stored


async def test_a_person_changes_the_own_password_at_the_page(desk: Desk) -> None:
    person = await desk.invited("auditor")
    page = await desk.open(f"#network=testnet&setup={person.code}", width=360)
    await desk.set_up(person, page)
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    await page.click("#person summary")
    await page.click("[data-action=change-password]")
    await page.wait_for_selector("main[data-state=change-password]")
    assert await page.evaluate("document.activeElement.id") == "present-password"
    assert await axe(page) == []
    new = "ทะเลน้อย-ควายน้ำ-แปดตัว"
    await page.fill("#present-password", "not the password")
    await page.fill("#set-password", new)
    await page.fill("#set-code", person.recovery[0])
    await page.click("#submit")
    await expect(page.locator("#complaint")).to_contain_text("ยังไม่ได้เปลี่ยน")
    await page.fill("#present-password", PASSWORD)
    await page.fill("#set-code", person.recovery[0])
    await page.click("#submit")
    await page.wait_for_selector("#changed")
    assert await axe(page) == []
    scrolls: bool = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not scrolls
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    await page.click("#person summary")
    await page.click("[data-action=sign-out]")
    await page.wait_for_selector("main[data-state=sign-in]")
    await page.fill("#sign-name", person.name)
    await page.fill("#sign-password", new)
    await page.fill("#sign-code", person.recovery[1])
    await page.click("#submit")
    await page.wait_for_selector("main[data-state=ready]")
