"""Pictures of the window that a person can look at; ``python3 dev.py shots`` takes them anew."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MadeBy,
    MessageId,
    MessageState,
    Role,
)
from kochat_gui.core.generation import Usage
from kochat_gui.core.i18n import install_catalogue, read_catalogue
from kochat_gui.core.models import ImportOptions
from kochat_gui.core.resources import resource, translation_file
from kochat_gui.core.states import FinishReason
from kochat_gui.services.assembly import Services
from kochat_gui.services.backups import Backup, Contents
from kochat_gui.storage.conversations import ConversationStore, Turn
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.sqlite_errors import damaged
from kochat_gui.ui.backups.backups_dialog import BackupsDialog
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.branch_map import BranchMap
from kochat_gui.ui.chat.flash import Flash
from kochat_gui.ui.exchange.export_dialog import ExportDialog
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.models.import_dialog import ImportDialog
from kochat_gui.ui.models.level_row import LevelRow
from kochat_gui.ui.models.models_page import ModelsPage
from kochat_gui.ui.search.results_list import ResultsList
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from kochat_gui.ui.trash.trash_page import TrashPage
from tests.ui.conftest import CheckShot

MADE_BY = MadeBy("llama-2-ko", "Llama-2-ko 7B Chat", "q4_0", "llama.cpp", "kullm-v2")
USAGE = Usage(120, 80, 186, 1.2, 12.4, 2048)
COLOURS = """빛의 **삼원색(RGB)**은 빨강, 초록, 파랑이에요. 물감과 달리 빛은 섞을수록 \
**밝아져서**, 세 빛을 모두 같은 세기로 비추면 하얀빛이 돼요.

1. 빨강 + 초록 → 노랑
2. 초록 + 파랑 → 청록
3. 파랑 + 빨강 → 자홍

```python
def mix(a, b):
    return tuple(min(255, x + y) for x, y in zip(a, b))

print(mix((255, 0, 0), (0, 255, 0)))  # 노랑
```

