"""The SQL that several transactions of the conversation store share; each runs inside one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MadeBy,
    Message,
    MessageId,
    MessageState,
    Role,
    title_from,
)
from kochat_gui.core.states import FinishReason
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.rows import (
    MESSAGE_COLUMNS,
    in_ms,
    message_from,
    now_ms,
    preview,
    record_to_json,
    settings_to_json,
    storable_text,
)

if TYPE_CHECKING:
    from kochat_gui.core.archive import ArchivedMessage

NOT_MADE = MadeBy("", "", "", "", "")
"""What made an answer that no model wrote."""
_DAY_MS = 24 * 3600 * 1000
_NEXT_ACTIVITY = "(SELECT coalesce(max(activity), 0) + 1 FROM conversations)"


def insert_conversation(
    connection: sqlite3.Connection, settings: ConversationSettings
) -> ConversationId:
    """Add a conversation without messages."""
    now = now_ms()
    cursor = connection.execute(
        "INSERT INTO conversations (created_at, updated_at, activity, settings) "
        f"VALUES (?, ?, {_NEXT_ACTIVITY}, ?)",
        (now, now, settings_json(settings)),
    )
    return ConversationId(_new_id(cursor))


def insert_message(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    parent_id: MessageId | None,
    role: Role,
    state: MessageState,
    text: str,
) -> MessageId:
    """Add a message and make its text findable."""
    cursor = connection.execute(
        "INSERT INTO messages "
        "(conversation_id, parent_id, role, state, created_at, preview, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (conversation_id, parent_id, role.value, state.value, now_ms(), preview(text), text),
    )
    message_id = MessageId(_new_id(cursor))
    if text:
        _queue(connection, message_id)
    return message_id


def insert_archived_message(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    parent_id: MessageId | None,
    message: ArchivedMessage,
) -> MessageId:
    """Add a message as it was elsewhere and make its text findable."""
    text = storable_text(message.text)
    cursor = connection.execute(
        "INSERT INTO messages (conversation_id, parent_id, role, state, created_at, "
        "finish_reason, usage, made_by, error, is_excluded, preview, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            conversation_id,
            parent_id,
            message.role.value,
            message.state.value,
            in_ms(message.created_at),
            message.finish_reason.value if message.finish_reason else None,
            record_to_json(message.usage),
            record_to_json(message.made_by),
            storable_text(message.error),
            message.is_excluded,
            preview(text),
            text,
        ),
    )
    message_id = MessageId(_new_id(cursor))
    if text:
        _queue(connection, message_id)
    return message_id


def insert_written(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    parent_id: MessageId | None,
    role: Role,
    text: str,
) -> MessageId:
    """Add a whole message that a person wrote, and show it; the draft is used up."""
    message_id = insert_message(
        connection, conversation_id, parent_id, role, MessageState.DONE, text
    )
    if role is Role.ASSISTANT:
        set_made_by(connection, message_id, replace(NOT_MADE, is_edited=True))
    show(connection, conversation_id, message_id)
    use_up(connection, conversation_id, text)
    return message_id


def set_made_by(connection: sqlite3.Connection, message_id: MessageId, made_by: MadeBy) -> None:
    """Store what made an answer."""
    connection.execute(
        "UPDATE messages SET made_by = ? WHERE id = ?", (record_to_json(made_by), message_id)
    )


def insert_answer(
    connection: sqlite3.Connection, conversation_id: ConversationId, user_id: MessageId
) -> MessageId:
    """Add an empty, streaming answer and show it."""
    answer_id = insert_message(
        connection, conversation_id, user_id, Role.ASSISTANT, MessageState.STREAMING, ""
    )
    show(connection, conversation_id, answer_id)
    return answer_id


def show(
    connection: sqlite3.Connection, conversation_id: ConversationId, message_id: MessageId
) -> None:
    """Let the conversation end at a message that is new."""
    set_end(connection, conversation_id, message_id)
    touch(connection, conversation_id)


def set_end(
    connection: sqlite3.Connection, conversation_id: ConversationId, message_id: MessageId
) -> None:
    """Let the conversation end at a message, and note the end that it leaves."""
    # Not one that a question and its answer only went on from: that would be a row per message.
    connection.execute(
        "INSERT OR REPLACE INTO left_ends (message_id) "
        "SELECT before.id FROM conversations c "
        "JOIN messages before ON before.id = c.tip_id JOIN messages now ON now.id = ?2 "
        "LEFT JOIN messages above ON above.id = now.parent_id "
        "WHERE c.id = ?1 AND before.id NOT IN "
        "(now.id, coalesce(now.parent_id, 0), coalesce(above.parent_id, 0))",
        (conversation_id, message_id),
    )
    connection.execute(
        "UPDATE conversations SET tip_id = ? WHERE id = ?", (message_id, conversation_id)
    )


def use_up(connection: sqlite3.Connection, conversation_id: ConversationId, text: str) -> None:
    """The draft became the message ``text``, which gives an untitled conversation its title."""
    if title_of(connection, conversation_id) == "":
        set_title(connection, conversation_id, title_from(text))
    connection.execute("UPDATE conversations SET draft = '' WHERE id = ?", (conversation_id,))


def copy_conversation(
    connection: sqlite3.Connection, conversation_id: ConversationId
) -> ConversationId:
    """Another conversation with the same title, settings, folder and tags, without messages."""
    now = now_ms()
    cursor = connection.execute(
        "INSERT INTO conversations (created_at, updated_at, activity, settings, folder_id) "
        f"SELECT ?, ?, {_NEXT_ACTIVITY}, settings, folder_id FROM conversations WHERE id = ?",
        (now, now, conversation_id),
    )
    made = ConversationId(_new_id(cursor))
    set_title(connection, made, title_of(connection, conversation_id))
    connection.execute(
        "INSERT INTO conversation_tags (conversation_id, tag_id) "
        "SELECT ?, tag_id FROM conversation_tags WHERE conversation_id = ?",
        (made, conversation_id),
    )
    return made


def insert_tags(connection: sqlite3.Connection, tagged: Sequence[tuple[int, str]]) -> None:
    """Give conversations, by id, tags; pairs without such a conversation are left out."""
    connection.executemany(
        "INSERT OR IGNORE INTO tags (name) VALUES (?)", [(name,) for _, name in tagged]
    )
    connection.executemany(
        "INSERT OR IGNORE INTO conversation_tags (conversation_id, tag_id) "
        "SELECT c.id, t.id FROM conversations c, tags t WHERE c.id = ? AND t.name = ?",
        tagged,
    )


def append_chunks(
    connection: sqlite3.Connection,
    rows: Sequence[tuple[MessageId, str]],
    makers: Sequence[tuple[MessageId, MadeBy]] = (),
) -> None:
    """Add to the stored texts of streaming answers; those deleted for good are passed over.

    ``makers``: what makes the answers whose first text this is.
    """
    # One of them would keep the text of all others from the disk.
    connection.executemany(
        "INSERT INTO message_chunks (message_id, seq, text) SELECT id, "
        "(SELECT coalesce(max(seq), -1) + 1 FROM message_chunks WHERE message_id = ?1), ?2 "
        "FROM messages WHERE id = ?1",
        rows,
    )
    # What was counted before an answer was continued is not all of it any longer.
    connection.executemany(
        "UPDATE messages SET made_by = ?, usage = NULL WHERE id = ?",
        ((record_to_json(made_by), message_id) for message_id, made_by in makers),
    )


def update_conversations(
    connection: sqlite3.Connection, column: str, rows: Sequence[tuple[object, ConversationId]]
) -> None:
    """Set one column of several conversations."""
    connection.executemany(f"UPDATE conversations SET {column} = ? WHERE id = ?", rows)


def finish(connection: sqlite3.Connection, final: FinalAnswer) -> None:
    """Store how an answer ended."""
    text = storable_text(final.text)
    connection.execute(
        "UPDATE messages SET text = ?, preview = ?, state = ?, finish_reason = ?, usage = ?, "
        "made_by = coalesce(?, made_by), error = ? WHERE id = ?",
        (
            text,
            preview(text),
            final.state.value,
            final.finish_reason.value if final.finish_reason else None,
            record_to_json(final.usage),
            record_to_json(final.made_by),
            storable_text(final.error),
            final.message_id,
        ),
    )
    connection.execute("DELETE FROM message_chunks WHERE message_id = ?", (final.message_id,))
    _queue(connection, final.message_id)
    row = connection.execute(
        "SELECT conversation_id FROM messages WHERE id = ?", (final.message_id,)
    ).fetchone()
    if row is not None:
        touch(connection, ConversationId(row[0]))


def interrupt_streaming(
    connection: sqlite3.Connection, running: Collection[MessageId] = ()
) -> None:
    """Fold the chunks of answers that a program's sudden end left open; ``running`` ones stay."""
    # Chunks are text that the message has not yet, whatever became of its state. With OR, SQLite
    # would go through all messages, and this is done at every start.
    sql = (
        f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id IN ("
        "SELECT id FROM messages WHERE state = 'streaming' "
        "UNION SELECT message_id FROM message_chunks)"
    )
    left_open = [message_from(row) for row in connection.execute(sql).fetchall()]
    for message in left_open:
        if message.message_id not in running:
            whole = with_chunks(connection, message)
            connection.execute(
                "UPDATE messages SET text = ?, preview = ?, state = ?, finish_reason = ? "
                "WHERE id = ?",
                (
                    whole.text,
                    preview(whole.text),
                    MessageState.INTERRUPTED.value,
                    FinishReason.INTERRUPTED.value,
                    whole.message_id,
                ),
            )
            connection.execute(
                "DELETE FROM message_chunks WHERE message_id = ?", (whole.message_id,)
            )
            _queue(connection, whole.message_id)


def delete_for_good(
    connection: sqlite3.Connection, conversation_ids: Iterable[ConversationId]
) -> None:
    """Delete conversations in the trash, with their messages; others stay."""
    connection.executemany(
        "DELETE FROM conversations WHERE id = ? AND deleted_at IS NOT NULL",
        ((conversation_id,) for conversation_id in conversation_ids),
    )


def purge_trash(connection: sqlite3.Connection, days: int) -> None:
    """Delete conversations, with their messages, that are in the trash for more than ``days``."""
    oldest = now_ms() - days * _DAY_MS
    connection.execute("DELETE FROM conversations WHERE deleted_at < ?", (oldest,))


def renew_trash(connection: sqlite3.Connection) -> None:
    """Give what is in the trash all its days anew; the order of deleting stays."""
    rows = connection.execute(
        "SELECT id FROM conversations WHERE deleted_at IS NOT NULL "
        "ORDER BY deleted_at DESC, id DESC"
    ).fetchall()
    now = now_ms()
    connection.executemany(
        "UPDATE conversations SET deleted_at = ? WHERE id = ?",
        [(now - place, found) for place, (found,) in enumerate(rows)],
    )


def with_chunks(connection: sqlite3.Connection, message: Message) -> Message:
    """``message`` with the chunks that were added to its stored text."""
    rows = connection.execute(
        "SELECT text FROM message_chunks WHERE message_id = ? ORDER BY seq", (message.message_id,)
    )
    return replace(message, text=message.text + "".join(text for (text,) in rows))


def _queue(connection: sqlite3.Connection, message_id: MessageId) -> None:
    """Have the search index take up a new text, later."""
    connection.execute(
        "INSERT OR REPLACE INTO unindexed (message_id, revision) VALUES (?, random())",
        (message_id,),
    )


def title_of(connection: sqlite3.Connection, conversation_id: ConversationId) -> str:
    """The title, empty when there is no such conversation."""
    sql = "SELECT title FROM conversations WHERE id = ?"
    row = connection.execute(sql, (conversation_id,)).fetchone()
    return "" if row is None else str(row[0])


def set_title(connection: sqlite3.Connection, conversation_id: ConversationId, title: str) -> None:
    """Store a title and make it findable."""
    connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation_id))
    connection.execute(
        "INSERT OR REPLACE INTO unindexed_titles (conversation_id, revision) VALUES (?, random())",
        (conversation_id,),
    )


def renew_store_id(connection: sqlite3.Connection) -> None:
    """Let no search index of another state of this database be taken for its own."""
    connection.execute("UPDATE meta SET value = ? WHERE key = 'store_id'", (os.urandom(16).hex(),))


def touch(connection: sqlite3.Connection, conversation_id: ConversationId) -> None:
    """Make a conversation the newest."""
    connection.execute(
        f"UPDATE conversations SET updated_at = ?, activity = {_NEXT_ACTIVITY} WHERE id = ?",
        (now_ms(), conversation_id),
    )


def settings_json(settings: ConversationSettings) -> str:
    """For the ``settings`` column."""
    return settings_to_json(replace(settings, system_prompt=storable_text(settings.system_prompt)))


def _new_id(cursor: sqlite3.Cursor) -> int:
    if cursor.lastrowid is None:
        raise RuntimeError("an INSERT gave no id")
    return cursor.lastrowid
