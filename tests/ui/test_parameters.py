"""The panel edits what a conversation keeps of its own, and the dialog edits the defaults."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.generation import SamplingParams
from kochat_gui.services.assembly import Services
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.parameters.parameters_panel import ParametersPanel
from kochat_gui.ui.settings.settings_dialog import SettingsDialog
from kochat_gui.ui.theme import Appearance
from tests.ui.typing_steps import type_steps


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


def turn_wheel(widget: QWidget) -> None:
    """One notch downwards over the middle of ``widget``."""
    middle = QPointF(widget.rect().center())
    wheel = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, wheel)


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
    assert edit.text() == "7", "what is in force"
    with qtbot.waitSignal(panel.changed) as changed:
        edit.clear()
        edit.editingFinished.emit()
    assert changed.args == [ConversationSettings(sampling=SamplingParams())]


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


def test_what_is_typed_stays_when_the_model_gets_ready(panel: ParametersPanel) -> None:
    [edit] = panel.findChildren(HangulTextEdit)
    type_steps(edit, ["+존댓말로", "주…"])
    seed = next(e for e in panel.findChildren(QLineEdit) if e.accessibleName() == "Seed")
    QTest.keyClicks(seed, "123")
    panel.set_defaults(SamplingParams(temperature=0.3))
    assert spin(panel, "Temperature").value() == pytest.approx(0.3)
    assert edit.text_with_preedit() == "존댓말로주"
    assert seed.text() == "123"


def test_nothing_typed_is_lost_to_another_conversation(
    panel: ParametersPanel, qtbot: QtBot
) -> None:
    [edit] = panel.findChildren(HangulTextEdit)
    type_steps(edit, ["+하나", "둘…"])
    seed = next(e for e in panel.findChildren(QLineEdit) if e.accessibleName() == "Seed")
    QTest.keyClicks(seed, "123")
    with qtbot.waitSignal(panel.changed) as changed:
        panel.show_settings(ConversationSettings())
    expected = ConversationSettings(system_prompt="하나둘", sampling=SamplingParams(seed=123))
    assert changed.args == [expected]
    assert (edit.text(), seed.text()) == ("", "")


@pytest.mark.parametrize("text", ["일곱", "-1", "99999999999999"])
def test_an_unusable_seed_is_said(text: str, panel: ParametersPanel) -> None:
    seed = next(e for e in panel.findChildren(QLineEdit) if e.accessibleName() == "Seed")
    panel.show()
    for typed, is_said in ((text, True), ("7", False), (text, True), ("", False)):
        seed.setText(typed)
        seed.editingFinished.emit()
        said = [
            label
            for label in panel.findChildren(QLabel, "warning_caption")
            if label.text().startswith("The seed is a whole number from 0 to 4,294,967,294")
        ]
        assert [label.isHidden() for label in said] == [not is_said]


def test_the_wheel_over_the_panel_changes_nothing(panel: ParametersPanel, qtbot: QtBot) -> None:
    panel.window().show()
    boxes = panel.findChildren(QComboBox)
    assert len(boxes) > 1
    told: list[object] = []
    panel.changed.connect(told.append)
    panel.preset_chosen.connect(told.append)
    for box in boxes:
        box.addItems(["하나", "둘"])
        before = box.currentIndex()
        qtbot.wait(10)
        turn_wheel(box)
        assert box.currentIndex() == before
    assert told == []


def test_enter_in_the_settings_takes_the_value_and_leaves_them_open(
    services: Services, appearance: Appearance, qtbot: QtBot
) -> None:
    window = QWidget()
    window.resize(800, 700)
    qtbot.addWidget(window)
    dialog = SettingsDialog(services.settings, appearance, window)
    asked: list[str] = []
    dialog.models_requested.connect(lambda: asked.append("models"))
    window.show()
    dialog.open()
    field = next(s for s in dialog.findChildren(QSpinBox) if s.accessibleName() == "Context length")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "4096")
    for widget in (field, dialog.findChildren(QComboBox)[0]):
        QTest.keyClick(widget, Qt.Key.Key_Return)
    assert (dialog.isVisible(), asked) == (True, [])
    assert services.settings.get("load.context_tokens") == 4096
    dialog.close()


def test_a_long_choice_is_not_cut_with_larger_text(
    services: Services, appearance: Appearance, qtbot: QtBot
) -> None:
    window = QWidget()
    window.resize(1200, 900)
    qtbot.addWidget(window)
    window.show()
    dialog = SettingsDialog(services.settings, appearance, window)
    dialog.open()
    narrow = dialog.findChildren(QComboBox)[0].width()
    appearance.set_scale_percent(200)
    assert dialog.findChildren(QComboBox)[0].width() == 2 * narrow
    dialog.close()


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_nothing_in_the_panel_is_cut(
    percent: int, panel: ParametersPanel, appearance: Appearance, qtbot: QtBot
) -> None:
    panel.set_templates([("long", "아주 긴 이름의 채팅 템플릿, 내가 고친 것의 둘째 사본")])
    appearance.set_scale_percent(percent)
    panel.setFixedSize(appearance.px(340), 600)
    panel.window().show()
    qtbot.wait(20)
    area = panel.findChildren(QScrollArea)[0]
    inside = area.widget()
    assert inside is not None
    assert inside.width() <= area.viewport().width()
