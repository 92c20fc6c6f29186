"""The shape of a ruleset: what can be read, what cannot, and that a ruleset of the first version reads for ever."""

import json
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sajja_schemas import canonical, limits
from sajja_schemas.accounts import LedgerKind
from sajja_schemas.bylaws.defaults import default_rules
from sajja_schemas.bylaws.parameters import PARAMETERS, is_ruled, read_parameter, unruled
from sajja_schemas.bylaws.problems import problems
from sajja_schemas.bylaws.sentences import ProblemCode
from sajja_schemas.events import Body, encode_body, read_body
from sajja_schemas.events.network import RulesetAdopted
from sajja_schemas.events.ruleset import Bylaws
from support.world import ASSEMBLY, DAY, World

# As the first version wrote it: flat fields and loan products, and not one thing more.
FIRST = (
    '{"box_limit_satang":500000,"deposit_within_hours":48,"fiscal_year_end":"12-31","general_meeting_quorum_bp":5000,'
    '"loan_products":[{"code":"emergency","guarantors":1,"max_months":3,"max_satang":500000,"multiple_of_savings":5,'
    '"rate_bp_month":100}],"meeting_day":5,"pledge_max_satang":100000,"pledge_min_satang":5000,"pool_rate_in_bp":400,'
    '"pool_rate_out_bp":600,"share_late_fine_satang":500,"share_par_satang":1000,"special_savings_rate_bp":600,'
    '"welfare_contribution_satang_month":3000,"welfare_waiting_days":180}'
)
GROUPS = {field.name for field in msgspec.structs.fields(Bylaws)} - {one.path for one in PARAMETERS}


def rules_at(path: str, value: Any) -> dict[str, Any]:
    """A document in which only this is ruled; `a[].b` is the field of the only line of a list."""
    name, _dot, rest = path.partition(".")
    inner = rules_at(rest, value) if rest else value
    return {name.removesuffix("[]"): [inner] if name.endswith("[]") else inner}


def complete(path: str, value: Any) -> dict[str, Any]:
    """The same, with what a line cannot be without."""
    document = rules_at(path, value)
    for where, needed in NEEDED.items():
        if path.startswith(where):
            line: Any = document
            for name in where.rstrip(".").split("."):
                line = line[name.removesuffix("[]")]
                line = line[0] if name.endswith("[]") else line
            for field, usual in needed.items():
                line.setdefault(field, usual)
    return document


