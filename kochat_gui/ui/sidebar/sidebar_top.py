"""The top of the sidebar: the program's name, and what begins a conversation."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import application_icon, icon
from kochat_gui.ui.theme import Appearance, Role

_NAME_FROM = 226
"""px at 100 %: narrower, there is no room for the program's name."""


class SidebarTop(QWidget):
    """Signals: new_requested(), incognito_requested()."""

    new_requested = Signal()
    incognito_requested = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self._tile = QLabel()
        self._name = QLabel(translate("Sidebar", "KoChat"))
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setObjectName("program_name")
        self._button = QPushButton(translate("Sidebar", "New"))
        self._button.setObjectName("new")
        self._button.setToolTip(translate("Sidebar", "New conversation (Ctrl+N)"))
        self._kinds = QToolButton()
        self._kinds.setObjectName("tool")
        kinds = translate("Sidebar", "Kinds of new conversations")
        self._kinds.setToolTip(kinds)
        self._kinds.setAccessibleName(kinds)
        self._kinds.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._tile)
        row.addSpacing(10)
        row.addWidget(self._name)
        row.addStretch(1)
        row.addWidget(self._button)
        row.addWidget(self._kinds)
        self._button.clicked.connect(self.new_requested)
        self._kinds.clicked.connect(self._open_menu)
        appearance.changed.connect(self._restyle)
        self._restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name.setVisible(event.size().width() >= self._appearance.px(_NAME_FROM))

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, keys, signal in (
            (translate("Sidebar", "New conversation"), "Ctrl+N", self.new_requested),
            (
                translate("Sidebar", "Conversation that is not recorded"),
                "Ctrl+Shift+N",
                self.incognito_requested,
            ),
        ):
            menu.addAction(f"{text}\t{keys}").triggered.connect(signal)
        menu.popup(self._kinds.mapToGlobal(QPoint(0, self._kinds.height())))

    def _restyle(self) -> None:
        side = self._appearance.px(26)
        self._tile.setPixmap(application_icon(side).pixmap(side, side))
        accent = self._appearance.colour(Role.ACCENT).name()
        small = self._appearance.px(14)
        self._button.setIcon(icon("plus", accent, small))
        self._button.setIconSize(QSize(small, small))
        self._kinds.setIcon(icon("chevron-down", accent, small))
        self._kinds.setIconSize(QSize(small, small))
