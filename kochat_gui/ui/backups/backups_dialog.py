"""All backups of the conversations: made now, looked at, put back, deleted."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.backups import Backup, Contents
from kochat_gui.ui.backups.backup_row import BackupRow
from kochat_gui.ui.file_dialog import file_dialog
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.work_dialog import WorkDialog, scrolled

_WIDTH, _HEIGHT = 600, 640


class BackupsDialog(WorkDialog):
    """Open it with ``open()``.

    Signals: make_requested(), folder_requested(), restore_requested(Path), delete_requested(
    Backup), besides those of ``WorkDialog``.
    """

    make_requested = Signal()
    folder_requested = Signal()
    restore_requested = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget, *, is_allowed: bool) -> None:
        """``is_allowed``: whether the conversations can be copied and replaced."""
        super().__init__(translate("BackupsDialog", "Backups"), _WIDTH, _HEIGHT, appearance, parent)
        self._appearance = appearance
        self._is_allowed = is_allowed
        self._rows: dict[Path, BackupRow] = {}
        self._make = QPushButton(translate("BackupsDialog", "Back up now"))
        self._folder = QPushButton(translate("BackupsDialog", "Open the folder"))
        self._file = QPushButton(translate("BackupsDialog", "Restore from a file…"))
        self._empty = Paragraph(translate("BackupsDialog", "There is no backup yet."), "note")
        self._column = QVBoxLayout()
        self._inside = QWidget()
        self._scroll = scrolled(self._inside)
        self._build()

    def show_backups(self, backups: Sequence[tuple[Backup, int]]) -> None:
        """List backups with their sizes in bytes, newest first."""
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows.clear()
        today = datetime.now().astimezone().date()
        for number, (backup, size_bytes) in enumerate(backups):
            row = BackupRow(backup, size_bytes, today, self._appearance)
            row.set_allowed(is_allowed=self._is_allowed)
            row.asked.connect(lambda row=row: self._on_asked(row))
            row.restore_requested.connect(
                lambda path=backup.path: self.restore_requested.emit(path)
            )
            row.delete_requested.connect(lambda backup=backup: self.delete_requested.emit(backup))
            self._rows[backup.path] = row
            self._column.insertWidget(number, row)
        self._empty.setVisible(not backups)

    def show_contents(self, path: Path, contents: Contents | UserFacingError) -> None:
        """Say what is in a listed backup, or why it cannot be read."""
        row = self._rows.get(path)
        if row is None:
            return
        if isinstance(contents, UserFacingError):
            row.show_unreadable(translate("BackupsDialog", "Damaged: it cannot be restored"))
        else:
            row.show_contents(contents)

    def focus_newest(self) -> None:
        """Put the keyboard focus on the first backup."""
        for row in list(self._rows.values())[:1]:
            row.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        asking = [row for row in self._rows.values() if row.is_asking]
        if event.key() == Qt.Key.Key_Escape and asking:
            asking[0].close_question()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._make.setObjectName("primary")
        self._file.setObjectName("quiet")
        self._make.setEnabled(self._is_allowed)
        self._file.setEnabled(self._is_allowed)
        self._make.clicked.connect(self.make_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._file.clicked.connect(self._ask_file)
        actions = QHBoxLayout()
        actions.setSpacing(8)
        for button in (self._make, self._folder):
            actions.addWidget(button)
        actions.addStretch(1)
        actions.addWidget(self._file)
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(8)
        inside.addLayout(self._column)
        inside.addWidget(self._empty)
        inside.addStretch(1)
        close = QPushButton(translate("BackupsDialog", "Close"))
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(Paragraph(_introduction(is_allowed=self._is_allowed), "note"))
        column.addLayout(actions)
        column.addWidget(self._work)
        column.addWidget(self._problem)
        column.addWidget(self._scroll, 1)
        column.addWidget(Paragraph(_remark(), "caption"))
        column.addLayout(foot)

    def _resting(self) -> Sequence[QWidget]:
        return (self._make, self._file, self._inside) if self._is_allowed else (self._inside,)

    def _on_asked(self, asking: BackupRow) -> None:
        for row in self._rows.values():
            if row is not asking:
                row.close_question()
        # The row has the height of its question when all layouts around it know of it.
        QTimer.singleShot(0, asking, lambda: self._scroll.ensureWidgetVisible(asking, 0, 0))

    def _ask_file(self) -> None:
        dialog = file_dialog(self, translate("BackupsDialog", "Choose a backup"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                translate("BackupsDialog", "Backups (*.db)"),
                translate("BackupsDialog", "All files (*)"),
            ]
        )
        dialog.fileSelected.connect(lambda name: self.restore_requested.emit(Path(name)))
        dialog.open()


def _introduction(*, is_allowed: bool) -> str:
    if not is_allowed:
        return translate(
            "BackupsDialog",
            "Conversations cannot be stored at the moment, so they can be neither backed up nor "
            "restored.",
        )
    return translate(
        "BackupsDialog",
        "Conversations are copied once a day. Of older copies one is kept for each day, week and "
        "month.",
    )


def _remark() -> str:
    return translate(
        "BackupsDialog",
        "What was deleted for good is still in the backups from before. To get rid of it "
        "altogether, delete these, too.",
    )
