"""Backups and replicas of an embedded PostgreSQL, by PostgreSQL's own programs."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sajja_server.embedded import DATABASE, OWNER_ROLE
from sajja_server.embedded_place import PORT, Place

REPLICA_PORT = str(int(PORT) + 1)


def back_up(home: Path, name: str) -> Path:
    """A base backup of the server that runs in a home, taken while it runs."""
    place = Place(home)
    target = place.own(place.folder / name)
    _call(place, "pg_basebackup", *_where(place), f"--pgdata={target}", "--checkpoint=fast")
    return target


def restore(home: Path, backup: Path) -> None:
    """Put a backup in place of the data, while nothing runs."""
    place = Place(home)
    place.data.rename(place.folder / "lost")
    subprocess.run(["cp", "-a", str(backup), str(place.data)], check=True)  # with their owner and times
    shutil.rmtree(place.folder / "lost")


@contextmanager
def replica(home: Path) -> Iterator[str]:
    """A streaming replica of the server that runs in a home; gives its URL."""
    place = Place(home)
    target = place.own(place.folder / "replica")
    _call(place, "pg_basebackup", *_where(place), f"--pgdata={target}", "--checkpoint=fast", "--write-recovery-conf")
    socket = place.socket_folder()
    options = f"-c listen_addresses='' -c unix_socket_directories={socket} -c port={REPLICA_PORT} -c hot_standby=on"
    with (place.folder / "replica.log").open("wb") as output:
        _call(place, "pg_ctl", "start", f"--pgdata={target}", f"--options={options}", "--wait", output=output.fileno())
    try:
        yield f"postgresql://{OWNER_ROLE}@/{DATABASE}?host={quote(str(socket), safe='')}&port={REPLICA_PORT}"
    finally:
        place.call("pg_ctl", "stop", f"--pgdata={target}", "--mode=immediate", "--wait")


def _where(place: Place) -> tuple[str, ...]:
    return (f"--host={place.socket_folder()}", f"--port={PORT}", f"--username={OWNER_ROLE}")


def _call(place: Place, program: str, *arguments: str, output: int = subprocess.PIPE) -> None:
    done = place.call(program, *arguments, output=output, seconds=120)
    assert done.returncode == 0, done.stdout
