"""Does what the dialog of backups asks for, beside the window."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import StorageError, UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.services.store_opening import SHOW_BACKUPS_ACTION, UNDO_RESTORE_ACTION
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.watched_task import WatchedTask

if TYPE_CHECKING:
    from kochat_gui.services.backups import Backup, Contents
    from kochat_gui.ui.backups.backups_dialog import BackupsDialog

_NOTICE_ID = "backups"


class BackupsController(QObject):
    """Signals: restore_prepared(Prepared): the window may go now, and the conversations be
    replaced.
    """

    restore_prepared = Signal(object)
    _counted = Signal(object, object)

    def __init__(self, services: Services, appearance: Appearance, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._appearance = appearance
        self._window = window
        self._dialog: BackupsDialog | None = None
        self._making = WatchedTask(self)
        self._making.done.connect(self._on_made)
        self._making.failed.connect(self._on_failed)
        self._preparing = WatchedTask(self)
        self._preparing.done.connect(self.restore_prepared)
        self._preparing.failed.connect(self._on_failed)
        self._counting = BackgroundTask(self)
        self._counted.connect(self._on_counted)

    def open(self) -> None:
        """Show the backups."""
        from kochat_gui.ui.backups.backups_dialog import BackupsDialog

        if self._dialog is not None:
            return
        dialog = BackupsDialog(
            self._appearance, self._window, is_allowed=self._services.backups.is_allowed
        )
        self._dialog = dialog
        dialog.make_requested.connect(self._make)
        dialog.folder_requested.connect(self._open_folder)
        dialog.restore_requested.connect(self._prepare)
        dialog.delete_requested.connect(self._delete)
        dialog.stop_requested.connect(self._stop)
        dialog.finished.connect(self._on_closed)
        for task in (self._making, self._preparing):
            task.progressed.connect(dialog.set_progress)
        self._refresh()
        if self._making.is_running:
            dialog.begin_work(_making_text())
        dialog.open()

    def act(self, action_id: str) -> None:
        """Do what a notice offered, if it is about backups."""
        if action_id == SHOW_BACKUPS_ACTION:
            self.open()
        elif action_id.startswith(UNDO_RESTORE_ACTION):
            self.open()
            try:
                backup = self._services.backups.named(action_id.removeprefix(UNDO_RESTORE_ACTION))
            except UserFacingError as error:
                self._on_failed(error)
            else:
                self._prepare(backup.path)

    def _refresh(self) -> None:
        """List the backups; what is in them is counted beside the window."""
        dialog = self._dialog
        if dialog is None:
            return
        listed: list[tuple[Backup, int]] = []
        for backup in self._services.backups.list():
            with contextlib.suppress(OSError):  # it has just been deleted
                listed.append((backup, backup.size_bytes))
        dialog.show_backups(listed)
        backups, counted = self._services.backups, self._counted

        def count(cancel: CancelToken) -> None:
            for backup, _size in listed:
                try:
                    counted.emit(backup.path, backups.contents(backup, cancel))
                except StorageError as error:
                    counted.emit(backup.path, error)

        self._counting.start(count)

    def _make(self) -> None:
        from kochat_gui.services.backups import CopyWatch

        backups = self._services.backups
        self._begin(_making_text())
        self._making.start(lambda tell, cancel: backups.make(CopyWatch(tell, cancel)))

    def _prepare(self, source: Path) -> None:
        from kochat_gui.services.backups import CopyWatch
        from kochat_gui.services.restoring import prepare_restore

        services = self._services
        self._begin(translate("BackupsDialog", "Checking and copying the backup…"))

        def prepare(tell: Callable[[float], None], cancel: CancelToken) -> object:
            return prepare_restore(services, source, CopyWatch(tell, cancel))

        self._preparing.start(prepare)

    def _delete(self, backup: Backup) -> None:
        try:
            self._services.backups.delete(backup)
        except UserFacingError as error:
            self._on_failed(error)
        self._refresh()

    def _stop(self) -> None:
        self._making.cancel()
        self._preparing.cancel()
        self._end()

    def _begin(self, text: str) -> None:
        if self._dialog is not None:
            self._dialog.begin_work(text)

    def _end(self) -> None:
        if self._dialog is not None:
            self._dialog.end_work()

    def _on_made(self, _backup: object) -> None:
        self._end()
        self._refresh()
        if self._dialog is not None:
            self._dialog.focus_newest()

    def _on_failed(self, error: UserFacingError) -> None:
        self._end()
        if self._dialog is not None:
            self._dialog.show_problem(error)
        else:
            self._services.notices.post_error(error, _NOTICE_ID)

    def _on_counted(self, path: Path, contents: Contents | StorageError) -> None:
        if self._dialog is not None:
            self._dialog.show_contents(path, contents)

    def _on_closed(self) -> None:
        """A copy that is being made goes on; a restore does not come over the window later."""
        self._dialog = None
        self._counting.cancel()
        self._preparing.cancel()

    def _open_folder(self) -> None:
        from kochat_gui.ui.open_folder import open_folder

        folder = self._services.backups.folder
        there = folder if folder.is_dir() else folder.parent
        open_folder(there, self._services.notices)


def _making_text() -> str:
    return translate("BackupsDialog", "Backing up the conversations…")
