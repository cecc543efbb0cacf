"""Where the keyboard goes on the models page when what had it is hidden or disabled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.resources import resource
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.header.card import CardRow
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.models.adapter_row import AdapterRow
from kochat_gui.ui.models.level_row import LevelRow
from kochat_gui.ui.models.models_page import ModelsPage
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from tests.engine_scripts import script_spec
from tests.ui.chat.finding import the

MAKING_MS = 60_000


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[MainWindow]:
    made = MainWindow(services, bridge, appearance)
    bridge.model_status_changed.emit(services.models.status)
    made.resize(1280, 820)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def page(window: MainWindow) -> ModelsPage:
    the(window, Sidebar).models_requested.emit()
    return the(window, ModelsPage)


def focus(page: ModelsPage) -> QWidget:
    found = page.window().focusWidget()
    assert found is not None
    return found


def focused_text(page: ModelsPage) -> str:
    found = focus(page)
    return found.text() if isinstance(found, QPushButton) else found.accessibleName()


def press(button: QWidget) -> None:
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def button(inside: QWidget, text: str) -> QPushButton:
    [found] = [b for b in inside.findChildren(QPushButton) if b.isVisible() and b.text() == text]
    return found


def level_row(page: ModelsPage, level: str, qtbot: QtBot) -> LevelRow:
    def rows() -> list[LevelRow]:
        names = f"{level}: "
        return [
            row
            for row in page.findChildren(LevelRow)
            if row.isVisible()
            and any(b.accessibleName().startswith(names) for b in row.findChildren(QPushButton))
        ]

    qtbot.waitUntil(lambda: len(rows()) == 1)
    return rows()[0]


def test_a_level_is_made_and_deleted_and_either_is_taken_back_by_the_next_key(
    page: ModelsPage, qtbot: QtBot
) -> None:
    row = level_row(page, "q4_0", qtbot)
    press(button(row, "Make"))
    assert focused_text(page) == "Cancel"
    qtbot.waitUntil(lambda: focused_text(page) == "Delete file", timeout=MAKING_MS)
    press(focus(page))
    qtbot.waitUntil(lambda: focused_text(page) == "Undo")
    press(focus(page))
    qtbot.waitUntil(lambda: focused_text(page) == "Delete file")
    assert row.isAncestorOf(focus(page))


def test_the_list_keeps_the_keyboard_when_a_model_is_opened(
    window: MainWindow, page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    assert isinstance(focus(page), CardRow)
    window.open_model(script_spec(tmp_path, "하나").path)
    qtbot.waitUntil(lambda: services.models.status.state is ModelState.READY)
    qtbot.wait(50)  # each change of the status lists them anew
    assert (type(focus(page)), focused_text(page)) == (CardRow, "ko-tiny-chat, demonstration")
    QTest.keyClick(focus(page), Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_the_next_key_after_an_adapter_was_taken_off_takes_no_other(
    page: ModelsPage, services: Services, qtbot: QtBot
) -> None:
    spec = services.models.status.spec
    assert spec is not None
    services.workshop.add_adapter(spec, resource("adapters", "ko-tiny-meow"))
    qtbot.waitUntil(lambda: bool(page.findChildren(AdapterRow)))
    press(the(the(page, AdapterRow), QToolButton))
    qtbot.waitUntil(lambda: not services.workshop.adapters(spec))
    qtbot.waitUntil(lambda: focused_text(page) == "Add an adapter…")


@pytest.mark.parametrize(("width", "then"), [(1280, "하나"), (620, "All models")])
def test_the_keyboard_stays_on_the_page_where_nothing_follows(
    width: int,
    then: str,
    window: MainWindow,
    page: ModelsPage,
    services: Services,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    services.models.add(script_spec(tmp_path, "하나").path)
    window.resize(width, 820)
    qtbot.waitUntil(lambda: len(page.findChildren(CardRow)) == 2)
    qtbot.waitUntil(lambda: page.is_one_column is (width < 900))
    next(r for r in page.findChildren(CardRow) if r.accessibleName() == "하나").click()
    use = the(page.detail, QPushButton, "primary")
    press(use)
    qtbot.waitUntil(lambda: not use.isEnabled())
    assert focused_text(page) == then


def test_up_and_down_stay_in_the_list_and_tab_on_the_page(
    page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    services.models.add(script_spec(tmp_path, "하나").path)
    qtbot.waitUntil(lambda: len(page.findChildren(CardRow)) == 2)
    names = ["ko-tiny-chat, demonstration", "하나"]
    for key, expected in (
        (Qt.Key.Key_Up, names[0]),
        (Qt.Key.Key_Down, names[1]),
        (Qt.Key.Key_Down, names[1]),
        (Qt.Key.Key_Tab, "Show in folder"),
        (Qt.Key.Key_Backtab, names[1]),
        (Qt.Key.Key_Up, names[0]),
        (Qt.Key.Key_Backtab, "Back to the conversation (Esc)"),
    ):
        QTest.keyClick(page.window().windowHandle(), key)
        assert focused_text(page) == expected
    QTest.keyClick(page.window().windowHandle(), Qt.Key.Key_Escape)
    assert not page.isVisible()
