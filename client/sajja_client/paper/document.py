"""A printed document as data: titles, facts, tables, notes and places to sign, each in Thai with English beside it.

What a document says is decided before it is set, so plain text and PDF cannot differ. Texts are texts: nothing in them
is ever taken for markup.
"""

from datetime import date
from typing import Literal

import msgspec

from sajja_client.home import Pin
from sajja_schemas.accounts import CHART, Side
from sajja_schemas.entry import OFFICE
from sajja_schemas.money import format_baht

Paper = Literal["a4", "a5", "receipt"]


class Words(msgspec.Struct, frozen=True):
    """The same in both languages."""

    thai: str
    english: str


class Fact(msgspec.Struct, frozen=True):
    """A line above the tables: what, and its value."""

    thai: str
    english: str
    text: str


class Column(msgspec.Struct, frozen=True):
    """A column of a table; `share` is how much of the free width it takes, 0 for as much as it needs."""

    thai: str
    english: str
    is_number: bool = False
    share: int = 0


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, and sums below them."""

    columns: list[Column]
    rows: list[list[str]]
    totals: list[list[str]] = []
    title: Words | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document."""

    name: str  # of its kind, for a program and for a file
    on: date  # the day that it is of
    paper: Paper
    title: Words
    issuer: Words
    facts: list[Fact] = []
    tables: list[Table] = []
    notes: list[Words] = []
    signatures: list[Words] = []
    demonstration: bool = False
    number: str = ""  # by which the document is found again


def issuer_of(pin: Pin, village: str) -> Words:
    """Who issues a document: the village's bank, or the office, and its network."""
    network = pin.name or pin.network
    if village == OFFICE:
        return Words(f"สำนักงานเครือข่าย {network}", f"office of {network}")
    return Words(f"ธนาคารหมู่บ้าน {village} · {network}", f"village bank {village}, {network}")


def baht(amount_satang: int | None, *, blank: bool = True) -> str:
    """An amount in a table: nothing is left blank, so that a row is quick to read."""
    if amount_satang is None or (blank and not amount_satang):
        return ""
    return format_baht(amount_satang)


def on_own_side(account: int, amount_satang: int) -> int:
    """A balance on its account's own side."""
    return amount_satang if CHART[account].side is Side.DEBIT else -amount_satang
