"""What an operator is handed must at least be readable by what will read it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "systemd" / "sajja-server.service"
ENVIRONMENT = DEPLOY / "server.env.example"

THAI = re.compile(r"[\u0e00-\u0e7f]")


def unit() -> dict[str, dict[str, list[str]]]:
    """Read a unit as systemd does: a key may come again, and only the first "=" divides."""
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] | None = None
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if titled := re.fullmatch(r"\[(\w+)\]", line):
            section = sections.setdefault(titled[1], defaultdict(list))
            continue
        key, divided, value = line.partition("=")
        assert section is not None, f"before any section: {line}"
        assert divided, f"neither a comment nor a setting: {line}"
        assert re.fullmatch(r"[A-Z][A-Za-z]+", key), line
        section[key].append(value)
    return sections


def environment() -> list[tuple[str, str, list[str]]]:
    """Return name, value and the comment above, in the dialect of systemd's EnvironmentFile."""
    settings: list[tuple[str, str, list[str]]] = []
    comment: list[str] = []
    for line in ENVIRONMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            comment.append(line)
        elif not line:
            comment = []
        else:
            # Without quotes and spaces, so that systemd, a shell and docker compose read the same.
            match = re.fullmatch(r"(SAJJA_[A-Z_]+)=([^\s'\"\\$`]*)", line)
            assert match, f"not a setting: {line}"
            settings.append((match[1], match[2], comment))
    return settings


def test_the_service_has_the_three_sections_of_a_service() -> None:
    assert list(unit()) == ["Unit", "Service", "Install"]


def test_the_service_runs_the_server_and_never_migrates() -> None:
    service = unit()["Service"]
    assert service["Type"] == ["exec"]
    assert service["ExecStart"] == ["/opt/sajja/bin/sajja-server run"]
    assert service["EnvironmentFile"] == ["/etc/sajja/server.env"]
    assert [key for key in service if key.startswith("Exec")] == ["ExecStart"]


def test_the_service_runs_as_the_database_role_with_no_right_of_its_own() -> None:
    service = unit()["Service"]
    url = urlsplit({name: value for name, value, _ in environment()}["SAJJA_DATABASE_URL"])
    assert service["DynamicUser"] == ["yes"]
    assert service["User"] == [url.username]
    assert service["CapabilityBoundingSet"] == [""]
    assert service["ProtectSystem"] == ["strict"]
    assert service["StateDirectory"] == ["sajja-server"]


def test_systemd_finds_no_fault_with_the_service(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # a machine without systemd; what we read ourselves is tested above
        return
    # The program is not installed here, and systemd looks for it.
    text = UNIT.read_text(encoding="utf-8").replace("/opt/sajja/bin/sajja-server", sys.executable)
    copy = tmp_path / UNIT.name
    copy.write_text(text, encoding="utf-8")
    command = [analyze, "verify", "--man=no", str(copy)]
    judged = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    about_us = [line for line in judged.stderr.splitlines() if UNIT.name in line]
    assert about_us == []


def test_every_setting_is_there_once_and_explained_in_both_languages() -> None:
    settings = environment()
    names = [name for name, _, _ in settings]
    assert len(names) == len(set(names))
    for name, _, comment in settings:
        assert any(THAI.search(line) for line in comment), name
        assert any(not THAI.search(line) for line in comment), name


def test_the_example_holds_no_secret_and_opens_nothing() -> None:
    values = {name: value for name, value, _ in environment()}
    for name, value in values.items():
        # A file of a secret may be named here; what is in it may not.
        assert name.endswith("_FILE") or not re.search(r"PASSWORD|SECRET|KEY|TOKEN", name)
        assert urlsplit(value).password is None, name
    assert values["SAJJA_HOST"] == "127.0.0.1"
    assert values["SAJJA_MIGRATE_URL"] == ""


def test_the_roles_of_the_operator_are_those_of_the_package() -> None:
    here = DEPLOY / "sql" / "roles.sql"
    assert here.is_symlink()
    assert not here.readlink().is_absolute()
    packaged = files("sajja_server").joinpath("sql", "roles.sql")
    assert here.read_text(encoding="utf-8") == packaged.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "file", ["sql/roles.sql", "systemd/sajja-server.service", "server.env.example", "proxy/Caddyfile"]
)
def test_the_page_names_every_file(file: str) -> None:
    assert f"`{file}`" in (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert (DEPLOY / file).is_file()
