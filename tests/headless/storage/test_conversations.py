"""The conversation store: trees, texts, search, running answers."""

import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MadeBy,
    MessageId,
    MessageState,
    Role,
)
from kochat_gui.core.errors import DiskFullError, UsageError
from kochat_gui.core.generation import SamplingParams, Usage
from kochat_gui.core.states import FinishReason
from kochat_gui.storage.conversations import TRASH_DAYS, ConversationStore, Turn
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.live_answers import FinalAnswer

PLAIN = ConversationSettings()
USAGE = Usage(10, 4, 20, 0.25, 31.5, 2048, 7)
MADE_BY = MadeBy("ko-tiny-chat", "작은 모델", "q8_0", "llama.cpp", "kullm-v2", "말투 ×0.5")
TEXTS = {
    "nul": "앞\0뒤",
    "bidi": "a\u202eb\u2066c\u2069",
    "emoji": "👨‍👩‍👧‍👦 🇰🇷 1️⃣",
    "decomposed": unicodedata.normalize("NFD", "한글"),
    "line ends": "a\r\nb\rc\n\n",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "zalgo": "Z" + "\u0335" * 500,
    "syllables": "".join(chr(code) for code in range(0xAC00, 0xD7A4)),
    "ten megabytes": "가나다라 " * 750_000,
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    database = Database(tmp_path / "k.db")
    yield ConversationStore(database)
    database.close()


def _turn(store: ConversationStore, text: str, answer: str = "네.") -> Turn:
    turn = store.add_turn(None, None, text, PLAIN)
    store.finish_answer(FinalAnswer(turn.answer_id, answer, MessageState.DONE))
    return turn


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_texts_come_back_as_they_were(store: ConversationStore, text: str) -> None:
    turn = _turn(store, text, text)
    question, answer = store.path(turn.conversation_id)
    assert question.text == text
    assert answer.text == text


def test_lone_surrogates_become_replacement_characters(store: ConversationStore) -> None:
    turn = _turn(store, "a\ud83db", "\ude00")
    question, answer = store.path(turn.conversation_id)
    assert (question.text, answer.text) == ("a\ufffdb", "\ufffd")
    pair = _turn(store, "\ud83d\ude00")
    assert store.message(pair.user_id).text == "😀"


def test_a_turn(store: ConversationStore) -> None:
    turn = store.add_turn(None, None, "배고파\n둘째 줄", PLAIN)
    question, answer = store.path(turn.conversation_id)
    assert (question.role, question.state) == (Role.USER, MessageState.DONE)
    assert (answer.role, answer.state) == (Role.ASSISTANT, MessageState.STREAMING)
    assert answer.parent_id == question.message_id
    conversation = store.get(turn.conversation_id)
    assert conversation.title == "배고파"
    assert conversation.tip_id == turn.answer_id
    assert conversation.last_words == "배고파 둘째 줄"
    final = FinalAnswer(
        turn.answer_id, "뭐 좀\n챙겨드세요.", MessageState.DONE, FinishReason.STOP, USAGE, MADE_BY
    )
    store.finish_answer(final)
    answer = store.message(turn.answer_id)
    assert (answer.text, answer.state) == (final.text, MessageState.DONE)
    assert (answer.finish_reason, answer.usage, answer.made_by) == (
        FinishReason.STOP,
        USAGE,
        MADE_BY,
    )
    assert store.get(turn.conversation_id).last_words == "뭐 좀 챙겨드세요."


def test_versions(store: ConversationStore) -> None:
    first = _turn(store, "하나")
    edited = store.add_turn(first.conversation_id, None, "둘", PLAIN)
    again = store.add_answer(edited.user_id)
    assert store.versions(first.user_id) == [first.user_id, edited.user_id]
    assert store.versions(again.answer_id) == [edited.answer_id, again.answer_id]
    assert [m.message_id for m in store.path(first.conversation_id)] == [
        edited.user_id,
        again.answer_id,
    ]
    store.show_version(first.user_id)
    assert store.get(first.conversation_id).tip_id == first.answer_id
    store.show_version(edited.user_id)
    assert store.get(first.conversation_id).tip_id == again.answer_id
    assert len(store.messages(first.conversation_id)) == 5
    assert store.get(first.conversation_id).title == "하나"


def test_the_trash_is_emptied_after_its_time(store: ConversationStore) -> None:
    old, young, kept = (_turn(store, f"비밀 {number}").conversation_id for number in range(3))
    for conversation_id in (old, young):
        store.set_deleted([conversation_id], is_deleted=True)
    days = {old: TRASH_DAYS + 1, young: TRASH_DAYS - 1}

    def age(connection: sqlite3.Connection) -> None:
        for conversation_id, count in days.items():
            connection.execute(
                "UPDATE conversations SET deleted_at = deleted_at - ? WHERE id = ?",
                (count * 24 * 3600 * 1000, conversation_id),
            )

    store.database.write(age)
    reopened = ConversationStore(store.database)
    with pytest.raises(UsageError):
        reopened.get(old)
    assert reopened.messages(old) == []
    reopened.set_deleted([young], is_deleted=False)
    assert [c.conversation_id for c in reopened.list()] == [kept, young]
    assert [m.text for m in reopened.path(young)] == ["비밀 1", "네."]
    store.database.close()
    content = store.database.path.read_bytes()
    assert "비밀 1".encode() in content
    assert "비밀 0".encode() not in content


def test_list_is_newest_first_without_deleted(store: ConversationStore) -> None:
    ids = [_turn(store, f"대화 {number}").conversation_id for number in range(4)]
    store.set_deleted([ids[1]], is_deleted=True)
    store.save_draft(ids[2], "초안")
    store.add_answer(store.path(ids[0])[0].message_id)
    assert [c.conversation_id for c in store.list()] == [ids[0], ids[3], ids[2]]
    store.set_deleted([ids[1]], is_deleted=False)
    assert [c.conversation_id for c in store.list()] == [ids[0], ids[3], ids[2], ids[1]]
    assert [c.conversation_id for c in store.list(limit=2)] == [ids[0], ids[3]]


def test_a_renamed_conversation_keeps_its_place(store: ConversationStore) -> None:
    ids = [_turn(store, f"대화 {number}").conversation_id for number in range(2)]
    before = store.get(ids[0])
    store.rename(ids[0], "새 이름")
    assert store.get(ids[0]) == replace(before, title="새 이름")
    assert [c.conversation_id for c in store.list()] == [ids[1], ids[0]]


def test_newest_fifty_use_an_index(store: ConversationStore) -> None:
    plan = store.database.read(
        lambda c: c.execute(
            "EXPLAIN QUERY PLAN SELECT c.id FROM conversations c "
            "WHERE c.deleted_at IS NULL ORDER BY c.activity DESC LIMIT 50"
        ).fetchall()
    )
    assert any("conversations_by_activity" in str(row[3]) for row in plan)


def test_opening_goes_through_no_table(store: ConversationStore) -> None:
    """Else a start would take longer with each message that there ever was."""
    turn = _turn(store, "안녕")

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
            "INSERT INTO messages (conversation_id, role, state, created_at, preview, text) "
            "SELECT ?, 'user', 'done', 0, '', '' FROM n",
            (turn.conversation_id,),
        )

    store.database.write(fill)
    thousands_of_steps: list[int] = []
    store.database.write(
        lambda c: c.set_progress_handler(lambda: thousands_of_steps.append(1), 1000)
    )
    store.tidy()
    store.database.write(lambda c: c.set_progress_handler(None, 0))
    assert thousands_of_steps == []


