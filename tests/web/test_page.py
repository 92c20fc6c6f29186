"""What the page says when all is well: every figure, in both languages, on any screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from sajja_schemas.accounts import CHART
from sajja_schemas.figures import BANK_FIGURES, FLOW_FIGURES, FUND_FIGURES, Figure
from web.conftest import Visit
from web.site import STATUS, TOTALS, Site, recorded

pytestmark = [pytest.mark.web, pytest.mark.asyncio(loop_scope="session")]

COUNTS = ("members", "women")
EVERY_FIGURE = (*COUNTS, *BANK_FIGURES, "par30_satang")
MAIN_FIGURES = (*COUNTS, "savings_satang", "fund_satang", "loans_satang")


def as_shown(key: str, amount: int) -> str:
    if not key.endswith("_satang"):
        return f"{amount:,}"
    return f"{'−' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02}"


async def texts(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in await page.locator(selector).all_inner_texts()]


async def scrolls_sideways(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


async def test_the_networks_totals_are_shown_to_the_satang(visit: Visit) -> None:
    page = await visit()
    assert await texts(page, ".totals .figure .amount") == ["11,036,450.00", "13,118,275.50", "1,496", "11,039,500.00"]
    assert "ผู้หญิง 925 คน (61.8 %)" in await page.inner_text(".totals")
    totals = recorded("network_totals")["totals"]
    late, share = totals["par30_satang"], 100 * totals["par30_satang"] / totals["loans_satang"]
    assert f"ค้างเกิน 30 วัน (PAR30) {as_shown('_satang', late)} บาท ({share:.1f} %)" in await page.inner_text(".totals")


async def test_both_funds_and_the_pool_show_every_figure(visit: Visit) -> None:
    page = await visit()
    funds = recorded("network_totals")["funds"]
    shown = {fund: set(await texts(page, f"[data-fund={fund}] .amount")) for fund in funds}
    assert shown == {fund: {as_shown(key, amount) for key, amount in funds[fund].items()} for fund in funds}


@pytest.mark.parametrize(("width", "row"), [(1280, "tr"), (400, ".cards li")])
async def test_every_village_has_a_row_with_its_figures(visit: Visit, width: int, row: str) -> None:
    page = await visit(width=width)
    for village in recorded("network_totals")["villages"]:
        place = f"{row}[data-village={village['village']}]"
        visible = [text for text in await texts(page, f"{place} .amount") if text]  # a closed detail has no inner text
        assert visible == [as_shown(key, village[key]) for key in MAIN_FIGURES]
        assert (await page.inner_text(f"{place} .name")) == village["name"]


async def test_every_figure_of_every_village_can_be_asked_for(visit: Visit) -> None:
    page = await visit()
    await page.click("#everything")
    totals = recorded("network_totals")
    for village in totals["villages"]:
        shown = await texts(page, f"tr[data-village={village['village']}] .amount")
        assert sorted(shown) == sorted(as_shown(key, village[key]) for key in EVERY_FIGURE)
    assert sorted(await texts(page, "tfoot .amount")) == sorted(
        as_shown(key, totals["totals"][key]) for key in EVERY_FIGURE
    )
    assert not await scrolls_sideways(page), "the table scrolls in its own frame"


async def test_villages_that_do_not_add_up_are_called_out(visit: Visit, site: Site) -> None:
    page = await visit()
    assert "ตรงกับยอดรวมเครือข่ายทุกยอด" in await page.inner_text(".sums")
    totals = recorded("network_totals")
    totals["villages"][3]["cash_satang"] -= 1
    site.answers[TOTALS] = totals
    await page.clock.run_for(6_000)
    await page.wait_for_selector(".bad.sums")
    assert (await page.inner_text(".bad.sums")).endswith("เงินสด")


async def test_no_amount_loses_a_satang(visit: Visit, site: Site) -> None:
    """The widest that a browser can hold still fits a narrow phone."""
    totals = recorded("network_totals")
    amounts = {
        "fund_satang": (2**53 - 1, "90,071,992,547,409.91"),
        "savings_satang": (-123_456_789, "−1,234,567.89"),
        "loans_satang": (5, "0.05"),
    }
    totals["totals"] |= {key: satang for key, (satang, _shown) in amounts.items()}
    totals["funds"]["risk"] |= {
        "balance_satang": -5, "bank_satang": 0, "due_from_villages_satang": 99, "covered_satang": 100,
        "premium_12m_satang": 101, "claims_12m_satang": 2**53 - 1,
    }  # fmt: skip
    site.answers[TOTALS] = totals
    page = await visit(width=320)
    for key, (_satang, shown) in amounts.items():
        assert await page.inner_text(f".totals .{key} .amount") == shown
    assert await texts(page, "[data-fund=risk] .amount") == [
        "−0.05", "0.00", "0.99", "1.00", "1.01", "90,071,992,547,409.91",
    ]  # fmt: skip
    assert not await scrolls_sideways(page)
    assert await clipped(page) == []


async def test_the_page_says_up_to_which_index_it_counts(visit: Visit) -> None:
    page = await visit()
    reflects = await page.inner_text(".reflects")
    assert "ลำดับที่ 10,431" in reflects
    assert "10,432 รายการ" in reflects
    assert "22 สิงหาคม 2563" in reflects
    assert "23 พ.ย. 2569" in reflects


async def test_entries_that_do_not_count_are_never_hidden(visit: Visit, site: Site) -> None:
    page = await visit()
    assert "ไม่มีรายการรออนุมัติ" in await page.inner_text(".uncounted")
    totals = recorded("network_totals")
    totals |= {"awaiting_approval": 3, "quarantined": {"unknown_type": 2, "code_of_tomorrow": 1}}
    site.answers[TOTALS] = totals
    await page.clock.run_for(6_000)
    await page.wait_for_selector(".warnings")
    shown = await page.inner_text(".uncounted")
    for part in ("รออนุมัติ 3 รายการ", "ถูกกักไว้ 3 รายการ", "unknown_type", "code_of_tomorrow"):
        assert part in shown


async def test_a_device_says_in_words_how_long_it_was_away(visit: Visit, site: Site) -> None:
    words = {
        0: "วันนี้",
        1: "ภายใน 7 วัน",
        7: "ภายใน 7 วัน",
        8: "เกิน 7 วัน",
        30: "เกิน 7 วัน",
        31: "เกิน 30 วัน",
    }
    status = recorded("village_status")
    devices = dict(zip(words, status["devices"], strict=False))
    for days, device in devices.items():
        device["seen_at"] = status["server_time"] - days * 86_400_000
    site.answers[STATUS] = status
    page = await visit()
    shown = {days: await page.inner_text(f"[data-device='{one['device']}'] .state") for days, one in devices.items()}
    assert shown == words


async def test_today_is_the_day_in_bangkok(visit: Visit, site: Site) -> None:
    """Seen at 23:59 and looked at two minutes later is another day, wherever the browser stands."""
    status = recorded("village_status")
    midnight = datetime(2026, 11, 23, 17, tzinfo=UTC)  # 24 November 00:00 in Bangkok
    status["server_time"] = round((midnight + timedelta(minutes=1)).timestamp() * 1000)
    status["devices"] = status["devices"][:1]
    status["devices"][0]["seen_at"] = round((midnight - timedelta(minutes=1)).timestamp() * 1000)
    site.answers[STATUS] = status
    page = await visit(timezone_id="America/New_York")
    seen = await page.inner_text(".stacked .seen")
    assert "ภายใน 7 วัน" in seen
    assert "23 พ.ย. 2569 23:59 น." in seen


async def test_a_device_that_never_came_and_one_that_is_revoked_say_so(visit: Visit) -> None:
    page = await visit()
    summary = await page.inner_text(".devices .summary")
    assert "ยังไม่เคยติดต่อ · 1 เครื่อง" in summary
    assert "ยกเลิกแล้ว · 1 เครื่อง" in summary


async def test_years_on_paper_are_hollow_and_recorded_ones_solid(visit: Visit) -> None:
    """And each says so in words; on a phone nothing is wider than the screen."""
    page = await visit()
    rows = page.locator(".growth tbody tr")
    assert await rows.count() == 11
    assert await rows.nth(0).locator(".measure.paper").count() == 2
    assert "จากสมุด" in await rows.nth(0).inner_text()
    assert await rows.nth(9).locator(".measure.recorded").count() == 2
    assert "13,118,275.50" in await rows.nth(10).inner_text()
    page = await visit(path="#lang=en", width=320)
    assert "from paper" in await page.locator(".growth tbody tr").nth(0).inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_the_language_is_kept_in_the_address_and_in_the_browser(visit: Visit, site: Site) -> None:
    page = await visit()
    assert await page.get_attribute("html", "lang") == "th"
    await page.click("[data-language=en]")
    assert await page.get_attribute("html", "lang") == "en"
    assert page.url.endswith("#lang=en")
    assert "22 August B.E. 2563" in await page.inner_text(".reflects")
    assert "Revolving fund" in await page.inner_text(".totals")
    await page.goto("about:blank")
    await page.goto(site.address)
    await page.wait_for_selector("main[data-state=ready]")
    assert await page.get_attribute("html", "lang") == "en", "remembered"
    await page.evaluate("location.hash = 'lang=th'")
    await page.wait_for_selector("html[lang=th]")
    assert "กองทุนหมุนเวียน" in await page.inner_text(".totals")


async def test_both_languages_have_the_same_words(visit: Visit) -> None:
    page = await visit()
    keys: list[list[str]] = await page.evaluate(
        """async () => {
          const { STRINGS } = await import("/page/strings.js");
          const keys = (words, path) => Object.entries(words).flatMap(([key, value]) =>
            typeof value === "object" ? keys(value, `${path}${key}.`) : [`${path}${key}`]);
          return [keys(STRINGS.th, ""), keys(STRINGS.en, "")];
        }"""
    )
    assert keys[0] == keys[1]
    assert len(keys[0]) > 100


async def test_the_formulas_shown_are_the_ones_that_are_computed(visit: Visit) -> None:
    page = await visit()
    await assert_formulas(page, "FORMULAS", {"bank": BANK_FIGURES, **FUND_FIGURES})
    await assert_formulas(page, "FLOWS", FLOW_FIGURES)


async def assert_formulas(page: Page, table: str, declared: dict[str, dict[str, Figure]]) -> None:
    shown: dict[str, dict[str, str]] = await page.evaluate(f"import('/page/formulas.js').then((all) => all.{table})")
    assert {kind: set(formulas) for kind, formulas in shown.items()} == {
        kind: set(them) for kind, them in declared.items()
    }
    for kind, figures in declared.items():
        for key, figure in figures.items():
            assert read_formula(shown[kind][key]) == (set(figure.accounts), figure.with_result), f"{kind} {key}"


def read_formula(formula: str) -> tuple[set[int], bool]:
    body, with_result, rest = formula.partition(" + 4xxx − 5xxx")
    assert not rest
    terms = [term.replace("x", "") for term in body.split(" + ")]
    return {code for code in CHART for term in terms if str(code).startswith(term)}, bool(with_result)


async def test_the_accounts_are_named_as_the_chart_names_them(visit: Visit) -> None:
    page = await visit()
    named: list[dict[str, str]] = await page.evaluate("import('/page/formulas.js').then((all) => all.ACCOUNTS)")
    for account in named:
        if account["code"].isdigit():
            of_chart = CHART[int(account["code"])]
            assert (account["th"], account["en"]) == (of_chart.thai, of_chart.english)
    used = {
        code
        for figures in (BANK_FIGURES, *FUND_FIGURES.values(), *FLOW_FIGURES.values())
        for one in figures.values()
        for code in one.accounts
    }
    prefixes = tuple(account["code"].rstrip("x") for account in named)
    assert all(str(code).startswith(prefixes) for code in used)


@pytest.mark.parametrize("language", ["th", "en"])
async def test_a_phone_of_320_pixels_never_scrolls_sideways(visit: Visit, language: str) -> None:
    page = await visit(f"#lang={language}", width=320)
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert not await scrolls_sideways(page)
    assert await page.is_visible(".cards")
    assert await page.is_hidden(".wide")


@pytest.mark.parametrize("width", [320, 1280])
async def test_text_of_twice_the_size_still_fits(visit: Visit, browser_with_large_text: Browser, width: int) -> None:
    """The reader's own setting, not a zoom: every length that follows the text doubles."""
    page = await visit(width=width, chromium=browser_with_large_text)
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "36px"
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert not await scrolls_sideways(page)
    assert await clipped(page) == []


