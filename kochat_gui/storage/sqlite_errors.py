"""Turns what SQLite and the file system report into errors that a person can act on."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path

from kochat_gui.core.errors import (
    DatabaseDamagedError,
    DiskFullError,
    ReadOnlyError,
    StorageError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.system_errors import reason_of

DATABASE_NOTICE_ID = "database"
DAMAGED_NOTICE_ID = "database-damaged"
"""Of its own: what says that the disk takes writes again says nothing about damage."""
_ALMOST_NOTHING = 1 << 20
"""Bytes; with less than this free, an I/O error is taken for a full disk."""
_READ_ONLY_CODES = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DAMAGED_CODES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DISK_REASONS = {
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_NOMEM: errno.ENOMEM,
    sqlite3.SQLITE_TOOBIG: errno.EFBIG,
}
"""What the system would say: SQLite's own words are for the log."""
_FAULT = reason_of(OSError(errno.EIO, ""))
"""The one that says no more than that there is an error."""


def disk_full(path: Path) -> DiskFullError:
    """There is no room for ``path``."""
    return DiskFullError(
        QT_TRANSLATE_NOOP("Storage", "There is no room left on the disk of {path}."),
        kept=QT_TRANSLATE_NOOP("Storage", "Everything stored before is safe."),
        advice=QT_TRANSLATE_NOOP("Storage", "Make some room, then try again."),
        path=path.parent,
    )


def read_only(path: Path) -> ReadOnlyError:
    """``path`` may not be written."""
    return ReadOnlyError(
        QT_TRANSLATE_NOOP("Storage", "{path} cannot be written to."),
        kept=QT_TRANSLATE_NOOP("Storage", "Everything stored before is safe."),
        advice=QT_TRANSLATE_NOOP(
            "Storage", "Check the folder's permissions, or start with another profile (--profile)."
        ),
        path=path.parent,
    )


def damaged(path: Path) -> DatabaseDamagedError:
    """``path`` cannot be read as a database, or not everywhere."""
    return DatabaseDamagedError(
        QT_TRANSLATE_NOOP("Storage", "The conversations in {path} are damaged."),
        kept=QT_TRANSLATE_NOOP("Storage", "The file stays as it is."),
        advice=QT_TRANSLATE_NOOP(
            "Storage", "Start KoChat again: it saves everything that can still be read."
        ),
        path=path,
    )


def damaged_while_open(path: Path) -> DatabaseDamagedError:
    """Damage that a running program met: only the next opening saves what is whole."""
    told = DatabaseDamagedError(
        QT_TRANSLATE_NOOP("Storage", "The conversations in {path} are damaged."),
        kept=QT_TRANSLATE_NOOP(
            "Storage",
            "Answers cannot be stored any more: what is not stored yet is gone when KoChat is "
            "closed.",
        ),
        advice=QT_TRANSLATE_NOOP(
            "Storage",
            "Copy what matters, then start KoChat again: it saves everything that can still be "
            "read.",
        ),
        path=path,
    )
    told.notice_id = DAMAGED_NOTICE_ID
    return told


def refused(error: StorageError) -> StorageError:
    """``error`` of a write that is tried again by itself: told once, wherever it is met."""
    summary = error.summary
    if isinstance(error, DiskFullError):
        summary = QT_TRANSLATE_NOOP(
            "Storage", "The disk of {path} is full, so nothing can be stored now."
        )
    told = type(error)(
        summary,
        kept=QT_TRANSLATE_NOOP(
            "Storage", "What was stored is safe, and running answers are kept until they can be."
        ),
        advice=goes_on(error),
        **error.values,
    )
    told.notice_id = DATABASE_NOTICE_ID
    return told


def goes_on(error: StorageError) -> TextKey:
    """What to do about ``error`` where the program tries again by itself."""
    if isinstance(error, DiskFullError):
        return QT_TRANSLATE_NOOP("Storage", "Make some room; then KoChat goes on by itself.")
    if isinstance(error, ReadOnlyError):
        return QT_TRANSLATE_NOOP(
            "Storage",
            "Check the permissions; when it can be written, KoChat goes on by itself.",
        )
    return QT_TRANSLATE_NOOP("Storage", "Check the disk; when it works, KoChat goes on by itself.")


def has_room(path: Path) -> bool:
    """Whether the disk of ``path`` has more than almost nothing; true where nobody knows."""
    return not _is_full(path)


def _disk_trouble(path: Path, reason: TextKey | str) -> StorageError:
    if reason == _FAULT:
        summary = QT_TRANSLATE_NOOP("Storage", "The disk of {path} reported an error.")
    else:
        summary = QT_TRANSLATE_NOOP("Storage", "The disk of {path} reported an error: {reason}")
    return StorageError(
        summary,
        kept=QT_TRANSLATE_NOOP("Storage", "Everything stored before is safe."),
        advice=QT_TRANSLATE_NOOP("Storage", "Check the disk, then try again."),
        path=path.parent,
        reason=reason,
    )


def _cannot_open(path: Path) -> StorageError:
    """SQLite says no more than that; the system says why."""
    return StorageError(
        QT_TRANSLATE_NOOP("Storage", "{path} cannot be opened: {reason}"),
        kept=QT_TRANSLATE_NOOP("Storage", "Everything stored before is safe."),
        advice=QT_TRANSLATE_NOOP(
            "Storage",
            "See that nothing else is in its place and that it may be read and written, then try "
            "again.",
        ),
        path=path,
        reason=_why_closed(path),
    )


def _why_closed(path: Path) -> TextKey | str:
    # Not by opening it: closing it again would give up SQLite's own locks on it (POSIX).
    try:
        path.stat()
    except OSError as error:
        return reason_of(error)
    if path.is_dir():
        return reason_of(OSError(errno.EISDIR, ""))
    if not os.access(path, os.R_OK | os.W_OK):
        return reason_of(OSError(errno.EACCES, ""))
    return _FAULT


def from_sqlite(error: sqlite3.Error, path: Path) -> StorageError | None:
    """The error to show, or None when ``error`` is a bug of ours (bad SQL, a broken rule)."""
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None:
        return None
    code = extended & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return disk_full(path)
    if code in _READ_ONLY_CODES:
        return read_only(path)
    if code in _DAMAGED_CODES:
        return damaged(path)
    if code != sqlite3.SQLITE_CANTOPEN and code not in _DISK_REASONS:
        return None
    if _is_full(path):
        return disk_full(path)
    if code == sqlite3.SQLITE_CANTOPEN or path.is_dir():
        return _cannot_open(path)
    return _disk_trouble(path, reason_of(OSError(_DISK_REASONS[code], str(error))))


def from_os_error(error: OSError, path: Path) -> StorageError:
    """The same for errors of the file system around the database."""
    if error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}:
        return disk_full(path)
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return read_only(path)
    return _disk_trouble(path, reason_of(error))


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _ALMOST_NOTHING
    except OSError:
        return False