NEEDED: dict[str, dict[str, Any]] = {
    "loan_products[].": {"code": "ordinary", "max_satang": 1, "max_months": 1, "rate_bp_month": 1},
    "calendar.meeting_weekday.": {"nth": 1, "weekday": "sunday"},
    "loans.penalty.": {"bp_month": 0, "on": "overdue_principal", "counted": "days", "grace_days": 0},
    "loans.provisions[].": {"overdue_days_over": 0, "share_bp": 0},
    "approvals[].": {"event": "expense_paid", "approvers": "A3"},
    "allocation[].": {"head": "reserve", "share_bp": 1},
    "welfare.benefits[].": {"benefit": "death", "per": "case"},
    "welfare.benefits[].tiers[].": {"amount_satang": 1},
    "risk.covers[].": {"product": "ordinary", "covered_max_satang": 1},
}
CENT, WHOLE, ANY = (0, 100), (0, 10_000), (0, limits.INTEGER_MAX)
SOME, RATE, COUNT = (1, limits.INTEGER_MAX), (0, 1_000_000), (0, 10_000_000)
DAYS, MONTHS, TIMES = (0, 36_600), (0, 1_200), (0, 1_000)
# Written by hand: the least and the greatest of every number in a ruleset.
BOUNDS: dict[str, tuple[int, int]] = {
    "general_meeting_quorum_bp": RATE,
    "meeting_day": (1, 31),
    "share_par_satang": SOME,
    "pledge_min_satang": SOME,
    "pledge_max_satang": SOME,
    "share_late_fine_satang": ANY,
    "special_savings_rate_bp": RATE,
    "loan_products[].max_satang": SOME,
    "loan_products[].max_months": COUNT,
    "loan_products[].rate_bp_month": RATE,
    "loan_products[].guarantors": COUNT,
    "loan_products[].multiple_of_savings": COUNT,
    "loan_products[].premium_bp": RATE,
    "loan_products[].covered_max_satang": ANY,
    "loan_products[].instalment_rounding_satang": (1, 100_000),
    "loan_products[].membership_months_min": MONTHS,
    "loan_products[].guarantor_quota": TIMES,
    "loan_products[].approval_days_max": DAYS,
    "box_limit_satang": SOME,
    "deposit_within_hours": COUNT,
    "welfare_contribution_satang_month": SOME,
    "welfare_waiting_days": COUNT,
    "pool_rate_in_bp": RATE,
    "pool_rate_out_bp": RATE,
    "calendar.meeting_weekday.nth": (1, 5),
    "calendar.general_meeting_month": (1, 12),
    "shares.pledge_changes_per_year": TIMES,
    "shares.partial_withdrawal_after_months": MONTHS,
    "loans.penalty.bp_month": RATE,
    "loans.penalty.grace_days": DAYS,
    "loans.yearly_cost_max_bp": RATE,
    "loans.provisions[].overdue_days_over": DAYS,
    "loans.provisions[].share_bp": WHOLE,
    "loans.write_off_after_days": DAYS,
    "loans.reschedules_max": TIMES,
    "approvals[].from_satang": ANY,
    "allocation[].share_bp": WHOLE,
    "dividend.membership_months_min": MONTHS,
    "welfare.contribution_satang_year": SOME,
    "welfare.entry_fee_satang": ANY,
    "welfare.benefits[].amount_satang": ANY,
    "welfare.benefits[].case_max_satang": SOME,
    "welfare.benefits[].year_max_satang": SOME,
    "welfare.benefits[].nights_year_max": TIMES,
    "welfare.benefits[].age_years_min": (0, 120),
    "welfare.benefits[].membership_months_min": MONTHS,
    "welfare.benefits[].tiers[].amount_satang": ANY,
    "welfare.benefits[].tiers[].from_months": MONTHS,
    "welfare.benefits[].tiers[].from_days": DAYS,
    "welfare.lapse_missed": TIMES,
    "welfare.claim_window_days": DAYS,
    "welfare.admin_cap_bp": WHOLE,
    "welfare.matched_rounds_max": TIMES,
    "risk.premium_bp": RATE,
    "risk.covers[].covered_max_satang": ANY,
    "risk.default_covered_max_satang": ANY,
    "risk.waiting_days": DAYS,
    "network.contribution_bp_year": RATE,
    "network.max_linkage_pct_of_pool": CENT,
    "network.single_village_limit_pct": CENT,
    "network.village_par30_max_bp": WHOLE,
    "network.withdrawal_notice_days": DAYS,
    "network.transit_days_warn": DAYS,
    "group.members_min": TIMES,
    "audit.confirmation_sample_pct": CENT,
    "audit.backdate_days_max": DAYS,
    "audit.late_sync_days_warn": DAYS,
    "islamic.fee_satang": ANY,
    "retention.erasure_days_max": DAYS,
    "retention.personal_months_after_exit": MONTHS,
    "retention.claim_evidence_months": MONTHS,
}
# Every closed choice, with each of its values; and what must not pass as text.
CHOICES: dict[str, tuple[object, ...]] = {
    "loan_products[].method": ("declining", "annuity", "flat_bullet", "flat_instalments", "act_365"),
    "loan_products[].day_basis": ("month", "act_365"),
    "loan_products[].instalment_rounding_mode": ("half_up", "up"),
    "loan_products[].spouse_guarantor": (True, False),
    "calendar.meeting_weekday.weekday": (
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ),
    "shares.partial_withdrawal": (True, False),
    "shares.fractional_shares": (True, False),
    "special_savings.method": ("daily_365", "daily_366", "min_monthly_from_day5"),
    "loans.penalty.on": ("overdue_principal", "overdue_instalment"),
    "loans.penalty.counted": ("started_months", "days"),
    "approvals[].approvers": ("A0", "A1", "A2", "A3", "A4", "A5", "AU"),
    "cash.rounding_satang": (0, 25, 50, 100),
    "cash.rounding_mode": ("half_up", "down", "up"),
    "allocation[].head": (
        "dividend", "patronage", "reserve", "welfare", "village_development", "committee", "risk_reserve",
    ),
    "dividend.weight": ("share_month", "share_day"),
    "dividend.rounding": ("half_up", "floor_satang", "floor_baht"),
    "dividend.residue": ("largest_remainder", "to_reserve"),
    "dividend.leavers_share": (True, False),
    "welfare.benefits[].benefit": (
        "birth", "hospital", "elderly", "death", "funeral", "disadvantage", "occupation",
        "education", "tradition", "housing", "disaster", "public", "environment", "other",
    ),
    "welfare.benefits[].per": ("case", "night", "child", "year"),
    "welfare.benefits[].both_parents": (True, False),
    "welfare.year_basis": ("calendar", "fiscal", "membership"),
    "welfare.night_rule": ("nights", "days"),
    "welfare.lapse_operator": (">", ">="),
    "risk.shortage_rule": ("queue", "pro_rata"),
    "risk.default_cover": (True, False),
    "risk.interest_covered": (True, False),
    "risk.premium_refund": (True, False),
    "network.contribution_of": ("revolving_fund", "savings"),
    "group.profit_basis": ("shares", "labour", "sales"),
    "islamic.member_no_interest": (True, False),
    "islamic.fee_model": ("none", "per_loan", "per_instalment"),
}  # fmt: skip
TEXTS: dict[str, tuple[list[object], list[object]]] = {
    "fiscal_year_end": (["12-31", "09-30"], ["31-12-2563", "1231"]),
    "loan_products[].code": (["ordinary", "long-1"], ["", "Ordinary", "a b", "x" * 41]),
    "special_savings.post_dates": ([["06-30", "12-31"], []], [["13-01"], ["12-32"], ["1-1"], ["12-31"] * 13]),
    "loans.allocation_order": ([["fine", "interest", "principal"]], [["fine", "interest"], ["fine"] * 4, ["cash"] * 3]),
    "approvals[].event": (["expense_paid", "x" * 60], ["Expense", "", "x" * 61]),
    "risk.covers[].product": (["ordinary"], ["Ordinary"]),
    "risk.causes": ([["death", "disability"], []], [["default"], ["death"] * 3]),
}


