"""The tree of a conversation as rows: what follows each other is one level, however long it is."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
)

from kochat_gui.core.conversation import Message, MessageId, Role
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole

Index = QModelIndex | QPersistentModelIndex
_FIRST_WORDS = 90
_ROW_HEIGHT = 30
_ICONS = {Role.USER: "user", Role.ASSISTANT: "answer", Role.SYSTEM: "sliders"}


@dataclass(eq=False)
class Node:
    """A row. Below a message are its other versions; below one of those, what follows it."""

    message: Message | None
    parent: "Node | None"
    position: int = 0
    below: list["Node"] = field(default_factory=list)

    def add(self, message: Message) -> "Node":
        """A new row at the end."""
        self.below.append(Node(message, self, len(self.below)))
        return self.below[-1]


def rows_of(messages: Sequence[Message], path: Collection[MessageId]) -> Node:
    """The root of all rows; ``messages`` are a whole tree, by id.

    The shown path, and what would follow it, are the rows of the first level.
    """
    children: dict[MessageId | None, list[Message]] = {}
    for message in messages:
        children.setdefault(message.parent_id, []).append(message)
    root = Node(None, None)
    waiting: list[tuple[Node, MessageId | None]] = [(root, None)]
    while waiting:
        place, before = waiting.pop()
        while versions := children.get(before):
            main = next((m for m in versions if m.message_id in path), versions[-1])
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
        appearance: Appearance,
        parent: QObject,
    ) -> None:
        """``path``: the messages that are shown, the current end last."""
        super().__init__(parent)
        self._path = list(path)
        self._on_path = set(self._path)
        self._root = rows_of(messages, self._on_path)
        self._appearance = appearance
        self._nodes: dict[MessageId, Node] = {}
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            waiting.extend(node.below)
            if node.message is not None:
                self._nodes[node.message.message_id] = node
        self._folded: list[tuple[MessageId, str]] = []

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
        message = self.message_at(index)
        if message is None:
            return None
        is_shown = message.message_id in self._on_path
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return self._text(message)
            case Qt.ItemDataRole.DecorationRole:
                colour = ColourRole.ACCENT if is_shown else ColourRole.INK_THIRD
                name = "eye-off" if message.is_excluded else _ICONS[message.role]
                return icon(name, self._appearance.colour(colour).name(), self._appearance.px(16))
            case Qt.ItemDataRole.ForegroundRole:
                colour = ColourRole.INK if is_shown else ColourRole.INK_THIRD
                return self._appearance.colour(colour)
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(0, self._appearance.px(_ROW_HEIGHT))
            case Qt.ItemDataRole.FontRole:
                is_end = message.message_id == self._path[-1]
                return self._appearance.text_font(14, 600 if is_end else 400)
        return None

    def _text(self, message: Message) -> str:
        words = " ".join(message.text[: _FIRST_WORDS * 2].replace("**", "").split())
        parts = [words[:_FIRST_WORDS] or translate("BranchMap", "(empty)")]
        if message.message_id == self._path[-1]:
            parts.append(translate("BranchMap", "shown end"))
        if message.is_excluded:
            parts.append(translate("BranchMap", "hidden from the model"))
        if message.made_by is not None and message.made_by.is_edited:
            parts.append(translate("BranchMap", "edited"))
        below = self._nodes[message.message_id].below
        if below and below[0].message is not None:
            are_versions = below[0].message.parent_id == message.parent_id
            text = (
                translate("BranchMap", "{count} other branches")
                if are_versions
                else translate("BranchMap", "{count} messages follow")
            )
            parts.append(text.format(count=len(below)))
        return " · ".join(parts)

    def _node(self, index: Index) -> Node:
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, Node) else self._root


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
