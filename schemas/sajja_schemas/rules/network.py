"""The pool and the funds: how much of them anybody may have (docs/domain.md sections 5.9, 5.11, 7.2 N1, N2, W5)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sajja_schemas.accounts import CHART
from sajja_schemas.bylaws.history import in_force
from sajja_schemas.figures import control_sums, read_fund
from sajja_schemas.findings import Hit, Owner, Severity
from sajja_schemas.holdings import Books
from sajja_schemas.registers.movements import flow_of_year_to
from sajja_schemas.rules.declaring import StandingRule

_LINKAGE: Final = 1310
_HUNDRED: Final = 100
_WHOLE_BP: Final = 10_000
_ADMIN: Final = tuple(code for code in CHART if 5120 <= code <= 5127)  # noqa: PLR2004  # docs/domain.md section 3
_INCOME: Final = tuple(code for code in CHART if 4000 <= code <= 4999)  # noqa: PLR2004  # the same


def _pool(books: Books) -> tuple[int, dict[str, int]]:
    """What the pool has to lend, and what each village has of it."""
    own = {key: amount for key, amount in books.balances.items() if key[0] == "network"}
    pool = read_fund("network", control_sums(own.items()))
    lent = {sub: amount for (_ledger, account, sub), amount in own.items() if account == _LINKAGE and amount > 0}
    return pool["capital_satang"] + pool["deposits_satang"], lent


def _of_all(books: Books, on: date) -> Iterator[Hit]:
    ruled = in_force(books.rulesets, "network", on)
    percent = ruled.rules.network.max_linkage_pct_of_pool if ruled and ruled.rules.network else None
    capital, lent = _pool(books)
    most = capital * (percent or 0) // _HUNDRED
    if percent is not None and sum(lent.values()) > most:
        over = sum(lent.values()) - most
        yield Hit(subject=("network", _LINKAGE), amount_satang=over, fields={"percent": percent, "most_satang": most})


def _of_one(books: Books, on: date) -> Iterator[Hit]:
    ruled = in_force(books.rulesets, "network", on)
    percent = ruled.rules.network.single_village_limit_pct if ruled and ruled.rules.network else None
    if percent is None:
        return
    capital, lent = _pool(books)
    most = capital * percent // _HUNDRED
    for village, amount in lent.items():
        if amount > most:
            yield Hit(
                village=village, subject=(_LINKAGE,), amount_satang=amount - most,
                fields={"percent": percent, "most_satang": most},
            )  # fmt: skip


def _administration(books: Books, on: date) -> Iterator[Hit]:
    ruled = in_force(books.rulesets, "welfare", on)
    cap = ruled.rules.welfare.admin_cap_bp if ruled and ruled.rules.welfare else None
    if cap is None:
        return
    spent = flow_of_year_to(books.registers, "welfare", _ADMIN, on)
    most = -flow_of_year_to(books.registers, "welfare", _INCOME, on) * cap // _WHOLE_BP
    if spent > max(most, 0):
        yield Hit(
            subject=("welfare", "administration"), amount_satang=spent - max(most, 0), fields={"most_satang": most}
        )


STANDING: Final = (
    StandingRule(
        code="LINKAGE_OVER_POOL_LIMIT",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="เงินกู้เชื่อมโยงรวมเกิน {percent} % ของกองกลาง ({most_satang} บาท) อยู่ {amount} บาท",
        english="all linkage loans exceed {percent} % of the pool ({most_satang} baht) by {amount} baht",
        next_thai="งดปล่อยกู้เชื่อมโยงจนกว่าจะชำระคืนหรือมีเงินฝากเพิ่ม",
        next_english="lend no more until some is repaid, or more is deposited",
        source="4, 5.11, 7.2 N1",
        read=_of_all,
    ),
    StandingRule(
        code="LINKAGE_OVER_VILLAGE_LIMIT",
        severity=Severity.HIGH,
        owner=Owner.NETWORK,
        thai="เงินกู้เชื่อมโยงของ {village} เกิน {percent} % ของกองกลาง ({most_satang} บาท) อยู่ {amount} บาท",
        english="the linkage loans of {village} exceed {percent} % of the pool ({most_satang} baht) by {amount} baht",
        next_thai="ตกลงแผนชำระกับหมู่บ้าน กรรมการเครือข่ายลงนามรับทราบ",
        next_english="agree on a plan with the village; the network committee signs that it knows",
        source="4, 5.11, 7.2 N2",
        read=_of_one,
    ),
    StandingRule(
        code="ADMINISTRATION_OVER_CAP",
        severity=Severity.MEDIUM,
        owner=Owner.NETWORK,
        thai="ค่าบริหารกองทุนสวัสดิการใน 12 เดือนเกินเพดาน {most_satang} บาท อยู่ {amount} บาท",
        english="the welfare fund's administration of twelve months is {amount} baht over its cap of {most_satang}",
        next_thai="งดค่าใช้จ่ายที่เลื่อนได้ และชี้แจงต่อที่ประชุม",
        next_english="put off what can wait, and explain it to the meeting",
        source="4, 5.9, 7.2 W5",
        read=_administration,
    ),
)
