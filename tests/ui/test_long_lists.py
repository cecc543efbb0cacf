"""Lists of more conversations than are read at once, and how long they take."""

import time
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import (
    ConversationFilter,
    ConversationSettings,
)
from kochat_gui.services.assembly import Services
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.sidebar.rows import LOOSE
from kochat_gui.ui.theme import Appearance
from tests.ui.listed_library import ListedLibrary


@pytest.fixture
def listed(
    services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> ListedLibrary:
    return ListedLibrary(services, bridge, appearance, qtbot)


def _fill(services: Services, count: int, **columns: int) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    names = "".join(f", {name}" for name in columns)
    marks = "".join(", ?" for _ in columns)
    services.profile.database.write(
        lambda connection: connection.executemany(
            f"INSERT INTO conversations (created_at, updated_at, activity, title{names}) "
            f"VALUES (?, ?, ?, ?{marks})",
            [(now, now, n, f"대화 {n}", *columns.values()) for n in range(count)],
        )
    )


def test_more_are_read_as_one_scrolls(listed: ListedLibrary, services: Services) -> None:
    work = listed.library.create_folder("일")
    _fill(services, 120, folder_id=work)
    _fill(services, 650)
    listed.area.set_open(None)
    assert listed.shown()[-1] == "Reading more…"
    assert listed.view.rows.rowCount() == 2 + 1 + 200 + 1
    for _ in range(6):
        listed.view.scrollToBottom()
        listed.settle()
    assert listed.view.rows.rowCount() == 2 + 1 + 650
    assert listed.shown()[-1] == "대화 0"
    listed.view.scrollToTop()
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Right)
    for _ in range(3):
        row = 2 + 50
        while row < listed.view.rows.rowCount() and listed.shown()[row] != "Reading more…":
            row += 1
        listed.view.scrollTo(listed.view.rows.index(min(row, listed.view.rows.rowCount() - 1)))
        listed.settle()
    assert listed.view.rows.rowCount() == 2 + 120 + 1 + 650


def test_one_new_word_in_a_list_of_two_thousand_is_shown_quickly(
    listed: ListedLibrary, services: Services
) -> None:
    _fill(services, 2_000)
    listed.area.set_open(None)
    while listed.view.rows.rowCount() < 2_000:
        listed.view.more_seen.emit(LOOSE)
        QCoreApplication.processEvents()
    store = ConversationStore(services.profile.database)
    target = listed.library.listed_ids(ConversationFilter())[1_000]
    taken = []
    for number in range(5):
        store.add_turn(target, None, f"새 말 {number}", ConversationSettings())
        began = time.perf_counter()
        listed.area._list.refresh([target])
        taken.append(time.perf_counter() - began)
        QCoreApplication.processEvents()
        assert listed.shown()[1] == "대화 999"
    # 7 ms on an idle machine; the rest is for a busy one.
    assert min(taken) < 0.05


def test_a_hundred_thousand_conversations_do_not_keep_the_list(
    listed: ListedLibrary, services: Services
) -> None:
    _fill(services, 100_000)
    began = time.perf_counter()
    listed.area.set_open(None)
    listed.sidebar.grab().copy()
    taken = time.perf_counter() - began
    assert listed.view.rows.rowCount() == 202
    assert taken < 1.0
