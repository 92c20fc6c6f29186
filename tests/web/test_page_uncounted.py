"""What does not count stands where nobody overlooks it: our own faults first, and what people have yet to decide."""

import pytest

from web.conftest import Visit
from web.site import STATUS, TOTALS, Problem, Site, recorded

pytestmark = [pytest.mark.web, pytest.mark.asyncio(loop_scope="session")]

ROLE = Problem(403, "role_not_allowed", "Your role does not open this.", "บทบาทของท่านไม่เปิดหน้านี้")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("th", ["อ่านไม่ได้ 2 รายการ", "ไม่ต้องบันทึกซ้ำ", "ผู้ดูแลเซิร์ฟเวอร์", "sajja-server status"]),
        ("en", ["could not read 2 entries", "record nothing again", "operator", "sajja-server status"]),
    ],
)
@pytest.mark.parametrize("width", [320, 1280])
async def test_an_entry_that_was_not_read_is_said_before_any_figure(
    visit: Visit, site: Site, width: int, language: str, said: list[str]
) -> None:
    site.answers[TOTALS] = recorded("network_totals") | {"undigested": 2, "quarantined": {"undigested": 2}}
    page = await visit(f"#lang={language}", width=width)
    assert await page.evaluate("document.querySelector('main').firstElementChild.className") == "alarm"
    alarm = page.get_by_role("alert")
    for part in said:
        assert part in await alarm.inner_text()
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_who_sees_no_money_is_told_too(visit: Visit, site: Site) -> None:
    """The operator, who can do something about it."""
    site.answers[TOTALS] = ROLE
    site.answers[STATUS] = recorded("village_status") | {"undigested": 1}
    page = await visit()
    assert "อ่านไม่ได้ 1 รายการ" in await page.get_by_role("alert").inner_text()


async def test_where_everything_was_read_nobody_is_alarmed(visit: Visit, site: Site) -> None:
    site.answers[TOTALS] = recorded("network_totals") | {"undigested": 0}
    page = await visit()
    assert await page.locator(".alarm").count() == 0
    assert await page.locator(".disputed").count() == 0
    assert await page.locator(".disputes").count() == 0


def with_a_fork() -> dict[str, object]:
    answer = recorded("network_totals")
    answer["villages"][2]["disputed"] = {"savings_satang": 70_000, "fund_satang": 70_000, "cash_satang": -5}
    answer["funds"]["welfare"]["disputed"] = {"balance_satang": 3_000}
    return answer


@pytest.mark.parametrize("width", [320, 1280])
async def test_what_a_fork_disputes_stands_beside_the_figure_that_does_not_count_it(
    visit: Visit, site: Site, width: int
) -> None:
    before = recorded("network_totals")
    site.answers[TOTALS] = with_a_fork()
    page = await visit("", width=width)
    village = before["villages"][2]["village"]
    row = page.locator(f"[data-village={village}]:visible")
    assert await row.locator(".disputed:visible").all_inner_texts() == ["ยังไม่ชี้ขาด +700.00"] * 2
    amounts = await row.locator("data.amount:visible").evaluate_all("all => all.map((one) => Number(one.value))")
    assert before["villages"][2]["savings_satang"] in amounts
    assert await page.locator(".totals .disputed").all_inner_texts() == ["ยังไม่ชี้ขาด +700.00"] * 2
    assert await page.locator("[data-fund=welfare] .disputed").all_inner_texts() == ["ยังไม่ชี้ขาด +30.00"]
    assert "สำนักงานเครือข่ายจะตัดสิน" in await page.inner_text(".disputes")
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_every_disputed_figure_of_a_village_can_be_asked_for(visit: Visit, site: Site) -> None:
    site.answers[TOTALS] = with_a_fork()
    page = await visit()
    await page.click("#everything")
    village = recorded("network_totals")["villages"][2]["village"]
    told = await page.locator(f"tr[data-village={village}] .disputed").all_inner_texts()
    assert told == ["ยังไม่ชี้ขาด +700.00", "ยังไม่ชี้ขาด +700.00", "ยังไม่ชี้ขาด −0.05"]
    assert "+700.00" in await page.inner_text("tfoot")
