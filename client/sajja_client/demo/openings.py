"""What each ledger held on 1 June: the table of 22 August less everything that the twelve weeks changed.

* Members' shares are spread by pledge and years of membership, so that a borrower's are in proportion to the loan.
* The open year's income and expense from January to May come along, by loan and by contributor.
* Every ledger balances by itself, or the plan is wrong: nothing is added to make it balance.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance, apportion
from sajja_client.demo.funds import BANKS, FIRST_CLAIM
from sajja_client.demo.people import Member
from sajja_client.demo.season import Season
from sajja_client.demo.targets import Targets
from sajja_schemas import limits
from sajja_schemas.accounts import is_result
from sajja_schemas.events.ledgers import OpeningBalanceRecorded, OpeningLine

Activity = Mapping[tuple[str, int, str], int]  # the change of each balance during the twelve weeks

_UNIT = 10 * rules.BAHT  # shares and special savings are whole multiples of it
_WHOLE_BP = 10_000
_POOL_CAPITAL = 3430
_RESERVES = ((3210, 45), (3220, 15), (3230, 25), (3310, 15))
_CAPITAL_BY_VILLAGE = 15_000 * rules.BAHT
_MONTHS_BEFORE = len(rules.EARLIER_MONTHS)


class OpeningRefused(ValueError):
    """From this seed no opening can be made: something would have to be negative."""


def pages(ledger: str, lines: list[OpeningLine]) -> Iterator[OpeningBalanceRecorded]:
    """The paper book's pages of a ledger."""
    if sum(line.amount_satang for line in lines):
        raise OpeningRefused(f"the opening of {ledger} does not balance")
    for start in range(0, len(lines), limits.OPENING_LINES_MAX):
        page = tuple(lines[start : start + limits.OPENING_LINES_MAX])
        yield OpeningBalanceRecorded(ledger=ledger, lines_of_page=page)


def open_village(season: Season, activity: Activity, chance: Chance) -> list[OpeningLine]:
    """The opening of a village's bank."""
    village, ledger = season.village, f"bank:{season.unit}"
    lines = [
        OpeningLine(account=1110, sub=season.box, amount_satang=season.opening_box),
        OpeningLine(account=1120, sub=season.bank, amount_satang=village.bank - _change(activity, ledger, 1120)),
        OpeningLine(account=1130, amount_satang=village.network_deposit - _change(activity, ledger, 1130)),
        OpeningLine(account=3120, amount_satang=-village.seed),
    ]
    linkage = village.linkage + _change(activity, ledger, 2220)
    if linkage:
        lines.append(OpeningLine(account=2220, amount_satang=-linkage))
    owed = [loan for loan in season.loans if loan.opening]
    lines += [OpeningLine(account=1210, sub=loan.id, amount_satang=loan.opening) for loan in owed]
    lines += _spread_shares(season, village.shares + _change(activity, ledger, 3110))
    lines += _spread_special(season, village.special + _change(activity, ledger, 2110), chance)
    year = _open_year(season, linkage, chance)
    result = -sum(line.amount_satang for line in year)
    lines += year
    reserve = village.reserve - _result(activity, ledger) - result
    if reserve <= 0:
        raise OpeningRefused(f"{ledger} would open without reserves")
    parts = apportion(reserve, [weight for _account, weight in _RESERVES])
    for (account, _weight), part in zip(_RESERVES, parts, strict=True):
        lines.append(OpeningLine(account=account, amount_satang=-part))
    return lines


def open_funds(targets: Targets, seasons: Mapping[str, Season], activity: Activity) -> dict[str, list[OpeningLine]]:
    """The openings of the office's three ledgers."""
    funds = targets.funds
    welfare = _welfare_year(seasons)
    risk = [
        OpeningLine(account=4170, sub=loan.id, amount_satang=-loan.premium)
        for season in seasons.values()
        for loan in season.loans
        if loan.disbursed_month is None and loan.disbursed >= date(rules.YEAR, 1, 1) and loan.premium
    ]
    return {
        "welfare": _open_fund("welfare", 3410, funds.welfare.balance, welfare, activity),
        "risk": _open_fund("risk", 3420, funds.risk.balance, risk, activity),
        "network": _open_pool(targets, activity),
    }


def _open_fund(fund: str, account: int, balance: int, year: list[OpeningLine], activity: Activity) -> list[OpeningLine]:
    worth = balance - _result(activity, fund)
    result = -sum(line.amount_satang for line in year)
    return [
        OpeningLine(account=1120, sub=BANKS[fund], amount_satang=worth),
        OpeningLine(account=account, amount_satang=result - worth),
        *year,
    ]


def _open_pool(targets: Targets, activity: Activity) -> list[OpeningLine]:
    lines: list[OpeningLine] = []
    for village in targets.villages:
        deposit = village.network_deposit + activity.get(("network", 2230, village.unit), 0)
        linkage = village.linkage - activity.get(("network", 1310, village.unit), 0)
        lines.append(OpeningLine(account=2230, sub=village.unit, amount_satang=-deposit))
        lines.append(OpeningLine(account=3430, sub=village.unit, amount_satang=-_CAPITAL_BY_VILLAGE))
        if linkage:
            interest = linkage * rules.LINKAGE_RATE_BP_MONTH * _MONTHS_BEFORE // _WHOLE_BP
            lines.append(OpeningLine(account=1310, sub=village.unit, amount_satang=linkage))
            lines.append(OpeningLine(account=4113, sub=village.unit, amount_satang=-interest))
    lines.append(OpeningLine(account=5120, amount_satang=_MONTHS_BEFORE * 850 * rules.BAHT))
    bank = targets.funds.network.bank - _change(activity, "network", 1120)
    lines.append(OpeningLine(account=1120, sub=BANKS["network"], amount_satang=bank))
    capital = targets.funds.network.capital - _result(activity, "network")
    shown = -sum(line.amount_satang for line in lines if line.account == _POOL_CAPITAL or is_result(line.account))
    lines.append(OpeningLine(account=3310, amount_satang=shown - capital))
    return lines


