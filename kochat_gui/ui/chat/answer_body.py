"""The text of an answer as widgets: stretches of rich text, and cards of code between them."""

import time
from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.code_card import CodeCard
from kochat_gui.ui.chat.markdown_blocks import Block, BlockKind, MarkdownStream
from kochat_gui.ui.chat.text_segment import TextSegment
from kochat_gui.ui.theme import Appearance

MAX_SHOWN_CHARS = 200_000
"""Of one answer; the rest is there when the message is copied."""
_CHARS_AT_ONCE = 2_000
_SECONDS_AT_ONCE = 0.02
_CARET_WIDTH = 7
_GAP = 12


class AnswerBody(QWidget):
    """Appends as text arrives; what is finished is never laid out again.

    It places its parts itself: a layout of Qt's asks all of them at every change, and while it has
    less room than they need moves each of them away and back.

    Signals: link_clicked(str target); text_shown() when more or other text has its place.
    """

    link_clicked = Signal(str)
    text_shown = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self._appearance = appearance
        self._stream = MarkdownStream()
        self._parts: list[TextSegment | CodeCard] = []
        self._settled = 0  # parts at the beginning that keep their places
        self._unsettled: set[TextSegment] = set()
        self._open_code: CodeCard | None = None
        self._taken_chars = 0
        self._backlog = ""
        self._finished: deque[Block] = deque()
        """Blocks that are to be shown."""
        self._is_open_due = False
        self._is_complete = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._show_some)
        self._caret: QFrame | None = None
        self.setFixedHeight(0)

    @property
    def parts(self) -> Sequence[TextSegment | CodeCard]:
        """What shows the text, from top to bottom."""
        return self._parts

    @property
    def is_all_shown(self) -> bool:
        """Nothing of the text so far waits for being laid out."""
        return not (self._finished or self._backlog or self._is_open_due)

    @property
    def is_complete(self) -> bool:
        """It has been finished: for more text it has to begin anew."""
        return self._is_complete

    def append(self, text: str) -> None:
        """Show more of the answer."""
        room = MAX_SHOWN_CHARS - self._taken_chars
        self._taken_chars += len(text)
        if room < 0:
            return
        if len(text) > room:
            text = text[:room] + "\n\n" + translate("Answer", "(Shortened here; copy shows all.)")
        self._backlog += text
        self._is_open_due = True
        if not self._timer.isActive():
            self._show_some()

    def finish(self) -> None:
        """The answer is complete."""
        self.set_caret_shown(is_shown=False)
        self._is_complete = True
        if self.is_all_shown:
            self._end()

    def clear(self) -> None:
        """Begin anew with an empty answer."""
        self.set_caret_shown(is_shown=False)
        self._timer.stop()
        self._stream = MarkdownStream()
        self._finished.clear()
        self._is_open_due = self._is_complete = False
        self._backlog, self._taken_chars = "", 0
        self._open_code = None
        for part in self._parts:
            part.hide()
            part.deleteLater()
        self._parts.clear()
        self._unsettled.clear()
        self._place()
        self.text_shown.emit()

    def _show_some(self) -> None:
        """Show what can be laid out without keeping the window waiting; the rest follows."""
        stop = time.monotonic() + _SECONDS_AT_ONCE
        is_written = self._caret is not None
        if is_written and self._backlog and not self._finished:
            # While it is written, other things of the window get their turn in between.
            self._read_next()
            self._timer.start()
            return
        self._show_next()
        while not self.is_all_shown:
            if self._backlog and not self._finished and time.monotonic() > stop:
                break
            if is_written and self._begins_next_part():
                # That takes longer than all else that comes at once.
                break
            self._show_next()
        self._settle()
        if not self.is_all_shown:
            self._timer.start()
        elif self._is_complete:
            self._end()

    def _show_next(self) -> None:
        if self._finished:
            self._finish(self._finished.popleft())
        elif self._backlog:
            self._read_next()
        else:
            self._show_open()
            self._is_open_due = False

    def _read_next(self) -> None:
        taken, self._backlog = self._backlog[:_CHARS_AT_ONCE], self._backlog[_CHARS_AT_ONCE:]
        self._finished.extend(self._stream.feed(taken))

    def _begins_next_part(self) -> bool:
        """Whether what is shown next needs another part."""
        if not self._parts or (self._backlog and not self._finished):
            return False
        block = self._finished[0] if self._finished else self._stream.open
        if block is None:
            return False
        is_code = block.kind is BlockKind.CODE
        return (self._open_code if is_code else self._open_segment()) is None

    def _end(self) -> None:
        for block in self._stream.finish():
            self._finish(block)
        self._settle()

    def _settle(self) -> None:
        for segment in self._unsettled:
            segment.fit()
        self._unsettled.clear()
        self._place()
        self._place_caret()
        self.text_shown.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            # The parts have been laid out inside by now: their heights are final.
            self._place(settles=True)
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._settled = 0
            self._place()

    def showEvent(self, event: QShowEvent) -> None:
        # What is not shown has no style yet.
        self._settled = 0
        super().showEvent(event)

    def _place(self, *, settles: bool = False) -> None:
        """Put the parts below each other and take the height of all.

        ``settles``: parts that stay where they are need not be looked at again, but for the last,
        which text is added to. Otherwise each delivery would take longer than the one before.
        """
        first = max(0, min(self._settled, len(self._parts) - 1))
        bottom = self._parts[first - 1].geometry().bottom() + 1 if first else 0
        width, gap = self.width(), self._appearance.px(_GAP)
        for index, part in enumerate(self._parts[first:], first):
            top = bottom + gap if index else 0
            if part.width() != width:
                part.resize(width, part.height())
            height = part.sizeHint().height() if isinstance(part, CodeCard) else part.height()
            place = QRect(0, top, width, height)
            if part.geometry() != place:
                part.setGeometry(place)
                settles = False
            elif settles:
                self._settled = index
            bottom = top + height
        if bottom != self.height():
            self.setFixedHeight(bottom)

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
        self._settled = 0
        for part in self._parts:
            part.restyle()
        if self.is_all_shown:
            self._show_open()
        self._settle()

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
            self._code_card(block).show_code(block.code)
        else:
            self._drop_open_code()
            self._segment().show_open(block, self._stream.waiting)

    def _code_card(self, block: Block) -> CodeCard:
        if self._open_code is None:
            if self._parts and isinstance(self._parts[-1], TextSegment):
                self._parts[-1].drop_open()
                self._unsettled.add(self._parts[-1])
            self._open_code = CodeCard(block.language, self._appearance, self)
            self._open_code.resize(self.width(), 1)
            self._add(self._open_code)
        return self._open_code

    def _drop_open_code(self) -> None:
        if self._open_code is not None:
            self._parts.remove(self._open_code)
            self._open_code.hide()
            self._open_code.deleteLater()
            self._open_code = None

    def _segment(self) -> TextSegment:
        segment = self._open_segment()
        if segment is None:
            segment = TextSegment(self._appearance, self)
            segment.resize(self.width(), 1)
            segment.link_clicked.connect(self.link_clicked)
            segment.height_changed.connect(self._place_caret)
            self._add(segment)
        self._unsettled.add(segment)
        return segment

    def _open_segment(self) -> TextSegment | None:
        """The last part, if more text belongs into it."""
        last = self._parts[-1] if self._parts else None
        return last if isinstance(last, TextSegment) and not last.is_full else None

    def _add(self, part: TextSegment | CodeCard) -> None:
        self._parts.append(part)
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
        if self._caret.parent() is not last.viewport():
            # Qt styles a widget anew for a new parent, even for the one that it has.
            self._caret.setParent(last.viewport())
        self._caret.setGeometry(place.left() + 2, top, self._appearance.px(_CARET_WIDTH), height)
        self._caret.show()
