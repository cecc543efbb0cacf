"""The search index moves to a file of its own; here is what it has still to take up.

``unindexed`` has messages, ``unindexed_titles`` conversations whose text is new or has changed.
``revision`` tells a later change from the one that was taken up.
"""

import os
import sqlite3

_STATEMENTS = (
    "DROP TABLE message_search",
    "ALTER TABLE conversations DROP COLUMN title_search",
    "ALTER TABLE conversations DROP COLUMN title_initials",
    "CREATE TABLE unindexed (message_id INTEGER PRIMARY KEY, revision INTEGER NOT NULL)",
    """
    CREATE TABLE unindexed_titles (conversation_id INTEGER PRIMARY KEY, revision INTEGER NOT NULL)
    """,
    # How much of the index is of texts that are gone.
    """
    CREATE TRIGGER message_deleted AFTER DELETE ON messages BEGIN
        UPDATE meta SET value = value + 1 WHERE key = 'deleted';
    END
    """,
    """
    CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations BEGIN
        UPDATE meta SET value = value + 1 WHERE key = 'deleted';
    END
    """,
)


def apply(connection: sqlite3.Connection) -> None:
    """Make the tables; every store gets an id that its index is known by."""
    for statement in _STATEMENTS:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('deleted', '0'), ('store_id', ?)",
        (os.urandom(16).hex(),),
    )
