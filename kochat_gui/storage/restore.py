"""Puts a backup in the place of the database."""

import errno
import logging
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.core.errors import DatabaseDamagedError, UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.storage import sqlite_errors, statements
from kochat_gui.storage.backups import Backup, back_up
from kochat_gui.storage.connection import (
    connect_for_creating,
    connect_for_reading,
    connect_for_writing,
)
from kochat_gui.storage.copying import CopyWatch, copy_pages
from kochat_gui.storage.database import AccessMode
from kochat_gui.storage.leftovers import discard_leftovers, room_beside
from kochat_gui.storage.log_identity import is_log_wrong, renew_identity
from kochat_gui.storage.salvage import move_aside
from kochat_gui.storage.shape import open_checked

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """A checked copy of a backup in the newest shape, beside the database that it is to replace."""

    source: Path
    database: Path
    """In a folder of its own."""

    def discard(self) -> None:
        """Delete the copy, if it is still there; the backup stays."""
        shutil.rmtree(self.database.parent, ignore_errors=True)


def restore(database: Path, source: Path, folder: Path) -> Backup | Path | None:
    """Put ``source`` in the place of ``database``: :func:`prepare` and :func:`put_in_place`."""
    return put_in_place(prepare(source, database), database, folder)


def prepare(source: Path, database: Path, watch: CopyWatch | None = None) -> Prepared:
    """Copy ``source`` to where it can become ``database``, which may be open meanwhile.

    Takes seconds for each GB. Raises ``UsageError`` for a file that is no sound backup,
    ``DatabaseNewerError``, ``StorageError`` and ``Cancelled``; nothing is left then.
    """
    watch = watch if watch is not None else CopyWatch()
    prepared = Prepared(source, room_beside(database) / database.name)
    try:
        discard_leftovers(database)
        prepared.database.parent.mkdir(parents=True)
        _copy(source, prepared.database, watch.part(0.0, 0.8))
        # Opening it checks every page and brings an older shape to the newest.
        restored = open_checked(prepared.database, AccessMode.NORMAL)
        try:
            restored.write(_make_new)
        finally:
            restored.close()
        watch.cancel.raise_if_cancelled()
        watch.on_progress(1.0)
    except BaseException as error:
        prepared.discard()
        if isinstance(error, DatabaseDamagedError):
            raise _no_backup(source) from error
        _raise_for_disk(error, database)
        raise
    return prepared


def _make_new(connection: sqlite3.Connection) -> None:
    """What must not be taken over from the past."""
    statements.renew_store_id(connection)
    renew_identity(connection)
    # The first opening would empty the trash of what was deleted long before the restore.
    statements.renew_trash(connection)


def put_in_place(
    prepared: Prepared, database: Path, folder: Path, watch: CopyWatch | None = None
) -> Backup | Path | None:
    """Put a copy in the place of ``database``, closed; for the holder of the profile's lock.

    Returns where the replaced conversations are: a backup in ``folder``, or, where they are too
    damaged for one, the file itself, or the log that is left of it, under another name; None when
    there were none. Raises ``StorageError`` and ``Cancelled``; then the database is as it was. The
    copy is gone after it.
    """
    try:
        # SQLite applies a log to whatever database lies beside it: what a lost one left to the
        # one that comes, that of another one to the one that is there.
        is_whole = database.exists() and _fits_log(database)
        replaced = _put_by(database, folder, watch) if is_whole else move_aside(database)
        prepared.database.replace(database)
    except (OSError, sqlite3.Error) as error:
        _raise_for_disk(error, database)
        raise
    finally:
        prepared.discard()
    return replaced


def _raise_for_disk(error: BaseException, database: Path) -> None:
    """Raise the error to show for what a disk reports; return for everything else."""
    known = None
    if isinstance(error, OSError):
        known = sqlite_errors.from_os_error(error, database)
    elif isinstance(error, sqlite3.Error):
        known = sqlite_errors.from_sqlite(error, database)
    if known is not None:
        raise known from error


def _copy(source: Path, target: Path, watch: CopyWatch) -> None:
    """Also a database with a log beside it, such as one from another computer."""
    if not source.is_file() or not source.stat().st_size:
        raise _no_backup(source)
    has_log = source.with_name(source.name + "-wal").exists()
    try:
        with (
            closing(connect_for_reading(source, immutable=not has_log)) as original,
            closing(connect_for_creating(target)) as copy,
        ):
            copy_pages(original, copy, watch)
    except sqlite3.DatabaseError as error:
        if _is_damage(error, source):
            raise _no_backup(source) from error
        raise


def _fits_log(database: Path) -> bool:
    """A log beside it, if any, leaves it sound; it may be another database's."""
    if not database.with_name(database.name + "-wal").exists():
        return True
    try:
        with closing(connect_for_reading(database)) as connection:
            [verdict] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        return not _is_damage(error, database)
    return bool(verdict == "ok") and not is_log_wrong(database)


def _put_by(database: Path, folder: Path, watch: CopyWatch | None) -> Backup | Path | None:
    """Keep what is there; no log of it may be left beside the database that comes."""
    try:
        with closing(connect_for_writing(database)) as connection:
            kept = back_up(connection, folder, watch)
            [mode] = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except (sqlite3.Error, DatabaseDamagedError) as error:
        if isinstance(error, sqlite3.Error) and not _is_damage(error, database):
            raise  # a full disk, say: that is no reason to replace anything
        _log.warning("the database is too damaged for a backup: %s", error)
        return move_aside(database)
    if mode != "delete":
        # SQLite would apply the log of the old database to the new one.
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(database))
    return kept


def _is_damage(error: sqlite3.Error, path: Path) -> bool:
    return isinstance(sqlite_errors.from_sqlite(error, path), DatabaseDamagedError)


def _no_backup(path: Path) -> UsageError:
    return UsageError(
        QT_TRANSLATE_NOOP("Storage", "{path} is no backup of KoChat, or it is damaged."),
        kept=QT_TRANSLATE_NOOP("Storage", "Your conversations were not touched."),
        advice=QT_TRANSLATE_NOOP("Storage", "Choose another backup."),
        path=path,
    )
