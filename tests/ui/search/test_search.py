"""Searching all conversations in the window, on the real services."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDateEdit,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, MadeBy, MessageId, MessageState, Role
from kochat_gui.core.conversation import ConversationSettings as Settings
from kochat_gui.core.errors import StorageError
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.search import SearchFilters, SearchHit
from kochat_gui.core.states import FinishReason
from kochat_gui.services.assembly import Services
from kochat_gui.services.search import PAGE
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.chat.chat_view import ChatView
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.search.days_dialog import DaysDialog
from kochat_gui.ui.search.filter_bar import FilterChip
from kochat_gui.ui.search.find_bar import FindBar
from kochat_gui.ui.search.results_list import ResultsList
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from tests.ui.chat.finding import the
from tests.ui.conftest import UseScript
from tests.ui.typing_steps import type_steps


class Searched:
    """The window, with a person at its search field."""

    def __init__(self, window: MainWindow, services: Services, qtbot: QtBot) -> None:
        self.window, self.services, self._qtbot = window, services, qtbot
        self.sidebar = the(window, Sidebar)
        self.field = self.sidebar.search_field

    def ask(self, text: str, answer: str, title: str = "") -> tuple[ConversationId, MessageId]:
        """Store a conversation of one question and its answer."""
        turn = self.services.store.add_turn(None, None, text, Settings())
        self.services.store.finish_answer(final(turn.answer_id, answer))
        if title:
            self.services.library.rename(turn.conversation_id, title)
        return turn.conversation_id, turn.answer_id

    def search(self, text: str, count: int) -> None:
        self.field.set_text(text)
        self.wait_for(count)

    def wait_for(self, count: int) -> None:
        self._qtbot.waitUntil(lambda: self.results.rows.rowCount() == count)

    @property
    def results(self) -> ResultsList:
        """Made with the first query."""
        return the(self.window, ResultsList)

    @property
    def open_id(self) -> ConversationId:
        return the(self.window, ChatView).messages()[0].conversation_id

    def snippets(self) -> list[str]:
        rows = self.results.rows
        found = (rows.hit(rows.index(row)) for row in range(rows.rowCount()))
        return [hit.snippet for hit in found if hit is not None]

    def titles(self) -> list[str]:
        rows = self.results.rows
        return [str(rows.index(row).data()) for row in range(rows.rowCount())]

    def click(self, row: int) -> None:
        index = self.results.rows.index(row)
        place = self.results.visualRect(index).center()
        QTest.mouseClick(self.results.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def passed(self, key: Qt.Key, count: int) -> list[QWidget | None]:
        """What has the keyboard after each of ``count`` presses."""
        seen: list[QWidget | None] = []
        for _ in range(count):
            QTest.keyClick(self.window.windowHandle(), key)
            seen.append(self.window.focusWidget())
        return seen

    def marked(self) -> list[str]:
        found = []
        for view in self.window.findChildren(QTextEdit) + self.window.findChildren(QPlainTextEdit):
            if view.isVisible():
                found += [mark.cursor.selectedText() for mark in view.extraSelections()]
        return found

    def texts(self) -> str:
        labels = [label.text() for label in self.sidebar.findChildren(QLabel) if label.isVisible()]
        return "\n".join(labels)

    def chip(self, text: str) -> FilterChip:
        return next(c for c in self.window.findChildren(FilterChip) if c.text() == text)

    def choose(self, chip: str, choice: str) -> None:
        """Take a choice out of a chip's menu."""
        self.chip(chip).click()
        [menu] = [m for m in self.chip(chip).findChildren(QMenu) if m.isVisible()]
        next(action for action in menu.actions() if action.text() == choice).trigger()
        menu.close()


def final(answer_id: MessageId, text: str, model: str = "작은 모델") -> FinalAnswer:
    made_by = MadeBy(model, model, "Q4_K_M", "llama.cpp", "chatml")
    return FinalAnswer(
        message_id=answer_id,
        text=text,
        state=MessageState.DONE,
        finish_reason=FinishReason.STOP,
        usage=None,
        made_by=made_by,
        error="",
    )


