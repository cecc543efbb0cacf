"""KoChat's own format: what comes in goes out as the same bytes."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationSettings, LaterPart, MadeBy, MessageState
from kochat_gui.core.errors import ExchangeError, ImportRefusedError
from kochat_gui.services.exchange import json_source, limits, reading
from kochat_gui.services.exchange.formats import json_format
from kochat_gui.services.exchange.formats.json_format import write_json
from kochat_gui.services.exchange.reading import read_file
from kochat_gui.storage.archive import ArchiveStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.live_answers import FinalAnswer
from tests.headless.services.exchange.conversations import BEGUN, conversations, talk


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConversationStore]:
    database = Database(tmp_path / "kochat.db")
    yield ConversationStore(database)
    database.close()


def exported(archive: ArchiveStore) -> bytes:
    file = io.BytesIO()
    write_json(file, map(archive.read, archive.ids()), archive.folders)
    return file.getvalue()


def imported(content: bytes, folder: Path, archive: ArchiveStore) -> None:
    path = folder / "kochat.json"
    path.write_bytes(content)
    parsed = read_file(path, lambda _count: None)
    archive.insert(parsed.conversations, parsed.folders, CancelToken())


@settings(max_examples=60, deadline=None)
@given(st.lists(conversations(), max_size=5, unique_by=lambda c: c.created_at))
def test_export_import_export_is_identical(
    tmp_path_factory: pytest.TempPathFactory, whole: list[ArchivedConversation]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    first = Database(folder / "1.db", AccessMode.MEMORY)
    second = Database(folder / "2.db", AccessMode.MEMORY)
    try:
        begin, end = ArchiveStore(ConversationStore(first)), ArchiveStore(ConversationStore(second))
        begin.insert(whole, ["비어 있는 폴더", "업무"], CancelToken())
        once = exported(begin)
        assert len(json.loads(once)["conversations"]) == len(whole)
        imported(once, folder, end)
        assert exported(end) == once
    finally:
        first.close()
        second.close()


def test_a_stored_conversation_is_whole(store: ConversationStore, tmp_path: Path) -> None:
    turn = store.add_turn(None, None, "배고파", ConversationSettings("친절하게"))
    store.finish_answer(FinalAnswer(turn.answer_id, "밥 먹어요.", MessageState.DONE))
    store.edit_answer(turn.answer_id, "국수 먹어요.")
    store.set_excluded(turn.user_id, is_excluded=True)
    store.set_pinned([turn.conversation_id], is_pinned=True)
    store.save_draft(turn.conversation_id, "쓰다 만 글")
    [read] = map(ArchiveStore(store).read, ArchiveStore(store).ids())
    assert [message.text for message in read.messages] == ["배고파", "밥 먹어요.", "국수 먹어요."]
    assert [message.parent for message in read.messages] == [None, 1, 1]
    assert (read.tip, read.draft, read.is_pinned) == (3, "쓰다 만 글", True)
    assert read.messages[0].is_excluded
    assert read.messages[2].made_by is not None
    assert read.messages[2].made_by.is_edited
    assert read.settings.system_prompt == "친절하게"


def test_parts_that_lack_something_or_are_missing_are_left_out(tmp_path: Path) -> None:
    part = LaterPart(3, MadeBy("id", "다른 모델", "q4_0", "llama.cpp", "chatml"))
    whole = talk("물음", "답")
    made_by = MadeBy("", "EEVE", "", "", "", later_parts=(part,))
    answer = replace(whole.messages[1], made_by=made_by)
    written = _written(replace(whole, messages=(whole.messages[0], answer))).decode()
    damaged = written.replace('"later_parts": [{', '"later_parts": [3, {"start": true}, {', 1)
    assert damaged != written
    assert _read(damaged.encode(), tmp_path)[0].messages[1] == answer
    earlier = written.replace('"later_parts"', '"unknown"')
    [read] = _read(earlier.encode(), tmp_path)
    assert read.messages[1].made_by == replace(made_by, later_parts=())


def test_what_is_there_is_skipped(store: ConversationStore) -> None:
    archive = ArchiveStore(store)
    known, other = talk("하나", "둘"), talk("하나", "둘", "셋")
    assert archive.insert([known], [], CancelToken()).duplicates == 0
    again = archive.insert([known, other], [], CancelToken())
    assert (again.duplicates, len(again.conversation_ids), again.messages) == (1, 1, 3)
    store.set_deleted(archive.ids(), is_deleted=True)
    assert archive.insert([known], [], CancelToken()).duplicates == 0


def test_conversations_of_one_moment_are_told_apart(store: ConversationStore) -> None:
    archive = ArchiveStore(store)
    many = [talk(f"물음 {number}") for number in range(300)]
    assert len(archive.insert([*many, *many], [], CancelToken()).conversation_ids) == 300
    again = archive.insert([talk("물음 5"), talk("물음 300"), talk()], [], CancelToken())
    assert (again.duplicates, len(again.conversation_ids)) == (1, 2)
    assert archive.insert([talk()], [], CancelToken()).duplicates == 1


def test_a_conversation_that_was_continued_here_is_there(store: ConversationStore) -> None:
    archive = ArchiveStore(store)
    archive.insert([talk("하나", "둘")], [], CancelToken())
    [conversation_id] = archive.ids()
    store.add_turn(conversation_id, store.get(conversation_id).tip_id, "셋", ConversationSettings())
    assert archive.insert([talk("하나", "둘")], [], CancelToken()).duplicates == 1


def test_imported_ones_stand_among_the_others_by_time(store: ConversationStore) -> None:
    archive = ArchiveStore(store)
    today = store.add_turn(None, None, "오늘", ConversationSettings()).conversation_id
    inserted = archive.insert([talk("옛날", title="옛날")], [], CancelToken())
    assert archive.ids() == [today, *inserted.conversation_ids]
    later = store.add_turn(None, None, "내일", ConversationSettings()).conversation_id
    assert archive.ids()[0] == later
    assert store.get(inserted.conversation_ids[0]).updated_at == BEGUN


def test_an_answer_that_is_being_written_is_interrupted_in_a_file(store: ConversationStore) -> None:
    turn = store.add_turn(None, None, "물음", ConversationSettings())
    store.live.append(turn.answer_id, "반쯤")
    read = ArchiveStore(store).read(turn.conversation_id)
    assert (read.messages[1].text, read.messages[1].state) == ("반쯤", MessageState.INTERRUPTED)


def _limit(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    """Of writing and of reading."""
    for module in (json_format, json_source, reading, limits):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, most)


def _written(*conversations: ArchivedConversation) -> bytes:
    file = io.BytesIO()
    write_json(file, conversations, list)
    return file.getvalue()


def _read(content: bytes, folder: Path) -> list[ArchivedConversation]:
    (folder / "kochat.json").write_bytes(content)
    return read_file(folder / "kochat.json", lambda _count: None).conversations


def test_a_conversation_may_be_larger_than_any_of_its_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limit(monkeypatch, "MAX_PIECE_CHARS", 100_000)
    whole = talk(*("가" * 50_000 for _ in range(20)), system_prompt="친절하게" * 10_000)
    written = _written(whole)
    assert len(written.decode()) > 1_000_000
    assert _read(written, tmp_path) == [whole]


def test_the_longest_message_that_is_written_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _limit(monkeypatch, "MAX_PIECE_CHARS", 200_000)
    [line] = [part for part in _written(talk("")).decode().splitlines() if "user" in part]
    overhead = len(line[line.index('{"id"') :]) - len("]}")
    whole = talk("가" * (200_000 - overhead), title="긴 대화")
    assert _read(_written(whole), tmp_path) == [whole]
    with pytest.raises(ExchangeError, match="긴 대화"):
        _written(talk("가" * (200_001 - overhead), title="긴 대화"))


@pytest.mark.parametrize(
    ("name", "most"), [("MAX_BYTES", 1_000), ("MAX_MESSAGES", 3), ("MAX_CONVERSATIONS", 1)]
)
def test_more_than_a_file_may_have_is_not_written(
    name: str, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = _written(talk("물음", "답", "또"), talk("물음", "답"))
    _limit(monkeypatch, name, most)
    with pytest.raises(ImportRefusedError):
        _read(written, tmp_path)
    with pytest.raises(ExchangeError, match="too many"):
        _written(talk("물음", "답", "또"), talk("물음", "답"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"messages": [', '"mesages": ['),
        ('"messages": [', '"messages": [0, '),
        ('"messages": [{', '"messages": {"a": [{'),
        ('{"title"', '[{"title"'),
    ],
)
def test_what_is_no_conversation_is_refused(before: str, after: str, tmp_path: Path) -> None:
    written = _written(talk("물음", "답")).decode()
    assert written.count(before) == 1
    with pytest.raises(ImportRefusedError, match="damaged"):
        _read(written.replace(before, after).encode(), tmp_path)


def test_what_a_later_version_adds_is_passed_over(tmp_path: Path) -> None:
    written = _written(talk("물음", "답")).decode().replace('{"title"', '{"new": [1], "title"')
    assert _read(written.encode(), tmp_path) == [talk("물음", "답")]
