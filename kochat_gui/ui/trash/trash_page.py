"""The page of deleted conversations, in the place of the conversation."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import Conversation
from kochat_gui.core.i18n import translate
from kochat_gui.ui.focus_chain import is_focus_lost
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.row_background import RowState
from kochat_gui.ui.sidebar.conversation_delegate import ConversationDelegate
from kochat_gui.ui.sidebar.conversation_list import ConversationList
from kochat_gui.ui.sidebar.row_painter import RowPainter
from kochat_gui.ui.sidebar.rows import LOOSE, More, Part, Row
from kochat_gui.ui.theme import Appearance, Role

_TEXT_WIDTH = 744
"""px at 100 %: as wide as the text of a conversation."""


class _TrashDelegate(ConversationDelegate):
    """Says how long each conversation can still be restored."""

    def __init__(
        self,
        appearance: Appearance,
        days_left: Callable[[Conversation], int],
        parent: ConversationList,
    ) -> None:
        super().__init__(appearance, parent.rows, parent)
        self._days_left = days_left

    def paint_conversation(
        self,
        painter: QPainter,
        rect: QRect,
        state: RowState,
        conversation: Conversation,
    ) -> None:
        days = translate("Trash", "{days} days left").format(days=self._days_left(conversation))
        RowPainter(self._appearance).conversation(painter, rect, state, conversation, side=days)


class TrashPage(QWidget):
    """Nothing is deleted for good at one click.

    Signals: closed(), restore_requested(), delete_requested() and empty_requested() once they were
    confirmed.
    """

    closed = Signal()
    restore_requested = Signal()
    delete_requested = Signal()
    empty_requested = Signal()

    def __init__(self, appearance: Appearance, days_left: Callable[[Conversation], int]) -> None:
        super().__init__()
        self._appearance = appearance
        self._count = 0
        self.list = ConversationList(
            appearance, translate("Trash", "Deleted conversations"), opens_by="double click"
        )
        self.list.setEditTriggers(self.list.EditTrigger.NoEditTriggers)
        self.list.setItemDelegate(_TrashDelegate(appearance, days_left, self.list))
        self._empty = Paragraph(
            translate(
                "Trash", "The trash is empty. Deleted conversations are kept here for 30 days."
            ),
            "caption",
        )
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._note = Paragraph(
            translate(
                "Trash",
                "Conversations are kept here for 30 days. To read one, restore it first: "
                "Enter or a double click restores and opens it.",
            ),
            "note",
        )
        self._close = QToolButton()
        self._restore = _button(translate("Trash", "Restore"))
        self._delete = _button(translate("Trash", "Delete for good…"))
        self._clear = _button(translate("Trash", "Empty the trash…"))
        self._actions = QWidget()
        self._question = _Question()
        self._build()
        self._connect()
        self._restyle()

    def show_part(self, part: Part) -> None:
        """List these, as deleted last."""
        here = self.list.currentIndex().row()
        rows: list[Row] = list(part.conversations)
        self.list.rows.show([*rows, More(LOOSE)] if part.has_more else rows)
        self._count = len(rows)
        self._empty.setVisible(not rows)
        self._note.setVisible(bool(rows))
        self.list.setVisible(bool(rows))
        self._actions.setVisible(bool(rows) and self._question.isHidden())
        if rows and not self.list.selected():
            self.list.select_near(max(0, here))
        self._update()

    def focus_list(self) -> None:
        """Let the keyboard be at the list, or at the cross when there is nothing."""
        target = self.list if self._count else self._close
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusNextPrevChild(self, next: bool) -> bool:
        if is_focus_lost(self) and self.isVisible():
            self.focus_list()
            return True
        return super().focusNextPrevChild(next)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif not self._question.isHidden():
            self._withdraw()
        else:
            self.closed.emit()

    def _build(self) -> None:
        title = QLabel(translate("Trash", "Trash"))
        title.setObjectName("page_title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        self._close.setObjectName("tool")
        back = translate("Trash", "Back to the conversation (Esc)")
        self._close.setToolTip(back)
        self._close.setAccessibleName(back)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._close)
        actions = QHBoxLayout(self._actions)
        actions.setContentsMargins(0, 0, 0, 0)
        actions.setSpacing(8)
        for button in (self._restore, self._delete):
            actions.addWidget(button)
        actions.addStretch(1)
        actions.addWidget(self._clear)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addWidget(self._actions)
        column.addWidget(self._question)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self._inside, 1000)
        row.addStretch(1)

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._restore.clicked.connect(self.restore_requested)
        self._delete.clicked.connect(self.ask_delete)
        self._clear.clicked.connect(self._ask_empty)
        self._question.cancelled.connect(self._withdraw)
        self.list.delete_pressed.connect(self.ask_delete)
        self.list.selection_changed.connect(self._on_selection_changed)
        self._appearance.changed.connect(self._restyle)

    def ask_delete(self) -> None:
        """Ask whether the selected conversations are to be deleted for good."""
        count = len(self.list.selected())
        if count:
            self._ask(
                translate("Trash", "Delete {count} conversations for good?").format(
                    count=f"{count:,}"
                ),
                self.delete_requested.emit,
            )

    def _ask_empty(self) -> None:
        self._ask(
            translate("Trash", "Delete everything in the trash for good?"),
            self.empty_requested.emit,
        )

    def _ask(self, text: str, action: Callable[[], None]) -> None:
        def confirmed() -> None:
            self._withdraw()
            action()

        self._actions.hide()
        self._question.ask(text, confirmed)

    def _withdraw(self) -> None:
        self._question.hide()
        self._actions.setVisible(self._count > 0)
        self.focus_list()

    def _on_selection_changed(self) -> None:
        # What was asked is about what was selected then.
        if not self._question.isHidden():
            self._question.hide()
            self._actions.setVisible(self._count > 0)
        self._update()

    def _update(self) -> None:
        has_selected = bool(self.list.selected())
        self._restore.setEnabled(has_selected)
        self._delete.setEnabled(has_selected)

    def _restyle(self) -> None:
        side = self._appearance.px(18)
        self._close.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), side))
        self._close.setIconSize(QSize(side, side))
        self._inside.setMaximumWidth(self._appearance.px(_TEXT_WIDTH) + 32)
        self.list.scheduleDelayedItemsLayout()


class _Question(QFrame):
    """The second step of what cannot be taken back. Signals: cancelled()."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("error_card")
        self._action: Callable[[], None] = self.hide
        self._text = Paragraph("", "item_name")
        remark = Paragraph(
            translate(
                "Trash",
                "This cannot be taken back. Backups that were made already may still have it.",
            ),
            "note",
        )
        self._cancel = _button(translate("Trash", "Cancel"))
        confirm = _button(translate("Trash", "Delete for good"))
        confirm.setObjectName("danger")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(confirm)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addWidget(remark)
        column.addLayout(buttons)
        self._cancel.clicked.connect(self.cancelled)
        confirm.clicked.connect(self._confirm)
        self.hide()

    def ask(self, text: str, action: Callable[[], None]) -> None:
        """Show ``text``; ``action`` is what the second click does."""
        self._text.setText(text)
        self._action = action
        self.show()
        # An Enter that is held down must not be the second step.
        self._cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
            return
        # Buttons know Enter only in dialogs. One that is held down is what opened the question.
        event.accept()
        pressed = self.focusWidget()
        if isinstance(pressed, QPushButton) and not event.isAutoRepeat():
            pressed.click()

    def _confirm(self) -> None:
        self._action()


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("small")
    return button
