"""Lapping, planted: a recorder keeps what one member pays, and covers it a meeting later with what the next one pays.

March's payment of the first is kept. In April the second's cash is recorded as the first's of March, in May the
third's as the second's of April, in June the first's own as the third's of May; in July what was kept is put back.
So every payment is recorded, four of them a meeting late: on receipts of the later month's book, under the earlier
meeting's day.
"""

from sajja_client.demo import planted, rules
from sajja_client.demo.lending import Loan, Payment
from sajja_client.demo.people import Member
from sajja_client.demo.season import Lapped, Season

_VICTIMS = 3
_SHARES_MOST = 300 * rules.BAHT  # with the contribution to the welfare fund


class LappingRefused(ValueError):
    """In this village too few members pay every month at the meeting."""


def lap(season: Season) -> Lapped:
    """When which payment is recorded, of three members who come to every meeting from March to July."""
    first, second, third = victims = _draw_victims(season)
    march, april, may, june, july = planted.LAPPING_MONTHS
    own: Lapped = {(one.id, month): ((one, month),) for one in victims for month in planted.LAPPING_MONTHS}
    season.cases.append(planted.lapping(season.unit, [one.id for one in victims], season.desks[rules.LOAN_DESK].by))
    return own | {
        (first.id, march): (),
        (second.id, april): ((first, march),),
        (third.id, may): ((second, april),),
        (first.id, june): ((third, may),),
        (first.id, july): ((first, june), (first, july)),
    }


def _draw_victims(season: Season) -> list[Member]:
    able = [
        member
        for member in season.roster.opening
        if member.exit_month is None
        and member.id not in season.roster.officer_members
        and member.pledge + rules.WELFARE_MONTHLY <= _SHARES_MOST
        and all(_pays_at_meeting(season.instalments.get((member.id, month), [])) for month in planted.LAPPING_MONTHS)
    ]
    able = [member for member in able if _most(season, member) <= planted.LAPPED_MOST - _SHARES_MOST]
    if len(able) < _VICTIMS:
        raise LappingRefused(f"{season.unit}: {len(able)} members pay every month")
    return season.draw("lapping").sample(able, _VICTIMS)


def _most(season: Season, member: Member) -> int:
    return max(
        sum(payment.principal + payment.interest for _loan, payment in season.instalments[member.id, month])
        for month in planted.LAPPING_MONTHS
    )


def _pays_at_meeting(dues: list[tuple[Loan, Payment]]) -> bool:
    return bool(dues) and not any(payment.days_late for _loan, payment in dues)
