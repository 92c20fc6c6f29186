"""The year is told once for all tests; who changes it takes a copy."""

from copy import deepcopy

import pytest

from scenario.closing import Result, tell
from scenario.year import Year


@pytest.fixture(scope="session")
def told() -> tuple[Year, Result]:
    """The year as it was told, to be read."""
    return tell()


@pytest.fixture
def year(told: tuple[Year, Result]) -> Year:
    """A copy of it, in which more may be told."""
    return deepcopy(told[0])
