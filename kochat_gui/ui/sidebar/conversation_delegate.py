"""How a row of the conversation list is drawn and edited."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import translate
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.row_background import RowState, row_state
from kochat_gui.ui.sidebar.conversation_model import ROW_ROLE, ConversationModel, Index
from kochat_gui.ui.sidebar.row_painter import TITLE_PX, RowPainter
from kochat_gui.ui.sidebar.rows import EmptyFolder, FolderRow, Heading
from kochat_gui.ui.theme import Appearance

_CONVERSATION_HEIGHT = 54
_HEADING_HEIGHT = 38
_FOLDER_HEIGHT = 36
_LIST_KEYS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_TAG = "tag_name"
_MOST_TITLE, _MOST_NAME = 200, 100
"""Characters that a title, and the name of a folder or tag, can be given."""


class ConversationDelegate(QStyledItemDelegate):
    """Edits titles, names of folders, and new tags with the field that is safe for Hangul.

    Signals: renamed(int conversation_id, str title), folder_renamed(int folder_id, str name),
    tag_named(str name).
    """

    renamed = Signal(int, str)
    folder_renamed = Signal(int, str)
    tag_named = Signal(str)

    def __init__(
        self, appearance: Appearance, rows: ConversationModel, view: QAbstractItemView
    ) -> None:
        super().__init__(view)
        self._view = view
        self._rows = rows
        self._appearance = appearance
        self._painter = RowPainter(appearance)
        self._is_tag_next = False
        self._open_id: int | None = None
        self._set_sizes()
        appearance.changed.connect(self._set_sizes)

    def set_open(self, conversation_id: int | None) -> None:
        """The conversation that is shown beside the list."""
        before, self._open_id = self._open_id, conversation_id
        self._rows.draw_anew(before, conversation_id)

    def name_tag_next(self) -> None:
        """The editor that is opened next asks for a tag, not for the title."""
        self._is_tag_next = True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        # Asked for every row at every change of the list, and index.data takes twice as long.
        row = self._rows.row(index.row())
        if type(row) is Conversation:
            return self._conversation_size
        if isinstance(row, EmptyFolder):
            width = option.rect.width()
            return QSize(0, self._painter.remark_height(width, str(index.data())))
        return self._heading_size if isinstance(row, Heading) else self._folder_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        row = index.data(ROW_ROLE)
        if isinstance(row, Conversation):
            self.paint_conversation(painter, rect, row_state(self._view, index, rect), row)
        elif isinstance(row, FolderRow):
            self._painter.folder(painter, rect, row_state(self._view, index, rect), row)
        elif isinstance(row, Heading):
            self._painter.heading(painter, rect, str(index.data()))
        else:
            self._painter.remark(painter, rect, str(index.data()))
        painter.restore()

    def paint_conversation(
        self,
        painter: QPainter,
        rect: QRect,
        state: RowState,
        conversation: Conversation,
    ) -> None:
        """Draw one conversation."""
        self._painter.conversation(
            painter,
            rect,
            state,
            conversation,
            is_inside=self._rows.is_inside_folder(conversation),
            is_open=conversation.conversation_id == self._open_id,
        )

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> HangulLineEdit:
        is_tag, self._is_tag_next = self._is_tag_next, False
        text = "" if is_tag else str(index.data(Qt.ItemDataRole.EditRole) or "")
        editor = HangulLineEdit(text, parent)
        editor.setObjectName(_TAG if is_tag else "rename")
        if is_tag:
            editor.setPlaceholderText(translate("Sidebar", "Name of the tag"))
            editor.setAccessibleName(translate("Sidebar", "Name of the tag"))
        elif isinstance(index.data(ROW_ROLE), FolderRow):
            editor.setAccessibleName(translate("Sidebar", "Name of the folder"))
        else:
            editor.setAccessibleName(translate("Sidebar", "Title of the conversation"))
        most = _MOST_TITLE if isinstance(index.data(ROW_ROLE), Conversation) else _MOST_NAME
        # A long title that is only looked at must not be cut; Qt counts UTF-16 units.
        editor.setMaxLength(max(_MOST_NAME if is_tag else most, 2 * len(text)))
        editor.setFont(self._appearance.text_font(TITLE_PX))
        editor.return_committed.connect(lambda _text: self._finish(editor))
        editor.escape_pressed.connect(
            lambda: self.closeEditor.emit(editor, self.EndEditHint.RevertModelCache)
        )
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Nothing: this is called again when the row changes, and what is typed must stay."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(editor, HangulLineEdit):
            return
        text = " ".join(editor.text_with_preedit().split())
        if not text:
            return
        if editor.objectName() == _TAG:
            self.tag_named.emit(text)
        elif isinstance(row, Conversation) and text != " ".join(row.title.split()):
            self.renamed.emit(row.conversation_id, text)
        elif isinstance(row, FolderRow) and text != row.folder.name:
            self.folder_renamed.emit(row.folder.folder_id, text)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        # A folder's row is hardly higher than the field.
        gap = 6 if isinstance(index.data(ROW_ROLE), Conversation) else 1
        editor.setGeometry(rect.adjusted(2, gap, -2, -gap))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The base class would end the editing at Enter before the syllable is committed.
        if isinstance(watched, HangulLineEdit) and event.type() == QEvent.Type.KeyPress:
            # What the field does not use must not reach the list: Up would end the editing.
            return isinstance(event, QKeyEvent) and event.key() in _LIST_KEYS
        return super().eventFilter(watched, event)

    def _set_sizes(self) -> None:
        px = self._appearance.px
        self._conversation_size = QSize(0, px(_CONVERSATION_HEIGHT))
        self._heading_size = QSize(0, px(_HEADING_HEIGHT))
        self._folder_size = QSize(0, px(_FOLDER_HEIGHT))

    def _finish(self, editor: HangulLineEdit) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, self.EndEditHint.NoHint)
