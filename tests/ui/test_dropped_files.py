"""Files and folders that are dropped onto the window, or named when it opens."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.resources import resource
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance


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


def copy_model(folder: Path) -> Path:
    shutil.copytree(resource("models", "ko-tiny-chat"), folder)
    return folder


def notice_texts(window: MainWindow) -> list[str]:
    return [label.text() for label in window.findChildren(QLabel, "notice_text")]


def drop(target: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop_data(target, data)


def drop_data(target: QWidget, data: QMimeData) -> None:
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    modifiers = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(target, QDragEnterEvent(QPoint(9, 9), action, data, button, modifiers))
    QApplication.sendEvent(target, QDropEvent(QPointF(9, 9), action, data, button, modifiers))


def assert_opened_from(editor: QPlainTextEdit, services: Services, folder: Path) -> None:
    """A model that is dropped on ``editor`` is chosen, and nothing is written."""
    drop(editor.viewport(), folder)
    assert editor.toPlainText() == ""
    assert services.models.status.spec is not None
    assert services.models.status.spec.path == folder
    services.models.cancel()


def test_file_dropped_on_the_message_is_opened_not_written_into_it(
    window: MainWindow, services: Services, tmp_path: Path
) -> None:
    editor = window.focusWidget()
    assert isinstance(editor, QPlainTextEdit)
    assert_opened_from(editor, services, copy_model(tmp_path / "놓은 모델"))


def test_file_dropped_on_a_text_that_was_opened_later_is_opened(
    window: MainWindow, services: Services, tmp_path: Path
) -> None:
    editor = HangulTextEdit(window)
    editor.show()
    assert_opened_from(editor, services, copy_model(tmp_path / "놓은 모델"))


def test_link_dropped_on_the_message_is_written_into_it(window: MainWindow) -> None:
    editor = window.focusWidget()
    assert isinstance(editor, QPlainTextEdit)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/글")])
    data.setText("https://example.org/글")
    drop_data(editor.viewport(), data)
    assert editor.toPlainText() == "https://example.org/글"
    assert notice_texts(window) == []


def test_file_dropped_on_the_conversation_list_is_opened(
    window: MainWindow, services: Services, tmp_path: Path
) -> None:
    [sidebar] = window.findChildren(Sidebar)
    folder = copy_model(tmp_path / "놓은 모델")
    drop(sidebar.list.viewport(), folder)
    assert services.models.status.spec is not None
    assert services.models.status.spec.path == folder
    services.models.cancel()


def test_what_is_dropped_is_never_taken_as_moved(window: MainWindow, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "글.txt"))])
    offered = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    enter = QDragEnterEvent(QPoint(9, 9), offered, data, button, keys)
    let_go = QDropEvent(QPointF(9, 9), offered, data, button, keys)
    for event in (enter, let_go):
        assert event.proposedAction() is Qt.DropAction.MoveAction
        QApplication.sendEvent(window, event)
        assert event.isAccepted()
        assert event.dropAction() is Qt.DropAction.CopyAction


def test_window_says_that_a_file_may_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    hints = window.findChildren(QLabel, "drop_hint")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    enter = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert [hint.isVisible() for hint in hints] == [True]
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert [hint.isVisible() for hint in hints] == [False]


@pytest.mark.parametrize("names", [("글.txt",), ("하나.gguf", "둘.gguf")])
def test_what_cannot_be_opened_is_explained(
    window: MainWindow, services: Services, tmp_path: Path, names: tuple[str, ...], qtbot: QtBot
) -> None:
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_text("모델이 아니에요", encoding="utf-8")
    before = services.models.status
    drop(window, *paths)
    qtbot.waitUntil(lambda: notice_texts(window) != [])
    assert services.models.status == before
    assert len(services.models.models()) == 1


def test_damaged_file_is_explained_and_nothing_changes(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "모델 (1).gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00")
    before = services.models.status
    window.open_model(path)
    qtbot.waitUntil(lambda: notice_texts(window) != [])
    assert "모델 (1).gguf" in notice_texts(window)[0]
    assert services.models.status == before
