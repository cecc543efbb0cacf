"""Whole conversations out of the database, and into it in one transaction."""

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, chain, repeat

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import (
    ConversationId,
    FolderId,
    Message,
    MessageId,
    MessageState,
)
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.states import FinishReason
from kochat_gui.storage import statements
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.duplicates import KnownConversations
from kochat_gui.storage.folders import FolderStore, folder_named
from kochat_gui.storage.id_spans import note_run
from kochat_gui.storage.rows import in_ms, storable_text

Ids = list[ConversationId]
Names = list[str]
Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Inserted:
    """What an import changed."""

    conversation_ids: tuple[ConversationId, ...]
    """New ones, in the order given."""
    messages: int
    """In those."""
    duplicates: int
    """Conversations that were there already."""


class ArchiveStore:
    """Reads and writes conversations as a whole; every method may be called on any thread."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def ids(self) -> Ids:
        """All conversations but deleted ones, newest activity first."""
        sql = "SELECT id FROM conversations WHERE deleted_at IS NULL ORDER BY activity DESC"
        rows = self._store.database.read(lambda connection: connection.execute(sql).fetchall())
        return [ConversationId(row[0]) for row in rows]

    def folders(self) -> Names:
        """Their names, in their order."""
        return [folder.name for folder in FolderStore(self._store.database).list()]

    def ids_in(self, folder: str) -> Ids:
        """Conversations in the folders of that name, newest activity first, without deleted ones.

        Raises ``UsageError`` when there is no such folder.
        """
        if folder not in self.folders():
            raise UsageError(
                QT_TRANSLATE_NOOP("Storage", "There is no folder {name}."), name=folder
            )
        sql = (
            "SELECT c.id FROM conversations c JOIN folders f ON f.id = c.folder_id "
            "WHERE f.name = ? AND c.deleted_at IS NULL ORDER BY c.activity DESC"
        )
        rows = self._store.database.read(lambda c: c.execute(sql, (folder,)).fetchall())
        return [ConversationId(row[0]) for row in rows]

    def read(self, conversation_id: ConversationId) -> ArchivedConversation:
        """One conversation with all its branches; raises ``UsageError`` when there is none.

        An answer that is being written is taken as it is now, and as interrupted.
        """
        conversation = self._store.get(conversation_id)
        messages = self._store.messages(conversation_id)
        numbers = {message.message_id: number for number, message in enumerate(messages, 1)}
        tip = None if conversation.tip_id is None else numbers.get(conversation.tip_id)
        return ArchivedConversation(
            title=conversation.title,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            messages=tuple(_archived(message, numbers) for message in messages),
            tip=tip,
            settings=conversation.settings,
            draft=conversation.draft,
            folder=self._folder_name(conversation.folder_id),
            tags=conversation.tags,
            is_pinned=conversation.is_pinned,
        )

    def insert(
        self,
        conversations: Sequence[ArchivedConversation],
        folders: Sequence[str],
        cancel: CancelToken,
    ) -> Inserted:
        """Store all of ``conversations`` that are not there yet, or, when one fails, none.

        One is there when a conversation that was begun at the same millisecond with the same first
        message has all of its messages. Each gets its place among the others by the time of
        its last change; the order among ``conversations`` (newest first) stays. Raises
        ``StorageError`` and ``Cancelled``; then nothing has changed. ``folders``: those that are
        missing are made in this order, and then those that conversations name. Other writing
        waits meanwhile.
        """

        def work(connection: sqlite3.Connection) -> Inserted:
            before = connection.execute(
                "SELECT id, updated_at FROM conversations ORDER BY activity DESC"
            ).fetchall()
            for name in folders:
                folder_named(connection, name)
            known = KnownConversations(connection, conversations)
            new: list[ArchivedConversation] = []
            for conversation in conversations:
                cancel.raise_if_cancelled()
                if not known.has(conversation):
                    known.add(conversation)
                    new.append(conversation)
            ids = _insert_all(connection, new, cancel)
            if new:
                times = [in_ms(conversation.updated_at) for conversation in new]
                _put_in_order(connection, _merged(before, list(zip(ids, times, strict=True))))
            messages = sum(len(conversation.messages) for conversation in new)
            return Inserted(tuple(ids), messages, len(conversations) - len(new))

        return self._store.database.write(work)

    def _folder_name(self, folder_id: FolderId | None) -> str:
        sql = "SELECT name FROM folders WHERE id = ?"
        row = self._store.database.read(lambda c: c.execute(sql, (folder_id,)).fetchone())
        return "" if row is None else str(row[0])


def _archived(message: Message, numbers: dict[MessageId, int]) -> ArchivedMessage:
    is_open = message.state is MessageState.STREAMING
    number = numbers[message.message_id]
    parent = None if message.parent_id is None else numbers.get(message.parent_id)
    return ArchivedMessage(
        local_id=number,
        # What a damaged database holds instead of an older message is no parent.
        parent=parent if parent is not None and parent < number else None,
        role=message.role,
        text=message.text,
        created_at=message.created_at,
        state=MessageState.INTERRUPTED if is_open else message.state,
        finish_reason=FinishReason.INTERRUPTED if is_open else message.finish_reason,
        usage=message.usage,
        made_by=message.made_by,
        error=message.error,
        is_excluded=message.is_excluded,
    )


def _insert_all(
    connection: sqlite3.Connection,
    conversations: Sequence[ArchivedConversation],
    cancel: CancelToken,
) -> Ids:
    """Add all of ``conversations``; ids follow time, as searches expect of what is newest."""
    ids = {
        place: statements.insert_conversation(connection, conversations[place].settings)
        for place in _oldest_first(conversations)
    }
    inserted: list[list[MessageId]] = [[] for _ in conversations]
    messages = _messages_by_time(conversations)
    for place, message in messages:
        cancel.raise_if_cancelled()
        there = inserted[place]
        parent_id = None if message.parent is None else there[message.parent - 1]
        there.append(statements.insert_archived_message(connection, ids[place], parent_id, message))
    times = [in_ms(message.created_at) for _, message in messages]
    note_run(connection, sorted(chain.from_iterable(inserted)), times)
    for place, conversation in enumerate(conversations):
        cancel.raise_if_cancelled()
        _complete(connection, ids[place], conversation, inserted[place])
    return [ids[place] for place in range(len(conversations))]


def _oldest_first(conversations: Sequence[ArchivedConversation]) -> list[int]:
    """Their places, by when they were begun; of the same moment the last one first."""
    places = range(len(conversations) - 1, -1, -1)
    return sorted(places, key=lambda place: conversations[place].created_at)


def _messages_by_time(
    conversations: Sequence[ArchivedConversation],
) -> list[tuple[int, ArchivedMessage]]:
    """All messages, each with the place of its conversation; within one their order stays."""
    timed: list[tuple[datetime, int, ArchivedMessage]] = []
    for place in _oldest_first(conversations):
        messages = conversations[place].messages
        times = accumulate((message.created_at for message in messages), max)
        timed += zip(times, repeat(place), messages, strict=False)
    timed.sort(key=lambda entry: entry[0])
    return [(place, message) for _, place, message in timed]


def _complete(
    connection: sqlite3.Connection,
    conversation_id: ConversationId,
    conversation: ArchivedConversation,
    messages: Sequence[MessageId],
) -> None:
    """Store what a conversation has besides its messages."""
    connection.execute(
        "UPDATE conversations SET created_at = ?, updated_at = ?, tip_id = ?, draft = ?, "
        "folder_id = ?, is_pinned = ? WHERE id = ?",
        (
            in_ms(conversation.created_at),
            in_ms(conversation.updated_at),
            None if conversation.tip is None else messages[conversation.tip - 1],
            storable_text(conversation.draft),
            folder_named(connection, conversation.folder) if conversation.folder else None,
            conversation.is_pinned,
            conversation_id,
        ),
    )
    statements.insert_tags(connection, [(conversation_id, name) for name in conversation.tags])
    statements.set_title(connection, conversation_id, storable_text(conversation.title))


def _merged(before: Pairs, made: Sequence[tuple[int, int]]) -> list[int]:
    """Ids of both, newest first: each list keeps its order, the times decide between them."""
    order: list[int] = []
    rest = deque(before)
    for number, updated_at in made:
        while rest and rest[0][1] > updated_at:
            order.append(rest.popleft()[0])
        order.append(number)
    return order + [number for number, _ in rest]


def _put_in_order(connection: sqlite3.Connection, newest_first: list[int]) -> None:
    connection.executemany(
        "UPDATE conversations SET activity = ? WHERE id = ?",
        ((place, number) for place, number in enumerate(reversed(newest_first), 1)),
    )
