"""Every field that a receipt or a table may show has a Thai name."""

import msgspec

from sajja_schemas.events import CATALOGUE
from sajja_schemas.field_words import FIELD_WORDS


def test_every_field_of_every_event_has_a_thai_word() -> None:
    fields = {field.name for event_type in CATALOGUE.values() for field in msgspec.structs.fields(event_type)}
    assert not fields - set(FIELD_WORDS)
    assert all(word.strip() == word and word for word in FIELD_WORDS.values())