@pytest.fixture
def searched(
    services: Services, bridge: Bridge, appearance: Appearance, use_script: UseScript, qtbot: QtBot
) -> Iterator[Searched]:
    use_script(default={"text": "나비는 꽃에 앉아요. " * 40, "tokens_per_second": 150})
    made = MainWindow(services, bridge, appearance)
    made.resize(1280, 820)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield Searched(made, services, qtbot)
    made.close()
    made.deleteLater()


def test_results_come_while_a_syllable_is_unfinished(searched: Searched, qtbot: QtBot) -> None:
    searched.ask("제주도 여행", "한라산에 올라요.")
    searched.ask("부산 여행", "바다를 봐요.")
    QTest.keyClick(searched.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert searched.field.hasFocus()
    type_steps(searched.field, ["ㅎ…", "하…", "한…"])
    searched.wait_for(1)
    assert searched.snippets() == ["한라산에 올라요."]
    assert "결과 1개" in searched.texts()
    type_steps(searched.field, ["+한|ㄹ…", "라…"])
    qtbot.wait(200)
    assert searched.snippets() == ["한라산에 올라요."]


def test_keyboard_goes_in_opens_and_comes_back(searched: Searched, qtbot: QtBot) -> None:
    first, _ = searched.ask("고양이 이름", "나비가 좋아요.")
    second, _ = searched.ask("다른 이야기", "꽃과 나비와 나비")
    searched.sidebar.focus_search()
    searched.search("나비", 2)
    QTest.keyClick(searched.field, Qt.Key.Key_Down)
    assert searched.results.hasFocus()
    QTest.keyClick(searched.results, Qt.Key.Key_Return)
    assert searched.marked() == ["나비", "나비"]
    assert searched.open_id == second
    QTest.keyClick(searched.results, Qt.Key.Key_Down)
    QTest.keyClick(searched.results, Qt.Key.Key_Enter)
    assert searched.open_id == first
    assert searched.marked() == ["나비"]
    assert searched.results.hasFocus(), "the results stay"
    assert searched.results.rows.rowCount() == 2
    QTest.keyClick(searched.results, Qt.Key.Key_Up)
    QTest.keyClick(searched.results, Qt.Key.Key_Up)
    assert searched.field.hasFocus()
    QTest.keyClick(searched.field, Qt.Key.Key_Down)
    QTest.keyClick(searched.results, Qt.Key.Key_Escape)
    assert searched.field.hasFocus()
    qtbot.waitUntil(lambda: not searched.results.isVisible())
    assert searched.field.text() == ""
    assert searched.marked() == []
    assert searched.open_id == first


def test_tab_goes_from_the_field_through_filters_and_results(
    searched: Searched, qtbot: QtBot
) -> None:
    searched.ask("나비 보러", "네.")
    searched.sidebar.focus_search()
    searched.search("나비", 2)
    qtbot.waitUntil(lambda: searched.chip("모델").isVisible())
    chips = [searched.chip(text) for text in ("날짜", "역할", "모델")]
    models = the(searched.sidebar, QPushButton, "quiet")
    order = [*chips, searched.results, models]
    assert searched.passed(Qt.Key.Key_Tab, 5) == order
    assert searched.passed(Qt.Key.Key_Backtab, 5) == [*order[-2::-1], searched.field]
    searched.choose("역할", "답변")
    searched.wait_for(0)
    drop = the(searched.sidebar, QPushButton, "small")
    qtbot.waitUntil(drop.isVisible)
    assert searched.passed(Qt.Key.Key_Tab, 5) == [*chips, drop, models]


def test_enter_in_the_field_waits_for_the_results(searched: Searched, qtbot: QtBot) -> None:
    searched.ask("고양이 이름", "나비가 좋아요.")
    searched.sidebar.focus_search()
    type_steps(searched.field, ["+나", "비…", "return", "+비", "turn"])
    qtbot.waitUntil(searched.results.hasFocus)
    assert searched.results.currentIndex().row() == 0


def test_a_hit_on_another_branch_shows_that_branch(searched: Searched, qtbot: QtBot) -> None:
    store = searched.services.store
    conversation_id, old = searched.ask("무엇이 날까?", "나비가 날아요.")
    parent = store.message(old).parent_id
    assert parent is not None
    turn = store.add_answer(parent)
    store.finish_answer(final(turn.answer_id, "참새가 날아요."))
    path = [m.text for m in searched.services.library.path(conversation_id)]
    assert path == ["무엇이 날까?", "참새가 날아요."]
    searched.search("참새", 1)
    searched.click(0)
    assert [m.text for m in searched.services.library.path(conversation_id)] == path
    searched.field.set_text("나비")
    qtbot.waitUntil(lambda: searched.snippets() == ["나비가 날아요."])
    searched.click(0)
    shown = [m.text for m in searched.services.library.path(conversation_id)]
    assert shown == ["무엇이 날까?", "나비가 날아요."]
    assert searched.marked() == ["나비"]


def test_a_title_opens_the_conversation(searched: Searched) -> None:
    conversation_id, _ = searched.ask("안녕", "네", "꽃 이름 모음")
    searched.ask("다른 것", "네")
    searched.search("ㄲ ㅇㄹ", 1)
    searched.click(0)
    assert searched.open_id == conversation_id


def test_a_message_far_up_is_gone_to(searched: Searched, qtbot: QtBot) -> None:
    conversation_id, tip = searched.ask("처음 나비", "네")
    store = searched.services.store
    for number in range(300):
        turn = store.add_turn(conversation_id, tip, f"질문 {number}", Settings())
        tip = turn.answer_id
        store.finish_answer(final(tip, "대답"))
    searched.search("나비", 2)
    # The title has the time of the newest message.
    searched.click(1)
    assert searched.marked() == ["나비"]
    hit = the(searched.window, ChatView).found.current
    assert hit is not None
    qtbot.wait(50)
    place = hit.view.viewport().mapTo(the(searched.window, ChatView), hit.rect().center())
    assert the(searched.window, ChatView).rect().contains(place)


def test_filters_narrow_and_are_dropped_by_a_click(searched: Searched, qtbot: QtBot) -> None:
    library = searched.services.library
    first, _answer = searched.ask("나비 보러", "나비예요.")
    searched.ask("나비 또", "나비!")
    library.move([first], library.create_folder("나들이 & 소풍"))
    library.add_tag([first], "봄")
    searched.search("나비", 6)
    qtbot.waitUntil(lambda: searched.chip("폴더").isVisible())
    for chip, choice, shown, count in (
        ("역할", "답변", "답변", 2),
        ("역할", "내 메시지", "내 메시지", 2),
        ("폴더", "나들이 && 소풍", "나들이 && 소풍", 3),
        ("태그", "봄", "봄", 3),
        ("모델", "작은 모델", "작은 모델", 2),
        ("날짜", "오늘", "오늘", 6),
    ):
        searched.choose(chip, choice)
        searched.wait_for(count)
        assert searched.chip(shown).isChecked()
        searched.chip(shown).click()
        searched.wait_for(6)
    assert not any(chip.isChecked() for chip in searched.window.findChildren(FilterChip))


def test_system_messages_are_a_filter_of_their_own(searched: Searched) -> None:
    searched.ask("나비 보러", "나비예요.")
    searched.services.library.begin_with(Role.SYSTEM, "나비 도감처럼 답해 줘", Settings())
    searched.search("나비", 5)
    searched.choose("역할", "시스템 지시")
    searched.wait_for(1)
    assert searched.snippets() == ["나비 도감처럼 답해 줘"]
    assert searched.chip("시스템 지시").isChecked()


@pytest.mark.parametrize("percent", [100, 200])
def test_chosen_days_are_whole_in_the_narrowest_list(
    percent: int, searched: Searched, appearance: Appearance, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(percent)
    searched.window.resize(2000, 900)
    the(searched.window, QSplitter).setSizes([1, 2000])
    searched.ask("나비", "네")
    searched.search("나비", 2)
    searched.choose("날짜", "직접 고르기…")
    dialog = the(searched.window, DaysDialog)
    first, last = dialog.findChildren(QDateEdit)
    first.setDate(QDate(2025, 11, 20))
    last.setDate(QDate(2026, 11, 28))
    the(dialog, QPushButton, "primary").click()
    chip = searched.chip("2025-11-20 ~ 2026-11-28")
    qtbot.waitUntil(lambda: chip.width() == chip.sizeHint().width())
    assert searched.sidebar.width() == appearance.px(220)
    corner = chip.mapTo(searched.sidebar, QPoint(chip.width(), chip.height()))
    assert searched.sidebar.rect().contains(corner)


def test_nothing_found_says_for_what_and_offers_to_drop_filters(
    searched: Searched, qtbot: QtBot
) -> None:
    searched.ask("나비 보러", "네.")
    searched.search("나비", 2)
    searched.choose("역할", "답변")
    qtbot.waitUntil(lambda: "‘나비’ 검색 결과가 없어요." in searched.texts())
    assert "조건: 답변" in searched.texts()
    buttons = searched.window.findChildren(QPushButton)
    drop = next(button for button in buttons if button.text() == "조건 없이 찾기")
    drop.click()
    searched.wait_for(2)
    searched.field.set_text("없는 말")
    qtbot.waitUntil(lambda: "‘없는 말’" in searched.texts())
    assert not drop.isVisible()


def test_more_results_come_at_the_end(searched: Searched, qtbot: QtBot) -> None:
    conversation_id, tip = searched.ask("나비 0", "네")
    for number in range(1, PAGE + 10):
        turn = searched.services.store.add_turn(conversation_id, tip, f"나비 {number}", Settings())
        tip = turn.answer_id
    searched.search("나비", PAGE)
    assert f"결과 {PAGE}개 이상" in searched.texts()
    searched.results.setCurrentIndex(searched.results.rows.index(3))
    bar = searched.results.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    searched.wait_for(PAGE + 11)
    assert f"결과 {PAGE + 11}개" in searched.texts()
    assert searched.results.currentIndex().row() == 3


def test_trouble_becomes_a_notice(
    searched: Searched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> list[SearchHit]:
        raise StorageError(TextKey("Storage", "The disk is full."))

    monkeypatch.setattr(searched.services.search, "find", fail)
    searched.field.set_text("나비")
    qtbot.waitUntil(lambda: bool(searched.services.notices.active()))


def test_the_newest_query_counts_and_the_others_are_cancelled(
    searched: Searched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched.ask("나비", "꽃")
    find, go_on = searched.services.search.find, threading.Event()
    tokens: list[CancelToken] = []

    def slow(
        query: str, filters: SearchFilters, limit: int, cancel: CancelToken
    ) -> list[SearchHit]:
        tokens.append(cancel)
        if query == "나":
            go_on.wait(5)
        return find(query, filters, limit, cancel)

    monkeypatch.setattr(searched.services.search, "find", slow)
    searched.field.set_text("나")
    qtbot.waitUntil(lambda: len(tokens) == 1)
    qtbot.waitUntil(lambda: "찾는 중…" in searched.texts())
    searched.field.set_text("꽃")
    searched.wait_for(1)
    assert tokens[0].is_cancelled
    go_on.set()
    qtbot.wait(50)
    assert searched.snippets() == ["꽃"]


def test_a_slow_search_after_nothing_was_found_says_that_it_goes_on(
    searched: Searched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, go_on = searched.services.search.find, threading.Event()

    def slow(*asked: Any) -> list[SearchHit]:
        go_on.wait(5)
        return find(*asked)

    searched.field.set_text("없는 말")
    qtbot.waitUntil(lambda: "없는 말" in searched.texts())
    monkeypatch.setattr(searched.services.search, "find", slow)
    searched.field.set_text("다른 말")
    qtbot.waitUntil(lambda: "찾는 중…" in searched.texts())
    go_on.set()
    qtbot.waitUntil(lambda: "다른 말" in searched.texts())


def test_what_is_gone_meanwhile_is_said(searched: Searched, qtbot: QtBot) -> None:
    conversation_id, _ = searched.ask("나비", "네")
    searched.search("나비", 2)
    store = searched.services.store
    store.set_deleted([conversation_id], is_deleted=True)
    store.delete_for_good([conversation_id])
    searched.click(1)
    qtbot.waitUntil(lambda: bool(searched.services.notices.active()))


def test_results_follow_what_happens_to_them(searched: Searched, qtbot: QtBot) -> None:
    first, _ = searched.ask("나비", "네")
    second, _ = searched.ask("꽃", "나비 둘")
    searched.search("나비", 3)
    searched.click(2)
    chosen = searched.results.rows.hit(searched.results.currentIndex())
    assert chosen is not None
    assert chosen.conversation_id == first
    searched.services.library.delete(second)
    searched.wait_for(2)
    assert searched.results.rows.hit(searched.results.currentIndex()) == chosen


def test_results_come_by_themselves_where_there_were_none(searched: Searched, qtbot: QtBot) -> None:
    first, tip = searched.ask("나비", "네")
    searched.search("나비", 2)
    library = searched.services.library
    library.delete(first)
    searched.wait_for(0)
    library.restore(first)
    searched.wait_for(2)
    searched.search("오렌지", 0)
    qtbot.waitUntil(lambda: "오렌지" in searched.texts())
    library.select_end(tip)
    library.add_message(first, Role.USER, "오렌지 주스")
    searched.wait_for(1)


def test_many_changes_are_one_search(
    searched: Searched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = searched.ask("나비", "네")
    searched.search("나비", 2)
    find, searches = searched.services.search.find, []

    def counted(*asked: Any) -> list[SearchHit]:
        searches.append(asked)
        return find(*asked)

    monkeypatch.setattr(searched.services.search, "find", counted)
    for number in range(20):
        searched.services.library.rename(first, f"나비 {number}")
    qtbot.waitUntil(lambda: "나비 19" in searched.titles())
    assert len(searches) == 1


def test_find_bar_counts_an_answer_that_is_being_written(searched: Searched, qtbot: QtBot) -> None:
    composer = QApplication.focusWidget()
    assert composer is not None
    composer.insertPlainText("나비?")  # type: ignore[attr-defined]  # the composer's text field
    QTest.keyClick(composer, Qt.Key.Key_Return)
    QTest.keyClick(searched.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = the(searched.window, HangulLineEdit, "find")
    assert field.hasFocus()
    type_steps(field, ["ㄴ…", "나…", "+나", "비…"])
    bar = the(searched.window, FindBar)
    seen: set[int] = set()

    def total() -> int:
        label = next(la for la in bar.findChildren(QLabel, "caption") if "/" in la.text())
        return int(label.text().split("/")[1])

    qtbot.waitUntil(lambda: any("/" in la.text() for la in bar.findChildren(QLabel, "caption")))
    while len(seen) < 5:
        seen.add(total())
        assert len(searched.marked()) == total()
        qtbot.wait(20)
    qtbot.waitUntil(lambda: total() == 41, timeout=20_000)
    QTest.keyClick(searched.window, Qt.Key.Key_F3)
    QTest.keyClick(searched.window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    type_steps(field, ["escape"])
    assert not bar.isVisible()
    assert composer.hasFocus()
    qtbot.waitUntil(lambda: not searched.services.chat.is_busy, timeout=20_000)


def test_chips_wrap_in_a_narrow_list(searched: Searched, qtbot: QtBot) -> None:
    searched.ask("나비", "네")
    searched.search("나비", 2)
    chips = [chip for chip in searched.window.findChildren(FilterChip) if chip.isVisible()]
    for chip in chips:
        corner = chip.mapTo(searched.sidebar, QPoint(chip.width(), chip.height()))
        assert searched.sidebar.rect().contains(corner)
