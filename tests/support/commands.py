"""The commands as a person runs them: a real process with its own environment."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.waiting import PATIENCE_SECONDS


def run(
    *words: str | Path, home: Path, language: str = "th_TH.UTF-8", typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """A command; `typed` is what comes at its standard input, which is no terminal."""
    environment = {**os.environ, **settings, "SAJJA_HOME": str(home), "LANG": language, "LC_ALL": "", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "sajja_client", *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        input=typed,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
