"""Folders, tags, pins, several conversations at once, dragging; each can be taken back."""

import unicodedata

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QListView,
    QMenu,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationOrder,
)
from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.sidebar.conversation_model import CONVERSATION_MIME, ids_in
from kochat_gui.ui.theme import Appearance
from tests.ui.listed_library import ALT, CONTROL, ListedLibrary, entries
from tests.ui.typing_steps import type_steps

# --- folders --------------------------------------------------------------------------------------


def test_a_folder_is_made_and_named_in_place(listed: ListedLibrary) -> None:
    listed.tool_button("New folder").click()
    editor = listed.editor
    assert (editor.text(), editor.accessibleName()) == ("New folder", "Name of the folder")
    type_steps(editor, ["+여", "행…", "return", "turn"])
    listed.settle()
    assert [folder.name for folder in listed.library.folders()] == ["여행"]
    assert listed.shown()[:3] == [
        "Folders",
        "여행",
        "Empty. Drag conversations here, or move them by their menu.",
    ]


def test_escape_keeps_the_name_that_a_folder_had(listed: ListedLibrary) -> None:
    listed.tool_button("New folder").click()
    type_steps(listed.editor, ["+여", "행…", "escape", "turn"])
    listed.settle()
    assert [folder.name for folder in listed.library.folders()] == ["New folder"]


def test_folders_open_and_close_and_are_remembered(
    listed: ListedLibrary,
    services: Services,
    bridge: Bridge,
    appearance: Appearance,
    qtbot: QtBot,
) -> None:
    one, _two = listed.make("하나", "둘")
    work = listed.library.create_folder("일")
    listed.library.move([one], work)
    listed.settle()
    assert listed.shown() == ["Folders", "일", "Today", "둘"]
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Return)
    assert listed.shown() == ["Folders", "일", "하나", "Today", "둘"]
    again = ListedLibrary(services, bridge, appearance, qtbot)
    assert again.shown() == listed.shown()
    listed.press(Qt.Key.Key_Down)
    assert listed.selected() == ["하나"]
    listed.press(Qt.Key.Key_Left)
    assert listed.view.current_folder() is not None, "from a row to its folder"
    listed.press(Qt.Key.Key_Left)
    assert "하나" not in listed.shown()
    listed.press(Qt.Key.Key_Right)
    assert "하나" in listed.shown()
    index = listed.view.rows.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "Folder, open, 1 conversations"


def test_a_folder_is_renamed_in_place(listed: ListedLibrary) -> None:
    work = listed.library.create_folder("일")
    listed.settle()
    listed.go_to_folder(work)
    listed.sidebar.rename_current()
    type_steps(listed.editor, ["+공", "부…", "return", "turn"])
    listed.settle()
    assert [folder.name for folder in listed.library.folders()] == ["공부"]


def test_a_deleted_folder_comes_back_with_what_was_in_it(listed: ListedLibrary) -> None:
    one, two, three = listed.make("하나", "둘", "셋")
    listed.library.create_folder("앞")
    work = listed.library.create_folder("일")
    listed.library.create_folder("뒤")
    listed.library.move([one, two, three], work)
    listed.settle()
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Delete)
    assert len(listed.library.folders()) == 3, "no single key deletes"
    listed.press(Qt.Key.Key_Delete, CONTROL)
    assert [folder.name for folder in listed.library.folders()] == ["앞", "뒤"]
    assert listed.shown()[-4:] == ["Today", "하나", "둘", "셋"]
    other = listed.library.folders()[0].folder_id
    listed.library.move([three], other)
    listed.undo()
    assert [(f.name, f.count) for f in listed.library.folders()] == [
        ("앞", 1),
        ("일", 2),
        ("뒤", 0),
    ]
    assert listed.conversation(three).folder_id == other, "what was moved meanwhile stays there"


def test_folders_are_ordered_by_keys_menu_and_dragging(listed: ListedLibrary) -> None:
    one, two, three = (listed.library.create_folder(name) for name in ("하나", "둘", "셋"))
    listed.settle()

    def names() -> list[str]:
        return [folder.name for folder in listed.library.folders()]

    listed.go_to_folder(one)
    listed.press(Qt.Key.Key_Down, ALT)
    assert names() == ["둘", "하나", "셋"]
    listed.press(Qt.Key.Key_Up, ALT)
    listed.press(Qt.Key.Key_Up, ALT)
    assert names() == ["하나", "둘", "셋"]
    listed.choose("Down")
    assert names() == ["둘", "하나", "셋"]
    rows = listed.view.rows
    first, last = rows.row_of_folder(two), rows.row_of_folder(three)
    assert first is not None
    assert last is not None
    assert listed.drag([first], listed.place(last) + QPoint(0, 8))
    assert names() == ["하나", "셋", "둘"]
    row = rows.row_of_folder(two)
    assert row is not None
    assert listed.drag([row], listed.place(1) - QPoint(0, 8))
    assert names() == ["둘", "하나", "셋"]


