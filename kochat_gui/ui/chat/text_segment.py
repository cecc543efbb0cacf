"""A stretch of an answer's text: blocks laid out once, and one at the end that may still change."""

from PySide6.QtCore import QMimeData, Qt, QUrl, Signal
from PySide6.QtGui import QResizeEvent, QTextCursor, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from kochat_gui.ui.chat.markdown_blocks import Block, BlockKind, wrapped
from kochat_gui.ui.chat.rich_text import RichTextWriter
from kochat_gui.ui.theme import Appearance


class TextSegment(QTextBrowser):
    """Read-only rich text as high as its content. Loads nothing and opens nothing by itself.

    Signals: link_clicked(str target); height_changed().
    """

    link_clicked = Signal(str)
    height_changed = Signal()

    MAX_CHARS = 8_000
    """A longer segment is followed by another: Qt's work grows with the document."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._blocks: list[Block] = []
        self._open_at: int | None = None
        self._open_source = ""
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("segment")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.document().setIndentWidth(appearance.px(26))
        self.anchorClicked.connect(lambda url: self.link_clicked.emit(url.toString()))

    @property
    def is_full(self) -> bool:
        """More blocks belong into another segment."""
        return self.document().characterCount() > self.MAX_CHARS

    def add(self, block: Block) -> None:
        """Append a finished block, in the place of the one that was open."""
        self._take_open_out()
        self._write(block)
        self._blocks.append(block)
        self._fit()

    def show_open(self, block: Block) -> None:
        """Show the block that may still change after the finished ones."""
        if block.source == self._open_source:
            return
        self._take_open_out()
        self._open_at = self._end().position()
        self._open_source = block.source
        self._write(block)
        self._fit()

    def append_plain(self, text: str) -> None:
        """Append to the open block without parsing it."""
        cursor = self._end()
        cursor.insertText(wrapped(text).replace("\n", "\u2028"))
        self._fit()

    def drop_open(self) -> None:
        """Take the open block out: it turned out to belong elsewhere."""
        self._take_open_out()
        self._fit()

    def restyle(self) -> None:
        """Write everything anew in the colours and sizes in force."""
        self.clear()
        self._open_at, self._open_source = None, ""
        for block in self._blocks:
            self._write(block)
        self._fit()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        text = self.textCursor().selectedText()
        data.setText(text.replace("\u2029", "\n").replace("\u2028", "\n").replace("\xa0", " "))
        return data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # It is the chat that scrolls.
        event.ignore()

    def _write(self, block: Block) -> None:
        writer = RichTextWriter(self._end(), self._appearance)
        if block.kind is BlockKind.RICH:
            writer.write(block.tokens)
        else:
            writer.write_plain(wrapped(block.source.rstrip("\n")).replace("\n", "\u2028"))

    def _take_open_out(self) -> None:
        if self._open_at is None:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._open_at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._open_at, self._open_source = None, ""

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def _fit(self) -> None:
        document: QTextDocument = self.document()
        width = self.viewport().width()
        if document.textWidth() != width:
            document.setTextWidth(width)
        height = max(1, round(document.size().height() + 0.49))
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()
