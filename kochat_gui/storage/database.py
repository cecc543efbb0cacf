"""The database of a profile: one writing connection in one thread, readers elsewhere.

SQLite before 3.51.3 can damage a WAL database when two connections write or checkpoint at the
same moment (versions 3.7.0 to 3.51.2); with a single writer that cannot happen.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from kochat_gui.core.errors import DatabaseDamagedError, DiskFullError, StorageError
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.connection import (
    ConnectionThread,
    connect_for_creating,
    connect_for_reading,
    connect_for_writing,
    connect_in_memory,
    make_durable,
)
from kochat_gui.storage.log_identity import count_change, give_identity, is_log_wrong
from kochat_gui.storage.migrations import MIGRATIONS, Migration
from kochat_gui.storage.schema_version import migrate, refuse_newer, version_of

if TYPE_CHECKING:
    from kochat_gui.storage.backups import Backup
    from kochat_gui.storage.copying import CopyWatch

T = TypeVar("T")

_log = logging.getLogger(__name__)

ALWAYS_CHECKED_BYTES = 8 << 20
"""Databases up to this size are checked at every start (2 to 4 ms per MB)."""
_LONG_LOG_BYTES = 1 << 20
"""A shorter log is left to small changes as their room on a full disk."""


class ClosedError(RuntimeError):
    """The database was closed before it was read."""


class AccessMode(Enum):
    """What a database may be used for."""

    NORMAL = "normal"
    READ_ONLY = "read_only"
    """Shows what is there; every write raises ``ReadOnlyError``."""
    MEMORY = "memory"
    """Starts empty and ends with the program."""


class Database:
    """Open from construction until :meth:`close`; every method may be called on any thread."""

    def __init__(
        self,
        path: Path,
        mode: AccessMode = AccessMode.NORMAL,
        migrations: Sequence[Migration] = MIGRATIONS,
    ) -> None:
        """Open ``path``, made new if there is none, and bring it to the newest shape.

        Raises ``DatabaseDamagedError``, ``DatabaseNewerError``, ``DiskFullError``,
        ``ReadOnlyError`` or another ``StorageError``; then nothing is left open.
        """
        self.path = path
        self.mode = mode
        self._migrations = migrations
        self._readers: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._state_lock = threading.Lock()
        self._is_closed = False
        self._is_damaged = False
        self._is_end_noted = False
        self._copy_dir: Path | None = None
        self._logged_words = ""
        self.is_log_lost = False
        """The last end was not clean, and somebody took away what it had not yet put in order."""
        self.refusal: StorageError | None = None
        """Why a database that can only be read, or is in memory, is not written to the disk."""
        self.on_refused: Callable[[StorageError], None] = lambda error: None
        """Hears, on the writer's thread or the caller's, of each write that came to nothing."""
        self._writer: ConnectionThread | None = None
        try:
            if mode is AccessMode.READ_ONLY:
                self._open_read_only()
            else:
                opened = self._open_memory if mode is AccessMode.MEMORY else self._open_writer
                self._writer = ConnectionThread(opened, self._before_close)
        except BaseException as error:
            self._drop_copy()
            if isinstance(error, (sqlite3.Error, OSError)):
                self._raise(error)
            raise

    @property
    def is_read_only(self) -> bool:
        return self.mode is AccessMode.READ_ONLY

    @property
    def is_kept(self) -> bool:
        """What is written outlives the program."""
        return self.mode is AccessMode.NORMAL

    @property
    def outlasts_closing(self) -> bool:
        """Nothing that it has is in memory alone."""
        return self.mode is not AccessMode.MEMORY

    @property
    def is_damaged(self) -> bool:
        """Damage was met since it was opened."""
        return self._is_damaged

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction in the writer thread; durable when this returns.

        Whatever ``work`` raises undoes it all. Raises ``StorageError`` for the disk's troubles.
        """
        if self._writer is None:
            raise self.refusal or sqlite_errors.read_only(self.path)
        try:
            return self._writer.call(lambda connection: _in_transaction(connection, work))
        except sqlite3.Error as error:
            known = self._known(error)
            if isinstance(known, DiskFullError):
                self._give_room_back(self._writer)
            if not isinstance(known, DatabaseDamagedError):
                known = sqlite_errors.refused(known)
            self.on_refused(known)
            raise known from error

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on the calling thread with a connection that cannot write."""
        try:
            if self.mode is AccessMode.MEMORY and self._writer is not None:
                return self._writer.call(work)
            readers = self._readers
            connection = self._reader(readers)
            try:
                return work(connection)
            finally:
                self._give_back(connection, readers)
        except sqlite3.Error as error:
            self._raise(error)

    def try_writing(self) -> None:
        """Learn whether the disk takes writes, as it did not before.

        What could not be written at the start, be it only read or in memory, can be from then on.
        Raises ``StorageError``; then everything is as it was.
        """
        try:
            if self.mode is AccessMode.READ_ONLY:
                self._begin_to_write()
            elif self.mode is AccessMode.MEMORY:
                self._begin_to_keep()
            elif self._writer is not None:
                self._give_room_back(self._writer)  # somebody may have been reading before
            if not sqlite_errors.has_room(self.path):
                raise sqlite_errors.refused(sqlite_errors.disk_full(self.path))
        except (sqlite3.Error, OSError) as error:
            self._raise(error)
        self.write(_note_open)

    def _give_room_back(self, writer: ConnectionThread) -> None:
        """The log keeps the length of a change that was refused: alone that can fill the disk."""
        with contextlib.suppress(OSError):
            if _log_of(self.path).stat().st_size > _LONG_LOG_BYTES:
                writer.call(_shorten_log)

    def _begin_to_write(self) -> None:
        self._writer = ConnectionThread(self._open_writer, self._before_close)
        with self._state_lock:
            self.mode, self.refusal = AccessMode.NORMAL, None
            readers, self._readers = self._readers, queue.SimpleQueue()
        _close_all(readers)

    def _begin_to_keep(self) -> None:
        """Put what is in memory on the disk, where there is nothing yet."""
        if self._writer is None or self.path.exists() or _log_of(self.path).exists():
            raise self.refusal or sqlite_errors.read_only(self.path)

        def move(memory: sqlite3.Connection) -> sqlite3.Connection:
            self._create(memory)
            try:
                return self._open_writer()
            except BaseException:
                self.path.unlink()  # a copy; memory goes on
                raise

        self._writer.replace(move)
        self.mode, self.refusal = AccessMode.NORMAL, None

    def back_up(self, folder: Path, watch: CopyWatch | None = None) -> Backup:
        """Copy everything into ``folder`` and thin the older copies.

        Raises ``StorageError`` and, stopped by ``watch``, ``Cancelled``.
        """
        from kochat_gui.storage.backups import back_up, thin

        try:
            made = self.read(lambda connection: back_up(connection, folder, watch))
            thin(folder)
            return made
        except OSError as error:
            raise sqlite_errors.from_os_error(error, folder / self.path.name) from error

    def check(self) -> list[str]:
        """Read everything; what SQLite finds wrong, in its words. Empty when all is well."""
        rows = self.read(lambda c: c.execute("PRAGMA integrity_check(10)").fetchall())
        return [row[0] for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Finish running writes and close; a second call does nothing."""
        with self._state_lock:
            self._is_closed = True
        _close_all(self._readers)
        if self._writer is not None:
            self._writer.close()
        if not self._is_end_noted and self.mode is AccessMode.NORMAL:
            _keep_a_log(self.path)
        self._drop_copy()

    def _reader(self, readers: queue.SimpleQueue[sqlite3.Connection]) -> sqlite3.Connection:
        if self._is_closed:
            raise ClosedError(f"{self.path.name} is closed")
        try:
            return readers.get_nowait()
        except queue.Empty:
            return self._connect_reader()

    def _give_back(
        self, connection: sqlite3.Connection, readers: queue.SimpleQueue[sqlite3.Connection]
    ) -> None:
        with self._state_lock:
            # Those from before the database could be written do not see what is written.
            if not self._is_closed and readers is self._readers:
                readers.put(connection)
                return
        connection.close()

    def _connect_reader(self) -> sqlite3.Connection:
        if self._copy_dir is not None and self.is_read_only:
            return connect_for_reading(self._copy_dir / self.path.name)
        # On a read-only disk a WAL database opens only as immutable: no -shm can be made there.
        immutable = self.is_read_only and not _log_of(self.path).exists()
        return connect_for_reading(self.path, immutable=immutable)

    def _raise(self, error: sqlite3.Error | OSError) -> NoReturn:
        raise self._known(error) from error

    def _known(self, error: sqlite3.Error | OSError) -> StorageError:
        """What to tell for ``error``; raises it when it is a bug of ours."""
        if isinstance(error, OSError):
            return sqlite_errors.from_os_error(error, self.path)
        known = sqlite_errors.from_sqlite(error, self.path)
        if known is None:
            raise error
        words = f"{getattr(error, 'sqlite_errorname', '')}: {error}"
        if words != self._logged_words:  # a write that is refused is tried again and again
            self._logged_words = words
            _log.info("SQLite says %s", words)
        if isinstance(known, DatabaseDamagedError):
            self._is_damaged = True
            if self._writer is not None:
                return sqlite_errors.damaged_while_open(self.path)
        return known

    def _open_read_only(self) -> None:
        """Read in place if that works, else from a copy: a log needs a folder for its index."""
        try:
            connection = self._connect_in_place()
        except sqlite3.OperationalError:
            self._copy_dir = Path(tempfile.mkdtemp(prefix="kochat-"))
            for source in (self.path, _log_of(self.path), _journal_of(self.path)):
                if source.exists():
                    shutil.copyfile(source, self._copy_dir / source.name)
            _roll_back(self._copy_dir / self.path.name)
            connection = self._connect_reader()
        try:
            self._check_version(connection)
            if version_of(connection) < self._migrations[-1].version:
                connection = self._copied_and_migrated(connection)
        except BaseException:
            connection.close()
            raise
        self._readers.put(connection)

    def _connect_in_place(self) -> sqlite3.Connection:
        if _journal_of(self.path).exists():
            raise sqlite3.OperationalError("half of a change may be in the file")
        connection = self._connect_reader()
        version_of(connection)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return connection

    def _copied_and_migrated(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """A copy in the newest shape of what must not be written; closes ``connection``."""
        folder = self._copy_dir = Path(tempfile.mkdtemp(prefix="kochat-"))
        with closing(connect_for_creating(folder / self.path.name)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            migrate(copy, self._migrations, None)
        connection.close()
        return self._connect_reader()

    def _check_version(self, connection: sqlite3.Connection) -> None:
        refuse_newer(connection, self.path, self._migrations[-1].version)
        if version_of(connection) == 0:
            raise sqlite_errors.damaged(self.path)

    def _drop_copy(self) -> None:
        if self._copy_dir is not None:
            shutil.rmtree(self._copy_dir, ignore_errors=True)

    def _open_memory(self) -> sqlite3.Connection:
        connection = connect_in_memory()
        migrate(connection, self._migrations, None)
        return connection

    def _open_writer(self) -> sqlite3.Connection:
        if not self.path.exists():
            if _log_of(self.path).exists():
                # A log without its database: someone removed the database, or the disk lost it.
                raise sqlite_errors.damaged(self.path)
            self._create()
        _roll_back(self.path)
        # Closing a connection that may write would put a damaged or foreign log into the database.
        has_log = _log_of(self.path).exists()
        with closing(connect_for_reading(self.path)) as reader:
            self._check(reader, has_log=has_log)
        connection = connect_for_writing(self.path)
        try:
            make_durable(connection)
            migrate(connection, self._migrations, self.path.parent / "backups")
            _in_transaction(connection, _note_opening)
        except BaseException:
            connection.close()
            _keep_a_log(self.path)
            raise
        with contextlib.suppress(sqlite3.Error):
            # Into the database itself, where they tell if the log is lost or is another's.
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        return connection

    def _create(self, source: sqlite3.Connection | None = None) -> None:
        """Make the database under another name: a half-made one must never be opened.

        With ``source`` it is a copy of that.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".new")
        partial.unlink(missing_ok=True)
        try:
            with closing(connect_for_creating(partial)) as connection:
                if source is not None:
                    source.backup(connection)
                migrate(connection, self._migrations, None)
            partial.replace(self.path)
        finally:
            partial.unlink(missing_ok=True)

    def _check(self, connection: sqlite3.Connection, *, has_log: bool) -> None:
        """Refuse what is damaged or newer; read everything if the last end was not clean."""
        version = version_of(connection)
        try:
            meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        except sqlite3.OperationalError as error:
            # Version 0 or no such table: not what this program writes.
            raise sqlite_errors.damaged(self.path) from error
        if meta.get("schema_version") != str(version):
            raise sqlite_errors.damaged(self.path)
        refuse_newer(connection, self.path, self._migrations[-1].version)
        if is_log_wrong(self.path):
            raise sqlite_errors.damaged(self.path)
        self.is_log_lost = meta.get("is_open") == "1" and not has_log
        if self.path.stat().st_size <= ALWAYS_CHECKED_BYTES or meta.get("is_open") != "0":
            # With a log, indexes too are compared: they tell pages of another database.
            check = "integrity_check" if has_log else "quick_check"
            [verdict] = connection.execute(f"PRAGMA {check}(1)").fetchone()
            if verdict != "ok":
                raise sqlite_errors.damaged(self.path)

    def _before_close(self, connection: sqlite3.Connection) -> None:
        """Note a clean end, so that the next start need not read a large file through."""
        if self.mode is AccessMode.MEMORY or self._is_damaged:
            return
        try:
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('is_open', '0')")
        except sqlite3.Error:
            # A full disk, say. The note only saves time, and its absence costs only that.
            return
        self._is_end_noted = True


def _note_opening(connection: sqlite3.Connection) -> None:
    """All that an opening writes, so that it waits for the disk once."""
    give_identity(connection)
    _note_open(connection)


def _note_open(connection: sqlite3.Connection) -> None:
    """Whoever finds this note knows that the last end was not clean."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('is_open', '1')")


def _shorten_log(connection: sqlite3.Connection) -> None:
    """Put the log into the database and cut it off, unless somebody reads or there is no room."""
    [timeout] = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")  # readers are not waited for
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        pass  # what is stored is safe in the log, too
    finally:
        connection.execute(f"PRAGMA busy_timeout = {timeout:d}")


def _keep_a_log(path: Path) -> None:
    """An empty one, where closing took the log away but the end could not be noted.

    Else the next start would take it for lost.
    """
    with contextlib.suppress(OSError):
        _log_of(path).touch()


def _close_all(readers: queue.SimpleQueue[sqlite3.Connection]) -> None:
    while not readers.empty():
        readers.get().close()


def _roll_back(path: Path) -> None:
    """Undo a change that was cut short before there was a log, by a kill or a full disk.

    Connections that only read refuse such a database.
    """
    if _journal_of(path).exists():
        with closing(connect_for_writing(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _journal_of(path: Path) -> Path:
    """What SQLite keeps of pages before it changes them, in files that have no log."""
    return path.with_name(path.name + "-journal")


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    before = connection.total_changes
    try:
        result = work(connection)
        if connection.total_changes != before:
            count_change(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
