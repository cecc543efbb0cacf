"""The bar above the conversation in which a person types what to find in it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.theme import Appearance, Role

_WIDTH = 780
"""px at 100 %: that of the field below the conversation."""


class FindBar(QFrame):
    """Signals: query_changed(str query) with the unfinished syllable; next_requested();
    previous_requested(); closed() by Escape or the cross.
    """

    query_changed = Signal(str)
    next_requested = Signal()
    previous_requested = Signal()
    closed = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.setObjectName("find_bar")
        self._inside = QWidget()
        self._field = _FindField()
        self._count = QLabel()
        self._remark = QLabel()
        self._previous = QPushButton(translate("FindBar", "Previous"))
        self._next = QPushButton(translate("FindBar", "Next"))
        self._cross = QToolButton()
        self._build()
        self._connect()
        self._restyle()
        self.hide()

    @property
    def query(self) -> str:
        """What is looked for, with the unfinished syllable."""
        return self._field.text_with_preedit()

    def open(self, query: str) -> None:
        """Show the bar with ``query`` selected, unless it is empty: then with what it had."""
        if query:
            self.set_query(query)
        self.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def set_query(self, query: str) -> None:
        """Look for ``query`` from now on."""
        self._field.set_text(query)

    def show_count(self, position: int | None, count: int, *, is_more: bool) -> None:
        """Say which hit of how many is shown; ``is_more``: they were not counted to the end."""
        if not self.query.strip():
            text = ""
        elif not count:
            text = translate("FindBar", "Not found")
        else:
            total = f"{count:,}+" if is_more else f"{count:,}"
            text = f"{position:,}/{total}" if position is not None else total
        self._count.setText(text)
        for button in (self._previous, self._next):
            button.setEnabled(count > 0)

    def show_remark(self, text: str) -> None:
        """Say something about the hit that is shown; empty for nothing."""
        self._remark.setText(text)
        self._remark.setVisible(bool(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._field.setObjectName("find")
        self._field.setPlaceholderText(translate("FindBar", "Find in this conversation"))
        self._field.setAccessibleName(translate("FindBar", "Find in this conversation"))
        for label in (self._count, self._remark):
            label.setObjectName("caption")
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._remark.setWordWrap(True)
        self._remark.hide()
        self._previous.setToolTip(translate("FindBar", "Previous hit (Shift+Enter, Shift+F3)"))
        self._next.setToolTip(translate("FindBar", "Next hit (Enter, F3)"))
        for button in (self._previous, self._next):
            button.setObjectName("quiet_small")
        self._cross.setObjectName("tool")
        self._cross.setToolTip(translate("FindBar", "Close (Esc)"))
        self._cross.setAccessibleName(translate("FindBar", "Close (Esc)"))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._field, 1)
        row.addWidget(self._count)
        row.addSpacing(6)
        for widget in (self._previous, self._next, self._cross):
            row.addWidget(widget)
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2)
        inside.addLayout(row)
        inside.addWidget(self._remark)
        self._centred = QHBoxLayout(self)
        self._centred.addStretch(1)
        self._centred.addWidget(self._inside, 1000)
        self._centred.addStretch(1)

    def _connect(self) -> None:
        self._field.content_changed.connect(self.query_changed)
        self._field.return_committed.connect(self._on_return)
        self._field.escape_pressed.connect(self.closed)
        self._next.clicked.connect(self.next_requested)
        self._previous.clicked.connect(self.previous_requested)
        self._cross.clicked.connect(self.closed)
        self._appearance.changed.connect(self._restyle)

    def _on_return(self) -> None:
        if self._field.is_backwards:
            self.previous_requested.emit()
        else:
            self.next_requested.emit()

    def _restyle(self) -> None:
        px = self._appearance.px
        self._centred.setContentsMargins(px(16), px(8), px(16), px(8))
        self._inside.setMaximumWidth(px(_WIDTH))
        self._count.setMinimumWidth(px(64))
        side = px(16)
        self._cross.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), side))
        self._cross.setIconSize(QSize(side, side))


class _FindField(HangulLineEdit):
    """Knows whether the last Enter came with Shift."""

    def __init__(self) -> None:
        super().__init__()
        self.is_backwards = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.is_backwards = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().keyPressEvent(event)
