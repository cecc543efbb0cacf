"""The small button beside 보내기: leaves a message in the conversation without an answer."""

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from kochat_gui.core.conversation import Role
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.theme import Role as ColourRole

_ENTRIES = (
    (Role.USER, "user", QT_TRANSLATE_NOOP("WriteButton", "Leave it as my message, unanswered")),
    (Role.ASSISTANT, "answer", QT_TRANSLATE_NOOP("WriteButton", "Leave it as the model's answer")),
    (Role.SYSTEM, "sliders", QT_TRANSLATE_NOOP("WriteButton", "Leave it as a system message")),
)
KEYS = "Ctrl+Enter"


class WriteButton(QToolButton):
    """Signals: role_chosen(object role)."""

    role_chosen = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setObjectName("tool")
        keys = QKeySequence(KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        text = translate("WriteButton", "Leave it without an answer")
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({keys})")
        self.clicked.connect(self._open)
        self.restyle()

    def restyle(self) -> None:
        """Take over the colours and sizes in force."""
        side = self._appearance.px(16)
        colour = self._appearance.colour(ColourRole.INK_SECOND).name()
        self.setIcon(icon("chevron-down", colour, side))
        self.setIconSize(QSize(side, side))

    def _open(self) -> None:
        menu = QMenu(self)
        colour = self._appearance.colour(ColourRole.INK_SECOND).name()
        for role, name, text in _ENTRIES:
            entry = menu.addAction(icon(name, colour, 16), text.text())
            if role is Role.USER:
                entry.setShortcut(QKeySequence(KEYS))
            entry.triggered.connect(lambda _=False, chosen=role: self.role_chosen.emit(chosen))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
        menu.setActiveAction(menu.actions()[0])
