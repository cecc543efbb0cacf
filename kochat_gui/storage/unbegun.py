"""What was prepared for the conversation that does not exist yet."""

import sqlite3

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.storage import statements
from kochat_gui.storage.database import Database
from kochat_gui.storage.rows import settings_from, storable_text

_SETTINGS_KEY = "new_settings"


class UnbegunStore:
    """Every method may be called on any thread; raises ``StorageError`` for the disk's troubles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def draft(self) -> str:
        """Unsent text."""
        return self._database.read(read_draft)

    def save_draft(self, text: str) -> None:
        """Keep unsent text."""
        self._database.write(lambda connection: save_draft(connection, text))

    def settings(self) -> ConversationSettings:
        """Its settings; the defaults when there are none."""
        return self._database.read(read_settings)

    def save_settings(self, settings: ConversationSettings) -> None:
        """Keep settings until there is a conversation that they are of."""
        self._database.write(lambda connection: save_settings(connection, settings))


def read_draft(connection: sqlite3.Connection) -> str:
    """Its draft; empty when there is none."""
    row = connection.execute("SELECT text FROM new_draft").fetchone()
    return "" if row is None else str(row[0])


def save_draft(connection: sqlite3.Connection, text: str) -> None:
    """Replace its draft."""
    connection.execute(
        "INSERT OR REPLACE INTO new_draft (id, text) VALUES (1, ?)", (storable_text(text),)
    )


def read_settings(connection: sqlite3.Connection) -> ConversationSettings:
    """Its settings; the defaults when there are none."""
    sql = "SELECT value FROM meta WHERE key = ?"
    row = connection.execute(sql, (_SETTINGS_KEY,)).fetchone()
    return ConversationSettings() if row is None else settings_from(row[0])


def save_settings(connection: sqlite3.Connection, settings: ConversationSettings) -> None:
    """Replace its settings."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
        (_SETTINGS_KEY, statements.settings_json(settings)),
    )


def use_up(connection: sqlite3.Connection) -> None:
    """It came into being: draft and settings are in it."""
    connection.execute("DELETE FROM new_draft")
    connection.execute("DELETE FROM meta WHERE key = ?", (_SETTINGS_KEY,))
