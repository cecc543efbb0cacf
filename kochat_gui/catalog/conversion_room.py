"""What is checked and tidied up around every conversion: disk, memory, unfinished files."""

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from kochat_gui.catalog.conversion import remove_part
from kochat_gui.catalog.file_errors import no_room, readable_size, write_error
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

CONVERSION_BYTES = 384 * 1024**2
"""Memory of the converter's process: libraries, and the weights in work, a few at a time (210 MiB
were measured for the matrices of a 7B model)."""
_PART = re.compile(r".*\.kochat-(\d{1,9})-\d+\.part", re.DOTALL)
"""Unmistakable: other programs have unfinished files of their own beside a target."""
_STALE_S = 24 * 3600.0
_RESERVE = 1024**3
_SMALL_RESERVE = 64 * 1024**2


def new_part_suffix() -> str:
    """For the files of one job of this process."""
    return f".kochat-{os.getpid()}-{time.monotonic_ns()}.part"


def remove_stale_parts(parts: Iterable[Path]) -> None:
    """Delete those unfinished files and folders whose makers are gone.

    Their names say which process started them. A number may have been given to another process by
    now; so nothing is kept for longer than a day without a change.
    """
    for part in parts:
        match = _PART.fullmatch(part.name)
        if match is None:
            continue
        with contextlib.suppress(OSError):  # another program was faster, or still holds it
            is_old = time.time() - part.stat().st_mtime > _STALE_S
            if is_old or not psutil.pid_exists(int(match[1])):
                remove_part(part)


def required_room(size: int) -> int:
    """Free bytes asked for before ``size`` bytes are written."""
    return size + min(_RESERVE, size // 10 + _SMALL_RESERVE)


def check_room(folder: Path, size: int) -> None:
    """Raise ``DiskFullError`` unless ``size`` more bytes have room under ``folder``."""
    need, have = required_room(size), shutil.disk_usage(folder).free
    if have < need:
        raise no_room(folder, need, have)


def check_places(steps_in: Path, steps: int, target_in: Path, target: int) -> None:
    """Raise ``DiskFullError`` unless both have room: what a file is made from, and the file."""
    if not steps or steps_in.stat().st_dev == target_in.stat().st_dev:
        check_room(target_in, steps + target)
        return
    check_room(steps_in, steps)
    check_room(target_in, target)


def delete_whole(path: Path) -> None:
    """Delete a file or folder; half of a folder must never be taken for a whole one."""
    if not path.is_dir():
        path.unlink()
        return
    doomed = path.with_name(path.name + new_part_suffix())
    path.rename(doomed)
    shutil.rmtree(doomed)


def folder_bytes(folder: Path) -> int:
    """Of the files in ``folder``, without folders in it."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def check_conversion_memory(available: int) -> None:
    """Raise ``MemoryShortError`` when ``available`` bytes are too few for the converter."""
    if available < CONVERSION_BYTES:
        raise MemoryShortError(
            QT_TRANSLATE_NOOP(
                "Memory", "Making a model file needs {need} of memory, and {have} is free."
            ),
            kept=QT_TRANSLATE_NOOP("Memory", "Nothing was changed."),
            advice=QT_TRANSLATE_NOOP("Memory", "Close other programs, then try again."),
            need=readable_size(CONVERSION_BYTES),
            have=readable_size(available),
        )


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system says about writing under ``folder`` into errors for people."""
    try:
        yield
    except OSError as error:
        raise write_error(folder, error) from error
