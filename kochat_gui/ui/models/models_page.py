"""The page of all models, in the place of the conversation: a list, and one model beside it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
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
from kochat_gui.ui.focus_chain import is_focus_lost, set_visible
from kochat_gui.ui.icons import icon
from kochat_gui.ui.models.installed_list import InstalledList
from kochat_gui.ui.models.job_list import JobList
from kochat_gui.ui.models.model_detail import ModelDetail
from kochat_gui.ui.models.trash_button import TrashButton
from kochat_gui.ui.theme import Appearance, Role

_LIST_WIDTH = 300
_ANY_WIDTH = 16_777_215
"""Qt's QWIDGETSIZE_MAX, which PySide6 does not export."""
_ONE_COLUMN_BELOW = 760
"""px at 100 %: narrower, the list and the model take turns."""


class ModelsPage(QWidget):
    """Signals: closed(), open_file_requested(), open_folder_requested()."""

    closed = Signal()
    open_file_requested = Signal()
    open_folder_requested = Signal()

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.list = InstalledList(appearance)
        self.detail = ModelDetail(appearance)
        self.jobs = JobList()
        self.trash = TrashButton()
        self._side = QWidget()
        self._is_detail = False
        self._back = _tool(translate("ModelsPage", "All models"))
        self._close = _tool(translate("ModelsPage", "Back to the conversation (Esc)"))
        self._title = QLabel(translate("ModelsPage", "Models"))
        self._title.setObjectName("page_title")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._line = QFrame()
        self._line.setObjectName("line")
        self._line.setFixedWidth(1)
        self._build()
        appearance.changed.connect(self._restyle)
        self._restyle()

    @property
    def is_one_column(self) -> bool:
        """There is room for the list or for the model, not for both."""
        return self.width() < self._appearance.px(_ONE_COLUMN_BELOW)

    def show_detail(self) -> None:
        """Show the chosen model where there is room for one column only."""
        self._is_detail = True
        self._arrange()
        if self.is_one_column:
            self.detail.focus_first()

    def show_list(self) -> None:
        """Show the list where there is room for one column only."""
        self._is_detail = False
        self._arrange()
        self.list.focus_selected()

    def focusNextPrevChild(self, next: bool) -> bool:
        if is_focus_lost(self) and self.isVisible():
            self._focus_harmless()
            return True
        return super().focusNextPrevChild(next)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.is_one_column and self._is_detail:
            self.show_list()
        else:
            self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 8)
        head.setSpacing(8)
        head.addWidget(self._back)
        head.addWidget(self._title)
        head.addStretch(1)
        for text, signal in (
            (translate("ModelsPage", "Open a file…"), self.open_file_requested),
            (translate("ModelsPage", "Open a folder…"), self.open_folder_requested),
        ):
            button = QPushButton(text)
            button.setObjectName("small")
            button.clicked.connect(signal)
            head.addWidget(button)
        head.addWidget(self._close)
        jobs = QHBoxLayout()
        jobs.setContentsMargins(16, 0, 16, 0)
        jobs.addWidget(self.jobs)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 8)
        side.setSpacing(0)
        side.addWidget(self.list, 1)
        side.addWidget(self.trash)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._side)
        body.addWidget(self._line)
        body.addWidget(self.detail, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(jobs)
        column.addLayout(body, 1)
        self._back.clicked.connect(self.show_list)
        self._close.clicked.connect(self.closed)

    def _arrange(self) -> None:
        is_one = self.is_one_column
        set_visible(
            {
                self._side: not is_one or not self._is_detail,
                self.detail: not is_one or self._is_detail,
                self._line: not is_one,
                self._back: is_one and self._is_detail,
            }
        )
        if is_one:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(_ANY_WIDTH)
        else:
            self._side.setFixedWidth(self._appearance.px(_LIST_WIDTH))

    def _focus_harmless(self) -> None:
        """Let the keyboard be where a Space changes nothing."""
        if self._back.isVisible():
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self.list.focus_selected():
            self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restyle(self) -> None:
        colour = self._appearance.colour(Role.INK_SECOND).name()
        side = self._appearance.px(18)
        for button, name in ((self._back, "chevron-left"), (self._close, "close")):
            button.setIcon(icon(name, colour, side))
            button.setIconSize(QSize(side, side))
        self._arrange()


def _tool(text: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName("tool")
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button
