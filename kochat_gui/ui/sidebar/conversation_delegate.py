"""How a row of the conversation list is drawn and renamed."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import translate
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.row_background import paint_row_background
from kochat_gui.ui.sidebar.conversation_model import (
    CONVERSATION_ROLE,
    Index,
    shown_title,
    shown_words,
)
from kochat_gui.ui.theme import Appearance, Role

_TITLE_PX = 14
_WORDS_PX = 12.5
_HEADING_PX = 12.5
_MARGIN = 10
_LIST_KEYS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class ConversationDelegate(QStyledItemDelegate):
    """Two lines: the title and the last words. Colours and sizes come from the appearance.

    Signals: renamed(int conversation_id, str title).
    """

    renamed = Signal(int, str)

    def __init__(self, appearance: Appearance, parent: QObject) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        is_heading = index.data(CONVERSATION_ROLE) is None
        return QSize(0, self._appearance.px(40 if is_heading else 54))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        conversation = index.data(CONVERSATION_ROLE)
        if isinstance(conversation, Conversation):
            paint_row_background(painter, rect, state, self._appearance)
            self._paint_conversation(painter, rect, state, conversation)
        else:
            self._paint_heading(painter, rect, str(index.data()))
        painter.restore()

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> HangulLineEdit:
        editor = HangulLineEdit(str(index.data(Qt.ItemDataRole.EditRole) or ""), parent)
        editor.setObjectName("rename")
        editor.setAccessibleName(translate("Sidebar", "Title of the conversation"))
        editor.setMaxLength(200)
        editor.setFont(self._appearance.text_font(_TITLE_PX))
        editor.return_committed.connect(lambda _text: self._finish(editor))
        editor.escape_pressed.connect(
            lambda: self.closeEditor.emit(editor, self.EndEditHint.RevertModelCache)
        )
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Nothing: this is called again when the row changes, and what is typed must stay."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        conversation = index.data(CONVERSATION_ROLE)
        if isinstance(editor, HangulLineEdit) and isinstance(conversation, Conversation):
            title = " ".join(editor.text_with_preedit().split())
            if title and title != conversation.title:
                self.renamed.emit(conversation.conversation_id, title)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(2, 6, -2, -6))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The base class would end the editing at Enter before the syllable is committed.
        if isinstance(watched, HangulLineEdit) and event.type() == QEvent.Type.KeyPress:
            # What the field does not use must not reach the list: Up would end the editing.
            return isinstance(event, QKeyEvent) and event.key() in _LIST_KEYS
        return super().eventFilter(watched, event)

    def _finish(self, editor: HangulLineEdit) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, self.EndEditHint.NoHint)

    def _paint_conversation(
        self, painter: QPainter, rect: QRect, state: QStyle.StateFlag, conversation: Conversation
    ) -> None:
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        inside = rect.adjusted(_MARGIN, self._appearance.px(7), -_MARGIN, -self._appearance.px(6))
        half = inside.height() // 2
        title_font = self._appearance.text_font(_TITLE_PX, 600 if is_selected else 400)
        top = QRect(inside.left(), inside.top(), inside.width(), half)
        painter.setFont(title_font)
        painter.setPen(self._appearance.colour(Role.INK))
        _draw_elided(painter, top, shown_title(conversation))
        painter.setFont(self._appearance.text_font(_WORDS_PX))
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        bottom = QRect(inside.left(), inside.top() + half, inside.width(), inside.height() - half)
        _draw_elided(painter, bottom, shown_words(conversation))

    def _paint_heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        painter.setFont(self._appearance.text_font(_HEADING_PX))
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        area = rect.adjusted(_MARGIN, 0, -_MARGIN, -self._appearance.px(6))
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)


def _draw_elided(painter: QPainter, rect: QRect, text: str) -> None:
    shown = QFontMetrics(painter.font()).elidedText(
        text, Qt.TextElideMode.ElideRight, rect.width(), Qt.TextFlag.TextSingleLine.value
    )
    painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
