"""Run a program that does not outlive the one that asked for it: `python -m sajja_client.demo.tether PROGRAM ...`.

A process that is killed cannot stop its child. So before it becomes the program, this one asks the kernel for SIGTERM
at its parent's death. Where the kernel offers no such thing (not Linux), the program is simply run.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Become the program that is named on the command line."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit(1)  # it died before we asked
    os.execv(program[0], program)  # noqa: S606  # our own program, by its path; no shell


if __name__ == "__main__":
    main()
