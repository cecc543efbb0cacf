"""The tree view of a branch map: rows that keep their text, however deep and narrow it gets."""

from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from kochat_gui.core.i18n import translate
from kochat_gui.ui.chat.branch_tree import ROW_ROLE, BranchRow, BranchTree, Index
from kochat_gui.ui.icons import icon
from kochat_gui.ui.row_background import paint_row_background, row_state
from kochat_gui.ui.theme import Appearance, Role

_STEP = 20
"""Px at 100 %, like all below."""
_FOLD, _ICON, _GAP = 20, 16, 8
_ROW_HEIGHT, _HIGH_ROW = 30, 50
_WORDS_PX, _NOTES_PX = 14, 12.5
_LEAST_WORDS = 150
_MOST_INDENTED = 0.3
"""Of the width."""
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class BranchView(QTreeView):
    """Left closes a branch or leaves it, Right opens it or goes into it."""

    def __init__(self, model: BranchTree, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._deepest = model.deepest
        self._rows = _BranchDelegate(appearance, model, self)
        self.setObjectName("branches")
        self.setModel(model)
        self.setItemDelegate(self._rows)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        # The delegate draws the arrows, which are wider than the step may be.
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translate("BranchMap", "Branches of the conversation"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        has_branches = self.model().hasChildren(index)
        is_open = has_branches and self.isExpanded(index)
        if event.key() == Qt.Key.Key_Left and is_open:
            self.collapse(index)
        elif event.key() == Qt.Key.Key_Left and index.parent().isValid():
            self.setCurrentIndex(index.parent())
        elif event.key() == Qt.Key.Key_Right and is_open:
            self.setCurrentIndex(self.model().index(0, 0, index))
        elif event.key() == Qt.Key.Key_Right and has_branches:
            self.expand(index)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._folds(event):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._folds(event):
            super().mouseDoubleClickEvent(event)

    def _folds(self, event: QMouseEvent) -> bool:
        """Open or close the row whose arrow was hit, if one was."""
        place = event.position().toPoint()
        index = self.indexAt(place)
        arrow = self.visualRect(index)
        arrow.setWidth(self._appearance.px(_FOLD))
        is_hit = event.button() == Qt.MouseButton.LeftButton and arrow.contains(place)
        if not is_hit or not self.model().hasChildren(index):
            return False
        self.setExpanded(index, not self.isExpanded(index))
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        most = round(self.viewport().width() * _MOST_INDENTED)
        self.setIndentation(min(self._appearance.px(_STEP), most // max(1, self._deepest)))
        self._rows.fit(self.viewport().width() - self._deepest * self.indentation())
        self.scheduleDelayedItemsLayout()

    def drawBranches(  # noqa: N802 - Qt's name
        self, painter: QPainter, rect: QRect, index: Index
    ) -> None:
        """Nothing: the delegate does it, upon the background of the row."""


class _Room(NamedTuple):
    """Where the parts of a row are."""

    fold: QRect
    icon: QRect
    words: QRect
    notes: QRect


class _BranchDelegate(QStyledItemDelegate):
    """An arrow, an icon, the words as far as there is room, and the notes, which are whole.

    Notes are at the right, or below where some would leave too little for the words.
    """

    def __init__(self, appearance: Appearance, model: BranchTree, view: BranchView) -> None:
        super().__init__(view)
        self._appearance = appearance
        self._view = view
        self._is_high = False
        notes = QFontMetrics(appearance.text_font(_NOTES_PX))
        self._widest_notes = max(map(notes.horizontalAdvance, model.all_notes()), default=0)

    def fit(self, width: int) -> None:
        """``width``: of the narrowest row."""
        px = self._appearance.px
        inside = width - px(_FOLD) - px(_ICON) - 3 * px(_GAP)
        self._is_high = inside - self._widest_notes < px(_LEAST_WORDS)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._appearance.px(_HIGH_ROW if self._is_high else _ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: BranchRow = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        whole = QRect(0, rect.top(), self._view.viewport().width(), rect.height())
        state = row_state(self._view, index, whole)
        paint_row_background(painter, whole, state, self._appearance)
        self._paint_levels(painter, whole, row.level)
        room = self._room(rect, row)
        if self._view.model().hasChildren(index):
            name = "chevron-down" if self._view.isExpanded(index) else "chevron-right"
            self._paint_icon(painter, room.fold, name, Role.INK_THIRD)
        self._paint_icon(
            painter, room.icon, row.icon, Role.ACCENT if row.is_shown else Role.INK_THIRD
        )
        painter.setFont(self._words_font(row))
        painter.setPen(self._appearance.colour(Role.INK if row.is_shown else Role.INK_SECOND))
        _draw_elided(painter, room.words, _LEFT, row.words)
        painter.setFont(self._appearance.text_font(_NOTES_PX))
        painter.setPen(self._appearance.colour(Role.INK_THIRD))
        _draw_elided(painter, room.notes, _LEFT if self._is_high else _RIGHT, row.notes)
        painter.restore()

    def _words_font(self, row: BranchRow) -> QFont:
        return self._appearance.text_font(_WORDS_PX, 600 if row.is_end else 400)

    def _room(self, rect: QRect, row: BranchRow) -> _Room:
        px = self._appearance.px
        fold = QRect(rect.left(), rect.top(), px(_FOLD), rect.height())
        icon_ = QRect(fold.right() + 1, rect.top(), px(_ICON), rect.height())
        left = icon_.right() + 1 + px(_GAP)
        inside = QRect(left, rect.top(), rect.right() - px(_GAP) - left, rect.height())
        if not row.notes:
            return _Room(fold, icon_, inside, QRect())
        if self._is_high:
            half = inside.height() // 2
            above = inside.adjusted(0, px(2), 0, half - inside.height())
            return _Room(fold, icon_, above, inside.adjusted(0, half, 0, -px(2)))
        metrics = QFontMetrics(self._appearance.text_font(_NOTES_PX))
        width = metrics.horizontalAdvance(row.notes) + 1  # it is rounded
        notes = inside.adjusted(inside.width() - width, 0, 0, 0)
        return _Room(fold, icon_, inside.adjusted(0, 0, -width - 2 * px(_GAP), 0), notes)

    def _paint_levels(self, painter: QPainter, whole: QRect, level: int) -> None:
        """A line below each arrow that the row hangs on."""
        painter.setPen(self._appearance.colour(Role.LINE))
        for above in range(level):
            x = above * self._view.indentation() + self._appearance.px(_FOLD) // 2
            painter.drawLine(x, whole.top(), x, whole.bottom())

    def _paint_icon(self, painter: QPainter, area: QRect, name: str, role: Role) -> None:
        side = self._appearance.px(_ICON)
        box = QRect(0, 0, side, side)
        box.moveCenter(area.center())
        icon(name, self._appearance.colour(role).name(), side).paint(painter, box)


def _draw_elided(painter: QPainter, rect: QRect, flags: Qt.AlignmentFlag, text: str) -> None:
    mode = Qt.TextElideMode.ElideRight
    painter.drawText(rect, flags, QFontMetrics(painter.font()).elidedText(text, mode, rect.width()))
