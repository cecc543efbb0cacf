"""Backups in the window: made, looked at, put back into a new window, deleted after a question."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.services.backups import CopyWatch
from kochat_gui.services.notices import Notice, NoticeAction, Severity
from kochat_gui.services.restoring import restore_conversations
from kochat_gui.services.store_opening import SHOW_BACKUPS_ACTION
from kochat_gui.storage.copying import copy_pages
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui.backups.backup_row import BackupRow
from kochat_gui.ui.backups.backups_dialog import BackupsDialog
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.notices.banner import NoticeArea
from kochat_gui.ui.settings.settings_dialog import SettingsDialog
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.start import Program
from kochat_gui.ui.theme import Appearance


@pytest.fixture
def program(
    own_profile: Path, appearance: Appearance, qapp: QApplication, qtbot: QtBot
) -> Iterator[Program]:
    services = build_services(profile_paths(own_profile))
    say(services, "예전 말")
    services.backups.make(CopyWatch())
    say(services, "새 말")
    made = Program(qapp, services, appearance)
    qtbot.waitUntil(lambda: services.models.status.state is ModelState.READY, timeout=30_000)
    yield made
    made.window.close()
    made.close()


def say(services: Services, text: str) -> None:
    services.store.add_turn(None, None, text, ConversationSettings())


def titles(program: Program) -> list[str]:
    return [found.title for found in program.services.library.list()]


def button(inside: QWidget, text: str) -> QPushButton:
    [found] = [b for b in inside.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return found


def opened(program: Program) -> BackupsDialog:
    QTest.keyClick(program.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    [settings] = program.window.findChildren(SettingsDialog)
    button(settings, "Backups…").click()
    [dialog] = program.window.findChildren(BackupsDialog)
    return dialog


def rows(dialog: BackupsDialog) -> list[BackupRow]:
    return [row for row in dialog.findChildren(BackupRow) if row.isVisible()]


def texts(inside: QWidget) -> list[str]:
    return [label.text() for label in inside.findChildren(QLabel) if label.isVisible()]


def composer(window: MainWindow) -> Composer:
    [found] = window.findChildren(Composer)
    return found


def restored(program: Program, qtbot: QtBot, act: Callable[[], object]) -> None:
    """Do ``act`` and wait for the window that comes after it."""
    before = program.window
    act()
    qtbot.waitUntil(lambda: program.window is not before, timeout=30_000)
    qtbot.waitUntil(program.window.isVisible)


def restore_first(program: Program, qtbot: QtBot) -> None:
    dialog = opened(program)
    [row] = rows(dialog)
    button(row, "Restore…").click()
    restored(program, qtbot, button(row, "Restore").click)


def test_restored_and_undone_in_the_window(program: Program, qtbot: QtBot) -> None:
    child = program.services.host.child_pid
    composer(program.window).set_text("아직 안 보낸 말")
    restore_first(program, qtbot)
    assert titles(program) == ["예전 말"]
    assert composer(program.window).text() == "아직 안 보낸 말"
    assert program.services.host.child_pid == child
    [notices] = program.window.findChildren(NoticeArea)
    restored(program, qtbot, button(notices, "Undo the restore").click)
    assert titles(program) == ["새 말", "예전 말"]
    assert composer(program.window).text() == "아직 안 보낸 말"


def test_open_conversation_is_shown_again_if_it_is_there(program: Program, qtbot: QtBot) -> None:
    [old] = [found for found in program.services.library.list() if found.title == "예전 말"]
    [sidebar] = program.window.findChildren(Sidebar)
    sidebar.opened.emit(old.conversation_id)
    composer(program.window).set_text("덧붙일 말")
    restore_first(program, qtbot)
    assert program.services.library.get(old.conversation_id).draft == "덧붙일 말"
    program.services.chat.send(old.conversation_id, "창은 그대로 써요")
    qtbot.waitUntil(lambda: not program.services.chat.is_busy, timeout=30_000)


def test_what_is_in_a_backup_is_counted(program: Program, qtbot: QtBot) -> None:
    dialog = opened(program)
    [row] = rows(dialog)
    qtbot.waitUntil(lambda: any("1 conversations · 2 messages" in text for text in texts(row)))
    button(dialog, "Back up now").click()
    qtbot.waitUntil(lambda: len(rows(dialog)) == 2)
    newest = rows(dialog)[0]
    qtbot.waitUntil(lambda: any("2 conversations · 4 messages" in text for text in texts(newest)))
    dialog.close()


def test_deleting_is_asked_about(program: Program, qtbot: QtBot) -> None:
    dialog = opened(program)
    [row] = rows(dialog)
    [trash] = row.findChildren(QToolButton)
    trash.click()
    assert dialog.focusWidget() is button(row, "Leave it")
    button(row, "Leave it").click()
    assert len(program.services.backups.list()) == 1
    button(row, "Restore…").click()
    trash.click()
    button(row, "Delete for good").click()
    assert program.services.backups.list() == []
    assert rows(dialog) == []
    assert "There is no backup yet." in texts(dialog)
    dialog.close()


def test_the_question_of_the_last_row_is_in_sight(program: Program, qtbot: QtBot) -> None:
    folder = program.services.paths.backup_dir
    [made] = [backup.path for backup in program.services.backups.list()]
    for day in range(1, 13):
        (folder / f"kochat-202601{day:02}-120000-v4.db").write_bytes(made.read_bytes())
    dialog = opened(program)
    last = rows(dialog)[-1]
    deeds = {"Restore": button(last, "Restore…"), "Delete for good": last.findChild(QToolButton)}
    for yes, ask in deeds.items():
        assert isinstance(ask, (QPushButton, QToolButton))
        ask.setFocus()
        ask.click()
        qtbot.wait(50)
        for asked in (button(last, "Leave it"), button(last, yes)):
            assert asked.visibleRegion().boundingRect() == asked.rect()
        button(last, "Leave it").click()
    dialog.close()


def test_escape_takes_the_question_back_and_then_the_dialog(program: Program, qtbot: QtBot) -> None:
    dialog = opened(program)
    [row] = rows(dialog)
    for ask in (row.findChildren(QToolButton)[0], button(row, "Restore…")):
        ask.click()
        focused = dialog.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert dialog.focusWidget() is ask
        assert ask.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_damaged_backup_changes_nothing(program: Program, qtbot: QtBot) -> None:
    [backup] = program.services.backups.list()
    backup.path.write_bytes(b"nonsense" * 2000)
    dialog = opened(program)
    [row] = rows(dialog)
    qtbot.waitUntil(lambda: "Damaged: it cannot be restored" in texts(row))
    assert not button(row, "Restore…").isEnabled()
    dialog.restore_requested.emit(backup.path)
    qtbot.waitUntil(lambda: bool(problems(dialog)))
    assert "no backup of KoChat" in problems(dialog)[0]
    assert titles(program) == ["새 말", "예전 말"]
    assert button(dialog, "Back up now").isEnabled()
    dialog.close()


def problems(dialog: BackupsDialog) -> list[str]:
    labels = dialog.findChildren(QLabel, "danger_text")
    return [label.text() for label in labels if label.isVisible()]


def test_full_disk_brings_the_old_conversations_back(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kochat_gui.storage.restore.back_up", full)
    composer(program.window).set_text("아직 안 보낸 말")
    restore_first(program, qtbot)
    assert titles(program) == ["새 말", "예전 말"]
    assert composer(program.window).text() == "아직 안 보낸 말"
    [notices] = program.window.findChildren(NoticeArea)
    assert any("no room left" in text for text in texts(notices))


def test_stopped_while_it_is_checked(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(*args: object) -> None:
        go_on.wait(20)
        copy_pages(*args)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr("kochat_gui.storage.restore.copy_pages", slow)
    dialog = opened(program)
    [row] = rows(dialog)
    button(row, "Restore…").click()
    button(row, "Restore").click()
    assert not button(dialog, "Back up now").isEnabled()
    before = program.window
    button(dialog, "Stop").click()
    go_on.set()
    assert button(dialog, "Back up now").isEnabled()
    folder = program.services.paths.data / "kochat.restoring"
    qtbot.waitUntil(lambda: not folder.exists())
    qtbot.wait(50)
    assert program.window is before
    assert titles(program) == ["새 말", "예전 말"]
    dialog.close()


def test_end_that_is_asked_for_meanwhile_comes_after(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(services: Services, *rest: object) -> Services:
        signal.raise_signal(signal.SIGINT)
        return restore_conversations(services, *rest)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr("kochat_gui.services.restoring.restore_conversations", asked)
    before = program.window
    dialog = opened(program)
    [row] = rows(dialog)
    button(row, "Restore…").click()
    button(row, "Restore").click()
    qtbot.waitUntil(lambda: program.window is not before and not program.window.isVisible())
    assert titles(program) == ["예전 말"]


def test_what_cannot_be_restored_now_offers_no_restore(program: Program, qtbot: QtBot) -> None:
    program.services.profile.lock, lock = None, program.services.profile.lock
    try:
        dialog = opened(program)
        [row] = rows(dialog)
        assert not [b for b in row.findChildren(QPushButton) if b.isVisible()]
        assert not button(dialog, "Back up now").isEnabled()
        assert any("cannot be stored at the moment" in text for text in texts(dialog))
        dialog.close()
    finally:
        program.services.profile.lock = lock


def test_notice_of_damage_leads_to_the_backups_and_stays(program: Program, qtbot: QtBot) -> None:
    [notices] = program.window.findChildren(NoticeArea)
    show = NoticeAction("백업 보기", SHOW_BACKUPS_ACTION, keeps_notice=True)
    told = Notice("salvaged", Severity.WARNING, "손상된 파일은 여기에 있어요", (show,))
    program.services.notices.post(told)
    qtbot.waitUntil(lambda: told.text in texts(notices))
    button(notices, show.label).click()
    [dialog] = program.window.findChildren(BackupsDialog)
    assert dialog.isVisible()
    dialog.close()
    qtbot.wait(50)
    assert told.text in texts(notices), "nothing else says it"
