"""Key files: who may read them, and in which networks they are keys at all."""

from pathlib import Path

import pytest

from sajja_client.home import Home, Pin
from sajja_client.keys import create_key, derive_key, load_key, store_key
from sajja_client.problems import (
    DemonstrationKeyRefused,
    KeyExists,
    KeyFileTooOpen,
    KeyMissing,
    KeyUnreadable,
    NotRecordable,
)


def test_a_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else reads the file, whatever the umask is, and what is read is the key that was made."""
    key = create_key(tmp_path / "device.key")
    assert (tmp_path / "device.key").stat().st_mode & 0o777 == 0o600
    stored = load_key(tmp_path / "device.key")
    assert (stored.key.public, stored.derived) == (key.public, False)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    """A lost key is a new device, so a second `init` must not make it one."""
    key = create_key(tmp_path / "device.key")
    with pytest.raises(KeyExists):
        create_key(tmp_path / "device.key")
    assert load_key(tmp_path / "device.key").key.public == key.public


def test_a_link_is_not_followed_when_a_key_is_written(tmp_path: Path) -> None:
    """Or somebody could choose where the secret goes."""
    (tmp_path / "device.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyExists):
        create_key(tmp_path / "device.key")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o610])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    """It may be theirs as well; the sentence says so in Thai and in English."""
    create_key(tmp_path / "device.key")
    (tmp_path / "device.key").chmod(mode)
    with pytest.raises(KeyFileTooOpen) as refused:
        load_key(tmp_path / "device.key")
    assert f"{mode:04o}" in refused.value.english_sentence
    assert "กุญแจ" in refused.value.thai_sentence


@pytest.mark.parametrize("content", ["", "{}", '{"derived":false,"seed":"AAAA"}', "ÿ", '{"derived":0,"seed":"A"}'])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, content: str) -> None:
    """A torn file is not a key of zeros."""
    (tmp_path / "device.key").write_text(content)
    (tmp_path / "device.key").chmod(0o600)
    with pytest.raises(KeyUnreadable):
        load_key(tmp_path / "device.key")


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """The message has the path, for the person who looks for it."""
    with pytest.raises(KeyMissing, match=r"device\.key"):
        load_key(tmp_path / "device.key")


def test_derived_keys_are_the_same_everywhere_and_differ_by_every_part() -> None:
    """The seed fixes the bytes of a demonstration, and two lists of names never make one key."""
    assert derive_key("1", "pp01", "a").public == derive_key("1", "pp01", "a").public
    made = {
        derive_key(*parts).public
        for parts in [("1", "pp01", "a"), ("2", "pp01", "a"), ("1", "pp01a"), ("1", "pp01", "", "a")]
    }
    assert len(made) == 4


@pytest.mark.parametrize("person", [None, "pp01-o1"])
def test_a_key_from_a_seed_is_refused_outside_a_demonstration(tmp_path: Path, person: str | None) -> None:
    """Anybody who knows the seed has it."""
    for demonstration in (True, False):
        home = Home(tmp_path / str(demonstration))
        home.create()
        path = home.officer_key_path(person) if person else home.device_key_path
        store_key(path, derive_key("1", "x"), derived=True)
        home.write_pin(
            Pin(network="n", fingerprint="A" * 43, village="pp01", server_url="", demonstration=demonstration)
        )
        load = (lambda h=home: h.officer_key(person)) if person else home.device_key
        if demonstration:
            assert load().derived
        else:
            with pytest.raises(DemonstrationKeyRefused):
                load()


def test_a_persons_id_never_becomes_a_path(tmp_path: Path) -> None:
    """What is typed at a command stays in the folder."""
    for typed in ("../device", "a/b", "", "-x", "ก", "a" * 41):
        with pytest.raises(NotRecordable):
            Home(tmp_path).officer_key_path(typed)
