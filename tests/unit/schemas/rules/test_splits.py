"""A payment's split beside the one that the bylaws come to, with the worked numbers of docs/domain.md section 9.1."""

from datetime import date
from typing import Any

import msgspec
import pytest

from sajja_schemas.accounts import LedgerKind
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.events import lines_of
from sajja_schemas.events.ruleset import LoanRules
from sajja_schemas.findings import Finding
from sajja_schemas.rules import ENTRY_RULES, ask
from unit.schemas.rules.entry_cases import COINS, receipt
from unit.schemas.rules.scenes import Stage, bylaws, counted, event, loan, member

LENT, FIRST, SECOND = date(2020, 1, 5), date(2020, 2, 5), date(2020, 3, 5)
_RULES = {rule.code: rule for rule in ENTRY_RULES}
LATE = date(2020, 4, 19)  # 45 days after the second due
_LOANS = default_rules(LedgerKind.BANK).loans or LoanRules()
PRINCIPAL_FIRST = msgspec.structs.replace(_LOANS, allocation_order=("principal", "interest", "fine"))


def stage(*more: Any, rules: Any = bylaws()) -> Stage:  # noqa: B008  # an act is never changed
    """20,000 at 1 % over twelve months, the first instalment paid: 18,333.33 are owed."""
    made = Stage()
    acts = (rules, member("m1", LENT), loan("l1", "m1", 2_000_000, LENT, months=12, first_due=FIRST.isoformat()), *more)
    for act in acts:
        act(made)
    made.count(event("loan_repayment_received", **receipt(166_667, 20_000)), FIRST)
    return made


def found(on: Stage, code: str, day: date = SECOND, **fields: Any) -> Finding | None:
    return ask(_RULES[code], on.books, on.body(event("loan_repayment_received", **fields), day), "entry")


def split(on: Stage, day: date, *, principal: int = 0, interest: int = 0, fine: int = 0) -> Finding | None:
    said = receipt(principal, interest) | {"fine_satang": fine, "total_satang": principal + interest + fine}
    return found(on, "SPLIT_DIFFERS", day, **said)


def test_interest_comes_before_principal() -> None:
    """Of 1,700.00 are 183.33 interest; a receipt that says 180.00 is 3.33 short of it."""
    assert split(stage(), SECOND, principal=151_667, interest=18_333) is None
    short = split(stage(), SECOND, principal=152_000, interest=18_000)
    assert short is not None
    assert (short.amount_satang, short.fields["interest_satang"]) == (-333, 18_333)


def test_a_small_payment_is_interest_alone() -> None:
    assert split(stage(), SECOND, interest=10_000) is None
    assert split(stage(), SECOND, principal=1, interest=9_999) is not None


def test_where_the_bylaws_put_principal_first_the_rest_is_interest() -> None:
    on = stage(rules=bylaws(loans=PRINCIPAL_FIRST))
    assert split(on, SECOND, principal=166_667, interest=3_333) is None
    assert split(on, SECOND, principal=151_667, interest=18_333) is not None


@pytest.mark.parametrize(("fine", "is_found"), [(0, False), (1_250, False), (1_251, True)])
def test_a_fine_may_be_let_go_and_may_not_be_more_than_is_owed(fine: int, is_found: bool) -> None:
    """38 days behind the grace days are two started months, 8.33 on 1,666.67; the third due adds 4.17 for one."""
    told = split(stage(), LATE, principal=10_000, interest=36_666, fine=fine)
    assert (told is not None) is is_found
    assert told is None or told.amount_satang == 1


def test_nothing_is_asked_of_who_pays_no_interest() -> None:
    free = counted("member_profile_updated", LENT, member="m1", fields=["interest-free"], interest_free=True)
    assert split(stage(free), SECOND, principal=10_000) is None
    assert split(stage(free), SECOND, interest=1) is not None


def test_nothing_is_compared_without_terms_or_bylaws() -> None:
    assert split(stage(rules=lambda _stage: None), SECOND, principal=1) is None
    unknown = Stage()
    bylaws()(unknown)
    assert split(unknown, SECOND, interest=1) is None


@pytest.mark.parametrize(
    ("cash", "difference", "is_found"), [(18_325, 8, False), (18_300, 33, True), (18_350, -17, True)]
)
def test_cash_is_rounded_as_the_bylaws_say(cash: int, difference: int, is_found: bool) -> None:
    """183.33 are 183.25 in coins of 25 satang."""
    said = receipt(0, 18_333, difference)
    assert said["total_satang"] == cash
    assert (found(stage(rules=COINS), "CASH_ROUNDING_DIFFERS", **said) is not None) is is_found
    assert found(stage(), "CASH_ROUNDING_DIFFERS", **said) is not None
    assert found(stage(rules=COINS), "SPLIT_DIFFERS", **said) is None


def test_the_difference_is_posted_to_4190() -> None:
    """Dr 1110 183.25, Dr 4190 0.08 / Cr 4110 183.33; and with 183.50, Cr 4190 0.17."""
    for cash, difference in ((18_325, 8), (18_350, -17)):
        body = stage().body(event("loan_repayment_received", **receipt(0, 18_333, difference)))
        posted = {account: satang for _ledger, account, _sub, satang in lines_of(body)}
        assert posted == {1110: cash, 4110: -18_333, 4190: difference}


def test_an_earlier_payment_that_arrives_later_takes_the_finding_away() -> None:
    """April's receipt came first: by itself it is a month short. March's own is asked as of March."""
    on, april = stage(), date(2020, 4, 5)
    said = receipt(166_667, 16_667)
    told = found(on, "SPLIT_DIFFERS", april, **said)
    assert told is not None
    assert told.amount_satang == 16_667 - 2 * 18_333  # as if nothing was paid in March
    on.count(event("loan_repayment_received", **said), april)
    still = _RULES["SPLIT_DIFFERS"].still
    assert still is not None
    assert still(on.books, told)
    assert split(on, SECOND, principal=166_667, interest=18_333) is None
    on.count(event("loan_repayment_received", **receipt(166_667, 18_333)), SECOND)
    assert not still(on.books, told)


def test_a_fine_that_differs_goes_on_doing_so_when_it_has_counted() -> None:
    on = stage()
    told = split(on, LATE, principal=10_000, interest=36_666, fine=1_251)
    assert told is not None
    said = receipt(10_000, 36_666) | {"fine_satang": 1_251, "total_satang": 10_000 + 36_666 + 1_251}
    on.count(event("loan_repayment_received", **said), LATE)
    on.count(event("loan_repayment_received", **receipt(1_000, 15_000)), date(2020, 5, 5))
    still = _RULES["SPLIT_DIFFERS"].still
    assert still is not None
    assert still(on.books, told)


REST = {"granted_by": "committee", "rest_from": "2020-03-01", "rest_to": "2020-03-31"}


@pytest.mark.parametrize("named", [{"loan": "l1"}, {"product": "ordinary"}])
def test_no_interest_is_owed_of_a_month_that_rests_without_it(named: dict[str, str]) -> None:
    rests = counted("loan_moratorium_granted", LENT, interest_runs=False, **REST, **named)
    assert split(stage(rests), SECOND, interest=18_333) is not None
    assert split(stage(rests), SECOND, principal=10_000) is None
    runs = counted("loan_moratorium_granted", LENT, interest_runs=True, **REST, **named)
    assert split(stage(runs), SECOND, interest=18_333) is None
