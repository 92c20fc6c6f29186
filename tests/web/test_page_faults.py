"""What the page says when something is missing, broken or hostile: the last figures stay, and nothing is pretended."""

import pytest
from playwright.async_api import Browser, expect

from web.conftest import Visit
from web.site import FINDINGS, STATUS, TOTALS, Problem, Site, recorded

pytestmark = [pytest.mark.web, pytest.mark.asyncio(loop_scope="session")]

HOSTILE = '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script>\u202e"&amp;'
NETWORK_UNKNOWN = Problem(404, "network_unknown", "No such network.", "ไม่มีเครือข่ายนี้")


async def test_without_a_network_the_operator_is_told_the_command(visit: Visit, site: Site) -> None:
    site.answers["/v1/hello"] = recorded("hello") | {"networks": []}
    page = await visit()
    assert await page.get_attribute("main", "data-state") == "empty"
    assert "ยังไม่มีเครือข่าย" in await page.inner_text("main h1")
    assert await page.inner_text(".command") == "sajja-server admit"
    site.answers["/v1/hello"] = recorded("hello")
    await page.clock.run_for(6_000)
    await expect(page.locator("main")).to_have_attribute("data-state", "ready")


async def test_a_network_without_villages_or_devices_says_so(visit: Visit, site: Site) -> None:
    site.answers[TOTALS] = recorded("network_totals") | {"villages": [], "entries": 0, "index": -1}
    site.answers[STATUS] = recorded("village_status") | {"devices": []}
    page = await visit()
    shown = await page.inner_text("main")
    for sentence in ("ยังไม่มีรายการในสมุด", "เครือข่ายนี้ยังไม่มีธนาคารหมู่บ้าน", "ยังไม่มีเครื่องที่ขึ้นทะเบียน"):
        assert sentence in shown


async def test_when_the_server_is_gone_the_last_figures_stay_with_their_age(visit: Visit, site: Site) -> None:
    page = await visit()
    await site.stop()
    await page.clock.run_for(6_000)
    lost = page.locator("#connection.lost")
    await expect(lost).to_contain_text("ติดต่อเซิร์ฟเวอร์ไม่ได้")
    await expect(lost).to_contain_text("23 พ.ย. 2569")
    await page.clock.run_for(180_000)
    await expect(lost).to_contain_text("3 นาทีที่ผ่านมา")
    assert await page.inner_text(".totals .fund_satang .amount") == "13,118,275.50"
    assert "ติดต่อเซิร์ฟเวอร์ไม่ได้" in (await page.text_content("#announce") or "")
    await site.start()
    await page.click("#retry")
    await expect(lost).to_have_count(0)
    await expect(page.locator("#announce")).to_have_text("กลับมาติดต่อเซิร์ฟเวอร์ได้แล้ว")


async def test_it_tries_again_by_itself(visit: Visit, site: Site) -> None:
    page = await visit()
    await site.stop()
    await page.clock.run_for(6_000)
    await expect(page.locator("#connection.lost")).to_be_visible()
    await site.start()
    await page.clock.run_for(11_000)  # less than it waits for an answer: the clock in hand also runs for that
    await expect(page.locator("#connection.lost")).to_have_count(0)


async def test_a_problem_before_any_figure_is_told_in_the_readers_language(visit: Visit, site: Site) -> None:
    site.answers[TOTALS] = site.answers[STATUS] = NETWORK_UNKNOWN
    page = await visit()
    assert await page.get_attribute("main", "data-state") == "failed"
    assert "ไม่มีเครือข่ายนี้" in await page.inner_text("main")
    assert "network_unknown" in await page.inner_text("main")
    await page.click("[data-language=en]")
    assert "No such network." in await page.inner_text("main")


async def test_a_problem_later_leaves_the_figures_where_they_are(visit: Visit, site: Site) -> None:
    page = await visit()
    site.answers[TOTALS] = Problem(503, "overloaded", "The server is busy.", "เซิร์ฟเวอร์งานมาก")
    await page.clock.run_for(6_000)
    await expect(page.locator("#connection.lost")).to_contain_text("เซิร์ฟเวอร์งานมาก")
    assert await page.inner_text(".totals .fund_satang .amount") == "13,118,275.50"


