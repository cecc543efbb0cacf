"""Asks which level of a model to save as a file of one's own, and where."""

import re
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelSpec, QuantizationChoice
from kochat_gui.ui.file_dialog import file_dialog
from kochat_gui.ui.header.model_texts import level_phrase, size_text
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph

_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")
_MAX_NAME_CHARS = 80


class ExportDialog(QDialog):
    """Open it with ``open()``; it stays until its owner calls ``accept()``.

    Signals: submitted(str level, Path target).
    """

    submitted = Signal(str, object)

    def __init__(
        self, spec: ModelSpec, choices: list[QuantizationChoice], level: str | None, parent: QWidget
    ) -> None:
        """``level``: the one that is preselected."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("ExportDialog", "Convert and save"))
        self._spec = spec
        self._level = QComboBox()
        # Long names must not make the dialog wider than the window.
        self._level.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._level.setAccessibleName(translate("ExportDialog", "Quantization level"))
        for choice in choices:
            text = f"{choice.name} · {size_text(choice.size_bytes)} · {level_phrase(choice.name)}"
            self._level.addItem(text, choice.name)
        self._level.setCurrentIndex(max(0, self._level.findData(level)))
        self._problem = Paragraph("", "danger_text")
        self._problem.hide()
        name = ElidedLabel("panel_title")
        name.set_full_text(spec.name)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(name)
        column.addWidget(Paragraph(_introduction(), "note"))
        column.addWidget(self._level)
        column.addWidget(self._problem)
        column.addWidget(self._buttons())
        self.setMinimumWidth(min(460, parent.width() - 20))

    def save_to(self, target: Path) -> None:
        """Submit the chosen level with ``target``."""
        self._problem.hide()
        self.submitted.emit(self._level.currentData(), target)

    def show_problem(self, error: UserFacingError) -> None:
        """Say why the file cannot be made there."""
        self._problem.setText(error.text())
        self._problem.show()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(translate("ExportDialog", "Cancel"))
        save = buttons.addButton(
            translate("ExportDialog", "Choose a place…"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        save.setObjectName("primary")
        buttons.accepted.connect(self._ask_where)
        buttons.rejected.connect(self.reject)
        return buttons

    def _ask_where(self) -> None:
        dialog = file_dialog(self, translate("ExportDialog", "Save a GGUF file"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # What is there is never replaced; the workshop says so in its own words.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setNameFilter(translate("ExportDialog", "GGUF files (*.gguf)"))
        dialog.setDefaultSuffix("gguf")
        dialog.selectFile(file_name(self._spec.name, self._level.currentData()))
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()


def file_name(name: str, level: str) -> str:
    """A file name of a model's name, which may hold anything."""
    safe = _NOT_IN_NAMES.sub("-", name).strip(".-")[:_MAX_NAME_CHARS] or "model"
    return f"{safe}-{level}.gguf"


def _introduction() -> str:
    return translate(
        "ExportDialog",
        "The model is saved as one GGUF file that other programs can open, too. "
        "The model itself stays as it is.",
    )
