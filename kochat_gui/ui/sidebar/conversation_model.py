"""Conversations as rows of a list, under headings by time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kochat_gui.core.conversation import Conversation, ConversationId
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey, translate

Index = QModelIndex | QPersistentModelIndex

CONVERSATION_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's Conversation, or None for a heading."""

_MARKS = re.compile(r"[*`~]+|^[#>|-]+ |\||:?-{3,}:?")

_GROUPS: tuple[tuple[int, TextKey], ...] = (
    (0, QT_TRANSLATE_NOOP("Sidebar", "Today")),
    (1, QT_TRANSLATE_NOOP("Sidebar", "Yesterday")),
    (7, QT_TRANSLATE_NOOP("Sidebar", "Last 7 days")),
    (30, QT_TRANSLATE_NOOP("Sidebar", "Last 30 days")),
)
_OLDER = QT_TRANSLATE_NOOP("Sidebar", "Older")


@dataclass(frozen=True)
class Heading:
    """A row that only says when."""

    group: TextKey


Row = Heading | Conversation


def group_of(updated_at: datetime, today: date) -> TextKey:
    """The heading for a conversation last used at ``updated_at``, by local calendar days."""
    age = today - updated_at.astimezone().date()
    for days, key in _GROUPS:
        if age <= timedelta(days=days):
            return key
    return _OLDER


def shown_title(conversation: Conversation) -> str:
    """The title, or what stands for one before the first message."""
    return conversation.title or translate("Sidebar", "New conversation")


def grouped(conversations: Iterable[Conversation], today: date) -> list[Row]:
    """``conversations`` under a heading per group, in their own order within it."""
    groups: dict[TextKey, list[Conversation]] = {key: [] for _, key in _GROUPS}
    groups[_OLDER] = []
    for conversation in conversations:
        groups[group_of(conversation.updated_at, today)].append(conversation)
    rows: list[Row] = []
    for key, group in groups.items():
        if group:
            rows.append(Heading(key))
            rows.extend(group)
    return rows


def shown_words(conversation: Conversation) -> str:
    """The last words without the marks of Markdown."""
    return " ".join(_MARKS.sub("", conversation.last_words).split())


class ConversationModel(QAbstractListModel):
    """Rows are :class:`Heading` or ``Conversation``, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show(self, conversations: Iterable[Conversation], today: date) -> None:
        """Become these rows; ``today`` is the local date.

        Rows move and change one by one: a reset would end the renaming of a title and forget which
        row the keyboard is at.
        """
        wanted = grouped(conversations, today)
        kept = {_identity(row) for row in wanted}
        for row in reversed(range(len(self._rows))):
            if _identity(self._rows[row]) not in kept:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._rows[row]
                self.endRemoveRows()
        for row, entry in enumerate(wanted):
            self._put(row, entry)

    def _put(self, row: int, entry: Row) -> None:
        """Bring ``entry`` to ``row``; the rows before are right already."""
        identity = _identity(entry)
        identities = (_identity(old) for old in self._rows[row:])
        found = next((at for at, old in enumerate(identities, row) if old == identity), None)
        if found is None:
            self.beginInsertRows(QModelIndex(), row, row)
            self._rows.insert(row, entry)
            self.endInsertRows()
            return
        if found != row:
            self.beginMoveRows(QModelIndex(), found, found, QModelIndex(), row)
            self._rows.insert(row, self._rows.pop(found))
            self.endMoveRows()
        if self._rows[row] != entry:
            self._rows[row] = entry
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, conversation_id: int | None) -> int | None:
        """The row of a conversation, if it is listed."""
        for row, entry in enumerate(self._rows):
            if isinstance(entry, Conversation) and entry.conversation_id == conversation_id:
                return row
        return None

    def conversation(self, index: Index) -> Conversation | None:
        """What ``index`` shows, if it is a conversation."""
        if not index.isValid():
            return None
        entry = self._rows[index.row()]
        return entry if isinstance(entry, Conversation) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._rows[index.row()]
        if role == CONVERSATION_ROLE:
            return entry if isinstance(entry, Conversation) else None
        if role == Qt.ItemDataRole.EditRole:
            return entry.title if isinstance(entry, Conversation) else None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return entry.group.text() if isinstance(entry, Heading) else shown_title(entry)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return entry.last_words if isinstance(entry, Conversation) else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


def _identity(row: Row) -> ConversationId | TextKey:
    return row.conversation_id if isinstance(row, Conversation) else row.group
