"""On which pages of a sound SQLite file the rows of conversations and messages lie."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.storage import page_carver

PAGE = page_carver.PAGE_SIZE


@dataclass(frozen=True)
class MessageRow:
    """A message and where it lies."""

    text: str
    is_excluded: bool
    pages: frozenset[int]
    """From 0."""


@dataclass(frozen=True)
class ConversationRow:
    """A conversation and where it and its folder lie."""

    fields: tuple[str | None, bool, tuple[str, ...]]
    pages: frozenset[int]


@dataclass(frozen=True)
class Placed:
    """All rows of a database."""

    messages: dict[int, MessageRow]
    conversations: dict[int, ConversationRow]
    tag_pages: frozenset[int]
    """Where SQLite has to read to know tags: theirs, and the schema."""


def placed(path: Path) -> Placed:
    """Read a database that is closed."""
    raw = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        leaves: dict[str, list[int]] = {}
        for name, number in connection.execute(
            "SELECT name, pageno FROM dbstat WHERE pagetype IN ('leaf', 'internal')"
        ):
            leaves.setdefault(name, []).append(number)
        pages = {
            table: dict(_row_pages(raw, leaves[table]))
            for table in ("messages", "conversations", "folders")
        }
        messages = {
            row_id: MessageRow(text, bool(is_excluded), pages["messages"][row_id])
            for row_id, text, is_excluded in connection.execute(
                "SELECT id, text, is_excluded FROM messages"
            )
        }
        conversations = {}
        for row_id, folder_id, name, is_pinned in connection.execute(
            "SELECT c.id, c.folder_id, f.name, c.is_pinned FROM conversations c "
            "LEFT JOIN folders f ON f.id = c.folder_id"
        ).fetchall():
            tags = connection.execute(
                "SELECT name FROM tags JOIN conversation_tags ON id = tag_id "
                "WHERE conversation_id = ? ORDER BY name",
                (row_id,),
            )
            own = pages["conversations"][row_id] | pages["folders"].get(folder_id, frozenset())
            fields = (name, bool(is_pinned), tuple(tag for (tag,) in tags))
            conversations[row_id] = ConversationRow(fields, own)
        names = ("sqlite_schema", "tags", "conversation_tags")
        tag_pages = frozenset(number - 1 for name in names for number in leaves.get(name, []))
    return Placed(messages, conversations, tag_pages)


def _row_pages(raw: bytes, numbers: list[int]) -> Iterator[tuple[int, frozenset[int]]]:
    """For each row its leaf and the overflow pages of its long texts, from 0."""
    for number in numbers:
        start = (number - 1) * PAGE
        page = raw[start : start + PAGE]
        head = 100 if number == 1 else 0
        if page[head] != 0x0D:
            continue
        for index in range(int.from_bytes(page[head + 3 : head + 5], "big")):
            at = head + 8 + 2 * index
            offset = int.from_bytes(page[at : at + 2], "big")
            size, offset = page_carver._varint(page, offset)
            row_id, offset = page_carver._varint(page, offset)
            own = {number - 1}
            local = page_carver._local_size(size)
            following = int.from_bytes(page[offset + local : offset + local + 4], "big")
            while local < size and following:
                own.add(following - 1)
                at = (following - 1) * PAGE
                following = int.from_bytes(raw[at : at + 4], "big")
            yield row_id, frozenset(own)
