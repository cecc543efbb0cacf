"""What a person is changing in a message, until it is sent or discarded."""

import sqlite3


def apply(connection: sqlite3.Connection) -> None:
    """Make the table."""
    connection.execute(
        """
        CREATE TABLE message_edits (
            message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
            text TEXT NOT NULL,
            is_open INTEGER NOT NULL
        )
        """
    )
