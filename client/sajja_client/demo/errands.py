"""Between the meetings: remittances to the funds, trips to the bank, and dealings with the network's pool.

* The day after a meeting, what was collected for the funds leaves the box in the vice-president's hands, and then
  what exceeds a float goes to the bank. Some days later village and fund each confirm what arrived.
* On 20 August the box is brought to its float for the last time. Nothing is collected for a fund after that.
"""

from datetime import date, timedelta
from functools import partial
from typing import Literal

from sajja_client.demo import planted, rules
from sajja_client.demo.acts import moment_at
from sajja_client.demo.closing import close_month, close_year, general_meeting_day, hold_general_meeting
from sajja_client.demo.groups import founding_lives
from sajja_client.demo.lapping import lap
from sajja_client.demo.lending import Loan
from sajja_client.demo.meetings import fetch_cash, hold_meeting
from sajja_client.demo.people import VICE, Member, died_on
from sajja_client.demo.season import Death, Season, Sent
from sajja_client.demo.sessions import CLAIM_ARRIVES, claim_paid, next_session
from sajja_schemas.calculations.spans import month_number
from sajja_schemas.events.ledgers import BankDepositMade, BankWithdrawalMade, IncomeReceived
from sajja_schemas.events.members import MemberDeathReported
from sajja_schemas.events.transfers import (
    InterfundSettlementConfirmed,
    InterfundSettlementInitiated,
    LinkageLoanInterestPaid,
    LinkageLoanRepaid,
    NetworkDepositPlaced,
)

_LAST_TRIP = date(rules.YEAR, 8, 20)
_HALF_YEAR_ENDS = (rules.YEAR_END, date(rules.YEAR, 6, 30))
_PLACING_DAY = date(rules.YEAR, 7, 16)
_REPAYING_MONTH = rules.LAST_MONTH - 1
_CHANGE = 500 * rules.BAHT
_FETCHED = 1_000 * rules.BAHT
_BANK_INTEREST_BP_HALF_YEAR = 25
# What each village repays the pool in July, by its number.
LINKAGE_REPAID = {1: 2_500 * rules.BAHT, 2: 2_000 * rules.BAHT, 3: 1_500 * rules.BAHT, 4: 1_000 * rules.BAHT}
PLACED = {
    2: 4_000 * rules.BAHT,
    5: 3_000 * rules.BAHT,
    6: 5_000 * rules.BAHT,
    9: 3_000 * rules.BAHT,
    12: 2_000 * rules.BAHT,
}
_FUNDS: tuple[Literal["welfare", "risk"], ...] = ("welfare", "risk")


def live_through(season: Season) -> None:
    """Plan every day of the term."""
    _note_dates(season)
    months = {rules.meeting_date(season.village.moo, month): month for month in season.term.months}
    day = season.term.opening_day
    while day <= rules.LAST_DAY:
        season.today = day
        tomorrow = day + timedelta(days=1)
        if (month := months.get(tomorrow)) is not None:
            fetch_cash(season, month)
        if (month := months.get(day)) is not None:
            hold_meeting(season, month)
            _plan_after(season, month)
        season.desks[rules.CASH_DESK].sit_down(day, 10)
        for errand in season.errands.pop(day, []):
            errand()
        is_needed = day in months or tomorrow in months or _is_slow(season, day)
        # What is recorded late would lift the box over its limit on the day that it names: somebody takes care.
        room = planted.LAPPED_MOST if season.lapped and month_number(day) in planted.LAPPING_MONTHS else 0
        if season.in_box > rules.BOX_LIMIT - room and not is_needed:
            kept = season.draw("trip", day).between(20, 42) * 100 * rules.BAHT - room
            # What is owed to the funds stays in the box until somebody carries it to them.
            go_to_bank(season, max(kept, _to_be_carried(season) + _CHANGE))
        if tomorrow.day == 1:
            close_month(season, day)
        day = tomorrow
    if season.unit == planted.LOST_UNIT and planted.loses_a_tablet(season.term):
        _lose_tablet(season)


def _lose_tablet(season: Season) -> None:
    """On the way home from a meeting; it had found no connection since the morning."""
    lost, delay = planted.LOST_ON, planted.TYPED_AGAIN_AFTER
    season.diary.record_again(
        planted.LOST_TABLET, planted.NEW_TABLET, moment_at(lost, 7), moment_at(lost, 23),
        delay=delay.days * 24 * 60 * 60 * 1000,
    )  # fmt: skip
    season.cases.append(planted.lost_tablet())


