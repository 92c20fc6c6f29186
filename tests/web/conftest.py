"""A browser for the tests of the page, and a visit that fails if the page complains or calls another origin."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from web.chromium import MISSING, launch_chromium
from web.site import Site

Visit = Callable[..., Awaitable[Page]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so in red when the tests of the page were left out: a row of letters is easily overlooked."""
    if any(MISSING in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(MISSING, red=True, bold=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await launch_chromium(playwright)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser_with_large_text() -> AsyncIterator[Browser]:
    """Of a reader who set text to 200 %."""
    async with async_playwright() as playwright:
        chromium = await launch_chromium(playwright, "--blink-settings=defaultFontSize=32")
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.start()
    yield site
    await site.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, site: Site) -> AsyncIterator[Visit]:
    """Open the page at the recorded moment; `await visit(path="#lang=en", width=320)`.

    Afterwards no visit may have logged an error or asked another origin. A request that fails because the test took the
    server away is the browser's own line, and no complaint of the page.
    """
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_page(path: str = "", *, width: int = 1280, chromium: Browser = browser, **more: Any) -> Page:
            context = await chromium.new_context(viewport={"width": width, "height": 900}, **more)
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.on("console", lambda message: complaints.extend(_complaint(message)))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda request: complaints.extend(_foreign(request, site.address)))
            await page.clock.install(time=site.moment)
            await page.goto(site.address + path)
            await page.wait_for_selector("main:not([data-state=loading])")
            return page

        yield open_page
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    if message.type not in {"error", "warning"} or message.text.startswith("Failed to load resource:"):
        return []
    return [f"{message.type}: {message.text}"]


def _foreign(request: Request, address: str) -> list[str]:
    return [] if request.url.startswith(address) else [f"asked {request.url}"]
