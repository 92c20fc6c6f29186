"""Golden logs of every release: kept for ever, and replayed by every later one (README.md)."""
