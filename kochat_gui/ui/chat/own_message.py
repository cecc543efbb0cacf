"""A message of the person: a tinted bubble at the right, which can be edited and sent again."""

from PySide6.QtCore import QMimeData, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QPainter,
    QPainterPath,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.copied_text import copied_text
from kochat_gui.ui.chat.found_text import TextView
from kochat_gui.ui.chat.markdown_blocks import wrapped
from kochat_gui.ui.chat.message_actions import MessageActions
from kochat_gui.ui.chat.sealed_document import SealedDocument
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.theme import Appearance, Role

MAX_SHOWN_CHARS = 6_000
"""The rest of a pasted book is there when the message is copied or edited."""
_WIDEST_SHARE = 0.82
_RADIUS = 14
_TAIL_RADIUS = 4
_LINE_HEIGHT_PERCENT = 130
_PADDING_X = 16
_PADDING_TOP = 11
_PADDING_BOTTOM = 6


class OwnMessage(QWidget):
    """Signals: edit_requested(int message_id, str text); version_requested(int message_id)."""

    edit_requested = Signal(int, str)
    version_requested = Signal(int)

    def __init__(self, message: Message, versions: list[MessageId], appearance: Appearance) -> None:
        super().__init__()
        self._message = message
        self._bubble = _Bubble(message.text, appearance)
        self._editor: _Editor | None = None
        self._appearance = appearance
        self.setAccessibleName(translate("OwnMessage", "Your message"))
        self._actions = MessageActions(appearance, self)
        self._actions.set_versions(versions, message.message_id)
        self._actions.add(translate("OwnMessage", "Edit"), self._edit_as_it_is)
        self._actions.copy_requested.connect(lambda: self._actions.copy(message.text))
        self._actions.version_requested.connect(self.version_requested)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._bubble, 0, Qt.AlignmentFlag.AlignRight)
        self._column.addWidget(self._actions, 0, Qt.AlignmentFlag.AlignRight)

    @property
    def is_all_shown(self) -> bool:
        """Nothing waits for being laid out."""
        return True

    def text_views(self) -> list[TextView]:
        """What shows the text; nothing while it is being edited."""
        return [self._bubble.text_view] if self._editor is None else []

    def text_left_out(self) -> str:
        """The end of a very long message, which is not shown."""
        return self._message.text[MAX_SHOWN_CHARS:]

    def edit(self, text: str = "") -> None:
        """Open the message, or the ``text`` it was changed to, for editing in place."""
        if self._editor is not None:
            return
        self._editor = _Editor(text or self._message.text, self._appearance)
        self._editor.submitted.connect(self._on_submitted)
        self._editor.cancelled.connect(self._end_editing)
        self._bubble.hide()
        self._column.insertWidget(0, self._editor)
        self._editor.focus_text()

    def _edit_as_it_is(self) -> None:
        self.edit()

    def set_column_width(self, width: int) -> None:
        """Fit the bubble into a column of ``width`` px."""
        self._bubble.fit(round(width * _WIDEST_SHARE))

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._bubble.restyle()

    def _on_submitted(self, text: str) -> None:
        if not text.strip():
            return
        self._end_editing()
        self.edit_requested.emit(self._message.message_id, text)

    def _end_editing(self) -> None:
        if self._editor is not None:
            self._column.removeWidget(self._editor)
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
            self._bubble.show()


class _Bubble(QFrame):
    """The text as it was written; nothing in it is markup."""

    def __init__(self, text: str, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._widest = 0
        shown = wrapped(text[:MAX_SHOWN_CHARS])
        if len(text) > MAX_SHOWN_CHARS:
            note = translate("OwnMessage", "({count} characters in all; copy shows everything.)")
            shown += "…\n\n" + note.format(count=f"{len(text):,}")
        self._text = _BubbleText(shown)
        column = QVBoxLayout(self)
        # The line height leaves room below the last line, so less is needed there.
        column.setContentsMargins(_PADDING_X, _PADDING_TOP, _PADDING_X, _PADDING_BOTTOM)
        column.addWidget(self._text)
        self.restyle()

    @property
    def text_view(self) -> QTextBrowser:
        """What shows the text."""
        return self._text

    def fit(self, widest: int) -> None:
        """As wide as the text needs, but no wider than ``widest`` px."""
        self._widest = widest
        document = self._text.document()
        document.setTextWidth(max(1, widest - 2 * _PADDING_X))
        width = round(document.idealWidth() + 0.99) + 1
        document.setTextWidth(width)
        self._text.setFixedSize(width, round(document.size().height() + 0.49))

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._text.setFont(self._appearance.text_font())
        self._text.set_line_height(_LINE_HEIGHT_PERCENT)
        self.fit(self._widest or 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._appearance.colour(Role.TINT))
        box = QRectF(self.rect())
        path = QPainterPath()
        path.addRoundedRect(box, _RADIUS, _RADIUS)
        corner = QPainterPath()
        size = 2 * _RADIUS
        corner.addRoundedRect(
            QRectF(box.right() - size, box.bottom() - size, size, size), _TAIL_RADIUS, _TAIL_RADIUS
        )
        painter.drawPath(path.united(corner))


class _BubbleText(QTextBrowser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.setObjectName("segment")
        self.setDocument(SealedDocument(self))
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
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


class _Editor(QFrame):
    """Signals: submitted(str text); cancelled()."""

    submitted = Signal(str)
    cancelled = Signal()

    def __init__(self, text: str, appearance: Appearance) -> None:
        super().__init__()
        self.setObjectName("offer_card")
        self._edit = HangulTextEdit()
        self._edit.setObjectName("composer_text")
        self._edit.setFont(appearance.text_font())
        self._edit.setFixedHeight(appearance.px(110))
        self._edit.set_text(text)
        self._edit.setAccessibleName(translate("OwnMessage", "Edit message"))
        self._edit.submitted.connect(self.submitted)
        self._edit.escape_pressed.connect(self.cancelled)
        self._edit.large_text_pasted.connect(lambda text: self._edit.textCursor().insertText(text))
        cancel = QPushButton(translate("OwnMessage", "Cancel"))
        cancel.setObjectName("small")
        cancel.clicked.connect(self.cancelled)
        send = QPushButton(translate("OwnMessage", "Send"))
        send.setObjectName("primary")
        send.clicked.connect(self._edit.finish_and_submit)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(send)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.addWidget(self._edit)
        column.addLayout(foot)

    def focus_text(self) -> None:
        """Put the keyboard focus into the text."""
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
