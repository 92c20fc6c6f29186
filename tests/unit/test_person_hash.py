"""The secret by which one person is found in two villages: made once, for one account, and never printed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sajja_server.person_hash import SECRET_BYTES, PersonHasher, SecretUnfit, read_secret


def test_it_is_made_at_the_first_start_and_read_at_the_next(tmp_path: Path) -> None:
    """Mode 0600, in a folder that is made if it is not there."""
    path = tmp_path / "new" / "person.secret"
    secret = read_secret(path)
    assert len(secret) == SECRET_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_secret(path) == secret


def test_servers_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    """Whoever comes second reads what the first has made; it is never written over, and never half written."""
    path = tmp_path / "person.secret"
    with ThreadPoolExecutor(8) as starters:
        secrets = set(starters.map(lambda _at: read_secret(path), range(8)))
    assert len(secrets) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["person.secret"]


@pytest.mark.parametrize(
    ("data", "mode"), [(bytes(32), 0o640), (bytes(32), 0o604), (bytes(31), 0o600), (bytes(33), 0o600)]
)
def test_one_that_others_may_read_or_that_is_cut_is_refused(tmp_path: Path, data: bytes, mode: int) -> None:
    """With what to do about it, and without the secret."""
    path = tmp_path / "person.secret"
    path.write_bytes(data)
    path.chmod(mode)
    with pytest.raises(SecretUnfit) as refused:
        read_secret(path)
    assert str(path) in str(refused.value)
    assert "remove it" in str(refused.value)


def test_where_none_can_be_made_the_server_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SecretUnfit):
        read_secret(tmp_path / "file" / "person.secret")


def test_a_hash_is_of_a_network_a_document_and_a_number() -> None:
    """Whoever knows every number that there is still cannot look one up without the secret."""
    hasher = PersonHasher(bytes(32))
    made = {
        hasher.hash("testnet", "national_id", "0123456789016"),
        hasher.hash("othernet", "national_id", "0123456789016"),
        hasher.hash("testnet", "other", "0123456789016"),
        hasher.hash("testnet", "national_id", "0100000000018"),
        PersonHasher(bytes([1]) * 32).hash("testnet", "national_id", "0123456789016"),
    }
    assert len(made) == 5
    assert hasher.key_id("testnet") != PersonHasher(bytes([1]) * 32).key_id("testnet")
    assert repr(hasher) == "PersonHasher()"
