"""The bar above the chat, and the cards that its pickers open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
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
from kochat_gui.core.states import ModelState
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.background_task import BackgroundTask
from kochat_gui.ui.header.model_texts import (
    dot_role,
    engine_text,
    level_summary,
    model_summary,
    state_text,
)
from kochat_gui.ui.header.picker_button import PickerButton
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import plain_tooltip
from kochat_gui.ui.theme import Appearance, Role

if TYPE_CHECKING:
    from kochat_gui.core.models import ModelSpec, QuantizationChoice
    from kochat_gui.services.model_manager import ModelManager
    from kochat_gui.ui.header.card import Card, CardRow

_STACK_BELOW = 640
_HIDE_ENGINE_BELOW = 820
"""Px at 100 %."""
_CARD_WIDTH = 460


class HeaderBar(QFrame):
    """Model and level pickers, state, context gauge, parameters.

    Signals: sidebar_toggled(), parameters_requested(), failed(UserFacingError),
    model_chosen(str model_id), open_file_requested(), open_folder_requested(), manage_requested().
    """

    sidebar_toggled = Signal()
    parameters_requested = Signal()
    failed = Signal(object)
    model_chosen = Signal(str)
    open_file_requested = Signal()
    open_folder_requested = Signal()
    manage_requested = Signal()

    def __init__(
        self, models: Callable[[], ModelManager], appearance: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._models = models
        self._appearance = appearance
        self._status = ModelStatus(ModelState.UNLOADED, None, None)
        self._sidebar_button = self._tool_button(translate("Header", "Conversation list (Ctrl+B)"))
        self._model = PickerButton(appearance, is_strong=True, is_led_by_name=False, parent=self)
        self._level = PickerButton(appearance, is_strong=False, is_led_by_name=True, parent=self)
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
        self._described: tuple[ModelSpec | None, str | None] = (None, None)
        self._describing = BackgroundTask(self)
        self._describing.done.connect(self._level.set_content)
        self._describing.failed.connect(self._on_not_described)
        self._build()
        self._connect()
        self._restyle()
        self.set_context(None, 0)
        self.set_status(self._status)
        self._level.hide()
        # Until the first news: to be asked to choose one would be wrong.
        self._model.set_content(translate("Header", "Looking up the model…"))

    def set_status(self, status: ModelStatus) -> None:
        """Show the chosen model and how far it is."""
        self._status = status
        self._model.set_content(model_summary(status), dot_role(status))
        self._show_level(status)
        is_working = status.state in {ModelState.PREPARING, ModelState.LOADING}
        is_failed = status.state is ModelState.FAILED
        self._state.setText(state_text(status))
        self._state.setVisible(is_working or is_failed)
        # An error names files, and a file may be called anything.
        self._state.setToolTip(plain_tooltip(status.error.text() if status.error else ""))
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
        from kochat_gui.ui.header.card import Card
        from kochat_gui.ui.header.card_texts import model_row

        if self._closes_card(Card, self._model):
            return
        card = Card(self._appearance, translate("Header", "Models on this computer"), self._model)
        for spec in self._models().models():
            is_chosen = (
                self._status.spec is not None and spec.model_id == self._status.spec.model_id
            )
            row = card.add_row(model_row(spec), is_chosen=is_chosen)
            row.clicked.connect(
                lambda _=False, model_id=spec.model_id: self.model_chosen.emit(model_id)
            )
        card.add_note(
            translate(
                "Header",
                "For better answers, open a larger Korean model: a GGUF file or a safetensors "
                "folder. Good ones for a computer with 8 GB of memory are Kanana 1.5 2.1B "
                "(Apache-2.0) and Mi:dm 2.0 Mini (MIT); Hugging Face has both as GGUF files.",
            )
        )
        card.add_widget(self._model_buttons(card))
        card.open(_CARD_WIDTH)

    def open_level_card(self) -> None:
        """Show the quantization levels of the chosen model."""
        spec = self._status.spec
        if spec is None:
            return
        try:
            choices = self._models().choices(spec)
        except UserFacingError as error:
            self.failed.emit(error)
            return
        from kochat_gui.ui.header.card import Card
        from kochat_gui.ui.header.card_texts import common_levels

        if self._closes_card(Card, self._level):
            return
        card = Card(self._appearance, translate("Header", "Quantization level"), self._level)
        files = [choice for choice in choices if not choice.engine]
        common = common_levels(files, self._status.quantization)
        others = []
        for choice in files:
            row = self._add_level(card, spec, choice)
            if choice not in common:
                others.append(row)
        if others:
            text = translate("Header", "Show all levels ({count} more)")
            card.hold_back(others, text.format(count=len(others)))
        self._add_precisions(card, spec, [choice for choice in choices if choice.engine])
        card.add_note(
            translate(
                "Header",
                "Fewer bits make the file smaller and answers faster, but a little less exact.",
            )
        )
        card.open(_CARD_WIDTH)

    def _closes_card(self, kind: type[Card], picker: PickerButton) -> bool:
        """Close the card that is open, if any; whether it was that of ``picker``."""
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        for card in self.window().findChildren(kind, options=direct):
            if card.isVisible():
                card.close()
                return card.anchor is picker
        return False

    def _add_level(self, card: Card, spec: ModelSpec, choice: QuantizationChoice) -> CardRow:
        from kochat_gui.ui.header.card_texts import level_row

        row = card.add_row(level_row(choice), is_chosen=choice.name == self._status.quantization)
        row.setEnabled(choice.missing is None)
        row.clicked.connect(lambda _=False: self._choose(spec.model_id, choice.name))
        return row

    def _add_precisions(
        self, card: Card, spec: ModelSpec, choices: Sequence[QuantizationChoice]
    ) -> None:
        """The levels of the transformers engine, or what it would take to have them."""
        if not choices:
            return
        reasons = [choice.missing for choice in choices if choice.missing is not None]
        if len(reasons) == len(choices):
            card.add_note(reasons[0].text())
            return
        card.add_heading(translate("Header", "With the transformers engine, for graphics cards:"))
        for choice in choices:
            self._add_level(card, spec, choice)
        from kochat_gui.services.precisions import device_note

        note = device_note()
        if note:
            card.add_note(note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_narrow = self.width() < self._appearance.px(_STACK_BELOW)
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
        # Of the two the model gives way first: stretch lets it have what the level leaves.
        self._pickers.addWidget(self._model, 1)
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
        self._cancel.clicked.connect(lambda: self._models().cancel())
        self._retry.clicked.connect(self._on_retry)
        self._parameters_button.clicked.connect(self.parameters_requested)
        self._appearance.changed.connect(self._restyle)
        self._appearance.changed.connect(self._fit)

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

    def _model_buttons(self, card: Card) -> QWidget:
        """What a person can do when the right model is not among the rows."""
        box = QWidget()
        buttons = QHBoxLayout(box)
        buttons.setContentsMargins(0, 0, 0, 0)
        for text, signal in (
            (translate("Header", "Open a file…"), self.open_file_requested),
            (translate("Header", "Open a folder…"), self.open_folder_requested),
            (translate("Header", "Manage models…"), self.manage_requested),
        ):
            button = QPushButton(text)
            button.setObjectName("small")
            button.clicked.connect(card.close)
            button.clicked.connect(signal)
            buttons.addWidget(button)
        return box

    def _show_level(self, status: ModelStatus) -> None:
        """The level's name at once, and its size as soon as the model's files have told it.

        When they cannot, the state beside the picker says why.
        """
        spec, level = status.spec, status.quantization
        if (spec, level) == self._described:
            return
        self._described = spec, level
        self._describing.cancel()
        self._level.setVisible(spec is not None and level is not None)
        self._level.set_content(level or "")
        if spec is not None and level is not None:
            self._describing.start(lambda _cancel: _level_text(self._models(), spec, level))

    def _on_not_described(self) -> None:
        """The next news of the model may be better."""
        self._described = (None, None)

    def _update_shown(self) -> None:
        """Leave out what there is no room for: the pickers matter most."""
        px = self._appearance.px
        is_roomy = self.width() >= px(_HIDE_ENGINE_BELOW)
        self._engine.setVisible(is_roomy and bool(self._engine.text()))
        self._context.setVisible(self._has_context and self.width() >= px(_STACK_BELOW))
        self._gauge.setVisible(self._has_context)

    def _choose(self, model_id: str, level: str | None) -> None:
        try:
            self._models().choose(model_id, level)
        except UserFacingError as error:
            self.failed.emit(error)

    def _on_retry(self) -> None:
        spec = self._status.spec
        if spec is not None:
            self._choose(spec.model_id, self._status.quantization)


def _level_text(models: ModelManager, spec: ModelSpec, level: str) -> str:
    choices = models.choices(spec)
    return next((level_summary(choice) for choice in choices if choice.name == level), level)


def _caption() -> QLabel:
    label = QLabel()
    label.setObjectName("caption")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
