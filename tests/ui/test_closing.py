"""The window does not close without a word over what the disk has not taken."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationSettings, Role
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.composer_text import ComposerText
from kochat_gui.ui.closing_question import ClosingQuestion
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.start import Program
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.finding import the
from tests.ui.conftest import UseScript
from tests.ui.full_disk import FullDisk

LONG = "가" * 160_000

pytestmark = [
    pytest.mark.allow_log("kochat_gui.storage"),
    pytest.mark.allow_log("kochat_gui.services.answer_keeper"),
]


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[MainWindow]:
    use_script(default={"text": "가나다라마바사 " * 3_000, "tokens_per_second": 300})
    made = MainWindow(services, bridge, appearance)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_unasked()
    made.deleteLater()


@pytest.fixture
def disk(services: Services, monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    return FullDisk(services, monkeypatch)


def _questions(window: MainWindow) -> list[ClosingQuestion]:
    return [found for found in window.findChildren(ClosingQuestion) if found.isVisible()]


def _lines(window: MainWindow) -> list[str]:
    [question] = _questions(window)
    return [label.text() for label in question.findChildren(QLabel, "notice_text")]


def _button(window: MainWindow, text: str) -> QPushButton:
    [question] = _questions(window)
    [found] = [b for b in question.findChildren(QPushButton) if b.text() == text]
    return found


def _paste(window: MainWindow) -> None:
    the(window, ComposerText).insertPlainText(LONG)


def test_a_text_that_is_not_stored_keeps_the_window_open(
    window: MainWindow, services: Services, disk: FullDisk, qtbot: QtBot
) -> None:
    disk.fill()
    _paste(window)
    window.close()
    assert window.isVisible()
    assert _lines(window) == ["· 1 texts that are not sent yet"]
    # Enter and Esc are the careful answer.
    [question] = _questions(window)
    assert _button(window, "Keep open").isDefault()
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert not _questions(window)
    window.close()
    QTest.keyClick(_questions(window)[0], Qt.Key.Key_Escape)
    assert not _questions(window)
    assert window.isVisible()
    disk.free()
    with qtbot.waitSignal(window.closing):
        window.close()
    assert not window.isVisible()
    assert services.library.new_draft() == LONG


def test_it_closes_when_a_person_says_so(window: MainWindow, disk: FullDisk, qtbot: QtBot) -> None:
    disk.fill()
    _paste(window)
    window.close()
    with qtbot.waitSignal(window.closing):
        _button(window, "Close anyway").click()
    assert not window.isVisible()
    assert not _questions(window)


def test_the_question_goes_when_everything_is_stored(
    window: MainWindow, services: Services, disk: FullDisk, qtbot: QtBot
) -> None:
    disk.fill()
    _paste(window)
    window.close()
    assert _questions(window)
    disk.free()
    qtbot.waitUntil(lambda: not _questions(window), timeout=20_000)
    assert window.isVisible()
    assert services.library.new_draft() == LONG


def test_an_answer_that_is_not_stored_is_asked_about(
    window: MainWindow, services: Services, disk: FullDisk, qtbot: QtBot
) -> None:
    turn = services.chat.send(None, "질문")
    qtbot.waitUntil(lambda: services.library.message(turn.answer_id).text != "", timeout=20_000)
    disk.fill()
    qtbot.waitUntil(lambda: services.watch.is_refused, timeout=20_000)
    window.close()
    assert _lines(window) == ["· 1 answers"]
    services.chat.stop(turn.conversation_id)
    disk.free()


def test_an_answer_that_is_being_written_does_not_keep_the_window_open(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    turn = services.chat.send(None, "질문")
    qtbot.waitUntil(lambda: services.library.message(turn.answer_id).text != "", timeout=20_000)
    with qtbot.waitSignal(window.closing):
        window.close()


def test_conversations_of_a_start_without_room_are_asked_about(
    own_profile: Path, appearance: Appearance, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_database: Database) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Database, "_open_writer", refuse)
    services = build_services(profile_paths(own_profile))
    bridge = Bridge(services.bus)
    window = MainWindow(services, bridge, appearance)
    qtbot.addWidget(window)
    window.show()
    window.close()
    assert not window.isVisible()
    window.show()
    services.library.begin_with(Role.USER, "하나", ConversationSettings())
    window.close()
    assert _lines(window) == ["· 1 conversations"]
    window.close_unasked()
    assert not window.isVisible()
    bridge.close()
    services.close()


def test_the_system_does_not_wait_for_an_answer(
    services: Services,
    appearance: Appearance,
    qapp: QApplication,
    disk: FullDisk,
    qtbot: QtBot,
) -> None:
    program = Program(qapp, services, appearance)
    qtbot.addWidget(program.window)
    qtbot.waitUntil(lambda: program._signals is not None, timeout=20_000)
    disk.fill()
    _paste(program.window)
    program.window.close()
    assert _questions(program.window)
    assert program._signals is not None
    with qtbot.waitSignal(program.window.closing):
        program._signals.requested.emit()
    assert not program.window.isVisible()
    assert not _questions(program.window)
    program.close()
