"""Folders, tags, pins and the orders of the list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.conversation import (
    ConversationFilter,
    ConversationId,
    ConversationOrder,
    ConversationSettings,
    FolderId,
)
from kochat_gui.core.errors import UsageError
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.folders import FolderStore

PLAIN = ConversationSettings()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    database = Database(tmp_path / "k.db")
    yield ConversationStore(database)
    database.close()


@pytest.fixture
def folders(store: ConversationStore) -> FolderStore:
    return FolderStore(store.database)


def _titled(store: ConversationStore, *titles: str) -> list[ConversationId]:
    made = [store.create(PLAIN).conversation_id for _ in titles]
    for conversation_id, title in zip(made, titles, strict=True):
        store.rename(conversation_id, title)
    return made


def _titles(store: ConversationStore, **wanted: object) -> list[str]:
    return [c.title for c in store.list(wanted=ConversationFilter(**wanted))]  # type: ignore[arg-type]  # by name


def test_conversations_move_between_folders(store: ConversationStore, folders: FolderStore) -> None:
    one, two, _three = _titled(store, "하나", "둘", "셋")
    work = folders.create("  일\n하기 ")
    folders.move([one, two], work)
    assert [(f.name, f.count) for f in folders.list()] == [("일 하기", 2)]
    assert _titles(store, folder_id=work) == ["둘", "하나"]
    assert store.get(one).folder_id == work
    folders.move([one], None)
    assert _titles(store, folder_id=work) == ["둘"]
    assert len(_titles(store)) == 3


def test_a_deleted_folder_leaves_its_conversations(
    store: ConversationStore, folders: FolderStore
) -> None:
    one, two = _titled(store, "하나", "둘")
    work = folders.create("일")
    folders.move([one, two], work)
    assert folders.delete(work) == [one, two]
    assert folders.list() == []
    assert store.get(one).folder_id is None


def test_folders_come_in_the_order_they_were_put(folders: FolderStore) -> None:
    a, b, c = (folders.create(name) for name in "가나다")
    folders.reorder([c, a])
    assert [f.folder_id for f in folders.list()] == [c, a, b]
    folders.rename(a, "라")
    assert [f.name for f in folders.list()] == ["다", "라", "나"]


def test_no_two_folders_have_one_name(folders: FolderStore) -> None:
    first, second, third = (folders.create("여행") for _ in range(3))
    assert [f.name for f in folders.list()] == ["여행", "여행 (2)", "여행 (3)"]
    folders.rename(second, "여행")
    folders.rename(first, "여행")
    folders.rename(third, "요리")
    assert [f.name for f in folders.list()] == ["여행", "여행 (2)", "요리"]
    long = "가" * 100
    folders.create(long)
    folders.create(long)
    assert [f.name for f in folders.list()][3:] == [long, "가" * 96 + " (2)"]


@pytest.mark.parametrize("name", ["", "  \n", "\x1f"])
def test_a_name_is_not_empty(folders: FolderStore, name: str) -> None:
    with pytest.raises(UsageError):
        folders.create(name)
    with pytest.raises(UsageError):
        folders.add_tag([], name)


def test_tags_are_counted_and_vanish_when_unused(
    store: ConversationStore, folders: FolderStore
) -> None:
    one, two = _titled(store, "하나", "둘")
    folders.add_tag([one, two], "#요리")
    folders.add_tag([one], "여행")
    folders.add_tag([one], "여행")
    folders.add_tag([ConversationId(999)], "여행")
    assert store.get(one).tags == ("여행", "요리")
    assert folders.tags() == {"여행": 1, "요리": 2}
    assert _titles(store, tag="요리") == ["둘", "하나"]
    folders.remove_tag([one, two], "요리")
    assert folders.tags() == {"여행": 1}
    assert _titles(store, tag="요리") == []


def test_pinned_ones_come_first_in_every_order(store: ConversationStore) -> None:
    ids = _titled(store, "나", "다", "가")
    store.set_pinned([ids[1]], is_pinned=True)
    assert _titles(store) == ["다", "가", "나"]
    assert _titles(store, order=ConversationOrder.TITLE) == ["다", "가", "나"]
    store.set_pinned([ids[1]], is_pinned=False)
    assert _titles(store, order=ConversationOrder.TITLE) == ["가", "나", "다"]
    assert _titles(store, order=ConversationOrder.CREATED) == ["가", "다", "나"]


def test_the_trash_is_a_list_of_its_own(store: ConversationStore) -> None:
    one, two, three = _titled(store, "하나", "둘", "셋")
    store.set_deleted([one, two], is_deleted=True)
    assert _titles(store) == ["셋"]
    assert _titles(store, is_deleted=True) == ["둘", "하나"]
    assert store.get(one).deleted_at is not None
    store.delete_for_good([one, three])
    assert _titles(store, is_deleted=True) == ["둘"]
    assert _titles(store) == ["셋"]


def test_a_folder_that_is_gone_takes_nothing(
    store: ConversationStore, folders: FolderStore
) -> None:
    [one] = _titled(store, "하나")
    with pytest.raises(UsageError):
        folders.move([one], FolderId(77))
    assert store.get(one).folder_id is None


def test_ids_come_in_the_order_of_the_list(store: ConversationStore, folders: FolderStore) -> None:
    one, two, three, four = _titled(store, "하나", "둘", "셋", "넷")
    work = folders.create("일")
    folders.move([two], work)
    store.set_pinned([three], is_pinned=True)
    store.set_deleted([four], is_deleted=True)
    for order in ConversationOrder:
        wanted = ConversationFilter(order=order)
        listed = [c.conversation_id for c in store.list(wanted=wanted)]
        assert store.listed_ids(wanted, None) == listed
        assert store.listed_ids(wanted, 2) == listed[:2]
    assert store.listed_ids(ConversationFilter(is_pinned=True), 9) == [three]
    outside = ConversationFilter(is_outside_folders=True, is_pinned=False)
    assert store.listed_ids(outside, 9) == [one]
    assert store.listed_ids(ConversationFilter(folder_id=work, is_pinned=True), 9) == []
    assert store.listed_ids(ConversationFilter(is_deleted=True), 9) == [four]
    assert _titles(store, is_outside_folders=True) == ["셋", "하나"]


def test_several_are_read_at_once(store: ConversationStore) -> None:
    one, two, three = _titled(store, "하나", "둘", "셋")
    store.set_deleted([two], is_deleted=True)
    hidden = store.create(PLAIN, is_incognito=True).conversation_id
    found = store.several([hidden, two, ConversationId(999), one])
    assert {c.conversation_id for c in found} == {one, two, hidden}
    assert store.several([]) == []
    assert store.several([three]) == [store.get(three)]
    store.close()


def test_incognito_conversations_are_listed_while_they_live(store: ConversationStore) -> None:
    assert store.incognito() == []
    first = store.create(PLAIN, is_incognito=True)
    second = store.create(PLAIN, is_incognito=True)
    assert store.incognito() == [second, first]
    store.set_deleted([second.conversation_id], is_deleted=True)
    assert store.incognito() == [first]
    assert store.list() == []
    store.close()
    assert store.incognito() == []
