"""Whether a write-ahead log belongs to the database beside it: SQLite itself does not know.

Each database has an identity in its ``meta`` table, and counts its changes there, so that both are
in a log from its first change on. A copy that has an identity of its own knows the log of the
original from its own; one that was made by hand, the log of an older state. A log that says
neither is told by the indexes, which do not fit its pages.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from kochat_gui.storage.connection import connect_for_reading

_BEGIN = (
    "INSERT OR IGNORE INTO meta (key, value) VALUES ('identity', hex(randomblob(16))), "
    "('changes', '0')"
)
_COUNT = "UPDATE meta SET value = value + 1 WHERE key = 'changes'"
_RENEW = "UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'identity'"


def give_identity(connection: sqlite3.Connection) -> None:
    """Let a database have an identity, if it has none."""
    connection.execute(_BEGIN)


def renew_identity(connection: sqlite3.Connection) -> None:
    """A copy is to be another database than the original."""
    has_meta = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'"
    if connection.execute(has_meta).fetchone():
        connection.execute(_RENEW)


def count_change(connection: sqlite3.Connection) -> None:
    """Belongs to each transaction that changes anything."""
    connection.execute(_COUNT)


def is_log_wrong(path: Path) -> bool:
    """There is a log, and it is of another database or of an older state of this one."""
    has_log = path.with_name(path.name + "-wal").exists()
    return has_log and (is_log_foreign(path) or is_log_older(path))


def is_log_foreign(path: Path) -> bool:
    """The log says another identity than the database; False where either says none."""
    own, logged = _both(path, "identity")
    return own is not None and logged is not None and own != logged


def is_log_older(path: Path) -> bool:
    """The database has changes that the log takes back: it was left by an older state."""
    own, logged = _both(path, "changes")
    try:
        return own is not None and logged is not None and int(own) > int(logged)
    except ValueError:
        return False


def _both(path: Path, key: str) -> tuple[str | None, str | None]:
    """What the database says alone, and what it says with its log."""
    # In this order: another program may be writing.
    own = _read(path, key, immutable=True)
    return own, _read(path, key, immutable=False)


def _read(path: Path, key: str, *, immutable: bool) -> str | None:
    """``immutable``: as if there were no log."""
    try:
        with closing(connect_for_reading(path, immutable=immutable)) as connection:
            sql = "SELECT value FROM meta WHERE key = ?"
            row = connection.execute(sql, (key,)).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])
