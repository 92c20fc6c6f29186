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

    @property
    def unit(self) -> str:
        """The village's code as entries spell it."""
        return self.code.lower()


class Welfare(msgspec.Struct, frozen=True):
    """The welfare fund."""

    balance: int
    enrolled: int


class Risk(msgspec.Struct, frozen=True):
    """The risk fund."""

    balance: int


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


class Targets(msgspec.Struct, frozen=True):
    """The whole table."""

    villages: tuple[Village, ...]
    totals: dict[str, int]
    funds: Funds


@cache
def load_targets() -> Targets:
    """The table that comes with this package."""
    text = files("sajja_client.demo").joinpath("targets.json").read_bytes()
    return msgspec.json.decode(text, type=Targets)
