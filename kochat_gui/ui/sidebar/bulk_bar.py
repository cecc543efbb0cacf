"""What can be done with several selected conversations, below the list."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton

from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance, Role


class BulkBar(QFrame):
    """Hidden while fewer than two are selected.

    Signals: folders_requested(QPoint), tags_requested(QPoint) with the place of a menu in global
    coordinates, pin_requested(), export_requested(), delete_requested(), dismissed().
    """

    folders_requested = Signal(QPoint)
    tags_requested = Signal(QPoint)
    pin_requested = Signal()
    export_requested = Signal()
    delete_requested = Signal()
    dismissed = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self.setObjectName("bulk_bar")
        self._appearance = appearance
        self._number = ""
        self._count = QLabel()
        self._count.setObjectName("note")
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons: list[tuple[QToolButton, str]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 2, 4, 2)
        row.setSpacing(0)
        row.addWidget(self._count)
        row.addStretch(1)
        folders = self._add("folder", translate("Sidebar", "Move to a folder"))
        folders.clicked.connect(lambda: self.folders_requested.emit(_above(folders)))
        tags = self._add("tag", translate("Sidebar", "Tags"))
        tags.clicked.connect(lambda: self.tags_requested.emit(_above(tags)))
        self._add("pin", translate("Sidebar", "Pin")).clicked.connect(self.pin_requested)
        self._add("export", translate("Sidebar", "Export…")).clicked.connect(self.export_requested)
        self._add("trash", translate("Sidebar", "To the trash (Ctrl+Delete)")).clicked.connect(
            self.delete_requested
        )
        self._add("close", translate("Sidebar", "End the selection (Esc)")).clicked.connect(
            self.dismissed
        )
        appearance.changed.connect(self._restyle)
        self.hide()

    def show_count(self, count: int) -> None:
        """How many conversations are selected."""
        self._number = f"{count:,}"
        self.setVisible(count > 1)
        self._show_text()

    def showEvent(self, event: QShowEvent) -> None:
        self._restyle()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_text()

    def _add(self, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("tool")
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._buttons.append((button, name))
        row = self.layout()
        assert row is not None
        row.addWidget(button)
        return button

    def _show_text(self) -> None:
        """Say it in a word where there is room, else as a number alone."""
        text = translate("Sidebar", "{count} selected").format(count=self._number)
        self._count.setAccessibleName(text)
        used = sum(button.sizeHint().width() for button, _name in self._buttons) + 16
        fits = self._count.fontMetrics().horizontalAdvance(text) + used <= self.width()
        self._count.setText(text if fits else self._number)

    def _restyle(self) -> None:
        if self.isHidden():
            # Nobody sees the icons, which take some of the start to draw.
            return
        colour = self._appearance.colour(Role.INK_SECOND).name()
        side = self._appearance.px(18)
        for button, name in self._buttons:
            button.setIcon(icon(name, colour, side))
            button.setIconSize(QSize(side, side))
        self._show_text()


def _above(button: QToolButton) -> QPoint:
    return button.mapToGlobal(QPoint(0, 0))
