"""Ends of branches that were shown before another one was: going back to one leads there."""

import sqlite3


def apply(connection: sqlite3.Connection) -> None:
    """Make the table; the end that was left last has the greatest ``turn``."""
    connection.execute(
        """
        CREATE TABLE left_ends (
            turn INTEGER PRIMARY KEY,
            message_id INTEGER NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE
        )
        """
    )
