"""Who may import whom, as `pyproject.toml` declares it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nobody_imports_what_is_not_theirs() -> None:
    """The packages keep to their contracts; the message names the import that does not."""
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_contracts_that_bind_are_declared() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for contract in ("Schemas are pure", "Server and client never meet", "Bytes never import meaning", "PyNaCl"):
        assert f'name = "{contract}' in text
