"""The table of messages that are being changed."""

import sqlite3
from collections.abc import Mapping

from kochat_gui.core.conversation import ConversationId, KeptEdit, MessageId
from kochat_gui.storage.rows import storable_text


def read(
    connection: sqlite3.Connection, conversation_id: ConversationId
) -> dict[MessageId, KeptEdit]:
    """Those of a conversation, by message."""
    rows = connection.execute(
        "SELECT e.message_id, e.text, e.is_open FROM message_edits e "
        "JOIN messages m ON m.id = e.message_id WHERE m.conversation_id = ?",
        (conversation_id,),
    )
    return {MessageId(row[0]): KeptEdit(str(row[1]), is_open=bool(row[2])) for row in rows}


def replace(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    edits: Mapping[MessageId, KeptEdit],
) -> None:
    """Let these be all of a conversation; those of other conversations are passed over."""
    connection.execute(
        "DELETE FROM message_edits WHERE message_id IN "
        "(SELECT id FROM messages WHERE conversation_id = ?)",
        (conversation_id,),
    )
    connection.executemany(
        "INSERT INTO message_edits (message_id, text, is_open) "
        "SELECT id, ?, ? FROM messages WHERE id = ? AND conversation_id = ?",
        [
            (storable_text(edit.text), int(edit.is_open), message_id, conversation_id)
            for message_id, edit in edits.items()
        ],
    )
