"""The tree of a conversation as rows: what follows each other is one level, however long it is."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from kochat_gui.core.conversation import Message, MessageId, Role
from kochat_gui.core.i18n import translate
from kochat_gui.core.text_cutting import beginning
from kochat_gui.ui.plain_text import plain_tooltip
from kochat_gui.ui.unmarked import unmarked

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
"""A :class:`BranchRow`."""
_FIRST_WORDS = 200
_SEPARATOR = " · "
_ICONS = {Role.USER: "user", Role.ASSISTANT: "answer", Role.SYSTEM: "sliders"}


class BranchRow(NamedTuple):
    """What is drawn of a message."""

    icon: str
    words: str
    notes: str
    """What is special about it; empty for nothing."""
    is_shown: bool
    is_end: bool
    """The shown path ends here."""
    level: int
    """Rows above it that it hangs on."""


@dataclass(eq=False)
class Node:
    """A row. Below a message are its other versions; below one of those, what follows it."""

    message: Message | None
    parent: "Node | None"
    position: int = 0
    level: int = -1
    below: list["Node"] = field(default_factory=list)

    def add(self, message: Message) -> "Node":
        """A new row at the end."""
        self.below.append(Node(message, self, len(self.below), self.level + 1))
        return self.below[-1]


def rows_of(messages: Sequence[Message], path: Collection[MessageId]) -> Node:
    """The root of all rows; ``messages`` are a whole tree, by id.

    The shown path, and what would follow it, are the rows of the first level. Elsewhere the
    version that most messages follow goes straight on: a level is for what is shorter than that,
    so there are few of them, whatever the tree is like.
    """
    children: dict[MessageId | None, list[Message]] = {}
    for message in messages:
        children.setdefault(message.parent_id, []).append(message)
    following: Counter[MessageId | None] = Counter()
    for message in reversed(messages):
        following[message.parent_id] += 1 + following[message.message_id]
    root = Node(None, None)
    waiting: list[tuple[Node, MessageId | None]] = [(root, None)]
    while waiting:
        place, before = waiting.pop()
        while versions := children.get(before):
            longest = max(versions, key=lambda m: (following[m.message_id], m.message_id))
            main = next((m for m in versions if m.message_id in path), longest)
            node = place.add(main)
            waiting += [
                (node.add(other), other.message_id) for other in versions if other is not main
            ]
            before = main.message_id
    return root


class BranchTree(QAbstractItemModel):
    """The rows for a tree view. It keeps nothing but what it was given: the map is a snapshot."""

    def __init__(
        self,
        messages: Sequence[Message],
        path: Iterable[MessageId],
        parent: QObject,
    ) -> None:
        """``path``: the messages that are shown, the current end last."""
        super().__init__(parent)
        self._path = list(path)
        self._on_path = set(self._path)
        self._root = rows_of(messages, self._on_path)
        self._nodes: dict[MessageId, Node] = {}
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            waiting.extend(node.below)
            if node.message is not None:
                self._nodes[node.message.message_id] = node
        self._folded: list[tuple[MessageId, str]] = []
        self.deepest = max((node.level for node in self._nodes.values()), default=0)
        """The greatest level of a row."""

    def all_notes(self) -> set[str]:
        """The notes that rows have."""
        return {_SEPARATOR.join(self._notes(node)) for node in self._nodes.values()}

    def index_of(self, message_id: MessageId) -> QModelIndex:
        """Where a message is."""
        node = self._nodes.get(message_id)
        return self.createIndex(node.position, 0, node) if node is not None else QModelIndex()

    def message_at(self, index: Index) -> Message | None:
        """The message of a row."""
        return self._node(index).message if index.isValid() else None

    def find(self, words: str) -> list[MessageId]:
        """Messages that have ``words``, whatever their case and Unicode form, in order of time."""
        if not self._folded:
            messages = (node.message for node in self._nodes.values() if node.message is not None)
            self._folded = sorted((m.message_id, _folded(m.text)) for m in messages)
        wanted = _folded(words.strip())
        return [message_id for message_id, text in self._folded if wanted in text] if wanted else []

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:
        below = self._node(parent).below
        if column != 0 or not 0 <= row < len(below):
            return QModelIndex()
        return self.createIndex(row, column, below[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]
        above = self._node(index).parent
        if above is None or above is self._root:
            return QModelIndex()
        return self.createIndex(above.position, 0, above)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return len(self._node(parent).below)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        node = self._node(index)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._text(node)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tooltip(self._text(node))
            case _ if role == ROW_ROLE:
                return self._row(node)
        return None

    def _text(self, node: Node) -> str:
        return _SEPARATOR.join([_words(node), *self._notes(node)])

    def _row(self, node: Node) -> BranchRow | None:
        message = node.message
        if message is None:
            return None
        return BranchRow(
            "eye-off" if message.is_excluded else _ICONS[message.role],
            _words(node),
            _SEPARATOR.join(self._notes(node)),
            is_shown=message.message_id in self._on_path,
            is_end=message.message_id == self._path[-1],
            level=node.level,
        )

    def _notes(self, node: Node) -> list[str]:
        message = node.message
        notes: list[str] = []
        if message is None:
            return []
        if message.message_id == self._path[-1]:
            notes.append(translate("BranchMap", "shown end"))
        if message.is_excluded:
            notes.append(translate("BranchMap", "hidden from the model"))
        if message.made_by is not None and message.made_by.is_edited:
            notes.append(translate("BranchMap", "edited"))
        first = node.below[0].message if node.below else None
        if first is not None:
            text = (
                translate("BranchMap", "{count} other branches")
                if first.parent_id == message.parent_id
                else translate("BranchMap", "{count} messages follow")
            )
            notes.append(text.format(count=len(node.below)))
        return notes

    def _node(self, index: Index) -> Node:
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, Node) else self._root


def _words(node: Node) -> str:
    """The beginning of the message on one line."""
    text = node.message.text if node.message is not None else ""
    words, _ = unmarked(beginning(text, _FIRST_WORDS))
    return words.strip() or translate("BranchMap", "(empty)")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
