"""A file has its name only once it is whole, and takes nobody else's."""

import os
from pathlib import Path

import pytest

from sajja_client.durable import create_file, replace_file
from sajja_client.keys import create_key, load_key


class PowerCut(BaseException):
    """Nothing runs after it, in the tests either."""


@pytest.mark.parametrize("moment", ["write", "fsync", "link"])
def test_a_key_that_was_cut_off_leaves_no_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """So the next start makes a key, where an empty file would have stopped it for ever."""

    def cut(*_given: object, **_named: object) -> int:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(os, moment, cut)
        with pytest.raises(PowerCut):
            create_key(tmp_path / "device.key")
    assert not (tmp_path / "device.key").exists()
    key = create_key(tmp_path / "device.key")
    assert load_key(tmp_path / "device.key").key.public == key.public
    assert [path.name for path in tmp_path.iterdir()] == ["device.key"]


def test_the_bytes_are_on_the_disk_before_the_name_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write, sync, name, and sync the folder, in this order."""
    happened: list[str] = []
    for name in ("write", "fsync", "link"):
        real = getattr(os, name)

        def seen(*given: object, name: str = name, real: object = real) -> object:
            happened.append(name)
            assert callable(real)
            return real(*given)

        monkeypatch.setattr(os, name, seen)
    create_file(tmp_path / "a", b"1", mode=0o600)
    assert happened == ["write", "fsync", "link", "fsync"]


def test_a_file_is_created_once_and_replaced_as_often_as_one_likes(tmp_path: Path) -> None:
    """The mode is what was asked for, whatever the umask; nothing else is left in the folder."""
    create_file(tmp_path / "a", b"1", mode=0o600)
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "a", b"2", mode=0o600)
    assert (tmp_path / "a").read_bytes() == b"1"
    for content in (b"3", b"4"):
        replace_file(tmp_path / "a", content, mode=0o644)
        assert (tmp_path / "a").read_bytes() == content
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