@pytest.mark.parametrize("answer", ["<html>a proxy's own page</html>", '"text"', "null"])
async def test_an_answer_that_cannot_be_read_is_no_figure(visit: Visit, site: Site, answer: str) -> None:
    site.answers[TOTALS] = answer
    page = await visit()
    assert await page.get_attribute("main", "data-state") == "failed"
    assert "อ่านคำตอบไม่ได้" in await page.inner_text("main")


async def test_an_amount_that_a_browser_cannot_hold_is_not_shown_wrong(visit: Visit, site: Site) -> None:
    totals = recorded("network_totals")
    totals["totals"]["fund_satang"] = 2**53 + 1
    site.answers[TOTALS] = totals
    page = await visit()
    assert await page.inner_text(".totals .fund_satang .amount") == "–"


async def test_a_hostile_name_is_only_text(visit: Visit, site: Site) -> None:
    totals = recorded("network_totals")
    totals["name"] = totals["villages"][0]["name"] = HOSTILE
    totals["quarantined"] = {HOSTILE: 1}
    status = recorded("village_status")
    status["devices"][0]["label"] = HOSTILE
    site.answers |= {TOTALS: totals, STATUS: status}
    page = await visit(width=320)
    assert await page.text_content("main h1") == HOSTILE
    assert await page.locator("main img, main script").count() == 0
    assert await page.evaluate("window.stolen") is None
    assert not await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


async def test_the_policy_stops_what_is_not_the_pages_own(browser: Browser, site: Site) -> None:
    page = await browser.new_page()
    await page.goto(site.address)
    blocked = await page.evaluate(
        """() => new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.stolen = 1";
          document.body.append(script);
          setTimeout(() => resolve("nothing"), 0);
        })"""
    )
    assert blocked == "script-src-elem"
    assert await page.evaluate("window.stolen") is None
    await page.context.close()


async def test_figures_that_did_not_change_are_not_sent_again(visit: Visit, site: Site) -> None:
    page = await visit()
    site.answered.clear()
    async with page.expect_response(lambda response: response.url.endswith("village_status")):
        await page.clock.run_for(6_000)
    await expect(page.locator("#connection")).to_contain_text("13:05:1")
    assert sorted(site.answered) == [(FINDINGS, 304), (TOTALS, 304), (STATUS, 304)]


async def test_new_figures_keep_what_the_reader_opened_and_where_they_were(visit: Visit, site: Site) -> None:
    page = await visit()
    await page.click("#source-bank-fund_satang summary")
    await page.focus("#everything")
    totals = recorded("network_totals")
    totals["totals"]["fund_satang"] += 1
    site.answers[TOTALS] = totals
    await page.clock.run_for(6_000)
    await expect(page.locator(".totals .fund_satang .amount")).to_have_text("13,118,275.51")
    assert await page.get_attribute("#source-bank-fund_satang", "open") is not None
    assert await page.evaluate("document.activeElement.id") == "everything"


async def test_two_networks_can_be_chosen_and_linked_to(visit: Visit, site: Site) -> None:
    site.answers["/v1/hello"] = recorded("hello") | {"networks": ["pakphun", "second"]}
    site.answers[TOTALS.replace("pakphun", "second")] = recorded("network_totals") | {"name": "เครือข่ายที่สอง"}
    site.answers[STATUS.replace("pakphun", "second")] = recorded("village_status")
    page = await visit("#network=second")
    assert await page.inner_text("main h1") == "เครือข่ายที่สอง"
    await page.select_option("#network", "pakphun")
    await expect(page.locator("main h1")).to_have_text("เครือข่ายตัวอย่างปากพูน")
    assert "network=pakphun" in page.url


async def test_without_storage_the_page_still_works(visit: Visit, site: Site) -> None:
    page = await visit()
    await page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })")
    await page.reload()
    await page.wait_for_selector("main[data-state=ready]")
    await page.click("[data-language=en]")
    assert await page.get_attribute("html", "lang") == "en"
