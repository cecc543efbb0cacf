"""Puts a backup in the place of the database."""

import errno
import logging
import os
import sqlite3
from contextlib import closing
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
from kochat_gui.storage.database import Database
from kochat_gui.storage.salvage import move_aside

_log = logging.getLogger(__name__)


def restore(database: Path, source: Path, folder: Path) -> Backup | Path | None:
    """Put ``source`` in the place of ``database``; for the holder of the profile's lock.

    Returns where the replaced conversations are: a backup in ``folder``, or the file itself under
    another name where it is too damaged for one; None when there were none. ``source`` stays.
    Raises ``UsageError`` for a file that is no sound backup, ``DatabaseNewerError`` and
    ``StorageError``; until the last step the database is as it was.
    """
    fresh = database.with_name(f"{database.stem}.restored{database.suffix}")
    try:
        _remove(fresh)
        database.parent.mkdir(parents=True, exist_ok=True)
        _copy(source, fresh)
        # Opening it checks every page and brings an older shape to the newest.
        restored = Database(fresh)
        try:
            restored.write(statements.renew_store_id)
        finally:
            restored.close()
        replaced = _put_by(database, folder) if database.exists() else None
        fresh.replace(database)
    except DatabaseDamagedError as error:
        raise _no_backup(source) from error
    except OSError as error:
        raise sqlite_errors.from_os_error(error, database) from error
    except sqlite3.Error as error:
        raise sqlite_errors.from_sqlite(error, database) or error from error
    finally:
        _remove(fresh)
    return replaced


def _copy(source: Path, target: Path) -> None:
    """Also a database with a log beside it, such as one from another computer."""
    if not source.is_file() or not source.stat().st_size:
        raise _no_backup(source)
    has_log = source.with_name(source.name + "-wal").exists()
    try:
        with (
            closing(connect_for_reading(source, immutable=not has_log)) as original,
            closing(connect_for_creating(target)) as copy,
        ):
            original.backup(copy)
    except sqlite3.DatabaseError as error:
        if _is_damage(error, source):
            raise _no_backup(source) from error
        raise


def _put_by(database: Path, folder: Path) -> Backup | Path:
    """Keep what is there; no log of it may be left beside the database that comes."""
    try:
        with closing(connect_for_writing(database)) as connection:
            kept = back_up(connection, folder)
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


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _no_backup(path: Path) -> UsageError:
    return UsageError(
        QT_TRANSLATE_NOOP("Storage", "{path} is no backup of KoChat, or it is damaged."),
        kept=QT_TRANSLATE_NOOP("Storage", "Your conversations were not touched."),
        advice=QT_TRANSLATE_NOOP("Storage", "Choose another backup."),
        path=path,
    )
