"""What each ledger held on the first day: the table of 22 August less everything that has changed since.

* Members' shares are spread by pledge and years of membership, so that a borrower's are in proportion to the loan.
* The open year's income and expense before the first day come along, by loan and by contributor.
* Loans are brought forward with the terms of their contracts, so that it is known what falls due.
* Every ledger balances by itself, or the plan is wrong: nothing is added to make it balance.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance, apportion
from sajja_client.demo.claims import claim_name, paper_claims
from sajja_client.demo.funds import BANKS
from sajja_client.demo.lending import Loan
from sajja_client.demo.people import Member
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Targets
from sajja_schemas import limits
from sajja_schemas.accounts import is_result
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.events.base import Fund
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine, OpeningLoan

Activity = Mapping[tuple[str, int, str], int]  # the change of each balance during the term

_UNIT = 10 * rules.BAHT  # shares and special savings are whole multiples of it
_WHOLE_BP = 10_000
_PER_CENT = 100
_WORTH = frozenset({3210, 3220, 3230, 3240, 3310, 3320, 3410, 3420, 3430})
_POOL_CAPITAL = 3430
_RESERVES = ((3210, 45), (3220, 15), (3230, 25), (3310, 15))
CAPITAL_BY_VILLAGE = 15_000 * rules.BAHT


class OpeningRefused(ValueError):
    """From this seed no opening can be made: something would have to be negative."""


def pages(ledger: str, lines: list[OpeningLine]) -> Iterator[OpeningBalanceRecorded]:
    """The paper book's pages of a ledger."""
    if sum(line.amount_satang for line in lines):
        raise OpeningRefused(f"the opening of {ledger} does not balance")
    for start in range(0, len(lines), limits.OPENING_LINES_MAX):
        page = tuple(lines[start : start + limits.OPENING_LINES_MAX])
        yield OpeningBalanceRecorded(ledger=ledger, lines_of_page=page)


def open_village(season: Season, activity: Activity) -> list[OpeningLine]:
    """The opening of a village's bank."""
    village, ledger = season.village, season.ledger
    shares, special = open_shares(season, activity), open_special(season, activity)
    if min([0, *shares.values(), *special.values()]) < 0:
        raise OpeningRefused(f"{ledger} would open with less than nothing")
    lines = [
        OpeningLine(account=1110, sub=season.box, amount_satang=season.opening_box),
        OpeningLine(account=1120, sub=season.bank, amount_satang=village.bank - _change(activity, ledger, 1120)),
        OpeningLine(account=1130, amount_satang=village.network_deposit - _change(activity, ledger, 1130)),
        OpeningLine(account=3120, amount_satang=-village.seed),
        *_owed_to_pool(season, activity),
        *(_loan_line(season, loan) for loan in season.loans if loan.owed_before(season.term.months[0])),
        *_by_member(3110, shares),
        *_by_member(2110, special),
        *season.year_before,
    ]
    reserve = village.reserve + _reserved(activity, ledger) + sum(line.amount_satang for line in season.year_before)
    if reserve <= 0:
        raise OpeningRefused(f"{ledger} would open without reserves")
    parts = apportion(reserve, [weight for _account, weight in _RESERVES])
    for (account, _weight), part in zip(_RESERVES, parts, strict=True):
        lines.append(OpeningLine(account=account, amount_satang=-part))
    return lines


def open_shares(season: Season, activity: Activity, reinvested: int = 0) -> dict[str, int]:
    """What every member had in shares."""
    total = season.village.shares + _change(activity, season.ledger, 3110) - reinvested
    return _spread_shares(season, total)


def open_special(season: Season, activity: Activity, interest: int = 0, odd: int = 0) -> dict[str, int]:
    """What every saver had in special savings; one of them, by the number `odd`, has what is no whole ten baht."""
    total = season.village.special + _change(activity, season.ledger, 2110) - interest
    return _spread_special(season, total, odd)


def _owed_to_pool(season: Season, activity: Activity) -> list[OpeningLine]:
    linkage = season.village.linkage + _change(activity, season.ledger, 2220)
    return [OpeningLine(account=2220, amount_satang=-linkage)] if linkage else []