def leaves(shape: msgspec.inspect.Type, path: str) -> typing.Iterator[str]:
    """Every place in a ruleset where a value stands; a list of plain values is one."""
    match shape:
        case msgspec.inspect.Metadata():
            yield from leaves(shape.type, path)
        case msgspec.inspect.UnionType():
            for member in shape.types:
                if not isinstance(member, msgspec.inspect.NoneType):
                    yield from leaves(member, path)
        case msgspec.inspect.StructType():
            for field in shape.fields:
                yield from leaves(field.type, f"{path}.{field.name}".lstrip("."))
        case msgspec.inspect.VarTupleType() if isinstance(shape.item_type, msgspec.inspect.StructType):
            yield from leaves(shape.item_type, path + "[]")
        case _:
            yield path


def read(document: object) -> Bylaws:
    return msgspec.json.decode(json.dumps(document), type=Bylaws)


def test_every_value_of_a_ruleset_has_its_bounds_here() -> None:
    assert {*BOUNDS, *CHOICES, *TEXTS} == set(leaves(msgspec.inspect.type_info(Bylaws), ""))


@pytest.mark.parametrize(("path", "bounds"), BOUNDS.items())
def test_a_number_is_within_its_bounds(path: str, bounds: tuple[int, int]) -> None:
    for value in bounds:
        read(complete(path, value))
    bad: tuple[object, ...] = (bounds[0] - 1, bounds[1] + 1, 1.5, "1", True)
    for wrong in bad:
        with pytest.raises(msgspec.ValidationError):
            read(complete(path, wrong))


@pytest.mark.parametrize(("path", "values"), CHOICES.items())
def test_a_choice_is_closed(path: str, values: tuple[object, ...]) -> None:
    for value in values:
        read(complete(path, value))
    for value in ("none of these", 7, [], {}):
        with pytest.raises(msgspec.ValidationError):
            read(complete(path, value))


@pytest.mark.parametrize(("path", "texts"), TEXTS.items())
def test_a_text_is_of_its_form(path: str, texts: tuple[list[object], list[object]]) -> None:
    good, bad = texts
    for value in good:
        read(complete(path, value))
    for value in bad:
        with pytest.raises(msgspec.ValidationError):
            read(complete(path, value))


@pytest.mark.parametrize("path", ["loan_products[]", "loans.provisions[]", "approvals[]", "allocation[]",
                                  "welfare.benefits[]", "welfare.benefits[].tiers[]", "risk.covers[]"])  # fmt: skip
def test_a_list_is_not_endless(path: str) -> None:
    document = json.dumps(complete(path + ".", {}))
    lines = json.loads(document)
    field = path.removesuffix("[]").replace("[]", "").split(".")
    place: Any = lines
    for name in field[:-1]:
        place = place[name][0] if isinstance(place[name], list) else place[name]
    place[field[-1]] = place[field[-1]] * 101
    for line in place[field[-1]]:
        line.pop("", None)
    with pytest.raises(msgspec.ValidationError, match="length"):
        read(lines)


def test_a_ruleset_of_the_first_version_reads_for_ever() -> None:
    """Its bytes come out again as they came in, so that its hash holds; and nothing is ruled that it does not say."""
    rules = msgspec.json.decode(FIRST, type=Bylaws)
    assert msgspec.json.encode(rules, order="sorted").decode() == FIRST
    assert rules.loan_products[0].premium_bp == 0
    assert rules.loan_products[0].method is None
    assert not any(read_parameter(rules, path) for path in GROUPS)


