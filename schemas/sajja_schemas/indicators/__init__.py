"""The indicators that people steer by: each with its formula, read from the books on a day (docs/domain.md 7.2).

`INDICATORS` is all of them, in the order of the domain. `read_all` asks those of a scope.
"""

from collections.abc import Iterable
from typing import Final

from sajja_schemas.indicators import funds, lending, money, network, people, savings
from sajja_schemas.indicators.declaring import Indicator, Lens, Reading, Scope, Unit, read_indicator

__all__ = ["INDICATORS", "Indicator", "Lens", "Reading", "Scope", "Unit", "read_all"]

INDICATORS: Final[dict[str, Indicator]] = {
    indicator.code: indicator
    for module in (people, savings, lending, money, funds, network)
    for indicator in module.INDICATORS
}


def read_all(lens: Lens, scopes: Iterable[Scope] = tuple(Scope)) -> list[Reading]:
    """Every indicator's answer, of these scopes."""
    asked = frozenset(scopes)
    return [read_indicator(indicator, lens) for indicator in INDICATORS.values() if indicator.scope in asked]
