"""Whether there is a GPU for the transformers engine, asked without loading its libraries."""

import importlib.metadata
import platform
import subprocess
import sys
from dataclasses import dataclass

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey

_QUERY = ("nvidia-smi", "--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits")
_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class GpuMemory:
    """Of the first GPU, in bytes."""

    total: int
    free: int


def gpu_memory() -> GpuMemory | None:
    """The memory that a model may use on a CUDA device; None when there is none.

    Starts a program that may take a second: not for the window's thread.
    """
    try:
        # The program of the driver; its arguments are fixed.
        found = subprocess.run(
            _QUERY, capture_output=True, timeout=_TIMEOUT_S, check=True, text=True
        )
        total, free = found.stdout.splitlines()[0].split(",")
        return GpuMemory(int(total) * 2**20, int(free) * 2**20)
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def gpu_missing() -> TextKey | None:
    """Why the engine computes on the processor here; None when it uses a GPU. Imports nothing."""
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return None
    if _is_processor_build():
        return QT_TRANSLATE_NOOP(
            "TransformersLevels",
            "The installed torch computes on the processor only; one for CUDA uses the GPU.",
        )
    if gpu_memory() is None:
        return QT_TRANSLATE_NOOP("TransformersLevels", "No NVIDIA GPU was found.")
    return None


def _is_processor_build() -> bool:
    try:
        return importlib.metadata.version("torch").endswith("+cpu")
    except importlib.metadata.PackageNotFoundError:
        return False
