"""A code block: its language, a button that copies it, and code that scrolls sideways."""

import math
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import (
    QGuiApplication,
    QSyntaxHighlighter,
    QTextBlock,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.i18n import translate
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.chat.markdown_blocks import wrapped
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.ui.chat.code_colours import Span

_COPIED_MS = 1500
_OTHER = re.compile(r"[^\x00-\x7f\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
"""Letters that another font may be needed for, whose lines are higher."""


class CodeCard(QFrame):
    """Grows while it is open; coloured once it is finished."""

    def __init__(self, language: str, appearance: Appearance, parent: QWidget) -> None:
        # All parts have their parents from the beginning: Qt styles what gets another one anew.
        super().__init__(parent)
        self.setObjectName("code_card")
        self._appearance = appearance
        self._code = ""
        self._has_other_letters = False
        self._highlighter: QSyntaxHighlighter | None = None
        self._language = language
        self._label = QLabel(language or translate("CodeCard", "code"), self)
        self._copy = QPushButton(translate("CodeCard", "Copy"), self)
        self._edit = _CodeEdit(self)
        self._timer: QTimer | None = None
        self._colouring = BackgroundTask(self)
        self._colouring.done.connect(self._colour)
        self._build()
        self.restyle()

    @property
    def text_view(self) -> QPlainTextEdit:
        """What shows the code."""
        return self._edit

    def show_code(self, code: str) -> None:
        """Show the code as it is so far; only what is new is laid out."""
        code = code.removesuffix("\n")
        if code.startswith(self._code):
            fresh = code[len(self._code) :]
            cursor = QTextCursor(self._edit.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(wrapped(fresh))
        else:
            fresh = code
            self._edit.setPlainText(wrapped(code))
        self._has_other_letters = self._has_other_letters or _OTHER.search(fresh) is not None
        self._code = code
        self._fit()

    def finish(self) -> None:
        """The code is complete: colour it, beside the window's work.

        Loading the first lexer of a language takes some 50 ms.
        """
        if not self._language:
            return
        code, language = self._code, self._language

        def find_colours(_cancel: CancelToken) -> object:
            # Pygments is loaded with the first code: a window opens without it.
            from kochat_gui.ui.chat.code_colours import coloured_lines

            return coloured_lines(code, language)

        self._colouring.start(find_colours)

    def _colour(self, lines: "list[list[Span]]") -> None:
        from kochat_gui.ui.chat.code_colours import CodeHighlighter

        if lines:
            document = self._edit.document()
            self._highlighter = CodeHighlighter(document, lines, self._appearance)

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        self._edit.setFont(self._appearance.code_font())
        if self._highlighter is not None:
            self._highlighter.rehighlight()
        self._fit()

    def _build(self) -> None:
        self._label.setObjectName("code_language")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._copy.setObjectName("quiet_small")
        self._copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.setContentsMargins(14, 4, 6, 4)
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self._copy)
        line = QFrame(self)
        line.setObjectName("line")
        line.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(line)
        column.addWidget(self._edit)
        self._edit.horizontalScrollBar().rangeChanged.connect(self._fit)

    @Slot()
    def _fit(self) -> None:
        bar = self._edit.horizontalScrollBar()
        room = bar.sizeHint().height() if bar.maximum() > 0 else 0
        height = math.ceil(self._lines_height()) + 2 * _CodeEdit.MARGIN + room + 4
        if height != self._edit.height():
            self._edit.setFixedHeight(height)

    def _lines_height(self) -> float:
        """Px of all lines as Qt lays them out: that is more than the font says at many sizes."""
        document = self._edit.document()
        if not self._has_other_letters:
            return document.blockCount() * self._edit.line_height(document.firstBlock())
        block, height = document.firstBlock(), 0.0
        while block.isValid():
            height += self._edit.line_height(block)
            block = block.next()
        return height

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self._copy.setText(translate("CodeCard", "Copied"))
        if self._timer is None:
            self._timer = QTimer(self, singleShot=True, interval=_COPIED_MS)
            self._timer.timeout.connect(lambda: self._copy.setText(translate("CodeCard", "Copy")))
        self._timer.start()


class _CodeEdit(QPlainTextEdit):
    """Read-only, unwrapped; the wheel scrolls it sideways only."""

    MARGIN = 12

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("code_text")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(self.MARGIN)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(translate("CodeCard", "code"))

    def line_height(self, block: QTextBlock) -> float:
        """Of one line of the code, in px."""
        self.blockBoundingRect(block)  # lays it out
        return block.layout().boundingRect().height()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().x() or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().wheelEvent(event)
        else:
            event.ignore()
