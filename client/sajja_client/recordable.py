"""What may be signed: what this version itself would count, and what tells of nobody who it is.

* Types, ranges and postings are checked on the very bytes that would be signed. What makes sense is not asked, for the
  people are in the room.
* Text that looks like an identity number or a titled name is refused: an entry is for ever, and a person's data is not.
* Personal data stands beside the events that carry its kind, under a salt of its own.
"""

import os
from typing import Final

import msgspec

from sajja_client.problems import NotRecordable, PersonalInText, PersonalNotHere
from sajja_client.reasons import reason_of
from sajja_schemas.canonical import NotCanonical
from sajja_schemas.events import AnyEvent, Body, encode_body, lines_of, tag_of
from sajja_schemas.free_text import leak_of
from sajja_schemas.personal import SALT_BYTES
from sajja_schemas.personal_data import CARRIED_BY, AnyPersonal, encode_personal
from sajja_schemas.postings import Contradiction

_body_decoder: Final = msgspec.json.Decoder(Body)


def recordable(body: Body) -> bytes:
    """The bytes to sign.

    Raises:
        PersonalInText: a text of it seems to say who somebody is.
        NotRecordable: this version would not count it.
    """
    leak = leak_of(body.event)
    if leak is not None:
        raise PersonalInText(*leak)
    try:
        data = encode_body(body)
        lines_of(_body_decoder.decode(data))
    except (NotCanonical, Contradiction, ValueError, TypeError) as error:  # ValueError: msgspec's and too large
        said, at, path = str(error).partition(" - at ")
        thai, english = reason_of(said)
        raise NotRecordable(reason=english + at + path, reason_thai=f"{thai} {path}".strip()) from error
    return data


def salt_and_data(event: AnyEvent, personal: AnyPersonal | None, salt: bytes | None = None) -> tuple[bytes, bytes]:
    """What is to travel beside an event; nothing and nothing where there is none. A demonstration brings its salt.

    Raises:
        PersonalNotHere: this event carries no data of that kind.
    """
    if personal is None:
        return b"", b""
    if CARRIED_BY.get(tag_of(event)) is not type(personal):
        raise PersonalNotHere(tag=tag_of(event))
    return salt or os.urandom(SALT_BYTES), encode_personal(personal)
