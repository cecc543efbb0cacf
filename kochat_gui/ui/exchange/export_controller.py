"""Writes conversations as files where a person wants them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, Folder, MessageId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.services.exchange.export_service import ExportFormat, ExportService, Selection
from kochat_gui.services.exchange.file_names import free_name
from kochat_gui.services.exchange.report import ExportedFiles
from kochat_gui.services.notices import Notice, NoticeAction, Severity
from kochat_gui.ui.exchange.export_dialog import ExportDialog
from kochat_gui.ui.exchange.notice_actions import SHOW_FOLDER
from kochat_gui.ui.file_dialog import file_dialog
from kochat_gui.ui.plain_text import shortened
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.watched_task import WatchedTask

_NOTICE_ID = "export"
_MAX_NAME_CHARS = 40


class ExportController(QObject):
    """One export at a time."""

    def __init__(
        self,
        services: Services,
        exports: ExportService,
        appearance: Appearance,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._exports = exports
        self._appearance = appearance
        self._window = window
        self._format = ExportFormat.MARKDOWN
        self._dialog: ExportDialog | None = None
        self._task = WatchedTask(self)
        self._task.done.connect(self._on_done)
        self._task.failed.connect(self._on_failed)

    def open(
        self,
        conversation_ids: Sequence[ConversationId] = (),
        message_id: MessageId | None = None,
        folder: Folder | None = None,
    ) -> None:
        """Ask what to do with these; without any, with all conversations."""
        if self._dialog is not None:
            return
        try:
            selections = self._selections(conversation_ids, message_id, folder)
        except UserFacingError as error:
            self._services.notices.post_error(error, _NOTICE_ID)
            return
        dialog = ExportDialog(selections, self._format, self._appearance, self._window)
        self._dialog = dialog
        dialog.place_requested.connect(self._ask_place)
        dialog.stop_requested.connect(self._stop)
        dialog.finished.connect(self._on_closed)
        self._task.progressed.connect(dialog.set_progress)
        dialog.open()

    def write(self, selection: Selection, export_format: ExportFormat, target: Path) -> None:
        """Write to ``target``, which a person has chosen: a file that is there is replaced."""
        exports = self._exports
        self._format = export_format
        if self._dialog is not None:
            self._dialog.begin_work(translate("ExportPage", "Exporting the conversations…"))

        def run(tell: Callable[[float], None], cancel: CancelToken) -> ExportedFiles:
            where = target
            if exports.needs_folder(selection, export_format):
                # Among what a folder holds already, many files would be hard to find again.
                name = exports.name(selection, export_format)
                where = target / free_name(name, "", lambda found: (target / found).exists())
            return exports.run(selection, export_format, where, tell, cancel, replace=True)

        self._task.start(run)

    def _selections(
        self,
        conversation_ids: Sequence[ConversationId],
        message_id: MessageId | None,
        folder: Folder | None,
    ) -> list[tuple[str, Selection]]:
        """What was asked for first, and then everything else that can be wanted."""
        library = self._services.library
        found: list[tuple[str, Selection]] = []
        if message_id is not None:
            this = translate("ExportPage", "This message only")
            found.append((this, Selection(message_id=message_id)))
            conversation_ids = [library.message(message_id).conversation_id]
        if len(conversation_ids) == 1:
            title = library.get(conversation_ids[0]).title
            text = translate("ExportPage", "The conversation “{title}”").format(
                title=shortened(title, _MAX_NAME_CHARS)
                or translate("ExportPage", "Untitled conversation")
            )
            found.append((text, Selection(tuple(conversation_ids))))
        elif conversation_ids:
            text = translate("ExportPage", "The {count} selected conversations").format(
                count=f"{len(conversation_ids):,}"
            )
            found.append((text, Selection(tuple(conversation_ids))))
        if folder is not None:
            found.append(_of_folder(folder))
        found.append((translate("ExportPage", "All conversations"), Selection()))
        others = [each for each in library.folders() if each.count and each != folder]
        return found + [_of_folder(each) for each in others]

    def _ask_place(self, selection: Selection, export_format: ExportFormat) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        try:
            name = self._exports.name(selection, export_format)
            is_folder = self._exports.needs_folder(selection, export_format)
        except UserFacingError as error:
            dialog.show_problem(error)
            return
        title = translate("ExportPage", "Where to export")
        place = file_dialog(dialog, title)
        if is_folder:
            place.setFileMode(QFileDialog.FileMode.Directory)
            place.setOption(QFileDialog.Option.ShowDirsOnly)
        else:
            place.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            place.setNameFilter(f"{export_format.label.text()} (*{export_format.suffix})")
            place.setDefaultSuffix(export_format.suffix.removeprefix("."))
            place.selectFile(name)
        place.fileSelected.connect(
            lambda chosen: self.write(selection, export_format, Path(chosen))
        )
        place.open()

    def _stop(self) -> None:
        self._task.cancel()
        if self._dialog is not None:
            self._dialog.end_work()

    def _on_done(self, exported: ExportedFiles) -> None:
        folder = exported.paths[0].parent
        action = NoticeAction(translate("ExportPage", "Open the folder"), f"{SHOW_FOLDER}{folder}")
        notice = Notice(_NOTICE_ID, Severity.INFO, _done_text(exported), (action,))
        self._services.notices.withdraw(_NOTICE_ID)
        self._services.notices.post(notice)
        if self._dialog is not None:
            self._dialog.accept()

    def _on_failed(self, error: UserFacingError) -> None:
        if self._dialog is not None:
            self._dialog.end_work()
            self._dialog.show_problem(error)

    def _on_closed(self) -> None:
        self._dialog = None
        self._task.cancel()


def _of_folder(folder: Folder) -> tuple[str, Selection]:
    name = shortened(folder.name, _MAX_NAME_CHARS)
    text = translate("ExportPage", "The folder “{name}”").format(name=name)
    return text, Selection(folder=folder.name)


def _done_text(exported: ExportedFiles) -> str:
    if len(exported.paths) == 1:
        saved = translate("ExportPage", "Saved as {name}.").format(name=exported.paths[0].name)
    else:
        saved = translate("ExportPage", "{count} conversations were saved in {folder}.").format(
            count=f"{exported.conversations:,}", folder=exported.paths[0].parent.name
        )
    lines: list[str] = [saved]
    if exported.skipped:
        skipped = translate("ExportPage", "{count} conversations have nothing to train on.")
        lines.append(skipped.format(count=f"{exported.skipped:,}"))
    if exported.unknown_characters:
        boxes = translate("ExportPage", "{count} characters are shown as boxes.")
        lines.append(boxes.format(count=f"{exported.unknown_characters:,}"))
    return " ".join(lines)
