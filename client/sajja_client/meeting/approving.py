"""What waits for officers, what each still needs, and who has unlocked this tablet for a meeting.

* Officers unlock once a meeting, each with the own PIN: from then on their keys on this tablet sign what waits,
  together. Who has unlocked is remembered in the home, by name and for that meeting only; a key never is (`unlocking`).
* `unlocked` is the one place of a meeting where a name becomes a key that may sign.
* A list is shown line by line, with whom it is about and its amount, before anybody signs; the list is signed as one.
  It names people by id; whoever shows it knows the names (`sajja_client.names`).
* Whatever an approval cannot complete (another class, a party to it) stays on the list, with what it still needs.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from sajja_client.durable import replace_file
from sajja_client.home import Home
from sajja_client.meeting import unlocking
from sajja_client.meeting.problems import NobodyUnlocked
from sajja_client.wording import amount_of, whom
from sajja_schemas.books import Books
from sajja_schemas.events import Body, read_body, tag_of
from sajja_schemas.events.base import Approvers
from sajja_schemas.quorum import PRESIDENTS, roles_of, signers
from sajja_schemas.standing import Awaiting
from sajja_schemas.trust import approvals_of

APPROVED_AT_ONCE_MAX: Final = 200
_FILE_MODE: Final = 0o600
_PRESIDENT: Final = (PRESIDENTS, "ประธานหรือรองประธาน", "the president or vice-president")
_SECRETARY: Final = (frozenset({"secretary"}), "เลขานุการ", "the secretary")
_TREASURER: Final = (frozenset({"treasurer"}), "เหรัญญิก", "the treasurer")
# How a class is told to people; `sajja_schemas.quorum` alone decides when it is complete.
_PERSONS: Final = {Approvers.A1: 2, Approvers.A2: 3, Approvers.A4: 3, Approvers.A5: 3, Approvers.AU: 1}
_OFFICES: Final = {
    Approvers.A2: (_PRESIDENT, _TREASURER),
    Approvers.A3: (_PRESIDENT, _SECRETARY),
    Approvers.A5: (_PRESIDENT, _SECRETARY),
}
_TWO_DEVICES: Final = (Approvers.A4, Approvers.A5)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who has unlocked this tablet, for which meeting, and whose box is counted here."""

    meeting: str
    officers: tuple[str, ...] = ()
    box: str | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that waits for officers."""

    hash: str
    device: str
    sequence: int
    type: str
    thai: str
    subject: str  # whom it is about, by id: a loan's is its borrower
    loan: str | None
    amount_satang: int | None
    classes: tuple[str, ...]
    approved_by: tuple[str, ...]
    needs_thai: str
    needs: str
    parties: tuple[str, ...]  # who may not sign it


def session_of(home: Home, meeting: str) -> Session:
    """Who has unlocked this tablet for a meeting; nobody where the file is of another one, or cannot be read."""
    try:
        session = msgspec.json.decode(_path(home).read_bytes(), type=Session)
    except (FileNotFoundError, msgspec.DecodeError):
        return Session(meeting=meeting)
    return session if session.meeting == meeting else Session(meeting=meeting)


def remember(home: Home, session: Session) -> None:
    """Keep a meeting's session."""
    replace_file(_path(home), msgspec.json.format(msgspec.json.encode(session), indent=1) + b"\n", mode=_FILE_MODE)


def unlocked(home: Home, session: Session, named: Iterable[str]) -> Session:
    """The session with officers who unlock now; each key is read, so a wrong name is told before a signature.

    Raises:
        NobodyUnlocked: nobody has, now or before.
        KeyMissing, KeyFileTooOpen, DemonstrationKeyRefused, PinWrong: as `Home` says of a key.
    """
    officers = tuple(dict.fromkeys((*session.officers, *named)))
    if not officers:
        raise NobodyUnlocked(here=", ".join(home.officers()) or "-")
    unlocking.recall(home, session.meeting)
    for person in officers:
        home.officer_key(person)
    unlocking.keep(home, session.meeting, officers)
    return msgspec.structs.replace(session, officers=officers)


def waiting_list(books: Books, village: str, body_of_entry: Any) -> list[Waiting]:
    """What waits in a village, in index order.

    Args:
        books: as this tablet knows them.
        village: whose entries.
        body_of_entry: the bytes of an entry by its hash; of a cash fact the books do not keep them.
    """
    waits = sorted(
        ((one.index, name, one) for name, one in books.trust.awaiting.items() if one.village == village),
        key=lambda one: one[:2],
    )
    return [_waiting(books, name, one, read_body(body_of_entry(name) or one.body)) for _index, name, one in waits]


def _waiting(books: Books, name: str, waits: Awaiting, body: object) -> Waiting:
    signed = {given.person for given in approvals_of(books.trust, name).values() if given.person}
    needs = list(_needs(books, name, waits))
    event = body.event if isinstance(body, Body) else None
    return Waiting(
        hash=name,
        device=waits.device,
        sequence=waits.sequence,
        type=tag_of(event) if event is not None else waits.type,
        thai=event.declared.thai if event is not None else waits.type,
        subject=whom(books, waits.village, event),
        loan=getattr(event, "loan", None),
        amount_satang=amount_of(event),
        classes=tuple(str(one) for one in (waits.approvers, *waits.also) if one is not None),
        approved_by=tuple(sorted(signed)),
        needs_thai=" · ".join(thai for thai, _english in needs),
        needs="; ".join(english for _thai, english in needs),
        parties=tuple(person for person in waits.parties if person),
    )


def _needs(books: Books, name: str, waits: Awaiting) -> Iterator[tuple[str, str]]:
    """What is missing, in both languages, class by class."""
    trust = books.trust
    if waits.approvers is None:
        yield "รายการเดิมที่ยังไม่มาถึง", "its original, which has not come yet"
    for asked in (waits.approvers, *waits.also):
        if asked is None:
            continue
        persons = signers(trust, waits, asked, approvals_of(trust, name))
        held: set[str] = set().union(*(roles_of(trust, waits, asked, person) for person in persons))
        missing = _PERSONS.get(asked, 0) - len(persons)
        if missing > 0:
            yield f"กรรมการอีก {missing} คน", "one more officer" if missing == 1 else f"{missing} more officers"
        for roles, thai, english in _OFFICES.get(asked, ()):
            if not held & roles:
                yield thai, english
        if asked is Approvers.A3 and waits.present is None and waits.resolution not in trust.resolutions:
            yield "มติที่อนุมัติแล้ว", "a resolution that is approved"
        if asked in _TWO_DEVICES and len(set().union(*persons.values())) < len(_TWO_DEVICES):
            yield "กุญแจสองเครื่อง", "keys on two devices"


def _path(home: Home) -> Path:
    return home.path / "meeting.json"
