"""Folders, tags, pins, and messages that a model is not told."""

import sqlite3

_STATEMENTS = (
    """
    CREATE TABLE folders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        position INTEGER NOT NULL,
        name TEXT NOT NULL
    )
    """,
    "CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)",
    """
    CREATE TABLE conversation_tags (
        conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
        PRIMARY KEY (conversation_id, tag_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX conversation_tags_by_tag ON conversation_tags (tag_id)",
    """
    ALTER TABLE conversations
    ADD COLUMN folder_id INTEGER REFERENCES folders (id) ON DELETE SET NULL
    """,
    "ALTER TABLE conversations ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE messages ADD COLUMN is_excluded INTEGER NOT NULL DEFAULT 0",
    # Each list is read off an index in its order, without sorting all conversations.
    "CREATE INDEX conversations_by_pin ON conversations (is_pinned, activity)",
    "CREATE INDEX conversations_by_age ON conversations (is_pinned, id)",
    "CREATE INDEX conversations_by_title ON conversations (is_pinned, title)",
    "CREATE INDEX conversations_of_folder ON conversations (folder_id, is_pinned, activity)",
    "CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL",
    # What is typed into the box before there is a conversation.
    "CREATE TABLE new_draft (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL)",
)


def apply(connection: sqlite3.Connection) -> None:
    """Make the tables and columns."""
    for statement in _STATEMENTS:
        connection.execute(statement)