| 섞는 빛 | 결과 |
|---|---|
| 빨강 + 초록 | 노랑 |
"""


@pytest.fixture
def korean() -> Iterator[None]:
    """The language most people see the window in."""
    install_catalogue(read_catalogue(translation_file("ko")))
    yield
    install_catalogue({})


@pytest.fixture
def window(
    korean: None, services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> Iterator[MainWindow]:
    _fill(ConversationStore(services.profile.database), services)
    made = MainWindow(services, bridge, appearance)
    bridge.model_status_changed.emit(services.models.status)
    made.resize(1280, 820)
    with qtbot.waitExposed(made):
        made.show()
    # A blinking caret would be in every other picture.
    made.setFocus()
    yield made
    made.close()
    made.deleteLater()


def _fill(store: ConversationStore, services: Services) -> None:
    settings = ConversationSettings()
    camping = store.add_turn(None, None, "캠핑 준비물 열 가지", settings)
    store.finish_answer(
        FinalAnswer(
            message_id=camping.answer_id,
            text="텐트, 침낭, 매트, 랜턴, 버너를 **먼저** 챙기고",
            state=MessageState.FAILED,
            finish_reason=FinishReason.ERROR,
            usage=USAGE,
            made_by=MADE_BY,
            error="엔진이 갑자기 끝났어요. 지금까지 쓴 답변은 저장했어요. 다시 시도해 보세요.",
        )
    )
    colours = store.add_turn(
        None, None, "빛의 삼원색을 설명하고, 파이썬으로 섞는 예제도 보여줘", settings
    )
    store.finish_answer(_final(colours, COLOURS))
    paint = store.add_turn(
        colours.conversation_id, colours.answer_id, "물감은 뭐가 달라?", settings
    )
    store.finish_answer(_final(paint, "물감은 빛을 **빼앗는** 방식이라 섞을수록 어두워져요."))
    services.settings.set("ui.current_conversation", colours.conversation_id)


def _final(turn: Turn, text: str) -> FinalAnswer:
    return FinalAnswer(
        message_id=turn.answer_id,
        text=text,
        state=MessageState.DONE,
        finish_reason=FinishReason.STOP,
        usage=USAGE,
        made_by=MADE_BY,
        error="",
    )


def _settle(window: QWidget, qtbot: QtBot) -> None:
    """Let layouts and the scroll position come to rest."""
    qtbot.wait(150)
    window.grab()
    qtbot.wait(50)


def test_conversation_light(window: MainWindow, qtbot: QtBot, check_shot: CheckShot) -> None:
    _settle(window, qtbot)
    check_shot(window, "conversation-light")


def test_conversation_dark(
    window: MainWindow, appearance: Appearance, qtbot: QtBot, check_shot: CheckShot
) -> None:
    appearance.set_choice("dark")
    _settle(window, qtbot)
    check_shot(window, "conversation-dark")


def test_conversation_narrow_and_large(
    window: MainWindow, appearance: Appearance, qtbot: QtBot, check_shot: CheckShot
) -> None:
    appearance.set_scale_percent(150)
    window.resize(620, 820)
    _settle(window, qtbot)
    check_shot(window, "conversation-narrow-150")


def test_empty_conversation(window: MainWindow, qtbot: QtBot, check_shot: CheckShot) -> None:
    new = next(b for b in window.findChildren(QPushButton) if b.text() == "새 대화")
    new.click()
    window.setFocus()
    _settle(window, qtbot)
    check_shot(window, "empty-light")


def test_failed_answer(
    window: MainWindow, services: Services, qtbot: QtBot, check_shot: CheckShot
) -> None:
    [sidebar] = window.findChildren(Sidebar)
    sidebar.opened.emit(services.library.list()[-1].conversation_id)
    window.setFocus()
    _settle(window, qtbot)
    check_shot(window, "failed-light")


def test_parameters(window: MainWindow, qtbot: QtBot, check_shot: CheckShot) -> None:
    window.resize(1280, 900)
    window.toggle_parameters()
    _settle(window, qtbot)
    check_shot(window, "parameters-light")


def _put_in_order(services: Services) -> None:
    """Folders, tags, a pin and a conversation that is not recorded."""
    library = services.library
    [camping, colours] = [c.conversation_id for c in reversed(library.list())]
    titles = ("강릉 2박 3일", "이력서 다듬기", "NLP가 뭐야?", "지울 대화", "오래된 대화")
    made = [library.create().conversation_id for _ in titles]
    for conversation_id, title in zip(made, titles, strict=True):
        library.rename(conversation_id, title)
        library.add_message(conversation_id, Role.USER, f"{title}, 자세히 알려줘")
    travel, work = library.create_folder("여행"), library.create_folder("회사 일")
    library.create_folder("나중에 읽기")
    library.move([made[0], camping], travel)
    library.move([made[1]], work)
    library.add_tag([made[0], camping], "여행")
    library.add_tag([camping], "준비물")
    library.add_tag([colours], "공부")
    library.set_pinned([made[2]], is_pinned=True)
    library.delete(made[3], made[4])
    library.create(is_incognito=True)
    services.settings.set("ui.open_folders", (str(travel),))


def test_sidebar_with_folders(
    window: MainWindow, services: Services, qtbot: QtBot, check_shot: CheckShot
) -> None:
    _put_in_order(services)
    _settle(window, qtbot)
    [sidebar] = window.findChildren(Sidebar)
    check_shot(sidebar, "sidebar-light")


def test_trash(
    window: MainWindow,
    services: Services,
    appearance: Appearance,
    qtbot: QtBot,
    check_shot: CheckShot,
) -> None:
    _put_in_order(services)
    appearance.set_choice("dark")
    [sidebar] = window.findChildren(Sidebar)
    sidebar.trash_requested.emit()
    [page] = window.findChildren(TrashPage)
    page.list.selectAll()
    page.ask_delete()
    window.setFocus()
    _settle(window, qtbot)
    check_shot(window, "trash-dark")


def test_search_results(
    window: MainWindow, appearance: Appearance, qtbot: QtBot, check_shot: CheckShot
) -> None:
    appearance.set_choice("dark")
    [sidebar] = window.findChildren(Sidebar)
    sidebar.search_field.set_text("노랑")
    qtbot.waitUntil(lambda: bool(window.findChildren(ResultsList)))
    [results] = window.findChildren(ResultsList)
    qtbot.waitUntil(lambda: results.rows.rowCount() > 0)
    results.setCurrentIndex(results.rows.index(0))
    results.activated_row.emit(results.currentIndex())
    window.setFocus()
    # The message glows at first.
    qtbot.waitUntil(lambda: not window.findChildren(Flash))
    _settle(window, qtbot)
    check_shot(window, "results-dark")


def _open_models(window: MainWindow, qtbot: QtBot) -> ModelsPage:
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_M, keys)
    [page] = window.findChildren(ModelsPage)
    qtbot.waitUntil(lambda: bool(page.findChildren(LevelRow)))
    return page


def test_models(
    window: MainWindow, services: Services, qtbot: QtBot, check_shot: CheckShot
) -> None:
    spec = services.models.models()[0]
    services.workshop.add_adapter(spec, resource("adapters", "ko-tiny-meow"))
    qtbot.waitUntil(lambda: all(job.is_over for job in services.workshop.jobs()), timeout=60_000)
    page = _open_models(window, qtbot)
    # How far it can be scrolled is known when it has been laid out.
    _settle(window, qtbot)
    page.detail.verticalScrollBar().setValue(page.detail.verticalScrollBar().maximum())
    _settle(window, qtbot)
    check_shot(window, "models-light")


def test_models_narrow_and_large(
    window: MainWindow, appearance: Appearance, qtbot: QtBot, check_shot: CheckShot
) -> None:
    appearance.set_scale_percent(150)
    window.resize(620, 820)
    page = _open_models(window, qtbot)
    page.show_detail()
    _settle(window, qtbot)
    check_shot(window, "models-narrow-150")


def test_import_dialog(
    window: MainWindow, appearance: Appearance, qtbot: QtBot, check_shot: CheckShot
) -> None:
    appearance.set_choice("dark")
    dialog = ImportDialog("KoAlpaca-7B.ggmlv3.q4_0", ImportOptions(), window)
    dialog.open()
    dialog.setFocus()
    _settle(dialog, qtbot)
    check_shot(dialog, "import-dark")
    dialog.reject()


def test_backups(
    window: MainWindow, appearance: Appearance, qtbot: QtBot, check_shot: CheckShot
) -> None:
    appearance.set_choice("dark")
    dialog = BackupsDialog(appearance, window, is_allowed=True)
    made = datetime(2024, 3, 9, 14, 5).astimezone()
    backups = [Backup(Path(f"{day}.db"), made - timedelta(days=day), 2) for day in range(3)]
    dialog.show_backups([(backup, 4_200_000) for backup in backups])
    dialog.show_contents(backups[0].path, Contents(128, 3456))
    dialog.show_contents(backups[1].path, damaged(backups[1].path))
    dialog.begin_work("대화를 백업하고 있어요…")
    dialog.set_progress(0.4)
    dialog.open()
    dialog.setFocus()
    _settle(dialog, qtbot)
    check_shot(dialog, "backups-dark")
    dialog.reject()


def test_export(window: MainWindow, qtbot: QtBot, check_shot: CheckShot) -> None:
    window.exchange.export_all()
    [dialog] = window.findChildren(ExportDialog)
    dialog.setFocus()
    _settle(dialog, qtbot)
    check_shot(dialog, "export-light")
    dialog.reject()


def _grow_tree(services: Services) -> ConversationId:
    """A conversation with versions, an edited answer, hidden messages and an open question."""
    library, store = services.library, ConversationStore(services.profile.database)
    cid = library.begin_with(
        Role.SYSTEM, "너는 초등학교 과학 선생님이야. 반말로 짧게 답해 줘.", ConversationSettings()
    )
    root = library.path(cid)[0].message_id

    def ask(after: MessageId, text: str, answer: str) -> Turn:
        turn = store.add_turn(cid, after, text, ConversationSettings())
        store.finish_answer(_final(turn, answer))
        return turn

    sky = ask(root, "하늘은 왜 파래?", "파란빛이 공기에 부딪혀 **사방으로 흩어지기** 때문이야.")
    store.finish_answer(_final(store.add_answer(sky.user_id), "노을이 붉은 것도 같은 까닭이야."))
    edited = library.edit_answer(sky.answer_id, "파란빛이 공기에 부딪혀 **흩어져서** 그래.")
    night = ask(edited, "그럼 밤하늘은 왜 까매?", "비춰 줄 햇빛이 없어서야.")
    ask(edited, "바다는 왜 파래?", "물이 붉은빛을 먼저 빨아들이기 때문이야.")
    library.select_version(night.answer_id)
    for message_id in (night.user_id, night.answer_id):
        library.set_excluded(message_id, is_excluded=True)
    library.add_message(cid, Role.USER, "별은 왜 반짝여?")
    return cid


def test_tree_narrow_and_large(
    window: MainWindow,
    services: Services,
    appearance: Appearance,
    qtbot: QtBot,
    check_shot: CheckShot,
) -> None:
    appearance.set_scale_percent(150)
    window.resize(620, 1100)
    [sidebar] = window.findChildren(Sidebar)
    sidebar.opened.emit(_grow_tree(services))
    window.setFocus()
    _settle(window, qtbot)
    check_shot(window, "tree-narrow-150")


def test_branch_map(
    window: MainWindow,
    services: Services,
    appearance: Appearance,
    qtbot: QtBot,
    check_shot: CheckShot,
) -> None:
    appearance.set_choice("dark")
    [sidebar] = window.findChildren(Sidebar)
    sidebar.opened.emit(_grow_tree(services))
    QTest.keyClick(
        window,
        Qt.Key.Key_B,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    [shown] = window.findChildren(BranchMap)
    shown.setFocus()
    _settle(shown, qtbot)
    check_shot(shown, "branch-map-dark")
    shown.reject()
