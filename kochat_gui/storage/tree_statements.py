"""Copies and versions in the message tree; each function runs inside a transaction."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from kochat_gui.core.conversation import ConversationId, Message, MessageId, MessageState
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.storage import statements
from kochat_gui.storage.id_spans import note_run
from kochat_gui.storage.rows import MESSAGE_COLUMNS, in_ms, message_from

PATH = f"""
    WITH RECURSIVE up (id, parent_id) AS (
        SELECT id, parent_id FROM messages WHERE id = ?
        UNION
        SELECT m.id, m.parent_id FROM messages m JOIN up ON m.id = up.parent_id
    )
    SELECT {MESSAGE_COLUMNS} FROM messages WHERE id IN (SELECT id FROM up) ORDER BY id
"""
"""The messages from the root to one message, oldest first."""
_LEFT_BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT ?1
        UNION
        SELECT m.id FROM messages m JOIN below ON m.parent_id = below.id
    )
    SELECT message_id FROM left_ends JOIN below ON below.id = message_id
    WHERE message_id <> ?2 ORDER BY turn DESC LIMIT 1
"""
_TREE = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE conversation_id = ? ORDER BY id"


def last_end(
    connection: sqlite3.Connection, message_id: MessageId, tip_id: MessageId
) -> MessageId | None:
    """The end below ``message_id``, or itself, that was shown last; None: none ever was left.

    ``tip_id``: the end that is shown now. What follows that one itself is another end.
    """
    shown = {row[0] for row in connection.execute(PATH, (tip_id,))}
    if message_id in shown and message_id != tip_id:
        return tip_id
    row = connection.execute(_LEFT_BELOW, (message_id, tip_id)).fetchone()
    return None if row is None else MessageId(row[0])


def add_edited_answer(connection: sqlite3.Connection, answer: Message, text: str) -> MessageId:
    """Add a version of ``answer`` that a person wrote, and show it."""
    message_id = statements.insert_message(
        connection, answer.conversation_id, answer.parent_id, answer.role, MessageState.DONE, text
    )
    made_by = replace(answer.made_by or statements.NOT_MADE, is_edited=True)
    statements.set_made_by(connection, message_id, made_by)
    statements.show(connection, answer.conversation_id, message_id)
    return message_id


def copy_path(connection: sqlite3.Connection, message: Message) -> ConversationId:
    """A new conversation out of the messages from the root to ``message``."""
    rows = connection.execute(PATH, (message.message_id,)).fetchall()
    return _copy(connection, message.conversation_id, map(message_from, rows), message.message_id)


def copy_tree(connection: sqlite3.Connection, conversation_id: ConversationId) -> ConversationId:
    """A new conversation with all versions of all messages."""
    tip = connection.execute(
        "SELECT tip_id FROM conversations WHERE id = ?", (conversation_id,)
    ).fetchone()
    rows = connection.execute(_TREE, (conversation_id,)).fetchall()
    return _copy(connection, conversation_id, map(message_from, rows), tip[0] if tip else None)


def _copy(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    messages: Iterable[Message],
    tip_id: MessageId | None,
) -> ConversationId:
    made = statements.copy_conversation(connection, conversation_id)
    copies: dict[MessageId, MessageId] = {}
    times: list[int] = []
    for message in messages:
        if message.state is MessageState.STREAMING:
            raise UsageError(
                QT_TRANSLATE_NOOP("Storage", "An answer of this conversation is being written."),
                advice=QT_TRANSLATE_NOOP("Storage", "Wait for the answer, or stop it first."),
            )
        parent_id = copies.get(message.parent_id) if message.parent_id is not None else None
        copies[message.message_id] = _copy_message(connection, made, parent_id, message)
        times.append(in_ms(message.created_at))
    note_run(connection, list(copies.values()), times)
    connection.execute(
        "UPDATE conversations SET tip_id = ? WHERE id = ?",
        (copies.get(tip_id) if tip_id is not None else None, made),
    )
    return made


def _copy_message(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    parent_id: MessageId | None,
    message: Message,
) -> MessageId:
    message_id = statements.insert_message(
        connection, conversation_id, parent_id, message.role, message.state, message.text
    )
    # The columns that come back unchanged are copied as they are, whatever a later KoChat put in.
    connection.execute(
        "UPDATE messages SET (created_at, finish_reason, usage, made_by, error, is_excluded) = "
        "(SELECT created_at, finish_reason, usage, made_by, error, is_excluded "
        "FROM messages WHERE id = ?) WHERE id = ?",
        (message.message_id, message_id),
    )
    return message_id
