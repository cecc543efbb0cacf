"""Conversations as rows of a list, under headings by time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey, translate

Index = QModelIndex | QPersistentModelIndex

CONVERSATION_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's Conversation, or None for a heading."""

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

    text: str


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


class ConversationModel(QAbstractListModel):
    """Rows are :class:`Heading` or ``Conversation``, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Heading | Conversation] = []

    def show(self, conversations: list[Conversation], today: date) -> None:
        """Replace the rows; ``today`` is the local date."""
        rows: list[Heading | Conversation] = []
        last: TextKey | None = None
        for conversation in conversations:
            group = group_of(conversation.updated_at, today)
            if group != last:
                rows.append(Heading(group.text()))
                last = group
            rows.append(conversation)
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

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
            return entry.text if isinstance(entry, Heading) else shown_title(entry)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
