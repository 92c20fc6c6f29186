"""Where generated files stand, and how their JSON is written."""

import json
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SCHEMAS: Final = ROOT / "schemas"
DOCS: Final = ROOT / "docs"

Files = dict[Path, str]


def as_json(document: Any) -> str:
    """JSON as people read it in a review: indented, in the order given, Thai as Thai."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
