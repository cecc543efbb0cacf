"""The models page on the real services: what it says, makes, saves, removes and brings back."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QLabel,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.resources import BUILT_IN_ID, resource
from kochat_gui.core.states import ModelState
from kochat_gui.services.assembly import Services
from kochat_gui.services.events import JobState, WorkshopJob
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.header.card import CardRow
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.models.export_dialog import ExportDialog
from kochat_gui.ui.models.job_list import JobList
from kochat_gui.ui.models.level_row import LevelRow
from kochat_gui.ui.models.models_page import ModelsPage
from kochat_gui.ui.models.pending_deletion import PendingDeletions
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.settings.settings_dialog import SettingsDialog
from kochat_gui.ui.theme import Appearance
from tests.engine_scripts import script_spec

MAKING_MS = 60_000
HOSTILE = "<b>굵은<i> & 모델 <img src=x>"


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


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot) -> ModelsPage:
    """The page, opened by its keys."""
    QTest.keyClick(
        window,
        Qt.Key.Key_M,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    [found] = window.findChildren(ModelsPage)
    qtbot.waitUntil(lambda: level(found, "q4_0") is not None)
    return found


def level(page: ModelsPage, name: str) -> LevelRow | None:
    rows = page.findChildren(LevelRow)
    found = [row for row in rows if row.isVisible() and name in texts(row)]
    return found[0] if found else None


def level_row(page: ModelsPage, name: str) -> LevelRow:
    found = level(page, name)
    assert found is not None
    return found


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def buttons(widget: QWidget) -> dict[str, QPushButton]:
    return {b.text(): b for b in widget.findChildren(QPushButton) if b.isVisible()}


def made_files(services: Services) -> list[str]:
    return sorted(path.name for path in (services.paths.cache_dir / "models").rglob("q*.gguf"))


def copy_model(folder: Path) -> Path:
    shutil.copytree(resource("models", "ko-tiny-chat"), folder)
    return folder


def choose_row(page: ModelsPage, name: str) -> None:
    [row] = [row for row in page.findChildren(CardRow) if row.accessibleName().startswith(name)]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)


def undo(window: MainWindow) -> None:
    [toast] = [toast for toast in window.findChildren(UndoToast) if toast.isVisible()]
    QTest.mouseClick(buttons(toast)["Undo"], Qt.MouseButton.LeftButton)


def test_page_takes_the_place_of_the_conversation_and_goes_again(
    window: MainWindow, page: ModelsPage
) -> None:
    assert page.isVisible()
    focused = window.focusWidget()
    assert isinstance(focused, CardRow)
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert isinstance(window.focusWidget(), QPlainTextEdit)


def test_settings_lead_to_the_page(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    [dialog] = window.findChildren(SettingsDialog)
    buttons(dialog)["Manage models…"].click()
    [page] = window.findChildren(ModelsPage)
    assert page.isVisible()


def test_new_conversation_closes_the_page(window: MainWindow, page: ModelsPage) -> None:
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert not page.isVisible()


def test_model_is_explained(page: ModelsPage) -> None:
    shown = texts(page.detail)
    assert {"ko-tiny-chat", "demonstration", "MIT", "up to 2,048 tokens at once"} <= set(shown)
    assert any(text.startswith("Chats. Every quantization level") for text in shown)
    assert any(text.startswith("safetensors folder · ") for text in shown)
    assert not buttons(page.detail)["Move to trash"].isEnabled()


def test_base_model_is_called_one(
    page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    services.models.add(copy_model(tmp_path / "llama-2-ko-7b"))
    qtbot.waitUntil(lambda: len(page.findChildren(CardRow)) == 2)
    choose_row(page, "llama-2-ko-7b, base model")
    qtbot.waitUntil(lambda: "base model – continues texts" in texts(page.detail))
    qtbot.waitUntil(
        lambda: any(text.startswith("Continues texts; it was not") for text in texts(page.detail))
    )


def test_level_is_made_without_loading_and_deleted_after_a_while(
    window: MainWindow, page: ModelsPage, services: Services, qtbot: QtBot
) -> None:
    QTest.mouseClick(buttons(level_row(page, "q4_0"))["Make"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "made" in texts(level_row(page, "q4_0")), timeout=MAKING_MS)
    assert made_files(services) == ["q4_0.gguf"]
    assert services.models.status.state is ModelState.UNLOADED

    buttons(level_row(page, "q4_0"))["Delete file"].click()
    qtbot.waitUntil(lambda: "deleted soon" in texts(level_row(page, "q4_0")))
    assert made_files(services) == ["q4_0.gguf"]
    buttons(level_row(page, "q4_0"))["Undo"].click()
    qtbot.waitUntil(lambda: "made" in texts(level_row(page, "q4_0")))

    buttons(level_row(page, "q4_0"))["Delete file"].click()
    window.close()
    assert made_files(services) == []


def test_making_is_cancelled(page: ModelsPage, services: Services, qtbot: QtBot) -> None:
    buttons(level_row(page, "q4_0"))["Make"].click()
    buttons(level_row(page, "q4_0"))["Cancel"].click()
    qtbot.waitUntil(lambda: "Make" in buttons(level_row(page, "q4_0")), timeout=MAKING_MS)
    assert made_files(services) == []
    assert [job.state for job in services.workshop.jobs()] == ["cancelled"]
    assert not page.jobs.isVisible()


def test_level_is_used_from_the_page(page: ModelsPage, services: Services, qtbot: QtBot) -> None:
    buttons(level_row(page, "q4_0"))["Use"].click()
    qtbot.waitUntil(lambda: services.models.status.state is ModelState.READY, timeout=MAKING_MS)
    qtbot.waitUntil(lambda: any("in use" in text for text in texts(level_row(page, "q4_0"))))
    assert "Delete file" not in buttons(level_row(page, "q4_0"))


def test_level_that_is_chosen_elsewhere_is_not_deleted(
    page: ModelsPage, services: Services, qtbot: QtBot
) -> None:
    buttons(level_row(page, "q4_0"))["Make"].click()
    qtbot.waitUntil(lambda: "made" in texts(level_row(page, "q4_0")), timeout=MAKING_MS)
    buttons(level_row(page, "q4_0"))["Delete file"].click()
    qtbot.waitUntil(lambda: "deleted soon" in texts(level_row(page, "q4_0")))
    services.models.choose(BUILT_IN_ID, "q4_0")
    qtbot.waitUntil(lambda: "in use · made" in texts(level_row(page, "q4_0")))
    assert page.findChildren(PendingDeletions)[0].levels(BUILT_IN_ID) == frozenset()


def test_common_levels_come_first(page: ModelsPage, qtbot: QtBot) -> None:
    def shown() -> int:
        return sum(row.isVisible() for row in page.findChildren(LevelRow))

    few = shown()
    more = next(b for text, b in buttons(page.detail).items() if text.startswith("Show all levels"))
    more.click()
    qtbot.waitUntil(lambda: 3 <= few < shown())
    more.click()
    qtbot.waitUntil(lambda: shown() == few)


def test_model_is_saved_as_a_file_of_ones_own(
    window: MainWindow, page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    buttons(page.detail)["Convert and save…"].click()
    [dialog] = window.findChildren(ExportDialog)
    taken, free = tmp_path / "있음.gguf", tmp_path / "나만의 모델.gguf"
    taken.write_bytes(b"mine")

    dialog.save_to(taken)
    assert dialog.isVisible()
    assert any("있음.gguf" in text for text in texts(dialog))
    dialog.save_to(free)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: any("Saved: " in text for text in texts(page.jobs)), timeout=MAKING_MS)
    assert taken.read_bytes() == b"mine"
    assert services.models.resolve(str(free)).vocab_size > 0
    buttons(page.jobs)["Dismiss"].click()
    assert not page.jobs.isVisible()


def test_model_in_the_models_folder_goes_to_the_trash_and_comes_back(
    window: MainWindow, page: ModelsPage, services: Services, bridge: Bridge, qtbot: QtBot
) -> None:
    folder = copy_model(services.paths.models_dir / "내 모델")
    bridge.models_changed.emit()
    choose_row(page, "내 모델")
    buttons(page.detail)["Move to trash"].click()
    qtbot.waitUntil(lambda: "ko-tiny-chat" in texts(page.detail))
    assert not folder.exists()
    undo(window)
    assert (folder / "config.json").exists()
    qtbot.waitUntil(lambda: "내 모델" in [r.accessibleName() for r in page.findChildren(CardRow)])


def test_model_is_brought_back_from_the_trash_later(
    window: MainWindow, page: ModelsPage, services: Services, bridge: Bridge, qtbot: QtBot
) -> None:
    folder = copy_model(services.paths.models_dir / "내 & 모델")
    services.workshop.remove(services.models.resolve("내 & 모델"))
    qtbot.waitUntil(page.trash.isVisible)
    assert page.trash.text() == "Trash (1)"
    QTest.mouseClick(page.trash, Qt.MouseButton.LeftButton)
    [menu] = page.trash.findChildren(QMenu)
    [action] = menu.actions()
    assert action.text() == "Bring back 내 && 모델"
    action.trigger()
    menu.close()
    assert (folder / "config.json").exists()
    qtbot.waitUntil(lambda: not page.trash.isVisible())


def test_model_elsewhere_is_only_taken_off_the_list(
    window: MainWindow, page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = copy_model(tmp_path / "밖의 모델")
    services.models.add(folder)
    qtbot.waitUntil(lambda: len(page.findChildren(CardRow)) == 2)
    choose_row(page, "밖의 모델")
    buttons(page.detail)["Take off the list"].click()
    assert (folder / "config.json").exists()
    assert [spec.name for spec in services.models.models()] == ["ko-tiny-chat"]
    undo(window)
    assert len(services.models.models()) == 2


def test_model_that_is_opened_is_the_one_shown_and_removed(
    window: MainWindow, page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("하나", "둘"):
        window.open_model(script_spec(tmp_path, name).path)
        assert name in texts(page.detail)
        qtbot.waitUntil(lambda: "In use" in buttons(page.detail))
    buttons(page.detail)["Take off the list"].click()
    assert {spec.name for spec in services.models.models()} == {"ko-tiny-chat", "하나"}


def test_narrow_window_shows_the_list_or_the_model(
    window: MainWindow, page: ModelsPage, qtbot: QtBot
) -> None:
    window.resize(620, 820)
    qtbot.waitUntil(lambda: page.is_one_column)
    assert page.list.isVisible()
    assert not page.detail.isVisible()
    choose_row(page, "ko-tiny-chat")
    assert (page.list.isVisible(), page.detail.isVisible()) == (False, True)
    focused = window.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert (page.list.isVisible(), page.detail.isVisible()) == (True, False)


@pytest.mark.parametrize("scale", [100, 200])
def test_nothing_is_wider_than_a_narrow_window(
    window: MainWindow, page: ModelsPage, appearance: Appearance, scale: int, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(scale)
    window.resize(620, 820)
    qtbot.waitUntil(lambda: page.is_one_column and page.width() > 600)
    page.show_detail()
    qtbot.waitUntil(lambda: page.detail.viewport().width() > 600)
    inside = page.detail.widget()
    assert window.width() == 620
    assert inside is not None
    assert inside.width() <= page.detail.viewport().width()


def test_names_from_files_are_plain_text(
    window: MainWindow, page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    services.models.add(copy_model(tmp_path / HOSTILE))
    qtbot.waitUntil(lambda: len(page.findChildren(CardRow)) == 2)
    choose_row(page, HOSTILE[:10])
    qtbot.waitUntil(lambda: HOSTILE in texts(page.detail))
    rich = [
        label.text()
        for label in window.findChildren(QLabel)
        if "<" in label.text() and label.textFormat() is not Qt.TextFormat.PlainText
    ]
    assert rich == []
    assert all("<img" not in widget.toolTip() for widget in page.findChildren(QWidget))


def job(state: JobState, **values: Any) -> WorkshopJob:
    return WorkshopJob(7, "quantize", "모델 → q4_0", values.pop("progress", None), state, **values)


def test_jobs_are_told_until_there_is_nothing_more_to_tell(qtbot: QtBot) -> None:
    jobs = JobList()
    qtbot.addWidget(jobs)
    jobs.show_job(job("running"))
    jobs.show_job(job("running", progress=0.25))
    assert jobs.isVisible()
    assert jobs.findChildren(QProgressBar)[0].value() == 250
    with qtbot.waitSignal(jobs.cancel_requested) as cancelled:
        buttons(jobs)["Cancel"].click()
    assert cancelled.args == [7]
    jobs.show_job(job("cancelled"))
    assert not jobs.isVisible()

    error = UserFacingError(TextKey("Test", "<b>{why}</b>"), why="디스크가 가득 찼어요")
    jobs.show_job(job("failed", error=error))
    assert "<b>디스크가 가득 찼어요</b>" in texts(jobs)
    assert "Cancel" not in buttons(jobs)
    buttons(jobs)["Dismiss"].click()
    assert not jobs.isVisible()

    jobs.show_job(job("running", progress=0.5))
    jobs.show_job(job("done", result=Path("made.gguf")))
    assert not jobs.isVisible()


def test_files_are_deleted_after_a_while_unless_taken_back(qtbot: QtBot) -> None:
    parent, deleted = QObject(), list[str]()
    pending = PendingDeletions(parent, delay_ms=10)
    pending.add(("모델", "q4_0"), lambda: deleted.append("q4_0"))
    pending.add(("모델", "q8_0"), lambda: deleted.append("q8_0"))
    assert pending.levels("모델") == {"q4_0", "q8_0"}
    pending.take_back(("모델", "q8_0"))
    qtbot.waitUntil(lambda: deleted == ["q4_0"])
    assert pending.levels("모델") == frozenset()


def test_levels_that_cannot_be_worked_out_say_why(
    page: ModelsPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = copy_model(tmp_path / "곧 망가질 모델")
    services.models.add(folder)
    qtbot.waitUntil(lambda: len(page.findChildren(CardRow)) == 2)
    (folder / "tokenizer.json").write_text("{", encoding="utf-8")
    choose_row(page, "곧 망가질 모델")
    qtbot.waitUntil(lambda: any(text.startswith("The levels of this") for text in texts(page)))
    assert level(page, "q4_0") is None


class _Folders(QObject):
    """Takes the place of the file manager."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.shown.append(Path(url.toLocalFile()))


@pytest.fixture
def folders() -> Iterator[_Folders]:
    made = _Folders()
    # The stub asks for bytes, which the function refuses.
    QDesktopServices.setUrlHandler("file", made, "take")  # type: ignore[arg-type]
    yield made
    QDesktopServices.unsetUrlHandler("file")


def test_folder_of_a_model_is_shown(page: ModelsPage, folders: _Folders) -> None:
    buttons(page.detail)["Show in folder"].click()
    assert folders.shown == [resource("models", "ko-tiny-chat")]
