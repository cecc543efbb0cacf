"""A message that a person wrote: a bubble, which can be edited and sent again."""

from PySide6.QtCore import QMimeData, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QPainter,
    QPainterPath,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPushButton, QTextBrowser, QTextEdit, QVBoxLayout, QWidget

from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.core.conversation import Role as MessageRole
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.copied_text import copied_text
from kochat_gui.ui.chat.found_text import TextView
from kochat_gui.ui.chat.hidden_mark import HiddenMark
from kochat_gui.ui.chat.markdown_blocks import wrapped
from kochat_gui.ui.chat.message_actions import MessageActions
from kochat_gui.ui.chat.message_editor import MessageEditing
from kochat_gui.ui.chat.message_menu import MessageAct, message_menu
from kochat_gui.ui.chat.sealed_document import SealedDocument
from kochat_gui.ui.plain_text import plain_label
from kochat_gui.ui.theme import Appearance, Role

MAX_SHOWN_CHARS = 6_000
"""The rest of a pasted book is there when the message is copied or edited."""
MAX_UNFOLDED_CHARS = 50_000
"""Of a message that is shown to its end for what was found there; takes a third of a second."""
_WIDEST_SHARE = 0.82
_RADIUS = 14
_TAIL_RADIUS = 4
_LINE_HEIGHT_PERCENT = 130
_PADDING_X = 16
_PADDING_TOP = 11
_PADDING_BOTTOM = 6
_WIDTH_BEFORE = 400
"""Of a bubble that does not know its column yet, in px."""


class OwnMessage(QWidget):
    """A question at the right, or a system message that a person wrote at the left.

    Signals: edit_requested(int message_id, str text); version_requested(int message_id);
    act_requested(object act, int message_id).
    """

    edit_requested = Signal(int, str)
    version_requested = Signal(int)
    act_requested = Signal(object, int)

    def __init__(self, message: Message, versions: list[MessageId], appearance: Appearance) -> None:
        super().__init__()
        self._message = message
        self._appearance = appearance
        self._is_system = message.role is MessageRole.SYSTEM
        self._is_unfolded = len(message.text) <= MAX_SHOWN_CHARS
        self._bubble = _Bubble(message.text, appearance, is_outlined=self._is_system)
        self._hidden = HiddenMark(self._bubble, appearance)
        self._answer = QPushButton(translate("OwnMessage", "Get an answer"))
        self._actions = MessageActions(appearance, self)
        self._column = QVBoxLayout(self)
        self._build(versions)
        self._editing = MessageEditing(
            self._column, self._bubble, translate("OwnMessage", "Send"), appearance
        )
        self._editing.submitted.connect(
            lambda text: self.edit_requested.emit(self._message.message_id, text)
        )
        self._hidden.set_hidden(is_hidden=message.is_excluded)

    @property
    def message_id(self) -> MessageId:
        return self._message.message_id

    @property
    def is_all_shown(self) -> bool:
        """Nothing waits for being laid out."""
        return True

    def text_views(self) -> list[TextView]:
        """What shows the text; nothing while it is being edited."""
        return [] if self._editing.is_open else [self._bubble.text_view]

    @property
    def is_cut(self) -> bool:
        """The end of a long message is not shown."""
        return not self._is_unfolded and not self._editing.is_open

    def unfold(self) -> bool:
        """Show the end of a long message; False when there is none, or too much to lay out."""
        if not self.is_cut or len(self._message.text) > MAX_UNFOLDED_CHARS:
            return False
        self._is_unfolded = True
        self._bubble.show_text(wrapped(self._message.text))
        return True

    @property
    def action_row(self) -> MessageActions:
        """The row of buttons."""
        return self._actions

    @property
    def editing(self) -> MessageEditing:
        """Editing in place."""
        return self._editing

    def edit(self) -> None:
        """Open the message for editing in place."""
        self._editing.open(self._message.text)

    def set_message(self, message: Message) -> None:
        """The same message, perhaps hidden from the model now."""
        self._message = message
        self._hidden.set_hidden(is_hidden=message.is_excluded)

    def offer_answer(self, *, is_offered: bool) -> None:
        """Show the button that has the message answered."""
        self._answer.setVisible(is_offered)

    def set_column_width(self, width: int) -> None:
        """Fit the bubble into a column of ``width`` px."""
        self._bubble.fit(round(width * _WIDEST_SHARE))

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._bubble.restyle()
        self._hidden.restyle()

    def _build(self, versions: list[MessageId]) -> None:
        side = Qt.AlignmentFlag.AlignLeft if self._is_system else Qt.AlignmentFlag.AlignRight
        name = translate("OwnMessage", "Your message")
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        if self._is_system:
            name = translate("OwnMessage", "System message")
            self._column.addWidget(plain_label(name, "model_name"))
        self.setAccessibleName(name)
        actions = self._actions
        if not self._is_system:
            actions.add(translate("OwnMessage", "Edit"), self.edit)
        actions.add_more(
            lambda parent: message_menu(self._message, self._act, self._appearance, parent)
        )
        actions.set_versions(versions, self._message.message_id)
        actions.copy_requested.connect(lambda: actions.copy(self._message.text))
        actions.version_requested.connect(self.version_requested)
        self._hidden.undo_requested.connect(lambda: self._act(MessageAct.SHOW))
        self._answer.setObjectName("small")
        self._answer.clicked.connect(lambda: self._act(MessageAct.ANSWER))
        self._answer.hide()
        for widget in (self._bubble, self._hidden, self._answer, actions):
            self._column.addWidget(widget, 0, side)

    def _act(self, act: MessageAct) -> None:
        self.act_requested.emit(act, self._message.message_id)


