"""The device's clock, which decides nothing: the only place of the client that reads it."""

import time
from datetime import date

from sajja_schemas.calendar import business_date


def now_ms() -> int:
    """Milliseconds since 1970, as this device believes."""
    return time.time_ns() // 1_000_000


def today() -> date:
    """The business day in Bangkok, as this device believes."""
    return business_date(now_ms())
