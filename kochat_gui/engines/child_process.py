"""Settings that the engine's child process gives itself before anything native is loaded.

What a system does not have is left out: none of this is needed for correct answers, and the end
of the command stream ends the child everywhere.
"""

import contextlib
import ctypes
import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import resource

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_OOM_SCORE = "900"


def take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Command stream and reply stream; from then on fd 0 is empty and fd 1 is stderr.

    Native libraries print to fd 1, which would damage the frames.
    """
    commands = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, replies


def harden() -> None:
    """Die with the parent, be the first to go when memory is short, leave no core file."""
    faulthandler.enable()
    # Ctrl+C in a terminal is for the program, which then stops the child itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        with contextlib.suppress(OSError):  # a container may forbid it
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