def _note_dates(season: Season) -> None:
    moo = season.village.moo
    for day in _HALF_YEAR_ENDS:
        season.later(day, partial(_take_bank_interest, season))
    if moo in PLACED:
        season.later(_PLACING_DAY, partial(_place, season, PLACED[moo]))
    if season.term.closes_a_year and season.settlement is not None:
        season.later(rules.YEAR_END, partial(close_year, season, season.settlement))
        season.later(general_meeting_day(moo), partial(hold_general_meeting, season, season.settlement))
    slow, month, last = rules.SLOW_BOX
    if moo == slow:
        first = rules.meeting_date(moo, month)
        season.cases.append(planted.over_limit(season.unit, first, first.replace(day=last)))
    if planted.is_lapped(season.term, moo):
        season.lapped = lap(season)
    for life in founding_lives(season):
        life.note_dates()
    for member in season.roster.members:
        if member.exit_by == "death":
            _note_death(season, member)
    season.later(_LAST_TRIP, partial(_remit, season, is_last=True))
    season.later(_LAST_TRIP, partial(go_to_bank, season, season.village.cash))


def _note_death(season: Season, member: Member) -> None:
    """A member dies in the days before a meeting; what the risk fund pays comes with the office's next session."""
    assert member.exit_month is not None, "the dead have a month"
    meeting = rules.meeting_date(season.village.moo, member.exit_month)
    died = died_on(season.village.moo, member)
    loan = next((loan for loan in season.loans if loan.claimed and loan.member is member), None)
    season.deaths.append(Death(member=member, died=died, known=meeting, loan=loan))
    season.later(died + timedelta(days=1), partial(report_death, season, member))
    if loan is not None:
        session = next_session(meeting)
        season.later(session + CLAIM_ARRIVES, partial(_receive_claim, season, loan))


def report_death(season: Season, member: Member) -> None:
    """A death is heard of."""
    reported = MemberDeathReported(member=member.id, reported=season.today)
    season.record(rules.CASH_DESK, reported, approved=False)


def _receive_claim(season: Season, loan: Loan) -> None:
    """What a borrower who died still owed is in the village's bank account."""
    received = claim_paid(loan, "received", season.bank)
    season.pay(rules.CASH_DESK, received)
    season.approve_list(rules.CASH_DESK)


def _plan_after(season: Season, month: int) -> None:
    day = rules.meeting_date(season.village.moo, month)
    if month != rules.LAST_MONTH or season.village.moo not in rules.IN_TRANSIT:
        season.later(day + timedelta(days=1), partial(_remit, season))
    if season.village.linkage:
        season.later(day + timedelta(days=3), partial(_serve_linkage, season, month))


def _is_slow(season: Season, day: date) -> bool:
    moo, month, last = rules.SLOW_BOX
    return season.village.moo == moo and month_number(day) == month and day.day < last


def _remit(season: Season, *, is_last: bool = False) -> None:
    """Money collected for each fund leaves the box, and arrives some days later unless it is still on its way."""
    desk, carrier = season.desks[rules.CASH_DESK], season.roster.officers[VICE]
    stays = is_last and season.village.moo in rules.IN_TRANSIT
    for fund in _FUNDS:
        amount = season.agency[fund]
        amount = _without_what_is_kept_back(season, fund, amount)
        if amount == 0:
            continue
        season.agency[fund] -= amount
        fetch_what_lacks(season, amount)
        settlement = season.next_settlement()
        initiated = InterfundSettlementInitiated(
            settlement=settlement, fund=fund, amount_satang=amount, box=season.box, carrier=carrier
        )
        season.pay(rules.CASH_DESK, initiated)
        if _goes_astray(season, fund):
            season.cases.append(planted.astray(season.unit, settlement, season.today, carrier))
        elif not stays:
            confirmed = InterfundSettlementConfirmed(
                settlement=settlement, side="sent", fund=fund, amount_satang=amount, carrier=carrier
            )
            arrival = desk.day + timedelta(days=1 if is_last else season.chance.between(2, 5))
            season.later(arrival, partial(_send, season, arrival, confirmed))
    season.approve_list(rules.CASH_DESK)


