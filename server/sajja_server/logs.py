"""Logs: one JSON object a line on stderr, or lines for a person at a terminal.

* Of an exception the class and the places are told, never the message: it may quote what somebody sent or typed.
* What libraries log goes the same way, from warnings on: their words as they are written, never with what they would
  fill in, which may be bytes from the network.
"""

import logging
import sys
import traceback
from typing import Final

import structlog

_PLACES_MAX: Final = 8


def configure_logs(log_format: str) -> None:
    """Set structlog up once, when the process starts."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.ExceptionRenderer(_told),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_OfLibraries()], level=logging.WARNING, force=True)


class _OfLibraries(logging.Handler):
    """What a library says, in our shape."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record's template."""
        logger = structlog.get_logger()
        error = record.exc_info[1] if record.exc_info else None
        logger.warning(
            "library_warned",
            library=record.name,
            said=str(record.msg) if record.args else "",
            exc_info=error,
        )


def _told(exc_info: structlog.typing.ExcInfo) -> str:
    """An exception's class and where it came from, the innermost last."""
    kind, _error, trace = exc_info
    frames = traceback.extract_tb(trace)[-_PLACES_MAX:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return " ".join([kind.__name__, *places])