def test_conversations_are_dragged_into_a_folder_and_out_of_it(listed: ListedLibrary) -> None:
    one, two, three = listed.make("하나", "둘", "셋")
    work = listed.library.create_folder("일")
    listed.settle()
    folder_row = listed.view.rows.row_of_folder(work)
    assert folder_row is not None
    rows = [listed.view.rows.row_of(cid) for cid in (one, three)]
    assert listed.drag([row for row in rows if row is not None], listed.place(folder_row))
    assert [listed.conversation(cid).folder_id for cid in (one, two, three)] == [work, None, work]
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Right)
    row, target = listed.view.rows.row_of(one), listed.view.rows.row_of(two)
    assert row is not None
    assert target is not None
    assert listed.drag([row], listed.place(target))
    assert listed.conversation(one).folder_id is None
    listed.undo()
    assert listed.conversation(one).folder_id == work
    assert listed.drag([row], QPoint(50, listed.view.height() - 10)), "below the last row, too"
    assert listed.conversation(one).folder_id is None


def test_a_drag_from_a_remark_does_not_take_what_is_selected(
    listed: ListedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    monkeypatch.setattr(QListView, "startDrag", lambda *_args: begun.append(1))
    listed.make("하나")
    work = listed.library.create_folder("일")
    listed.settle()
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Return)
    remark, one = 2, 4
    assert (listed.shown()[remark][:6], listed.shown()[one]) == ("Empty.", "하나")
    for row, times in ((one, 1), (remark, 1)):
        place = listed.place(row)
        viewport = listed.view.viewport()
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=place)
        listed.view.startDrag(Qt.DropAction.MoveAction)
        QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=place)
        assert len(begun) == times


def test_what_is_dragged_from_the_pins_goes_where_it_was_dropped(listed: ListedLibrary) -> None:
    one, two = listed.make("하나", "둘")
    listed.library.set_pinned([one], is_pinned=True)
    work = listed.library.create_folder("일")
    listed.settle()
    assert listed.shown() == ["Pinned", "하나", "Folders", "일", "Today", "둘"]
    assert listed.drag([1], listed.place(3))
    assert (listed.conversation(one).is_pinned, listed.conversation(one).folder_id) == (
        False,
        work,
    )
    listed.undo()
    assert (listed.conversation(one).is_pinned, listed.conversation(one).folder_id) == (True, None)
    assert listed.drag([5], listed.place(1))
    assert listed.conversation(two).is_pinned
    assert not listed.drag([1], listed.place(3)), "the heading of the folders is no place"


def test_files_and_foreign_data_are_left_to_the_window(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/model.gguf")])
    assert not listed.drop(files, listed.place(1))
    for text in (b"[", b"{}", b'["1", true, null]'):
        forged = QMimeData()
        forged.setData(CONVERSATION_MIME, text)
        assert ids_in(forged, CONVERSATION_MIME) == []
        listed.drop(forged, listed.place(1))
    assert listed.library.get(one).folder_id is None


def test_the_menu_moves_into_a_new_folder(listed: ListedLibrary) -> None:
    one, two, three = listed.make("하나", "둘", "셋")
    listed.select(one, three)
    menu = listed.menu()
    [folders] = [a.menu() for a in menu.actions() if a.text() == "Move to a folder"]
    assert isinstance(folders, QMenu)
    assert entries(folders) == ["No folders yet", "New folder…"]
    listed.choose("Move to a folder", "New folder…", menu=menu)
    type_steps(listed.editor, ["+요", "리…", "return", "turn"])
    listed.settle()
    assert listed.shown() == ["Folders", "요리", "하나", "셋", "Today", "둘"]
    listed.select(two)
    listed.choose("Move to a folder", "요리")
    [folder] = listed.library.folders()
    assert folder.count == 3
    listed.undo()
    assert listed.conversation(two).folder_id is None
    listed.select(one)
    listed.choose("Move to a folder", "Out of the folder")
    assert listed.conversation(one).folder_id is None


def test_the_open_conversation_marks_the_closed_folder_that_it_is_in(
    listed: ListedLibrary,
) -> None:
    [one] = listed.make("하나")
    work = listed.library.create_folder("일")
    listed.library.move([one], work)
    listed.settle()
    listed.area.set_open(one)
    assert listed.folder_row(1).has_current
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Return)
    assert not listed.folder_row(1).has_current


