"""Keys and mouse in the conversation list: what they reach, and that it can be seen."""

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from kochat_gui.core.conversation import ConversationFilter
from kochat_gui.ui.row_background import row_state
from kochat_gui.ui.sidebar.conversation_list import ConversationList
from kochat_gui.ui.sidebar.conversation_model import FOLDER_MIME
from tests.ui.listed_library import CONTROL, SHIFT, ListedLibrary
from tests.ui.typing_steps import type_steps


@pytest.fixture
def dragged(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Folders of each drag that begins: the drag itself would wait for a mouse."""
    begun: list[list[int]] = []

    def note(drag: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
        begun.append(json.loads(bytes(drag.mimeData().data(FOLDER_MIME).data())))
        return Qt.DropAction.MoveAction

    monkeypatch.setattr(QDrag, "exec", note)
    return begun


def pull(listed: ListedLibrary, row: int, by: int) -> None:
    viewport, place = listed.view.viewport(), listed.place(row)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseMove(viewport, place + QPoint(0, by))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place + QPoint(0, by))
    listed.settle()


def test_a_folder_is_dragged_by_the_mouse(listed: ListedLibrary, dragged: list[list[int]]) -> None:
    listed.make("하나")
    work = listed.library.create_folder("일")
    listed.settle()
    row = listed.view.rows.row_of_folder(work)
    assert row is not None
    pull(listed, row, 1)
    assert dragged == [], "that was a click"
    pull(listed, row, 60)
    assert dragged == [[work]]
    listed.view.set_draggable(is_draggable=False)
    pull(listed, row, 60)
    assert dragged == [[work]]


def test_the_folder_that_keys_act_on_stands_out(listed: ListedLibrary) -> None:
    listed.make("하나")
    work = listed.library.create_folder("일")
    listed.settle()
    row = listed.view.rows.row_of_folder(work)
    listed.click(row)
    listed.settle()
    index = listed.view.rows.index(row or 0)
    assert row_state(listed.view, index, listed.view.visualRect(index)).is_selected
    listed.sidebar.search_field.setFocus()
    assert not row_state(listed.view, index, listed.view.visualRect(index)).is_selected


def test_looking_at_a_long_title_does_not_cut_it(listed: ListedLibrary) -> None:
    title = "긴 제목 " * 60 + "끝"
    [one] = listed.make(title)
    listed.select(one)
    listed.press(Qt.Key.Key_F2)
    type_steps(listed.editor, ["return", "turn"])
    listed.settle()
    assert listed.conversation(one).title == title
    listed.press(Qt.Key.Key_F2)
    QTest.keyClick(listed.editor, Qt.Key.Key_End)
    type_steps(listed.editor, ["!", "return", "turn"])
    listed.settle()
    assert listed.conversation(one).title == title + "!"


def test_a_new_title_is_taken_back(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    listed.library.create_folder("일")
    listed.settle()
    listed.select(one)
    listed.press(Qt.Key.Key_F2)
    type_steps(listed.editor, ["둘…", "return", "turn"])
    listed.settle()
    assert listed.conversation(one).title == "둘"
    listed.undo()
    assert listed.conversation(one).title == "하나"
    [folder] = listed.library.folders()
    listed.go_to_folder(folder.folder_id)
    listed.press(Qt.Key.Key_F2)
    type_steps(listed.editor, ["둘…", "return", "turn"])
    listed.settle()
    assert [f.name for f in listed.library.folders()] == ["둘"]
    listed.press(Qt.Key.Key_Z, CONTROL)
    assert [f.name for f in listed.library.folders()] == ["일"]


@pytest.mark.parametrize("key", ["select all", "end"])
def test_all_and_the_end_mean_also_what_was_not_listed_yet(listed: ListedLibrary, key: str) -> None:
    listed.make(*(f"대화 {number}" for number in range(450)))
    listed.area.set_open(None)
    assert listed.shown()[-1] == "Reading more…"
    if key == "end":
        listed.view.select_row(1)
        listed.press(Qt.Key.Key_End)
        assert listed.selected() == ["대화 449"]
    else:
        listed.press(Qt.Key.Key_A, CONTROL)
        assert len(listed.selected()) == 450
        listed.press(Qt.Key.Key_Delete, CONTROL)
        assert len(listed.library.list(limit=1000)) == 0
        listed.sidebar.trash_requested.emit()
        [trash] = listed.pages.findChildren(ConversationList)
        trash.selectAll()
        assert len(trash.selected()) == 450
        deleted = listed.library.list(limit=1000, wanted=ConversationFilter(is_deleted=True))
        assert len(deleted) == 450


def test_taking_back_works_after_a_button_of_the_bar(listed: ListedLibrary) -> None:
    one, two, _three = listed.make("하나", "둘", "셋")
    listed.select(one, two)
    pin = listed.tool_button("Pin")
    pin.setFocus()
    QTest.keyClick(pin, Qt.Key.Key_Space)
    listed.settle()
    assert listed.conversation(one).is_pinned
    QTest.keyClick(pin, Qt.Key.Key_Z, CONTROL)
    listed.settle()
    assert not listed.conversation(one).is_pinned
    listed.area.set_open(one)
    listed.select(one, two)
    trash = listed.tool_button("To the trash (Ctrl+Delete)")
    trash.setFocus()
    QTest.keyClick(trash, Qt.Key.Key_Space)
    listed.settle()
    assert listed.view.hasFocus()
    listed.press(Qt.Key.Key_Z, CONTROL)
    assert listed.conversation(one).deleted_at is None


def test_ending_the_selection_leaves_the_keyboard_at_the_list(listed: ListedLibrary) -> None:
    one, two = listed.make("하나", "둘")
    listed.select(one, two)
    end = listed.tool_button("End the selection (Esc)")
    end.setFocus()
    QTest.keyClick(end, Qt.Key.Key_Space)
    assert listed.view.hasFocus()


def test_the_menu_opens_without_a_menu_key(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    listed.select(one)
    listed.press(Qt.Key.Key_F10, SHIFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()
    listed.settle()


def test_the_bar_does_not_cover_the_row_that_was_selected_last(listed: ListedLibrary) -> None:
    listed.make(*(f"대화 {number}" for number in range(40)))
    listed.canvas.resize(900, 600)
    listed.settle()
    listed.press(Qt.Key.Key_End)
    listed.press(Qt.Key.Key_Up, SHIFT)
    listed.press(Qt.Key.Key_Down, SHIFT)
    listed.press(Qt.Key.Key_End)
    listed.press(Qt.Key.Key_Up)
    listed.press(Qt.Key.Key_Down, SHIFT)
    assert listed.sidebar.bar.isVisible()
    assert listed.view.is_seen(listed.view.currentIndex().row())


def test_a_notice_is_gone_once_it_is_done_right(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    notices = listed.services.notices
    listed.area._list.organizer.tag([one], "#", is_on=True)
    assert [notice.text for notice in notices.active()] == ["The name is empty."]
    listed.area._list.organizer.tag([one], "여행", is_on=True)
    assert notices.active() == []


def test_home_shows_the_heading_above_the_first_row(listed: ListedLibrary) -> None:
    listed.make(*(f"대화 {number}" for number in range(60)))
    listed.press(Qt.Key.Key_End)
    listed.press(Qt.Key.Key_Home)
    assert listed.view.verticalScrollBar().value() == 0


def test_the_conversation_that_was_left_is_drawn_anew(listed: ListedLibrary) -> None:
    one, two = listed.make("하나", "둘")
    listed.area.set_open(one)
    rows = listed.view.rows
    drawn: list[int] = []
    rows.dataChanged.connect(lambda first, _last: drawn.append(first.row()))
    listed.sidebar.delegate.set_open(two)
    assert sorted(drawn) == [rows.row_of(one), rows.row_of(two)]
