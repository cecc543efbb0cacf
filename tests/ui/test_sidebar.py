"""The conversation list: groups, keyboard, search, renaming, and what a refresh leaves alone."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QListView
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Conversation, ConversationId
from kochat_gui.ui.ime import HangulLineEdit
from kochat_gui.ui.sidebar.conversation_model import ROW_ROLE, ConversationModel
from kochat_gui.ui.sidebar.rows import Listing, Part, Row, group_of, rows_of, shown_words
from kochat_gui.ui.sidebar.sidebar import Sidebar
from kochat_gui.ui.theme import Appearance
from tests.ui.typing_steps import type_steps

NOW = datetime.now(UTC)
TODAY = NOW.astimezone().date()


def conversation(number: int, title: str = "", days_ago: float = 0) -> Conversation:
    when = NOW - timedelta(days=days_ago)
    return Conversation(
        ConversationId(number), title or f"대화 {number}", when, when, None, last_words="끝말"
    )


def rows(listed: Iterable[Conversation]) -> list[Row]:
    return rows_of(Listing(Part(list(listed))), TODAY)


def shown(model: ConversationModel) -> list[str]:
    return [str(model.index(row).data()) for row in range(model.rowCount())]


# --- groups ---------------------------------------------------------------------------------------

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def time_zone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[str]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change the time zone of a process")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("time_zone", ["UTC"], indirect=True)
@pytest.mark.parametrize(
    ("days_ago", "group"),
    [
        (-1, "Today"),
        (0, "Today"),
        (1, "Yesterday"),
        (2, "Last 7 days"),
        (7, "Last 7 days"),
        (8, "Last 30 days"),
        (30, "Last 30 days"),
        (31, "Older"),
        (4_000, "Older"),
    ],
)
def test_groups_by_calendar_days(time_zone: str, days_ago: int, group: str) -> None:
    assert group_of(NOON - timedelta(days=days_ago), NOON.date()).source == group


@pytest.mark.parametrize(
    ("time_zone", "utc", "today", "group"),
    [
        # 23:30 of the evening before, and half past midnight, by a clock in Seoul.
        ("Asia/Seoul", "2026-11-20T14:30", "2026-11-21", "Yesterday"),
        ("Asia/Seoul", "2026-11-20T15:30", "2026-11-21", "Today"),
        # The nights in which clocks are changed have 23 and 25 hours.
        ("America/New_York", "2026-03-08T04:30", "2026-03-08", "Yesterday"),
        ("America/New_York", "2026-03-08T05:30", "2026-03-08", "Today"),
        ("America/New_York", "2026-03-09T03:30", "2026-03-09", "Yesterday"),
        ("America/New_York", "2026-11-01T03:30", "2026-11-01", "Yesterday"),
        ("America/New_York", "2026-11-02T04:30", "2026-11-02", "Yesterday"),
        ("America/New_York", "2026-11-02T05:30", "2026-11-02", "Today"),
    ],
    indirect=["time_zone"],
)
def test_groups_by_the_local_clock(time_zone: str, utc: str, today: str, group: str) -> None:
    when = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert group_of(when, date.fromisoformat(today)).source == group


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("물감은 빛을 **빼앗는** 방식", "물감은 빛을 빼앗는 방식"),
        ("## 표로 `정리`하면", "표로 정리하면"),
        ("- 하나", "하나"),
        ("-5도, C#과 snake_case", "-5도, C#과 snake_case"),
    ],
)
def test_last_words_are_shown_without_marks(words: str, expected: str) -> None:
    assert shown_words(replace(conversation(1), last_words=words)) == expected


def test_each_group_has_one_heading() -> None:
    model = ConversationModel()
    # A clock that was set back puts a newer conversation behind an older one.
    model.show(rows([conversation(1), conversation(2, days_ago=1), conversation(3)]))
    assert shown(model) == ["Today", "대화 1", "대화 3", "Yesterday", "대화 2"]


# --- the model ------------------------------------------------------------------------------------

LISTS: list[list[int]] = [[], [1], [1, 2, 3, 4], [4, 3, 2, 1], [2, 9, 4], [9, 8, 7], [8], []]


def test_rows_change_as_qt_expects_it() -> None:
    model = ConversationModel()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning, model
    )
    assert tester.model() is model
    for numbers in LISTS:
        for days_ago in (0, 40):
            listed = [
                conversation(n, f"{n}-{len(numbers)}", days_ago if n % 2 else 0) for n in numbers
            ]
            listed.sort(key=lambda entry: -entry.updated_at.timestamp())
            model.show(rows(listed))
            fresh = ConversationModel()
            fresh.show(rows(listed))
            assert shown(model) == shown(fresh)
            assert [model.index(row).data(ROW_ROLE) for row in range(model.rowCount())] == [
                fresh.index(row).data(ROW_ROLE) for row in range(fresh.rowCount())
            ]


def test_nothing_is_told_about_rows_that_stay() -> None:
    model = ConversationModel()
    listed = [conversation(n, days_ago=n) for n in range(5)]
    model.show(rows(listed))
    told: list[str] = []
    model.dataChanged.connect(lambda first, last: told.append(f"{first.row()}–{last.row()}"))
    for signal in (model.rowsInserted, model.rowsRemoved, model.rowsMoved, model.modelReset):
        signal.connect(lambda *_: told.append("more"))
    model.show(rows(list(listed)))
    assert told == []
    model.show(rows([replace(listed[0], last_words="새 끝말"), *listed[1:]]))
    assert told == ["1–1"]


def test_five_hundred_conversations_are_turned_round_quickly() -> None:
    model = ConversationModel()
    listed = [conversation(n) for n in range(500)]
    model.show(rows(listed))
    began = time.perf_counter()
    model.show(rows(reversed(listed)))
    model.show(rows([]))
    model.show(rows(listed))
    assert time.perf_counter() - began < 0.5


def test_rows_say_what_they_are_without_the_picture() -> None:
    model = ConversationModel()
    model.show(rows([conversation(1, "제주 여행")]))
    index = model.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "제주 여행"
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "끝말"
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Today"
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable


# --- the list -------------------------------------------------------------------------------------


class Shown:
    """A sidebar with four conversations in two groups, and what it told."""

    def __init__(self, qtbot: QtBot, appearance: Appearance) -> None:
        self.today = TODAY
        self.sidebar = Sidebar(appearance, today=lambda: self.today)
        qtbot.addWidget(self.sidebar)
        self.listed = [conversation(n) for n in (1, 2)]
        self.listed += [conversation(n, days_ago=3) for n in (3, 4)]
        self.told: list[object] = []
        sidebar, told = self.sidebar, self.told
        sidebar.opened.connect(lambda cid: told.append(("opened", cid)))
        sidebar.delegate.renamed.connect(lambda cid, title: told.append(("renamed", cid, title)))
        sidebar.list.delete_pressed.connect(lambda: told.append(("delete", self.selected_id())))
        sidebar.search_changed.connect(lambda query: told.append(("search", query)))
        sidebar.new_requested.connect(lambda: told.append("new"))
        sidebar.resize(260, 600)
        sidebar.show_listing(Listing(Part(self.listed)))
        sidebar.set_current(1)
        sidebar.show()
        sidebar.activateWindow()
        qtbot.waitUntil(sidebar.isActiveWindow)
        self.view.setFocus()
        qtbot.waitUntil(self.view.hasFocus)

    @property
    def view(self) -> QListView:
        return self.sidebar.findChildren(QListView, "conversations")[0]

    @property
    def search(self) -> HangulLineEdit:
        return self.sidebar.findChildren(HangulLineEdit, "search")[0]

    @property
    def editors(self) -> list[HangulLineEdit]:
        return [
            editor
            for editor in self.sidebar.findChildren(HangulLineEdit, "rename")
            if editor.isVisible()
        ]

    def selected_id(self) -> int | None:
        rows = self.view.selectedIndexes()
        assert len(rows) <= 1
        if not rows:
            return None
        assert rows[0] == self.view.currentIndex()
        found: Conversation = rows[0].data(ROW_ROLE)
        return found.conversation_id

    def rename(self) -> HangulLineEdit:
        self.sidebar.rename_current()
        (editor,) = self.editors
        assert editor.hasFocus()
        assert editor.selectedText() == editor.text()
        return editor

    def press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        is_repeat: bool = False,
    ) -> None:
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, "", is_repeat)
        QCoreApplication.sendEvent(self.view, event)


@pytest.fixture
def listed(qtbot: QtBot, appearance: Appearance) -> Shown:
    return Shown(qtbot, appearance)


def test_arrows_select_and_enter_opens(listed: Shown) -> None:
    listed.press(Qt.Key.Key_Down)
    listed.press(Qt.Key.Key_Down)
    assert listed.selected_id() == 3, "the heading between 2 and 3 is passed over"
    assert listed.told == []
    listed.press(Qt.Key.Key_Return)
    listed.press(Qt.Key.Key_Up)
    listed.press(Qt.Key.Key_Enter)
    assert listed.told == [("opened", 3), ("opened", 2)]
    listed.press(Qt.Key.Key_Home)
    assert listed.selected_id() == 1
    listed.press(Qt.Key.Key_Up)
    assert listed.selected_id() == 1
    listed.press(Qt.Key.Key_End)
    listed.press(Qt.Key.Key_Down)
    assert listed.selected_id() == 4
    listed.press(Qt.Key.Key_PageUp)
    assert listed.selected_id() == 1
    listed.press(Qt.Key.Key_PageDown)
    assert listed.selected_id() == 4


def test_a_held_enter_opens_nothing(listed: Shown) -> None:
    listed.press(Qt.Key.Key_Return, is_repeat=True)
    assert listed.told == []


def test_only_control_delete_deletes(listed: Shown) -> None:
    listed.press(Qt.Key.Key_Delete)
    listed.press(Qt.Key.Key_Backspace)
    assert listed.told == []
    listed.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert listed.told == [("delete", 1)]


def test_the_selected_row_stays_selected_when_the_list_changes(listed: Shown) -> None:
    listed.press(Qt.Key.Key_Down)
    assert listed.selected_id() == 2
    first, second, third, fourth = listed.listed
    listed.sidebar.show_listing(Listing(Part([conversation(9), third, second, first, fourth])))
    assert listed.selected_id() == 2
    listed.sidebar.show_listing(Listing(Part([first, third])))
    assert listed.selected_id() == 3, "where the keyboard is, what took its place"
    listed.sidebar.show_listing(Listing(Part([first])))
    assert listed.selected_id() == 1, "or what is above"
    listed.sidebar.show_listing(Listing(Part([])))
    assert listed.selected_id() is None
    listed.sidebar.show_listing(Listing(Part(listed.listed)))
    assert listed.selected_id() == 1
    listed.press(Qt.Key.Key_Down)
    listed.search.setFocus()
    listed.sidebar.show_listing(Listing(Part([first, third])))
    assert listed.selected_id() == 1, "the open one, while the keyboard is elsewhere"
    assert listed.told == []


def test_a_new_conversation_is_selected_once_it_is_listed(listed: Shown) -> None:
    listed.sidebar.set_current(9)
    assert listed.selected_id() is None
    listed.sidebar.show_listing(Listing(Part([conversation(9), *listed.listed])))
    assert listed.selected_id() == 9


def test_an_empty_list_says_why(listed: Shown) -> None:
    caption = listed.sidebar.findChildren(QLabel, "caption")[0]
    assert caption.isHidden()
    listed.sidebar.show_listing(Listing(Part([])))
    assert caption.text() == "Your conversations will be listed here"


def test_headings_are_of_the_day_on_which_the_window_is_looked_at(
    listed: Shown, qtbot: QtBot
) -> None:
    listed.press(Qt.Key.Key_Down)
    listed.today = TODAY + timedelta(days=1)
    QCoreApplication.sendEvent(listed.sidebar, QEvent(QEvent.Type.ActivationChange))
    model = listed.view.model()
    assert model.index(0, 0).data() == "Yesterday"
    assert listed.selected_id() == 2


def test_everything_has_a_name(listed: Shown) -> None:
    assert listed.view.accessibleName() == "Conversations"
    assert listed.search.accessibleName() == "Search conversations"
    assert listed.rename().accessibleName() == "Title of the conversation"


# --- renaming -------------------------------------------------------------------------------------

RENAMES = {
    "committed before Enter": (["+새", "+말", "return"], "새말"),
    "Enter while a syllable is unfinished": (["+새", "말…", "return", "turn"], "새말"),
    "committed after Enter": (["+새", "말…", "return", "+말", "turn"], "새말"),
    "two quick Enters": (["+새", "말…", "return", "return", "turn"], "새말"),
    "a held Enter": (["+새", "말…", "return", "return repeated", "turn"], "새말"),
    "spaces": (["  a  b ", "return"], "a b"),
}


@pytest.mark.parametrize(("steps", "title"), RENAMES.values(), ids=RENAMES.keys())
def test_enter_renames_once(listed: Shown, steps: list[str], title: str) -> None:
    type_steps(listed.rename(), [*steps, "turn"])
    assert listed.told == [("renamed", 1, title)]
    assert listed.editors == []
    assert listed.view.hasFocus()


@pytest.mark.parametrize("steps", [["+새", "말…", "escape"], ["escape"], ["return"]])
def test_nothing_is_renamed(listed: Shown, steps: list[str]) -> None:
    type_steps(listed.rename(), [*steps, "turn"])
    assert listed.told == []
    assert listed.editors == []


def test_an_empty_title_is_none(listed: Shown) -> None:
    type_steps(listed.rename(), ["backspace", "return", "turn"])
    assert (listed.told, listed.editors) == ([], [])


def test_the_title_is_kept_when_the_focus_leaves(listed: Shown) -> None:
    type_steps(listed.rename(), ["+새", "말…"])
    listed.search.setFocus()
    assert listed.told == [("renamed", 1, "새말")]
    assert listed.editors == []


def test_keys_of_the_list_do_not_end_the_renaming(listed: Shown) -> None:
    editor = listed.rename()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        QCoreApplication.sendEvent(
            editor, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        )
    assert (listed.editors, listed.told) == ([editor], [])


def test_renaming_again_goes_on_with_the_same_editor(listed: Shown) -> None:
    editor = listed.rename()
    type_steps(editor, ["+새"])
    listed.sidebar.rename_current()
    assert listed.editors == [editor]
    assert editor.text() == "새"


def test_the_selected_row_is_renamed_while_the_list_has_the_focus(listed: Shown) -> None:
    listed.press(Qt.Key.Key_Down)
    assert listed.rename().text() == "대화 2"
    type_steps(listed.editors[0], ["escape", "turn"])
    listed.search.setFocus()
    listed.sidebar.rename_current()
    assert [editor.text() for editor in listed.editors] == ["대화 1"], "else the open one"


def test_a_refresh_leaves_the_renaming_alone(listed: Shown) -> None:
    """The list is refreshed whenever an answer begins or ends, in this conversation or another."""
    first, second, third, fourth = listed.listed
    editor = listed.rename()
    type_steps(editor, ["+새", "말…"])
    refreshes = [
        listed.listed,
        [second, first, third, fourth],
        [conversation(9), fourth, replace(first, last_words="답의 첫 줄"), second, third],
        [replace(first, title="모델이 지은 제목"), second],
    ]
    for refreshed in refreshes:
        listed.sidebar.show_listing(Listing(Part(refreshed)))
        QCoreApplication.processEvents()
        assert listed.editors == [editor]
        assert editor.hasFocus()
        assert (editor.text(), editor.preedit) == ("새", "말")
        row = listed.view.visualRect(listed.view.currentIndex())
        assert row.contains(editor.geometry()), "it follows its row"
    type_steps(editor, ["return", "turn"])
    assert listed.told == [("renamed", 1, "새말")]


def test_deleting_ends_the_renaming_and_loses_no_title(listed: Shown) -> None:
    type_steps(listed.rename(), ["+새"])
    listed.sidebar.show_listing(Listing(Part(listed.listed[1:])))
    QCoreApplication.processEvents()
    assert listed.editors == []
    assert listed.told == [("renamed", 1, "새")], "it has that name when it is restored"


# --- searching ------------------------------------------------------------------------------------


def test_a_search_hears_the_unfinished_syllable_once_typing_rests(
    listed: Shown, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(listed.sidebar.search_changed):
        type_steps(listed.search, ["ㅈ…", "제…", "+제", "ㅈ…", "주…"])
    assert listed.told == [("search", "제주")]
    assert listed.search.text() == "제"


def test_enter_searches_at_once_and_asks_for_the_results(listed: Shown) -> None:
    listed.sidebar.results_requested.connect(lambda: listed.told.append("results"))
    type_steps(listed.search, ["+제", "주…", "return", "turn"])
    assert listed.told == [("search", "제주"), "results"]


def test_escape_ends_the_search(listed: Shown, qtbot: QtBot) -> None:
    type_steps(listed.search, ["+제", "주…", "return", "turn"])
    listed.told.clear()
    with qtbot.waitSignal(listed.sidebar.search_changed):
        type_steps(listed.search, ["ㅈ…", "escape"])
    assert listed.told == [("search", "")]
    assert listed.search.text_with_preedit() == ""


def test_finding_selects_the_old_query(listed: Shown, qtbot: QtBot) -> None:
    with qtbot.waitSignal(listed.sidebar.search_changed):
        type_steps(listed.search, ["abc"])
    listed.sidebar.focus_search()
    assert listed.search.hasFocus()
    assert listed.search.selectedText() == "abc"