# --- pins, tags, order ----------------------------------------------------------------------------


def test_pinned_ones_are_at_the_top_and_not_in_their_folder(listed: ListedLibrary) -> None:
    one, two = listed.make("하나", "둘")
    work = listed.library.create_folder("일")
    listed.library.move([one, two], work)
    listed.settle()
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Return)
    listed.select(two)
    listed.choose("Pin")
    assert listed.shown() == ["Pinned", "둘", "Folders", "일", "하나"]
    assert listed.folder_row(3).folder.count == 2, "they are in it all the same"
    listed.undo()
    assert listed.shown() == ["Folders", "일", "하나", "둘"]
    listed.library.set_pinned([two], is_pinned=True)
    listed.settle()
    listed.select(two)
    listed.choose("Unpin")
    assert not listed.conversation(two).is_pinned


def test_a_folder_of_pinned_ones_is_not_called_empty(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    work = listed.library.create_folder("일")
    listed.library.move([one], work)
    listed.library.set_pinned([one], is_pinned=True)
    listed.settle()
    listed.go_to_folder(work)
    listed.press(Qt.Key.Key_Return)
    remark = "What is in this folder is pinned, at the top."
    assert listed.shown() == ["Pinned", "하나", "Folders", "일", remark]
    listed.library.move([one], None)
    listed.settle()
    assert listed.shown()[-1].startswith("Empty.")


def test_a_new_tag_is_typed_in_place_of_the_row(listed: ListedLibrary) -> None:
    one, two, three = listed.make("하나", "둘", "셋")
    listed.select(one, two)
    listed.choose("Tags", "New tag…")
    assert listed.editor.accessibleName() == "Name of the tag"
    assert listed.selected() == ["하나", "둘"]
    type_steps(listed.editor, ["+요", "리…", "return", "turn"])
    listed.settle()
    assert [listed.conversation(cid).tags for cid in (one, two, three)] == [("요리",)] * 2 + [()]
    listed.undo()
    assert listed.library.tags() == {}


def test_a_tag_in_decomposed_letters_is_the_same_tag(listed: ListedLibrary) -> None:
    one, two = listed.make("하나", "둘")
    listed.library.add_tag([one], "요리")
    organizer = listed.area._list.organizer
    organizer.tag([one, two], unicodedata.normalize("NFD", " #요리 "), is_on=True)
    assert listed.library.tags() == {"요리": 2}
    listed.undo()
    assert listed.library.tags() == {"요리": 1}


def test_escape_gives_no_tag(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    listed.select(one)
    listed.choose("Tags", "New tag…")
    type_steps(listed.editor, ["+요", "리…", "escape", "turn"])
    assert listed.library.tags() == {}
    listed.sidebar.rename_current()
    assert listed.editor.text() == "하나", "the next editor is one of the title again"
    type_steps(listed.editor, ["escape", "turn"])


def test_a_tag_goes_to_those_that_lack_it_and_undo_takes_it_from_these_only(
    listed: ListedLibrary,
) -> None:
    one, two = listed.make("하나", "둘")
    listed.library.add_tag([one], "요리")
    listed.settle()
    listed.select(one, two)
    listed.choose("Tags", "#요리")
    assert listed.conversation(two).tags == ("요리",)
    listed.undo()
    assert [listed.conversation(cid).tags for cid in (one, two)] == [("요리",), ()]
    listed.select(one)
    listed.choose("Tags", "#요리")
    assert listed.conversation(one).tags == ()
    listed.undo()
    assert listed.conversation(one).tags == ("요리",)
    description = listed.view.rows.index(1).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert description == "#요리"


def test_the_list_shows_one_tag(listed: ListedLibrary) -> None:
    one, two, three = listed.make("하나", "둘", "셋")
    listed.library.add_tag([one, three], "요리")
    work = listed.library.create_folder("일")
    listed.library.move([three], work)
    listed.settle()
    listed.sidebar.head.tags_wanted.emit()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert entries(menu) == ["All conversations", "#요리 (2)"]
    listed.choose("#요리 (2)", menu=menu)
    assert listed.shown() == ["Today", "하나", "셋"]
    listed.library.add_tag([two], "요리")
    listed.settle()
    assert listed.shown() == ["Today", "하나", "둘", "셋"]
    assert not listed.drag([1], listed.place(3)), "else it would leave its folder unseen"
    listed.library.remove_tag([one, two, three], "요리")
    listed.settle()
    captions = [c.text() for c in listed.sidebar.findChildren(QLabel) if c.isVisible()]
    assert "No conversation has this tag any more" in captions
    listed.sidebar.head.tag_chosen.emit("")
    assert listed.shown() == ["Folders", "일", "Today", "하나", "둘"]


def test_the_order_is_chosen_and_remembered(
    listed: ListedLibrary, services: Services, bridge: Bridge, appearance: Appearance, qtbot: QtBot
) -> None:
    listed.make("나", "다", "가")
    listed.tool_button("Sort the list").click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.isChecked() for action in menu.actions()] == [True, False, False]
    listed.choose("By name", menu=menu)
    assert listed.shown() == ["By name", "가", "나", "다"]
    again = ListedLibrary(services, bridge, appearance, qtbot)
    assert again.shown() == ["By name", "가", "나", "다"]
    listed.sidebar.head.order_chosen.emit(ConversationOrder.CREATED)
    assert listed.shown() == ["Today", "나", "다", "가"]


# --- not recorded ---------------------------------------------------------------------------------


def test_unrecorded_conversations_are_on_top_while_they_live(listed: ListedLibrary) -> None:
    listed.make("하나")
    listed.sidebar.incognito_requested.emit()
    listed.settle()
    [hidden] = listed.opened
    assert hidden is not None
    assert listed.conversation(hidden).is_incognito
    assert listed.shown() == ["Not recorded", "New conversation", "Today", "하나"]
    listed.sidebar.incognito_requested.emit()
    assert listed.opened == [hidden, hidden], "the unused one is opened again"
    listed.area.set_open(hidden)
    assert not listed.drag([3], listed.place(1)), "a recorded one cannot become unrecorded"
    organizer = listed.area._list.organizer
    organizer.set_pinned([hidden], is_pinned=True)
    organizer.tag([hidden], "태그", is_on=True)
    assert not listed.conversation(hidden).is_pinned
    listed.view.select_row(1)
    menu = listed.menu()
    assert entries(menu) == ["Rename", "Export…", "Delete"]
    listed.choose("Delete", menu=menu)
    assert listed.shown() == ["Today", "하나"]
    listed.undo()
    assert listed.shown()[0] == "Not recorded"


def test_rows_change_as_qt_expects_it(listed: ListedLibrary) -> None:
    ids = listed.make(*"가나다라마")
    model = listed.view.rows
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning, model
    )
    assert tester.model() is model
    listed.select(ids[0], ids[2])
    work = listed.library.create_folder("일")
    listed.services.settings.set("ui.open_folders", (str(work),))
    listed.library.move(ids[1:3], work)
    listed.settle()
    listed.library.set_pinned([ids[4], ids[2]], is_pinned=True)
    listed.settle()
    listed.sidebar.head.order_chosen.emit(ConversationOrder.TITLE)
    listed.library.delete(ids[0])
    listed.settle()
    assert listed.shown() == ["Pinned", "다", "마", "Folders", "일", "나", "By name", "라"]
    assert listed.selected() == ["다"]


