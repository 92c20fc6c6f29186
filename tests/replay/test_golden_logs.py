"""What a village has signed under any release means the same under this one."""

import pytest

from replay import golden
from sajja_schemas import signing
from sajja_schemas.entry import to_base64url
from sajja_schemas.state_hash import state_hash
from sajja_schemas.verdicts import Effect
from sajja_server.projections.memory import VERSION

RELEASES = golden.releases()


def test_every_release_has_left_its_log() -> None:
    assert "0.1.0" in RELEASES


@pytest.mark.parametrize("release", RELEASES)
class TestRelease:
    def test_every_signature_holds(self, release: str) -> None:
        for entry in golden.read_log(release):
            assert signing.is_valid(entry.key, entry.signature, signing.ENTRY_TAG, entry.body)

    def test_it_comes_to_the_same_balances_and_effects(self, release: str) -> None:
        expected, entries = golden.read_expected(release), golden.read_log(release)
        books = golden.fold(expected, entries)
        assert len(entries) == books.index == expected.size
        assert golden.balances_of(books) == [tuple(line) for line in expected.balances]
        assert golden.effects_of(books) == expected.effects

    def test_it_has_the_state_hash_of_this_version(self, release: str) -> None:
        """If only this fails, the books remember something else: raise VERSION, and see the README beside."""
        expected = golden.read_expected(release)
        books = golden.fold(expected, golden.read_log(release))
        assert expected.state_hashes.get(str(VERSION)) == to_base64url(state_hash(books))

    def test_it_has_what_could_go_wrong(self, release: str) -> None:
        effects = golden.read_expected(release).effects.values()
        assert {Effect.FORKED.value, Effect.UNKNOWN_TYPE.value} <= set(effects)
