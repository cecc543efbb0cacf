"""System prompt, chat template and sampling parameters of the open conversation."""

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.generation import MAX_SEED, SamplingParams
from kochat_gui.core.i18n import translate
from kochat_gui.core.presets import Preset
from kochat_gui.settings.schema import SETTINGS
from kochat_gui.ui.icons import icon
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.parameters.preset_choice import PresetChoice
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.settings.editors import SettingEditor
from kochat_gui.ui.theme import Appearance, Role
from kochat_gui.ui.wheel_safe import WheelSafeComboBox

_SAVE_DELAY_MS = 400
_PREFIX = "sampling."


class ParametersPanel(QFrame):
    """Signals: changed(ConversationSettings) shortly after the last edit; preset_chosen(Preset);
    template_edit_requested(str | None name), None for the model's; prompt_requested();
    tokens_requested(); closed().
    """

    changed = Signal(object)
    preset_chosen = Signal(object)
    template_edit_requested = Signal(object)
    prompt_requested = Signal()
    tokens_requested = Signal()
    closed = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._appearance = appearance
        self._defaults = SamplingParams()
        self._sampling = SamplingParams()
        self._is_own_sampling = False
        self._system = HangulTextEdit(sends=False)
        self._template = WheelSafeComboBox()
        self._template_name: str | None = None
        self._edit_template = QPushButton(translate("Parameters", "Edit…"))
        self._preset = PresetChoice()
        self._prompt = QPushButton(translate("Parameters", "See the prompt…"))
        self._tokens = QPushButton(translate("Parameters", "See tokens…"))
        self._editors: dict[str, SettingEditor] = {}
        self._seed = QLineEdit()
        self._seed_remark = Paragraph(
            translate(
                "Parameters", "The seed is a whole number from 0 to {most}, or nothing."
            ).format(most=f"{MAX_SEED:,}"),
            "warning_caption",
        )
        self._reset = QPushButton(translate("Parameters", "Restore defaults"))
        self._close = QToolButton()
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_DELAY_MS)
        self._timer.timeout.connect(lambda: self.changed.emit(self._settings()))
        self._build()
        self._connect()
        self._restyle()

    def set_templates(self, templates: Sequence[tuple[str, str]]) -> None:
        """Offer these chat templates, each (registry name, label), and the model's own choice."""
        self._template.blockSignals(True)
        self._template.clear()
        self._template.addItem(translate("Parameters", "As the model needs it"), None)
        for name, label in templates:
            self._template.addItem(label, name)
        self._template.setCurrentIndex(max(0, self._template.findData(self._template_name)))
        self._template.blockSignals(False)

    def set_presets(self, presets: Sequence[Preset], chosen: str | None) -> None:
        """Offer the presets of the model; ``chosen`` is the one in force."""
        self._preset.set_presets(presets, chosen)
        self._show_remarks()

    def set_defaults(self, defaults: SamplingParams) -> None:
        """What stands in for values that a conversation has not; what is being typed stays."""
        self._defaults = defaults
        if not self._is_own_sampling:
            self._sampling = defaults
            self._show_sampling()
            if not self._seed.isModified():
                self._show_seed()

    def show_settings(self, settings: ConversationSettings) -> None:
        """Show a conversation's own values."""
        self.flush()
        self._is_own_sampling = settings.sampling is not None
        self._sampling = settings.sampling or self._defaults
        for widget in (self._system, self._template, self._seed):
            widget.blockSignals(True)
        self._system.set_text(settings.system_prompt)
        self._template_name = settings.template
        self._template.setCurrentIndex(max(0, self._template.findData(settings.template)))
        for widget in (self._system, self._template, self._seed):
            widget.blockSignals(False)
        self._show_sampling()
        self._show_seed()

    def focus_first(self) -> None:
        """Put the keyboard focus into the first field."""
        self._system.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Announce an edit that is still waiting, now."""
        if self._seed.isModified():
            self._on_seed()
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit(self._settings())

    def _settings(self) -> ConversationSettings:
        return ConversationSettings(
            system_prompt=self._system.text_with_preedit(),
            sampling=self._sampling if self._is_own_sampling else None,
            template=self._template_name,
        )

    def _show_sampling(self) -> None:
        for name, editor in self._editors.items():
            editor.set_value(getattr(self._sampling, name))
        self._reset.setEnabled(self._is_own_sampling)
        self._show_remarks()

    def _show_seed(self) -> None:
        self._seed.setText("" if self._sampling.seed is None else str(self._sampling.seed))

    def _show_remarks(self) -> None:
        """Beside the values of the preset, as long as they are in force."""
        remarks = {} if self._is_own_sampling else self._preset.remarks
        for name, editor in self._editors.items():
            editor.set_remark(remarks.pop(name, ""))
        self._preset.show_remarks(remarks)

    def _build(self) -> None:
        title = QLabel(translate("Parameters", "Parameters"))
        title.setObjectName("panel_title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        self._close.setObjectName("tool")
        self._close.setToolTip(translate("Parameters", "Close"))
        self._close.setAccessibleName(translate("Parameters", "Close"))
        self._system.setObjectName("field_text")
        self._system.setFixedHeight(110)
        self._system.setPlaceholderText(
            translate("Parameters", "For example: Answer politely and briefly.")
        )
        self._system.setAccessibleName(translate("Parameters", "System prompt"))
        self._template.setAccessibleName(translate("Parameters", "Chat template"))
        # By itself it is as wide as its longest choice, and the panel's fields are cut then.
        self._template.setSizeAdjustPolicy(
            WheelSafeComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._seed.setPlaceholderText(translate("Parameters", "New each time"))
        self._seed.setAccessibleName(translate("Parameters", "Seed"))
        self._seed_remark.hide()
        head = QHBoxLayout()
        head.setContentsMargins(20, 0, 12, 0)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self._close)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._fields())
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 12, 0, 0)
        outside.addLayout(head)
        outside.addWidget(scroll, 1)

    def _fields(self) -> QWidget:
        inside = QWidget()
        inside.setObjectName("panel_inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 4, 20, 20)
        column.setSpacing(14)
        column.addWidget(_field(translate("Parameters", "System prompt")))
        column.addWidget(self._system)
        column.addWidget(_field(translate("Parameters", "Chat template")))
        template = QHBoxLayout()
        template.setSpacing(8)
        template.addWidget(self._template, 1)
        template.addWidget(self._edit_template)
        column.addLayout(template)
        views = QHBoxLayout()
        views.setSpacing(8)
        for button in (self._prompt, self._tokens):
            button.setObjectName("small")
            views.addWidget(button)
        views.addStretch(1)
        column.addLayout(views)
        column.addWidget(_field(translate("Parameters", "Preset")))
        column.addWidget(self._preset)
        for key, setting in SETTINGS.items():
            if key.startswith(_PREFIX):
                name = key.removeprefix(_PREFIX)
                editor = SettingEditor(setting, setting.default, self._appearance)
                editor.value_changed.connect(
                    lambda value, name=name: self._set_sampling(name, value)
                )
                self._editors[name] = editor
                column.addWidget(editor)
        column.addWidget(_field(translate("Parameters", "Seed")))
        column.addWidget(self._seed)
        column.addWidget(self._seed_remark)
        column.addWidget(self._reset)
        column.addStretch(1)
        return inside

    def _connect(self) -> None:
        self._system.content_changed.connect(self._timer.start)
        self._template.currentIndexChanged.connect(self._on_template)
        self._edit_template.clicked.connect(
            lambda: self.template_edit_requested.emit(self._template.currentData())
        )
        self._prompt.clicked.connect(self.prompt_requested)
        self._tokens.clicked.connect(self.tokens_requested)
        self._preset.chosen.connect(self._on_preset)
        self._seed.editingFinished.connect(self._on_seed)
        self._reset.clicked.connect(self._on_reset)
        self._close.clicked.connect(self.closed)
        self._appearance.changed.connect(self._restyle)

    def _restyle(self) -> None:
        side = self._appearance.px(18)
        self._close.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), side))
        self._close.setIconSize(QSize(side, side))

    def choose_template(self, name: str | None) -> None:
        """Use a template that is on offer for this conversation; None: the model's own choice."""
        self._template.setCurrentIndex(max(0, self._template.findData(name)))

    def _on_template(self) -> None:
        self._template_name = self._template.currentData()
        self._timer.start()

    def _on_preset(self, preset: Preset) -> None:
        """Its values are the model's from now on, so the conversation's own ones go."""
        self._is_own_sampling = False
        self._timer.start()
        self.flush()
        self.preset_chosen.emit(preset)

    def _set_sampling(self, name: str, value: object) -> None:
        values = dataclasses.asdict(self._sampling) | {name: value}
        self._sampling = SamplingParams(**values)
        self._is_own_sampling = True
        self._reset.setEnabled(True)
        self._show_remarks()
        self._timer.start()

    def _on_seed(self) -> None:
        text = self._seed.text().strip()
        seed = int(text) if text.isascii() and text.isdigit() else None
        candidate = dataclasses.replace(self._sampling, seed=seed)
        is_usable = not candidate.problems() and (seed is not None or not text)
        self._seed_remark.setVisible(not is_usable)
        if is_usable and candidate.seed != self._sampling.seed:
            self._set_sampling("seed", seed)
        self._show_seed()

    def _on_reset(self) -> None:
        self._is_own_sampling = False
        self._sampling = self._defaults
        self._show_sampling()
        self._show_seed()
        self._timer.start()


def _field(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("field")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