# --- drawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("percent", [80, 200])
def test_anything_can_be_drawn(
    listed: ListedLibrary, appearance: Appearance, percent: int, qtbot: QtBot
) -> None:
    appearance.set_scale_percent(percent)
    one, two = listed.make("가" * 200, "<b>굵게</b>\u202e뒤집힘")
    listed.library.add_tag([one], "아주 긴 태그 이름" * 6)
    for name in ("봄", "여름", "가을"):
        listed.library.add_tag([two], name)
    listed.library.create_folder("폴더 " * 30)
    listed.settle()
    for width in (180, 264, 360):
        listed.sidebar.setFixedWidth(width)
        qtbot.wait(20)
        drawn: QPixmap = listed.sidebar.grab()
        assert not drawn.isNull()


def test_everything_has_a_name(listed: ListedLibrary) -> None:
    listed.select(*listed.make("하나", "둘"))
    tools = [tool for tool in listed.sidebar.findChildren(QToolButton) if tool.isVisible()]
    assert len(tools) >= 8
    assert all(tool.accessibleName() or tool.text() for tool in tools)


def test_unknown_conversations_change_nothing(listed: ListedLibrary) -> None:
    [one] = listed.make("하나")
    gone = [ConversationId(999)]
    organizer = listed.area._list.organizer
    organizer.delete(gone)
    organizer.move(gone, None)
    organizer.tag(gone, "태그", is_on=True)
    organizer.set_pinned(gone, is_pinned=True)
    assert [c.conversation_id for c in listed.library.list()] == [one]
    assert listed.library.tags() == {}
