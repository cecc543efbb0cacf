"""A stretch of an answer's text: blocks laid out once, and one at the end that may still change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from kochat_gui.ui.chat.copied_text import copied_text
from kochat_gui.ui.chat.markdown_blocks import Block, BlockKind, wrapped
from kochat_gui.ui.chat.rich_text import QUOTE_DEPTH, QUOTE_STEP, RichTextWriter
from kochat_gui.ui.chat.sealed_document import SealedDocument
from kochat_gui.ui.theme import Appearance, Role

if TYPE_CHECKING:
    from markdown_it.token import Token

_QUOTE_BAR = 3
_HOLD = "\u2060"


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
        self._format_before = QTextBlockFormat()
        """Of the block that the open one follows, or took the place of."""
        self._open: Block | None = None
        """As it is shown, but for what is waiting."""
        self._writer: RichTextWriter | None = None
        self._has_quotes = False
        self._waiting = ""
        self._added = ""
        """What is shown of it."""
        for growing in (self, self.viewport()):
            growing.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.setDocument(SealedDocument(self))
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("segment")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.anchorClicked.connect(lambda url: self.link_clicked.emit(_encoded(url)))

    @property
    def is_full(self) -> bool:
        """More blocks belong into another segment."""
        # The open block stays where it began, however long it grows.
        end = self._open_at if self._open_at is not None else self.document().characterCount()
        return end > self.MAX_CHARS

    def add(self, block: Block) -> None:
        """Append a finished block, in the place of the one that was open; :meth:`fit` follows."""
        # What was selected or marked in it would be lost if it were written once more.
        if not self._is_shown(block) and not self._extend_open(block):
            self._take_open_out()
            self._write(block)
        self._forget_open()
        self._blocks.append(block)

    def show_open(self, block: Block, waiting: str = "") -> None:
        """Show the block that may still change after the finished ones; :meth:`fit` follows.

        ``waiting`` follows it as it is, until it is parsed with the block.
        """
        is_same = self._open is not None and block.source == self._open.source
        if not is_same or not waiting.startswith(self._waiting):
            if not self._is_shown(block) and not self._extend_open(block):
                self._take_open_out()
                end = self._end()
                self._open_at, self._format_before = end.position(), end.blockFormat()
                self._writer = self._write(block)
            self._open, self._waiting, self._added = block, "", ""
        fresh = waiting[len(self._waiting) :]
        if fresh and not self._waiting:
            # Markdown takes no notice of white space at a paragraph's end.
            fresh = block.source[len(block.source.rstrip(" \n")) :] + fresh
        if fresh:
            shown = wrapped(fresh).replace("\n", "\u2028")
            self._end().insertText(shown)
            self._waiting = waiting
            self._added += shown

    def drop_open(self) -> None:
        """Take the open block out: it turned out to belong elsewhere; :meth:`fit` follows."""
        self._take_open_out()

    def fit(self) -> None:
        """Take the height of the content."""
        document: QTextDocument = self.document()
        width = self.viewport().width()
        if document.textWidth() != width:
            document.setTextWidth(width)
        height = max(1, round(document.size().height() + 0.49))
        if height != self.height():
            self.setFixedHeight(height)
            self.height_changed.emit()

    def restyle(self) -> None:
        """Write everything anew in the colours and sizes in force."""
        self.clear()
        self._forget_open()
        for block in self._blocks:
            self._write(block)
        self.fit()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        # Without HTML: what is pasted elsewhere is text, not this program's colours.
        data = QMimeData()
        data.setText(copied_text(self.textCursor()))
        return data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # It is the chat that scrolls.
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_quotes:
            return
        painter = QPainter(self.viewport())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._appearance.colour(Role.LINE))
        for bar in self._quote_bars():
            painter.drawRect(bar)

    def _quote_bars(self) -> list[QRectF]:
        """The bar at the left of each quote; one bar for blocks that follow each other."""
        step, width = self._appearance.px(QUOTE_STEP), self._appearance.px(_QUOTE_BAR)
        layout = self.document().documentLayout()
        bars: list[QRectF] = []
        depth_before, bottom = 0, 0.0
        block = self.document().begin()
        while block.isValid():
            depth = block.blockFormat().intProperty(QUOTE_DEPTH)
            box = layout.blockBoundingRect(block) if depth else QRectF()
            for level in range(depth):
                top = bottom if level < depth_before else box.top()
                bars.append(QRectF(level * step, top, width, box.bottom() - top))
            depth_before, bottom = depth, box.bottom()
            block = block.next()
        return bars

    def _is_shown(self, block: Block) -> bool:
        """Whether the open block looks like ``block`` already."""
        return self._open is not None and not self._added and _look_alike(self._open, block)

    def _extend_open(self, block: Block) -> bool:
        """Make the open block into ``block`` by adding to it, which leaves the rest laid out."""
        if self._writer is None or block.kind is not BlockKind.RICH:
            return False
        cursor = self._end()
        cursor.beginEditBlock()
        is_extended = self._writer.extend(block.tokens, self._added)
        cursor.endEditBlock()
        self._has_quotes |= is_extended and _has_quote(block)
        return is_extended

    def _write(self, block: Block) -> RichTextWriter:
        cursor = self._end()
        # Laid out once, at the end.
        cursor.beginEditBlock()
        writer = RichTextWriter(cursor, self._appearance)
        if block.kind is BlockKind.RICH:
            self._has_quotes |= _has_quote(block)
            writer.write(block.tokens)
        else:
            writer.write_plain(wrapped(block.source.rstrip("\n")).replace("\n", "\u2028"))
        cursor.endEditBlock()
        return writer

    def _take_open_out(self) -> None:
        if self._open_at is None:
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setPosition(self._open_at)
        # Of two blocks that become one, Qt drops the first if it is empty, as a rule is.
        cursor.insertText(_HOLD)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.deletePreviousChar()
        cursor.setBlockFormat(self._format_before)
        cursor.endEditBlock()
        self._forget_open()

    def _forget_open(self) -> None:
        self._open_at, self._writer, self._open = None, None, None
        self._waiting = self._added = ""

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor


def _look_alike(one: Block, other: Block) -> bool:
    if one.kind is not BlockKind.RICH or other.kind is not BlockKind.RICH:
        return one == other
    # Tables, lists and fences also end in lines that show nothing. What grew differs at the end.
    return len(one.tokens) == len(other.tokens) and all(
        _appearance_of(mine) == _appearance_of(others)
        for mine, others in zip(reversed(one.tokens), reversed(other.tokens), strict=True)
    )


def _appearance_of(token: Token) -> tuple[object, ...]:
    """All of a token but its lines in the source."""
    return (
        token.type,
        token.tag,
        token.attrs,
        token.content,
        token.info,
        token.hidden,
        token.children,
    )


def _has_quote(block: Block) -> bool:
    return any(token.type == "blockquote_open" for token in block.tokens)


def _encoded(url: QUrl) -> str:
    """The address as it is sent: decoded, it may not be a valid one any more."""
    return bytes(url.toEncoded().data()).decode("ascii", "replace")
