"""A rebuild certificate as bytes: what was signed is read again, and nothing else passes for one."""

import re

import pytest

from sajja_schemas.certificate import Certificate, check_certificate, read_certificate, sign_certificate
from sajja_schemas.checkpoint import NoteInvalid, NoteUnsigned
from support.world import key_of

SAID = Certificate(
    network="testnet", name="books", version=18, code_hash=b"c" * 32, origin="sajja.test/testnet/1", size=3,
    root=b"r" * 32, state_hash=b"s" * 32,
)  # fmt: skip


def test_what_was_signed_is_read_again() -> None:
    key = key_of("log")
    note = sign_certificate(SAID, key)
    assert read_certificate(note) == check_certificate(note, key.public) == SAID


def test_another_key_has_not_signed_it() -> None:
    with pytest.raises(NoteUnsigned):
        check_certificate(sign_certificate(SAID, key_of("log")), key_of("other").public)


@pytest.mark.parametrize(
    ("old", "new"), [("size 3", "size 4"), ("books 18", "books 19"), ("network testnet", "network other")]
)
def test_a_line_that_was_changed_is_seen(old: str, new: str) -> None:
    key = key_of("log")
    note = sign_certificate(SAID, key).decode().replace(old, new).encode()
    with pytest.raises(NoteInvalid):
        check_certificate(note, key.public)


@pytest.mark.parametrize(
    "note", [b"", b"\xff", b"x\n\n", b"a\n\n\xe2\x80\x94 n AAAA\n", b"sajja.test/n/1\n3\nAA==\n\n"]
)
def test_what_is_no_certificate_is_said_to_be_none(note: bytes) -> None:
    with pytest.raises(NoteInvalid):
        read_certificate(note)


@pytest.mark.parametrize(("name", "said"), [("code", "Y2Nj"), ("size", "9007199254740993")])
def test_hashes_have_their_length_and_numbers_are_within_two_to_the_53(name: str, said: str) -> None:
    note = sign_certificate(SAID, key_of("log")).decode()
    with pytest.raises(NoteInvalid, match="hashes and numbers"):
        read_certificate(re.sub(rf"(?m)^{name} .*$", f"{name} {said}", note).encode())
