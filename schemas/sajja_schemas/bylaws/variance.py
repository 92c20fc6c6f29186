"""What an entry would have been under the ruleset in force, where its author used another.

A tablet that has not synced goes on with the version that it knows. Its entries are facts and count; what they would
have been is told, so that the committee decides (docs/domain.md sections 4.5 and 6).

 * An entry names the version that its author used, in `bylaws`: of the ledger that rules it
   (`sajja_schemas.bylaws.ruling`). A client writes there what its own books have in force (`version_to_name`).
 * It is flagged where that is not the version in force on its business date, with the amount of variance: what the one
   in force gives, less what the one used gives. More than 0: too little was taken.
 * Both sides are reckoned from the rules. What was really paid is another matter, and another finding.
 * A contract keeps its rate. So the interest of a loan is compared when it is approved, over its whole schedule; that
   of a repayment only where the caller gives a reckoning of it, for a loan whose rate follows the bylaws. Interest by
   days is not known at the approval, and not told either without such a reckoning.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, Literal

import msgspec

from sajja_schemas.bylaws.approvals import amount_of
from sajja_schemas.bylaws.history import RulesetHistory, in_force
from sajja_schemas.bylaws.ruling import ledger_ruling, product_ruling
from sajja_schemas.calculations.loans import INSTALMENTS_MAX, Terms, schedule
from sajja_schemas.calculations.risk import cover_loan
from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.events.loans import LoanApproved
from sajja_schemas.events.ruleset import Bylaws, LoanProduct

InterestAt = Callable[[LoanProduct], int | None]  # the interest in satang that an entry would have by a product's rules
About = Literal["interest", "premium", "contribution", "late_fine"]

_YEAR_MONTHS: Final = 12
_PREMIUM_EVENTS: Final = frozenset({"loan_approved", "loan_disbursed"})
_INTEREST_EVENTS: Final = frozenset({"loan_approved", "loan_prepaid", "loan_repayment_received"})


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One amount under the version that was used, and under the one in force."""

    about: About
    used_satang: int
    in_force_satang: int

    @property
    def variance_satang(self) -> int:
        """What should have been taken more."""
        return self.in_force_satang - self.used_satang


class OtherVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An entry by a version of the bylaws that is not the one in force."""

    ledger: str
    used: int
    in_force: int
    is_known: bool  # whether the version used was ever adopted
    differences: tuple[Difference, ...] = ()

    @property
    def variance_satang(self) -> int:
        """The amount of variance, over everything that can be told."""
        return sum(one.variance_satang for one in self.differences)


def other_version(
    history: RulesetHistory, event: Event, village: str, on: date, interest_at: InterestAt | None = None
) -> OtherVersion | None:
    """The flag on an entry whose author used another version than the one in force on its date.

    Args:
        history: the rulesets that were adopted.
        event: what the entry says; one that names no version is not flagged.
        village: the entry's village.
        on: the entry's business date.
        interest_at: the interest of this entry by a product's rules, where the caller can tell it better.
    """
    ledger = ledger_ruling(event, village)
    now = in_force(history, ledger, on)
    if event.bylaws is None or now is None or event.bylaws == now.version:
        return None
    used = history.version(ledger, event.bylaws)
    found = () if used is None else tuple(differences(event, used.rules, now.rules, interest_at))
    return OtherVersion(
        ledger=ledger, used=event.bylaws, in_force=now.version, is_known=used is not None, differences=found
    )


def ruleset_variance(history: RulesetHistory, body: Body, interest_at: InterestAt | None = None) -> OtherVersion | None:
    """The flag on an entry, from its body: `other_version` of its event, its village and its business date."""
    return other_version(history, body.event, body.village, body.date, interest_at)


def version_to_name(history: RulesetHistory, event: Event, village: str, on: date) -> int | None:
    """The version that an author names who records an event now: the one that his books have in force on its date."""
    adopted = in_force(history, ledger_ruling(event, village), on)
    return None if adopted is None else adopted.version


def differences(event: Event, used: Bylaws, now: Bylaws, interest_at: InterestAt | None = None) -> Iterator[Difference]:
    """Every amount of an event that both rulesets give, and give differently."""
    for about, reckon in _reckonings(event, interest_at):
        before, after = reckon(used), reckon(now)
        if before is not None and after is not None and before != after:
            yield Difference(about=about, used_satang=before, in_force_satang=after)


def premium_satang(rules: Bylaws, event: Event, granted_satang: int | None = None) -> int | None:
    """The risk premium on the covered part of a loan; None where its product is not ruled.

    Args:
        rules: the bylaws.
        event: with the loan's amount and product.
        granted_satang: the cover that its approval granted, where that is known: it may be less than the loan.
    """
    product = product_ruling(rules, event)
    if product is None:
        return None
    return cover_loan(
        gross_satang=amount_of(event) if granted_satang is None else min(amount_of(event), granted_satang),
        covered_max_satang=product.covered_max_satang,
        premium_bp=product.premium_bp,
    ).premium_satang


def contribution_satang(rules: Bylaws, months: int) -> int | None:
    """The welfare contribution of these months; whole years by the yearly sum, where there is one."""
    monthly = rules.welfare_contribution_satang_month
    yearly = rules.welfare.contribution_satang_year if rules.welfare else None
    years, rest = divmod(months, _YEAR_MONTHS) if yearly is not None else (0, months)
    if rest and monthly is None:
        return None
    return years * (yearly or 0) + rest * (monthly or 0)


def late_fine_satang(rules: Bylaws, months: int) -> int | None:
    """The fine for months of shares that were not paid."""
    fine = rules.share_late_fine_satang
    return None if fine is None else months * fine


def _reckonings(event: Any, interest_at: InterestAt | None) -> Iterator[tuple[About, Callable[[Bylaws], int | None]]]:
    """What can be told of an event by rules alone, or with the caller's reckoning."""
    tag = event.__struct_config__.tag
    if tag in _PREMIUM_EVENTS:
        yield "premium", lambda rules: premium_satang(rules, event)
    if interest_at is None and isinstance(event, LoanApproved):
        interest_at = _of_the_contract(event)
    if interest_at is not None and tag in _INTEREST_EVENTS:
        yield "interest", _of_product(event, interest_at)
    if tag == "welfare_contribution_received":
        yield "contribution", lambda rules: contribution_satang(rules, len(event.months))
    if tag == "savings_fine_charged":
        yield "late_fine", lambda rules: late_fine_satang(rules, len(event.months))


def _of_product(event: Event, interest_at: InterestAt) -> Callable[[Bylaws], int | None]:
    def reckon(rules: Bylaws) -> int | None:
        product = product_ruling(rules, event)
        return None if product is None else interest_at(product)

    return reckon


def _of_the_contract(event: LoanApproved) -> InterestAt | None:
    """The interest of a whole schedule; None where there is none before the days are known."""
    method = event.method
    if method == "act_365" or not 1 <= event.months <= INSTALMENTS_MAX:
        return None

    def interest_at(product: LoanProduct) -> int:
        terms = Terms(
            principal_satang=event.amount_satang,
            months=event.months,
            rate_bp_month=product.rate_bp_month,
            rounding_satang=product.instalment_rounding_satang or 1,
            rounding_mode=product.instalment_rounding_mode or "half_up",
        )
        return sum(instalment.interest_satang for instalment in schedule(method, terms))

    return interest_at
