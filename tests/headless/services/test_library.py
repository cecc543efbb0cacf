"""The library: what it publishes, and that it passes on what the store knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationId, ConversationSettings, MessageState
from kochat_gui.core.events import EventBus
from kochat_gui.services.events import ConversationsChanged, PathChanged
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.conversations import ConversationStore, Turn
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer


class _Shelf:
    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "k.db")
        bus = EventBus()
        self.store = ConversationStore(self.database)
        self.library = ConversationLibrary(self.store, bus)
        self.changed: list[ConversationId] = []
        self.paths: list[ConversationId] = []
        bus.subscribe(ConversationsChanged, lambda e: self.changed.extend(e.conversation_ids))
        bus.subscribe(PathChanged, lambda e: self.paths.append(e.conversation_id))

    def turn(self, text: str) -> Turn:
        turn = self.store.add_turn(None, None, text, ConversationSettings())
        self.store.finish_answer(FinalAnswer(turn.answer_id, "네.", MessageState.DONE))
        return turn


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[_Shelf]:
    made = _Shelf(tmp_path)
    yield made
    made.database.close()


def test_every_change_of_the_list_is_published(shelf: _Shelf) -> None:
    cid = shelf.library.create().conversation_id
    shelf.library.rename(cid, " 새\n이름 ")
    shelf.library.delete(cid)
    shelf.library.restore(cid)
    shelf.library.set_settings(cid, ConversationSettings("반말로"))
    shelf.library.save_draft(cid, "초안")
    conversation = shelf.library.get(cid)
    assert shelf.changed == [cid] * 5
    assert (conversation.title, conversation.draft) == ("새 이름", "초안")
    assert conversation.settings.system_prompt == "반말로"


def test_delete_and_restore(shelf: _Shelf) -> None:
    turn = shelf.turn("안녕")
    shelf.library.delete(turn.conversation_id)
    assert shelf.library.list() == []
    shelf.library.restore(turn.conversation_id)
    assert [m.text for m in shelf.library.path(turn.conversation_id)] == ["안녕", "네."]


def test_select_version_shows_its_newest_end(shelf: _Shelf) -> None:
    turn = shelf.turn("하나")
    again = shelf.store.add_answer(turn.user_id)
    shelf.library.select_version(turn.answer_id)
    assert shelf.library.path(turn.conversation_id)[-1].message_id == turn.answer_id
    shelf.library.select_version(turn.user_id)
    assert shelf.library.path(turn.conversation_id)[-1].message_id == again.answer_id
    assert shelf.paths == [turn.conversation_id] * 2
    assert shelf.library.siblings(turn.answer_id) == [turn.answer_id, again.answer_id]
    assert len(shelf.library.messages(turn.conversation_id)) == 3
