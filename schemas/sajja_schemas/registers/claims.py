"""The register of welfare claims, from the form to what comes back (docs/domain.md section 5.9).

A row is (claim,), over all villages. Claims of one person, kind and day are found by what was submitted.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec

from sajja_schemas.events.welfare import WelfareClaimApproved, WelfareClaimPaid
from sajja_schemas.events.welfare_claims import (
    WelfareClaimRejected,
    WelfareClaimReturned,
    WelfareClaimSubmitted,
    WelfareClaimVerified,
    WelfarePensionRun,
)
from sajja_schemas.registers.noting import DATE, VILLAGE, Note, Registers, sum_of

REGISTER: Final = "claims"
CLAIMED: Final = "claimed"  # (village, member): its claims by kind and day

GRANTED: Final = "granted"  # (village, member): what was granted, by kind and day


def _note(event: Any, *fact: str, key: tuple[str, ...] = ("claim",), **more: Any) -> Note:
    return Note(register=more.pop("register", REGISTER), event=event, key=key, fact=fact, **more)


NOTES: Final = (
    _note(WelfareClaimSubmitted, "=submitted", DATE, VILLAGE, "member", "benefit", "happened", number="amount_satang"),
    _note(WelfareClaimSubmitted, "benefit", "happened", "claim", register=CLAIMED, key=(VILLAGE, "member")),
    _note(
        WelfareClaimApproved, "benefit", "happened", "claim", register=GRANTED, key=(VILLAGE, "member"),
        number="amount_satang",
    ),
    _note(WelfareClaimVerified, "=verified", DATE, when=lambda event: event.met_in_person),
    _note(WelfareClaimApproved, "=approved", DATE, VILLAGE, "member", "benefit", "happened", number="amount_satang"),
    _note(
        WelfarePensionRun, "=approved", DATE, VILLAGE, ".member", "=elderly", "year", key=(".claim",), each="lines",
        number="amount_satang",
    ),
    _note(WelfareClaimRejected, "=rejected", DATE),
    _note(WelfareClaimPaid, "=paid", DATE, number="amount_satang"),
    _note(WelfareClaimReturned, "=returned", DATE, number="amount_satang"),
)  # fmt: skip


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """How a claim stands, in satang."""

    submitted_satang: int
    is_verified: bool
    approved_satang: int
    is_rejected: bool
    paid_satang: int
    returned_satang: int


def claim_of(registers: Registers, claim: str) -> Claim | None:
    """A claim, or None where no counted entry knows it."""
    row = registers.row(REGISTER, (claim,))
    if not row:
        return None
    return Claim(
        submitted_satang=sum_of(row, "submitted"),
        is_verified=sum_of(row, "verified") > 0,
        approved_satang=sum_of(row, "approved"),
        is_rejected=sum_of(row, "rejected") > 0,
        paid_satang=sum_of(row, "paid"),
        returned_satang=sum_of(row, "returned"),
    )


def granted_of(registers: Registers, village: str, member: str, benefit: str) -> Iterator[tuple[str, date, int]]:
    """The claims of one kind that were granted to somebody: each with its day and its satang."""
    for fact, satang in registers.row(GRANTED, (village, member)).items():
        if fact[0] == benefit:
            yield str(fact[2]), date.fromisoformat(str(fact[1])), satang
