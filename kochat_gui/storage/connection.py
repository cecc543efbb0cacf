"""SQLite connections as KoChat opens them, and the thread that owns the writing one."""

import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes

T = TypeVar("T")

_BUSY_TIMEOUT_S = 5.0


def database_uri(path: Path, **options: str) -> str:
    """``path`` as an SQLite URI: Hangul, spaces, ``?``, ``#`` and ``%`` quoted."""
    plain = path.absolute().as_posix()
    if not plain.startswith("/"):
        plain = "/" + plain
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return f"file://{quote_from_bytes(os.fsencode(plain))}?{query}"


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """A read-write connection to an existing file; call :func:`make_durable` before writing.

    Raises ``sqlite3.DatabaseError`` for an empty file.
    """
    _refuse_empty(path)
    return _connect(database_uri(path, mode="rw"), only_this_thread=True)


def make_durable(connection: sqlite3.Connection) -> None:
    """Let every commit survive a power loss; changes the file's header where it has to."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA mmap_size = 0")
    # What is deleted is overwritten: nobody finds a deleted conversation in the file.
    connection.execute("PRAGMA secure_delete = ON")
    # What a burst leaves of the write-ahead log is given back to the disk.
    connection.execute(f"PRAGMA journal_size_limit = {8 << 20}")


def connect_for_creating(path: Path) -> sqlite3.Connection:
    """A connection to a new file; rollback journal, so that one file holds everything."""
    connection = _connect(database_uri(path, mode="rwc"), only_this_thread=True)
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def connect_for_reading(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """A connection that cannot write. ``immutable`` is for folders where no -shm can be made.

    Raises ``sqlite3.DatabaseError`` for an empty file.
    """
    _refuse_empty(path)
    options = {"mode": "ro"} | ({"immutable": "1"} if immutable else {})
    connection = _connect(database_uri(path, **options), only_this_thread=False)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA mmap_size = 0")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_in_memory() -> sqlite3.Connection:
    """A database that ends with the program."""
    connection = _connect(":memory:", only_this_thread=True)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _refuse_empty(path: Path) -> None:
    """An empty file is what a power loss makes of a database whose log holds everything.

    SQLite takes it for a new one, and deletes the log beside it even where it may only read.
    """
    try:
        is_empty = path.stat().st_size == 0
    except OSError:
        return  # SQLite says what is wrong
    if is_empty:
        error = sqlite3.DatabaseError("the file is empty")
        error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
        raise error


def _connect(uri: str, *, only_this_thread: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=only_this_thread,
    )
    # A damaged byte inside a text must not make the whole row unreadable.
    connection.text_factory = _decode
    return connection


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


class ConnectionThread:
    """One thread that owns one connection; calls wait for it and for each other."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        before_close: Callable[[sqlite3.Connection], None],
    ) -> None:
        """Start the thread; what ``connect`` raises there is raised here."""
        self._jobs: queue.SimpleQueue[tuple[Callable[..., Any], Future[Any]] | None]
        self._jobs = queue.SimpleQueue()
        self._successor: sqlite3.Connection | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        opened: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._serve, args=(connect, before_close, opened), name="database", daemon=True
        )
        self._thread.start()
        try:
            opened.result()
        except BaseException:
            self._thread.join()
            raise

    def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on the owning thread and return, or raise, what it does."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write inside a write would wait for itself")
        answer: Future[T] = Future()
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the database is closed")
            self._jobs.put((work, answer))
        return answer.result()

    def replace(self, make: Callable[[sqlite3.Connection], sqlite3.Connection]) -> None:
        """Let later calls have the connection that ``make`` returns for the present one.

        Raises what ``make`` does; then nothing has changed.
        """

        def work(connection: sqlite3.Connection) -> None:
            self._successor = make(connection)

        self.call(work)

    def close(self) -> None:
        """Finish what is queued, then close the connection; a second call does nothing."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._jobs.put(None)
        self._thread.join()

    def _serve(
        self,
        connect: Callable[[], sqlite3.Connection],
        before_close: Callable[[sqlite3.Connection], None],
        opened: Future[None],
    ) -> None:
        try:
            connection = connect()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for it
            opened.set_exception(error)
            return
        opened.set_result(None)
        while (job := self._jobs.get()) is not None:
            work, answer = job
            try:
                answer.set_result(work(connection))
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                answer.set_exception(error)
            if self._successor is not None:
                connection.close()
                connection, self._successor = self._successor, None
            # Else the last caller's result and traceback live until the next write.
            del job, work, answer
        before_close(connection)
        connection.close()
