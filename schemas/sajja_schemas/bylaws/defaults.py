"""A ruleset to begin from: the assumed values of docs/domain.md sections 4 and 12 for each kind of ledger.

They are [ASM] and no village's rules. A draft begins with them, the demonstration adopts them, and nothing else reads
them: where an adopted ruleset is silent, nothing is ruled, and no value is taken from here.
"""

from typing import Final

from sajja_schemas.accounts import LedgerKind
from sajja_schemas.events.base import Approvers
from sajja_schemas.events.ruleset import (
    AllocationShare,
    ApproverBand,
    AuditRules,
    BenefitRule,
    Bylaws,
    CalendarRules,
    CashRules,
    DividendRules,
    GroupRules,
    IslamicRules,
    LoanProduct,
    LoanRules,
    NetworkRules,
    Penalty,
    ProductCover,
    Provision,
    RetentionRules,
    RiskRules,
    ShareRules,
    SpecialSavingsRules,
    Tier,
    WelfareRules,
)
from sajja_schemas.money import SATANG_PER_BAHT as BAHT

_YEAR_END: Final = "12-31"
_CALENDAR: Final = CalendarRules(general_meeting_month=1)
_CASH: Final = CashRules(rounding_satang=0, rounding_mode="half_up")
_AUDIT: Final = AuditRules(confirmation_sample_pct=10, backdate_days_max=31, late_sync_days_warn=35)
_RETENTION: Final = RetentionRules(erasure_days_max=90, personal_months_after_exit=60)
_RETENTION_OF_CLAIMS: Final = RetentionRules(
    erasure_days_max=90, personal_months_after_exit=60, claim_evidence_months=24
)
_DIVIDEND: Final = DividendRules(
    weight="share_month",
    membership_months_min=0,
    rounding="half_up",
    residue="largest_remainder",
    leavers_share=True,
)


def default_rules(kind: LedgerKind, *, meeting_day: int = 5) -> Bylaws:
    """The assumed ruleset of a kind of ledger.

    Args:
        kind: of the ledger.
        meeting_day: of a village, 1 to 31; the funds meet with their villages and have none.
    """
    if kind is LedgerKind.BANK:
        return _bank(meeting_day)
    return _group(meeting_day) if kind is LedgerKind.GROUP else _FUNDS[kind]


def _bank(meeting_day: int) -> Bylaws:
    return Bylaws(
        fiscal_year_end=_YEAR_END,
        general_meeting_quorum_bp=5_000,
        meeting_day=meeting_day,
        share_par_satang=10 * BAHT,
        pledge_min_satang=50 * BAHT,
        pledge_max_satang=1_000 * BAHT,
        share_late_fine_satang=5 * BAHT,
        special_savings_rate_bp=600,
        loan_products=_PRODUCTS,
        box_limit_satang=5_000 * BAHT,
        deposit_within_hours=48,
        calendar=_CALENDAR,
        shares=ShareRules(pledge_changes_per_year=1, partial_withdrawal=False, fractional_shares=False),
        special_savings=SpecialSavingsRules(method="min_monthly_from_day5", post_dates=(_YEAR_END,)),
        loans=_LOANS,
        approvals=(ApproverBand(event="expense_paid", approvers=Approvers.A2),),
        cash=_CASH,
        allocation=_ALLOCATION,
        dividend=_DIVIDEND,
        audit=_AUDIT,
        islamic=IslamicRules(member_no_interest=False, fee_model="none", fee_satang=0),
        retention=_RETENTION,
    )


def _group(meeting_day: int) -> Bylaws:
    return Bylaws(
        fiscal_year_end=_YEAR_END,
        general_meeting_quorum_bp=5_000,
        meeting_day=meeting_day,
        share_par_satang=10 * BAHT,
        box_limit_satang=5_000 * BAHT,
        deposit_within_hours=48,
        calendar=_CALENDAR,
        shares=ShareRules(fractional_shares=False),
        cash=_CASH,
        dividend=_DIVIDEND,
        group=GroupRules(members_min=5, profit_basis="shares"),
        audit=_AUDIT,
        retention=_RETENTION,
    )


def _product(code: str, max_satang: int, months: int, guarantors: int, covered_max_satang: int) -> LoanProduct:
    return LoanProduct(
        code=code,
        max_satang=max_satang,
        max_months=months,
        rate_bp_month=100,
        guarantors=guarantors,
        multiple_of_savings=5,
        premium_bp=100 if covered_max_satang else 0,
        covered_max_satang=covered_max_satang,
        method="declining",
        day_basis="month",
        instalment_rounding_satang=1,
        instalment_rounding_mode="half_up",
        membership_months_min=6,
        guarantor_quota=2,
        spouse_guarantor=False,
        approval_days_max=60,
    )


