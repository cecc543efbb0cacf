"""System prompt, chat template and sampling parameters of the open conversation."""

import dataclasses

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.i18n import translate
from kochat_gui.settings.schema import SETTINGS
from kochat_gui.ui.icons import icon
from kochat_gui.ui.ime import storable
from kochat_gui.ui.settings.editors import SettingEditor
from kochat_gui.ui.theme import Appearance, Role

_SAVE_DELAY_MS = 400
_WIDTH = 340
_PREFIX = "sampling."


class ParametersPanel(QFrame):
    """Signals: changed(ConversationSettings) shortly after the last edit; closed()."""

    changed = Signal(object)
    closed = Signal()

    def __init__(
        self, templates: list[tuple[str, str]], appearance: Appearance, parent: QWidget
    ) -> None:
        """``templates``: (registry name, label) of every chat template."""
        super().__init__(parent)
        self.setObjectName("panel")
        self._appearance = appearance
        self._defaults = SamplingParams()
        self._sampling = SamplingParams()
        self._is_own_sampling = False
        self._system = QPlainTextEdit()
        self._template = QComboBox()
        self._editors: dict[str, SettingEditor] = {}
        self._seed = QLineEdit()
        self._reset = QPushButton(translate("Parameters", "Restore defaults"))
        self._close = QToolButton()
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_DELAY_MS)
        self._timer.timeout.connect(lambda: self.changed.emit(self._settings()))
        self._template.addItem(translate("Parameters", "As the model needs it"), None)
        for name, label in templates:
            self._template.addItem(label, name)
        self._build()
        self._connect()
        self._restyle()

    def show_settings(self, settings: ConversationSettings, defaults: SamplingParams) -> None:
        """Show a conversation's own values; ``defaults`` stand in for those it has not."""
        self.flush()
        self._defaults = defaults
        self._is_own_sampling = settings.sampling is not None
        self._sampling = settings.sampling or defaults
        for widget in (self._system, self._template, self._seed):
            widget.blockSignals(True)
        self._system.setPlainText(settings.system_prompt)
        self._template.setCurrentIndex(max(0, self._template.findData(settings.template)))
        for widget in (self._system, self._template, self._seed):
            widget.blockSignals(False)
        self._show_sampling()

    def flush(self) -> None:
        """Announce an edit that is still waiting, now."""
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit(self._settings())

    def _settings(self) -> ConversationSettings:
        return ConversationSettings(
            system_prompt=storable(self._system.toPlainText()),
            sampling=self._sampling if self._is_own_sampling else None,
            template=self._template.currentData(),
        )

    def _show_sampling(self) -> None:
        for name, editor in self._editors.items():
            editor.set_value(getattr(self._sampling, name))
        self._seed.setText("" if self._sampling.seed is None else str(self._sampling.seed))
        self._reset.setEnabled(self._is_own_sampling)

    def _build(self) -> None:
        title = QLabel(translate("Parameters", "Parameters"))
        title.setObjectName("panel_title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        self._close.setObjectName("tool")
        self._close.setToolTip(translate("Parameters", "Close"))
        self._close.setAccessibleName(translate("Parameters", "Close"))
        self._system.setObjectName("field_text")
        self._system.setTabChangesFocus(True)
        self._system.setFixedHeight(110)
        self._system.setPlaceholderText(
            translate("Parameters", "For example: Answer politely and briefly.")
        )
        self._system.setAccessibleName(translate("Parameters", "System prompt"))
        self._seed.setPlaceholderText(translate("Parameters", "New each time"))
        self._seed.setAccessibleName(translate("Parameters", "Seed"))
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
        column.addWidget(self._template)
        for key, setting in SETTINGS.items():
            if key.startswith(_PREFIX):
                name = key.removeprefix(_PREFIX)
                editor = SettingEditor(setting, setting.default)
                editor.value_changed.connect(
                    lambda value, name=name: self._set_sampling(name, value)
                )
                self._editors[name] = editor
                column.addWidget(editor)
        column.addWidget(_field(translate("Parameters", "Seed")))
        column.addWidget(self._seed)
        column.addWidget(self._reset)
        column.addStretch(1)
        return inside

    def _connect(self) -> None:
        self._system.textChanged.connect(self._timer.start)
        self._template.currentIndexChanged.connect(lambda _index: self._timer.start())
        self._seed.editingFinished.connect(self._on_seed)
        self._reset.clicked.connect(self._on_reset)
        self._close.clicked.connect(self.closed)
        self._appearance.changed.connect(self._restyle)

    def _restyle(self) -> None:
        side = self._appearance.px(18)
        self._close.setIcon(icon("close", self._appearance.colour(Role.INK_SECOND).name(), side))
        self._close.setIconSize(QSize(side, side))
        self.setFixedWidth(self._appearance.px(_WIDTH))

    def _set_sampling(self, name: str, value: object) -> None:
        values = dataclasses.asdict(self._sampling) | {name: value}
        self._sampling = SamplingParams(**values)
        self._is_own_sampling = True
        self._reset.setEnabled(True)
        self._timer.start()

    def _on_seed(self) -> None:
        text = self._seed.text().strip()
        seed = int(text) if text.isascii() and text.isdigit() else None
        candidate = dataclasses.replace(self._sampling, seed=seed)
        if not candidate.problems() and candidate.seed != self._sampling.seed:
            self._set_sampling("seed", seed)
        self._show_sampling()

    def _on_reset(self) -> None:
        self._is_own_sampling = False
        self._sampling = self._defaults
        self._show_sampling()
        self._timer.start()


def _field(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("field")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
