"""What is set for a conversation before its first message waits for it, as its draft does."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationSettings, Role
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.ime import HangulTextEdit
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.parameters.parameters_panel import ParametersPanel
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.finding import the
from tests.ui.conftest import UseScript
from tests.ui.typing_steps import type_steps

Open = Callable[[], MainWindow]


@pytest.fixture
def open_window(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[Open]:
    use_script(default={"text": "네, 좋아요."})
    made: list[MainWindow] = []

    def begin() -> MainWindow:
        made.append(MainWindow(services, bridge, appearance))
        with qtbot.waitExposed(made[-1]):
            made[-1].show()
        return made[-1]

    yield begin
    for window in made:
        window.close()
        window.deleteLater()


def _is_said(window: QWidget) -> bool:
    """The chip beside the box says that this conversation has settings of its own."""
    return any(
        "own parameters" in getattr(child, "text", str)()
        for child in the(window, Composer).findChildren(QWidget)
        if child.isVisible()
    )


def _write_prompt(window: MainWindow, text: str) -> None:
    window.toggle_parameters()
    panel = the(window, ParametersPanel)
    edit = the(panel, HangulTextEdit)
    type_steps(edit, [f"+{letter}" for letter in text])
    panel.flush()


def test_a_system_prompt_waits_for_the_first_message(
    open_window: Open, services: Services, qtbot: QtBot
) -> None:
    library = services.library
    other = library.begin_with(Role.USER, "하나", ConversationSettings())
    window = open_window()
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    _write_prompt(window, "짧게")
    assert _is_said(window)
    window._controller.open(other)
    assert not _is_said(window)
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert _is_said(window)
        assert the(the(window, ParametersPanel), HangulTextEdit).text() == "짧게"
    window.close()

    again = open_window()
    assert _is_said(again)
    box = the(again, ComposerText)
    box.insertPlainText("안녕")
    QTest.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(library.list()) == 2, timeout=20_000)
    qtbot.waitUntil(lambda: not services.chat.is_busy, timeout=20_000)
    begun = max(conversation.conversation_id for conversation in library.list())
    assert library.get(begun).settings == ConversationSettings(system_prompt="짧게")
    assert _is_said(again)
    QTest.keyClick(again, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert not _is_said(again)


def test_a_restore_takes_the_settings_along(open_window: Open, services: Services) -> None:
    window = open_window()
    _write_prompt(window, "짧게")
    unsent = window.leave()
    # As the conversations of a backup, which know nothing of it.
    services.library.save_new_settings(ConversationSettings())
    again = open_window()
    assert not _is_said(again)
    again.resume(unsent)
    assert _is_said(again)
    assert services.library.new_settings() == ConversationSettings(system_prompt="짧게")
