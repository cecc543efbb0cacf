"""Tells which conversations of a file are in the database already, by all that is said in them."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import MessageState, Role
from kochat_gui.core.states import FinishReason
from kochat_gui.storage.rows import in_ms, storable_text

Key = tuple[int, str, str]
"""When a conversation was begun (ms), and its first message."""
Said = Counter[bytes]
"""How often each message is there."""
_MOST_WRITTEN_ON = 20
"""Conversations that begin alike whose texts are read for one that is not there word for word."""


class KnownConversations:
    """Conversations that those of a file may be: found by how they begin, compared by the rest.

    Conversations without times have that of the file, so any number of them may begin alike.
    """

    def __init__(
        self, connection: sqlite3.Connection, conversations: Sequence[ArchivedConversation]
    ) -> None:
        """Look for those of ``conversations``, inside the transaction that stores them."""
        self._connection = connection
        self._times = Counter(_key(conversation) for conversation in conversations)
        self._alike: dict[Key, _Alike] = {}
        self._added = 0
        for key, conversation_id in _stored(connection, set(self._times)):
            self._add(key, conversation_id, _said_in(connection, conversation_id))

    def has(self, conversation: ArchivedConversation) -> bool:
        """Whether one that is there has all messages of ``conversation``, and maybe more."""
        alike = self._alike.get(_key(conversation))
        return alike is not None and (
            alike.has_all_of(conversation) or alike.was_written_on(conversation, self._connection)
        )

    def add(self, conversation: ArchivedConversation) -> None:
        """``conversation`` counts as being there from now on, though it is stored later."""
        key = _key(conversation)
        self._added += 1
        if self._times[key] > 1:
            # No conversation has such an id: nobody has written on in it yet.
            self._add(key, -self._added, _said(conversation.messages))

    def _add(self, key: Key, conversation_id: int, said: Said) -> None:
        self._alike.setdefault(key, _Alike()).add(conversation_id, said)


class _Alike:
    """Conversations that were begun at the same moment with the same message."""

    def __init__(self) -> None:
        self._said: dict[int, Said] = {}
        self._saying: dict[bytes, list[int]] = {}
        self._empty: list[int] = []

    def add(self, conversation_id: int, said: Said) -> None:
        self._said[conversation_id] = said
        for message in said:
            self._saying.setdefault(message, []).append(conversation_id)
        if not said:
            self._empty.append(conversation_id)

    def has_all_of(self, conversation: ArchivedConversation) -> bool:
        said = _said(conversation.messages)
        return any(said <= self._said[found] for found in self._candidates(said))

    def was_written_on(
        self, conversation: ArchivedConversation, connection: sqlite3.Connection
    ) -> bool:
        """Whether what is missing are answers that were cut off, and are longer by now."""
        cut_off = [message for message in conversation.messages if _is_cut_off(message)]
        if not cut_off:
            return False
        said = _said(conversation.messages)
        firm = said - _said(cut_off)
        for found in islice(self._candidates(firm), _MOST_WRITTEN_ON):
            missing = said - self._said[found]
            rest = [message for message in cut_off if _digest_of(message) in missing]
            if missing <= _said(rest) and _begins_of(rest, connection, found):
                return True
        return False

    def _candidates(self, said: Said) -> Iterable[int]:
        """Those with the message that the fewest have: all may begin with a greeting."""
        if not said:
            return self._empty
        return min((self._saying.get(message, []) for message in said), key=len)


def _begins_of(
    messages: Sequence[ArchivedMessage], connection: sqlite3.Connection, conversation_id: int
) -> bool:
    """Whether each of ``messages`` is how an answer in the conversation begins."""
    sql = "SELECT text FROM messages WHERE conversation_id = ? AND role = ?"
    rows = connection.execute(sql, (conversation_id, Role.ASSISTANT.value)).fetchall()
    texts = tuple(str(row[0]) for row in rows)
    begins = [storable_text(message.text) for message in messages]
    return all(any(text.startswith(begin) for text in texts) for begin in begins)


def _is_cut_off(message: ArchivedMessage) -> bool:
    is_unfinished = message.state is not MessageState.DONE
    was_limited = message.finish_reason is FinishReason.LENGTH
    return message.role is Role.ASSISTANT and (is_unfinished or was_limited)


def _stored(connection: sqlite3.Connection, wanted: set[Key]) -> list[tuple[Key, int]]:
    """Conversations outside the trash that begin as one of ``wanted``."""
    times = {created_at for created_at, _, _ in wanted}
    sql = "SELECT id, created_at FROM conversations WHERE deleted_at IS NULL"
    found: list[tuple[Key, int]] = []
    for conversation_id, created_at in connection.execute(sql).fetchall():
        if created_at not in times:
            continue
        sql = "SELECT role, text FROM messages WHERE conversation_id = ? ORDER BY id LIMIT 1"
        first = connection.execute(sql, (conversation_id,)).fetchone() or ("", "")
        key = (created_at, *first)
        if key in wanted:
            found.append((key, conversation_id))
    return found


def _said_in(connection: sqlite3.Connection, conversation_id: int) -> Said:
    sql = "SELECT role, text FROM messages WHERE conversation_id = ?"
    rows = connection.execute(sql, (conversation_id,))
    return Counter(_digest(str(role), str(text)) for role, text in rows)


def _said(messages: Iterable[ArchivedMessage]) -> Said:
    return Counter(map(_digest_of, messages))


def _digest_of(message: ArchivedMessage) -> bytes:
    return _digest(message.role.value, storable_text(message.text))


def _digest(role: str, text: str) -> bytes:
    return hashlib.blake2b(f"{role}\n{text}".encode(), digest_size=16).digest()


def _key(conversation: ArchivedConversation) -> Key:
    created_at = in_ms(conversation.created_at)
    if not conversation.messages:
        return created_at, "", ""
    first = conversation.messages[0]
    return created_at, first.role.value, storable_text(first.text)
