"""How much memory the graphics card has free, asked of its driver's own program."""

import shutil
import subprocess

from kochat_gui.engines.transformers_memory import processor_build

_PROGRAM = "nvidia-smi"
_TIMEOUT_S = 3.0
_MIB = 1024**2


def free_gpu_memory() -> int | None:
    """Bytes free on the first card; None without one that the installed torch could use."""
    program = shutil.which(_PROGRAM)
    if program is None or processor_build() is not None:
        return None
    query = [program, "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(
            query, capture_output=True, check=False, timeout=_TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    numbers = [int(word) for word in answer.stdout.split() if word.isdigit()]
    return numbers[0] * _MIB if answer.returncode == 0 and numbers else None
