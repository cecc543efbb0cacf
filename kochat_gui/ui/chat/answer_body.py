"""The text of an answer as widgets: stretches of rich text, and cards of code between them."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.code_card import CodeCard
from kochat_gui.ui.chat.markdown_blocks import Block, BlockKind, MarkdownStream
from kochat_gui.ui.chat.text_segment import TextSegment
from kochat_gui.ui.theme import Appearance

MAX_SHOWN_CHARS = 400_000
"""Of one answer; the rest is there when the message is copied."""
_CARET_WIDTH = 7


class AnswerBody(QWidget):
    """Appends as text arrives; what is finished is never laid out again.

    Signals: link_clicked(str target).
    """

    link_clicked = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._stream = MarkdownStream()
        self._parts: list[TextSegment | CodeCard] = []
        self._open_code: CodeCard | None = None
        self._shown_chars = 0
        self._caret: QFrame | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(appearance.px(12))

    def append(self, text: str) -> None:
        """Show more of the answer."""
        room = MAX_SHOWN_CHARS - self._shown_chars
        self._shown_chars += len(text)
        if room <= 0:
            return
        if len(text) > room:
            text = text[:room] + "\n\n" + translate("Answer", "(Shortened here; copy shows all.)")
        for block in self._stream.feed(text):
            self._finish(block)
        self._show_open()
        self._place_caret()

    def finish(self) -> None:
        """The answer is complete."""
        for block in self._stream.finish():
            self._finish(block)
        self.set_caret_shown(is_shown=False)

    def set_caret_shown(self, *, is_shown: bool) -> None:
        """Show where the next text will be."""
        if is_shown and self._caret is None:
            self._caret = QFrame(self)
            self._caret.setObjectName("caret")
            self._place_caret()
        elif not is_shown and self._caret is not None:
            self._caret.hide()
            self._caret.deleteLater()
            self._caret = None

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._column.setSpacing(self._appearance.px(12))
        for part in self._parts:
            part.restyle()
        self._show_open()

    def _finish(self, block: Block) -> None:
        if block.kind is BlockKind.CODE:
            card = self._code_card(block)
            card.show_code(block.code)
            card.finish()
            self._open_code = None
            return
        self._drop_open_code()
        self._segment().add(block)

    def _show_open(self) -> None:
        block = self._stream.open
        if block is None:
            return
        if block.kind is BlockKind.CODE:
            if self._open_code is None and self._parts and isinstance(self._parts[-1], TextSegment):
                # The three backticks looked like text until the line was complete.
                self._parts[-1].drop_open()
            self._code_card(block).show_code(block.code)
        else:
            self._drop_open_code()
            self._segment().show_open(block)

    def _code_card(self, block: Block) -> CodeCard:
        if self._open_code is None:
            if self._parts and isinstance(self._parts[-1], TextSegment):
                self._parts[-1].drop_open()
            self._open_code = CodeCard(block.language, self._appearance)
            self._add(self._open_code)
        return self._open_code

    def _drop_open_code(self) -> None:
        if self._open_code is not None:
            self._parts.remove(self._open_code)
            self._column.removeWidget(self._open_code)
            self._open_code.deleteLater()
            self._open_code = None

    def _segment(self) -> TextSegment:
        last = self._parts[-1] if self._parts else None
        if isinstance(last, TextSegment) and not last.is_full:
            return last
        segment = TextSegment(self._appearance)
        segment.link_clicked.connect(self.link_clicked)
        self._add(segment)
        return segment

    def _add(self, part: TextSegment | CodeCard) -> None:
        self._parts.append(part)
        self._column.addWidget(part)
        part.show()

    def _place_caret(self) -> None:
        if self._caret is None:
            return
        last = self._parts[-1] if self._parts else None
        if not isinstance(last, TextSegment):
            self._caret.hide()
            return
        end = QTextCursor(last.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        place = last.cursorRect(end)
        height = self._appearance.px(17)
        top = place.center().y() - height // 2 + 1
        self._caret.setParent(last.viewport())
        self._caret.setGeometry(place.left() + 2, top, self._appearance.px(_CARET_WIDTH), height)
        self._caret.show()
