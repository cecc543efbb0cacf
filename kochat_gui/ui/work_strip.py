"""One line about what runs right now: what, how far, and the button that stops it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.ui.plain_text import Paragraph


class WorkStrip(QWidget):
    """Takes no room while nothing runs.

    Signals: cancelled() by its button.
    """

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._text = Paragraph("", "note")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._stop = QPushButton(translate("WorkStrip", "Stop"))
        self._stop.setObjectName("small")
        self._stop.clicked.connect(self.cancelled)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(self._text)
        texts.addWidget(self._bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(texts, 1)
        row.addWidget(self._stop)
        self.hide()

    def begin(self, text: str) -> None:
        """Show that something runs, without knowing how far it is."""
        self._text.setText(text)
        self._bar.setAccessibleName(text)
        self._bar.setRange(0, 0)
        self.show()

    def set_progress(self, done: float) -> None:
        """``done``: 0–1."""
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * done))

    def end(self) -> None:
        """Nothing runs any more."""
        self.hide()
