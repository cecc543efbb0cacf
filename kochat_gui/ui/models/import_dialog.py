"""Asks what the header of a GGML file does not say."""

import dataclasses
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ImportOptions
from kochat_gui.ui.file_dialog import file_dialog
from kochat_gui.ui.plain_text import ElidedLabel, Paragraph
from kochat_gui.ui.wheel_safe import (
    WheelSafeComboBox,
    WheelSafeDoubleSpinBox,
    WheelSafeSpinBox,
)

_CONTEXT_RANGE = (256, 131_072)
_CONTEXT_STEP = 1024
_ROPE_RANGE = (1_000.0, 100_000_000.0)
_EPSILONS = (1e-5, 1e-6)


class ImportDialog(QDialog):
    """Open it with ``open()``; it stays until its owner calls ``accept()``.

    Signals: submitted(ImportOptions) each time a person confirms.
    """

    submitted = Signal(object)

    def __init__(self, name: str, options: ImportOptions, parent: QWidget) -> None:
        """``options``: what the file's header makes likely."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(translate("ImportDialog", "Open a GGML file"))
        self._options = options
        self._tokenizer = options.tokenizer
        self._context = WheelSafeSpinBox()
        self._epsilon = WheelSafeComboBox()
        self._rope = WheelSafeDoubleSpinBox()
        self._tokenizer_name = ElidedLabel("tokenizer_name")
        self._choose = QPushButton(translate("ImportDialog", "Choose tokenizer.json…"))
        self._clear = QPushButton(translate("ImportDialog", "Do without"))
        self._problem = Paragraph("", "danger_text")
        self._fill()
        self._build(name, parent)
        self._show_tokenizer()

    @property
    def options(self) -> ImportOptions:
        """What the fields say now."""
        return dataclasses.replace(
            self._options,
            context_length=self._context.value(),
            norm_epsilon=float(self._epsilon.currentData()),
            rope_base=self._rope.value(),
            tokenizer=self._tokenizer,
        )

    def set_tokenizer(self, path: Path | None) -> None:
        """The original ``tokenizer.json``, or the folder that it is in."""
        if path is not None and path.is_dir():
            path = path / "tokenizer.json"
        self._tokenizer = path
        self._show_tokenizer()

    def show_problem(self, error: UserFacingError) -> None:
        """Say why what was submitted cannot be used."""
        self._problem.setText(error.text())
        self._problem.show()

    def _fill(self) -> None:
        self._context.setRange(*_CONTEXT_RANGE)
        self._context.setSingleStep(_CONTEXT_STEP)
        self._context.setGroupSeparatorShown(True)
        self._context.setValue(self._options.context_length)
        guess = self._options.norm_epsilon
        for value in _EPSILONS if guess in _EPSILONS else (guess, *_EPSILONS):
            self._epsilon.addItem(f"{value:g}", value)
        self._epsilon.setCurrentIndex(self._epsilon.findData(guess))
        self._rope.setRange(*_ROPE_RANGE)
        self._rope.setDecimals(0)
        self._rope.setSingleStep(1000)
        self._rope.setGroupSeparatorShown(True)
        self._rope.setValue(self._options.rope_base)
        for editor in (self._context, self._rope):
            # The style sheet's padding does not reach the field inside.
            editor.lineEdit().setTextMargins(8, 0, 0, 0)

    def _build(self, name: str, parent: QWidget) -> None:
        inside = QWidget()
        inside.setObjectName("panel_inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 20, 24, 12)
        column.setSpacing(14)
        title = ElidedLabel("panel_title")
        title.set_full_text(name)
        column.addWidget(title)
        column.addWidget(Paragraph(_introduction(), "note"))
        self._add_values(column)
        self._add_tokenizer(column)
        column.addWidget(self._problem)
        column.addStretch(1)
        self._problem.hide()
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(scroll, 1)
        outside.addWidget(self._buttons())
        wanted = inside.sizeHint().height() + 90
        self.resize(min(600, parent.width() - 20), min(max(wanted, 420), parent.height() - 40))

    def _add_values(self, column: QVBoxLayout) -> None:
        rows = (
            (
                translate("ImportDialog", "Context length"),
                translate(
                    "ImportDialog",
                    "How many tokens the model was trained to look back on: 2,048 for LLaMA 1 "
                    "and llama-2-ko, 4,096 for Llama 2.",
                ),
                self._context,
            ),
            (
                translate("ImportDialog", "Norm epsilon"),
                translate(
                    "ImportDialog",
                    "1e-05 for Llama 2 and llama-2-ko, 1e-06 for LLaMA 1 and komt v1. "
                    "A wrong value makes answers a little worse.",
                ),
                self._epsilon,
            ),
            (
                translate("ImportDialog", "RoPE base"),
                translate("ImportDialog", "10,000 for almost every model of 2023."),
                self._rope,
            ),
        )
        for label, explanation, editor in rows:
            column.addLayout(_row(label, explanation, editor))

    def _add_tokenizer(self, column: QVBoxLayout) -> None:
        column.addWidget(Paragraph(translate("ImportDialog", "Original tokenizer.json"), "field"))
        column.addWidget(
            Paragraph(
                translate(
                    "ImportDialog",
                    "Korean text is split correctly only with the original tokenizer.json. "
                    "Without it the answers may be worse; it can be added later.",
                ),
                "caption",
            )
        )
        column.addWidget(self._tokenizer_name)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._choose)
        buttons.addWidget(self._clear)
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._choose.clicked.connect(self._on_choose)
        self._clear.clicked.connect(lambda: self.set_tokenizer(None))

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.setContentsMargins(20, 4, 20, 16)
        cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        cancel.setText(translate("ImportDialog", "Cancel"))
        accept = buttons.addButton(
            translate("ImportDialog", "Open"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        accept.setObjectName("primary")
        buttons.accepted.connect(self._on_confirmed)
        buttons.rejected.connect(self.reject)
        return buttons

    def _show_tokenizer(self) -> None:
        path = self._tokenizer
        self._tokenizer_name.set_full_text(
            str(path)
            if path is not None
            else translate("ImportDialog", "Not chosen: the file's own vocabulary, repaired")
        )
        self._clear.setVisible(path is not None)
        self._problem.hide()

    def _on_choose(self) -> None:
        dialog = file_dialog(self, translate("ImportDialog", "Choose tokenizer.json"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(translate("ImportDialog", "Tokenizers (*.json)"))
        dialog.fileSelected.connect(lambda name: self.set_tokenizer(Path(name)))
        dialog.open()

    def _on_confirmed(self) -> None:
        self._problem.hide()
        self.submitted.emit(self.options)


def _introduction() -> str:
    return translate(
        "ImportDialog",
        "A GGML file of 2023 does not say everything that is needed. Likely values are filled in; "
        "change them only if the model's page says something else. The file itself stays as it is.",
    )


def _row(text: str, explanation: str, editor: QWidget) -> QHBoxLayout:
    editor.setAccessibleName(text)
    editor.setAccessibleDescription(explanation)
    editor.setFixedWidth(150)
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setBuddy(editor)
    texts = QVBoxLayout()
    texts.setSpacing(2)
    texts.addWidget(label)
    texts.addWidget(Paragraph(explanation, "caption"))
    row = QHBoxLayout()
    row.setSpacing(16)
    row.addLayout(texts, 1)
    row.addWidget(editor, 0, Qt.AlignmentFlag.AlignTop)
    return row
