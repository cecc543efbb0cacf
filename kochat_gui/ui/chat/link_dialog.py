"""Asks before a link of an answer is opened: its text may say anything."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate

_SCHEMES = frozenset({"http", "https", "mailto"})
_MAX_SHOWN_CHARS = 500


class LinkDialog(QDialog):
    """Shows where a link leads; http, https and mailto can be opened. Open it with ``open()``."""

    def __init__(self, target: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("LinkDialog", "Open a link"))
        self._url = QUrl(target, QUrl.ParsingMode.StrictMode)
        is_usable = self._url.isValid() and self._url.scheme() in _SCHEMES
        question = QLabel(
            translate("LinkDialog", "Open this address outside KoChat?")
            if is_usable
            else translate("LinkDialog", "KoChat does not open this kind of address.")
        )
        question.setTextFormat(Qt.TextFormat.PlainText)
        # Encoded: a host in other letters shows its real, punycode name.
        shown = bytes(self._url.toEncoded().data()).decode("ascii", "replace")
        address = QLabel(shown[:_MAX_SHOWN_CHARS])
        address.setTextFormat(Qt.TextFormat.PlainText)
        address.setWordWrap(True)
        address.setObjectName("caption")
        address.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(
            translate("LinkDialog", "Cancel")
        )
        if is_usable:
            open_button = buttons.addButton(
                translate("LinkDialog", "Open"), QDialogButtonBox.ButtonRole.AcceptRole
            )
            open_button.setObjectName("primary")
        buttons.accepted.connect(self._open)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(question)
        column.addWidget(address)
        column.addWidget(buttons)
        self.setMinimumWidth(420)

    def _open(self) -> None:
        QDesktopServices.openUrl(self._url)
        self.accept()
