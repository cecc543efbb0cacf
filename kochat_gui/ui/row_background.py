"""What stands behind a row of a list: that it is selected, under the mouse, or at the keyboard."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle

from kochat_gui.ui.theme import Appearance, Role

_RADIUS = 8


def paint_row_background(
    painter: QPainter, rect: QRect, state: QStyle.StateFlag, appearance: Appearance
) -> None:
    """Paint it into ``rect``; the painter's pen and brush are others afterwards."""
    role = None
    if state & QStyle.StateFlag.State_Selected:
        role = Role.TINT
    elif state & QStyle.StateFlag.State_MouseOver:
        role = Role.HOVER
    box = rect.adjusted(0, 1, 0, -1)
    if role is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(appearance.colour(role))
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
    by_keyboard = QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_KeyboardFocusChange
    if state & by_keyboard == by_keyboard:
        painter.setPen(QPen(appearance.colour(Role.ACCENT), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
