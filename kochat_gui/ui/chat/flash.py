"""A glow over a message that the window has just gone to."""

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStyle, QWidget

FLASH_MS = 180
_STRENGTH = 0.22
_RADIUS = 14
_MARGIN = 8


class Flash(QWidget):
    """Covers a widget for :data:`FLASH_MS` and fades; the mouse goes through it."""

    def __init__(self, covered: QWidget, colour: QColor) -> None:
        super().__init__(covered.parentWidget())
        self._colour = colour
        self._strength = _STRENGTH
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(covered.geometry().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
        animation = QVariantAnimation(self)
        animation.setStartValue(_STRENGTH)
        animation.setEndValue(0.0)
        animation.setDuration(FLASH_MS)
        animation.setEasingCurve(QEasingCurve.Type.InQuad)
        animation.valueChanged.connect(self._fade)
        animation.finished.connect(self.deleteLater)
        animation.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(self._strength)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawRoundedRect(self.rect(), _RADIUS, _RADIUS)

    def _fade(self, strength: float) -> None:
        self._strength = strength
        self.update()


def flash(covered: QWidget, colour: QColor) -> None:
    """Let a widget glow for a moment, unless the system asks for no motion."""
    if covered.style().styleHint(QStyle.StyleHint.SH_Widget_Animate, None, covered):
        Flash(covered, colour)