def test_an_entry_of_the_first_version_reads_for_ever() -> None:
    world = World.founded()
    tablet = world.village("pp01").tablets[0]
    adopted = RulesetAdopted(
        ledger="bank:pp01", version=1, effective_from=DAY, rules=msgspec.json.decode(FIRST, type=Bylaws),
        assembly=ASSEMBLY,
    )  # fmt: skip
    data = world.record(tablet, adopted).body
    assert FIRST.encode() in data
    assert b"met_on" not in data
    body = read_body(data)
    assert isinstance(body, Body)
    assert encode_body(body) == data


def test_a_field_from_the_future_does_not_stop_a_ruleset() -> None:
    assert read({"meeting_day": 5, "weather": {"rain": 1}, "cash": {"coins": 2}}).meeting_day == 5


@pytest.mark.parametrize("kind", LedgerKind)
def test_the_assumed_rules_read_again_as_they_were_written(kind: LedgerKind) -> None:
    """And fit an entry, at its depth and in its bytes, with room for a village that rules more."""
    rules = default_rules(kind)
    data = msgspec.json.encode(rules)
    assert msgspec.json.decode(data, type=Bylaws) == rules
    canonical.encode({"event": {"rules": json.loads(data)}})
    assert len(data) < limits.BODY_BYTES_MAX // 8


@pytest.mark.parametrize("kind", LedgerKind)
def test_the_assumed_rules_have_no_problem_and_leave_little_open(kind: LedgerKind) -> None:
    rules = default_rules(kind, meeting_day=9)
    assert problems(rules, kind) == []
    assert set(unruled(rules, kind)) <= {
        "approvals",
        "calendar.meeting_weekday",  # a day of the month is ruled
        "shares.partial_withdrawal_after_months",  # there is none
        "risk.default_covered_max_satang",  # nor default cover
    }
    assert rules.meeting_day == (9 if kind in {LedgerKind.BANK, LedgerKind.GROUP} else None)


def test_the_assumed_rules_are_those_of_the_demonstration() -> None:
    """docs/domain.md section 12.4 and 12.5, by hand."""
    bank, welfare, network = (default_rules(kind) for kind in (LedgerKind.BANK, LedgerKind.WELFARE, LedgerKind.NETWORK))
    assert [share.share_bp for share in bank.allocation] == [4_000, 1_000, 1_500, 1_000, 1_000, 1_000, 500]
    assert [(p.code, p.max_satang, p.max_months, p.guarantors, p.premium_bp) for p in bank.loan_products] == [
        ("ordinary", 10_000_000, 24, 2, 100),
        ("short", 4_000_000, 12, 2, 100),
        ("emergency", 500_000, 3, 1, 0),
    ]
    assert (bank.pledge_min_satang, bank.pledge_max_satang, bank.share_late_fine_satang) == (5_000, 100_000, 500)
    assert welfare.welfare is not None
    death = next(line for line in welfare.welfare.benefits if line.benefit == "death")
    assert [(tier.from_days, tier.from_months, tier.amount_satang) for tier in death.tiers] == [
        (180, 0, 300_000), (0, 12, 500_000), (0, 60, 1_000_000), (0, 120, 1_500_000), (0, 180, 2_000_000),
    ]  # fmt: skip
    assert (network.pool_rate_in_bp, network.pool_rate_out_bp) == (400, 600)


def test_every_parameter_has_a_name_and_a_ledger() -> None:
    """A parameter is a field, or the field of a group; groups of three levels are one parameter."""
    expected = {path.split("[")[0] for path in leaves(msgspec.inspect.type_info(Bylaws), "")}
    expected = {".".join(path.split(".")[:2]) for path in expected}
    assert [one.path for one in PARAMETERS] == list(dict.fromkeys(one.path for one in PARAMETERS))
    assert {one.path for one in PARAMETERS} == expected
    for one in PARAMETERS:
        assert one.ledgers
        assert one.english
        assert any("\u0e01" <= letter <= "\u0e5b" for letter in one.thai)


def test_the_domain_names_every_parameter_and_every_problem() -> None:
    page = (Path(__file__).parents[4] / "docs" / "domain.md").read_text(encoding="utf-8")
    section = page[page.index("\n## 4 ") : page.index("\n## 5 ")]
    for one in (*(parameter.path for parameter in PARAMETERS), *ProblemCode):
        assert f"`{one}`" in section, one


def test_what_is_false_or_nothing_is_ruled_all_the_same() -> None:
    rules = read({"share_late_fine_satang": 0, "shares": {"partial_withdrawal": False}})
    assert is_ruled(rules, "share_late_fine_satang")
    assert is_ruled(rules, "shares.partial_withdrawal")
    assert not is_ruled(rules, "shares.fractional_shares")
    assert not is_ruled(rules, "welfare.lapse_missed")
    assert not is_ruled(rules, "loan_products")
