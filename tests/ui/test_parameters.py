"""The panel edits what a conversation keeps of its own, and the dialog edits the defaults."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.generation import SamplingParams
from kochat_gui.services.assembly import Services
from kochat_gui.ui.parameters.parameters_panel import ParametersPanel
from kochat_gui.ui.settings.settings_dialog import SettingsDialog
from kochat_gui.ui.theme import Appearance


@pytest.fixture
def panel(appearance: Appearance, qtbot: QtBot) -> Iterator[ParametersPanel]:
    window = QWidget()
    made = ParametersPanel(appearance, window)
    made.set_templates([("chatml", "ChatML")])
    qtbot.addWidget(window)
    made.show_settings(ConversationSettings())
    yield made
    window.close()


def spin(widget: QWidget, name: str) -> QDoubleSpinBox:
    return next(s for s in widget.findChildren(QDoubleSpinBox) if s.accessibleName() == name)


def test_system_prompt_is_announced_once(panel: ParametersPanel, qtbot: QtBot) -> None:
    [edit] = panel.findChildren(QPlainTextEdit)
    with qtbot.waitSignal(panel.changed) as changed:
        edit.setPlainText("존댓말로\n답해 주세요.")
    assert changed.args == [ConversationSettings(system_prompt="존댓말로\n답해 주세요.")]


def test_sampling_becomes_the_conversations_own_and_back(
    panel: ParametersPanel, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(panel.changed) as changed:
        spin(panel, "Temperature").setValue(0.2)
    assert changed.args == [ConversationSettings(sampling=SamplingParams(temperature=0.2))]
    reset = next(b for b in panel.findChildren(QPushButton) if b.text() == "Restore defaults")
    with qtbot.waitSignal(panel.changed) as changed:
        reset.click()
    assert changed.args == [ConversationSettings()]
    assert spin(panel, "Temperature").value() == pytest.approx(0.7)


def test_seed_is_a_number_or_new_each_time(panel: ParametersPanel, qtbot: QtBot) -> None:
    edit = next(e for e in panel.findChildren(QLineEdit) if e.accessibleName() == "Seed")
    with qtbot.waitSignal(panel.changed) as changed:
        edit.setText("7")
        edit.editingFinished.emit()
    assert changed.args == [ConversationSettings(sampling=SamplingParams(seed=7))]
    edit.setText("일곱")
    edit.editingFinished.emit()
    assert edit.text() == ""


def test_another_conversation_keeps_a_waiting_edit(panel: ParametersPanel, qtbot: QtBot) -> None:
    [edit] = panel.findChildren(QPlainTextEdit)
    edit.setPlainText("짧게")
    with qtbot.waitSignal(panel.changed) as changed:
        panel.show_settings(ConversationSettings(system_prompt="길게"))
    assert changed.args == [ConversationSettings(system_prompt="짧게")]
    assert edit.toPlainText() == "길게"


def test_settings_dialog_acts_at_once_and_restores(
    services: Services, appearance: Appearance, qtbot: QtBot
) -> None:
    window = QWidget()
    window.resize(800, 700)
    qtbot.addWidget(window)
    dialog = SettingsDialog(services.settings, appearance, window)
    spin(dialog, "Temperature").setValue(1.5)
    assert services.settings.get("sampling.temperature") == pytest.approx(1.5)
    restore = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Restore defaults")
    restore.click()
    assert services.settings.get("sampling.temperature") == pytest.approx(0.7)
    assert spin(dialog, "Temperature").value() == pytest.approx(0.7)
    dialog.close()
