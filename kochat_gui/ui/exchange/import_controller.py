"""Looks into files, takes over the conversations in them, and takes that back."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.services.exchange.imports import ConversationImports, Imported
from kochat_gui.services.exchange.report import FoundFile
from kochat_gui.services.notices import Notice, NoticeAction, Severity
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.exchange.import_dialog import ImportDialog
from kochat_gui.ui.exchange.import_texts import imported_text
from kochat_gui.ui.exchange.notice_actions import UNDO_IMPORT
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.watched_task import WatchedTask

_NOTICE_ID = "import"


class ImportController(QObject):
    """One import at a time; the last one can be taken back.

    Signals: taken_back(list of conversation ids) that are in the trash now.
    """

    taken_back = Signal(list)

    def __init__(
        self,
        services: Services,
        imports: ConversationImports,
        appearance: Appearance,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._notices = services.notices
        self._imports = imports
        self._appearance = appearance
        self._window = window
        self._dialog: ImportDialog | None = None
        self._paths: list[Path] = []
        self._last: Imported | None = None
        self._stopped: Imported | None = None
        """What was taken over of the files in view before somebody stopped it."""
        self._looking = WatchedTask(self)
        self._looking.done.connect(self._on_looked)
        self._looking.failed.connect(self._on_failed)
        self._taking = WatchedTask(self)
        self._taking.done.connect(self._on_taken)
        self._taking.failed.connect(self._on_failed)
        self._stop_taking = CancelToken()
        self._undoing = BackgroundTask(self)
        self._undoing.done.connect(self._on_taken_back)
        self._undoing.failed.connect(self._on_failed)

    def open(self, paths: Sequence[Path] = ()) -> None:
        """Show the dialog, with what is in ``paths`` if there are some."""
        dialog = self._dialog
        if dialog is None:
            dialog = self._dialog = ImportDialog(self._appearance, self._window)
            dialog.chosen.connect(self._look)
            dialog.import_requested.connect(self._take)
            dialog.stop_requested.connect(self._stop)
            dialog.undo_requested.connect(self.take_back)
            dialog.finished.connect(self._on_closed)
            for task in (self._looking, self._taking):
                task.progressed.connect(dialog.set_progress)
            dialog.open()
        if paths and not self._taking.is_running:
            self._look(list(paths))

    def take_back(self) -> None:
        """Move what was imported last to the trash."""
        last, imports = self._last, self._imports
        if last is not None:
            self._notices.withdraw(_NOTICE_ID)
            self._undoing.start(lambda _cancel: imports.take_back(last))

    def _look(self, paths: list[Path]) -> None:
        self._paths = paths
        self._stopped = None
        imports = self._imports
        if self._dialog is not None:
            self._dialog.begin_work(translate("ImportPage", "Looking into the files…"))
        self._looking.start(
            lambda tell, cancel: imports.look(paths, lambda _path, done: tell(done), cancel)
        )

    def _take(self) -> None:
        paths, imports = self._paths, self._imports
        stop = self._stop_taking = CancelToken()
        text = translate("ImportPage", "Importing the conversations…")
        if self._dialog is not None:
            self._dialog.begin_storing(text)

        def take(tell: Callable[[float], None], _cancel: CancelToken) -> Imported:
            # Stopped, it still says what was taken over before.
            return imports.take(paths, lambda _path, done: tell(done), stop)

        self._taking.start(take)

    def _stop(self) -> None:
        if self._taking.is_running:
            self._stop_taking.cancel()
            return
        self._looking.cancel()
        if self._dialog is not None:
            self._dialog.end_work()

    def _on_looked(self, found: list[FoundFile]) -> None:
        if self._dialog is not None:
            self._dialog.end_work()
            self._dialog.show_found(found)

    def _on_taken(self, imported: Imported) -> None:
        if self._stopped is not None:
            imported = self._stopped.continued(imported)
        self._last = imported
        self._stopped = imported if imported.is_stopped else None
        if self._dialog is not None:
            self._dialog.end_work()
            self._dialog.show_imported(imported)
        self._offer_undo(imported)

    def _on_taken_back(self, _result: object) -> None:
        last, self._last, self._stopped = self._last, None, None
        if last is not None:
            self.taken_back.emit(list(last.conversation_ids))
        if self._dialog is not None:
            self._dialog.show_taken_back()

    def _on_failed(self, error: UserFacingError) -> None:
        if self._dialog is not None:
            self._dialog.end_work()
            self._dialog.show_problem(error)
        else:
            self._notices.post_error(error, _NOTICE_ID)

    def _on_closed(self) -> None:
        self._dialog = None
        self._looking.cancel()

    def _offer_undo(self, imported: Imported) -> None:
        if imported.conversation_ids:
            undo = NoticeAction(translate("ImportPage", "Undo the import"), UNDO_IMPORT)
            text = imported_text(imported)
            self._notices.withdraw(_NOTICE_ID)
            self._notices.post(Notice(_NOTICE_ID, Severity.INFO, text, (undo,)))
