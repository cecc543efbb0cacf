"""Versions, branches, forks and messages that a person writes: nothing is overwritten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.core.conversation import (
    FIRST_INCOGNITO_ID,
    ConversationSettings,
    KeptEdit,
    MadeBy,
    MessageState,
    Role,
)
from kochat_gui.core.errors import UsageError
from kochat_gui.core.generation import SamplingParams
from kochat_gui.storage.conversations import ConversationStore, Turn
from kochat_gui.storage.database import Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.unbegun import UnbegunStore

PLAIN = ConversationSettings()
MADE_BY = MadeBy(
    "id", "모델", "q8_0", "llama.cpp", "kullm-v2", "말투 ×0.5", "ab12",
    SamplingParams(temperature=0.3, seed=7, stop=("끝",), logit_bias=((3, -1.5),)), "다정하게",
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    database = Database(tmp_path / "k.db")
    store = ConversationStore(database)
    yield store
    store.close()
    database.close()


def _turn(store: ConversationStore, text: str, answer: str, after: Turn | None = None) -> Turn:
    cid = after.conversation_id if after else None
    turn = store.add_turn(cid, after.answer_id if after else None, text, PLAIN)
    store.finish_answer(FinalAnswer(turn.answer_id, answer, MessageState.DONE, made_by=MADE_BY))
    return turn


def test_what_made_an_answer_comes_back_whole(store: ConversationStore) -> None:
    assert store.message(_turn(store, "하나", "둘").answer_id).made_by == MADE_BY


def test_an_edited_answer_is_a_version_that_says_so(store: ConversationStore) -> None:
    turn = _turn(store, "하나", "둘")
    edited = store.edit_answer(turn.answer_id, "둘 반")
    assert [m.text for m in store.path(turn.conversation_id)] == ["하나", "둘 반"]
    assert store.message(turn.answer_id).text == "둘"
    assert store.versions(edited) == [turn.answer_id, edited]
    made_by = store.message(edited).made_by
    assert made_by is not None
    assert (made_by.is_edited, made_by.model_name) == (True, "모델")


def test_a_message_of_any_role_is_added_without_an_answer(store: ConversationStore) -> None:
    turn = _turn(store, "하나", "둘")
    for role in Role:
        tip = store.get(turn.conversation_id).tip_id
        store.add_message(turn.conversation_id, tip, role, f"{role.value}의 말")
    path = store.path(turn.conversation_id)
    assert [m.role for m in path[2:]] == list(Role)
    assert all(m.state is MessageState.DONE for m in path)


def test_a_fork_has_the_path_and_leaves_the_original(store: ConversationStore) -> None:
    first = _turn(store, "하나", "둘")
    _turn(store, "셋", "넷", first)
    again = store.add_answer(first.user_id)
    store.finish_answer(FinalAnswer(again.answer_id, "다른 둘", MessageState.DONE))
    store.set_excluded(first.answer_id, is_excluded=True)
    before = store.messages(first.conversation_id)
    made = store.fork(first.answer_id)
    copied = store.path(made.conversation_id)
    assert [(m.text, m.made_by, m.is_excluded) for m in copied] == [
        ("하나", None, False),
        ("둘", MADE_BY, True),
    ]
    assert len(store.messages(made.conversation_id)) == 2
    assert made.title == "하나"
    assert store.messages(first.conversation_id) == before


def test_a_duplicate_has_the_whole_tree(store: ConversationStore) -> None:
    first = _turn(store, "하나", "둘")
    second = _turn(store, "셋", "넷", first)
    again = store.add_answer(first.user_id)
    store.finish_answer(FinalAnswer(again.answer_id, "다른 둘", MessageState.DONE))
    store.show_version(second.answer_id)
    made = store.duplicate(first.conversation_id)
    assert [m.text for m in store.messages(made.conversation_id)] == [
        m.text for m in store.messages(first.conversation_id)
    ]
    assert [m.text for m in store.path(made.conversation_id)] == ["하나", "둘", "셋", "넷"]


def test_a_conversation_that_is_being_answered_is_not_copied(store: ConversationStore) -> None:
    turn = store.add_turn(None, None, "하나", PLAIN)
    with pytest.raises(UsageError):
        store.duplicate(turn.conversation_id)
    assert len(store.list()) == 1


def test_the_shown_path_may_end_anywhere(store: ConversationStore) -> None:
    first = _turn(store, "하나", "둘")
    second = _turn(store, "셋", "넷", first)
    store.show_up_to(first.answer_id)
    assert [m.text for m in store.path(first.conversation_id)] == ["하나", "둘"]
    store.show_version(second.user_id)
    assert len(store.path(first.conversation_id)) == 4


def test_there_and_back_between_versions_leads_to_the_end_that_was_left(
    store: ConversationStore, tmp_path: Path
) -> None:
    first = _turn(store, "하나", "둘")
    trunk = _turn(store, "줄기", "줄기 끝", _turn(store, "셋", "넷", first))
    cid, before = first.conversation_id, store.path(first.conversation_id)
    other = _turn(store, "다른 셋", "다른 넷", first)
    # The newest message below "셋" is in a branch that leaves the trunk further down.
    store.show_version(trunk.user_id)
    _turn(store, "곁가지", "곁가지 끝", Turn(cid, first.user_id, store.path(cid)[3].message_id))
    store.show_version(trunk.user_id)
    assert store.path(cid) == before
    store.show_version(other.user_id)
    assert store.path(cid)[-1].text == "다른 넷"
    store.show_version(before[2].message_id)
    assert store.path(cid) == before
    store.show_version(other.user_id)
    store.database.close()
    again = ConversationStore(Database(tmp_path / "k.db"))
    again.show_version(before[2].message_id)
    assert again.path(cid) == before
    again.close()
    again.database.close()


def test_an_end_in_the_middle_is_gone_back_to_and_can_be_followed_further(
    store: ConversationStore,
) -> None:
    first = _turn(store, "하나", "둘")
    second = _turn(store, "셋", "넷", first)
    other = store.add_turn(first.conversation_id, None, "다른 하나", PLAIN)
    store.show_version(first.user_id)
    store.show_up_to(first.answer_id)
    store.show_version(other.user_id)
    store.show_version(first.user_id)
    assert store.get(first.conversation_id).tip_id == first.answer_id
    store.show_version(first.answer_id)
    assert store.get(first.conversation_id).tip_id == second.answer_id
    store.show_version(first.user_id)
    assert store.get(first.conversation_id).tip_id == second.answer_id


def test_a_talk_without_branches_notes_no_ends(store: ConversationStore) -> None:
    turn = _turn(store, "하나", "둘")
    _turn(store, "셋", "넷", turn)
    store.add_message(turn.conversation_id, store.get(turn.conversation_id).tip_id, Role.USER, "음")
    assert _left_ends(store) == 0
    store.show_up_to(turn.answer_id)
    assert _left_ends(store) == 1
    store.set_deleted([turn.conversation_id], is_deleted=True)
    store.delete_for_good([turn.conversation_id])
    assert _left_ends(store) == 0


def _left_ends(store: ConversationStore) -> int:
    sql = "SELECT count(*) FROM left_ends"
    return int(store.database.read(lambda c: c.execute(sql).fetchone())[0])


def test_an_incognito_conversation_is_on_no_disk(store: ConversationStore, tmp_path: Path) -> None:
    kept = _turn(store, "보통 대화", "네")
    secret = store.create(PLAIN, is_incognito=True)
    assert secret.conversation_id > FIRST_INCOGNITO_ID
    assert secret.is_incognito
    turn = store.add_turn(secret.conversation_id, None, "아무도모르는글", PLAIN)
    store.live.append(turn.answer_id, "남지않는답")
    store.append_chunks(store.live.unsaved())
    store.finish_answer(FinalAnswer(turn.answer_id, "남지않는답변", MessageState.DONE))
    store.save_draft(secret.conversation_id, "쓰다만비밀")
    fork = store.fork(turn.answer_id)
    assert fork.is_incognito
    assert [m.text for m in store.path(secret.conversation_id)] == [
        "아무도모르는글",
        "남지않는답변",
    ]
    assert [c.conversation_id for c in store.list()] == [kept.conversation_id]
    store.database.write(lambda c: c.execute("INSERT INTO meta VALUES ('flush', '1')"))
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "보통 대화".encode() in stored
    for word in ("아무도모르는글", "남지않는답", "쓰다만비밀"):
        assert word.encode() not in stored


def test_a_new_draft_is_kept_until_it_is_sent(store: ConversationStore) -> None:
    assert UnbegunStore(store.database).draft() == ""
    UnbegunStore(store.database).save_draft("쓰다 만 글")
    _turn(store, "다른 대화", "네")
    assert UnbegunStore(store.database).draft() == ""
    UnbegunStore(store.database).save_draft("다시")
    assert UnbegunStore(store.database).draft() == "다시"


def test_settings_of_no_conversation_are_kept_until_one_is_begun(store: ConversationStore) -> None:
    plain, own = ConversationSettings(), ConversationSettings(system_prompt="짧게\ud800 답해요")
    assert UnbegunStore(store.database).settings() == plain
    UnbegunStore(store.database).save_draft("쓰다 만 글")
    UnbegunStore(store.database).save_settings(own)
    UnbegunStore(store.database).save_draft("쓰다 만 글이에요")
    assert UnbegunStore(store.database).settings().system_prompt == "짧게\ufffd 답해요"
    turn = _turn(store, "질문", "답")
    assert UnbegunStore(store.database).settings() == plain
    UnbegunStore(store.database).save_settings(ConversationSettings(template="chatml"))
    store.add_message(turn.conversation_id, turn.answer_id, Role.USER, "또")
    assert UnbegunStore(store.database).settings().template == "chatml"
    store.begin_with(Role.USER, "하나", own)
    assert UnbegunStore(store.database).settings() == plain


def test_edits_of_a_conversation_are_kept_until_they_are_replaced(
    store: ConversationStore,
) -> None:
    turn, other = _turn(store, "질문", "답"), _turn(store, "다른 질문", "답")
    store.save_edits(
        turn.conversation_id, {turn.user_id: KeptEdit("고치던\ud800 글", is_open=True)}
    )
    mixed = {
        other.answer_id: KeptEdit("답을 고침", is_open=False),
        turn.user_id: KeptEdit("남의 것", is_open=True),
    }
    store.save_edits(other.conversation_id, mixed)
    assert store.edits(turn.conversation_id) == {
        turn.user_id: KeptEdit("고치던\ufffd 글", is_open=True)
    }
    assert store.edits(other.conversation_id) == {
        other.answer_id: KeptEdit("답을 고침", is_open=False)
    }
    store.save_edits(turn.conversation_id, {})
    assert store.edits(turn.conversation_id) == {}
    store.set_deleted([other.conversation_id], is_deleted=True)
    store.delete_for_good([other.conversation_id])
    assert store.database.read(lambda c: c.execute("SELECT * FROM message_edits").fetchall()) == []


def test_edits_in_an_incognito_conversation_are_in_memory_only(store: ConversationStore) -> None:
    made = store.create(PLAIN, is_incognito=True)
    turn = store.add_turn(made.conversation_id, None, "비밀", PLAIN)
    edits = {turn.user_id: KeptEdit("더 비밀", is_open=True)}
    store.save_edits(made.conversation_id, edits)
    assert store.edits(made.conversation_id) == edits
    assert store.database.read(lambda c: c.execute("SELECT * FROM message_edits").fetchall()) == []
