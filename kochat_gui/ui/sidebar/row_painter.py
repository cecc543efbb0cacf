"""Draws the rows of a conversation list."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.row_background import RowState, paint_row_background
from kochat_gui.ui.sidebar.rows import FolderRow, shown_title, shown_words
from kochat_gui.ui.theme import Appearance, Role

TITLE_PX = 14
_WORDS_PX = 12.5
_CHIP_PX = 12
_MARGIN = 10
_INDENT = 14
_RADIUS = 8
_MAX_CHIPS = 2
_MAX_CHIP_CHARS = 20
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class RowPainter:
    """Colours and sizes come from the appearance; all text is plain."""

    def __init__(self, appearance: Appearance) -> None:
        self._appearance = appearance

    def conversation(
        self,
        painter: QPainter,
        rect: QRect,
        state: RowState,
        shown: Conversation,
        *,
        side: str = "",
        is_inside: bool = False,
        is_open: bool = False,
    ) -> None:
        """Title over last words and tags; ``side`` stands at the right of the title.

        ``is_inside``: below its folder; ``is_open``: it is shown beside the list.
        """
        px = self._appearance.px
        if is_inside:
            rect = rect.adjusted(px(_INDENT), 0, 0, 0)
        paint_row_background(painter, rect, state, self._appearance)
        inside = rect.adjusted(_MARGIN, px(7), -_MARGIN, -px(6))
        half = inside.height() // 2
        top = QRect(inside.left(), inside.top(), inside.width(), half)
        bottom = QRect(inside.left(), inside.top() + half, inside.width(), inside.height() - half)
        if side:
            top.setRight(top.right() - self._side(painter, top, side) - 8)
        if shown.is_incognito:
            self._icon(painter, top, "incognito", Role.INK_SECOND)
            top.setLeft(top.left() + px(20))
        painter.setFont(self._appearance.text_font(TITLE_PX, 600 if is_open else 400))
        painter.setPen(self._appearance.colour(Role.INK))
        _draw_elided(painter, top, shown_title(shown))
        bottom.setRight(bottom.right() - self._chips(painter, bottom, shown.tags))
        painter.setFont(self._appearance.text_font(_WORDS_PX))
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        _draw_elided(painter, bottom, shown_words(shown))

    def folder(self, painter: QPainter, rect: QRect, state: RowState, shown: FolderRow) -> None:
        """An arrow, the name, and how many conversations there are."""
        px = self._appearance.px
        paint_row_background(painter, rect, state, self._appearance)
        inside = rect.adjusted(px(6), 0, -_MARGIN, 0)
        self._icon(
            painter, inside, "chevron-down" if shown.is_open else "chevron-right", Role.INK_THIRD
        )
        inside.setLeft(inside.left() + px(19))
        role = Role.ACCENT if shown.has_current else Role.INK_SECOND
        self._icon(painter, inside, "folder", role)
        inside.setLeft(inside.left() + px(23))
        count = f"{shown.folder.count:,}"
        inside.setRight(inside.right() - self._side(painter, inside, count) - 8)
        painter.setFont(self._appearance.text_font(TITLE_PX, 600 if shown.has_current else 400))
        painter.setPen(self._appearance.colour(Role.INK))
        _draw_elided(painter, inside, shown.folder.name)

    def heading(self, painter: QPainter, rect: QRect, text: str) -> None:
        """A caption above a group."""
        painter.setFont(self._appearance.text_font(_WORDS_PX))
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        area = rect.adjusted(_MARGIN, 0, -_MARGIN, -self._appearance.px(6))
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def remark(self, painter: QPainter, rect: QRect, text: str) -> None:
        """What stands where there are no conversations."""
        painter.setFont(self._appearance.text_font(_WORDS_PX))
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        area = rect.adjusted(self._appearance.px(_INDENT) + _MARGIN, 2, -_MARGIN, -2)
        painter.drawText(area, _LEFT | Qt.TextFlag.TextWordWrap, text)

    def remark_height(self, width: int, text: str) -> int:
        """How high :meth:`remark` is."""
        room = max(40, width - self._appearance.px(_INDENT) - 2 * _MARGIN)
        metrics = QFontMetrics(self._appearance.text_font(_WORDS_PX))
        area = QRect(0, 0, room, 10_000)
        return metrics.boundingRect(area, Qt.TextFlag.TextWordWrap, text).height() + 12

    def _icon(self, painter: QPainter, area: QRect, name: str, role: Role) -> None:
        side = self._appearance.px(16)
        top = area.top() + (area.height() - side) // 2
        drawn = icon(name, self._appearance.colour(role).name(), side)
        drawn.paint(painter, QRect(area.left(), top, side, side))

    def _side(self, painter: QPainter, area: QRect, text: str) -> int:
        """Draw small text at the right; returns its width."""
        font = self._appearance.text_font(_WORDS_PX)
        painter.setFont(font)
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        painter.drawText(area, _RIGHT, text)
        return QFontMetrics(font).horizontalAdvance(text)

    def _chips(self, painter: QPainter, area: QRect, tags: Sequence[str]) -> int:
        """Draw the first tags at the right, in half of the room at most; returns their width."""
        font = self._appearance.text_font(_CHIP_PX)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        room, used = area.width() // 2, 0
        for text in reversed(chip_texts(tags)):
            pad = self._appearance.px(6)
            shown = metrics.elidedText(
                text, Qt.TextElideMode.ElideRight, max(0, room - used - 2 * pad)
            )
            if len(shown) < min(3, len(text)):
                break
            width = metrics.horizontalAdvance(shown) + 2 * pad
            height = min(area.height(), metrics.height() + 2)
            right = area.right() - used
            box = QRect(right - width, area.top() + (area.height() - height) // 2, width, height)
            painter.setBrush(self._appearance.colour(Role.SURFACE))
            painter.setPen(QPen(self._appearance.colour(Role.LINE), 1))
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setPen(self._appearance.colour(Role.INK_SECOND))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
            used += width + 4
        return used + 4 if used else 0


def chip_texts(tags: Sequence[str]) -> list[str]:
    """What the chips of a row say: two tags, or one and how many more there are."""
    names = [f"#{tag[:_MAX_CHIP_CHARS]}" for tag in tags]
    if len(names) <= _MAX_CHIPS:
        return names
    more = translate("Sidebar", "+{count}").format(count=len(names) - 1)
    return [names[0], more]


def _draw_elided(painter: QPainter, rect: QRect, text: str) -> None:
    shown = QFontMetrics(painter.font()).elidedText(
        text, Qt.TextElideMode.ElideRight, rect.width(), Qt.TextFlag.TextSingleLine.value
    )
    painter.drawText(rect, _LEFT, shown)
