"""Says that the model is not told a message, and takes that back with one click."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import plain_label
from kochat_gui.ui.theme import Appearance, Role

_OPACITY = 0.62
"""Ink stays above 4.5:1 on the canvas, light and dark."""


class HiddenMark(QWidget):
    """Dims ``text`` while it is shown.

    Signals: undo_requested().
    """

    undo_requested = Signal()

    def __init__(self, text: QWidget, appearance: Appearance) -> None:
        super().__init__()
        self._text = text
        self._appearance = appearance
        self._effect: QGraphicsOpacityEffect | None = None
        self._eye: QLabel | None = None
        self.hide()

    def set_hidden(self, *, is_hidden: bool) -> None:
        """Whether the model is not told the message."""
        if is_hidden and self._eye is None:
            # Few messages ever need it.
            self._eye = self._build()
            self.restyle()
            self._effect = QGraphicsOpacityEffect(self._text)
            self._effect.setOpacity(_OPACITY)
            self._text.setGraphicsEffect(self._effect)
        self.setVisible(is_hidden)
        if self._effect is not None:
            self._effect.setEnabled(is_hidden)

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        if self._eye is not None:
            side = self._appearance.px(15)
            colour = self._appearance.colour(Role.INK_THIRD).name()
            self._eye.setPixmap(icon("eye-off", colour, side).pixmap(side, side))

    def _build(self) -> QLabel:
        eye = plain_label("", "mark")
        undo = QPushButton(translate("HiddenMark", "Show again"))
        undo.setObjectName("quiet_small")
        undo.clicked.connect(self.undo_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(eye)
        row.addWidget(plain_label(translate("HiddenMark", "Not sent to the model"), "caption"))
        row.addWidget(undo)
        return eye
