"""Who may be given a benefit of the welfare fund on a day, and who counts for a round of matching.

By the fund's bylaws in force on that day, over the registers: waiting days, lapse, rounds (docs/domain.md sections
5.9 and 9.9). Where the bylaws say neither, who is enrolled is in benefit. A round that was received has matched
everybody who had a full year at its day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

import msgspec

from sajja_schemas.bylaws.history import in_force
from sajja_schemas.calculations.matching import ROUNDS_MAX, has_full_year, is_eligible, matching_cut
from sajja_schemas.calculations.welfare import in_benefit_from, lapses_at_close_of
from sajja_schemas.holdings import Books
from sajja_schemas.registers import savings
from sajja_schemas.registers.members import Enrolment
from sajja_schemas.registers.reported import MATCHING

FUND: Final = "welfare"
State = Literal["waiting", "in_benefit", "lapsed"]


class Right(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who is enrolled has on a day."""

    benefit_from: date
    paid_to: str | None  # the last month that was paid
    lapses_on: date | None  # the last day of membership, if nothing more is paid
    state: State
    rounds_matched: int
    has_full_year: bool
    is_eligible: bool  # for the round of that year


class Rights:
    """The fund's rules on a day, asked of everybody who is enrolled."""

    def __init__(self, books: Books, on: date) -> None:
        self._registers = books.registers
        self._on = on
        self._cut = matching_cut(on.year)
        self._rounds = list(_rounds_received(books))
        ruled = in_force(books.rulesets, FUND, on)
        rules = ruled.rules if ruled is not None else None
        lapse = rules.welfare if rules is not None else None
        self._waiting_days = (rules.welfare_waiting_days if rules is not None else None) or 0
        self._lapse_missed = lapse.lapse_missed if lapse is not None else None
        self._lapse_operator = (lapse.lapse_operator if lapse is not None else None) or ">="
        self._rounds_max = (lapse.matched_rounds_max if lapse is not None else None) or ROUNDS_MAX

    def of(self, one: Enrolment) -> Right:
        """What somebody has."""
        begins = in_benefit_from(admitted_on=one.waiting_from, waiting_days=self._waiting_days)
        paid_to = savings.welfare_paid_to(self._registers, one.village, one.member)
        ends = self._lapses_on(paid_to)
        matched = sum(has_full_year(member_since=one.joined, cut=day) for day in self._rounds)
        return Right(
            benefit_from=begins,
            paid_to=paid_to,
            lapses_on=ends,
            state=self._state(begins, ends),
            rounds_matched=matched,
            has_full_year=has_full_year(member_since=one.joined, cut=self._cut),
            is_eligible=is_eligible(
                member_since=one.joined,
                left_on=None,
                rounds_matched=matched,
                cut=self._cut,
                rounds_max=self._rounds_max,
            ),
        )

    def _lapses_on(self, paid_to: str | None) -> date | None:
        if paid_to is None or self._lapse_missed is None:
            return None
        return lapses_at_close_of(
            paid_to_month=paid_to, lapse_missed=self._lapse_missed, lapse_operator=self._lapse_operator
        )

    def _state(self, begins: date, ends: date | None) -> State:
        if ends is not None and self._on > ends:
            return "lapsed"
        return "waiting" if self._on < begins else "in_benefit"


def _rounds_received(books: Books) -> Iterator[date]:
    for facts in books.registers.all(MATCHING).values():
        asked = [str(fact[1]) for fact in facts if fact[0] == "asked"]
        if asked and any(fact[0] == "received" for fact in facts):
            yield date.fromisoformat(max(asked))
