"""One backup: when, how much, and what can be done with it. Both deeds are asked about first."""

from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.services.backups import Backup, Contents
from kochat_gui.ui.backups.backup_texts import contents_text, date_text
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph
from kochat_gui.ui.theme import Appearance, Role

_ICON_PX = 18


class BackupRow(QFrame):
    """Signals: asked() when it asks whether to go on; restore_requested(); delete_requested()."""

    asked = Signal()
    restore_requested = Signal()
    delete_requested = Signal()

    def __init__(
        self, backup: Backup, size_bytes: int, today: date, appearance: Appearance
    ) -> None:
        super().__init__()
        self.setObjectName("item")
        self._size_bytes = size_bytes
        self._is_deleting = False
        self._is_allowed = True
        when = date_text(backup.made_at, today)
        self._name = ElidedLabel("item_name")
        self._name.set_full_text(when)
        self._contents = Paragraph(contents_text(size_bytes, None), "caption")
        self._restore = QPushButton(translate("BackupRow", "Restore…"))
        self._restore.setObjectName("small")
        self._restore.setAccessibleName(
            translate("BackupRow", "Restore the backup of {when}").format(when=when)
        )
        self._delete = QToolButton()
        self._delete.setObjectName("tool")
        self._delete.setToolTip(translate("BackupRow", "Delete the backup…"))
        self._delete.setAccessibleName(
            translate("BackupRow", "Delete the backup of {when}").format(when=when)
        )
        side = appearance.px(_ICON_PX)
        self._delete.setIcon(icon("trash", appearance.colour(Role.INK_SECOND).name(), side))
        self._delete.setIconSize(QSize(side, side))
        self._question = QWidget()
        self._text = Paragraph("", "note")
        self._yes = QPushButton()
        self._no = QPushButton(translate("BackupRow", "Leave it"))
        self._build()

    @property
    def is_asking(self) -> bool:
        """It asks whether to go on."""
        return not self._question.isHidden()

    def show_contents(self, contents: Contents) -> None:
        """Say how much is in it."""
        self._contents.setText(contents_text(self._size_bytes, contents))

    def show_unreadable(self, reason: str) -> None:
        """Say why it cannot be restored."""
        self._contents.setObjectName("warning_caption")
        self._contents.style().polish(self._contents)
        self._contents.setText(reason)
        self._restore.setEnabled(False)

    def set_allowed(self, *, is_allowed: bool) -> None:
        """Whether conversations can be replaced at the moment."""
        self._is_allowed = is_allowed
        self._restore.setVisible(is_allowed)

    def close_question(self) -> None:
        """Nothing is asked any more."""
        if self.is_asking:
            self._set_asking(is_asking=False)
            button = self._delete if self._is_deleting else self._restore
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_first(self) -> None:
        """Put the keyboard focus on what can be done with it."""
        self._restore.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._name)
        texts.addWidget(self._contents)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(texts, 1)
        head.addWidget(self._restore)
        head.addWidget(self._delete)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._no, self._yes):
            buttons.addWidget(button)
        asked = QVBoxLayout(self._question)
        asked.setContentsMargins(0, 6, 0, 0)
        asked.setSpacing(8)
        asked.addWidget(self._text)
        asked.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._question)
        self._no.setObjectName("small")
        self._question.hide()
        self._restore.clicked.connect(self._ask_restore)
        self._delete.clicked.connect(self._ask_delete)
        self._no.clicked.connect(self.close_question)
        self._yes.clicked.connect(self._on_yes)

    def _ask_restore(self) -> None:
        text = translate(
            "BackupRow",
            "The conversations become those of this backup. What is there now is kept as a backup "
            "first, and answers that are being written are stopped and stored.",
        )
        self._ask(text, translate("BackupRow", "Restore"), is_deleting=False)

    def _ask_delete(self) -> None:
        text = translate("BackupRow", "Delete this backup for good? Nothing can bring it back.")
        self._ask(text, translate("BackupRow", "Delete for good"), is_deleting=True)

    def _ask(self, text: str, yes: str, *, is_deleting: bool) -> None:
        self._is_deleting = is_deleting
        self._text.setText(text)
        self._yes.setText(yes)
        self._yes.setObjectName("small_danger" if is_deleting else "small_primary")
        self._yes.style().polish(self._yes)
        self._set_asking(is_asking=True)
        self.asked.emit()
        # Enter must not delete by accident.
        (self._no if is_deleting else self._yes).setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_asking(self, *, is_asking: bool) -> None:
        """The buttons in the question stand for those that asked."""
        self._question.setVisible(is_asking)
        self._delete.setVisible(not is_asking)
        self._restore.setVisible(not is_asking and self._is_allowed)

    def _on_yes(self) -> None:
        self._set_asking(is_asking=False)
        if self._is_deleting:
            self.delete_requested.emit()
        else:
            self.restore_requested.emit()
