"""Conversations, their message tree, and the chunks of answers that are being written.

Long texts stand last in a row, so that reading what is before them needs no overflow pages.
Times are milliseconds since 1970 (UTC) and only shown; order comes from ids and ``activity``.
"""

import sqlite3

_STATEMENTS = (
    """
    CREATE TABLE conversations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        activity INTEGER NOT NULL,
        tip_id INTEGER,
        deleted_at INTEGER,
        title TEXT NOT NULL DEFAULT '',
        title_search TEXT NOT NULL DEFAULT '',
        title_initials TEXT NOT NULL DEFAULT '',
        settings TEXT NOT NULL DEFAULT '{}',
        draft TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX conversations_by_activity ON conversations (activity)",
    """
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parent_id INTEGER REFERENCES messages (id),
        role TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        finish_reason TEXT,
        usage TEXT,
        made_by TEXT,
        error TEXT NOT NULL DEFAULT '',
        preview TEXT NOT NULL DEFAULT '',
        text TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX messages_of_conversation ON messages (conversation_id)",
    "CREATE INDEX messages_by_parent ON messages (parent_id)",
    "CREATE INDEX messages_streaming ON messages (id) WHERE state = 'streaming'",
    """
    CREATE TABLE message_chunks (
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (message_id, seq)
    )
    """,
    # Folded copies for finding; can be made anew from messages at any time.
    """
    CREATE TABLE message_search (
        message_id INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
        folded TEXT NOT NULL
    )
    """,
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)


def apply(connection: sqlite3.Connection) -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        connection.execute(statement)
