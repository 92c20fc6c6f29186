"""A QR in the terminal: what a scanner types into the other device. Nothing secret is ever in one."""

import sys

_GROUP = 4


def show_qr(text: str) -> None:
    """Print it, two rows a line, so that it fits a small screen."""
    import segno

    segno.make(text, error="l", micro=False).terminal(out=sys.stdout, compact=True)


def in_groups(text: str) -> str:
    """A fingerprint as two people can read it to each other."""
    return " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
