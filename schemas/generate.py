"""Write everything that is generated from the schemas: `python schemas/generate.py`, or `make schema`.

With `--check` nothing is written; stale files are named and the exit code is 1.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT / "schemas"),
    str(ROOT / "server"),
    str(ROOT / "tests"),
]  # the small network of the tests makes the vectors, too

from generation import (  # noqa: E402  # after the path is set
    bundle_vectors,
    byte_vectors,
    catalogue,
    effect_vectors,
    event_vectors,
    examples,
    findings_page,
    indicators_page,
    interface,
    personal_vectors,
    projections_page,
    shapes,
    tables,
    tree_vectors,
)


def main(arguments: list[str]) -> int:
    """Write the files that differ, or only name them."""
    generated = {
        **shapes.files(),
        **interface.files(),
        **tables.files(),
        **catalogue.files(),
        **findings_page.files(),
        **indicators_page.files(),
        **projections_page.files(),
        **event_vectors.files(),
        **byte_vectors.files(),
        **effect_vectors.files(),
        **personal_vectors.files(),
        **tree_vectors.files(),
        **bundle_vectors.files(),
        **examples.files(),
    }
    stale = [path for path, text in generated.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is stale: run `make schema`\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated[path], encoding="utf-8")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