def _loan_line(season: Season, loan: Loan) -> OpeningLine:
    terms = OpeningLoan(
        member=loan.member.id,
        principal_satang=loan.gross,
        months=loan.months,
        rate_bp_month=rules.MONTHLY_RATE_BP,
        method="declining",
        first_due=loan.first_due,
        covered_satang=loan.covered,
        rounding_satang=rules.LOAN_STEP,
        rounding_mode="up",
    )
    owed = loan.owed_before(season.term.months[0])
    account = 1211 if loan.product == "emergency" else 1210
    return OpeningLine(account=account, sub=loan.id, amount_satang=owed, loan=terms)


def open_funds(
    targets: Targets, before: Mapping[Fund, list[OpeningLine]], activity: Activity
) -> dict[Fund, list[OpeningLine]]:
    """The openings of the office's three ledgers."""
    funds = targets.funds
    return {
        "welfare": _open_fund("welfare", 3410, funds.welfare.balance, before["welfare"], activity),
        "risk": _open_fund("risk", 3420, funds.risk.balance, before["risk"], activity),
        "network": _open_pool(targets, before["network"], activity),
    }


def funds_year_before(
    targets: Targets, term: rules.Term, seasons: Mapping[str, Season]
) -> dict[Fund, list[OpeningLine]]:
    """Income and expense of the funds in the open year, from paper."""
    new_year = date(term.opening_day.year, 1, 1)
    risk = [
        OpeningLine(account=4170, sub=loan.id, amount_satang=-loan.premium)
        for season in seasons.values()
        for loan in season.loans
        if new_year <= loan.disbursed < term.opening_day and loan.premium
    ]
    months = len(term.earlier_months)
    pool = [
        OpeningLine(
            account=4113, sub=village.unit, amount_satang=-linkage * rules.LINKAGE_RATE_BP_MONTH * months // _WHOLE_BP
        )
        for village in targets.villages
        if (linkage := village.linkage)
    ]
    pool.append(OpeningLine(account=5120, amount_satang=months * 850 * rules.BAHT))
    return {"welfare": _welfare_year(term, seasons), "risk": risk, "network": pool}


def _open_fund(
    fund: Fund, account: int, balance: int, year: list[OpeningLine], activity: Activity
) -> list[OpeningLine]:
    worth = balance + _reserved(activity, fund)
    result = -sum(line.amount_satang for line in year)
    return [
        OpeningLine(account=1120, sub=BANKS[fund], amount_satang=worth),
        OpeningLine(account=account, amount_satang=result - worth),
        *year,
    ]


def _open_pool(targets: Targets, year: list[OpeningLine], activity: Activity) -> list[OpeningLine]:
    lines = list(year)
    for village in targets.villages:
        deposit = village.network_deposit + activity.get(("network", 2230, village.unit), 0)
        linkage = village.linkage - activity.get(("network", 1310, village.unit), 0)
        lines.append(OpeningLine(account=2230, sub=village.unit, amount_satang=-deposit))
        lines.append(OpeningLine(account=3430, sub=village.unit, amount_satang=-CAPITAL_BY_VILLAGE))
        if linkage:
            lines.append(OpeningLine(account=1310, sub=village.unit, amount_satang=linkage))
    bank = targets.funds.network.bank - _change(activity, "network", 1120)
    lines.append(OpeningLine(account=1120, sub=BANKS["network"], amount_satang=bank))
    capital = targets.funds.network.capital + _reserved(activity, "network")
    shown = -sum(line.amount_satang for line in lines if line.account == _POOL_CAPITAL or is_result(line.account))
    lines.append(OpeningLine(account=3310, amount_satang=shown - capital))
    return lines


def _change(activity: Activity, ledger: str, account: int) -> int:
    return sum(amount for (name, code, _sub), amount in activity.items() if (name, code) == (ledger, account))


def _reserved(activity: Activity, ledger: str) -> int:
    """What has changed in reserves, fund balances and the open year's result; positive for a debit."""
    return sum(
        amount
        for (name, code, _sub), amount in activity.items()
        if name == ledger and (code in _WORTH or is_result(code))
    )


