"""Several conversations at once, and copies of one; each can be taken back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Role
from kochat_gui.ui.sidebar.bulk_bar import BulkBar
from kochat_gui.ui.theme import Appearance
from tests.ui.listed_library import CONTROL, SHIFT, ListedLibrary, entries
from tests.ui.typing_steps import type_steps


def test_several_are_selected_with_keys_and_mouse_without_opening_them(
    listed: ListedLibrary,
) -> None:
    ids = listed.make(*"가나다라마")
    listed.select(ids[0])
    assert listed.opened == [ids[0]]
    listed.press(Qt.Key.Key_Down, SHIFT)
    listed.press(Qt.Key.Key_Down, SHIFT)
    assert listed.selected() == ["가", "나", "다"]
    listed.press(Qt.Key.Key_Escape)
    assert listed.selected() == ["다"]
    listed.press(Qt.Key.Key_A, CONTROL)
    assert listed.selected() == list("가나다라마")
    listed.select(ids[1], ids[3])
    assert listed.selected() == ["나", "라"]
    listed.click(listed.view.rows.row_of(ids[4]), SHIFT)
    assert listed.selected() == ["나", "라", "마"]
    assert listed.opened == [ids[0], ids[1]]
    assert listed.sidebar.bar.isVisible()
    listed.tool_button("End the selection (Esc)").click()
    assert listed.sidebar.bar.isHidden()


def test_several_are_deleted_and_come_back_to_their_places(listed: ListedLibrary) -> None:
    ids = listed.make(*"가나다라")
    work = listed.library.create_folder("일")
    listed.library.move([ids[1]], work)
    listed.library.set_pinned([ids[2]], is_pinned=True)
    listed.services.settings.set("ui.open_folders", (str(work),))
    listed.library.reorder_folders([work])
    listed.settle()
    listed.area.set_open(ids[0])
    before = listed.shown()
    assert before == ["Pinned", "다", "Folders", "일", "나", "Today", "가", "라"]
    listed.view.setFocus()
    listed.press(Qt.Key.Key_A, CONTROL)
    assert len(listed.selected()) == 4, "a folder is no conversation"
    listed.press(Qt.Key.Key_Delete, CONTROL)
    assert listed.library.list() == []
    assert listed.opened == [None], "the open one is gone"
    assert [folder.name for folder in listed.library.folders()] == ["일"]
    listed.press(Qt.Key.Key_Z, CONTROL)
    assert listed.shown() == before
    assert listed.opened == [None, ids[0]]


def test_the_bar_does_what_the_menu_does(listed: ListedLibrary) -> None:
    one, two, _three = listed.make("하나", "둘", "셋")
    work = listed.library.create_folder("일")
    listed.settle()
    listed.select(one, two)
    listed.tool_button("Move to a folder").click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    listed.choose("일", menu=menu)
    assert [f.count for f in listed.library.folders()] == [2]
    listed.undo()
    listed.select(one, two)
    listed.tool_button("Pin").click()
    listed.settle()
    assert [c.is_pinned for c in listed.library.list()] == [True, True, False]
    listed.select(one, two)
    listed.tool_button("To the trash (Ctrl+Delete)").click()
    listed.settle()
    assert listed.shown() == ["Folders", "일", "Today", "셋"]
    assert listed.library.folders()[0].folder_id == work


def test_the_selection_outlives_a_change_of_the_list(listed: ListedLibrary) -> None:
    ids = listed.make(*"가나다라마")
    listed.select(ids[1], ids[3])
    listed.library.rename(ids[3], "라라")
    listed.make("새것")
    assert listed.selected() == ["나", "라라"]


def test_the_menu_of_one_and_of_several(listed: ListedLibrary) -> None:
    one, two = listed.make("하나", "둘")
    listed.select(one)
    places = ["Pin", "Move to a folder", "Tags", "Export…", "To the trash"]
    menu = listed.menu()
    assert entries(menu) == ["Rename", "Duplicate", *places]
    menu.close()
    listed.choose("Rename")
    assert listed.editor.text() == "하나"
    type_steps(listed.editor, ["escape", "turn"])
    listed.select(one, two)
    menu = listed.menu()
    assert entries(menu) == places
    listed.make("셋")
    listed.choose("To the trash", menu=menu)
    assert [c.title for c in listed.library.list()] == ["셋"], "the list changed under the menu"


def test_a_conversation_is_duplicated(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    listed.library.add_message(one, Role.USER, "안녕")
    listed.settle()
    listed.select(one)
    listed.choose("Duplicate")
    assert listed.shown() == ["Today", "하나", "하나"]
    copy = listed.library.list()[0].conversation_id
    assert copy != one
    assert [m.text for m in listed.library.path(copy)] == ["안녕"]
    listed.undo()
    assert [c.conversation_id for c in listed.library.list()] == [one]


def test_tab_goes_from_the_list_to_what_can_be_done_with_several(
    appearance: Appearance, qtbot: QtBot
) -> None:
    window, before, after = QWidget(), QLineEdit(), QLineEdit()
    qtbot.addWidget(window)
    bar = BulkBar(appearance)
    column = QVBoxLayout(window)
    for widget in (before, bar, after):
        column.addWidget(widget)
    window.show()
    bar.show_count(2)
    reached: list[QWidget] = []
    at = before.nextInFocusChain()
    while at is not None and at is not after:
        reached.append(at)
        at = at.nextInFocusChain()
    buttons = bar.findChildren(QToolButton)
    assert buttons
    assert set(buttons) <= set(reached)