def _change(activity: Activity, ledger: str, account: int) -> int:
    return sum(amount for (name, code, _sub), amount in activity.items() if (name, code) == (ledger, account))


def _result(activity: Activity, ledger: str) -> int:
    """Income less expense of the twelve weeks."""
    return -sum(amount for (name, code, _sub), amount in activity.items() if name == ledger and is_result(code))


def _spread_shares(season: Season, total: int) -> list[OpeningLine]:
    least = {member.id: _UNIT for member in season.roster.opening}
    for loan in season.loans:
        owed = loan.opening or loan.gross
        least[loan.member.id] = -(-owed // (rules.SAVINGS_MULTIPLE * _UNIT)) * _UNIT
    least |= season.leavers_shares
    staying = [member for member in season.roster.opening if member.id not in season.leavers_shares]
    return _spread(3110, total, least, {member.id: _pledged_so_far(member) for member in staying})


def _spread_special(season: Season, total: int, chance: Chance) -> list[OpeningLine]:
    savers = [member for member in season.roster.opening if member.has_special]
    least = {member.id: season.withdrawn.get(member.id, 0) for member in savers}
    weights = {member.id: chance.between(1, 30) ** 2 for member in savers if member.leaves_month is None}
    return _spread(2110, total, least, weights)


def _spread(account: int, total: int, least: Mapping[str, int], weights: Mapping[str, int]) -> list[OpeningLine]:
    """A total over members: what each must have, and the rest by weight."""
    rest = total - sum(least.values())
    if rest < 0 or rest % _UNIT:
        raise OpeningRefused(f"{account} cannot be spread")
    parts = dict(zip(weights, apportion(rest // _UNIT, list(weights.values())), strict=True))
    held = {member: amount + parts.get(member, 0) * _UNIT for member, amount in least.items()}
    return [
        OpeningLine(account=account, sub=member, amount_satang=-amount) for member, amount in held.items() if amount
    ]


def _pledged_so_far(member: Member) -> int:
    months = (rules.OPENING_DAY.year - member.joined.year) * 12 + rules.OPENING_DAY.month - member.joined.month
    return member.pledge // rules.BAHT * max(1, months)


def _open_year(season: Season, linkage: int, chance: Chance) -> list[OpeningLine]:
    """A village's income and expense from January to May."""
    village = season.village
    lines = []
    for loan in season.loans:
        owed = sum(loan.owed_before_june(month) for month in rules.EARLIER_MONTHS)
        if owed:
            interest = owed * rules.MONTHLY_RATE_BP // _WHOLE_BP
            lines.append(OpeningLine(account=4110, sub=loan.id, amount_satang=-interest))
    for number in range(1, 1 + village.members // 25):  # loans that ended before June
        interest = chance.between(5, 40) * 5 * rules.BAHT
        lines.append(OpeningLine(account=4110, sub=f"{season.unit}-l9{number:02}", amount_satang=-interest))
    allowances = _MONTHS_BEFORE * 5 * (60 + village.members // 2 // 10 * 10)
    expenses = (
        (5110, village.special * 150 // _WHOLE_BP),
        (5112, linkage * rules.LINKAGE_RATE_BP_MONTH * _MONTHS_BEFORE // _WHOLE_BP),
        (5120, (_MONTHS_BEFORE * chance.between(25, 35) * 10 + village.members * 25) * rules.BAHT),  # and the AGM
        (5121, allowances * rules.BAHT),
        (5122, chance.between(80, 150) * 10 * rules.BAHT),
        (5123, _MONTHS_BEFORE * chance.between(10, 14) * 10 * rules.BAHT),
        (5125, chance.between(10, 20) * 100 * rules.BAHT),
    )
    return lines + [OpeningLine(account=account, amount_satang=amount) for account, amount in expenses if amount]


def _welfare_year(seasons: Mapping[str, Season]) -> list[OpeningLine]:
    """The welfare fund's income and expense from January to May."""
    lines = []
    for season in seasons.values():
        for member in season.roster.opening:
            if member.in_welfare and member.enrols_month is None:
                paid = rules.WELFARE_PREPAID if member.is_prepaid else _months_paid(member) * rules.WELFARE_MONTHLY
                if paid:
                    lines.append(OpeningLine(account=4162, sub=member.id, amount_satang=-paid))
    for number in range(1, FIRST_CLAIM):
        account = (5212, 5212, 5212, 5211, 5218, 5214)[number % 6] if number % 4 == 0 else 5212
        amount = {5212: 600, 5211: 1_000, 5218: 500, 5214: 10_000}[account] * rules.BAHT
        lines.append(OpeningLine(account=account, sub=f"wc-2563-{number:03}", amount_satang=amount))
    lines.append(OpeningLine(account=5121, amount_satang=_MONTHS_BEFORE * 1_100 * rules.BAHT))
    return lines


def _months_paid(member: Member) -> int:
    joined = member.joined
    return sum((joined.year, joined.month) <= (rules.YEAR, month) for month in rules.EARLIER_MONTHS)