def _to_be_carried(season: Season) -> int:
    """What lies in the box for the funds; what is kept back lies in the bank."""
    return sum(
        amount for fund, amount in season.agency.items() if not (fund == planted.STRAY_FUND and _keeps_back(season))
    )


def _keeps_back(season: Season) -> bool:
    is_theirs = planted.goes_astray(season.term, season.village.moo)
    return is_theirs and month_number(season.today) in planted.KEPT_BACK_MONTHS


def _goes_astray(season: Season, fund: str) -> bool:
    is_theirs = planted.goes_astray(season.term, season.village.moo) and fund == planted.STRAY_FUND
    return is_theirs and month_number(season.today) == planted.STRAY_MONTH


def _without_what_is_kept_back(season: Season, fund: str, amount: int) -> int:
    if fund == planted.STRAY_FUND and _keeps_back(season):
        return 0
    return min(amount, planted.STRAY_AMOUNT) if _goes_astray(season, fund) else amount


def fetch_what_lacks(season: Season, amount: int) -> None:
    """What the general meeting gave to the welfare fund is more than a box holds."""
    lacking = amount + _CHANGE - season.in_box
    if lacking > 0:
        fetched = -(-lacking // _FETCHED) * _FETCHED
        event = BankWithdrawalMade(
            ledger=season.ledger, amount_satang=fetched, box=season.box, bank=season.bank, purpose="นำส่งกองทุน"
        )
        season.pay(rules.CASH_DESK, event, seconds=3600)


def _send(season: Season, day: date, event: Sent) -> None:
    """The village's own side of money that moves between units; the office answers with the other."""
    season.pay(rules.CASH_DESK, event)
    season.approve_list(rules.CASH_DESK)
    season.sent.append((day, event))


def go_to_bank(season: Season, float_satang: int) -> None:
    """Bring the box to a float: deposit what exceeds it, or fetch what it lacks."""
    amount = season.in_box - float_satang
    ledger = f"bank:{season.unit}"
    if amount > 0:
        deposit = BankDepositMade(ledger=ledger, amount_satang=amount, box=season.box, bank=season.bank)
        season.pay(rules.CASH_DESK, deposit, seconds=3600)
    elif amount < 0:
        fetched = BankWithdrawalMade(
            ledger=ledger, amount_satang=-amount, box=season.box, bank=season.bank, purpose="เงินทอน"
        )
        season.pay(rules.CASH_DESK, fetched, seconds=3600)
    season.approve_list(rules.CASH_DESK)


def _take_bank_interest(season: Season) -> None:
    """What the bank wrote into the passbook at a half-year's end, with its satang."""
    amount = season.village.bank * _BANK_INTEREST_BP_HALF_YEAR // 10_000 + season.draw("interest", season.today).below(
        100
    )
    season.take(
        rules.CASH_DESK,
        IncomeReceived(
            ledger=f"bank:{season.unit}",
            account=4140,
            amount_satang=amount,
            channel="bank",
            sub=season.bank,
            bank=season.bank,
            text="ดอกเบี้ยเงินฝากธนาคาร",
        ),
    )


def _place(season: Season, amount: int) -> None:
    day = season.desks[rules.CASH_DESK].day
    placed = NetworkDepositPlaced(
        settlement=season.next_settlement(), side="sent", amount_satang=amount, bank=season.bank
    )
    _send(season, day, placed)


def _serve_linkage(season: Season, month: int) -> None:
    """The pool's interest every month, and in July a part of the principal."""
    day = season.desks[rules.CASH_DESK].day
    repaid = LINKAGE_REPAID[season.village.moo]
    owed = season.village.linkage + (repaid if month <= _REPAYING_MONTH else 0)
    loan = f"link-{season.unit}"
    interest = LinkageLoanInterestPaid(
        settlement=season.next_settlement(),
        side="sent",
        amount_satang=owed * rules.LINKAGE_RATE_BP_MONTH // 10_000,
        bank=season.bank,
        linkage_loan=loan,
    )
    _send(season, day, interest)
    if month == _REPAYING_MONTH:
        principal = LinkageLoanRepaid(
            settlement=season.next_settlement(),
            side="sent",
            amount_satang=repaid,
            bank=season.bank,
            linkage_loan=loan,
        )
        _send(season, day, principal)
