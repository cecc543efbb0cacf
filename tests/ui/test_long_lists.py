"""Lists of more conversations than are read at once, and how long they take."""

import time
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, Qt

from kochat_gui.core.conversation import (
    ConversationFilter,
    ConversationSettings,
)
from kochat_gui.services.assembly import Services
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.ui.sidebar.rows import LOOSE
from tests.ui.listed_library import ListedLibrary


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


def _scroll_to_end(listed: ListedLibrary, rows: int) -> None:
    """Scroll down until this many rows are read."""

    def is_read() -> bool:
        listed.view.scrollToBottom()
        return listed.view.rows.rowCount() >= rows

    listed.qtbot.waitUntil(is_read, timeout=20_000)


def test_more_are_read_as_one_scrolls(listed: ListedLibrary, services: Services) -> None:
    work = listed.library.create_folder("일")
    # News of it, heard at the top later, would have the list forget what was read.
    listed.settle()
    _fill(services, 120, folder_id=work)
    _fill(services, 650)
    listed.area.set_open(None)
    rows = listed.view.rows
    assert listed.shown()[-1] == "Reading more…"
    assert rows.rowCount() == 2 + 1 + 200 + 1
    _scroll_to_end(listed, 2 + 1 + 650)
    assert rows.rowCount() == 2 + 1 + 650
    assert listed.shown()[-1] == "대화 0"
    listed.view.scrollToTop()
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Right)
    assert rows.rowCount() == 2 + 50 + 1 + 1 + 650

    def is_folder_read() -> bool:
        texts = listed.shown()
        if "Reading more…" in texts:
            listed.view.scrollTo(rows.index(texts.index("Reading more…")))
        return "Reading more…" not in texts

    listed.qtbot.waitUntil(is_folder_read, timeout=20_000)
    assert rows.rowCount() == 2 + 120 + 1 + 650


def test_one_new_word_in_a_list_of_two_thousand_is_shown_quickly(
    listed: ListedLibrary, services: Services
) -> None:
    _fill(services, 2_000)
    listed.area.set_open(None)
    while listed.view.rows.rowCount() < 2_000:
        listed.view.more_seen.emit(LOOSE)
        QCoreApplication.processEvents()
    listed.view.scrollToBottom()
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


def test_what_was_read_while_scrolling_is_forgotten_at_the_top(
    listed: ListedLibrary, services: Services
) -> None:
    _fill(services, 1_000)
    listed.area.set_open(None)
    _scroll_to_end(listed, 602)
    read = listed.view.rows.rowCount()
    first = listed.library.listed_ids(ConversationFilter(), 1)[0]
    listed.library.rename(first, "새 이름")
    listed.settle()
    assert listed.view.rows.rowCount() >= read, "somebody looks at the end"
    listed.view.scrollToTop()
    listed.view.selectAll()
    listed.library.rename(first, "또 새 이름")
    listed.settle()
    assert len(listed.selected()) >= 600, "they are selected"
    listed.view.select_row(1)
    listed.library.rename(first, "마지막 이름")
    listed.settle()
    assert listed.view.rows.rowCount() == 202


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
