"""The bylaws (ระเบียบ) of a ledger as `ruleset_adopted` carries them (docs/domain.md section 4).

* What is absent is not ruled. No field has a value of its own, so no later version of this code can put a rule into an
  old ruleset; the assumed values for a new one are in `sajja_schemas.bylaws.defaults`.
* The flat fields and `LoanProduct` are those of the first ruleset; a later field is optional and stands in a group.
* Money is satang, a rate is basis points, a limit is named after what it counts. Lists, never objects keyed by data.
* A bound here says what can be read at all; what a meeting should not adopt says `sajja_schemas.bylaws.problems`.
"""

from typing import Annotated, Literal

import msgspec

from sajja_schemas.events.base import Approvers, BasisPoints, Count, Identifier, Satang, SatangOrNone

MonthDay = Annotated[
    str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z", description="month and day, as 12-31")
]
Tag = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z", description="an event's tag")]
Share = Annotated[int, msgspec.Meta(ge=0, le=10_000, description="hundredths of a percent of a whole")]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100, description="percent of a whole")]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_600, description="days")]
Months = Annotated[int, msgspec.Meta(ge=0, le=1_200, description="months")]
Times = Annotated[int, msgspec.Meta(ge=0, le=1_000)]

LoanMethod = Literal["declining", "annuity", "flat_bullet", "flat_instalments", "act_365"]
Head = Literal["dividend", "patronage", "reserve", "welfare", "village_development", "committee", "risk_reserve"]
Benefit = Literal[
    "birth", "hospital", "elderly", "death", "funeral", "disadvantage", "occupation",
    "education", "tradition", "housing", "disaster", "public", "environment", "other",
]  # fmt: skip


