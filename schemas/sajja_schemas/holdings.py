"""What the books hold as of an index: the state of `books`, as plain data.

It can be stored and read again. A balance is positive for a debit.
"""

from datetime import date

import msgspec

from sajja_schemas.bylaws.history import RulesetHistory
from sajja_schemas.findings import Finding
from sajja_schemas.periods import Periods
from sajja_schemas.registers import Registers
from sajja_schemas.standing import Trust
from sajja_schemas.transit import Transit
from sajja_schemas.verdicts import Effect

Balance = tuple[str, int, str]  # ledger, account, sub-ledger


class Books(msgspec.Struct, kw_only=True):
    """The state at an index. Plain data: it can be stored and read again."""

    trust: Trust
    judges: bool = True  # whether entries are held to the rules as they count
    index: int = 0  # of the next entry
    reached: dict[str, date] = {}  # village concerned: the latest business date that counts in its feed
    rulesets: RulesetHistory = msgspec.field(default_factory=RulesetHistory)  # the bylaws whose adoption counts
    balances: dict[Balance, int] = {}
    transit: dict[str, Transit] = {}  # village/type/fund or loan/settlement
    quarantined: dict[str, Effect] = {}  # every entry without effect, by hash
    registers: Registers = msgspec.field(default_factory=Registers)  # members, loans, claims, meetings and the rest
    periods: Periods = msgspec.field(default_factory=Periods)  # which months are closed, and at what cut
    reversed: dict[str, str] = {}  # original: the reversal that counts
    expected: dict[str, list[str]] = {}  # an original that has not come: the reversals that wait for it
    findings: dict[str, Finding] = {}  # of entries that count, by id
    # What changed since the keeper of this state last emptied them.
    touched_balances: set[Balance] = set()
    touched_findings: set[str] = set()
    touched_failures: dict[str, str] = {}  # an entry that could not be digested: what was raised, and where

    @property
    def last_date(self) -> date | None:
        """The latest business date that counts."""
        return max(self.reached.values(), default=None)


def open_books(network: str, fingerprint: str, *, partial: bool = False, judges: bool = True) -> Books:
    """Empty books of a pinned network.

    Args:
        network: its name.
        fingerprint: the hash of its founding entry.
        partial: for who folds only a village's feed and the office's, in index order. The logs of the office's devices
            then have gaps, where they speak of other villages; that nothing is forked there is the server's word.
        judges: whether findings are kept. Who only wants balances leaves them out.
    """
    return Books(trust=Trust(network=network, fingerprint=fingerprint, partial=partial), judges=judges)
