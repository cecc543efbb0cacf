"""Asks before a link of an answer is opened: its text may say anything."""

import math

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate

_SCHEMES = frozenset({"http", "https", "mailto"})
_MAX_SHOWN_CHARS = 4_000
_MOST_LINES = 8
"""Of the address, without scrolling."""


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
        self._address = QPlainTextEdit(
            shown if len(shown) <= _MAX_SHOWN_CHARS else shown[:_MAX_SHOWN_CHARS] + "…"
        )
        self._address.setObjectName("field_text")
        self._address.setReadOnly(True)
        self._address.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._address.setAccessibleName(translate("LinkDialog", "Address"))
        # An address has no places where words end.
        self._address.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
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
        column.addWidget(self._address)
        column.addWidget(buttons)
        self.setMinimumWidth(460)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        lines = self._address.document().size().height()
        margin = self._address.height() - self._address.viewport().height()
        height = min(_MOST_LINES, lines) * self._address.fontMetrics().lineSpacing()
        spare = 2 * self._address.document().documentMargin()
        self._address.setFixedHeight(math.ceil(height + spare) + margin + 2)
        self.adjustSize()

    def _open(self) -> None:
        QDesktopServices.openUrl(self._url)
        self.accept()
