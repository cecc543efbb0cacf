"""The text of the message box; it grows with its lines."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from kochat_gui.core.conversation import Role
from kochat_gui.ui.ime import HangulTextEdit

MAX_LINES = 8


class ComposerText(HangulTextEdit):
    """Signals: written(object role, str text) by Ctrl+Enter and :meth:`finish_as`, where Enter
    alone is ``submitted``; up_in_empty_pressed(); focus_changed().
    """

    written = Signal(object, str)
    up_in_empty_pressed = Signal()
    focus_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._role: Role | None = None
        self.setObjectName("composer_text")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self.fit_height)

    def fit_height(self) -> None:
        """Be as high as the text as it is wrapped now, up to ``MAX_LINES``."""
        margin = self.document().documentMargin()
        # Qt counts the lower margin as part of the last block.
        height, lines = margin, 0
        block = self.document().firstBlock()
        while block.isValid() and lines <= MAX_LINES:
            height += self.blockBoundingRect(block).height()
            # Known only after the line above, which lays the block out.
            lines += block.lineCount()
            block = block.next()
        is_full = lines > MAX_LINES
        if is_full:
            height = MAX_LINES * self.fontMetrics().lineSpacing() + 2 * margin
        # A scroll bar before the box has grown would make the lines shorter.
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_full else policy.ScrollBarAlwaysOff
        )
        self.setFixedHeight(math.ceil(height) + 2)

    def finish_as(self, role: Role | None) -> None:
        """Take in the unfinished syllable, then ``written`` is emitted; for None ``submitted``."""
        self._role = role
        self.finish_and_submit()

    def submit(self) -> None:
        role, self._role = self._role, None
        if role is None:
            super().submit()
        else:
            self.written.emit(role, self.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_height()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_empty = not self.preedit and not self.document().characterCount() > 1
        if event.key() == Qt.Key.Key_Up and is_empty:
            self.up_in_empty_pressed.emit()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            is_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._role = Role.USER if is_ctrl else None
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()