class LoanProduct(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a bank lends, and how."""

    code: Identifier
    max_satang: Satang
    max_months: Count
    rate_bp_month: BasisPoints
    guarantors: Count = 0
    multiple_of_savings: Count | None = None
    premium_bp: BasisPoints = 0
    covered_max_satang: SatangOrNone = 0
    method: LoanMethod | None = None
    day_basis: Literal["month", "act_365"] | None = None
    instalment_rounding_satang: Annotated[int, msgspec.Meta(ge=1, le=100_000)] | None = None
    instalment_rounding_mode: Literal["half_up", "up"] | None = None
    membership_months_min: Months | None = None
    guarantor_quota: Times | None = None  # contracts that one person may guarantee at a time
    spouse_guarantor: bool | None = None
    approval_days_max: Days | None = None  # an approved loan that is not taken by then lapses


class WeekdayRule(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting day such as the second Sunday; 5 is the last of the month."""

    nth: Annotated[int, msgspec.Meta(ge=1, le=5)]
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class CalendarRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When people meet; `fiscal_year_end` and `meeting_day` are flat fields."""

    meeting_weekday: WeekdayRule | None = None
    general_meeting_month: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None


class ShareRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Share savings, beside their par, pledge and fine."""

    pledge_changes_per_year: Times | None = None
    partial_withdrawal: bool | None = None
    partial_withdrawal_after_months: Months | None = None
    fractional_shares: bool | None = None


class SpecialSavingsRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How interest on special savings is reckoned, and on which days it is credited."""

    method: Literal["daily_365", "daily_366", "min_monthly_from_day5"] | None = None
    post_dates: Annotated[tuple[MonthDay, ...], msgspec.Meta(max_length=12)] = ()


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """The charge on a late loan."""

    bp_month: BasisPoints
    on: Literal["overdue_principal", "overdue_instalment"]
    counted: Literal["started_months", "days"]
    grace_days: Days


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """The allowance on loans that are overdue by more than these days."""

    overdue_days_over: Days
    share_bp: Share


class LoanRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for every loan product."""

    allocation_order: (
        Annotated[tuple[Literal["fine", "interest", "principal"], ...], msgspec.Meta(min_length=3, max_length=3)] | None
    ) = None
    penalty: Penalty | None = None
    yearly_cost_max_bp: BasisPoints | None = None  # interest and penalty together
    provisions: Annotated[tuple[Provision, ...], msgspec.Meta(max_length=12)] = ()
    write_off_after_days: Days | None = None
    reschedules_max: Times | None = None


class ApproverBand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From this amount on an event needs this class; where two bands fit, the higher class."""

    event: Tag
    approvers: Approvers
    from_satang: SatangOrNone = 0


class CashRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rounding where coins are short; 0 rounds nothing."""

    rounding_satang: Literal[0, 25, 50, 100] | None = None
    rounding_mode: Literal["half_up", "down", "up"] | None = None


class AllocationShare(msgspec.Struct, frozen=True, kw_only=True):
    """A head of the yearly profit, and its part."""

    head: Head
    share_bp: Share


class DividendRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Dividend on shares, and patronage refund on interest paid."""

    weight: Literal["share_month", "share_day"] | None = None
    membership_months_min: Months | None = None
    rounding: Literal["half_up", "floor_satang", "floor_baht"] | None = None
    residue: Literal["largest_remainder", "to_reserve"] | None = None
    leavers_share: bool | None = None  # leavers and heirs take part, up to the month of leaving


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An amount from a length of membership on: both must have passed."""

    amount_satang: SatangOrNone
    from_months: Months = 0
    from_days: Days = 0


class BenefitRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a welfare fund's table. With tiers, the highest reached is paid in place of the amount."""

    benefit: Benefit
    per: Literal["case", "night", "child", "year"]
    amount_satang: SatangOrNone = 0
    case_max_satang: Satang | None = None
    year_max_satang: Satang | None = None
    nights_year_max: Times | None = None
    age_years_min: Annotated[int, msgspec.Meta(ge=0, le=120)] | None = None
    membership_months_min: Months | None = None
    both_parents: bool | None = None  # of a birth: a benefit for each, not one for the child
    tiers: Annotated[tuple[Tier, ...], msgspec.Meta(max_length=20)] = ()


class WelfareRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The welfare fund, beside its monthly contribution and its waiting days."""

    contribution_satang_year: Satang | None = None  # for twelve months paid at once
    entry_fee_satang: SatangOrNone | None = None
    benefits: Annotated[tuple[BenefitRule, ...], msgspec.Meta(max_length=30)] = ()
    year_basis: Literal["calendar", "fiscal", "membership"] | None = None
    night_rule: Literal["nights", "days"] | None = None  # check-out less check-in; or the day of leaving too
    lapse_missed: Times | None = None
    lapse_operator: Literal[">", ">="] | None = None
    claim_window_days: Days | None = None
    admin_cap_bp: Share | None = None  # of the year's income
    matched_rounds_max: Times | None = None


class ProductCover(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a product the risk fund covers."""

    product: Identifier
    covered_max_satang: SatangOrNone


class RiskRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The risk-insurance fund."""

    premium_bp: BasisPoints | None = None
    covers: Annotated[tuple[ProductCover, ...], msgspec.Meta(max_length=20)] = ()
    causes: Annotated[tuple[Literal["death", "disability"], ...], msgspec.Meta(max_length=2)] = ()
    shortage_rule: Literal["queue", "pro_rata"] | None = None
    default_cover: bool | None = None
    default_covered_max_satang: SatangOrNone | None = None
    interest_covered: bool | None = None
    premium_refund: bool | None = None
    waiting_days: Days | None = None


class NetworkRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The network's pool, beside its two rates."""

    contribution_bp_year: BasisPoints | None = None
    contribution_of: Literal["revolving_fund", "savings"] | None = None
    max_linkage_pct_of_pool: Percent | None = None
    single_village_limit_pct: Percent | None = None
    village_par30_max_bp: Share | None = None
    withdrawal_notice_days: Days | None = None
    transit_days_warn: Days | None = None


class GroupRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An occupational group."""

    members_min: Times | None = None
    profit_basis: Literal["shares", "labour", "sales"] | None = None


class AuditRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How closely the books are looked at."""

    confirmation_sample_pct: Percent | None = None
    backdate_days_max: Days | None = None
    late_sync_days_warn: Days | None = None


class IslamicRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Members who neither pay nor receive interest, and what they pay in its place."""

    member_no_interest: bool | None = None
    fee_model: Literal["none", "per_loan", "per_instalment"] | None = None
    fee_satang: SatangOrNone | None = None


class RetentionRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long personal parts stay: after an erasure request, after a member left, and reasons of claims."""

    erasure_days_max: Days | None = None
    personal_months_after_exit: Months | None = None
    claim_evidence_months: Months | None = None


class Bylaws(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ledger's rules. What is absent is not ruled."""

    fiscal_year_end: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2}-[0-9]{2}\Z")] | None = None
    general_meeting_quorum_bp: BasisPoints | None = None
    meeting_day: Annotated[int, msgspec.Meta(ge=1, le=31)] | None = None
    share_par_satang: Satang | None = None
    pledge_min_satang: Satang | None = None
    pledge_max_satang: Satang | None = None
    share_late_fine_satang: SatangOrNone | None = None
    special_savings_rate_bp: BasisPoints | None = None
    loan_products: Annotated[tuple[LoanProduct, ...], msgspec.Meta(max_length=20)] = ()
    box_limit_satang: Satang | None = None
    deposit_within_hours: Count | None = None
    welfare_contribution_satang_month: Satang | None = None
    welfare_waiting_days: Count | None = None
    pool_rate_in_bp: BasisPoints | None = None
    pool_rate_out_bp: BasisPoints | None = None
    calendar: CalendarRules | None = None
    shares: ShareRules | None = None
    special_savings: SpecialSavingsRules | None = None
    loans: LoanRules | None = None
    approvals: Annotated[tuple[ApproverBand, ...], msgspec.Meta(max_length=100)] = ()
    cash: CashRules | None = None
    allocation: Annotated[tuple[AllocationShare, ...], msgspec.Meta(max_length=7)] = ()
    dividend: DividendRules | None = None
    welfare: WelfareRules | None = None
    risk: RiskRules | None = None
    network: NetworkRules | None = None
    group: GroupRules | None = None
    audit: AuditRules | None = None
    islamic: IslamicRules | None = None
    retention: RetentionRules | None = None
