"""Draws notices as cards; a click on an action or the cross becomes a signal."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
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
from kochat_gui.services.notices import Notice, Severity
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance, Role

_LOOKS = {
    Severity.INFO: ("info", Role.ACCENT),
    Severity.WARNING: ("warning", Role.WARNING),
    Severity.ERROR: ("warning", Role.DANGER),
}
_UNDO_MS = 8000
_TOAST_MARGIN = 16
_SHOWN_CHARS = 600
"""An error may quote a file name or a model; more than this is cut for the card."""


class NoticeArea(QWidget):
    """The notices that hold, newest at the bottom; takes no room when there are none.

    Signals: action_requested(str action_id, str notice_id to withdraw, or empty), dismissed(
    str notice_id).
    """

    action_requested = Signal(str, str)
    dismissed = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._cards: dict[str, QFrame] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 10, 16, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in the place of an older one with its id."""
        self.remove(notice.notice_id)
        card = self._card(notice)
        self._cards[notice.notice_id] = card
        self._column.addWidget(card)
        card.show()
        self.show()

    def remove(self, notice_id: str) -> None:
        """Take a notice away, if it is shown."""
        card = self._cards.pop(notice_id, None)
        if card is not None:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.setVisible(bool(self._cards))

    def _card(self, notice: Notice) -> QFrame:
        name, role = _LOOKS[notice.severity]
        card = QFrame()
        card.setObjectName("notice")
        side = self._appearance.px(18)
        mark = QLabel()
        mark.setPixmap(icon(name, self._appearance.colour(role).name(), side).pixmap(side, side))
        text = Paragraph(notice.text[:_SHOWN_CHARS], "notice_text")
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(card)
        row.setContentsMargins(14, 10, 8, 10)
        row.setSpacing(10)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        for action in notice.actions:
            button = QPushButton(action.label)
            button.setObjectName("small")
            button.clicked.connect(
                lambda _=False, action=action: self.action_requested.emit(
                    action.action_id, "" if action.keeps_notice else notice.notice_id
                )
            )
            row.addWidget(button)
        row.addWidget(self._cross(notice.notice_id), 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _cross(self, notice_id: str) -> QToolButton:
        cross = QToolButton()
        cross.setObjectName("tool")
        cross.setToolTip(translate("Notices", "Dismiss"))
        cross.setAccessibleName(translate("Notices", "Dismiss"))
        cross.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), 16))
        cross.setIconSize(QSize(16, 16))
        cross.clicked.connect(lambda: self.dismissed.emit(notice_id))
        return cross


class UndoToast(QFrame):
    """Says what was done and offers to take it back for some seconds.

    Signals: undo_requested().
    """

    undo_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._area = parent
        parent.installEventFilter(self)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        button = QPushButton(translate("Notices", "Undo"))
        button.setObjectName("small")
        button.clicked.connect(self._on_undo)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 10, 8)
        row.setSpacing(14)
        row.addWidget(self._text)
        row.addWidget(button)
        self._timer = QTimer(self, singleShot=True, interval=_UNDO_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def offer(self, text: str) -> None:
        """Show the toast at the bottom of its parent."""
        self._text.setText(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.isVisible():
            self._place()

    def _place(self) -> None:
        area = self._area.rect()
        room = area.width() - 2 * _TOAST_MARGIN
        self._text.setWordWrap(False)
        width = self.sizeHint().width()
        self._text.setWordWrap(width > room)
        self.setFixedWidth(min(width, room))
        self.adjustSize()
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - 180)

    def _on_undo(self) -> None:
        self._timer.stop()
        self.hide()
        self.undo_requested.emit()
