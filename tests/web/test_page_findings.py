"""The list of what somebody must look at: ten unasked, Thai first, and a calm sentence where there is nothing."""

from typing import Any

import pytest

from web.conftest import Visit
from web.site import FINDINGS, Site, recorded

pytestmark = [pytest.mark.web, pytest.mark.asyncio(loop_scope="session")]


def many(count: int) -> dict[str, Any]:
    answer = recorded("findings")
    answer["findings"] = [answer["findings"][0] | {"name": f"{at:016x}-00000000"} for at in range(min(count, 10))]
    return answer | {"total": count}


async def test_a_finding_says_how_grave_it_is_and_what_to_do_next(visit: Visit) -> None:
    page = await visit()
    text = await page.inner_text("section.findings")
    for said in ("กลาง", "pp04", "กล่องของ pp04-o4 เกินวงเงิน", "เหรัญญิก: นำฝากธนาคาร", "BOX_OVER_LIMIT"):
        assert said in text
    page = await visit("#lang=en")
    assert "Treasurer: take it to the bank" in await page.inner_text("section.findings")


async def test_what_the_log_cannot_prove_says_so(visit: Visit, site: Site) -> None:
    answer = recorded("findings")
    beside = answer["findings"][0] | {"name": f"{1:016x}-00000000", "basis": "personal_parts"}
    site.answers[FINDINGS] = answer | {"total": 2, "findings": [answer["findings"][0] | {"basis": "log"}, beside]}
    page = await visit()
    assert [await one.inner_text() for one in await page.query_selector_all("li.finding p.fine")] == [
        "พบจากข้อมูลส่วนบุคคลที่เซิร์ฟเวอร์เก็บไว้ สมุดบันทึกอย่างเดียวพิสูจน์ข้อนี้ไม่ได้ ให้หมู่บ้านดูบัตรจริง"
    ]


async def test_where_there_is_nothing_it_says_so(visit: Visit, site: Site) -> None:
    site.answers[FINDINGS] = recorded("findings") | {"total": 0, "findings": [], "by_code": {}}
    page = await visit()
    assert "ไม่มีข้อสังเกต" in await page.inner_text("section.findings")
    assert await page.query_selector("#all-findings") is None


async def test_ten_are_shown_unasked_and_the_rest_when_somebody_asks(visit: Visit, site: Site) -> None:
    site.answers[FINDINGS] = many(12)
    page = await visit()
    assert await page.locator("li.finding").count() == 10
    assert "10 จาก 12" in await page.inner_text("section.findings")
    site.answers[FINDINGS] = many(10) | {"total": 12}
    await page.click("#all-findings")
    await page.wait_for_selector("#all-findings[aria-pressed=true]")
