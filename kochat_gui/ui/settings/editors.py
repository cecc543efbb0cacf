"""One editor for each type of setting."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.settings.schema import Setting, SettingValue
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.wheel_safe import (
    WheelSafeComboBox,
    WheelSafeDoubleSpinBox,
    WheelSafeSpinBox,
)

_WIDTH = 132
"""Of what is edited, px at 100 %."""

_CHOICES = {
    "system": QT_TRANSLATE_NOOP("SettingChoices", "As the system"),
    "light": QT_TRANSLATE_NOOP("SettingChoices", "Light"),
    "dark": QT_TRANSLATE_NOOP("SettingChoices", "Dark"),
    "ko": QT_TRANSLATE_NOOP("SettingChoices", "Korean"),
    "en": QT_TRANSLATE_NOOP("SettingChoices", "English"),
}


class SettingEditor(QWidget):
    """A labelled editor of one setting.

    Signals: value_changed(object value) when a person changed it to something allowed.
    """

    value_changed = Signal(object)

    def __init__(self, setting: Setting, value: SettingValue, appearance: Appearance) -> None:
        super().__init__()
        self._setting = setting
        self._appearance = appearance
        self._editor = self._make()
        self._editor.setAccessibleName(setting.label.text())
        self._editor.setAccessibleDescription(setting.help.text())
        appearance.changed.connect(self._restyle)
        self._restyle()
        if isinstance(self._editor, QAbstractSpinBox):
            # The style sheet's padding does not reach the field inside.
            self._editor.lineEdit().setTextMargins(8, 0, 0, 0)
        label = QLabel(setting.label.text())
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setBuddy(self._editor)
        label.setWordWrap(True)
        help_text = QLabel(setting.help.text())
        help_text.setObjectName("caption")
        help_text.setTextFormat(Qt.TextFormat.PlainText)
        help_text.setWordWrap(True)
        self._remark = QLabel()
        self._remark.setObjectName("warning_caption")
        self._remark.setTextFormat(Qt.TextFormat.PlainText)
        self._remark.setWordWrap(True)
        self._remark.hide()
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(label)
        texts.addWidget(help_text)
        texts.addWidget(self._remark)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(self._editor, 0, Qt.AlignmentFlag.AlignTop)
        self.set_value(value)

    def set_value(self, value: SettingValue) -> None:
        """Show ``value`` without announcing it."""
        self._editor.blockSignals(True)
        match self._editor:
            case QComboBox() as combo:
                combo.setCurrentIndex(max(0, combo.findData(value)))
            case QSpinBox() as spin if isinstance(value, int):
                spin.setValue(value)
            case QDoubleSpinBox() as spin if isinstance(value, float):
                spin.setValue(value)
            case QLineEdit() as line:
                line.setText(str(value))
        self._editor.blockSignals(False)

    def set_remark(self, text: str) -> None:
        """Say what to know about the value that is shown; nothing for an empty text."""
        self._remark.setText(text)
        self._remark.setVisible(bool(text))

    def _restyle(self) -> None:
        self._editor.setFixedWidth(self._appearance.px(_WIDTH))

    def _make(self) -> QWidget:
        setting = self._setting
        if setting.choices:
            return self._make_combo(setting.choices)
        if isinstance(setting.default, float):
            return self._make_double()
        if isinstance(setting.default, int):
            return self._make_int()
        line = QLineEdit()
        line.editingFinished.connect(lambda: self._tell(line.text().strip()))
        return line

    def _make_combo(self, choices: tuple[str, ...]) -> QWidget:
        combo = WheelSafeComboBox()
        for choice in choices:
            known = _CHOICES.get(choice)
            combo.addItem(known.text() if known else choice, choice)
        combo.currentIndexChanged.connect(lambda _index: self._tell(combo.currentData()))
        return combo

    def _make_double(self) -> QWidget:
        spin = WheelSafeDoubleSpinBox()
        spin.setDecimals(2)
        spin.setSingleStep(0.05)
        spin.setRange(self._setting.minimum or 0.0, self._setting.maximum or 1.0)
        spin.valueChanged.connect(self._tell)
        return spin

    def _make_int(self) -> QWidget:
        spin = WheelSafeSpinBox()
        # 0 is a limit, too, so None is asked for.
        low = self._setting.minimum
        high = self._setting.maximum
        spin.setRange(int(low) if low is not None else 0, int(high) if high is not None else 10**6)
        spin.setGroupSeparatorShown(True)
        spin.setSingleStep(max(1, (spin.maximum() - spin.minimum()) // 500))
        spin.valueChanged.connect(self._tell)
        return spin

    def _tell(self, value: object) -> None:
        if self._setting.accepts(value):
            self.value_changed.emit(value)
