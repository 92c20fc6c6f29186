"""A PostgreSQL of one's own, for the demonstration, for development and for tests.

 * Its programs come in a wheel (the extra `demo`); the machine needs none and none is changed.
 * All of it lives in `home/postgres/`. The rest of `home` belongs to the caller.
 * It listens on a Unix socket alone, in a folder that only its own account may enter.
 * Starting takes up whatever it finds: nothing, data, a half-made cluster, a power cut, or a server
   that outlived the process that started it. Such a server is kept if it does all that is asked.
 * fsync stays on: a demonstration of never losing a deposit must survive a pulled plug.

Sync, by subprocess: it may be called where an event loop is running. `embedded_place` says where
it lives and as whom it runs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import tempfile
import time
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from sajja_server.embedded_place import PORT, EmbeddedPostgresFailed, Place, default_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresFailed", "default_home"]

OWNER_ROLE = "sajja_owner"
SERVER_ROLE = "sajja_server"
DATABASE = "sajja"

START_SECONDS = 120  # crash recovery of a large demonstration on a slow disk
STOP_SECONDS = 60

# A server that was killed a moment ago holds its data until init has reaped it and its last session
# has noticed. PostgreSQL cannot tell that from a server that lives; a little later it need not.
LAST_BREATH_SECONDS = 15
LAST_BREATHS = ('lock file "postmaster.pid" already exists', "shared memory block")

CREATE_DATABASE = rf"""
SELECT 'CREATE DATABASE {DATABASE}'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \gexec
\connect {DATABASE}
"""  # noqa: S608 # constants


class EmbeddedPostgres:
    """A running server. Leaving the context, or `stop`, shuts it down for everybody."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._socket = place.socket_folder()

    @classmethod
    def start(cls, home: Path, *, settings: Mapping[str, str] = {}) -> Self:
        """Bring up the server of this home. `settings` hold if it was not running already."""
        try:
            place = Place(home)
            place.make()
            with _lock(place):
                place.install_programs()
                server = cls(place)
                server._start(settings)
        except OSError as error:
            raise EmbeddedPostgresFailed(f"PostgreSQL in {home}: {error}") from error
        return server

    @classmethod
    @contextmanager
    def shared(cls, home: Path) -> Iterator[Self]:
        """Bring up the server of this home, or join who has; the last to leave shuts it down."""
        try:
            place = Place(home)
            place.make()
            users = (place.folder / "users").open("w")
        except OSError as error:
            raise EmbeddedPostgresFailed(f"PostgreSQL in {home}: {error}") from error
        with users:
            # Waits for whoever is just shutting it down. The lock goes with the process, even with a killed one.
            fcntl.flock(users, fcntl.LOCK_SH)
            server = cls.start(home)
            try:
                yield server
            finally:
                with contextlib.suppress(BlockingIOError):  # somebody else still uses it
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    server.stop()

    @classmethod
    @contextmanager
    def temporary(cls, *, settings: Mapping[str, str] = {}) -> Iterator[Self]:
        """Bring up a server in a new folder of its own; both are gone when the context is left."""
        home = Path(tempfile.mkdtemp(prefix="sajja-"))
        try:
            home.chmod(0o711)  # made a line ago, for this: root's server runs as another account
            with cls.start(home, settings=settings) as server:
                yield server
        finally:
            shutil.rmtree(home)

    @property
    def owner_url(self) -> str:
        """The superuser that owns the database: for migrations and for tests."""
        return self._url(OWNER_ROLE)

    @property
    def server_url(self) -> str:
        """The role of `sajja-server`: a member of sajja_app, without a right of its own."""
        return self._url(SERVER_ROLE)

    def stop(self) -> None:
        """Shut down and wait: open sessions are ended, what they committed is on disk."""
        with _lock(self._place):
            self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _url(self, role: str) -> str:
        # The port is said aloud, so that a PGPORT in the environment changes nothing.
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self._socket))}&port={PORT}"

    def _start(self, settings: Mapping[str, str]) -> None:
        if self._is_up():
            if self._runs_our_programs() and self._prepares():
                return
            self._stop()
        self._require_readable_data()
        if not self._place.data.exists():
            self._create_cluster(settings)
        try:
            self._launch(settings)
            self._prepare()
        except BaseException:  # Ctrl-C too: a server that nobody holds must not stay behind
            self._stop()
            raise
        self._place.remove_older_programs()

    def _is_up(self) -> bool:
        """Whether a server answers at our socket, once no start or shutdown is under way."""
        deadline = time.monotonic() + START_SECONDS
        where = (f"--host={self._socket}", f"--port={PORT}")
        while True:
            state = self._place.call("pg_isready", "--quiet", *where).returncode
            if state == 0:
                return True
            if state != 1:  # 1: somebody is there, and turns sessions away for now
                return False
            if time.monotonic() > deadline:
                raise EmbeddedPostgresFailed(f"PostgreSQL neither starts nor stops:\n{self._place.last_log_lines()}")
            time.sleep(0.1)

    def _runs_our_programs(self) -> bool:
        """Whether the running server was started from the programs that we would start."""
        postgres = (self._place.programs / "bin" / "postgres").resolve()
        try:
            command = (self._place.data / "postmaster.opts").read_text(encoding="utf-8")
            running = self._sql("SHOW server_version").split(".")
        except (OSError, EmbeddedPostgresFailed):
            return False
        return command.startswith(f"{postgres} ") and running == self._place.version.split(".")[:2]

    def _require_readable_data(self) -> None:
        try:
            made_by = (self._place.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return
        major = self._place.version.split(".")[0]
        if made_by != major:
            raise EmbeddedPostgresFailed(
                f"{self._place.data} was made by PostgreSQL {made_by}; this is PostgreSQL {major}. "
                f"Choose another home, or move {self._place.folder} away to begin anew."
            )

    def _create_cluster(self, settings: Mapping[str, str]) -> None:
        partial = self._place.folder / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        self._place.own(partial)
        arguments = [
            f"--pgdata={partial}",
            f"--username={OWNER_ROLE}",
            "--auth-local=trust",  # the folder of the socket is the lock: see Place.socket_folder
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",  # the machine may have no other; byte order is the order that we mean
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        ]
        if settings.get("fsync", "on") == "off":
            arguments.append("--no-sync")
        made = self._place.call("initdb", *arguments)
        if made.returncode != 0:
            raise EmbeddedPostgresFailed(f"PostgreSQL could not make its data:\n{made.stdout}")
        # Whole or not there: an initdb that was cut short is begun again.
        partial.rename(self._place.data)
        _sync_folder(self._place.folder)

    def _launch(self, settings: Mapping[str, str]) -> None:
        chosen = {
            "timezone": "UTC",
            "log_timezone": "UTC",
            **settings,
            # Last, and so not to be chosen: whoever gets as far as a session is trusted.
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket),
            "port": PORT,
        }
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in chosen.items())
        log = self._place.log
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        log.touch(mode=0o600)  # a refused statement is logged with what it was about
        deadline = time.monotonic() + LAST_BREATH_SECONDS
        while not self._launches(options):
            told = self._place.last_log_lines()
            if time.monotonic() > deadline or not any(breath in told for breath in LAST_BREATHS):
                raise EmbeddedPostgresFailed(f"PostgreSQL did not start:\n{told}")
            time.sleep(0.2)

    def _launches(self, options: str) -> bool:
        # pg_ctl puts the server in a session of its own: a Ctrl-C in our terminal is not for it.
        # The server inherits the open log, so that its account need not write beside its data.
        with self._place.log.open("ab") as output:
            started = self._place.call(
                "pg_ctl",
                "start",
                f"--pgdata={self._place.data}",
                f"--options={options}",
                "--silent",
                "--wait",
                f"--timeout={START_SECONDS}",
                output=output,
                seconds=START_SECONDS + 10,
            )
        return started.returncode == 0

    def _prepares(self) -> bool:
        # A server whose programs were deleted beneath it answers, but cannot load PL/pgSQL.
        try:
            self._prepare()
        except EmbeddedPostgresFailed:
            return False
        return True

    def _prepare(self) -> None:
        roles = files("sajja_server").joinpath("sql", "roles.sql").read_text(encoding="utf-8")
        self._sql(CREATE_DATABASE + roles)

    def _sql(self, script: str) -> str:
        done = self._place.call(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--set=ON_ERROR_STOP=1",
            f"--host={self._socket}",
            f"--port={PORT}",
            f"--username={OWNER_ROLE}",
            "--dbname=postgres",
            script=script,
        )
        if done.returncode != 0:
            raise EmbeddedPostgresFailed(f"PostgreSQL refused: {done.stdout}")
        return done.stdout.strip()

    def _stop(self) -> None:
        # Only a server that answers at our socket is told to stop: after a power cut, the number
        # in postmaster.pid may be that of a process that has nothing to do with us.
        if not self._is_up():
            return
        stopped = self._place.call(
            "pg_ctl",
            "stop",
            f"--pgdata={self._place.data}",
            "--mode=fast",
            "--silent",
            "--wait",
            f"--timeout={STOP_SECONDS}",
            seconds=STOP_SECONDS + 10,
        )
        if stopped.returncode != 0 and self._is_up():
            raise EmbeddedPostgresFailed(f"PostgreSQL did not stop: {stopped.stdout}\n{self._place.last_log_lines()}")


@contextmanager
def _lock(place: Place) -> Iterator[None]:
    """One start or stop at a time: two demonstrations begun at once share one server."""
    deadline = time.monotonic() + START_SECONDS
    with (place.folder / "lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresFailed(f"another process holds {file.name}") from error
                time.sleep(0.05)
            else:
                break
        yield


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