def test_settings_and_draft(store: ConversationStore) -> None:
    sampling = SamplingParams(temperature=0, stop=("끝",), logit_bias=((3, -1.5),), seed=5)
    settings = ConversationSettings("존댓말로 \ud800답해요", sampling, "kullm-v2")
    made = store.create(settings)
    assert made.settings == ConversationSettings("존댓말로 \ufffd답해요", sampling, "kullm-v2")
    store.set_settings(made.conversation_id, PLAIN)
    store.save_draft(made.conversation_id, "쓰다 만 글")
    read = store.get(made.conversation_id)
    assert (read.settings, read.draft) == (PLAIN, "쓰다 만 글")
    store.add_turn(made.conversation_id, None, "쓰다 만 글", PLAIN)
    assert store.get(made.conversation_id).draft == ""


def test_unknown_ids(store: ConversationStore) -> None:
    with pytest.raises(UsageError):
        store.get(ConversationId(9))
    with pytest.raises(UsageError):
        store.message(MessageId(9))


def test_a_running_answer_is_read_as_memory_knows_it(store: ConversationStore) -> None:
    turn = store.add_turn(None, None, "안녕", PLAIN)
    assert store.live.append(turn.answer_id, "안녕") == (0, 2)
    assert store.live.append(turn.answer_id, "하세요") == (2, 5)
    assert store.message(turn.answer_id).text == "안녕하세요"
    store.append_chunks(store.live.unsaved())
    assert store.live.unsaved() == {}
    store.live.append(turn.answer_id, ".")
    assert store.message(turn.answer_id).text == "안녕하세요."
    store.finish_answer(
        FinalAnswer(turn.answer_id, store.live.text(turn.answer_id), MessageState.DONE)
    )
    assert store.message(turn.answer_id).text == "안녕하세요."
    assert store.live.append(turn.answer_id, "늦은 글") == (0, 0)


