"""The end of every conversion: a file is checked and made durable before it gets its name."""

import os
from collections.abc import Sequence
from pathlib import Path

from kochat_gui.catalog.file_errors import damaged
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.source_files import stamps
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP


class SourceWatch:
    """Notices when someone else changes a source while it is read."""

    def __init__(self, source: Path, files: Sequence[Path]) -> None:
        self._source = source
        self._files = list(files)
        self._stamps = stamps(self._files)

    def check(self) -> None:
        """Raise ``ModelDamagedError`` if a file has changed since the start."""
        if stamps(self._files) != self._stamps:
            raise damaged(
                self._source,
                QT_TRANSLATE_NOOP("ModelFiles", "{name} was changed while it was being converted."),
            )


def finish(part: Path, target: Path, watch: SourceWatch, expected: int | None = None) -> int:
    """Give the complete GGUF file ``part`` the name ``target``; returns its size in bytes.

    ``expected``: bytes that it must have. Raises ``ModelError``, or ``OSError`` from the disk.
    """
    read_gguf_header(part)
    size = part.stat().st_size
    if expected is not None and size != expected:
        raise RuntimeError(f"{size} bytes were made, {expected} were computed")
    watch.check()
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return size
