"""The kinds of rules: asked of an entry as it counts, of the books on a day, or of what lies beside the log."""

from collections.abc import Callable, Iterable
from datetime import date

from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.findings import Finding, Hit, Rule
from sajja_schemas.holdings import Books


class EntryRule(Rule, frozen=True, kw_only=True):
    """A rule that is asked of an entry, just before the entry has its effect.

    What is not kept is only said to the author: a standing rule finds from the books what came of it.
    """

    events: tuple[type[Event], ...]
    check: Callable[[Books, Body], Hit | None]
    kept: bool = True
    still: Callable[[Books, Finding], bool] | None = None  # whether it stands yet; where nothing is said, it does


class StandingRule(Rule, frozen=True, kw_only=True):
    """A rule that is asked of the books as they stand on a day."""

    read: Callable[[Books, date], Iterable[Hit]]


class BesideRule(Rule, frozen=True, kw_only=True):
    """A rule whose facts lie beside the log: a server finds what breaks it, and no fold can."""

    basis: str  # on what its findings rest: `personal_parts`, or the `checkpoints` that were published
