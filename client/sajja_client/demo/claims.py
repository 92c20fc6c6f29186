"""The benefits that the welfare fund grants: kinds, amounts and days, so that twelve months of them are exact.

* Deaths are those of the register; births, school and storms are few; the elderly have their yearly benefit in April.
* 22 of a hundred enrolled are in hospital once a year. Their nights make up what the year's figure leaves for them.
* Claims are drawn for the thirteen months; a term that begins later finds the earlier ones on paper.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec

from sajja_client.demo import rules
from sajja_client.demo.chance import Chance
from sajja_client.demo.people import Member, Roster, died_on
from sajja_client.demo.sessions import next_session, sessions
from sajja_client.demo.targets import Targets
from sajja_schemas.calculations.welfare import Tier, tier_amount
from sajja_schemas.calendar import BE_OFFSET
from sajja_schemas.events.welfare import Benefit

PENSION_SESSION: Final = date(rules.YEAR, 4, 17)
PENSION: Final = 200 * rules.BAHT
_SCHOOL: Final = (date(rules.YEAR, 5, 15), date(rules.YEAR, 5, 29))
_STORMS: Final = (date(rules.CLOSED_YEAR, 11, 29), date(rules.CLOSED_YEAR, 12, 13), date(rules.CLOSED_YEAR, 12, 27))
_BIRTHS: Final = 15
_EDUCATION: Final = 40
_DISASTERS: Final = 9
_CLAIMS_PER_100: Final = 22
_NIGHTS_MOST: Final = rules.HOSPITAL_VISIT_MAX // rules.HOSPITAL_NIGHT
_ENROLLED_BEFORE: Final = date(2018, 12, 1)  # the waiting period is over on the first day
_AMOUNTS: Final[Mapping[Benefit, int]] = {
    "birth": 1_000 * rules.BAHT, "education": 500 * rules.BAHT, "disaster": 1_000 * rules.BAHT,
}  # fmt: skip
_PAPER_A_MONTH: Final = 12

_Few = tuple[Benefit, Sequence[date], int]  # granted on some of these days, so many


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A benefit that is granted in a session."""

    session: date
    village: str
    member: str
    benefit: Benefit
    amount: int
    happened: date


class ClaimsRefused(ValueError):
    """The figure of this seed cannot be met."""


def paper_claims(term: rules.Term) -> int:
    """How many claims of the open year are on paper."""
    return _PAPER_A_MONTH * len(term.earlier_months)


def claim_name(day: date, number: int) -> str:
    """The number of a claim in its year."""
    return f"wc-{day.year + BE_OFFSET}-{number:03}"


def draw_claims(seed: int, targets: Targets, rosters: Mapping[str, Roster]) -> list[Claim]:
    """Every claim of the thirteen months; those of the last twelve sum to the table's figure."""
    chance = Chance(seed, "claims")
    welfare = targets.funds.welfare
    people = {member.id: member for roster in rosters.values() for member in roster.members}
    able = [m for m in people.values() if m.in_welfare and m.exit_month is None and _since(m) < _ENROLLED_BEFORE]
    reckoned = [day for day in sessions(rules.Term()) if day >= rules.FLOWS_FROM]
    drawn = _deaths(targets, rosters)
    drawn += [_claim(chance, day, member, "elderly", PENSION) for day, member in _elderly(able)]
    few: tuple[_Few, ...] = (
        ("birth", reckoned, _BIRTHS), ("education", _SCHOOL, _EDUCATION), ("disaster", _STORMS, _DISASTERS),
    )  # fmt: skip
    for benefit, days, count in few:
        for member in chance.sample(able, count):
            drawn.append(_claim(chance, chance.pick(days), member, benefit, _AMOUNTS[benefit]))
    left = welfare.benefits_12_months - sum(one.amount for one in drawn if one.session >= rules.FLOWS_FROM)
    count = welfare.enrolled * _CLAIMS_PER_100 // 100
    for at, (member, amount) in enumerate(zip(chance.sample(able, count), _nights(chance, left, count), strict=True)):
        drawn.append(_claim(chance, reckoned[at % len(reckoned)], member, "hospital", amount))
    for day in sessions(rules.Term()):
        if day < rules.FLOWS_FROM:
            amounts = _nights(chance, 19 * rules.HOSPITAL_NIGHT, 9)
            drawn += [
                _claim(chance, day, member, "hospital", amount)
                for member, amount in zip(chance.sample(able, 9), amounts, strict=True)
            ]
    return sorted(drawn, key=lambda one: (one.session, one.village))


def _since(member: Member) -> date:
    return max(member.joined, rules.WELFARE_START)


def death_benefit(member: Member, died: date) -> int:
    """The benefit goes by the years of membership."""
    ruled = rules.WELFARE_BYLAWS.welfare
    assert ruled is not None, "the fund's bylaws have benefits"
    tiers = [
        Tier(amount_satang=tier.amount_satang, from_days=tier.from_days or 0, from_months=tier.from_months or 0)
        for benefit in ruled.benefits
        if benefit.benefit == "death"
        for tier in benefit.tiers
    ]
    return tier_amount(tiers, member_since=_since(member), on=died)


def _deaths(targets: Targets, rosters: Mapping[str, Roster]) -> list[Claim]:
    drawn = []
    for village in targets.villages:
        for member in rosters[village.unit].members:
            if member.exit_by == "death" and member.in_welfare and member.exit_month is not None:
                died = died_on(village.moo, member)
                amount = death_benefit(member, died)
                if amount:
                    session = next_session(rules.meeting_date(village.moo, member.exit_month))
                    drawn.append(
                        Claim(
                            session=session, village=village.unit, member=member.id, benefit="death", amount=amount,
                            happened=died,
                        )
                    )  # fmt: skip
    return drawn


def _elderly(able: list[Member]) -> list[tuple[date, Member]]:
    return [(PENSION_SESSION, member) for member in able if member.is_elderly]


def _claim(chance: Chance, session: date, member: Member, benefit: Benefit, amount: int) -> Claim:
    return Claim(
        session=session,
        village=member.id.partition("-")[0],
        member=member.id,
        benefit=benefit,
        amount=amount,
        happened=session - timedelta(days=chance.between(4, 13)),
    )


def _nights(chance: Chance, total: int, count: int) -> list[int]:
    """What each stay comes to: one to three nights' money, together the total."""
    units, rest = divmod(total, rules.HOSPITAL_NIGHT)
    if rest or not count <= units <= _NIGHTS_MOST * count:
        raise ClaimsRefused(f"{total} satang cannot be {count} stays in hospital")
    nights = [1] * count
    for _ in range(units - count):
        at = chance.below(count)
        while nights[at] == _NIGHTS_MOST:
            at = (at + 1) % count
        nights[at] += 1
    return [number * rules.HOSPITAL_NIGHT for number in nights]
