"""The server's clock, as it is. It numbers nothing and decides nothing about an entry; it is only written down."""

import time


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000