async def clipped(page: Page) -> list[str]:
    """Amounts that stand out of their card."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll(".tile .amount, .card .amount")].filter((one) => {
          const frame = one.closest(".tile, .card").getBoundingClientRect();
          const own = one.getBoundingClientRect();
          return own.width > 0 && (own.right > frame.right || own.left < frame.left);
        }).map((one) => one.textContent)"""
    )
    return found


async def test_a_demonstration_is_marked_on_screen_and_on_paper(visit: Visit) -> None:
    page = await visit()
    for media in ("screen", "print"):
        await page.emulate_media(media=media)
        assert await page.inner_text("#demo-strip") == "ข้อมูลสาธิต / DEMO DATA"
    marks: list[str] = await page.evaluate(
        "[...document.querySelectorAll('h2')].map((one) => getComputedStyle(one, '::after').content)"
    )
    assert len(marks) >= 5
    assert set(marks) == {'" · ข้อมูลสาธิต / DEMO DATA"'}
    note = await page.inner_text(".demo-note")
    for fact in ("1,496", "11 ล้านบาท", "13 ล้านบาท", "กองทุนสองกอง", "22 สิงหาคม 2563", "ข้อมูลตัวอย่าง"):
        assert fact in note
    assert (await page.title()).startswith("[ข้อมูลสาธิต]")


@pytest.mark.parametrize(("said", "marked"), [({"demonstration": False}, False), ({}, True)])
async def test_only_a_network_that_says_so_goes_unmarked(
    visit: Visit, site: Site, said: dict[str, Any], marked: bool
) -> None:
    totals = recorded("network_totals")
    del totals["demonstration"]
    site.answers[TOTALS] = totals | said
    page = await visit()
    assert await page.is_visible("#demo-strip") is marked
    assert await page.locator(".demo-note").count() == int(marked)
