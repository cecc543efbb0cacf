"""All settings that are shown, grouped; each acts as its declaration says."""

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.settings.schema import SETTINGS, Group, Setting, TakesEffect
from kochat_gui.settings.store import SettingsStore
from kochat_gui.ui.fitted_dialog import FittedDialog
from kochat_gui.ui.settings.editors import SettingEditor
from kochat_gui.ui.theme import Appearance

_GROUPS = {
    Group.APPEARANCE: QT_TRANSLATE_NOOP("SettingsDialog", "Appearance"),
    Group.LOADING: QT_TRANSLATE_NOOP("SettingsDialog", "Loading models"),
    Group.SAMPLING: QT_TRANSLATE_NOOP("SettingsDialog", "Answers in new conversations"),
}
_EFFECTS = {
    TakesEffect.MODEL_RELOAD: QT_TRANSLATE_NOOP(
        "SettingsDialog", "Acts when the model is loaded the next time."
    ),
    TakesEffect.RESTART: QT_TRANSLATE_NOOP("SettingsDialog", "Acts after a restart."),
}


class SettingsDialog(FittedDialog):
    """Changes act at once; there is nothing to confirm.

    Signals: models_requested(), backups_requested(), export_requested(), import_requested().
    """

    models_requested = Signal()
    backups_requested = Signal()
    export_requested = Signal()
    import_requested = Signal()

    def __init__(self, settings: SettingsStore, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(translate("SettingsDialog", "Settings"), 560, 680, appearance, parent)
        self._settings = settings
        self._appearance = appearance
        self._editors: dict[str, SettingEditor] = {}
        inside = QWidget()
        inside.setObjectName("panel_inside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        for group, title in _GROUPS.items():
            self._add_group(column, group, title.text())
        self._add_conversations(column)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.RestoreDefaults | QDialogButtonBox.StandardButton.Close
        )
        buttons.setContentsMargins(20, 12, 20, 16)
        buttons.rejected.connect(self.reject)
        restore = buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults)
        restore.setText(translate("SettingsDialog", "Restore defaults"))
        restore.clicked.connect(self._restore_defaults)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(
            translate("SettingsDialog", "Close")
        )
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.setSpacing(0)
        outside.addWidget(scroll, 1)
        outside.addWidget(buttons)

    def _add_group(self, column: QVBoxLayout, group: Group, title: str) -> None:
        rows = [row for row in SETTINGS.values() if row.group is group]
        heading = QLabel(title)
        heading.setObjectName("panel_title")
        column.addWidget(heading)
        effects = {row.takes_effect for row in rows}
        note = _EFFECTS.get(effects.pop()) if len(effects) == 1 else None
        if note is not None:
            caption = QLabel(note.text())
            caption.setObjectName("caption")
            column.addWidget(caption)
        for row in rows:
            self._add_editor(column, row)
        if group is Group.LOADING:
            manage = self._leading_button(
                translate("SettingsDialog", "Manage models…"), self.models_requested
            )
            column.addWidget(manage, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(10)

    def _add_conversations(self, column: QVBoxLayout) -> None:
        heading = QLabel(translate("SettingsDialog", "Conversations"))
        heading.setObjectName("panel_title")
        caption = QLabel(translate("SettingsDialog", "They are on this computer only."))
        caption.setObjectName("caption")
        column.addWidget(heading)
        column.addWidget(caption)
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, signal in (
            (translate("SettingsDialog", "Backups…"), self.backups_requested),
            (translate("SettingsDialog", "Export…"), self.export_requested),
            (translate("SettingsDialog", "Import…"), self.import_requested),
        ):
            row.addWidget(self._leading_button(text, signal))
        row.addStretch(1)
        column.addLayout(row)

    def _leading_button(self, text: str, leads_to: SignalInstance) -> QPushButton:
        """A button that closes the settings and opens something else."""
        button = QPushButton(text)
        button.clicked.connect(self.accept)
        button.clicked.connect(leads_to)
        return button

    def _add_editor(self, column: QVBoxLayout, row: Setting) -> None:
        editor = SettingEditor(row, self._settings.get(row.key), self._appearance)
        editor.value_changed.connect(lambda value, key=row.key: self._settings.set(key, value))
        self._editors[row.key] = editor
        column.addWidget(editor)

    def _restore_defaults(self) -> None:
        for key, editor in self._editors.items():
            self._settings.reset(key)
            editor.set_value(self._settings.get(key))
