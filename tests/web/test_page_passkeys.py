"""Passkeys at the page, with Chromium's own authenticator: added by who has signed in, and then nobody types."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from support.signing_in import PASSWORD
from web.test_page_sign_in import Desk, axe, desk

__all__ = ["desk"]  # the server and the browser of the sign-in tests

pytestmark = [pytest.mark.web, pytest.mark.postgres, pytest.mark.asyncio(loop_scope="module")]

_PHONE: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def opened(desk: Desk, fragment: str, *, host: str = "localhost", **phone: Any) -> Page:
    """The page as a browser with an authenticator has it."""
    context = await desk.browser.new_context(viewport={"width": 390, "height": 900})
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": _PHONE | phone})
    await page.goto(f"http://{host}:{desk.server.port}/{fragment}")
    await page.wait_for_selector("main:not([data-state=loading])")
    return page


async def test_a_passkey_is_added_opens_without_typing_and_is_removed(desk: Desk) -> None:
    person = await desk.invited("auditor")
    page = await opened(desk, f"#network=testnet&setup={person.code}")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await desk.set_up(person, page)
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    await page.click("#person summary")
    await page.click("[data-action=passkeys]")
    await page.wait_for_selector("main[data-state=passkeys]")
    await expect(page.locator("#passkeys")).to_contain_text("ยังไม่มีพาสคีย์")
    assert await axe(page) == []
    await page.fill("#passkey-label", "โทรศัพท์ของฉัน")
    await page.fill("#present-password", PASSWORD)
    await page.fill("#set-code", person.recovery[0])
    await page.click("#submit")
    await expect(page.locator(".passkeys li")).to_contain_text("โทรศัพท์ของฉัน")
    assert await page.input_value("#present-password") == ""
    assert await axe(page) == []

    await page.click("#person summary")
    await page.click("[data-action=sign-out]")
    await page.wait_for_selector("main[data-state=sign-in]")
    assert await axe(page) == []
    await page.click("#passkey")
    await page.wait_for_selector("main[data-state=ready]")
    await expect(page.locator("#person summary")).to_contain_text(person.name)

    await page.click("#person summary")
    await page.click("[data-action=passkeys]")
    await expect(page.locator(".passkeys li")).to_contain_text("ใช้ล่าสุด")
    await page.click("[data-action=passkey-remove]")
    await expect(page.locator("#passkeys")).to_contain_text("ยังไม่มีพาสคีย์")
    await page.click("#kept")
    await page.wait_for_selector("main[data-state=ready]")
    assert complaints == []


async def test_who_turns_away_is_told_what_else_there_is(desk: Desk) -> None:
    """The authenticator does not know its owner: nothing is signed, and the form is still there."""
    page = await opened(desk, "#network=testnet", isUserVerified=False)
    await page.wait_for_selector("main[data-state=sign-in]")
    await page.click("#passkey")
    await expect(page.locator("#complaint")).to_contain_text("ยังไม่ได้ใช้พาสคีย์")
    assert await page.locator("#sign-name").is_enabled()


async def test_at_an_address_no_passkey_is_offered(desk: Desk) -> None:
    page = await opened(desk, "#network=testnet", host="127.0.0.1")
    await page.wait_for_selector("main[data-state=sign-in]")
    assert await page.locator("#passkey").count() == 0
