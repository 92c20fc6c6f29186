"""What the tests' processes compile is compiled once.

Tests start hundreds of real commands and servers. Where the machine says PYTHONDONTWRITEBYTECODE (containers often do),
each of them compiles every module of ours anew: a third of a second of work before it does anything.
"""

import os
import sys

_FORBIDS = "PYTHONDONTWRITEBYTECODE"


def keep_bytecode() -> None:
    """From here on this process, and all that it starts, keep what they compile; git ignores it."""
    os.environ.pop(_FORBIDS, None)
    sys.dont_write_bytecode = False
