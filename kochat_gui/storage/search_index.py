"""The search index: a file beside the database that is made anew whenever something is wrong.

It holds tokens of messages and, in a table of their own, of titles, by their ids, but no text.
Messages and titles with ids up to ``messages_below`` and ``titles_below`` are not in it yet; of
later ones the database keeps a queue of those that are new or changed. An entry may be there
twice, or still be there when its text is gone: whoever searches looks at the texts.
"""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeVar

from kochat_gui.core.errors import DatabaseDamagedError, DatabaseNewerError, StorageError
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.migrations import Migration
from kochat_gui.storage.rows import now_ms
from kochat_gui.storage.search_tokens import tokens

_log = logging.getLogger(__name__)
T = TypeVar("T")

TABLES = ("entries", "titles")
"""Of messages and of titles: a prefix reads all of a table, and titles are few."""
FORMAT = "3"
"""Of the tokens; an index of another one is made anew."""
_MOST_PARTS = 8
"""Of a table, and of more than a page; each is looked through for each token."""
_STATEMENTS = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    *(
        f"CREATE VIRTUAL TABLE {table} USING fts5 "
        "(tokens, content = '', columnsize = 0, detail = none, tokenize = 'ascii')"
        for table in TABLES
    ),
)


def _make(connection: sqlite3.Connection) -> None:
    for statement in _STATEMENTS:
        connection.execute(statement)
    for table in TABLES:
        # Two parts of about the same size are joined; not only four.
        connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('usermerge', 2)")


_MIGRATIONS = (Migration(1, _make),)


@dataclass(frozen=True)
class StoreState:
    """What the index has to fit."""

    store_id: str
    newest_message: int
    newest_title: int
    """Highest ids that were ever given."""
    deleted: int
    """Messages and conversations that were ever deleted for good."""


@dataclass(frozen=True)
class IndexState:
    """What the index says of itself."""

    store_id: str
    messages_below: int
    titles_below: int
    """Ids up to here are still to come; 0 when all is in the index."""
    newest: int
    """Highest id of a message in the index."""
    entries: int
    """How many were ever added."""
    deleted: int
    """``StoreState.deleted`` when the index was begun."""
    begun_at: int
    """Milliseconds since 1970."""

    def fits(self, store: StoreState) -> bool:
        """Whether the index was made of this store, and not of a later state of it.

        ``store`` must be read after the index, or while nobody writes to it.
        """
        return self.store_id == store.store_id and self.newest <= store.newest_message


def store_state(connection: sqlite3.Connection) -> StoreState:
    """Of the database of the conversations."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    newest = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    return StoreState(
        meta.get("store_id", ""),
        int(newest.get("messages", 0)),
        int(newest.get("conversations", 0)),
        int(meta.get("deleted", 0)),
    )


def index_state(connection: sqlite3.Connection) -> IndexState | None:
    """None for an index of another format or one that does not say all that it should."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    try:
        if meta["format"] != FORMAT:
            return None
        numbers = (
            int(meta[name])
            for name in (
                "messages_below", "titles_below", "newest", "entries", "deleted", "begun_at",
            )
        )  # fmt: skip
        return IndexState(meta["store_id"], *numbers)
    except (KeyError, ValueError):
        return None


