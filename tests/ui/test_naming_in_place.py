"""Names of new tags and folders are typed where they can be seen."""

from tests.ui.listed_library import ListedLibrary
from tests.ui.typing_steps import type_steps


def test_a_new_tag_is_typed_in_sight(listed: ListedLibrary) -> None:
    made = listed.make(*(f"대화 {n}" for n in range(60)))
    listed.canvas.resize(900, 500)
    listed.settle()
    listed.view.selectAll()
    listed.view.scrollToBottom()
    listed.sidebar.name_tag()
    assert listed.view.viewport().rect().contains(listed.editor.geometry())
    assert len(listed.selected()) == len(made)


def test_a_folder_made_while_a_tag_is_listed_asks_for_its_name(listed: ListedLibrary) -> None:
    one, _two = listed.make("하나", "둘")
    listed.library.add_tag([one], "여행")
    listed.settle()
    listed.sidebar.head.tag_chosen.emit("여행")
    assert listed.shown() == ["Today", "하나"]
    listed.sidebar.head.folder_requested.emit()
    type_steps(listed.editor, ["+일", "return", "turn"])
    listed.settle()
    assert [folder.name for folder in listed.library.folders()] == ["일"]
