"""Copies of the database in the profile's ``backups`` folder: made, listed, and thinned by age."""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.connection import connect_for_reading
from kochat_gui.storage.copying import CopyWatch, copy_pages, is_sound, stoppable
from kochat_gui.storage.log_identity import renew_identity

_STAMP = "%Y%m%d-%H%M%S"
_NAME = re.compile(r"kochat-(\d{8}-\d{6})-v(\d{1,6})\.db")
_STALE_S = 3600.0
_PIECE_PAGES = 128
_PAUSE_S = 0.002
_NEWEST_KEPT = 3
_DAYS_KEPT = 7
_WEEKS_KEPT = 5
_MONTHS_KEPT = 12
_COUNTS = "SELECT (SELECT count(*) FROM conversations), (SELECT count(*) FROM messages)"


@dataclass(frozen=True)
class Backup:
    """One copy, as its name tells."""

    path: Path
    made_at: datetime
    """By the local clock."""
    version: int
    """Of the database's shape."""

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size


def list_backups(folder: Path) -> list[Backup]:
    """The copies in ``folder``, newest first; none when there is no such folder."""
    found = []
    for path in folder.glob("kochat-*.db"):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            try:
                made_at = datetime.strptime(match[1], _STAMP).astimezone()
            except (ValueError, OverflowError):
                continue  # somebody's own file, with digits that are no date
            found.append(Backup(path, made_at, int(match[2])))
    return sorted(found, key=lambda backup: backup.path.name, reverse=True)


@dataclass(frozen=True)
class Contents:
    """How much a database holds, the trash included."""

    conversations: int
    messages: int


def contents_of(connection: sqlite3.Connection, cancel: CancelToken | None = None) -> Contents:
    """Count; raises ``sqlite3.Error``, ``Cancelled``."""
    with stoppable(connection, cancel if cancel is not None else CancelToken()):
        return Contents(*connection.execute(_COUNTS).fetchone())


def read_contents(path: Path, cancel: CancelToken) -> Contents:
    """What the copy at ``path`` holds; takes up to a second for each GB.

    Raises ``DatabaseDamagedError`` and other ``StorageError``, ``Cancelled``.
    """
    try:
        with closing(connect_for_reading(path, immutable=True)) as connection:
            return contents_of(connection, cancel)
    except sqlite3.Error as error:
        # A sound database without these tables is no copy of ours.
        raise (sqlite_errors.from_sqlite(error, path) or sqlite_errors.damaged(path)) from error


def back_up(connection: sqlite3.Connection, folder: Path, watch: CopyWatch | None = None) -> Backup:
    """Copy the whole database of ``connection``, log included.

    The copy is read through before it gets its name. Writers go on meanwhile. Raises ``OSError``,
    ``sqlite3.Error``, ``DatabaseDamagedError`` and ``Cancelled``; then there is no new copy. Takes
    seconds for each GB.
    """
    watch = watch if watch is not None else CopyWatch()
    folder.mkdir(parents=True, exist_ok=True)
    [version] = connection.execute("PRAGMA user_version").fetchone()
    now, target = _free_name(folder, version)
    partial = target.with_suffix(".part")
    _remove_stale_parts(folder, now)
    try:
        _copy(connection, partial, watch)
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
            # Put in the place of the original by hand, it must not take its log for its own.
            renew_identity(copy)
            if not is_sound(copy, watch.cancel):
                raise sqlite_errors.damaged(partial)
        partial.replace(target)
    finally:
        _remove_part(partial)
    return Backup(target, now, version)


def _copy(connection: sqlite3.Connection, target: Path, watch: CopyWatch) -> None:
    """Copy one moment of the database, piece by piece.

    Each piece is synced on its own: a disk that writes a large file at once keeps the commit of a
    running answer waiting for all of it.
    """
    with (
        # SQLite, which would make the file too, does not tell why it cannot.
        target.open("x+b", buffering=0) as file,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        copy.execute(f"PRAGMA cache_size = {_PIECE_PAGES}")

        def sync() -> None:
            os.fsync(file.fileno())
            time.sleep(_PAUSE_S)

        copy_pages(connection, copy, watch, pages=_PIECE_PAGES, after_piece=sync)
        sync()


def _free_name(folder: Path, version: int) -> tuple[datetime, Path]:
    """Two copies of one second must not replace each other: the later one is of the next."""
    now = datetime.now().astimezone()
    while True:
        target = folder / f"kochat-{now.strftime(_STAMP)}-v{version}.db"
        if not target.exists() and not target.with_suffix(".part").exists():
            return now, target
        now += timedelta(seconds=1)


def _remove_part(partial: Path) -> None:
    """Delete a half-made copy with what SQLite left beside it; what cannot be, is when stale."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            partial.with_name(partial.name + suffix).unlink(missing_ok=True)


def _remove_stale_parts(folder: Path, now: datetime) -> None:
    """Delete what programs that were killed left half-made; another may be making one now."""
    for part in folder.glob("kochat-*.part*"):
        with contextlib.suppress(OSError):  # it has just got its name, or cannot be deleted yet
            if part.stat().st_mtime < now.timestamp() - _STALE_S:
                part.unlink()


def thin(folder: Path) -> None:
    """Delete what is :func:`superfluous` in ``folder``; raises ``OSError``."""
    for old in superfluous(list_backups(folder)):
        old.path.unlink(missing_ok=True)


def superfluous(backups: Sequence[Backup]) -> list[Backup]:
    """Those of ``backups``, newest first, that thinning deletes.

    Kept are the newest three, and the newest of each of the last 7 days, 5 weeks and 12 months in
    which there is one.
    """
    kept = set(backups[:_NEWEST_KEPT])
    for period, count in (("%Y%m%d", _DAYS_KEPT), ("%G%V", _WEEKS_KEPT), ("%Y%m", _MONTHS_KEPT)):
        newest: dict[str, Backup] = {}
        for backup in backups:
            newest.setdefault(backup.made_at.strftime(period), backup)
        kept.update(list(newest.values())[:count])
    return [backup for backup in backups if backup not in kept]


def is_due(backups: Sequence[Backup], changed_at: datetime, now: datetime) -> bool:
    """Whether the database, changed last at ``changed_at``, is to be copied again.

    Once in a calendar day, if anything has changed since the last copy.
    """
    if not backups:
        return True
    newest = backups[0].made_at
    # A copy "from the future" was made before the clock was set right.
    is_another_day = newest.astimezone().date() != now.astimezone().date()
    return is_another_day and (changed_at > newest or newest > now + timedelta(days=1))
