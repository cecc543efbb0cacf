"""The bar above the chat, and the cards that its pickers open."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.core.models import ModelState
from kochat_gui.services.events import ModelStatus
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.ui.header.card import Card
from kochat_gui.ui.header.model_texts import (
    dot_role,
    engine_text,
    level_row,
    level_summary,
    model_row,
    model_summary,
    state_text,
)
from kochat_gui.ui.header.picker_button import PickerButton
from kochat_gui.ui.icons import icon
from kochat_gui.ui.theme import Appearance, Role

_STACK_BELOW = 640
_HIDE_ENGINE_BELOW = 820
_CARD_WIDTH = 460


class HeaderBar(QFrame):
    """Model and level pickers, state, context gauge, parameters.

    Signals: sidebar_toggled(), parameters_requested(), failed(UserFacingError).
    """

    sidebar_toggled = Signal()
    parameters_requested = Signal()
    failed = Signal(object)

    def __init__(self, models: ModelManager, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._models = models
        self._appearance = appearance
        self._status = ModelStatus(ModelState.UNLOADED, None, None)
        self._sidebar_button = self._tool_button(translate("Header", "Conversation list (Ctrl+B)"))
        self._model = PickerButton(appearance, is_strong=True, parent=self)
        self._level = PickerButton(appearance, is_strong=False, parent=self)
        self._engine = _caption()
        self._state = _caption()
        self._progress = QProgressBar()
        self._cancel = QPushButton(translate("Header", "Cancel"))
        self._retry = QPushButton(translate("Header", "Try again"))
        self._context = _caption()
        self._gauge = QProgressBar()
        self._has_context = False
        self._parameters_button = self._tool_button(translate("Header", "Parameters (Ctrl+P)"))
        self._pickers = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        self._connect()
        self._restyle()
        self.set_context(None, 0)
        self.set_status(self._status)

    def set_status(self, status: ModelStatus) -> None:
        """Show the chosen model and how far it is."""
        self._status = status
        self._model.set_content(model_summary(status), dot_role(status))
        self._level.setVisible(status.spec is not None and status.quantization is not None)
        self._level.set_content(self._level_text(status))
        is_working = status.state in {ModelState.PREPARING, ModelState.LOADING}
        is_failed = status.state is ModelState.FAILED
        self._state.setText(state_text(status))
        self._state.setVisible(is_working or is_failed)
        self._state.setToolTip(status.error.text() if status.error else "")
        self._progress.setVisible(is_working)
        self._progress.setValue(round(1000 * (status.progress or 0)))
        self._cancel.setVisible(is_working)
        self._retry.setVisible(is_failed and status.spec is not None)
        self._engine.setText(engine_text(status))
        self._update_shown()

    def set_context(self, used: int | None, window: int) -> None:
        """Show how much of the context window the conversation takes; None hides the gauge."""
        self._has_context = used is not None and window > 0
        self._update_shown()
        if used is None or window <= 0:
            return
        self._context.setText(
            translate("Header", "Context {used} / {window}").format(
                used=f"{used:,}", window=f"{window:,}"
            )
        )
        self._gauge.setToolTip(self._context.text())
        self._gauge.setMaximum(window)
        self._gauge.setValue(min(used, window))

    def open_model_card(self) -> None:
        """Show the models on this computer."""
        card = Card(self._appearance, translate("Header", "Models on this computer"), self._model)
        for spec in self._models.models():
            is_chosen = (
                self._status.spec is not None and spec.model_id == self._status.spec.model_id
            )
            row = card.add_row(model_row(spec), is_chosen=is_chosen)
            row.clicked.connect(
                lambda _=False, model_id=spec.model_id: self._choose(model_id, None)
            )
        card.add_note(
            translate(
                "Header",
                "For better answers, open a larger Korean model: a GGUF file or a safetensors "
                "folder. Good ones for a computer with 8 GB of memory are Kanana 1.5 2.1B "
                "(Apache-2.0) and Mi:dm 2.0 Mini (MIT); Hugging Face has both as GGUF files.",
            )
        )
        buttons = QHBoxLayout()
        open_file = QPushButton(translate("Header", "Open a model file…"))
        open_folder = QPushButton(translate("Header", "Open a model folder…"))
        open_file.clicked.connect(card.close)
        open_file.clicked.connect(self.open_model_file)
        open_folder.clicked.connect(card.close)
        open_folder.clicked.connect(self.open_model_folder)
        buttons.addWidget(open_file)
        buttons.addWidget(open_folder)
        row_widget = QWidget()
        row_widget.setLayout(buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        card.add_widget(row_widget)
        card.open(_CARD_WIDTH)

    def open_level_card(self) -> None:
        """Show the quantization levels of the chosen model."""
        spec = self._status.spec
        if spec is None:
            return
        try:
            choices = self._models.choices(spec)
        except UserFacingError as error:
            self.failed.emit(error)
            return
        card = Card(self._appearance, translate("Header", "Quantization level"), self._level)
        for choice in choices:
            row = card.add_row(
                level_row(choice), is_chosen=choice.name == self._status.quantization
            )
            row.clicked.connect(lambda _=False, name=choice.name: self._choose(spec.model_id, name))
        card.add_note(
            translate(
                "Header",
                "Fewer bits make the file smaller and answers faster, but a little less exact.",
            )
        )
        card.open(_CARD_WIDTH)

    def open_model_file(self) -> None:
        """Ask for a model file and choose it."""
        dialog = QFileDialog(self.window(), translate("Header", "Open a model file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [translate("Header", "Models (*.gguf *.bin)"), translate("Header", "All files (*)")]
        )
        self._open_dialog(dialog)

    def open_model_folder(self) -> None:
        """Ask for a safetensors folder and choose it."""
        dialog = QFileDialog(self.window(), translate("Header", "Open a model folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._open_dialog(dialog)

    def add_and_choose(self, path: Path) -> None:
        """Put the model at ``path`` on the list and load it."""
        try:
            spec = self._models.add(path)
        except UserFacingError as error:
            self.failed.emit(error)
            return
        self._choose(spec.model_id, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _STACK_BELOW
        self._pickers.setDirection(
            QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        )
        self._update_shown()

    def _build(self) -> None:
        self._progress.setRange(0, 1000)
        for bar, width in ((self._progress, 110), (self._gauge, 84)):
            bar.setTextVisible(False)
            bar.setFixedWidth(width)
            bar.setFixedHeight(6)
        self._cancel.setObjectName("small")
        self._retry.setObjectName("small")
        self._model.setToolTip(translate("Header", "Choose a model (Ctrl+M)"))
        self._level.setToolTip(translate("Header", "Choose a quantization level (Ctrl+L)"))
        self._gauge.setAccessibleName(translate("Header", "Context used"))
        self._pickers.setSpacing(8)
        self._pickers.addWidget(self._model)
        self._pickers.addWidget(self._level)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 9, 16, 9)
        row.setSpacing(10)
        row.addWidget(self._sidebar_button)
        row.addLayout(self._pickers)
        working: tuple[QWidget, ...] = (
            self._engine,
            self._state,
            self._progress,
            self._cancel,
            self._retry,
        )
        for widget in working:
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._context)
        row.addWidget(self._gauge)
        row.addWidget(self._parameters_button)

    def _connect(self) -> None:
        self._sidebar_button.clicked.connect(self.sidebar_toggled)
        self._model.clicked.connect(self.open_model_card)
        self._level.clicked.connect(self.open_level_card)
        self._cancel.clicked.connect(self._models.cancel)
        self._retry.clicked.connect(self._on_retry)
        self._parameters_button.clicked.connect(self.parameters_requested)
        self._appearance.changed.connect(self._restyle)

    def _restyle(self) -> None:
        colour = self._appearance.colour(Role.INK_SECOND).name()
        side = self._appearance.px(20)
        for button, name in (
            (self._sidebar_button, "sidebar"),
            (self._parameters_button, "sliders"),
        ):
            button.setIcon(icon(name, colour, side))
            button.setIconSize(QSize(side, side))

    def _tool_button(self, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("tool")
        button.setToolTip(text)
        button.setAccessibleName(text)
        return button

    def _level_text(self, status: ModelStatus) -> str:
        if status.spec is None or status.quantization is None:
            return ""
        try:
            choices = self._models.choices(status.spec)
        except UserFacingError:
            # Its reason is shown by the state beside the picker.
            return status.quantization
        return next(
            (level_summary(choice) for choice in choices if choice.name == status.quantization),
            status.quantization,
        )

    def _update_shown(self) -> None:
        """Leave out what there is no room for: the pickers matter most."""
        is_roomy = self.width() >= _HIDE_ENGINE_BELOW
        self._engine.setVisible(is_roomy and bool(self._engine.text()))
        self._context.setVisible(self._has_context and self.width() >= _STACK_BELOW)
        self._gauge.setVisible(self._has_context)

    def _choose(self, model_id: str, level: str | None) -> None:
        try:
            self._models.choose(model_id, level)
        except UserFacingError as error:
            self.failed.emit(error)

    def _on_retry(self) -> None:
        spec = self._status.spec
        if spec is not None:
            self._choose(spec.model_id, self._status.quantization)

    def _open_dialog(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.add_and_choose(Path(name)))
        dialog.open()


def _caption() -> QLabel:
    label = QLabel()
    label.setObjectName("caption")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
