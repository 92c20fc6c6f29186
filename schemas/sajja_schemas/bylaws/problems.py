"""What a meeting should know before it adopts a ruleset, and an auditor after.

 * A version is the last plus one, and in force no earlier than its meeting.
 * Profit is allocated exactly: 100.00 %, each head once.
 * Bylaws raise floors and never lower them: the quorum of a general meeting, the approver class of an event.
 * A loan product whose interest and penalty cost more than the civil code's limit in a year is a warning, and so is a
   flat rate on instalments: what a village has agreed is shown, not forbidden.

A client asks before it signs, and signs no ruleset with a problem that is not a warning; a server and an auditor only
list what they find. Source: docs/domain.md sections 4 and 5.3.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from sajja_schemas import limits
from sajja_schemas.accounts import LedgerKind, kind_of
from sajja_schemas.bylaws.approvals import is_lower, is_within_reach
from sajja_schemas.bylaws.history import RulesetHistory
from sajja_schemas.bylaws.parameters import PARAMETERS, is_ruled
from sajja_schemas.bylaws.sentences import Problem, ProblemCode, problem
from sajja_schemas.bylaws.yearly_cost import CIVIL_CODE_MAX_BP, interest_bp_year, yearly_cost_bp
from sajja_schemas.events import CATALOGUE
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws, RiskRules, WelfareRules

WHOLE_BP: Final = 10_000
_COMMON_YEAR: Final = 2001  # a rule of 29 February would rule nothing in three years of four


def problems_of_adoption(event: RulesetAdopted, history: RulesetHistory, recorded_on: date) -> list[Problem]:
    """What is wrong with adopting this ruleset after those of the history, the ruleset itself included."""
    found = []
    last = history.last(event.ledger)
    expected = last.version + 1 if last else 1
    if event.version != expected:
        found.append(problem(ProblemCode.VERSION_NOT_NEXT, "version", found=event.version, expected=expected))
    met_on = event.met_on or recorded_on
    if event.effective_from < met_on:
        found.append(
            problem(ProblemCode.EFFECTIVE_BEFORE_MEETING, "effective_from", found=event.effective_from, expected=met_on)
        )
    return [*found, *problems(event.rules, kind_of(event.ledger))]


def problems(rules: Bylaws, kind: LedgerKind) -> list[Problem]:
    """What is wrong with a ruleset of a ledger of this kind."""
    return [found for check in _CHECKS for found in check(rules, kind)]


def _of_another_ledger(rules: Bylaws, kind: LedgerKind) -> Iterator[Problem]:
    for one in PARAMETERS:
        if kind not in one.ledgers and is_ruled(rules, one.path):
            yield problem(ProblemCode.NOT_OF_THIS_LEDGER, one.path, found=one.path, expected=kind.value)


def _floors(rules: Bylaws, _kind: LedgerKind) -> Iterator[Problem]:
    quorum_bp, floor_bp = rules.general_meeting_quorum_bp, limits.GENERAL_MEETING_QUORUM_BP_FLOOR
    if quorum_bp is not None and quorum_bp < floor_bp:
        yield problem(ProblemCode.QUORUM_LOWERED, "general_meeting_quorum_bp", found=quorum_bp, expected=floor_bp)
    for band in rules.approvals:
        event_type = CATALOGUE.get(band.event)
        if event_type is None:
            yield problem(ProblemCode.EVENT_UNKNOWN, f"approvals.{band.event}", found=band.event)
            continue
        floor, asked = event_type.declared.approvers, band.approvers
        if is_lower(asked, floor):
            yield problem(
                ProblemCode.APPROVERS_LOWERED, f"approvals.{band.event}", found=asked.value, expected=floor.value
            )
        elif not is_within_reach(asked, event_type):
            yield problem(ProblemCode.APPROVERS_OUT_OF_REACH, f"approvals.{band.event}", found=asked.value)


def _allocation(rules: Bylaws, _kind: LedgerKind) -> Iterator[Problem]:
    total_bp = sum(share.share_bp for share in rules.allocation)
    if rules.allocation and total_bp != WHOLE_BP:
        yield problem(ProblemCode.ALLOCATION_NOT_WHOLE, "allocation", found=_percent(total_bp))
    yield from _twice("allocation", (share.head for share in rules.allocation))


def _loans(rules: Bylaws, _kind: LedgerKind) -> Iterator[Problem]:
    loans = rules.loans
    penalty = loans.penalty if loans else None
    ruled = loans.yearly_cost_max_bp if loans else None
    most_bp = CIVIL_CODE_MAX_BP if ruled is None else min(ruled, CIVIL_CODE_MAX_BP)
    for product in rules.loan_products:
        where = f"loan_products.{product.code}"
        cost_bp = yearly_cost_bp(product, penalty)
        if cost_bp > most_bp:
            yield problem(ProblemCode.YEARLY_COST_OVER_MAX, where, found=_percent(cost_bp), expected=_percent(most_bp))
        if product.method == "flat_instalments":
            yield problem(ProblemCode.FLAT_ON_INSTALMENTS, where, found=_percent(interest_bp_year(product)))
    yield from _twice("loan_products", (product.code for product in rules.loan_products))
    if loans and loans.allocation_order and len(set(loans.allocation_order)) < len(loans.allocation_order):
        yield problem(ProblemCode.ORDER_INCOMPLETE, "loans.allocation_order")
    if loans and not _rises([(step.overdue_days_over,) for step in loans.provisions]):
        yield problem(ProblemCode.STEPS_NOT_RISING, "loans.provisions")


def _days(rules: Bylaws, _kind: LedgerKind) -> Iterator[Problem]:
    named = [("fiscal_year_end", rules.fiscal_year_end)] if rules.fiscal_year_end else []
    if rules.special_savings:
        named += [("special_savings.post_dates", day) for day in rules.special_savings.post_dates]
        yield from _twice("special_savings.post_dates", rules.special_savings.post_dates)
    for where, month_day in named:
        if not _is_day(month_day):
            yield problem(ProblemCode.NO_SUCH_DAY, where, found=month_day)


def _pledges(rules: Bylaws, _kind: LedgerKind) -> Iterator[Problem]:
    least, most = rules.pledge_min_satang, rules.pledge_max_satang
    if least is not None and most is not None and least > most:
        yield problem(ProblemCode.RANGE_REVERSED, "pledge_min_satang", found=least, expected=most)


def _funds(rules: Bylaws, _kind: LedgerKind) -> Iterator[Problem]:
    if rules.welfare:
        yield from _benefits(rules.welfare)
    if rules.risk:
        yield from _covers(rules.risk)


def _benefits(welfare: WelfareRules) -> Iterator[Problem]:
    yield from _twice("welfare.benefits", (line.benefit for line in welfare.benefits))
    for line in welfare.benefits:
        if not _rises([(tier.from_months, tier.from_days) for tier in line.tiers]):
            yield problem(ProblemCode.STEPS_NOT_RISING, f"welfare.benefits.{line.benefit}")
        if line.case_max_satang and line.year_max_satang and line.case_max_satang > line.year_max_satang:
            yield problem(
                ProblemCode.RANGE_REVERSED,
                f"welfare.benefits.{line.benefit}",
                found=line.case_max_satang,
                expected=line.year_max_satang,
            )


def _covers(risk: RiskRules) -> Iterator[Problem]:
    yield from _twice("risk.covers", (cover.product for cover in risk.covers))
    yield from _twice("risk.causes", risk.causes)
    if risk.default_cover and not risk.default_covered_max_satang:
        yield problem(ProblemCode.DEFAULT_COVER_UNLIMITED, "risk.default_cover")


_CHECKS: Final[tuple[Callable[[Bylaws, LedgerKind], Iterator[Problem]], ...]] = (
    _of_another_ledger,
    _floors,
    _allocation,
    _loans,
    _days,
    _pledges,
    _funds,
)


def _twice(where: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield problem(ProblemCode.NAMED_TWICE, where, found=name)


def _rises(steps: list[tuple[int, ...]]) -> bool:
    return all(one < other for one, other in pairwise(steps))


def _is_day(month_day: str) -> bool:
    month, day = month_day.split("-")
    try:
        date(_COMMON_YEAR, int(month), int(day))
    except ValueError:
        return False
    return True


def _percent(part_bp: int) -> str:
    return f"{part_bp // 100}.{part_bp % 100:02d}"
