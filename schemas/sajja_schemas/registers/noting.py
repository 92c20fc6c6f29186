"""What a register is, and how counted entries are noted in it: a table beside the events, as postings are.

* A register has rows, found by their key: a loan, a member, a meeting. A row is a bag of facts, each with its number:
  how often it was said, or the satang that it sums to.
* A note says which fact of which row an event adds to, and by how much. A reversal takes the same away again.
* So a register is a sum over the counted entries, as a balance is: free of the order in which they arrived, and a
  reversal leads back to where it was. Nothing here is the word of whoever came last.
* What several facts come to (the terms in force, whether somebody is a member) is read from the bag, by business date.
* A fact or row of the number nothing is not there.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, TypeAlias, get_type_hints

import msgspec

from sajja_schemas.events import Body
from sajja_schemas.events.base import Event
from sajja_schemas.postings import bank_of

Word: TypeAlias = str | int
Key: TypeAlias = tuple[Word, ...]
Fact: TypeAlias = tuple[Word, ...]
Facts: TypeAlias = dict[Fact, int]

# Where a word comes from the entry rather than from a field of the event.
BANK: Final = "@bank"
VILLAGE: Final = "@village"
DATE: Final = "@date"
DEVICE: Final = "@device"
SEQUENCE: Final = "@sequence"

_NOTHING: Final[Mapping[Fact, int]] = {}


class Registers(msgspec.Struct):
    """Every register by its name. Plain data: it can be stored and read again."""

    rows: dict[str, dict[Key, Facts]] = {}
    touched: dict[str, set[Key]] = {}  # by register: what changed since the keeper of this state last emptied it

    def row(self, register: str, key: Key) -> Mapping[Fact, int]:
        """The facts of one row; none where nothing was noted."""
        rows = self.rows.get(register)
        return _NOTHING if rows is None else rows.get(key, _NOTHING)

    def all(self, register: str) -> Mapping[Key, Facts]:
        """Every row of a register."""
        return self.rows.get(register, {})

    def opened(self, register: str) -> tuple[dict[Key, Facts], set[Key]]:
        """A register's rows and which of them were touched, for who adds to many facts that are there already."""
        return self.rows.get(register, {}), self.touched.setdefault(register, set())

    def add(self, register: str, key: Key, fact: Fact, number: int) -> None:
        """Add to a fact's number; never nothing."""
        try:
            rows, touched = self.rows[register], self.touched[register]
        except KeyError:  # the first of this register
            rows, touched = self.rows.setdefault(register, {}), self.touched.setdefault(register, set())
        touched.add(key)
        facts = rows.get(key)
        if facts is None:
            rows[key] = {fact: number}
        elif total := facts.get(fact, 0) + number:
            facts[fact] = total
        else:
            self._remove(register, key, fact)

    def _remove(self, register: str, key: Key, fact: Fact) -> None:
        rows = self.rows[register]
        rows[key].pop(fact, None)
        if not rows[key]:
            del rows[key]
        if not rows:
            del self.rows[register]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One declared note.

    A word of key or fact is `@bank`, `@village`, `@date`, `@device`, `@sequence`, a literal with a leading `=`, or a
    field of the event. With `each`, the note is taken once for every line of that list field, and `.field` is a field
    of the line (`.` the line itself); `number` is the line's, too. `when` is asked of the line, or of the event where
    there is no list.
    """

    register: str
    event: type[Event]
    key: tuple[str, ...]
    fact: tuple[str, ...]
    number: str | int = 1  # a field with satang, or a fixed number
    each: str | None = None
    when: Callable[[Any], bool] | None = None
    named: str | None = None  # a field without which there is nothing to note
    sign: int = 1


class Day(msgspec.Struct, frozen=True):
    """A business day as registers spell it."""

    word: str
    fact: Fact  # of this word alone
    year: int
    month: int
    day: int


Taker: TypeAlias = Callable[[Registers, Body, Day, int], None]


@lru_cache(maxsize=10_000)
def day_of(on: date) -> Day:
    """The words of a day, made once: days are few, and entries many."""
    word = on.isoformat()
    return Day(word, (word,), on.year, on.month, on.day)


def latest(facts: Mapping[Fact, int], *words: str) -> Fact | None:
    """Of the facts that begin with one of these words, the one of the latest date (their second word)."""
    said = [fact for fact, number in facts.items() if fact[0] in words and number > 0]
    return max(said, key=lambda fact: (fact[1], words.index(str(fact[0])), str(fact))) if said else None


def sum_of(facts: Mapping[Fact, int], *words: str) -> int:
    """The numbers of the facts that begin with one of these words, together."""
    total = 0
    for fact, number in facts.items():
        if fact[0] in words:
            total += number
    return total


def compile_note(declared: Note) -> Taker:
    """The function that takes a note of every entry of its type."""
    register, each, when, number = declared.register, declared.each, declared.when, declared.number
    key_of, fact_of = _words(declared.key), _words(declared.fact)
    number_of = attrgetter(number) if isinstance(number, str) else None
    fixed = number if isinstance(number, int) else 0
    named, own_sign = declared.named, declared.sign
    read_key = _reader(declared)
    is_of_day = declared.fact == (DATE,)

    def take_plainly(registers: Registers, body: Body, day: Day, sign: int) -> None:
        event = body.event
        count = number_of(event) if number_of else fixed
        if count:
            key = read_key(body) if read_key else key_of(body, event, day)
            fact = day.fact if is_of_day else fact_of(body, event, day)
            registers.add(register, key, fact, sign * own_sign * count)

    def take(registers: Registers, body: Body, day: Day, sign: int) -> None:
        event = body.event
        if named is not None and getattr(event, named) is None:
            return
        for line in getattr(event, each) if each else (event,):
            if when is None or when(line):
                count = number_of(line) if number_of else fixed
                if count:
                    registers.add(register, key_of(body, line, day), fact_of(body, line, day), sign * own_sign * count)

    return take_plainly if each is None and when is None and named is None else take


def _reader(declared: Note) -> Callable[[Body], Key] | None:
    """What reads a key in one go, where all its words stand in the body as they are."""
    hints = get_type_hints(declared.event)
    paths = ["village" if word == VILLAGE else f"event.{word}" for word in declared.key]
    is_plain = all(word == VILLAGE or hints.get(word) in {str, int} for word in declared.key)
    return attrgetter(*paths) if is_plain and len(paths) > 1 else None


def _words(sources: tuple[str, ...]) -> Callable[[Body, Any, Day], tuple[Word, ...]]:
    if sources == (DATE,):
        return lambda _body, _line, day: day.fact
    words = [_word(source) for source in sources]
    if len(words) == 2:  # noqa: PLR2004  # most keys, and the facts of the most frequent events
        first, second = words
        return lambda body, line, day: (first(body, line, day), second(body, line, day))
    return lambda body, line, day: tuple([word(body, line, day) for word in words])


def _word(source: str) -> Callable[[Body, Any, Day], Word]:
    if source.startswith("="):
        literal = source[1:]
        return lambda _body, _line, _day: literal
    if source == BANK:
        return lambda body, _line, _day: bank_of(body.village)
    if source == VILLAGE:
        return lambda body, _line, _day: body.village
    if source == DATE:
        return lambda _body, _line, day: day.word
    if source == DEVICE:
        return lambda body, _line, _day: body.device
    if source == SEQUENCE:
        return lambda body, _line, _day: body.sequence
    if source == ".":
        return lambda _body, line, _day: _plain(line)
    if source.startswith("."):
        of_line = attrgetter(source[1:])
        return lambda _body, line, _day: _plain(of_line(line))
    of_event = attrgetter(source)
    return lambda body, _line, _day: _plain(of_event(body.event))


def _plain(value: Any) -> Word:
    if type(value) is str:
        return value
    if isinstance(value, int):
        return int(value)  # of a yes or no, too
    return value.isoformat() if isinstance(value, date) else ""
