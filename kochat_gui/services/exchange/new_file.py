"""Files that appear whole or not at all, and never in the place of another by accident."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kochat_gui.core.errors import DiskFullError, ExchangeError, FileThereError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.system_errors import reason_of

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EMLINK, errno.EINVAL}


@contextmanager
def new_file(path: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file to write; it gets its name when the block ends without an exception.

    Until then, and for good after an exception, ``path`` is what it was. Raises
    ``FileThereError`` unless ``replace``, and ``UserFacingError`` for the disk's troubles.
    """
    if not replace and os.path.lexists(path):
        raise already_there(path)
    partial = path.with_name(f".kochat-{secrets.token_hex(6)}.part")
    try:
        try:
            with partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _name(partial, path, replace=replace)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(error, path) from error


def make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it; raises ``UserFacingError``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(error, folder) from error


def already_there(path: Path) -> FileThereError:
    """``path`` exists."""
    return FileThereError(
        QT_TRANSLATE_NOOP("Exchange", "There is a file {path} already."),
        kept=QT_TRANSLATE_NOOP("Exchange", "It stays as it is."),
        advice=QT_TRANSLATE_NOOP("Exchange", "Choose another name."),
        path=path,
    )


def cannot_write(error: OSError, path: Path) -> UserFacingError:
    """What to tell when the system refuses to write ``path``."""
    if isinstance(error, FileExistsError):
        return already_there(path)
    if error.errno in _FULL:
        return DiskFullError(
            QT_TRANSLATE_NOOP("Exchange", "There is no room for {path}."),
            kept=QT_TRANSLATE_NOOP("Exchange", "Your conversations are safe."),
            advice=QT_TRANSLATE_NOOP("Exchange", "Make some room, or choose another disk."),
            path=path,
        )
    return ExchangeError(
        QT_TRANSLATE_NOOP("Exchange", "{path} cannot be written: {reason}"),
        kept=QT_TRANSLATE_NOOP("Exchange", "Your conversations are safe."),
        advice=QT_TRANSLATE_NOOP("Exchange", "Choose another folder."),
        path=path,
        reason=reason_of(error),
    )


def _name(partial: Path, path: Path, *, replace: bool) -> None:
    """Give the finished file its name; only ``replace`` lets it take another file's place."""
    if replace:
        partial.replace(path)
        return
    try:
        # Unlike renaming, linking fails where there is a file.
        os.link(partial, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        partial.rename(path)


def _sync_folder(folder: Path) -> None:
    """Have the name on the disk, too; some network drives cannot, and the file is whole anyway."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
