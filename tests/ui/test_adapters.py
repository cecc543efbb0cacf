"""Adapters on the models page and above the composer, with the real adapter of the real model."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.models import ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.models.adapter_row import AdapterRow
from kochat_gui.ui.models.adapter_strip import AdapterStrip
from kochat_gui.ui.models.base_dialog import BaseDialog
from kochat_gui.ui.models.models_page import ModelsPage
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.theme import Appearance
from tests.helpers.random_adapter import write_random_adapter
from tests.helpers.tiny_models import write_tiny_folder

JOB_MS = 60_000


@pytest.fixture
def meow(tmp_path: Path) -> Path:
    """The demonstration adapter, in a folder that may be removed."""
    folder = tmp_path / "야옹 & 친구"
    shutil.copytree(resource("adapters", "ko-tiny-meow"), folder)
    return folder


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[MainWindow]:
    made = MainWindow(services, bridge, appearance)
    bridge.model_status_changed.emit(services.models.status)
    made.resize(1280, 820)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.deleteLater()


def base(services: Services) -> ModelSpec:
    spec = services.models.status.spec
    assert spec is not None
    return spec


def add(window: MainWindow, services: Services, path: Path, qtbot: QtBot) -> None:
    """Open it as a dropped file would be, and wait until it has been converted."""
    window.open_model(path)
    qtbot.waitUntil(lambda: bool(services.workshop.jobs()))
    qtbot.waitUntil(lambda: all(job.is_over for job in services.workshop.jobs()), timeout=JOB_MS)
    assert [job.state for job in services.workshop.jobs()] == ["done"]


def open_page(window: MainWindow, qtbot: QtBot) -> AdapterRow:
    QTest.keyClick(
        window,
        Qt.Key.Key_M,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    [page] = window.findChildren(ModelsPage)
    qtbot.waitUntil(lambda: bool(page.findChildren(AdapterRow)))
    [row] = page.findChildren(AdapterRow)
    return row


def chips(window: MainWindow) -> list[QPushButton]:
    [strip] = window.findChildren(AdapterStrip)
    return [b for b in strip.findChildren(QPushButton, "toggle_chip") if not b.isHidden()]


def undo(window: MainWindow) -> None:
    [toast] = [toast for toast in window.findChildren(UndoToast) if not toast.isHidden()]
    [button] = toast.findChildren(QPushButton)
    button.click()


def test_opened_adapter_is_added_to_the_model_and_taken_back(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    assert not window.findChildren(AdapterStrip)[0].isVisible()
    add(window, services, meow, qtbot)
    [view] = services.workshop.adapters(base(services))
    assert (view.adapter.path, view.scale, view.is_on, view.problem) == (meow, 1.0, True, None)
    qtbot.waitUntil(lambda: [chip.accessibleName() for chip in chips(window)] == ["야옹 & 친구 ×1"])
    undo(window)
    assert services.workshop.adapters(base(services)) == []
    qtbot.waitUntil(lambda: not window.findChildren(AdapterStrip)[0].isVisible())


def test_chip_switches_without_loading_the_model(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    add(window, services, meow, qtbot)
    qtbot.waitUntil(lambda: len(chips(window)) == 1)
    chips(window)[0].setFocus()
    QTest.mouseClick(chips(window)[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: [chip.accessibleName() for chip in chips(window)] == ["야옹 & 친구 · off"]
    )
    [view] = services.workshop.adapters(base(services))
    assert not view.is_on
    assert chips(window)[0].hasFocus()
    assert services.models.status.state is ModelState.UNLOADED
    chips(window)[0].click()
    qtbot.waitUntil(lambda: [chip.isChecked() for chip in chips(window)] == [True])
    assert services.workshop.adapters(base(services))[0].is_on


def test_many_adapters_do_not_widen_the_window(
    window: MainWindow, services: Services, appearance: Appearance, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(5):
        folder = tmp_path / f"이름이 꽤 긴 어댑터 번호 {number}"
        shutil.copytree(resource("adapters", "ko-tiny-meow"), folder)
        services.workshop.add_adapter(base(services), folder)
    for job in services.workshop.jobs():
        services.workshop.cancel(job.job_id)
    qtbot.waitUntil(lambda: all(job.is_over for job in services.workshop.jobs()), timeout=JOB_MS)
    qtbot.waitUntil(lambda: len(chips(window)) > 1)
    wide = len(chips(window))
    appearance.set_scale_percent(200)
    window.resize(620, 820)
    qtbot.waitUntil(lambda: len(chips(window)) == 1)
    [strip] = window.findChildren(AdapterStrip)
    assert window.width() == 620
    assert 1 < wide < 5
    [more] = [b for b in strip.findChildren(QPushButton) if b.text() == "4 more"]
    assert more.geometry().right() <= strip.width()


def test_slider_and_number_set_the_scale(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    add(window, services, meow, qtbot)
    row = open_page(window, qtbot)
    [slider] = row.findChildren(QSlider)
    [number] = row.findChildren(QDoubleSpinBox)
    assert (slider.value(), number.value()) == (100, 1.0)
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert number.value() == pytest.approx(0.95)
    number.setValue(0.5)
    assert slider.value() == 50
    qtbot.waitUntil(lambda: services.workshop.adapters(base(services))[0].scale == 0.5)
    qtbot.waitUntil(
        lambda: [chip.accessibleName() for chip in chips(window)] == ["야옹 & 친구 ×0.5"]
    )
    assert row in window.findChildren(AdapterRow)


def test_last_move_is_kept_when_the_page_closes(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    add(window, services, meow, qtbot)
    row = open_page(window, qtbot)
    row.findChildren(QSlider)[0].setValue(160)
    QTest.keyClick(row, Qt.Key.Key_Escape)
    assert services.workshop.adapters(base(services))[0].scale == pytest.approx(1.6)


def test_adapter_is_taken_off_and_put_back_as_it_was(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    add(window, services, meow, qtbot)
    spec = base(services)
    services.workshop.set_adapter(spec, str(meow), 0.7, is_on=False)
    row = open_page(window, qtbot)
    row.findChildren(QToolButton)[0].click()
    assert services.workshop.adapters(spec) == []
    undo(window)
    [view] = services.workshop.adapters(spec)
    assert (view.scale, view.is_on) == (0.7, False)


def test_adapter_that_is_gone_says_so_and_can_be_switched_off(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    add(window, services, meow, qtbot)
    shutil.rmtree(meow)
    row = open_page(window, qtbot)
    problems = [label for label in row.findChildren(QLabel, "danger_text") if label.isVisible()]
    assert len(problems) == 1
    assert "야옹 & 친구" in problems[0].text()
    assert not row.findChildren(QSlider)[0].isEnabled()
    row.findChildren(QCheckBox)[0].click()
    assert not services.workshop.adapters(base(services))[0].is_on


def test_adapter_for_nothing_is_refused(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    (meow / "adapter_config.json").write_text("{}", encoding="utf-8")
    window.open_model(meow)
    qtbot.waitUntil(lambda: bool(window.findChildren(QLabel, "notice_text")))
    assert services.workshop.adapters(base(services)) == []


def choose_other_model(services: Services, folder: Path) -> None:
    """A model of another shape; it need not load."""
    spec = services.models.add(write_tiny_folder(folder))
    services.models.choose(spec.model_id, None)
    services.models.cancel()


def test_adapter_of_another_model_asks_for_its_model(
    window: MainWindow, services: Services, meow: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    choose_other_model(services, tmp_path / "다른 모델")
    window.open_model(meow)
    [dialog] = window.findChildren(BaseDialog)
    [choice] = dialog.findChildren(QComboBox)
    assert [choice.itemText(i) for i in range(choice.count())] == ["ko-tiny-chat"]
    next(b for b in dialog.findChildren(QPushButton) if b.objectName() == "primary").click()
    qtbot.waitUntil(lambda: base(services).model_id == "ko-tiny-chat")
    assert len(services.workshop.adapters(base(services))) == 1
    services.models.cancel()
    qtbot.waitUntil(lambda: all(job.is_over for job in services.workshop.jobs()), timeout=JOB_MS)


def test_adapter_that_fits_no_model_is_refused(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    window.open_model(write_random_adapter(tmp_path / "다른 어댑터.gguf"))
    qtbot.waitUntil(lambda: bool(window.findChildren(QLabel, "notice_text")))
    assert services.workshop.adapters(base(services)) == []
    assert not window.findChildren(BaseDialog)


def test_row_tells_what_the_adapter_is(
    window: MainWindow, services: Services, meow: Path, qtbot: QtBot
) -> None:
    add(window, services, meow, qtbot)
    row = open_page(window, qtbot)
    [view] = services.workshop.adapters(base(services))
    shown = [label.text() for label in row.findChildren(QLabel) if label.isVisible()]
    assert any(text.startswith(f"rank {view.adapter.rank} · ") for text in shown)
    named = {w.accessibleName() for w in row.findChildren(QWidget)}
    assert {"Use 야옹 & 친구", "Strength of 야옹 & 친구", "Take 야옹 & 친구 off"} <= named
