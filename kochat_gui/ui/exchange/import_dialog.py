"""Takes over conversations: asks for files, shows what is in them, and what became of them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.exchange.imports import Imported
from kochat_gui.services.exchange.report import FoundFile
from kochat_gui.ui.exchange.import_texts import found_text, imported_text, left_out_text, taken_text
from kochat_gui.ui.file_dialog import file_dialog
from kochat_gui.ui.models.dropped import DropTarget
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.work_dialog import WorkDialog, scrolled

_WIDTH, _HEIGHT = 560, 560
_SHOWN_FILES = 200


class ImportDialog(WorkDialog):
    """Open it with ``open()``.

    Signals: chosen(list of Path), import_requested(), undo_requested(), besides those of
    ``WorkDialog``.
    """

    chosen = Signal(list)
    import_requested = Signal()
    undo_requested = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        title = translate("ImportPage", "Import conversations")
        super().__init__(title, _WIDTH, _HEIGHT, appearance, parent)
        self._text = Paragraph("", "note")
        self._files = QPushButton(translate("ImportPage", "Choose files…"))
        self._folder = QPushButton(translate("ImportPage", "Choose a folder…"))
        self._rows = QVBoxLayout()
        self._import = QPushButton()
        self._undo = QPushButton(translate("ImportPage", "Undo the import"))
        self._close = QPushButton(translate("ImportPage", "Close"))
        self._is_storing = False
        # The window takes none while this is over it.
        drops = DropTarget(self)
        drops.dropped.connect(lambda path: self.chosen.emit([path]))
        drops.several_dropped.connect(self.chosen)
        drops.refused.connect(self.show_problem)
        self._build()
        self._show_start()

    def reject(self) -> None:
        """Close; while conversations are being stored, stop that first."""
        if self._is_storing:
            self.stop_requested.emit()
        else:
            super().reject()

    def begin_work(self, text: str) -> None:
        self.setAcceptDrops(False)
        super().begin_work(text)

    def begin_storing(self, text: str) -> None:
        """Show that conversations are stored: other writing, and so the window, would wait."""
        self.begin_work(text)
        self._text.setText(_found_text())
        self._is_storing = True

    def end_work(self) -> None:
        self._is_storing = False
        self.setAcceptDrops(True)
        super().end_work()

    def show_found(self, found: Sequence[FoundFile]) -> None:
        """Say what can be taken over."""
        self._clear()
        for file in found[:_SHOWN_FILES]:
            text = found_text(file)
            self._add(file.path, text, left_out_text(file.left_out), file.error)
        self._add_rest(len(found))
        count = sum(file.conversations for file in found)
        self._text.setText(_found_text() if count else _start_text())
        self._import.setText(
            translate("ImportPage", "Import {count} conversations").format(count=f"{count:,}")
        )
        self._import.setVisible(bool(count))
        if count:
            self._import.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_imported(self, imported: Imported) -> None:
        """Say what became of each file; one that was stopped can go on."""
        self._undo.setVisible(bool(imported.conversation_ids))
        if imported.is_stopped and not imported.files:
            self._text.setText(imported_text(imported))
            self._import.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._clear()
        self._text.setText(imported_text(imported))
        for file in imported.files[:_SHOWN_FILES]:
            self._add(file.path, taken_text(file), left_out_text(file.left_out), file.error)
        self._add_rest(len(imported.files))
        self._import.setText(translate("ImportPage", "Import the rest"))
        self._import.setVisible(imported.is_stopped)
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_taken_back(self) -> None:
        """Say that nothing is left of the import."""
        self._clear()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)
        self._import.hide()
        self._undo.hide()
        self._text.setText(translate("ImportPage", "Everything imported is in the trash now."))

    def _build(self) -> None:
        self._files.clicked.connect(self._ask_files)
        self._folder.clicked.connect(self._ask_folder)
        self._import.setObjectName("primary")
        self._import.clicked.connect(self.import_requested)
        self._undo.clicked.connect(self.undo_requested)
        self._close.clicked.connect(self.reject)
        choose = QHBoxLayout()
        choose.setSpacing(8)
        choose.addWidget(self._files)
        choose.addWidget(self._folder)
        choose.addStretch(1)
        inside = QWidget()
        self._rows.setSpacing(8)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.addLayout(self._rows)
        column.addStretch(1)
        scroll = scrolled(inside)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._undo)
        foot.addStretch(1)
        foot.addWidget(self._close)
        foot.addWidget(self._import)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(24, 20, 24, 16)
        outside.setSpacing(12)
        outside.addWidget(self._text)
        outside.addLayout(choose)
        outside.addWidget(self._work)
        outside.addWidget(self._problem)
        outside.addWidget(scroll, 1)
        outside.addLayout(foot)

    def _show_start(self) -> None:
        self._text.setText(_start_text())
        self._import.hide()
        self._undo.hide()

    def _resting(self) -> Sequence[QWidget]:
        return self._files, self._folder, self._import, self._undo

    def _clear(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            row = item.widget()
            if row is not None:
                row.hide()
                row.deleteLater()

    def _add(self, path: Path, text: str, left_out: str, error: UserFacingError | None) -> None:
        row = QFrame()
        row.setObjectName("item")
        column = QVBoxLayout(row)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(2)
        name = ElidedLabel("item_name")
        name.set_full_text(path.name)
        column.addWidget(name)
        if error is not None:
            column.addWidget(Paragraph(error.text(), "danger_caption"))
        else:
            column.addWidget(Paragraph(text, "caption"))
            if left_out:
                column.addWidget(Paragraph(left_out, "warning_caption"))
        self._rows.addWidget(row)

    def _add_rest(self, count: int) -> None:
        if count > _SHOWN_FILES:
            more = translate("ImportPage", "and {count} more files")
            self._rows.addWidget(
                Paragraph(more.format(count=f"{count - _SHOWN_FILES:,}"), "caption")
            )

    def _ask_files(self) -> None:
        dialog = file_dialog(self, translate("ImportPage", "Choose exported conversations"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(
            [
                translate("ImportPage", "Exported conversations (*.json *.zip *.chat *.jsonl)"),
                translate("ImportPage", "All files (*)"),
            ]
        )
        self._open_file_dialog(dialog)

    def _ask_folder(self) -> None:
        dialog = file_dialog(self, translate("ImportPage", "Choose a folder with conversations"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open_file_dialog(dialog)

    def _open_file_dialog(self, dialog: QFileDialog) -> None:
        dialog.filesSelected.connect(lambda names: self.chosen.emit([Path(name) for name in names]))
        dialog.open()


def _start_text() -> str:
    return translate(
        "ImportPage",
        "Choose what ChatGPT, Open WebUI, LM Studio, Jan, GPT4All or KoChat has exported. "
        "Archives (ZIP) need not be unpacked. It can be dropped onto the window, too.",
    )


def _found_text() -> str:
    return translate(
        "ImportPage",
        "They come into a folder named after the program. Conversations that are there already are "
        "skipped.",
    )
