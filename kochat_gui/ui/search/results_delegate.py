"""How a search result is drawn: a title, up to two lines around the words, who and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem

from kochat_gui.ui.row_background import paint_row_background, row_state
from kochat_gui.ui.search.results_model import ROW_ROLE, Index, ResultRow, title_of
from kochat_gui.ui.theme import Appearance, Role

_TITLE_PX = 14
_SNIPPET_PX = 13
_CAPTION_PX = 12
_MARGIN = 10
_TOP = 7
_GAP = 2
_SNIPPET_LINES = 2
_KEPT_BEFORE = 6
"""Characters before the words, where otherwise they would not be seen."""
_ELLIPSIS = "…"

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class _Style:
    """How one of the texts looks."""

    font: QFont
    ink: Role
    lines: int


class ResultsDelegate(QStyledItemDelegate):
    """Colours and sizes come from the appearance; rows are as high as their text."""

    def __init__(self, appearance: Appearance, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ROW_ROLE)
        width = self._view.viewport().width()
        height = 2 * self._appearance.px(_TOP)
        for text, spans, style in self._texts(row):
            laid_out = self._lay_out(text, spans, style, width - 2 * _MARGIN)
            height += round(laid_out.boundingRect().height()) + _GAP
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        paint_row_background(painter, rect, row_state(self._view, index, rect), self._appearance)
        top = rect.top() + self._appearance.px(_TOP)
        for text, spans, style in self._texts(index.data(ROW_ROLE)):
            laid_out = self._lay_out(text, spans, style, rect.width() - 2 * _MARGIN)
            painter.setPen(self._appearance.colour(style.ink))
            laid_out.draw(painter, QPointF(rect.left() + _MARGIN, top))
            top += round(laid_out.boundingRect().height()) + _GAP
        painter.restore()

    def _texts(self, row: ResultRow) -> list[tuple[str, Spans, _Style]]:
        font, hit = self._appearance.text_font, row.hit
        is_title = hit.message_id is None
        texts: list[tuple[str, Spans, _Style]] = []
        if row.has_title:
            style = _Style(font(_TITLE_PX, 600), Role.INK, _SNIPPET_LINES if is_title else 1)
            texts.append((title_of(hit), hit.title_spans, style))
        if not is_title:
            style = _Style(font(_SNIPPET_PX), Role.INK_SECOND, _SNIPPET_LINES)
            texts.append((row.snippet, row.spans, style))
        texts.append((row.caption, (), _Style(font(_CAPTION_PX), Role.INK_THIRD, 1)))
        return texts

    def _lay_out(self, text: str, spans: Spans, style: _Style, width: int) -> QTextLayout:
        laid_out, shown = self._broken(text, spans, style, width)
        if spans and spans[0][1] > shown and spans[0][0] > _KEPT_BEFORE:
            cut = spans[0][0] - _KEPT_BEFORE
            text = _ELLIPSIS + text[cut:]
            moved = [(start - cut + 1, end - cut + 1) for start, end in spans]
            laid_out, _ = self._broken(text, moved, style, width)
        return laid_out

    def _broken(
        self, text: str, spans: Spans, style: _Style, width: int
    ) -> tuple[QTextLayout, int]:
        """``text`` in its lines, and how many characters of it they show."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        laid_out, starts = self._in_lines(text, spans, style, width, option)
        if len(starts) <= style.lines:
            return laid_out, len(text)
        last = starts[style.lines - 1]
        units = text.encode("utf-16-le", "surrogatepass")
        before = units[: 2 * last].decode("utf-16-le", "replace")
        rest = units[2 * last :].decode("utf-16-le", "replace")
        elided = QFontMetrics(style.font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
        shown = len(before) + len(elided) - 1
        inside = [(start, min(end, shown)) for start, end in spans if start < shown]
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        laid_out, _ = self._in_lines(before + elided, inside, style, width, option, style.lines)
        return laid_out, shown

    def _in_lines(
        self,
        text: str,
        spans: Spans,
        style: _Style,
        width: int,
        option: QTextOption,
        most: int = 1_000,
    ) -> tuple[QTextLayout, list[int]]:
        laid_out = QTextLayout(text, style.font)
        laid_out.setTextOption(option)
        laid_out.setFormats([self._marked(text, start, end) for start, end in spans])
        starts: list[int] = []
        height = 0.0
        laid_out.beginLayout()
        while len(starts) < most:
            line = laid_out.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, height))
            height += line.height()
            starts.append(line.textStart())
        laid_out.endLayout()
        return laid_out, starts

    def _marked(self, text: str, start: int, end: int) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start = _units(text[:start])
        made.length = _units(text[start:end])
        format_ = QTextCharFormat()
        format_.setBackground(QBrush(self._appearance.colour(Role.FOUND)))
        format_.setForeground(QBrush(self._appearance.colour(Role.INK)))
        made.format = format_
        return made


def _units(text: str) -> int:
    """How many UTF-16 units ``text`` takes, in which Qt counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
