"""What was prepared for the conversation that does not exist yet."""

import sqlite3

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.storage import statements
from kochat_gui.storage.rows import settings_from

_SETTINGS_KEY = "new_settings"


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
