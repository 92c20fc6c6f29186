"""What a finding is: something that a person must look at, with its code, its sentences and what to do next.

 * A rule is declared data beside its check (`sajja_schemas.rules`). Its code is words, and for ever.
 * It is about a subject: a ledger's account, or an entry. Code, village and subject make its id, which is stable.
 * Its name is the id and, behind a hyphen, a digest of its facts. `finding_resolved` names both: so a finding stays
   resolved until its facts change, and then it stands again. Days that pass are no facts.
 * Sentences name fields. Members, loans and boxes stand in them by their pseudonymous ids; no personal data is there.
 * At most `SHOWN_UNASKED` are shown before anybody asks, the gravest and largest first.

Source: docs/domain.md sections 5.14 and 5.16, docs/adr/0021.
"""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec

from sajja_schemas.calendar import format_thai
from sajja_schemas.money import format_baht

SHOWN_UNASKED: Final = 10
_ID_DIGITS: Final = 16
_FACTS_DIGITS: Final = 8
_PASSING: Final = frozenset({"days", "until_on"})  # fields that change as time passes, though nothing happened

Word: TypeAlias = str | int
Place: TypeAlias = tuple[str, int]  # of an entry: its device and its sequence
Fields: TypeAlias = dict[str, Word | date]


class Severity(StrEnum):
    """How grave a finding is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_RANK: Final = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


class Owner(StrEnum):
    """Who answers for a finding."""

    TREASURER = "treasurer"
    COMMITTEE = "committee"
    NETWORK = "network"
    AUDITOR = "auditor"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found: the part of a finding that the rule itself does not say."""

    fields: Fields = {}
    amount_satang: int | None = None
    village: str = ""  # the entry's, where the rule is asked of an entry
    subject: tuple[Word, ...] = ()  # the entry itself, where the rule is asked of an entry
    entries: tuple[Place, ...] = ()
    is_sure: bool = True  # or only these books know too little: a new tablet refuses nothing for that


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that a person must look at. Plain data: it can be stored and read again."""

    code: str
    village: str
    subject: tuple[Word, ...]
    amount_satang: int | None = None
    fields: dict[str, Word] = {}
    entries: tuple[Place, ...] = ()

    @property
    def id(self) -> str:
        """What it is about: the same for ever."""
        return _digest([self.code, self.village, *self.subject], _ID_DIGITS)

    @property
    def name(self) -> str:
        """What it is about and how it stands: what `finding_resolved` names."""
        facts = {name: value for name, value in self.fields.items() if name not in _PASSING}
        return f"{self.id}-{_digest([self.amount_satang, sorted(facts.items()), sorted(self.entries)], _FACTS_DIGITS)}"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule declares. A sentence's `{amount}` is the finding's, in baht; its other fields are the check's."""

    code: str
    severity: Severity
    owner: Owner
    thai: str
    english: str
    next_thai: str
    next_english: str
    source: str  # the section of docs/domain.md
    refuses: bool = False  # a slip of the pen: at the author nothing is recorded, unless it comes from paper

    def sentences(self, finding: Finding) -> tuple[str, str]:
        """What was found, in Thai and in English."""
        amount = format_baht(finding.amount_satang) if finding.amount_satang is not None else ""
        thai: dict[str, Any] = {"amount": amount, "village": finding.village, **finding.fields}
        english = dict(thai)
        for name, value in finding.fields.items():
            if name.endswith("_satang") and isinstance(value, int):
                thai[name] = english[name] = format_baht(value)
            elif name.endswith("_on"):
                thai[name] = format_thai(date.fromisoformat(str(value)), short=True)
        return self.thai.format(**thai), self.english.format(**english)


def found(rule: Rule, hit: Hit, *, village: str = "", subject: tuple[Word, ...] = ()) -> Finding:
    """The finding that a rule makes of a hit.

    Args:
        rule: whose check it was.
        hit: what the check says.
        village: where the hit names none.
        subject: where the hit names none.
    """
    fields = {name: value.isoformat() if isinstance(value, date) else value for name, value in hit.fields.items()}
    return Finding(
        code=rule.code,
        village=hit.village or village,
        subject=hit.subject or subject,
        amount_satang=hit.amount_satang,
        fields=fields,
        entries=hit.entries,
    )


def by_weight(rules: dict[str, Rule]) -> Callable[[Finding], tuple[Word, ...]]:
    """The order in which findings are shown: by severity, then by amount, then always the same."""

    def weight(finding: Finding) -> tuple[Word, ...]:
        return _RANK[rules[finding.code].severity], -abs(finding.amount_satang or 0), finding.code, finding.id

    return weight


def _digest(said: list[Any], digits: int) -> str:
    return sha256(b"sajja finding v1\n" + msgspec.json.encode(said)).hexdigest()[:digits]
