"""Search results as rows of a list; hits that follow each other in a conversation share a title."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kochat_gui.core.conversation import ConversationId, MessageId, Role
from kochat_gui.core.i18n import translate
from kochat_gui.core.search import SearchHit
from kochat_gui.ui.unmarked import Spans, unmarked

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's ResultRow."""


@dataclass(frozen=True)
class ResultRow:
    """One hit, and whether the conversation's title stands above it."""

    hit: SearchHit
    snippet: str
    """Without the marks of Markdown."""
    spans: Spans
    """Matches in ``snippet``."""
    has_title: bool
    caption: str
    """Who wrote it, and when."""


def title_of(hit: SearchHit) -> str:
    """The conversation's title, or what stands for one."""
    return hit.title or translate("Sidebar", "New conversation")


def shown_day(when: datetime, today: date) -> str:
    """The day of ``when`` by the local clock, as people say it; the time for today."""
    local = when.astimezone()
    day = local.date()
    if day == today:
        return translate("SearchResults", "Today {time}").format(time=f"{local:%H:%M}")
    if day == today - timedelta(days=1):
        return translate("SearchResults", "Yesterday")
    if day.year == today.year:
        return translate("SearchResults", "{month}/{day}").format(month=day.month, day=day.day)
    return translate("SearchResults", "{year}/{month}/{day}").format(
        year=day.year, month=day.month, day=day.day
    )


def rows_of(hits: Sequence[SearchHit], today: date) -> list[ResultRow]:
    """``hits`` in their order."""
    rows: list[ResultRow] = []
    for hit in hits:
        before = rows[-1].hit if rows else None
        is_continued = before is not None and before.conversation_id == hit.conversation_id
        caption = f"{_writer(hit)} · {shown_day(hit.created_at, today)}"
        # What is found in a title is the title.
        has_title = not is_continued or hit.message_id is None
        rows.append(ResultRow(hit, *unmarked(hit.snippet, hit.spans), has_title, caption))
    return rows


def _identity(hit: SearchHit) -> tuple[ConversationId, MessageId | None]:
    return hit.conversation_id, hit.message_id


def _writer(hit: SearchHit) -> str:
    match hit.role:
        case Role.USER:
            return translate("SearchResults", "Me")
        case Role.ASSISTANT:
            return translate("SearchResults", "Answer")
        case Role.SYSTEM:
            return translate("SearchResults", "System message")
    return translate("SearchResults", "Title")


class ResultsModel(QAbstractListModel):
    """Rows are :class:`ResultRow`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[ResultRow] = []

    def show(self, hits: Sequence[SearchHit], today: date) -> None:
        """Become these; where they only go on after those that are shown, the others stay."""
        rows, known = rows_of(hits, today), len(self._rows)
        if known and rows[:known] == self._rows:
            if len(rows) > known:
                self.beginInsertRows(QModelIndex(), known, len(rows) - 1)
                self._rows = rows
                self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def hit(self, index: Index) -> SearchHit | None:
        """What ``index`` shows."""
        return self._rows[index.row()].hit if index.isValid() else None

    def row_of(self, hit: SearchHit | None) -> int | None:
        """The row of a message, or of a conversation's title, if it is listed."""
        for number, row in enumerate(self._rows if hit is not None else ()):
            if hit is not None and _identity(row.hit) == _identity(hit):
                return number
        return None

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return title_of(row.hit)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"{row.snippet} {row.caption}"
        return None
