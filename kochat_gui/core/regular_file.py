"""Opens files that somebody named, and nothing that would keep the program waiting."""

import stat
from pathlib import Path
from typing import BinaryIO

_WITH_AN_END = (stat.S_IFREG, stat.S_IFDIR)
"""For a folder the system's own error says more."""


class NotAFileError(OSError):
    """A pipe, a socket or a device."""


def open_regular(path: Path) -> BinaryIO:
    """``path`` open for reading; raises ``OSError``.

    Opening a pipe waits for whoever writes to it, and a device may have no end.
    """
    if stat.S_IFMT(path.stat().st_mode) not in _WITH_AN_END:
        raise NotAFileError(f"{path.name} is no regular file")
    return path.open("rb")
