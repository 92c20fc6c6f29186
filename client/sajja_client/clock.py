"""The device's clock, which decides nothing: the only place of the client that reads it."""

import time
from datetime import date

from sajja_schemas.calendar import business_date, format_thai

_BANGKOK_MINUTES = 7 * 60
_MINUTES_A_DAY = 24 * 60


def now_ms() -> int:
    """Milliseconds since 1970, as this device believes."""
    return time.time_ns() // 1_000_000


def today() -> date:
    """The business day in Bangkok, as this device believes."""
    return business_date(now_ms())


def shown_moment(milliseconds: int) -> str:
    """A moment as people read it, in Bangkok."""
    minutes = (milliseconds // 60_000 + _BANGKOK_MINUTES) % _MINUTES_A_DAY
    return f"{format_thai(business_date(milliseconds), short=True)} {minutes // 60:02}:{minutes % 60:02}"
