"""Whether a write-ahead log belongs to the database beside it: SQLite itself does not know.

Each database has an identity in its ``meta`` table, which a log carries as long as it still has
what an opening wrote. Another log is told by the indexes, which do not fit its pages.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from kochat_gui.storage.connection import connect_for_reading


def is_log_foreign(path: Path) -> bool:
    """The log says another identity than the database; False where either says none."""
    own, logged = _identity(path, immutable=True), _identity(path, immutable=False)
    return own is not None and logged is not None and own != logged


def _identity(path: Path, *, immutable: bool) -> str | None:
    """``immutable``: as if there were no log."""
    try:
        with closing(connect_for_reading(path, immutable=immutable)) as connection:
            sql = "SELECT value FROM meta WHERE key = 'identity'"
            row = connection.execute(sql).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])
