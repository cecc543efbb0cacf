"""What stands behind a row of a list: that it is selected, under the mouse, or at the keyboard."""

from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QCursor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView

from kochat_gui.ui.theme import Appearance, Role

_RADIUS = 8


class RowState(NamedTuple):
    """How a row stands out from the others."""

    is_selected: bool
    is_hovered: bool
    is_at_keyboard: bool


def row_state(
    view: QAbstractItemView, index: QModelIndex | QPersistentModelIndex, rect: QRect
) -> RowState:
    """The state of the row in ``rect`` of a view without a frame.

    A style option has it, too, but reading it loads ``QStyle``, whose enums take a fiftieth of
    the start.
    """
    is_current = view.hasFocus() and view.currentIndex() == index
    # Keys act on a folder, too, which cannot be selected.
    is_alone = is_current and not index.flags() & Qt.ItemFlag.ItemIsSelectable
    return RowState(
        is_selected=is_alone or view.selectionModel().isSelected(index),
        is_hovered=view.underMouse() and rect.contains(view.mapFromGlobal(QCursor.pos())),
        is_at_keyboard=is_current
        and view.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange),
    )


def paint_row_background(
    painter: QPainter, rect: QRect, state: RowState, appearance: Appearance
) -> None:
    """Paint it into ``rect``; the painter's pen and brush are others afterwards."""
    role = None
    if state.is_selected:
        role = Role.TINT
    elif state.is_hovered:
        role = Role.HOVER
    box = rect.adjusted(0, 1, 0, -1)
    if role is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(appearance.colour(role))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
    if state.is_at_keyboard:
        painter.setPen(QPen(appearance.colour(Role.ACCENT), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
