"""Conversations and their messages in the database."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from kochat_gui.core.conversation import (
    Conversation,
    ConversationFilter,
    ConversationId,
    ConversationOrder,
    ConversationSettings,
    KeptEdit,
    Message,
    MessageId,
    MessageState,
    Role,
    newest_tip,
    siblings,
)
from kochat_gui.core.errors import DatabaseDamagedError, StorageError, UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.states import FinishReason
from kochat_gui.storage import message_edits, statements, tree_statements, unbegun
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer, LiveAnswers
from kochat_gui.storage.places import Places
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
Ids = list[ConversationId]
Names = list[str]

EVERYTHING = ConversationFilter()

TRASH_DAYS = 30
"""How long a deleted conversation can be restored."""

_LAST_WORDS = "coalesce(nullif(tip.preview, ''), before_tip.preview, '')"
_CONVERSATIONS = f"""
    SELECT {CONVERSATION_COLUMNS}, {_LAST_WORDS} FROM conversations c
    LEFT JOIN messages tip ON tip.id = c.tip_id
    LEFT JOIN messages before_tip ON before_tip.id = tip.parent_id
"""
_ORDERS = {
    ConversationOrder.RECENT: "c.is_pinned DESC, c.activity DESC",
    ConversationOrder.CREATED: "c.is_pinned DESC, c.id DESC",
    ConversationOrder.TITLE: "c.is_pinned DESC, c.title, c.id DESC",
}


class Turn(NamedTuple):
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

    def __init__(self, database: Database, incognito: Database | None = None) -> None:
        """``incognito``: what :meth:`hand_over_incognito` of an earlier store returned."""
        self.database = database
        self.live = LiveAnswers()
        self._places = Places(database, incognito)
        self.is_tidy = False
        """What the last end left is in order on the disk; else :meth:`tidy` has yet to work."""
        try:
            if not database.is_read_only:
                self.tidy()
        except DatabaseDamagedError:
            raise
        except StorageError:
            pass  # until the disk takes it, readers are told the same: see _settled

    def create(self, settings: ConversationSettings, *, is_incognito: bool = False) -> Conversation:
        """A conversation without messages; an incognito one is never written to the disk."""
        place = self._places.incognito() if is_incognito else self.database

        def work(connection: sqlite3.Connection) -> ConversationId:
            return statements.insert_conversation(connection, settings)

        return self.get(place.write(work))

    def list(self, limit: int = 500, wanted: ConversationFilter = EVERYTHING) -> Conversations:
        """Pinned ones first, then in the order wanted; without incognito ones."""
        conditions, values = _conditions(wanted)
        sql = f"{_CONVERSATIONS} WHERE {conditions} ORDER BY {_order(wanted)} LIMIT ?"
        rows = self._rows(self.database, sql, (*values, limit))
        return [conversation_from(row) for row in rows]

    def listed_ids(self, wanted: ConversationFilter, limit: int | None) -> Ids:
        """The ids of what :meth:`list` lists, much faster; None: all of them."""
        conditions, values = _conditions(wanted)
        sql = (
            f"SELECT c.id FROM conversations c WHERE {conditions} ORDER BY {_order(wanted)} LIMIT ?"
        )
        rows = self._rows(self.database, sql, (*values, -1 if limit is None else limit))
        return [ConversationId(row[0]) for row in rows]

    def several(self, conversation_ids: Sequence[ConversationId]) -> Conversations:
        """Those of these that there are, by id; also deleted ones."""
        found: Conversations = []
        for place in {self._places.of(conversation_id) for conversation_id in conversation_ids}:
            wanted = json.dumps([c for c in conversation_ids if self._places.of(c) is place])
            sql = f"{_CONVERSATIONS} WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY c.id"
            found += [conversation_from(row) for row in self._rows(place, sql, (wanted,))]
        return found

    def incognito(self) -> Conversations:
        """Conversations that are in memory only, newest first; without deleted ones."""
        place = self._places.incognito_so_far()
        if place is None:
            return []
        sql = f"{_CONVERSATIONS} WHERE c.deleted_at IS NULL ORDER BY c.id DESC"
        return [conversation_from(row) for row in self._rows(place, sql, ())]

    def model_names(self) -> Names:
        """Names of the models that wrote answers; goes through all messages."""
        sql = (
            "SELECT DISTINCT json_extract(made_by, '$.model_name') AS name FROM messages "
            "WHERE CASE WHEN json_valid(made_by) THEN json_extract(made_by, '$.model_name') END "
            "<> '' ORDER BY name"
        )
        return [str(row[0]) for row in self._rows(self.database, sql, ())]

    def get(self, conversation_id: ConversationId) -> Conversation:
        """Also a deleted one; raises ``UsageError`` when there is none."""
        place = self._places.of(conversation_id)
        rows = self._rows(place, f"{_CONVERSATIONS} WHERE c.id = ?", (conversation_id,))
        if not rows:
            raise UsageError(
                QT_TRANSLATE_NOOP("Storage", "There is no conversation {number}."),
                number=conversation_id,
            )
        return conversation_from(rows[0])

    def messages(self, conversation_id: ConversationId) -> Messages:
        """The whole tree, by id."""
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE conversation_id = ? ORDER BY id"
        return self._messages(self._places.of(conversation_id), sql, (conversation_id,))

    def path(self, conversation_id: ConversationId) -> Messages:
        """What is shown: from the first message to the tip."""
        tip_id = self.get(conversation_id).tip_id
        return [] if tip_id is None else self.path_to(tip_id)

    def path_to(self, message_id: MessageId) -> Messages:
        """From the first message to ``message_id``."""
        return self._messages(self._places.of(message_id), tree_statements.PATH, (message_id,))

    def message(self, message_id: MessageId) -> Message:
        """One message; raises ``UsageError`` when there is none."""
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE id = ?"
        found = self._messages(self._places.of(message_id), sql, (message_id,))
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
        """Let the conversation show the path through ``message_id`` to the end last shown there.

        To the newest end, where none ever was left for another one.
        """
        conversation_id = self.message(message_id).conversation_id
        place, tip = self._places.of(message_id), self.get(conversation_id).tip_id
        end = None
        if tip is not None:
            end = place.read(lambda c: tree_statements.last_end(c, message_id, tip))
        if end is None:
            end = newest_tip(self.messages(conversation_id), message_id)
        self._set_end(conversation_id, end)
        return conversation_id

    def show_up_to(self, message_id: MessageId) -> ConversationId:
        """Let the conversation end at ``message_id``; what follows it stays as a branch."""
        conversation_id = self.message(message_id).conversation_id
        self._set_end(conversation_id, message_id)
        return conversation_id

    def edit_answer(self, answer_id: MessageId, text: str) -> MessageId:
        """Add a version of an answer with a person's text, and show it."""
        answer, clean = self.message(answer_id), storable_text(text)
        return self._places.of(answer_id).write(
            lambda connection: tree_statements.add_edited_answer(connection, answer, clean)
        )

    def add_message(
        self,
        conversation_id: ConversationId,
        parent_id: MessageId | None,
        role: Role,
        text: str,
    ) -> MessageId:
        """Add a whole message of any role after ``parent_id``, and show it.

        It gives an untitled conversation its title; the draft is used up.
        """
        clean = storable_text(text)

        def work(connection: sqlite3.Connection) -> MessageId:
            return statements.insert_written(connection, conversation_id, parent_id, role, clean)

        return self._places.of(conversation_id).write(work)

    def begin_with(self, role: Role, text: str, settings: ConversationSettings) -> ConversationId:
        """Make a conversation whose first message is of any role; what was prepared is used up."""
        clean = storable_text(text)

        def work(connection: sqlite3.Connection) -> ConversationId:
            made = statements.insert_conversation(connection, settings)
            statements.insert_written(connection, made, None, role, clean)
            unbegun.use_up(connection)
            return made

        return self.database.write(work)

    def set_excluded(self, message_id: MessageId, *, is_excluded: bool) -> ConversationId:
        """Leave a message out of what the model is told, or tell it again."""
        message = self.message(message_id)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE messages SET is_excluded = ? WHERE id = ?", (int(is_excluded), message_id)
            )

        self._places.of(message_id).write(work)
        return message.conversation_id

    def fork(self, message_id: MessageId) -> Conversation:
        """A new conversation with the messages from the first to ``message_id``."""
        message = self.message(message_id)
        made = self._places.of(message_id).write(
            lambda connection: tree_statements.copy_path(connection, message)
        )
        return self.get(made)

    def duplicate(self, conversation_id: ConversationId) -> Conversation:
        """A new conversation with all messages and versions of another."""
        self.get(conversation_id)
        made = self._places.of(conversation_id).write(
            lambda connection: tree_statements.copy_tree(connection, conversation_id)
        )
        return self.get(made)

    def rename(self, conversation_id: ConversationId, title: str) -> None:
        """Give a title; does not make the conversation newer."""

        def work(connection: sqlite3.Connection) -> None:
            statements.set_title(connection, conversation_id, storable_text(title))

        self._places.of(conversation_id).write(work)

    def set_deleted(self, conversation_ids: Sequence[ConversationId], *, is_deleted: bool) -> None:
        """Move to the trash, or back to where they were."""
        self._update(conversation_ids, "deleted_at", now_ms() if is_deleted else None)

    def delete_for_good(self, conversation_ids: Sequence[ConversationId]) -> None:
        """Delete what is in the trash; nothing brings it back."""
        self.database.write(
            lambda connection: statements.delete_for_good(connection, conversation_ids)
        )

    def set_pinned(self, conversation_ids: Sequence[ConversationId], *, is_pinned: bool) -> None:
        """Keep at the top of every list, or no longer."""
        self._update(conversation_ids, "is_pinned", int(is_pinned))

    def save_draft(self, conversation_id: ConversationId, text: str) -> None:
        """Keep unsent text; does not make the conversation newer."""
        self._update([conversation_id], "draft", storable_text(text))

    def edits(self, conversation_id: ConversationId) -> dict[MessageId, KeptEdit]:
        """What a person is changing in the messages of a conversation."""
        place = self._places.of(conversation_id)
        return place.read(lambda connection: message_edits.read(connection, conversation_id))

    def save_edits(
        self, conversation_id: ConversationId, edits: Mapping[MessageId, KeptEdit]
    ) -> None:
        """Let these be all of the conversation; those of other conversations are passed over."""
        self._places.of(conversation_id).write(
            lambda connection: message_edits.replace(connection, conversation_id, edits)
        )

    def set_settings(self, conversation_id: ConversationId, settings: ConversationSettings) -> None:
        """Replace the conversation's own settings."""
        self._update([conversation_id], "settings", statements.settings_json(settings))

    def add_turn(
        self,
        conversation_id: ConversationId | None,
        parent_id: MessageId | None,
        text: str,
        settings: ConversationSettings,
    ) -> Turn:
        """Store a user's message and its empty, streaming answer; durable when this returns.

        None for ``conversation_id`` makes a conversation with ``settings``. The first message
        gives an untitled conversation its title; the draft, or what was prepared, is used up.
        """
        place = self.database if conversation_id is None else self._places.of(conversation_id)

        def work(connection: sqlite3.Connection) -> Turn:
            cid = conversation_id
            if cid is None:
                cid = statements.insert_conversation(connection, settings)
            user_id = statements.insert_message(
                connection, cid, parent_id, Role.USER, MessageState.DONE, storable_text(text)
            )
            answer_id = statements.insert_answer(connection, cid, user_id)
            statements.use_up(connection, cid, storable_text(text))
            if conversation_id is None:
                unbegun.use_up(connection)
            return Turn(cid, user_id, answer_id)

        turn = place.write(work)
        self.live.start(turn.answer_id)
        return turn

    def add_answer(self, user_id: MessageId) -> Turn:
        """Store another empty, streaming answer to a message."""
        conversation_id = self.message(user_id).conversation_id

        def work(connection: sqlite3.Connection) -> MessageId:
            return statements.insert_answer(connection, conversation_id, user_id)

        answer_id = self._places.of(user_id).write(work)
        self.live.start(answer_id)
        return Turn(conversation_id, user_id, answer_id)

    def reopen_answer(self, answer_id: MessageId) -> None:
        """Let an answer that was cut off be written on."""
        message = self.message(answer_id)

        def work(connection: sqlite3.Connection) -> None:
            final = self.live.unstored_end(answer_id)
            if final is not None:
                # From now on only what is written on is stored: a kill would leave that alone.
                statements.finish(connection, final)
            connection.execute(
                "UPDATE messages SET state = 'streaming', finish_reason = NULL, error = '' "
                "WHERE id = ?",
                (answer_id,),
            )
            statements.touch(connection, message.conversation_id)

        self._places.of(answer_id).write(work)
        self.live.start(answer_id, message.text)

    def append_chunks(self, chunks: dict[MessageId, str]) -> None:
        """Add to the stored text of streaming answers without writing it all again.

        With the first of it goes what makes them: a program's sudden end must not leave a text
        that nobody wrote.
        """
        makers = self.live.unsaved_makers()
        for place in {self._places.of(message_id) for message_id in chunks}:
            rows = [row for row in chunks.items() if self._places.of(row[0]) is place]
            made_by = [(mid, makers[mid]) for mid, _ in rows if mid in makers]
            place.write(partial(statements.append_chunks, rows=rows, makers=made_by))
        for message_id, text in chunks.items():
            self.live.mark_saved(message_id, len(text))

    def finish_answer(self, final: FinalAnswer) -> None:
        """Store how an answer ended; until the disk takes it, readers get it from memory."""
        self.live.settle(final)
        self.finish_again(final)

    def finish_again(self, final: FinalAnswer) -> None:
        """Store an end that the disk refused, unless the answer is written on since then."""

        def work(connection: sqlite3.Connection) -> None:
            if self.live.unstored_end(final.message_id) is final:
                statements.finish(connection, final)

        self._places.of(final.message_id).write(work)
        self.live.drop(final)

    def hand_over_incognito(self) -> Database | None:
        """The incognito conversations, for the store that comes next; None when there are none."""
        return self._places.hand_over()

    def tidy(self) -> None:
        """Interrupt what was being written at the last end, and empty the trash of what is old.

        A disk that refuses this must not keep anybody from reading.
        """

        def work(connection: sqlite3.Connection) -> None:
            statements.interrupt_streaming(connection, self.live.running())
            statements.purge_trash(connection, TRASH_DAYS)

        self.database.write(work)
        self.is_tidy = True

    def close(self) -> None:
        """Forget incognito conversations; the database stays open."""
        self._places.close()

    def _set_end(self, conversation_id: ConversationId, message_id: MessageId) -> None:
        place = self._places.of(message_id)
        place.write(lambda c: statements.set_end(c, conversation_id, message_id))

    def _update(
        self, conversation_ids: Sequence[ConversationId], column: str, value: object
    ) -> None:
        for place in {self._places.of(conversation_id) for conversation_id in conversation_ids}:
            rows = [(value, found) for found in conversation_ids if self._places.of(found) is place]
            place.write(partial(statements.update_conversations, column=column, rows=rows))

    def _rows(self, place: Database, sql: str, values: Sequence[object]) -> Rows:
        return place.read(lambda connection: connection.execute(sql, values).fetchall())

    def _messages(self, place: Database, sql: str, values: Sequence[object]) -> Messages:
        def work(connection: sqlite3.Connection) -> Messages:
            found = [message_from(row) for row in connection.execute(sql, values)]
            return [
                statements.with_chunks(connection, message)
                if message.state is MessageState.STREAMING
                else message
                for message in found
            ]

        return [self.live.overlay(m) or self._settled(m) for m in place.read(work)]

    def _settled(self, message: Message) -> Message:
        """Where that could not be stored at the start, an unfinished answer is interrupted."""
        if message.state is MessageState.STREAMING and not self.is_tidy:
            return replace(
                message,
                state=MessageState.INTERRUPTED,
                finish_reason=FinishReason.INTERRUPTED,
            )
        return message


def _conditions(wanted: ConversationFilter) -> tuple[str, tuple[object, ...]]:
    """SQL on ``conversations c``, with its values."""
    conditions = [f"c.deleted_at IS {'NOT ' if wanted.is_deleted else ''}NULL"]
    values: tuple[object, ...] = ()
    if wanted.is_pinned is not None:
        conditions.append("c.is_pinned = ?")
        values += (int(wanted.is_pinned),)
    if wanted.folder_id is not None:
        conditions.append("c.folder_id = ?")
        values += (wanted.folder_id,)
    elif wanted.is_outside_folders:
        conditions.append("c.folder_id IS NULL")
    if wanted.tag:
        conditions.append(
            "c.id IN (SELECT ct.conversation_id FROM conversation_tags ct "
            "JOIN tags t ON t.id = ct.tag_id WHERE t.name = ?)"
        )
        values += (wanted.tag,)
    return " AND ".join(conditions), values


def _order(wanted: ConversationFilter) -> str:
    return "c.deleted_at DESC, c.id DESC" if wanted.is_deleted else _ORDERS[wanted.order]