def test_interrupted_answers_keep_their_checkpoints(tmp_path: Path) -> None:
    first = Database(tmp_path / "k.db")
    store = ConversationStore(first)
    turn = store.add_turn(None, None, "안녕", PLAIN)
    for number in range(12):
        store.live.append(turn.answer_id, f"{number}-", MADE_BY)
        assert store.message(turn.answer_id).made_by == MADE_BY
        store.append_chunks(store.live.unsaved())
    store.live.append(turn.answer_id, "not on the disk", MADE_BY)
    first.close()
    looking = Database(tmp_path / "k.db", AccessMode.READ_ONLY)
    seen = ConversationStore(looking).message(turn.answer_id)
    looking.close()
    second = Database(tmp_path / "k.db")
    answer = ConversationStore(second).message(turn.answer_id)
    chunks = second.read(lambda c: c.execute("SELECT * FROM message_chunks").fetchall())
    second.close()
    assert answer == seen
    assert answer.text == "0-1-2-3-4-5-6-7-8-9-10-11-"
    assert answer.made_by == MADE_BY
    assert answer.state is MessageState.INTERRUPTED
    assert answer.can_continue
    assert chunks == []


def test_what_makes_an_answer_is_stored_with_its_first_text_alone(
    store: ConversationStore,
) -> None:
    one, other = (store.add_turn(None, None, text, PLAIN) for text in ("하나", "둘"))
    changed: list[int] = []
    for text in ("가", "나"):
        store.live.append(one.answer_id, text, MADE_BY)
        chunks = store.live.unsaved()
        store.live.append(other.answer_id, text, MADE_BY)
        before = store.database.write(lambda c: c.total_changes)
        store.append_chunks(chunks)
        changed.append(store.database.write(lambda c: c.total_changes) - before)
    # Texts of one and then of both, each of them once with what makes it; and that it changed.
    assert changed == [1 + 1 + 1, 2 + 1 + 1]


