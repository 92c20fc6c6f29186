"""Challenges without memory: only ours, only this device's, only for a while."""

import pytest

from sajja_schemas import limits
from sajja_server.challenges import CHALLENGE_BYTES, Challenger

DEVICE = bytes(32)
NOW = 1_600_000_000_000
GOOD_MS = limits.CHALLENGE_SECONDS * 1000


@pytest.fixture
def asked() -> tuple[Challenger, bytes, int]:
    challenger = Challenger(b"k" * 32)
    challenge, until = challenger.ask("testnet", DEVICE, NOW, b"n" * 10)
    return challenger, challenge, until


def test_a_challenge_is_good_until_it_says(asked: tuple[Challenger, bytes, int]) -> None:
    challenger, challenge, until = asked
    assert len(challenge) == CHALLENGE_BYTES
    assert until == NOW + GOOD_MS
    assert challenger.expiry_of(challenge, "testnet", DEVICE, NOW) == until
    assert challenger.expiry_of(challenge, "testnet", DEVICE, until) == until
    assert challenger.expiry_of(challenge, "testnet", DEVICE, until + 1) is None


def test_a_clock_that_was_set_back_makes_no_old_challenge_good(asked: tuple[Challenger, bytes, int]) -> None:
    challenger, challenge, _until = asked
    assert challenger.expiry_of(challenge, "testnet", DEVICE, NOW - 1) is None


def test_another_networks_or_devices_challenge_is_none(asked: tuple[Challenger, bytes, int]) -> None:
    challenger, challenge, _until = asked
    assert challenger.expiry_of(challenge, "othernet", DEVICE, NOW) is None
    assert challenger.expiry_of(challenge, "testnet", b"\1" * 32, NOW) is None
    assert Challenger(b"l" * 32).expiry_of(challenge, "testnet", DEVICE, NOW) is None


@pytest.mark.parametrize("at", range(CHALLENGE_BYTES))
def test_no_byte_of_a_challenge_can_be_changed(at: int, asked: tuple[Challenger, bytes, int]) -> None:
    challenger, challenge, _until = asked
    changed = challenge[:at] + bytes([challenge[at] ^ 1]) + challenge[at + 1 :]
    assert challenger.expiry_of(changed, "testnet", DEVICE, NOW) is None
