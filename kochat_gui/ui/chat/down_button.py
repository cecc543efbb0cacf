"""The way to the newest message, above the bottom of the conversation."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QToolButton, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance, Role

_SIDE, _ICON, _GAP = 34, 18, 10
"""px at 100 %."""


class DownButton(QToolButton):
    """Hidden at first."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setObjectName("down")
        self.setToolTip(translate("ChatView", "To the newest message"))
        self.setAccessibleName(translate("ChatView", "To the newest message"))
        self.hide()
        self.restyle()

    def place(self, room: QSize) -> None:
        """Stand in the middle at the bottom of ``room``."""
        side = self._appearance.px(_SIDE)
        self.setFixedSize(side, side)
        self.move((room.width() - side) // 2, room.height() - side - _GAP)
        self.raise_()

    def restyle(self) -> None:
        """Take the colours and sizes in force."""
        side = self._appearance.px(_ICON)
        colour = self._appearance.colour(Role.INK_SECOND).name()
        self.setIcon(icon("arrow-down", colour, side))
        self.setIconSize(QSize(side, side))