def test_a_full_disk_at_the_start_hides_nothing(tmp_path: Path) -> None:
    first = Database(tmp_path / "k.db")
    store = ConversationStore(first)
    turn = store.add_turn(None, None, "안녕", PLAIN)
    store.append_chunks({turn.answer_id: "가나다 " * 20_000})
    first.close()
    full = Database(tmp_path / "k.db")

    def fill(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    full.write(fill)
    answer = ConversationStore(full).message(turn.answer_id)
    full.close()
    assert (answer.text, answer.state) == ("가나다 " * 20_000, MessageState.INTERRUPTED)
    assert answer.can_continue


def test_a_continued_answer_keeps_what_it_had(tmp_path: Path) -> None:
    first = Database(tmp_path / "k.db")
    store = ConversationStore(first)
    turn = store.add_turn(None, None, "안녕", PLAIN)
    store.finish_answer(
        FinalAnswer(turn.answer_id, "앞부분", MessageState.STOPPED, made_by=MADE_BY)
    )
    store.reopen_answer(turn.answer_id)
    store.live.append(turn.answer_id, " 뒷부분")
    store.append_chunks(store.live.unsaved())
    first.close()
    second = Database(tmp_path / "k.db")
    answer = ConversationStore(second).message(turn.answer_id)
    second.close()
    assert (answer.text, answer.made_by) == ("앞부분 뒷부분", MADE_BY)


def _limit(database: Database, most: int) -> None:
    database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {most}"))


def _refused_end(store: ConversationStore) -> FinalAnswer:
    """How an answer ended that the disk did not take; there is room again."""
    turn = store.add_turn(None, None, "안녕", PLAIN)
    final = FinalAnswer(turn.answer_id, "앞부분" * 10_000, MessageState.STOPPED, made_by=MADE_BY)
    _limit(store.database, 1)
    with pytest.raises(DiskFullError):
        store.finish_answer(final)
    _limit(store.database, 1 << 30)
    return final


def test_an_answer_continued_after_a_full_disk_keeps_what_it_had(tmp_path: Path) -> None:
    first = Database(tmp_path / "k.db")
    store = ConversationStore(first)
    final = _refused_end(store)
    store.reopen_answer(final.message_id)
    store.live.append(final.message_id, " 뒷부분")
    store.append_chunks(store.live.unsaved())
    first.close()
    second = Database(tmp_path / "k.db")
    answer = ConversationStore(second).message(final.message_id)
    second.close()
    assert (answer.text, answer.made_by) == (final.text + " 뒷부분", MADE_BY)


def test_a_refused_end_that_is_tried_again_does_not_end_what_is_written_on(
    store: ConversationStore,
) -> None:
    final = _refused_end(store)
    store.reopen_answer(final.message_id)
    store.finish_again(final)
    store.live.append(final.message_id, " 뒷부분")
    assert store.live.text(final.message_id) == final.text + " 뒷부분"
    assert store.message(final.message_id).state is MessageState.STREAMING


def test_damaged_fields_become_defaults(store: ConversationStore) -> None:
    turn = _turn(store, "안녕")
    store.database.write(
        lambda c: c.execute(
            "UPDATE messages SET state = 'dane', finish_reason = '?', usage = '{', "
            "made_by = '[]', created_at = 99999999999999999, text = CAST(x'61ff62' AS TEXT) "
            "WHERE id = ?",
            (turn.answer_id,),
        )
    )
    store.database.write(
        lambda c: c.execute(
            "UPDATE conversations SET settings = "
            '\'{"system_prompt": 3, "sampling": {"temperature": 9, "top_k": "x", "new": 1}}\''
        )
    )
    answer = store.message(turn.answer_id)
    assert answer.text == "a\ufffdb"
    assert answer.state is MessageState.INTERRUPTED
    assert (answer.finish_reason, answer.usage, answer.made_by) == (None, None, None)
    assert store.get(turn.conversation_id).settings == ConversationSettings(
        "", SamplingParams(), None
    )


def test_the_text_of_an_answer_deleted_for_good_keeps_no_other_from_the_disk(
    store: ConversationStore,
) -> None:
    deleted, kept = (store.add_turn(None, None, text, PLAIN) for text in ("하나", "둘"))
    store.set_deleted([deleted.conversation_id], is_deleted=True)
    store.delete_for_good([deleted.conversation_id])
    for text in ("가", "나"):
        store.append_chunks({deleted.answer_id: "다", kept.answer_id: text})
    rows = store.database.read(
        lambda c: c.execute("SELECT message_id, seq, text FROM message_chunks").fetchall()
    )
    assert rows == [(kept.answer_id, 0, "가"), (kept.answer_id, 1, "나")]
