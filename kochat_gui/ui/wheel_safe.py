"""Fields in a page that scrolls: the wheel scrolls the page and changes no value by accident."""

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox


class WheelSafeComboBox(QComboBox):
    """A choice from a list."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class WheelSafeSpinBox(QSpinBox):
    """A whole number."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class WheelSafeDoubleSpinBox(QDoubleSpinBox):
    """A number with decimals."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
