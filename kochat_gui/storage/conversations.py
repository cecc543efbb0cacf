"""Conversations and their messages in the database."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kochat_gui.core.conversation import (
    Conversation,
    ConversationId,
    ConversationSettings,
    Message,
    MessageId,
    MessageState,
    Role,
    newest_tip,
    siblings,
    title_from,
)
from kochat_gui.core.errors import DiskFullError, UsageError
from kochat_gui.core.generation import FinishReason
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.storage import search, statements
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer, LiveAnswers
from kochat_gui.storage.rows import (
    CONVERSATION_COLUMNS,
    MESSAGE_COLUMNS,
    conversation_from,
    message_from,
    now_ms,
    storable_text,
)

# The method named list hides the type inside the class.
Rows = list[tuple[Any, ...]]
Messages = list[Message]
Conversations = list[Conversation]

TRASH_DAYS = 30
"""How long a deleted conversation can be restored."""

_LAST_WORDS = "coalesce(nullif(tip.preview, ''), before_tip.preview, '')"
_CONVERSATIONS = f"""
    SELECT {CONVERSATION_COLUMNS}, {_LAST_WORDS} FROM conversations c
    LEFT JOIN messages tip ON tip.id = c.tip_id
    LEFT JOIN messages before_tip ON before_tip.id = tip.parent_id
"""
_PATH = f"""
    WITH RECURSIVE up (id, parent_id) AS (
        SELECT id, parent_id FROM messages WHERE id = ?
        UNION
        SELECT m.id, m.parent_id FROM messages m JOIN up ON m.id = up.parent_id
    )
    SELECT {MESSAGE_COLUMNS} FROM messages WHERE id IN (SELECT id FROM up) ORDER BY id
