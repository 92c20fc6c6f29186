"""What the welfare fund grants before the thirteen months: stays in hospital, births, school, storms and deaths.

* Grants are on the 20th, to members whose waiting period is over, and grow with their number.
* In all they are what the fund takes in beyond what it has on the first day.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance
from sajja_client.demo.claims import Claim, death_benefit
from sajja_client.demo.decade.path import LAST_MONTH
from sajja_client.demo.decade.years import VillageYears
from sajja_schemas.calculations.spans import first_day_of, month_number
from sajja_schemas.events.welfare import Benefit

_SESSION_DAY: Final = 20
_WAITING_MONTHS: Final = 7  # half a year, and the month in which it ends
_NIGHTS: Final = (1, 2, 3, 3)
_STAYS_A_YEAR: Final = 3
_BIRTH_PERCENT: Final = 6
_SCHOOL_MONTH, _STORM_MONTH = 4, 11
_SEASONAL_PERCENT: Final = 30


def draw_benefits(chance: Chance, villages: Mapping[str, VillageYears], total: int) -> list[Claim]:
    """Every grant until the first day, session by session; together a little less than a total."""
    enrolled = [
        (start + _WAITING_MONTHS, member)
        for years in villages.values()
        for member in years.roster.members
        if (start := years.enrols(member)) is not None and member.exit_month is None
    ]
    months = range(month_number(rules.WELFARE_START) + _WAITING_MONTHS, LAST_MONTH + 1)
    able = {month: [member for from_month, member in enrolled if from_month <= month] for month in months}
    people = sum(len(those) for those in able.values())
    deaths = list(_deaths(villages))
    total -= sum(claim.amount for claim in deaths)
    drawn: list[Claim] = []
    stays: dict[str, list[date]] = {}
    left = 0
    for month in months:
        left += total * len(able[month]) // people
        session = first_day_of(month).replace(day=_SESSION_DAY)
        there = [claim for claim in deaths if claim.session == session]
        for member in chance.sample(able[month], len(able[month])):
            benefit, amount = _draw_one(chance, month % 12)
            if amount > left:
                break
            happened = session - timedelta(days=chance.between(4, 13))
            if benefit == "hospital" and not _may_stay(stays.setdefault(member.id, []), happened):
                continue
            left -= amount
            village = member.id.partition("-")[0]
            there.append(
                Claim(
                    session=session, village=village, member=member.id, benefit=benefit, amount=amount,
                    happened=happened,
                )
            )  # fmt: skip
        drawn += sorted(there, key=lambda claim: claim.village)
    return drawn


def _may_stay(stays: list[date], happened: date) -> bool:
    """Three stays in any year are within the yearly cap, whatever they cost; a fourth may not be."""
    if len(stays) >= _STAYS_A_YEAR and happened - stays[-_STAYS_A_YEAR] < timedelta(days=366):
        return False
    stays.append(happened)
    return True


def _deaths(villages: Mapping[str, VillageYears]) -> Iterator[Claim]:
    """What is granted on the 20th of the month in which the certificate is shown."""
    for unit, years in villages.items():
        for death in years.deaths:
            month = death.member.exit_month
            amount = death_benefit(death.member, death.died) if death.member.in_welfare else 0
            if amount and month is not None:
                session = first_day_of(month).replace(day=_SESSION_DAY)
                yield Claim(
                    session=session, village=unit, member=death.member.id, benefit="death", amount=amount,
                    happened=death.died,
                )  # fmt: skip


def _draw_one(chance: Chance, of_year: int) -> tuple[Benefit, int]:
    if chance.happens(_BIRTH_PERCENT):
        return "birth", 1_000 * rules.BAHT
    if of_year == _SCHOOL_MONTH and chance.happens(_SEASONAL_PERCENT):
        return "education", 500 * rules.BAHT
    if of_year == _STORM_MONTH and chance.happens(_SEASONAL_PERCENT):
        return "disaster", 1_000 * rules.BAHT
    return "hospital", chance.pick(_NIGHTS) * rules.HOSPITAL_NIGHT
