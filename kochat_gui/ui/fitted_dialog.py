"""A dialog that is as large as it should be, and never larger than its window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from kochat_gui.ui.theme import Appearance

_MARGIN = 40


class FittedDialog(QDialog):
    """Deleted when it is closed; open it with ``open()``."""

    def __init__(
        self, title: str, width: int, height: int, appearance: Appearance, parent: QWidget
    ) -> None:
        """``width``, ``height``: wanted, in px at 100 %."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        room = parent.window().size()
        self.resize(
            min(appearance.px(width), room.width() - _MARGIN),
            min(appearance.px(height), room.height() - _MARGIN),
        )
        self._has_default = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._has_default = any(button.isDefault() for button in self.findChildren(QPushButton))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_return and not self._has_default:
            # Without a button that is meant by it, Qt would take the next one there is.
            event.accept()
        else:
            super().keyPressEvent(event)