class SearchIndex:
    """Open from construction until :meth:`close`; every method may be called on any thread."""

    def __init__(self, database: Database, *, was_closed: bool = True) -> None:
        """Made by :meth:`for_writing` and :meth:`for_reading`."""
        self._database = database
        self._is_closed = False
        self.was_closed = was_closed
        """The last program that wrote to it came to its end."""

    @classmethod
    def for_writing(cls, path: Path, store: StoreState) -> Self:
        """The index of ``store``, made anew when it does not fit; raises ``StorageError``."""
        try:
            database = _opened_or_made(path, store)
        except OSError as error:
            raise sqlite_errors.from_os_error(error, path) from error
        return cls(database, was_closed=database.write(_open))

    @classmethod
    def for_reading(cls, path: Path) -> Self:
        """Whether it fits is for the reader to see; raises ``StorageError``."""
        return cls(Database(path, AccessMode.READ_ONLY, _MIGRATIONS))

    @property
    def is_damaged(self) -> bool:
        """Damage was met since it was opened."""
        return self._database.is_damaged

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on the calling thread; raises ``StorageError``."""
        return self._database.read(work)

    def state(self) -> IndexState | None:
        """None when the index is of no use."""
        return self.read(index_state)

    def add(
        self,
        messages: Iterable[tuple[int, str]] = (),
        titles: Iterable[tuple[int, str]] = (),
        state: Mapping[str, int] = MappingProxyType({}),
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        """Add texts by id, in the order of the ids, and note ``state``, all or nothing.

        ``pause`` as in :func:`tokens`.
        """
        rows = sorted([(i, tokens(text, pause)) for i, text in messages])
        title_rows = sorted([(i, tokens(title, pause)) for i, title in titles])

        def work(connection: sqlite3.Connection) -> None:
            for table, added in zip(TABLES, (rows, title_rows), strict=True):
                connection.executemany(f"INSERT INTO {table} (rowid, tokens) VALUES (?, ?)", added)
            connection.execute(
                "UPDATE meta SET value = max(CAST(value AS INTEGER), ?) WHERE key = 'newest'",
                (rows[-1][0] if rows else 0,),
            )
            connection.execute(
                "UPDATE meta SET value = value + ? WHERE key = 'entries'",
                (len(rows) + len(title_rows),),
            )
            _note(connection, state)

        self._database.write(work)

    def merge(self, pages: int) -> bool:
        """Join what additions left apart, about ``pages`` of 4 kB; False when nothing is left.

        Parts of about the same size become one, and all do when there are many.
        """

        def work(connection: sqlite3.Connection) -> bool:
            before = connection.total_changes
            for table in TABLES:
                sql = f"SELECT count(DISTINCT segid) FROM {table}_idx"
                [parts] = connection.execute(sql).fetchone()
                sql = f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"
                connection.execute(sql, (-pages if parts > _MOST_PARTS else pages,))
            return connection.total_changes - before > len(TABLES)

        return self._database.write(work)

    def begin_anew(self, store: StoreState) -> None:
        """Empty the index; readers see all of the old one or nothing of it."""

        def work(connection: sqlite3.Connection) -> None:
            for table in TABLES:
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
            _begin(connection, store)

        self._database.write(work)

    def check(self) -> None:
        """Read everything; raises ``DatabaseDamagedError``. Takes seconds for each 100 MB."""

        def work(connection: sqlite3.Connection) -> None:
            for table in TABLES:
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")

        self._database.write(work)

    def close(self) -> None:
        """A second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        if not self._database.is_read_only and not self.is_damaged:
            with contextlib.suppress(StorageError):
                self._database.write(lambda connection: _note(connection, {"closed": 1}))
        self._database.close()


def _opened_or_made(path: Path, store: StoreState) -> Database:
    database = _opened(path)
    if database is not None:
        state = None
        with contextlib.suppress(DatabaseDamagedError):
            state = database.read(index_state)
        if state is not None and state.fits(store):
            return database
        database.close()
    remove(path)
    _log.info("the search index is made anew")
    database = Database(path, migrations=_MIGRATIONS)
    try:
        database.write(lambda connection: _begin(connection, store))
    except BaseException:
        database.close()
        raise
    return database


def _opened(path: Path) -> Database | None:
    if path.exists():
        with contextlib.suppress(DatabaseDamagedError, DatabaseNewerError):
            return Database(path, migrations=_MIGRATIONS)
    return None


def remove(path: Path) -> None:
    """Delete an index with what belongs to it; raises ``OSError``."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _begin(connection: sqlite3.Connection, store: StoreState) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES ('format', ?), ('store_id', ?)",
        (FORMAT, store.store_id),
    )
    _note(
        connection,
        {
            "messages_below": store.newest_message,
            "titles_below": store.newest_title,
            "newest": 0,
            "entries": 0,
            "deleted": store.deleted,
            "begun_at": now_ms(),
        },
    )


def _open(connection: sqlite3.Connection) -> bool:
    """Whether it was closed before."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'closed'").fetchone()
    _note(connection, {"closed": 0})
    return row is None or row[0] == "1"


def _note(connection: sqlite3.Connection, state: Mapping[str, int]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        [(key, str(value)) for key, value in state.items()],
    )
