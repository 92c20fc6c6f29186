"""Shares (เงินสัจจะ) and special savings (docs/domain.md section 5.7)."""

from typing import Annotated

import msgspec

from sajja_schemas.events.base import Approvers, Author, Event, Identifier, Month, Satang, Text, declare
from sajja_schemas.postings import BANK_OF_VILLAGE, credit, debit


class ShareDeposited(Event, tag="share_deposited", frozen=True, kw_only=True):
    """A member pays the pledged share of one or more months."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    months: Annotated[tuple[Month, ...], msgspec.Meta(max_length=36)] = ()

    declared = declare(
        thai="ส่งเงินสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="member"),
        ),
    )


class ShareWithdrawn(Event, tag="share_withdrawn", frozen=True, kw_only=True):
    """A member takes shares out, where the bylaws allow it."""

    member: Identifier
    amount_satang: Satang
    box: Identifier
    reason: Text | None = None

    declared = declare(
        thai="ถอนสัจจะ",
        author=Author.VILLAGE,
        approvers=Approvers.A2,
        parties=("member",),
        postings=(
            debit(BANK_OF_VILLAGE, 3110, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )


class SpecialSavingsDeposited(Event, tag="special_savings_deposited", frozen=True, kw_only=True):
    """A member puts money into special savings."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="ฝากออมพิเศษ",
        author=Author.VILLAGE,
        approvers=Approvers.A0,
        postings=(
            debit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
            credit(BANK_OF_VILLAGE, 2110, "amount_satang", sub="member"),
        ),
    )


class SpecialSavingsWithdrawn(Event, tag="special_savings_withdrawn", frozen=True, kw_only=True):
    """A member takes money out of special savings."""

    member: Identifier
    amount_satang: Satang
    box: Identifier

    declared = declare(
        thai="ถอนออมพิเศษ",
        author=Author.VILLAGE,
        approvers=Approvers.A1,
        parties=("member",),
        postings=(
            debit(BANK_OF_VILLAGE, 2110, "amount_satang", sub="member"),
            credit(BANK_OF_VILLAGE, 1110, "amount_satang", sub="box"),
        ),
    )
