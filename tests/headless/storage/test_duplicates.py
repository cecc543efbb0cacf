"""What an import passes over: only what is in the library with all that is said in it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.states import FinishReason
from kochat_gui.storage.archive import ArchiveStore, Inserted
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.live_answers import FinalAnswer
from tests.headless.services.exchange.conversations import talk


@pytest.fixture
def store() -> Iterator[ConversationStore]:
    database = Database(Path("kochat.db"), AccessMode.MEMORY)
    yield ConversationStore(database)
    database.close()


def insert(store: ConversationStore, *conversations: ArchivedConversation) -> Inserted:
    return ArchiveStore(store).insert(conversations, [], CancelToken())


def cut_off(conversation: ArchivedConversation) -> ArchivedConversation:
    """Its last answer was."""
    *others, last = conversation.messages
    return replace(conversation, messages=(*others, replace(last, state=MessageState.STOPPED)))


def test_what_went_on_on_two_computers_is_taken(store: ConversationStore) -> None:
    begun = ("안녕", "네")
    insert(store, talk(*begun, "회사에서 물은 것", "답"))
    other = talk(*begun, "집에서 물은 것", "다른 답")
    assert len(insert(store, other).conversation_ids) == 1
    assert insert(store, other, talk(*begun)).duplicates == 2


def test_conversations_that_begin_alike_are_told_apart(store: ConversationStore) -> None:
    alike = [talk("안녕", f"{number}번째 답") for number in range(3)]
    inserted = insert(store, *alike)
    assert (len(inserted.conversation_ids), inserted.messages) == (3, 6)
    assert insert(store, *alike).duplicates == 3


def test_a_message_that_is_there_once_is_not_there_twice(store: ConversationStore) -> None:
    insert(store, talk("안녕", "네"))
    assert insert(store, talk("안녕", "네", "안녕", "네")).duplicates == 0


def test_a_copy_that_went_on_is_the_same(store: ConversationStore) -> None:
    [found] = insert(store, talk("안녕", "네")).conversation_ids
    store.rename(found, "다른 이름")
    turn = store.add_turn(found, store.get(found).tip_id, "또", ConversationSettings())
    store.finish_answer(FinalAnswer(turn.answer_id, "답", MessageState.DONE))
    store.edit_answer(turn.answer_id, "고친 답")
    assert insert(store, talk("안녕", "네")).duplicates == 1


def test_a_copy_in_the_trash_is_taken_again(store: ConversationStore) -> None:
    store.set_deleted(insert(store, talk("안녕", "네")).conversation_ids, is_deleted=True)
    assert insert(store, talk("안녕", "네")).duplicates == 0


def test_an_answer_that_was_written_on_is_the_same(store: ConversationStore) -> None:
    half = cut_off(talk("안녕", "반쯤"))
    [found] = insert(store, half).conversation_ids
    answer_id = store.path(found)[-1].message_id
    store.reopen_answer(answer_id)
    whole = FinalAnswer(answer_id, "반쯤 쓴 답", MessageState.DONE, FinishReason.STOP)
    store.finish_answer(whole)
    assert insert(store, half).duplicates == 1
    assert insert(store, talk("안녕", "반쯤")).duplicates == 0
    assert insert(store, cut_off(talk("안녕", "다른"))).duplicates == 0


def test_many_that_begin_alike_are_compared_with_few(store: ConversationStore) -> None:
    alike = [talk("안녕", f"{number}번째 답") for number in range(4000)]
    insert(store, *alike)
    begun = time.process_time()
    assert insert(store, *alike).duplicates == 4000
    assert time.process_time() - begun < 3.0  # 0.3 s; each with each takes 20 s
