"""The database of a profile: one writing connection in one thread, readers elsewhere.

SQLite before 3.51.3 can damage a WAL database when two connections write or checkpoint at the
same moment (versions 3.7.0 to 3.51.2); with a single writer that cannot happen.
"""

import queue
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import NoReturn, TypeVar

from kochat_gui.core.errors import DatabaseDamagedError
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.backups import Backup, back_up, thin
from kochat_gui.storage.connection import (
    ConnectionThread,
    connect_for_creating,
    connect_for_reading,
    connect_for_writing,
    connect_in_memory,
    make_durable,
)
from kochat_gui.storage.migrations import MIGRATIONS, Migration
from kochat_gui.storage.schema_version import migrate, refuse_newer, version_of

T = TypeVar("T")

ALWAYS_CHECKED_BYTES = 8 << 20
"""Databases up to this size are checked at every start (2 to 4 ms per MB)."""


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
        self._copy_dir: Path | None = None
        self._writer: ConnectionThread | None = None
        try:
            if mode is AccessMode.READ_ONLY:
                self._open_read_only()
            else:
                self._writer = ConnectionThread(self._open_writer, self._before_close)
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
    def is_damaged(self) -> bool:
        """Damage was met since it was opened."""
        return self._is_damaged

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` in one transaction in the writer thread; durable when this returns.

        Whatever ``work`` raises undoes it all. Raises ``StorageError`` for the disk's troubles.
        """
        if self._writer is None:
            raise sqlite_errors.read_only(self.path)
        try:
            return self._writer.call(lambda connection: _in_transaction(connection, work))
        except sqlite3.Error as error:
            self._raise(error)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on the calling thread with a connection that cannot write."""
        try:
            if self.mode is AccessMode.MEMORY and self._writer is not None:
                return self._writer.call(work)
            connection = self._reader()
            try:
                return work(connection)
            finally:
                self._give_back(connection)
        except sqlite3.Error as error:
            self._raise(error)

    def back_up(self, folder: Path) -> Backup:
        """Copy everything into ``folder`` and thin the older copies; raises ``StorageError``."""
        try:
            made = self.read(lambda connection: back_up(connection, folder))
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
        while not self._readers.empty():
            self._readers.get().close()
        if self._writer is not None:
            self._writer.close()
        self._drop_copy()

    def _reader(self) -> sqlite3.Connection:
        if self._is_closed:
            raise ClosedError(f"{self.path.name} is closed")
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return self._connect_reader()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._state_lock:
            if not self._is_closed:
                self._readers.put(connection)
                return
        connection.close()

    def _connect_reader(self) -> sqlite3.Connection:
        if self._copy_dir is not None:
            return connect_for_reading(self._copy_dir / self.path.name)
        # On a read-only disk a WAL database opens only as immutable: no -shm can be made there.
        immutable = self.is_read_only and not _log_of(self.path).exists()
        return connect_for_reading(self.path, immutable=immutable)

    def _raise(self, error: sqlite3.Error | OSError) -> NoReturn:
        if isinstance(error, OSError):
            raise sqlite_errors.from_os_error(error, self.path) from error
        known = sqlite_errors.from_sqlite(error, self.path)
        if isinstance(known, DatabaseDamagedError):
            self._is_damaged = True
        if known is None:
            raise error
        raise known from error

    def _open_read_only(self) -> None:
        """Read in place if that works, else from a copy: a log needs a folder for its index."""
        try:
            connection = self._connect_reader()
            version_of(connection)
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            self._copy_dir = Path(tempfile.mkdtemp(prefix="kochat-"))
            for source in (self.path, _log_of(self.path)):
                if source.exists():
                    shutil.copyfile(source, self._copy_dir / source.name)
            connection = self._connect_reader()
        try:
            self._check_version(connection)
            if version_of(connection) < self._migrations[-1].version:
                connection = self._copied_and_migrated(connection)
        except BaseException:
            connection.close()
            raise
        self._readers.put(connection)

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

    def _open_writer(self) -> sqlite3.Connection:
        if self.mode is AccessMode.MEMORY:
            connection = connect_in_memory()
            migrate(connection, self._migrations, None)
            return connection
        if not self.path.exists():
            if _log_of(self.path).exists():
                # A log without its database: someone removed the database, or the disk lost it.
                raise sqlite_errors.damaged(self.path)
            self._create()
        elif self.path.stat().st_size == 0:
            # SQLite would take it for a new database. It is what a power loss makes of an old one.
            raise sqlite_errors.damaged(self.path)
        connection = connect_for_writing(self.path)
        try:
            self._check(connection)
            make_durable(connection)
            migrate(connection, self._migrations, self.path.parent / "backups")
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('is_open', '1')")
        except BaseException:
            connection.close()
            raise
        return connection

    def _create(self) -> None:
        """Make the database under another name: a half-made one must never be opened."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".new")
        partial.unlink(missing_ok=True)
        try:
            with closing(connect_for_creating(partial)) as connection:
                migrate(connection, self._migrations, None)
            partial.replace(self.path)
        finally:
            partial.unlink(missing_ok=True)

    def _check(self, connection: sqlite3.Connection) -> None:
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
        if self.path.stat().st_size <= ALWAYS_CHECKED_BYTES or meta.get("is_open") != "0":
            [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
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


def _log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