"""


@dataclass(frozen=True)
class Turn:
    """The ids of one question and the answer that is written to it."""

    conversation_id: ConversationId
    user_id: MessageId
    answer_id: MessageId


class ConversationStore:
    """Every method may be called on any thread; raises ``StorageError`` for the disk's troubles.

    Reading shows answers as memory knows them (see :class:`LiveAnswers`). Opening the store turns
    answers that were being written when the program ended into interrupted ones, and deletes for
    good what is in the trash for more than ``TRASH_DAYS``.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.live = LiveAnswers()
        self._is_tidy = not database.is_read_only and self._tidy_up()

    def create(self, settings: ConversationSettings) -> Conversation:
        """A conversation without messages."""

        def work(connection: sqlite3.Connection) -> ConversationId:
            return statements.insert_conversation(connection, settings)

        return self.get(self.database.write(work))

    def list(self, query: str = "", limit: int = 500) -> Conversations:
        """Newest activity first, without deleted ones; ``query`` as in :mod:`.search`."""
        where, values = search.condition(query)
        sql = (
            f"{_CONVERSATIONS} WHERE c.deleted_at IS NULL AND {where} "
            "ORDER BY c.activity DESC LIMIT ?"
        )
        rows = self._rows(sql, (*values, limit))
        return [conversation_from(row, str(row[7])) for row in rows]

    def get(self, conversation_id: ConversationId) -> Conversation:
        """Also a deleted one; raises ``UsageError`` when there is none."""
        rows = self._rows(f"{_CONVERSATIONS} WHERE c.id = ?", (conversation_id,))
        if not rows:
            raise UsageError(
                QT_TRANSLATE_NOOP("Storage", "There is no conversation {number}."),
                number=conversation_id,
            )
        return conversation_from(rows[0], str(rows[0][7]))

    def messages(self, conversation_id: ConversationId) -> Messages:
        """The whole tree, by id."""
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE conversation_id = ? ORDER BY id"
        return self._messages(sql, (conversation_id,))

    def path(self, conversation_id: ConversationId) -> Messages:
        """What is shown: from the first message to the tip."""
        tip_id = self.get(conversation_id).tip_id
        return [] if tip_id is None else self.path_to(tip_id)

    def path_to(self, message_id: MessageId) -> Messages:
        """From the first message to ``message_id``."""
        return self._messages(_PATH, (message_id,))

    def message(self, message_id: MessageId) -> Message:
        """One message; raises ``UsageError`` when there is none."""
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?"
        found = self._messages(sql, (message_id,))
        if not found:
            raise UsageError(
                QT_TRANSLATE_NOOP("Storage", "There is no message {number}."), number=message_id
            )
        return found[0]

    def versions(self, message_id: MessageId) -> Sequence[MessageId]:
        """All versions of a message, oldest first."""
        message = self.message(message_id)
        return siblings(self.messages(message.conversation_id), message)

    def show_version(self, message_id: MessageId) -> ConversationId:
        """Let the conversation show the path through ``message_id`` to its newest end."""
        message = self.message(message_id)
        tip = newest_tip(self.messages(message.conversation_id), message_id)
        self._update(message.conversation_id, "tip_id = ?", tip)
        return message.conversation_id

    def rename(self, conversation_id: ConversationId, title: str) -> None:
        """Give a title; does not make the conversation newer."""

        def work(connection: sqlite3.Connection) -> None:
            statements.set_title(connection, conversation_id, storable_text(title))

        self.database.write(work)

    def set_deleted(self, conversation_id: ConversationId, *, is_deleted: bool) -> None:
        """Move to the trash, or back to where it was."""
        self._update(conversation_id, "deleted_at = ?", now_ms() if is_deleted else None)

    def save_draft(self, conversation_id: ConversationId, text: str) -> None:
        """Keep unsent text; does not make the conversation newer."""
        self._update(conversation_id, "draft = ?", storable_text(text))

    def set_settings(self, conversation_id: ConversationId, settings: ConversationSettings) -> None:
        """Replace the conversation's own settings."""
        self._update(conversation_id, "settings = ?", statements.settings_json(settings))

    def add_turn(
        self,
        conversation_id: ConversationId | None,
        parent_id: MessageId | None,
        text: str,
        settings: ConversationSettings,
    ) -> Turn:
        """Store a user's message and its empty, streaming answer; durable when this returns.

        None for ``conversation_id`` makes a conversation with ``settings``. The first message
        gives an untitled conversation its title; the draft is used up.
        """

        def work(connection: sqlite3.Connection) -> Turn:
            cid = conversation_id
            if cid is None:
                cid = statements.insert_conversation(connection, settings)
            user_id = statements.insert_message(
                connection, cid, parent_id, Role.USER, MessageState.DONE, storable_text(text)
            )
            answer_id = statements.insert_answer(connection, cid, user_id)
            if statements.title_of(connection, cid) == "":
                statements.set_title(connection, cid, title_from(storable_text(text)))
            connection.execute("UPDATE conversations SET draft = '' WHERE id = ?", (cid,))
            return Turn(cid, user_id, answer_id)

        turn = self.database.write(work)
        self.live.start(turn.answer_id)
        return turn

    def add_answer(self, user_id: MessageId) -> Turn:
        """Store another empty, streaming answer to a message that has one already."""
        conversation_id = self.message(user_id).conversation_id

        def work(connection: sqlite3.Connection) -> MessageId:
            return statements.insert_answer(connection, conversation_id, user_id)

        answer_id = self.database.write(work)
        self.live.start(answer_id)
        return Turn(conversation_id, user_id, answer_id)

    def reopen_answer(self, answer_id: MessageId) -> None:
        """Let an answer that was cut off be written on."""
        message = self.message(answer_id)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE messages SET state = 'streaming', finish_reason = NULL, error = '' "
                "WHERE id = ?",
                (answer_id,),
            )
            statements.touch(connection, message.conversation_id)

        self.database.write(work)
        self.live.start(answer_id, message.text)

    def append_chunks(self, chunks: dict[MessageId, str]) -> None:
        """Add to the stored text of streaming answers without writing it all again."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO message_chunks (message_id, seq, text) "
                "SELECT ?1, coalesce(max(seq), -1) + 1, ?2 FROM message_chunks "
                "WHERE message_id = ?1",
                chunks.items(),
            )

        self.database.write(work)
        for message_id, text in chunks.items():
            self.live.mark_saved(message_id, len(text))

    def finish_answer(self, final: FinalAnswer) -> None:
        """Store how an answer ended; until the disk takes it, readers get it from memory."""
        self.live.settle(final)
        self.database.write(lambda connection: statements.finish(connection, final))
        self.live.drop(final.message_id)

    def _tidy_up(self) -> bool:
        """Whether the disk took it; a full one must not keep anybody from reading."""
        try:
            self.database.write(statements.interrupt_streaming)
            self.database.write(lambda connection: statements.purge_trash(connection, TRASH_DAYS))
        except DiskFullError:
            return False
        return True

    def _update(self, conversation_id: ConversationId, assignment: str, value: object) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"UPDATE conversations SET {assignment} WHERE id = ?", (value, conversation_id)
            )

        self.database.write(work)

    def _rows(self, sql: str, values: Sequence[object]) -> Rows:
        return self.database.read(lambda connection: connection.execute(sql, values).fetchall())

    def _messages(self, sql: str, values: Sequence[object]) -> Messages:
        def work(connection: sqlite3.Connection) -> Messages:
            found = [message_from(row) for row in connection.execute(sql, values)]
            return [
                statements.with_chunks(connection, message)
                if message.state is MessageState.STREAMING
                else message
                for message in found
            ]

        return [self.live.overlay(m) or self._settled(m) for m in self.database.read(work)]

    def _settled(self, message: Message) -> Message:
        """Where that could not be stored at the start, an unfinished answer is interrupted."""
        if message.state is MessageState.STREAMING and not self._is_tidy:
            return replace(
                message,
                state=MessageState.INTERRUPTED,
                finish_reason=FinishReason.INTERRUPTED,
            )
        return message
