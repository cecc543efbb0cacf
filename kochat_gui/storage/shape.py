"""Refuses databases that are sound, but do not have the tables of this program.

A file that another program made, or one that lost its tables, has nothing to show.
"""

import sqlite3
from pathlib import Path

from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.log_identity import is_log_wrong
from kochat_gui.storage.rows import CONVERSATION_COLUMNS, MESSAGE_COLUMNS

_PROBES = (
    f"SELECT {MESSAGE_COLUMNS} FROM messages LIMIT 0",
    f"SELECT {CONVERSATION_COLUMNS}, c.activity FROM conversations c LIMIT 0",
    "SELECT id, position, name FROM folders LIMIT 0",
    "SELECT message_id, seq, text FROM message_chunks LIMIT 0",
    "SELECT message_id FROM unindexed LIMIT 0",
    "SELECT conversation_id FROM unindexed_titles LIMIT 0",
)
"""What SQLite prepares only if all that they name is there."""


def open_checked(path: Path, mode: AccessMode = AccessMode.READ_ONLY) -> Database:
    """The conversations at ``path``; raises ``StorageError`` for what is none."""
    if mode is AccessMode.READ_ONLY and is_log_wrong(path):
        # Opening it for writing would find that out, and save what is in the database alone.
        raise sqlite_errors.damaged(path)
    try:
        database = Database(path, mode)
    except sqlite3.OperationalError as error:
        # An older shape could not be brought to the newest: the tables to change are not there.
        raise sqlite_errors.damaged(path) from error
    try:
        _require_tables(database)
    except BaseException:
        database.close()
        raise
    return database


def _require_tables(database: Database) -> None:
    def work(connection: sqlite3.Connection) -> None:
        for probe in _PROBES:
            connection.execute(probe)

    try:
        database.read(work)
    except sqlite3.OperationalError as error:
        raise sqlite_errors.damaged(database.path) from error
