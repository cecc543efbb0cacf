"""The generation presets of a model, to choose from, with where they come from."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from kochat_gui.core.i18n import translate
from kochat_gui.core.presets import Preset
from kochat_gui.ui.plain_text import Paragraph
from kochat_gui.ui.wheel_safe import WheelSafeComboBox


class PresetChoice(QWidget):
    """Signals: chosen(Preset) when a person chose another one."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets: list[Preset] = []
        self._box = WheelSafeComboBox()
        self._box.setAccessibleName(translate("Parameters", "Preset"))
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._box.activated.connect(lambda index: self.chosen.emit(self._presets[index]))
        self._note = Paragraph("", "caption")
        self._remarks = Paragraph("", "warning_caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self._box, self._note, self._remarks):
            column.addWidget(widget)
        self.set_presets([], None)

    @property
    def remarks(self) -> dict[str, str]:
        """By the field of ``SamplingParams``: what to know about the values in force."""
        preset = self._current()
        if preset is None:
            return {}
        found: dict[str, str] = {}
        for remark in preset.remarks:
            text = remark.text.text()
            found[remark.field] = f"{found[remark.field]} {text}" if remark.field in found else text
        return found

    def set_presets(self, presets: Sequence[Preset], chosen: str | None) -> None:
        """Offer these; ``chosen`` is in force, else the first."""
        self._presets = list(presets)
        self._box.clear()
        for preset in self._presets:
            self._box.addItem(preset.label.text(), preset.name)
        self._box.setCurrentIndex(max(0, self._box.findData(chosen)) if self._presets else -1)
        self._box.setEnabled(len(self._presets) > 1)
        preset_now = self._current()
        is_live = preset_now is None or preset_now.streams
        self._note.setText(
            ""
            if is_live
            else translate(
                "Parameters", "The answer appears when it is complete, not word by word."
            )
        )
        self._note.setVisible(not is_live)
        self.show_remarks({})

    def show_remarks(self, remarks: Mapping[str, str]) -> None:
        """Say what is to be known of values that have no editor."""
        preset = self._current()
        lines = [
            f"{name} {getattr(preset.sampling, name)}: {text}"
            for name, text in remarks.items()
            if preset is not None
        ]
        self._remarks.setText("\n".join(lines))
        self._remarks.setVisible(bool(lines))

    def _current(self) -> Preset | None:
        index = self._box.currentIndex()
        return self._presets[index] if 0 <= index < len(self._presets) else None
