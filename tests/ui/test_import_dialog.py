"""What is asked before a GGML file is opened for the first time, and what becomes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.models import ImportOptions
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.models.import_dialog import ImportDialog
from kochat_gui.ui.theme import Appearance
from tests.helpers.ggml_writer import tiny_ggml

GUESS = ImportOptions(context_length=4096, norm_epsilon=1e-6, rope_base=10_000.0)


@pytest.fixture
def parent(appearance: Appearance, qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1000, 800)
    qtbot.addWidget(made)
    made.show()
    return made


def opened(parent: QWidget, options: ImportOptions = GUESS, name: str = "komt-7b") -> ImportDialog:
    dialog = ImportDialog(name, options, parent)
    dialog.open()
    return dialog


def click(dialog: ImportDialog, text: str) -> None:
    next(b for b in dialog.findChildren(QPushButton) if b.text() == text).click()


def test_guess_is_filled_in_and_submitted_as_it_is(parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(parent)
    with qtbot.waitSignal(dialog.submitted) as submitted:
        click(dialog, "Open")
    assert submitted.args == [GUESS]
    assert dialog.isVisible()


def test_values_are_changed(parent: QWidget) -> None:
    dialog = opened(parent)
    by_name = {w.accessibleName(): w for w in dialog.findChildren(QWidget) if w.accessibleName()}
    context, epsilon = by_name["Context length"], by_name["Norm epsilon"]
    rope = by_name["RoPE base"]
    assert isinstance(context, QSpinBox)
    assert isinstance(epsilon, QComboBox)
    assert isinstance(rope, QDoubleSpinBox)
    context.setValue(2048)
    epsilon.setCurrentIndex(epsilon.findText("1e-05"))
    rope.setValue(500_000)
    assert dialog.options == ImportOptions(2048, 1e-5, 500_000.0, None)
    assert all(w.accessibleDescription() for w in (context, epsilon, rope))


def test_unusual_epsilon_of_a_file_is_kept(parent: QWidget) -> None:
    options = ImportOptions(norm_epsilon=2e-6)
    assert opened(parent, options).options == options


def test_tokenizer_is_chosen_by_file_or_folder_and_done_without(
    parent: QWidget, tmp_path: Path
) -> None:
    dialog = opened(parent)
    dialog.set_tokenizer(tmp_path)
    assert dialog.options.tokenizer == tmp_path / "tokenizer.json"
    dialog.set_tokenizer(tmp_path / "tokenizer.json")
    assert dialog.options.tokenizer == tmp_path / "tokenizer.json"
    click(dialog, "Do without")
    assert dialog.options.tokenizer is None


def test_problem_is_shown_until_something_changes(parent: QWidget) -> None:
    dialog = opened(parent)
    dialog.show_problem(UserFacingError(TextKey("Test", "<b>{why}</b>"), why="no"))
    [problem] = [label for label in dialog.findChildren(QLabel) if label.text() == "<b>no</b>"]
    assert problem.isVisible()
    assert problem.textFormat() is Qt.TextFormat.PlainText
    dialog.set_tokenizer(None)
    assert not problem.isVisible()


def test_cancel_submits_nothing(parent: QWidget, qtbot: QtBot) -> None:
    dialog = opened(parent)
    with qtbot.assertNotEmitted(dialog.submitted):
        click(dialog, "Cancel")
    assert not dialog.isVisible()


def test_name_of_the_file_is_plain_text(parent: QWidget) -> None:
    name = "<img src=x>" * 30
    dialog = opened(parent, name=name)
    assert dialog.width() <= parent.width()
    labels = [label for label in dialog.findChildren(QLabel) if "<" in label.text()]
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[MainWindow]:
    made = MainWindow(services, bridge, appearance)
    bridge.model_status_changed.emit(services.models.status)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def legacy(tmp_path: Path) -> Path:
    path = tmp_path / "옛날 모델.bin"
    path.write_bytes(tiny_ggml("q5_1").encoded())
    return path


def asked(window: MainWindow, qtbot: QtBot) -> ImportDialog:
    found: list[ImportDialog] = []

    def is_shown() -> bool:
        found[:] = [d for d in window.findChildren(ImportDialog) if d.isVisible()]
        return len(found) == 1

    qtbot.waitUntil(is_shown)
    return found[0]


def test_ggml_file_is_asked_about_once_and_then_opened(
    window: MainWindow, services: Services, legacy: Path, qtbot: QtBot
) -> None:
    window.open_model(legacy)
    dialog = asked(window, qtbot)
    assert len(services.models.models()) == 1
    context = dialog.findChildren(QSpinBox)[0]
    context.setValue(1024)
    click(dialog, "Open")
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: services.models.status.quantization == "q5_1")
    spec = services.models.status.spec
    assert spec is not None
    assert spec.path == legacy
    assert spec.import_options is not None
    assert spec.import_options.context_length == 1024
    assert services.models.status.quantization == "q5_1"
    services.models.cancel()

    services.models.choose("ko-tiny-chat", None)
    window.open_model(legacy)
    qtbot.waitUntil(lambda: services.models.status.spec == spec)
    services.models.cancel()


def test_cancelled_import_changes_nothing(
    window: MainWindow, services: Services, legacy: Path, qtbot: QtBot
) -> None:
    window.open_model(legacy)
    click(asked(window, qtbot), "Cancel")
    assert [spec.name for spec in services.models.models()] == ["ko-tiny-chat"]
    assert services.models.status.spec == services.models.models()[0]


def test_unusable_tokenizer_is_explained_in_the_dialog(
    window: MainWindow, services: Services, legacy: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window.open_model(legacy)
    dialog = asked(window, qtbot)
    dialog.set_tokenizer(tmp_path / "없음" / "tokenizer.json")
    click(dialog, "Open")
    assert dialog.isVisible()
    [problem] = dialog.findChildren(QLabel, "danger_text")
    assert problem.isVisible()
    assert "tokenizer.json" in problem.text()
    assert len(services.models.models()) == 1
    click(dialog, "Cancel")
