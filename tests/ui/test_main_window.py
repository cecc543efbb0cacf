"""The parts of the window together, on the real services."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QBoxLayout, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import TextKey
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.header.picker_button import PickerButton
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.parameters.parameters_panel import ParametersPanel
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.trash.trash_page import TrashPage
from tests.ui.chat.finding import the
from tests.ui.conftest import UseScript


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[MainWindow]:
    use_script(default={"text": "네, 좋아요."})
    services.settings.subscribe("ui.text_scale", appearance.set_scale_percent)
    made = MainWindow(services, bridge, appearance)
    made.resize(1280, 820)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.deleteLater()


def sidebar_of(window: MainWindow) -> Sidebar:
    [found] = window.findChildren(Sidebar)
    return found


def send(window: MainWindow, services: Services, text: str, qtbot: QtBot) -> None:
    editor = QApplication.focusWidget() or window.focusWidget()
    assert editor is not None
    editor.insertPlainText(text)  # type: ignore[attr-defined]  # the composer's text field
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(c.last_words for c in services.library.list()))
    qtbot.waitUntil(lambda: not services.chat.is_busy, timeout=20_000)


def test_message_is_sent_answered_and_listed(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    send(window, services, "안녕하세요", qtbot)
    [conversation] = services.library.list()
    assert conversation.title == "안녕하세요"
    texts = [message.text for message in services.library.path(conversation.conversation_id)]
    assert texts == ["안녕하세요", "네, 좋아요."]
    qtbot.waitUntil(lambda: _answer_captions(window) != [])
    assert _answer_captions(window)[0].endswith("answered to the end")


def _answer_captions(window: MainWindow) -> list[str]:
    labels = [label.text() for label in window.findChildren(QLabel, "caption") if label.isVisible()]
    return [text for text in labels if "tokens" in text and "·" in text]


def test_deleted_conversation_comes_back_by_undo(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    send(window, services, "지울 대화", qtbot)
    qtbot.waitUntil(lambda: bool(sidebar_of(window).list.selected()))
    sidebar_of(window).list.delete_pressed.emit()
    assert services.library.list() == []
    [toast] = [toast for toast in window.findChildren(UndoToast) if toast.isVisible()]
    [button] = toast.findChildren(QPushButton)
    button.click()
    assert [c.title for c in services.library.list()] == ["지울 대화"]


@pytest.mark.parametrize("goes_on", [False, True])
def test_undo_opens_what_was_deleted_unless_another_was_opened_since(
    window: MainWindow, services: Services, qtbot: QtBot, *, goes_on: bool
) -> None:
    send(window, services, "지울 대화", qtbot)
    other = services.library.create().conversation_id
    services.library.add_message(other, Role.USER, "다른 대화")
    qtbot.waitUntil(lambda: bool(sidebar_of(window).list.selected()))
    sidebar_of(window).list.delete_pressed.emit()
    if goes_on:
        sidebar_of(window).opened.emit(other)
    sidebar_of(window).list.undo_pressed.emit()
    assert len(services.library.list()) == 2
    shown = the(window, ChatView).messages()[0].text
    assert shown == ("다른 대화" if goes_on else "지울 대화")


def test_draft_of_each_conversation_is_kept(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    send(window, services, "하나", qtbot)
    [first] = services.library.list()
    editor = window.focusWidget()
    assert editor is not None
    editor.insertPlainText("쓰다 만 글")  # type: ignore[attr-defined]  # the composer's text field
    sidebar_of(window).new_requested.emit()
    assert services.library.get(first.conversation_id).draft == "쓰다 만 글"
    sidebar_of(window).opened.emit(first.conversation_id)
    assert editor.toPlainText() == "쓰다 만 글"  # type: ignore[attr-defined]  # as above


def test_settings_chosen_before_the_first_message_are_kept(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    prompt = next(w for w in window.findChildren(QWidget) if w.accessibleName() == "System prompt")
    prompt.setPlainText("짧게 답해 주세요.")  # type: ignore[attr-defined]  # a QPlainTextEdit
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    send(window, services, "안녕", qtbot)
    [conversation] = services.library.list()
    assert conversation.settings.system_prompt == "짧게 답해 주세요."


def test_narrow_window_folds_the_list_away(window: MainWindow, qtbot: QtBot) -> None:
    sidebar = sidebar_of(window)
    window.resize(700, 700)
    qtbot.waitUntil(lambda: not sidebar.isVisible())
    window.resize(1200, 700)
    qtbot.waitUntil(sidebar.isVisible)
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert not sidebar.isVisible()
    window.resize(700, 700)
    window.resize(1200, 700)
    assert not sidebar.isVisible()


def test_text_grows_by_keys_and_wheel(
    window: MainWindow, services: Services, appearance: Appearance, qtbot: QtBot
) -> None:
    QTest.keyClick(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert services.settings.get("ui.text_scale") == 110
    place = QPointF(700, 300)
    wheel = QWheelEvent(
        place,
        window.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window, wheel)
    assert appearance.scale_percent == 120
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert appearance.scale_percent == 100


def test_the_first_window_is_no_larger_than_the_screen(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> None:
    first = MainWindow(services, bridge, appearance)
    qtbot.addWidget(first)
    first.show()
    # The offscreen screen is 800 px wide and high.
    room = first.screen().availableGeometry()
    assert room.width() < 1280
    assert room.contains(first.geometry())
    assert first.height() <= room.height() - 40, "a title bar must fit, too"
    first.close()


def test_window_and_conversation_are_found_again(
    services: Services,
    bridge: Bridge,
    appearance: Appearance,
    window: MainWindow,
    qtbot: QtBot,
) -> None:
    send(window, services, "기억해", qtbot)
    # The offscreen screen is 800 px wide.
    window.resize(760, 640)
    window.close()
    second = MainWindow(services, bridge, appearance)
    qtbot.addWidget(second)
    second.show()
    assert (second.width(), second.height()) == (760, 640)
    assert services.settings.get("ui.current_conversation") > 0
    qtbot.waitUntil(lambda: _answer_captions(second) != [])
    second.close()


def test_the_open_conversation_is_found_again_after_a_sudden_end(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    first, second = (services.library.create().conversation_id for _ in range(2))
    for conversation_id in (first, second):
        sidebar_of(window).opened.emit(conversation_id)
    qtbot.waitUntil(lambda: services.settings.get("ui.current_conversation") == second)


def test_an_incognito_conversation_is_not_opened_again(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    services.settings.set("ui.current_conversation", 7)
    secret = services.library.create(is_incognito=True)
    sidebar_of(window).opened.emit(secret.conversation_id)
    the(window, ComposerText).submitted.emit("비밀")
    qtbot.waitUntil(lambda: services.library.path(secret.conversation_id) != [])
    qtbot.waitUntil(lambda: not services.chat.is_busy, timeout=20_000)
    window.close()
    assert services.settings.get("ui.current_conversation") == 0
    assert "비밀" not in services.paths.settings_file.read_text(encoding="utf-8")


def test_error_of_a_service_becomes_a_notice(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    window.open_model(tmp_path / "없는 모델.gguf")
    qtbot.waitUntil(lambda: bool(window.findChildren(QLabel, "notice_text")))
    [label] = window.findChildren(QLabel, "notice_text")
    assert "없는 모델.gguf" in label.text()


def test_every_label_shows_plain_text(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    hostile = "<img src=file:///etc/passwd><a href='http://x'>x</a>"
    services.notices.post_error(UserFacingError(TextKey("Test", "{x}"), x=hostile), "test")
    send(window, services, hostile, qtbot)
    automatic = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and "<" in label.text()
    ]
    assert automatic == []


def test_an_unrecorded_conversation_ends_with_the_window(
    window: MainWindow,
    services: Services,
    bridge: Bridge,
    appearance: Appearance,
    qtbot: QtBot,
) -> None:
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_N, keys)
    editor = window.focusWidget()
    assert editor is not None
    editor.insertPlainText("비밀")  # type: ignore[attr-defined]  # the composer's text field
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(c.last_words for c in services.library.incognito()))
    qtbot.waitUntil(lambda: not services.chat.is_busy, timeout=20_000)
    assert services.library.list() == []
    window.close()
    assert services.settings.get("ui.current_conversation") == 0


def test_a_new_unrecorded_conversation_alone_is_selected_and_takes_the_keys(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    send(window, services, "처음", qtbot)
    sidebar = sidebar_of(window)
    qtbot.waitUntil(lambda: len(sidebar.list.selected()) == 1)
    sidebar.focus_search()
    QTest.keyPress(
        sidebar.search_field,
        Qt.Key.Key_N,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
    qtbot.waitUntil(lambda: bool(services.library.incognito()))
    [selected] = sidebar.list.selected()
    assert selected.is_incognito
    assert the(window, ComposerText).hasFocus()
    QTest.keyRelease(window, Qt.Key.Key_N)


def test_a_deleted_conversation_is_not_opened_at_the_start(
    window: MainWindow,
    services: Services,
    bridge: Bridge,
    appearance: Appearance,
    qtbot: QtBot,
) -> None:
    send(window, services, "지울 대화", qtbot)
    window.close()
    services.library.delete(services.library.list()[0].conversation_id)
    second = MainWindow(services, bridge, appearance)
    qtbot.addWidget(second)
    second.close()
    assert services.settings.get("ui.current_conversation") == 0


def test_the_trash_gives_way_to_the_conversation_that_is_opened(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    send(window, services, "지울 대화", qtbot)
    services.library.delete(services.library.list()[0].conversation_id)
    sidebar_of(window).trash_requested.emit()
    [page] = window.findChildren(TrashPage)
    assert page.isVisible()
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert not page.isVisible()
    assert len(services.library.list()) == 1


def test_larger_text_needs_a_wider_list_or_none(window: MainWindow, services: Services) -> None:
    sidebar, header = sidebar_of(window), the(window, HeaderBar)
    model = header.findChildren(PickerButton)[0]
    pickers = next(row for row in header.findChildren(QBoxLayout) if row.indexOf(model) >= 0)
    assert sidebar.isVisible()
    services.settings.set("ui.text_scale", 200)
    assert not sidebar.isVisible()
    assert pickers.direction() == QBoxLayout.Direction.TopToBottom
    window.resize(1600, 820)
    assert sidebar.isVisible()
    assert sidebar.width() >= 2 * 220  # px that its texts need at 100 %
    services.settings.set("ui.text_scale", 100)
    window.resize(1280, 820)
    assert sidebar.isVisible()
    assert sidebar.width() <= 360
    assert pickers.direction() == QBoxLayout.Direction.LeftToRight


def test_a_list_folded_by_hand_stays_folded_when_there_is_room_again(
    window: MainWindow, services: Services
) -> None:
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert not sidebar_of(window).isVisible()
    for percent in (200, 100):
        services.settings.set("ui.text_scale", percent)
        assert not sidebar_of(window).isVisible()


@pytest.mark.parametrize(("width", "percent"), [(620, 150), (700, 130), (900, 200)])
def test_the_parameters_take_the_place_of_a_conversation_that_has_no_room(
    width: int, percent: int, window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    composer = the(window, ComposerText)
    composer.setFocus()
    services.settings.set("ui.text_scale", percent)
    window.resize(width, 700)
    qtbot.wait(60)
    for key in (Qt.Key.Key_P, Qt.Key.Key_P):
        QTest.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        qtbot.wait(60)
        panel = the(window, ParametersPanel)
        if panel.isVisible():
            right = panel.mapTo(window, QPoint(panel.width(), 0)).x()
            assert right <= window.width()
            assert not composer.isVisible()
            assert panel.isAncestorOf(window.focusWidget())
    assert composer.isVisible()
    assert window.focusWidget() is composer


def test_the_parameters_give_way_to_what_is_opened(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(520, 700)
    qtbot.wait(60)
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    panel = the(window, ParametersPanel)
    assert panel.isVisible()
    sidebar_of(window).trash_requested.emit()
    assert the(window, TrashPage).isVisible()
    assert not panel.isVisible()
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    window.resize(1280, 700)
    qtbot.wait(60)
    assert panel.isVisible()
    assert the(window, TrashPage).isVisible(), "both have room"
