"""What the demonstration network must come to at the end of 22 August 2563, to the satang and the person."""

from functools import cache
from importlib.resources import files

import msgspec


class Village(msgspec.Struct, frozen=True):
    """One row of docs/domain.md section 12.2, in satang."""

    code: str
    moo: int
    founded: int
    members: int
    women: int
    shares: int
    special: int
    savings: int
    seed: int
    reserve: int
    fund: int
    linkage: int
    loans: int
    network_deposit: int
    bank: int
    cash: int
    par30: int

    @property
    def unit(self) -> str:
        """The village's code as entries spell it."""
        return self.code.lower()


class Welfare(msgspec.Struct, frozen=True):
    """The welfare fund."""

    balance: int
    enrolled: int
    full_year: int  # at the 30 September that follows
    benefits_12_months: int


class Risk(msgspec.Struct, frozen=True):
    """The risk fund."""

    balance: int
    covered: int
    largest_covered: int
    premium_12_months: int
    claims_12_months: int


class Pool(msgspec.Struct, frozen=True):
    """The network's pool."""

    capital: int
    deposits: int
    linkage: int
    bank: int


class Funds(msgspec.Struct, frozen=True):
    """The three ledgers of the office."""

    welfare: Welfare
    risk: Risk
    network: Pool


class Group(msgspec.Struct, frozen=True):
    """An occupational group: numbers of the plan's own, within the bounds of section 12.2."""

    village: str
    name: str
    product: str
    members: int
    sales_12_months: int

    @property
    def ledger(self) -> str:
        """The name of its ledger."""
        return f"group:{self.village}-{self.name}"


class Targets(msgspec.Struct, frozen=True):
    """The whole table."""

    villages: tuple[Village, ...]
    totals: dict[str, int]
    funds: Funds
    groups: tuple[Group, ...]


@cache
def load_targets() -> Targets:
    """The table that comes with this package."""
    text = files("sajja_client.demo").joinpath("targets.json").read_bytes()
    return msgspec.json.decode(text, type=Targets)
