"""The library: what it publishes, and that it passes on what the store knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MadeBy,
    MessageState,
)
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


def test_select_version_shows_the_end_that_was_shown_there_last(shelf: _Shelf) -> None:
    turn = shelf.turn("하나")
    again = shelf.store.add_answer(turn.user_id)
    shelf.library.select_version(turn.answer_id)
    assert shelf.library.path(turn.conversation_id)[-1].message_id == turn.answer_id
    shelf.library.select_version(turn.user_id)
    assert shelf.library.path(turn.conversation_id)[-1].message_id == turn.answer_id
    assert shelf.paths == [turn.conversation_id] * 2
    assert shelf.library.siblings(turn.answer_id) == [turn.answer_id, again.answer_id]
    assert len(shelf.library.messages(turn.conversation_id)) == 3


def test_models_that_wrote_answers_are_known_by_name(shelf: _Shelf) -> None:
    assert shelf.library.model_names() == []
    for name in ("하늘", "가람", "하늘", ""):
        turn = shelf.store.add_turn(None, None, "안녕", ConversationSettings())
        made_by = MadeBy("id", name, "q4_0", "llama.cpp", "chatml")
        shelf.store.finish_answer(
            FinalAnswer(turn.answer_id, "네.", MessageState.DONE, made_by=made_by)
        )
    damaged = shelf.turn("안녕")
    shelf.database.write(
        lambda c: c.execute("UPDATE messages SET made_by='{' WHERE id=?", (damaged.answer_id,))
    )
    assert shelf.library.model_names() == ["가람", "하늘"]
