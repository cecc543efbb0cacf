"""Stands where the window was while everything behind it is replaced."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from kochat_gui.ui.theme import Appearance, Role
from kochat_gui.ui.work_strip import WorkStrip

_CARD_WIDTH = 420
_VEIL = 0.75


class Curtain(QWidget):
    """A faded picture of the window with what is being done; a window of its own.

    Signals: cancelled() by its button. ``progressed(float 0–1)`` may be emitted on any thread.
    """

    cancelled = Signal()
    progressed = Signal(float)

    def __init__(self, window: QWidget, text: str, appearance: Appearance) -> None:
        super().__init__()
        self.setWindowTitle(window.windowTitle())
        self._picture: QPixmap = window.grab()
        self._veil = appearance.colour(Role.CANVAS)
        self._veil.setAlphaF(_VEIL)
        self._strip = WorkStrip()
        self._strip.begin(text)
        self._strip.cancelled.connect(self._on_cancelled)
        self.progressed.connect(self._strip.set_progress)
        card = QFrame()
        card.setObjectName("card")
        card.setFixedWidth(min(appearance.px(_CARD_WIDTH), window.width() - 40))
        inside = QHBoxLayout(card)
        inside.setContentsMargins(20, 16, 16, 16)
        inside.addWidget(self._strip)
        grid = QGridLayout(self)
        grid.addWidget(card, 0, 0, Qt.AlignmentFlag.AlignCenter)
        self.setGeometry(window.geometry())
        self.setWindowState(window.windowState())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(self.rect(), self._picture)
        painter.fillRect(self.rect(), self._veil)

    def closeEvent(self, event: QCloseEvent) -> None:
        # What is behind it goes on and brings the window back.
        event.ignore()

    def _on_cancelled(self) -> None:
        self._strip.setEnabled(False)
        self.cancelled.emit()