class _Bubble(QFrame):
    """The text as it was written; nothing in it is markup."""

    def __init__(self, text: str, appearance: Appearance, *, is_outlined: bool) -> None:
        super().__init__()
        self._appearance = appearance
        self._is_outlined = is_outlined
        self._widest = 0
        self._text = _BubbleText(_beginning_of(text))
        column = QVBoxLayout(self)
        # The line height leaves room below the last line, so less is needed there.
        column.setContentsMargins(_PADDING_X, _PADDING_TOP, _PADDING_X, _PADDING_BOTTOM)
        column.addWidget(self._text)
        self.restyle()

    @property
    def text_view(self) -> QTextBrowser:
        """What shows the text."""
        return self._text

    def show_text(self, text: str) -> None:
        """Show ``text`` in the place of what was shown."""
        self._text.setPlainText(text)
        self.restyle()

    def fit(self, widest: int) -> None:
        """As wide as the text needs, but no wider than ``widest`` px."""
        self._widest = widest
        document = self._text.document()
        # Set on the widget: it would lay a document out for its own old width again.
        self._text.setLineWrapColumnOrWidth(max(1, widest - 2 * _PADDING_X))
        width = round(document.idealWidth() + 0.99) + 1
        self._text.setLineWrapColumnOrWidth(width)
        self._text.setFixedSize(width, round(document.size().height() + 0.49))

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._text.setFont(self._appearance.text_font())
        self._text.set_line_height(_LINE_HEIGHT_PERCENT)
        self.fit(self._widest or _WIDTH_BEFORE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self._is_outlined:
            painter.setPen(self._appearance.colour(Role.CONTROL_LINE))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._appearance.colour(Role.TINT))
        path = QPainterPath()
        path.addRoundedRect(box, _RADIUS, _RADIUS)
        corner = QPainterPath()
        size = 2 * _RADIUS
        corner.addRoundedRect(
            QRectF(box.right() - size, box.bottom() - size, size, size), _TAIL_RADIUS, _TAIL_RADIUS
        )
        painter.drawPath(path.united(corner))


def _beginning_of(text: str) -> str:
    """What is shown of ``text``, and of a long one how much there is."""
    shown = wrapped(text[:MAX_SHOWN_CHARS])
    if len(text) > MAX_SHOWN_CHARS:
        note = translate("OwnMessage", "({count} characters in all; copy shows everything.)")
        shown += "…\n\n" + note.format(count=f"{len(text):,}")
    return shown


class _BubbleText(QTextBrowser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.setObjectName("segment")
        self.setDocument(SealedDocument(self))
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setLineWrapColumnOrWidth(_WIDTH_BEFORE)
        self.setPlainText(text)

    def set_line_height(self, percent: int) -> None:
        """Set all lines to ``percent`` of the font's own height."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        block = QTextBlockFormat()
        block.setLineHeight(percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(block)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(copied_text(self.textCursor()))
        return data

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
