"""The rows of a conversation list as a Qt model."""

import json
from collections.abc import Hashable, Iterator, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from kochat_gui.core.conversation import Conversation, ConversationId, FolderId
from kochat_gui.core.i18n import TextKey, translate
from kochat_gui.ui.sidebar.rows import (
    EmptyFolder,
    FolderRow,
    Heading,
    More,
    Row,
    folder_key,
    key_of,
    shown_title,
    shown_words,
)

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row itself."""
CONVERSATION_MIME = "application/x-kochat-conversations"
FOLDER_MIME = "application/x-kochat-folder"
"""What is dragged inside the list: ids, as JSON."""

_TITLES = frozenset({Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole})
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_FOLDER = _PLAIN | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
_CONVERSATION = _FOLDER | Qt.ItemFlag.ItemIsSelectable


class ConversationModel(QAbstractListModel):
    """Headings and folders lead; conversations can be selected and dragged."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._keys: list[Hashable] = []
        self._open_folders: frozenset[FolderId] = frozenset()

    def show(self, rows: Sequence[Row]) -> None:
        """Become these rows.

        A reset would end the renaming of a title and forget which rows are selected: rows that
        stay are told apart, moved and changed. The time taken grows with the number of rows.
        """
        wanted = list(rows)
        self._open_folders = frozenset(
            row.folder.folder_id for row in wanted if isinstance(row, FolderRow) and row.is_open
        )
        keys = [key_of(row) for row in wanted]
        if keys != self._keys:
            self._remove_others(frozenset(keys))
            self._reorder(keys)
            self._insert_others(wanted, keys)
        self._replace(wanted)

    def row_of(self, conversation_id: int | None) -> int | None:
        """The row of a conversation, if it is listed."""
        return self._row_of_key(conversation_id)

    def draw_anew(self, *conversation_ids: int | None) -> None:
        """Something besides the model changed how these are drawn."""
        for row in map(self.row_of, conversation_ids):
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    def row_of_folder(self, folder_id: FolderId) -> int | None:
        """The row of a folder, if it is listed."""
        return self._row_of_key(folder_key(folder_id))

    def row(self, number: int) -> Row:
        """One row by its number."""
        return self._rows[number]

    def entry(self, index: Index) -> Row | None:
        """What ``index`` shows."""
        return self._rows[index.row()] if index.isValid() else None

    def conversation(self, index: Index) -> Conversation | None:
        """What ``index`` shows, if it is a conversation."""
        entry = self.entry(index)
        return entry if isinstance(entry, Conversation) else None

    def first_conversation(self) -> QModelIndex:
        """The topmost conversation; not valid when there is none."""
        for row, entry in enumerate(self._rows):
            if isinstance(entry, Conversation):
                return self.index(row)
        return QModelIndex()

    @property
    def has_more(self) -> bool:
        """Some rows stand for conversations that are not read yet."""
        return any(isinstance(row, More) for row in self._rows)

    def folder_at(self, index: Index) -> FolderId | None:
        """The folder that ``index`` is in, or is."""
        lead = self._lead(index)
        return lead.folder.folder_id if isinstance(lead, FolderRow) else None

    def heading_at(self, index: Index) -> TextKey | None:
        """The heading above ``index``, or at it; None inside folders and below the last row."""
        lead = self._lead(index)
        return lead.group if isinstance(lead, Heading) else None

    def section_rows(self, index: Index) -> tuple[int, int]:
        """First and last row of what ``index`` belongs to; the last section below all rows."""
        row = index.row() if index.isValid() else len(self._rows) - 1
        first = last = max(0, row)
        while first > 0 and not isinstance(self._rows[first], Heading | FolderRow):
            first -= 1
        while last + 1 < len(self._rows) and not isinstance(
            self._rows[last + 1], Heading | FolderRow
        ):
            last += 1
        return first, last

    def is_inside_folder(self, conversation: Conversation) -> bool:
        """Whether a listed conversation stands below its folder."""
        return conversation.folder_id in self._open_folders and not conversation.is_pinned

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._rows[index.row()]
        if role == ROW_ROLE:
            return entry
        if role in _TITLES:
            return _text(entry)
        if role == Qt.ItemDataRole.EditRole:
            return _editable(entry)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return _description(entry)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        match self.entry(index):
            case Conversation():
                return _CONVERSATION
            case FolderRow():
                return _FOLDER
        return Qt.ItemFlag.NoItemFlags

    def supportedDropActions(self) -> Qt.DropAction:  # noqa: N802 - Qt's name
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:  # noqa: N802 - Qt's name
        return [CONVERSATION_MIME, FOLDER_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802 - Qt's name
        entries = [self._rows[index.row()] for index in indexes]
        data = QMimeData()
        ids = [e.conversation_id for e in entries if isinstance(e, Conversation)]
        folders = [e.folder.folder_id for e in entries if isinstance(e, FolderRow)]
        if ids:
            data.setData(CONVERSATION_MIME, json.dumps(ids).encode())
        elif folders:
            data.setData(FOLDER_MIME, json.dumps(folders).encode())
        return data

    def _row_of_key(self, key: Hashable) -> int | None:
        try:
            return self._keys.index(key)
        except ValueError:
            return None

    def _lead(self, index: Index) -> Heading | FolderRow | None:
        if not index.isValid():
            return None
        above = reversed(self._rows[: index.row() + 1])
        return next((row for row in above if isinstance(row, Heading | FolderRow)), None)

    def _remove_others(self, kept: frozenset[Hashable]) -> None:
        gone = [row for row, key in enumerate(self._keys) if key not in kept]
        for first, last in reversed(list(_runs(gone))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1], self._keys[first : last + 1]
            self.endRemoveRows()

    def _reorder(self, keys: Sequence[Hashable]) -> None:
        known = frozenset(self._keys)
        wanted = [key for key in keys if key in known]
        if wanted == self._keys:
            return
        self.layoutAboutToBeChanged.emit()
        old_place = {key: row for row, key in enumerate(self._keys)}
        new_place = {key: row for row, key in enumerate(wanted)}
        before = self.persistentIndexList()
        after = [self.index(new_place[self._keys[index.row()]]) for index in before]
        self._rows, self._keys = [self._rows[old_place[key]] for key in wanted], wanted
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert_others(self, wanted: list[Row], keys: list[Hashable]) -> None:
        known = frozenset(self._keys)
        fresh = [row for row, key in enumerate(keys) if key not in known]
        for first, last in _runs(fresh):
            self.beginInsertRows(QModelIndex(), first, last)
            self._rows[first:first] = wanted[first : last + 1]
            self._keys[first:first] = keys[first : last + 1]
            self.endInsertRows()

    def _replace(self, wanted: list[Row]) -> None:
        pairs = enumerate(zip(self._rows, wanted, strict=True))
        changed = [row for row, (old, new) in pairs if old is not new and old != new]
        self._rows = wanted
        for first, last in _runs(changed):
            self.dataChanged.emit(self.index(first), self.index(last))


def ids_in(data: QMimeData, kind: str) -> list[int]:
    """The ids that are dragged, if they are of this ``kind``; another program may send anything."""
    if not data.hasFormat(kind):
        return []
    try:
        found = json.loads(bytes(data.data(kind).data()))
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [number for number in found if type(number) is int]


def conversation_ids(data: QMimeData) -> list[ConversationId]:
    """The conversations that are dragged."""
    return [ConversationId(number) for number in ids_in(data, CONVERSATION_MIME)]


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each unbroken stretch in ascending ``rows``."""
    first = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield rows[first], rows[place - 1]
            first = place


def _text(entry: Row) -> str:
    match entry:
        case Conversation():
            return shown_title(entry)
        case FolderRow():
            return entry.folder.name
        case Heading():
            return entry.group.text()
        case EmptyFolder(has_pinned=True):
            return translate("Sidebar", "What is in this folder is pinned, at the top.")
        case EmptyFolder():
            return translate(
                "Sidebar", "Empty. Drag conversations here, or move them by their menu."
            )
    return translate("Sidebar", "Reading more…")


def _editable(entry: Row) -> str | None:
    match entry:
        case Conversation():
            return entry.title
        case FolderRow():
            return entry.folder.name
    return None


def _description(entry: Row) -> str | None:
    match entry:
        case Conversation():
            tags = "".join(f" #{tag}" for tag in entry.tags)
            return f"{shown_words(entry)}{tags}".strip()
        case FolderRow():
            source = (
                translate("Sidebar", "Folder, open, {count} conversations")
                if entry.is_open
                else translate("Sidebar", "Folder, closed, {count} conversations")
            )
            return source.format(count=entry.folder.count)
    return None