def _spread_shares(season: Season, total: int) -> dict[str, int]:
    members = season.roster.opening
    least = {member.id: _UNIT for member in members}
    for loan in season.loans:
        owed = loan.owed_before(season.term.months[0]) or loan.gross
        needed = -(-owed // (rules.SAVINGS_MULTIPLE * _UNIT)) * _UNIT
        least[loan.member.id] = max(needed, least[loan.member.id])
    least |= season.leavers_shares
    opened = season.term.opening_day
    staying = [member for member in members if member.id not in season.leavers_shares]
    return _spread(3110, total, least, {member.id: _pledged_so_far(member, opened) for member in staying})


def _spread_special(season: Season, total: int, odd: int) -> dict[str, int]:
    savers = [member for member in season.roster.opening if member.has_special]
    chance = season.draw("special")
    least = {member.id: season.withdrawn.get(member.id, 0) for member in savers}
    weights = {member.id: chance.between(1, 30) ** 2 for member in savers}
    spread = _spread(2110, total // _UNIT * _UNIT, least, weights)
    spread[savers[odd % len(savers)].id] += total % _UNIT
    return spread


def _spread(account: int, total: int, least: Mapping[str, int], weights: Mapping[str, int]) -> dict[str, int]:
    """A total over members: what each must have, and the rest by weight."""
    rest = total - sum(least.values())
    if rest < 0 or rest % _UNIT:
        raise OpeningRefused(f"{account} cannot be spread")
    parts = dict(zip(weights, apportion(rest // _UNIT, list(weights.values())), strict=True))
    return {member: amount + parts.get(member, 0) * _UNIT for member, amount in least.items()}


def _by_member(account: int, held: Mapping[str, int]) -> list[OpeningLine]:
    return [
        OpeningLine(account=account, sub=member, amount_satang=-amount) for member, amount in held.items() if amount
    ]


def _pledged_so_far(member: Member, opened: date) -> int:
    return member.pledge // rules.BAHT * max(1, month_number(opened) - month_number(member.joined))


def village_year_before(season: Season, chance: Chance) -> list[OpeningLine]:
    """A village's income and expense of the open year, from paper."""
    village, earlier = season.village, season.term.earlier_months
    months, linkage, interest = len(earlier), village.linkage, 0
    lines = []
    for loan in season.loans:
        owed = sum(loan.owed_on_paper(month) for month in earlier)
        if owed:
            paid = owed * rules.MONTHLY_RATE_BP // _WHOLE_BP
            account = 4111 if loan.product == "emergency" else 4110
            lines.append(OpeningLine(account=account, sub=loan.id, amount_satang=-paid))
            interest += paid
    for number in range(1, 1 + village.members // 25):  # loans that ended on paper
        paid = chance.between(5, 40) * 5 * rules.BAHT
        lines.append(OpeningLine(account=4110, sub=f"{season.unit}-l9{number:02}", amount_satang=-paid))
    allowances = months * 5 * (60 + village.members // 2 // 10 * 10)
    expenses = (
        (5110, village.special * 150 // _WHOLE_BP),
        (5112, linkage * rules.LINKAGE_RATE_BP_MONTH * months // _WHOLE_BP),
        (5120, (months * chance.between(25, 35) * 10 + village.members * 25) * rules.BAHT),  # and the AGM
        (5121, allowances * rules.BAHT),
        (5122, chance.between(80, 150) * 10 * rules.BAHT),
        (5123, months * chance.between(10, 14) * 10 * rules.BAHT),
        (5125, chance.between(10, 20) * 100 * rules.BAHT),
        (5127, interest * rules.PUBLIC_WORKS_PERCENT // _PER_CENT // _UNIT * _UNIT),
    )
    return lines + [OpeningLine(account=account, amount_satang=amount) for account, amount in expenses if amount]


def _welfare_year(term: rules.Term, seasons: Mapping[str, Season]) -> list[OpeningLine]:
    """The welfare fund's income and expense of the open year, from paper."""
    lines = []
    for season in seasons.values():
        for member in season.roster.opening:
            if season.roster.is_enrolled_at_opening(member):
                months = sum(month >= month_number(member.joined) for month in term.earlier_months)
                paid = rules.WELFARE_PREPAID if member.is_prepaid else months * rules.WELFARE_MONTHLY
                if paid:
                    lines.append(OpeningLine(account=4162, sub=member.id, amount_satang=-paid))
    for number in range(1, 1 + paper_claims(term)):
        account = (5212, 5212, 5212, 5211, 5218, 5214)[number % 6] if number % 4 == 0 else 5212
        amount = {5212: 600, 5211: 1_000, 5218: 500, 5214: 10_000}[account] * rules.BAHT
        lines.append(OpeningLine(account=account, sub=claim_name(term.opening_day, number), amount_satang=amount))
    lines.append(OpeningLine(account=5121, amount_satang=len(term.earlier_months) * 1_100 * rules.BAHT))
    return lines