_PRODUCTS: Final = (
    _product("ordinary", 100_000 * BAHT, 24, 2, 50_000 * BAHT),
    _product("short", 40_000 * BAHT, 12, 2, 40_000 * BAHT),
    _product("emergency", 5_000 * BAHT, 3, 1, 0),
)
_LOANS: Final = LoanRules(
    allocation_order=("fine", "interest", "principal"),
    penalty=Penalty(bp_month=25, on="overdue_principal", counted="started_months", grace_days=7),
    yearly_cost_max_bp=1_500,
    provisions=(
        Provision(overdue_days_over=30, share_bp=1_000),
        Provision(overdue_days_over=60, share_bp=2_500),
        Provision(overdue_days_over=90, share_bp=5_000),
        Provision(overdue_days_over=180, share_bp=10_000),
    ),
    write_off_after_days=365,
    reschedules_max=2,
)
_ALLOCATION: Final = (
    AllocationShare(head="dividend", share_bp=4_000),
    AllocationShare(head="patronage", share_bp=1_000),
    AllocationShare(head="reserve", share_bp=1_500),
    AllocationShare(head="welfare", share_bp=1_000),
    AllocationShare(head="village_development", share_bp=1_000),
    AllocationShare(head="committee", share_bp=1_000),
    AllocationShare(head="risk_reserve", share_bp=500),
)
_BENEFITS: Final = (
    BenefitRule(benefit="birth", per="child", amount_satang=1_000 * BAHT, both_parents=False),
    BenefitRule(
        benefit="hospital",
        per="night",
        amount_satang=200 * BAHT,
        case_max_satang=600 * BAHT,
        year_max_satang=2_000 * BAHT,
    ),
    BenefitRule(benefit="elderly", per="year", amount_satang=200 * BAHT, age_years_min=60, membership_months_min=36),
    BenefitRule(
        benefit="death",
        per="case",
        tiers=(
            Tier(amount_satang=3_000 * BAHT, from_days=180),
            Tier(amount_satang=5_000 * BAHT, from_months=12),
            Tier(amount_satang=10_000 * BAHT, from_months=60),
            Tier(amount_satang=15_000 * BAHT, from_months=120),
            Tier(amount_satang=20_000 * BAHT, from_months=180),
        ),
    ),
    BenefitRule(benefit="education", per="case", amount_satang=500 * BAHT),
    BenefitRule(benefit="disaster", per="case", amount_satang=1_000 * BAHT),
)
_WELFARE: Final = Bylaws(
    fiscal_year_end=_YEAR_END,
    general_meeting_quorum_bp=5_000,
    box_limit_satang=5_000 * BAHT,
    deposit_within_hours=48,
    welfare_contribution_satang_month=30 * BAHT,
    welfare_waiting_days=180,
    calendar=_CALENDAR,
    cash=_CASH,
    welfare=WelfareRules(
        contribution_satang_year=365 * BAHT,
        entry_fee_satang=20 * BAHT,
        benefits=_BENEFITS,
        year_basis="calendar",
        night_rule="nights",
        lapse_missed=3,
        lapse_operator=">",
        claim_window_days=90,
        admin_cap_bp=2_000,
        matched_rounds_max=3,
    ),
    audit=_AUDIT,
    retention=_RETENTION_OF_CLAIMS,
)
_RISK: Final = Bylaws(
    fiscal_year_end=_YEAR_END,
    general_meeting_quorum_bp=5_000,
    box_limit_satang=5_000 * BAHT,
    deposit_within_hours=48,
    calendar=_CALENDAR,
    cash=_CASH,
    risk=RiskRules(
        premium_bp=100,
        covers=(
            ProductCover(product="ordinary", covered_max_satang=50_000 * BAHT),
            ProductCover(product="short", covered_max_satang=40_000 * BAHT),
        ),
        causes=("death", "disability"),
        shortage_rule="queue",
        default_cover=False,
        interest_covered=True,
        premium_refund=False,
        waiting_days=0,
    ),
    audit=_AUDIT,
    retention=_RETENTION_OF_CLAIMS,
)
_NETWORK: Final = Bylaws(
    fiscal_year_end=_YEAR_END,
    general_meeting_quorum_bp=5_000,
    box_limit_satang=5_000 * BAHT,
    deposit_within_hours=48,
    pool_rate_in_bp=400,
    pool_rate_out_bp=600,
    calendar=_CALENDAR,
    cash=_CASH,
    network=NetworkRules(
        contribution_bp_year=25,
        contribution_of="revolving_fund",
        max_linkage_pct_of_pool=70,
        single_village_limit_pct=20,
        village_par30_max_bp=1_000,
        withdrawal_notice_days=30,
        transit_days_warn=7,
    ),
    audit=_AUDIT,
    retention=_RETENTION,
)
_FUNDS: Final = {LedgerKind.WELFARE: _WELFARE, LedgerKind.RISK: _RISK, LedgerKind.NETWORK: _NETWORK}
