"""Export and import in the window, on real files: what was asked for is there, or nothing is."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import ConversationFilter, ConversationSettings, MessageState
from kochat_gui.services.assembly import Services
from kochat_gui.services.exchange.export_service import ExportFormat
from kochat_gui.storage.archive import ArchiveStore, Inserted
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.sqlite_errors import disk_full
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.chat.controller import ChatController
from kochat_gui.ui.chat.message_menu import MessageAct
from kochat_gui.ui.exchange.export_dialog import ExportDialog
from kochat_gui.ui.exchange.format_texts import format_row
from kochat_gui.ui.exchange.import_dialog import ImportDialog
from kochat_gui.ui.header.card import CardRow
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.notices.banner import NoticeArea
from kochat_gui.ui.settings.settings_dialog import SettingsDialog
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from tests.engine_scripts import script_spec
from tests.helpers.chat_exports import chatgpt_export

DELETED = ConversationFilter(is_deleted=True)


@pytest.fixture
def window(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[MainWindow]:
    for text in ("캠핑 준비물", "빛의 삼원색"):
        turn = services.store.add_turn(None, None, text, ConversationSettings())
        services.store.finish_answer(FinalAnswer(turn.answer_id, "답이에요.", MessageState.DONE))
    made = MainWindow(services, bridge, appearance)
    made.resize(1000, 700)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.deleteLater()


def button(inside: QWidget, text: str) -> QPushButton:
    [found] = [b for b in inside.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return found


def texts(inside: QWidget) -> list[str]:
    return [label.text() for label in inside.findChildren(QLabel) if label.isVisible()]


def notices(window: MainWindow) -> NoticeArea:
    [found] = window.findChildren(NoticeArea)
    return found


def from_settings(window: MainWindow, text: str) -> None:
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    [settings] = [d for d in window.findChildren(SettingsDialog) if d.isVisible()]
    button(settings, text).click()


def export_dialog(window: MainWindow) -> ExportDialog:
    [found] = [d for d in window.findChildren(ExportDialog) if d.isVisible()]
    return found


def import_dialog(window: MainWindow) -> ImportDialog:
    [found] = [d for d in window.findChildren(ImportDialog) if d.isVisible()]
    return found


def choose(dialog: ExportDialog, export_format: ExportFormat) -> None:
    title = format_row(export_format).title
    [row] = [r for r in dialog.findChildren(CardRow) if r.accessibleName() == title]
    row.click()


def choose_place(dialog: QDialog, *paths: Path, ask: str = "Choose a place…") -> None:
    """Press ``ask``, and answer the file dialog that opens."""
    button(dialog, ask).click()
    [files] = [d for d in dialog.findChildren(QFileDialog) if d.isVisible()]
    files.close()
    files.filesSelected.emit([str(path) for path in paths])
    files.fileSelected.emit(str(paths[0]))


def drop(window: QWidget, *paths: Path) -> None:
    """As the system does it: a window that takes no drops is not even asked."""
    if not window.acceptDrops():
        return
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button_ = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), action, data, button_, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), action, data, button_, keys))


def test_one_conversation_from_the_list(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    [sidebar] = window.findChildren(Sidebar)
    newest = services.library.list()[0]
    window.exchange.export([newest.conversation_id])
    dialog = export_dialog(window)
    [what] = dialog.findChildren(QComboBox)
    assert what.itemText(0) == "The conversation “빛의 삼원색”"
    choose(dialog, ExportFormat.TEXT)
    target = tmp_path / "내보낸 글.txt"
    target.write_text("예전 것")
    choose_place(dialog, target)
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog), timeout=20_000)
    assert "빛의 삼원색" in target.read_text("utf-8")
    qtbot.waitUntil(lambda: "Saved as 내보낸 글.txt." in texts(notices(window)))
    assert button(notices(window), "Open the folder")
    assert sidebar.isVisible()
    # The same format is offered first the next time.
    window.exchange.export([newest.conversation_id])
    assert export_dialog(window).export_format is ExportFormat.TEXT
    export_dialog(window).reject()


def test_all_conversations_go_into_a_folder_of_their_own(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "그대로.md").write_text("그대로")
    from_settings(window, "Export…")
    dialog = export_dialog(window)
    choose(dialog, ExportFormat.MARKDOWN)
    choose_place(dialog, tmp_path)
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog), timeout=20_000)
    files = sorted(path.name for path in (tmp_path / "KoChat conversations").iterdir())
    assert files == ["빛의 삼원색.md", "캠핑 준비물.md"]
    assert (tmp_path / "그대로.md").read_text() == "그대로"


def test_failed_export_is_told_where_it_was_asked_for(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    from_settings(window, "Export…")
    dialog = export_dialog(window)
    choose(dialog, ExportFormat.JSON)
    (tmp_path / "file").touch()
    choose_place(dialog, tmp_path / "file" / "모두.json")
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QLabel, "danger_text")[0].text()))
    assert dialog.isVisible()
    assert button(dialog, "Choose a place…").isEnabled()
    assert texts(notices(window)) == []
    dialog.reject()


def test_folder_is_exported_by_its_menu(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    folder_id = services.library.create_folder("여행")
    services.library.move([services.library.list()[0].conversation_id], folder_id)
    [folder] = services.library.folders()
    window.exchange.export_folder(folder)
    dialog = export_dialog(window)
    [what] = dialog.findChildren(QComboBox)
    assert [what.itemText(number) for number in range(what.count())] == [
        "The folder “여행”",
        "All conversations",
    ]
    choose(dialog, ExportFormat.SHAREGPT)
    choose_place(dialog, tmp_path / "학습.jsonl")
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog), timeout=20_000)
    assert len((tmp_path / "학습.jsonl").read_text("utf-8").splitlines()) == 1


def test_dropped_chats_are_shown_taken_over_and_taken_back(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    before = [c.title for c in services.library.list()]
    drop(window, chatgpt_export(tmp_path / "conversations.json", "여행", "요리", images=2))
    dialog = import_dialog(window)
    qtbot.waitUntil(
        lambda: any("ChatGPT · 2 conversations · 4 messages" in t for t in texts(dialog))
    )
    assert any("Not taken over: 4 images" in text for text in texts(dialog))
    assert [c.title for c in services.library.list()] == before
    button(dialog, "Import 2 conversations").click()
    qtbot.waitUntil(lambda: "2 conversations were imported." in texts(dialog), timeout=20_000)
    [folder] = services.library.folders()
    assert (folder.name, folder.count) == ("From ChatGPT", 2)
    button(dialog, "Undo the import").click()
    qtbot.waitUntil(lambda: "Everything imported is in the trash now." in texts(dialog))
    assert [c.title for c in services.library.list()] == before
    assert {c.title for c in services.library.list(wanted=DELETED)} == {"여행", "요리"}
    assert services.library.folders() == []
    dialog.reject()


def test_chats_are_dropped_onto_the_open_dialog(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    exports = [chatgpt_export(tmp_path / f"{number}.json", "여행") for number in range(3)]
    from_settings(window, "Import…")
    dialog = import_dialog(window)
    drop(dialog, exports[0])
    qtbot.waitUntil(lambda: "0.json" in texts(dialog))
    drop(dialog, *exports[1:])
    qtbot.waitUntil(lambda: {"1.json", "2.json"} <= set(texts(dialog)))
    dialog.begin_storing("…")
    drop(dialog, exports[0])
    dialog.end_work()
    qtbot.wait(50)
    assert "0.json" not in texts(dialog), "not while conversations are stored"
    dialog.reject()


def test_nothing_is_offered_to_be_imported_after_an_import_was_taken_back(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(window, chatgpt_export(tmp_path / "0.json", "여행", "요리"))
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: "0.json" in texts(dialog))
    button(dialog, "Import 2 conversations").click()
    qtbot.waitUntil(lambda: "2 conversations were imported." in texts(dialog), timeout=20_000)
    dialog.chosen.emit([chatgpt_export(tmp_path / "1.json", "빵")])
    qtbot.waitUntil(lambda: "1.json" in texts(dialog))
    button(dialog, "Undo the import").click()
    qtbot.waitUntil(lambda: "Everything imported is in the trash now." in texts(dialog))
    offered = [b.text() for b in dialog.findChildren(QPushButton) if b.isVisible()]
    assert offered == ["Choose files…", "Choose a folder…", "Close"]
    dialog.reject()


def test_import_is_taken_back_by_its_notice(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    from_settings(window, "Import…")
    dialog = import_dialog(window)
    export = chatgpt_export(tmp_path / "conversations.json", "여행")
    choose_place(dialog, export, ask="Choose files…")
    qtbot.waitUntil(lambda: "Import 1 conversations" in shown_buttons(dialog))
    button(dialog, "Import 1 conversations").click()
    qtbot.waitUntil(lambda: "1 conversations were imported." in texts(dialog), timeout=20_000)
    dialog.reject()
    qtbot.waitUntil(lambda: "1 conversations were imported." in texts(notices(window)))
    [sidebar] = window.findChildren(Sidebar)
    [imported] = [c for c in services.library.list() if c.title == "여행"]
    sidebar.opened.emit(imported.conversation_id)
    button(notices(window), "Undo the import").click()
    qtbot.waitUntil(lambda: len(services.library.list(wanted=DELETED)) == 1)
    [controller] = window.findChildren(ChatController)
    qtbot.waitUntil(lambda: controller.conversation_id is None)
    assert len(services.library.list()) == 2


def test_what_is_there_already_is_told(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    export = chatgpt_export(tmp_path / "conversations.json", "여행")
    for _ in range(2):
        drop(window, export)
        dialog = import_dialog(window)
        qtbot.waitUntil(lambda: "Import 1 conversations" in shown_buttons(dialog))  # noqa: B023
        button(dialog, "Import 1 conversations").click()
        qtbot.waitUntil(lambda: "Import 1 conversations" not in shown_buttons(dialog))  # noqa: B023
        told = texts(dialog)
        dialog.reject()
    assert "All of these conversations were there already." in told
    assert len(services.library.list()) == 3


def shown_buttons(inside: QWidget) -> list[str]:
    return [b.text() for b in inside.findChildren(QPushButton) if b.isVisible()]


def test_damaged_export_says_why_and_takes_nothing(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    export = chatgpt_export(tmp_path / "conversations.json", "여행")
    export.write_bytes(export.read_bytes()[:-200])
    drop(window, export)
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QLabel, "danger_caption")))
    assert not any(text.startswith("Import ") for text in shown_buttons(dialog))
    assert len(services.library.list()) == 2
    dialog.reject()


def test_models_are_still_opened(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    model = script_spec(tmp_path, name="model").path
    drop(window, model)
    qtbot.waitUntil(lambda: services.models.status.spec is not None)
    assert services.models.status.spec is not None
    assert services.models.status.spec.path == model
    assert not window.findChildren(ImportDialog)
    services.models.cancel()


def test_neither_model_nor_chats_is_refused_as_before(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "글.txt"
    other.write_text("아무 글")
    drop(window, other)
    qtbot.waitUntil(lambda: bool(texts(notices(window))))
    assert not window.findChildren(ImportDialog)


def test_several_exports_are_dropped_at_once(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [chatgpt_export(tmp_path / f"{name}.json", name) for name in ("하나", "둘")]
    drop(window, *paths)
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: "Import 2 conversations" in shown_buttons(dialog))
    dialog.reject()
    picture = tmp_path / "사진.png"
    picture.write_bytes(b"PNG")
    drop(window, *paths, picture)
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: "Import 2 conversations" in shown_buttons(dialog))
    assert any(text.startswith("사진.png holds no conversations") for text in texts(dialog))
    dialog.reject()
    drop(window, tmp_path / "a.gguf", tmp_path / "b.gguf")
    qtbot.waitUntil(lambda: any("Several files" in text for text in texts(notices(window))))


def test_selected_conversations_are_exported_from_the_bar(window: MainWindow, qtbot: QtBot) -> None:
    [sidebar] = window.findChildren(Sidebar)
    sidebar.list.selectAll()
    [export] = [b for b in sidebar.bar.findChildren(QToolButton) if b.toolTip() == "Export…"]
    export.click()
    [what] = export_dialog(window).findChildren(QComboBox)
    assert what.itemText(0) == "The 2 selected conversations"
    export_dialog(window).reject()


def test_one_message_from_its_menu(
    window: MainWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    newest = services.library.list()[0].conversation_id
    [sidebar] = window.findChildren(Sidebar)
    sidebar.opened.emit(newest)
    answer = services.library.path(newest)[-1]
    [view] = window.findChildren(ChatView)
    view.act_requested.emit(MessageAct.EXPORT, answer.message_id)
    dialog = export_dialog(window)
    [what] = dialog.findChildren(QComboBox)
    assert [what.itemText(number) for number in range(2)] == [
        "This message only",
        "The conversation “빛의 삼원색”",
    ]
    choose(dialog, ExportFormat.TEXT)
    choose_place(dialog, tmp_path / "답.txt")
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog), timeout=20_000)
    written = (tmp_path / "답.txt").read_text("utf-8")
    assert "답이에요." in written
    assert "빛의 삼원색" not in written


def test_import_that_is_stored_is_stopped_before_the_dialog_closes(
    window: MainWindow,
    services: Services,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_storing, go_on = threading.Event(), threading.Event()
    insert = ArchiveStore.insert

    def slow(*args: Any) -> Inserted:
        is_storing.set()
        go_on.wait(20)
        return insert(*args)

    monkeypatch.setattr(ArchiveStore, "insert", slow)
    drop(window, chatgpt_export(tmp_path / "conversations.json", "여행"))
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: "Import 1 conversations" in shown_buttons(dialog))
    button(dialog, "Import 1 conversations").click()
    qtbot.waitUntil(is_storing.is_set)
    button(dialog, "Close").click()
    assert dialog.isVisible()
    go_on.set()
    nothing = "Stopped. No conversations were imported."
    qtbot.waitUntil(lambda: nothing in texts(dialog), timeout=20_000)
    assert len(services.library.list()) == 2
    button(dialog, "Import 1 conversations").click()
    qtbot.waitUntil(lambda: "1 conversations were imported." in texts(dialog), timeout=20_000)
    assert len(services.library.list()) == 3
    dialog.reject()
    assert not dialog.isVisible()


def test_import_that_was_stopped_in_the_middle_goes_on_and_is_taken_back_as_one(
    window: MainWindow,
    services: Services,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_storing, go_on = threading.Event(), threading.Event()
    insert = ArchiveStore.insert

    def slow(*args: Any) -> Inserted:
        if any(conversation.title == "둘" for conversation in args[1]):
            is_storing.set()
            go_on.wait(20)
        return insert(*args)

    monkeypatch.setattr(ArchiveStore, "insert", slow)
    drop(window, *(chatgpt_export(tmp_path / f"{name}.json", name) for name in ("하나", "둘")))
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: "Import 2 conversations" in shown_buttons(dialog))
    button(dialog, "Import 2 conversations").click()
    qtbot.waitUntil(is_storing.is_set)
    button(dialog, "Close").click()
    go_on.set()
    first = "Stopped. 1 conversations were imported."
    qtbot.waitUntil(lambda: first in texts(dialog), timeout=20_000)
    qtbot.waitUntil(lambda: first in texts(notices(window)))
    button(dialog, "Import the rest").click()
    qtbot.waitUntil(lambda: "2 conversations were imported." in texts(dialog), timeout=20_000)
    assert len(services.library.list()) == 4
    button(dialog, "Undo the import").click()
    qtbot.waitUntil(lambda: len(services.library.list()) == 2, timeout=20_000)
    assert not services.library.folders()
    dialog.reject()


def test_full_disk_takes_nothing_of_an_import(
    window: MainWindow,
    services: Services,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> Inserted:
        raise disk_full(services.paths.database)

    monkeypatch.setattr(ArchiveStore, "insert", full)
    drop(window, chatgpt_export(tmp_path / "conversations.json", "여행"))
    dialog = import_dialog(window)
    qtbot.waitUntil(lambda: "Import 1 conversations" in shown_buttons(dialog))
    button(dialog, "Import 1 conversations").click()
    qtbot.waitUntil(
        lambda: any("not enough room" in text for text in texts(dialog)), timeout=20_000
    )
    assert "Undo the import" not in shown_buttons(dialog)
    assert services.library.folders() == []
    dialog.reject()
