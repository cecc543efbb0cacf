"""The index beside the conversations: never trusted, never missed, made anew by itself."""

import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationFilter, MadeBy, MessageState, Role
from kochat_gui.core.errors import Cancelled
from kochat_gui.core.folding import folded
from kochat_gui.core.search import SearchFilters, SearchQuery
from kochat_gui.services.search import HistorySearch
from kochat_gui.services.search_indexer import SearchIndexer
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.folders import FolderStore
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.restore import restore
from kochat_gui.storage.salvage import salvage
from kochat_gui.storage.search_index import TABLES, store_state
from kochat_gui.storage.search_tokens import tokens
from tests.headless.services.search_setup import PLAIN, Shelf, wait_until

COUNT = 60


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.close()


@pytest.fixture
def full(shelf: Shelf) -> Shelf:
    """With an index of ``COUNT`` conversations, closed."""
    for number in range(COUNT):
        shelf.say(f"한국 이야기 {number}", f"대답 {number}")
    shelf.index()
    shelf.reopen_search()
    return shelf


def _is_complete(shelf: Shelf) -> bool:
    return shelf.texts("한국") == [f"한국 이야기 {n}" for n in reversed(range(COUNT))]


def test_only_the_window_makes_an_index(shelf: Shelf) -> None:
    shelf.say("한국")
    assert shelf.texts("한국") == ["한국"]
    assert not shelf.index_path.exists()
    shelf.index()
    assert shelf.index_path.exists()


def test_the_index_holds_no_text(full: Shelf) -> None:
    content = full.index_path.read_bytes()
    assert "이야기".encode() not in content
    assert full.database.path.read_bytes().count("이야기".encode()) >= COUNT


def test_hits_come_from_the_index(full: Shelf) -> None:
    full.index()
    index = full.search.indexer.index if full.search.indexer else None
    assert index is not None
    index.begin_anew(full.database.read(store_state))
    with closing(sqlite3.connect(full.index_path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key LIKE '%_below'")
    assert full.texts("이야기") == []


def test_additions_do_not_stay_apart(shelf: Shelf) -> None:
    """Each part of the index is looked through for each token."""
    indexer = SearchIndexer(shelf.database, shelf.index_path)
    indexer.open()
    most = 0
    for number in range(40):
        shelf.say(f"한국 이야기 {number}")
        while indexer.step():
            most = max(most, _parts(shelf.index_path))
    assert 1 < most <= 12
    assert _parts(shelf.index_path) <= 8
    indexer.close()
    assert len(shelf.texts("한국")) == 40


def _parts(index_path: Path) -> int:
    """Of more than one page."""
    with closing(sqlite3.connect(index_path)) as connection:
        sql = "SELECT count(DISTINCT segid) FROM entries_idx"
        return int(connection.execute(sql).fetchone()[0])


def test_others_have_python_for_half_of_the_time(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _Clock()
    monkeypatch.setattr("kochat_gui.services.search_indexer.time", clock)
    shelf.say("비가 조용히 내리고 있었어요. " * 20_000)
    indexer = SearchIndexer(shelf.database, shelf.index_path)
    indexer.open()
    while indexer.step():
        clock.now += 3600  # the computer slept
    indexer.close()
    assert len(clock.pauses) > 20
    assert sum(clock.pauses) > 0.4 * clock.worked
    assert max(clock.pauses) <= 0.05  # seconds


class _Clock:
    """A tenth of a millisecond passes whenever it is looked at."""

    def __init__(self) -> None:
        self.now = self.worked = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        self.now += 0.0001
        self.worked += 0.0001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


def test_many_parts_become_one(full: Shelf) -> None:
    with closing(sqlite3.connect(full.index_path, isolation_level=None)) as connection:
        # As many as the bulk of a large index leaves: no merging by itself until then.
        connection.execute("INSERT INTO entries (entries, rank) VALUES ('automerge', 0)")
        connection.execute("INSERT INTO entries (entries, rank) VALUES ('crisismerge', 64)")
        long = tokens("".join(chr(0xAC00 + 7 * number) for number in range(1500)))
        for number in range(14):
            sql = "INSERT INTO entries (rowid, tokens) VALUES (?, ?)"
            connection.execute(sql, (1000 + number, long))
    assert _parts(full.index_path) > 8
    full.index()
    wait_until(lambda: _parts(full.index_path) == 1)
    assert _is_complete(full)


def test_what_is_new_or_changed_is_found_at_once_and_indexed_later(full: Shelf) -> None:
    full.index()
    turn = full.say("새로 온 말", "끊긴 답")
    assert full.texts("새로") == ["새로 온 말"]
    full.store.reopen_answer(turn.answer_id)
    full.store.finish_answer(FinalAnswer(turn.answer_id, "끊긴 답의 나머지", MessageState.DONE))
    full.store.rename(turn.conversation_id, "바뀐 제목")
    for _ in range(2):
        assert full.texts("나머지") == ["끊긴 답의 나머지"]
        [hit] = full.search.find("바뀐")
        assert (hit.title, hit.message_id, hit.spans) == ("바뀐 제목", None, ((0, 2),))
        full.reopen_search()
        full.index()


def test_a_change_between_reading_and_unqueueing_stays_queued(full: Shelf) -> None:
    turn = full.say("질문", "먼저")
    [(message_id, revision)] = full.database.read(
        lambda c: c.execute(
            "SELECT * FROM unindexed WHERE message_id = ?", (turn.answer_id,)
        ).fetchall()
    )
    full.store.reopen_answer(turn.answer_id)
    full.store.finish_answer(FinalAnswer(turn.answer_id, "나중", MessageState.DONE))
    full.database.write(
        lambda c: c.execute(
            "DELETE FROM unindexed WHERE message_id = ? AND revision = ?", (message_id, revision)
        )
    )
    full.index()
    assert full.texts("나중") == ["나중"]


def test_taking_up_the_same_again_changes_nothing(full: Shelf) -> None:
    """As after a sudden end between the index and the queue."""
    for _ in range(3):
        full.database.write(
            lambda c: c.execute(
                "INSERT INTO unindexed (message_id, revision) SELECT id, 0 FROM messages"
            )
        )
        full.index()
        assert _is_complete(full)
        full.reopen_search()
        assert _is_complete(full)


def test_the_trash_and_its_end(full: Shelf) -> None:
    [hit] = full.search.find('"이야기 7"', SearchFilters(role=Role.USER))
    full.store.set_deleted([hit.conversation_id], is_deleted=True)
    full.index()
    assert full.texts('"이야기 7"') == []
    full.store.set_deleted([hit.conversation_id], is_deleted=False)
    assert full.texts('"이야기 7"') == ["한국 이야기 7"]


def _entries(shelf: Shelf, word: str) -> int:
    asked = f'"{tokens(word).split()[0]}"'
    with closing(sqlite3.connect(shelf.index_path)) as connection:
        return sum(
            len(connection.execute(f"SELECT rowid FROM {table}(?)", (asked,)).fetchall())
            for table in TABLES
        )


def test_the_tokens_of_what_is_deleted_for_good_go_too(full: Shelf) -> None:
    turn = full.say("뷁궯")
    full.index()
    assert _entries(full, "뷁궯") == 2
    full.reopen_search()
    full.store.set_deleted([turn.conversation_id], is_deleted=True)
    full.store.delete_for_good([turn.conversation_id])
    full.search.start()
    wait_until(lambda: (state := full.state()) is not None and state.deleted == 3)
    wait_until(full.is_indexed)
    assert _entries(full, "뷁궯") == 0
    assert _is_complete(full)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _scribble(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    chance = random.Random(1)
    for place in range(4096, len(raw), 64):
        raw[place] = chance.randrange(256)
    path.write_bytes(raw)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_file(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def _other_format(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'format'")


def _other_store(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'x' WHERE key = 'store_id'")
        connection.execute("INSERT INTO entries (entries) VALUES ('delete-all')")


def _of_later(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = 1000000 WHERE key = 'newest'")
        connection.execute("INSERT INTO entries (entries) VALUES ('delete-all')")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA user_version = 9")
        connection.execute("UPDATE meta SET value = '9' WHERE key = 'schema_version'")


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        _cut,
        _scribble,
        _empty,
        _other_file,
        _other_format,
        _other_store,
        _of_later,
        _newer,
    ],
)
def test_a_spoilt_index_is_made_anew_without_a_word(full: Shelf, spoil: object) -> None:
    full.search.close()
    assert callable(spoil)
    spoil(full.index_path)
    full.search = HistorySearch(full.database, full.index_path)
    assert _is_complete(full)  # from the command line
    full.reopen_search()
    full.search.start()
    assert _is_complete(full)
    wait_until(full.is_indexed)
    assert _is_complete(full)
    state = full.state()
    assert state is not None
    assert state.entries >= 3 * COUNT


def test_an_index_that_breaks_while_it_is_open_is_made_anew(full: Shelf) -> None:
    full.index()
    with closing(sqlite3.connect(full.index_path)) as connection, connection:
        connection.execute("UPDATE entries_data SET block = x'00112233' WHERE id > 10")
    assert _is_complete(full)
    wait_until(lambda: full.is_indexed() and full.state() is not None and _reads(full))
    assert _is_complete(full)


def _reads(shelf: Shelf) -> bool:
    with closing(sqlite3.connect(shelf.index_path)) as connection:
        try:
            connection.execute("SELECT count(*) FROM entries('\"0\"*')").fetchone()
        except sqlite3.DatabaseError:
            return False
    return True


def test_another_store_in_the_same_place_is_no_surprise(full: Shelf, tmp_path: Path) -> None:
    full.database.back_up(tmp_path / "backups")
    full.say("백업 뒤의 말")
    full.index()
    full.close()
    [backup] = (tmp_path / "backups").glob("*.db")
    restore(full.database.path, backup, tmp_path / "backups")
    back = Shelf(tmp_path)
    try:
        back.say("되돌린 뒤의 말")
        assert _is_complete(back)
        back.index()
        assert _is_complete(back)
        assert back.texts("뒤의") == ["되돌린 뒤의 말"]
    finally:
        back.close()


def test_after_a_salvage(full: Shelf, tmp_path: Path) -> None:
    full.index()
    full.close()
    salvage(full.database.path)
    saved = Shelf(tmp_path)
    try:
        assert _is_complete(saved)
        saved.index()
        assert _is_complete(saved)
    finally:
        saved.close()


def test_reading_beside_the_window(full: Shelf) -> None:
    full.index()
    full.say("창에서 방금")
    database = Database(full.database.path, AccessMode.READ_ONLY)
    search = HistorySearch(database, full.index_path)
    try:
        assert len(search.find("방금")) == 2
        assert len(search.find("한국", limit=1000)) == 2 * COUNT
    finally:
        search.close()
        database.close()


def test_in_memory_and_for_reading_no_index_is_made(tmp_path: Path, full: Shelf) -> None:
    full.search.close()
    full.index_path.unlink()
    for mode in (AccessMode.MEMORY, AccessMode.READ_ONLY):
        database = Database(full.database.path, mode)
        search = HistorySearch(database, full.index_path)
        search.start()
        assert len(search.find("한국", limit=1000)) == (0 if mode is AccessMode.MEMORY else 120)
        search.close()
        database.close()
    assert not full.index_path.exists()


def test_filters(shelf: Shelf) -> None:
    folders = FolderStore(shelf.database)
    here = shelf.say("날씨 질문", "날씨 대답")
    shelf.say("날씨 다른 질문", "날씨 다른 대답")
    made_by = MadeBy("id", "작은 모델", "q8_0", "llama.cpp", "chatml")
    shelf.store.finish_answer(
        FinalAnswer(here.answer_id, "날씨 대답", MessageState.DONE, made_by=made_by)
    )
    folder = folders.create("여행")
    folders.move([here.conversation_id], folder)
    folders.add_tag([here.conversation_id], "급함")
    shelf.database.write(
        lambda c: c.execute("UPDATE messages SET made_by = '{' WHERE made_by IS NULL")
    )
    today, day = datetime.now().astimezone().date(), timedelta(days=1)
    cases = [
        (SearchFilters(model_name="작은 모델"), ["날씨 대답"]),
        (SearchFilters(model_name="큰 모델"), []),
        (SearchFilters(folder_id=folder), ["날씨 대답", "날씨 질문"]),
        (SearchFilters(folder_id=folder + 1), []),
        (SearchFilters(tag="급함"), ["날씨 대답", "날씨 질문"]),
        (SearchFilters(tag="급"), []),
        (SearchFilters(tag="급함", role=Role.USER), ["날씨 질문"]),
        (SearchFilters(role=Role.ASSISTANT), ["날씨 다른 대답", "날씨 대답"]),
        (SearchFilters(since=today, until=today, tag="급함"), ["날씨 대답", "날씨 질문"]),
        (SearchFilters(since=today + day), []),
        (SearchFilters(until=today - day), []),
        (SearchFilters(since=date.min, until=date.max, role=Role.SYSTEM), []),
    ]
    for _ in range(2):
        for filters, expected in cases:
            assert shelf.texts("날씨", filters) == expected, filters
        shelf.index()
    assert [hit.message_id for hit in shelf.search.find("날씨", SearchFilters(tag="급함"))].count(
        None
    ) == 1
    assert None not in [
        hit.message_id for hit in shelf.search.find("날씨", SearchFilters(role=Role.USER))
    ]
    assert shelf.store.list(wanted=ConversationFilter(tag="급함"))


def test_the_newest_come_first_and_no_more_than_wanted(full: Shelf) -> None:
    full.index()
    for number in range(COUNT, COUNT + 5):
        full.say(f"한국 이야기 {number}")
    for query in ("한국", "한", "ㅎㄱ", "이야기 한국"):
        hits = full.search.find(query, SearchFilters(role=Role.USER), limit=7)
        assert [hit.snippet for hit in hits] == [
            f"한국 이야기 {number}" for number in range(COUNT + 4, COUNT - 3, -1)
        ]


def test_as_typed_comes_before_as_meant(full: Shelf) -> None:
    full.say("ㅎㄱ라고 쓴 글")
    full.say("한국 마지막")
    full.index()
    assert full.texts("ㅎㄱ")[:2] == ["ㅎㄱ라고 쓴 글", "한국 마지막"]


def test_versions_on_other_branches_are_found(shelf: Shelf) -> None:
    turn = shelf.say("질문", "옛 답변")
    again = shelf.store.add_answer(turn.user_id)
    shelf.store.finish_answer(FinalAnswer(again.answer_id, "새 답변", MessageState.DONE))
    [hit] = shelf.search.find("옛")
    assert hit.message_id == turn.answer_id
    shelf.store.show_version(turn.answer_id)
    assert shelf.store.path(turn.conversation_id)[-1].text == "옛 답변"


def test_a_search_can_be_cancelled(full: Shelf) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        full.search.find("한국", cancel=token)
    assert _is_complete(full)


def test_a_cancelled_search_disturbs_no_other_one(full: Shelf) -> None:
    full.index()
    failures: list[BaseException] = []

    def search_on() -> None:
        try:
            for _ in range(30):
                assert len(full.search.find("한국", limit=1000)) == 2 * COUNT
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    thread = threading.Thread(target=search_on)
    thread.start()
    while thread.is_alive():
        token = CancelToken()
        timer = threading.Timer(0.001, token.cancel)
        timer.start()
        with suppress(Cancelled):
            full.search.find("ㅎㄱ", cancel=token)
        timer.join()
    thread.join()
    assert failures == []


def test_a_backup_holds_no_index(full: Shelf, tmp_path: Path) -> None:
    made = full.database.back_up(tmp_path / "backups")
    with closing(sqlite3.connect(made.path)) as copy:
        tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_schema")}
    assert not any(name.startswith("entries") for name in tables)
    shutil.rmtree(tmp_path / "backups")


def test_settings_of_the_program_are_no_texts(shelf: Shelf) -> None:
    shelf.store.create(PLAIN)
    assert shelf.search.find("{}") == []


def _fill(shelf: Shelf) -> list[str]:
    """5,000 messages of few syllables, so that every query has hits and near misses."""
    chance = random.Random(3)
    texts = [
        "".join(chance.choices("가나다한국각 ㄱa\n", k=chance.randint(1, 12))) for _ in range(5000)
    ]
    texts[10], texts[4000] = "뷁 하나", "궯 뷁"
    cid = shelf.store.create(PLAIN).conversation_id

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO messages (conversation_id, role, state, created_at, text) "
            "VALUES (?, 'user', 'done', 0, ?)",
            [(cid, text) for text in texts],
        )

    shelf.database.write(work)
    return texts


@pytest.mark.parametrize("steps", [0, 1, 20, None], ids=["none", "begun", "half", "all"])
def test_the_newest_are_the_same_however_much_is_indexed(shelf: Shelf, steps: int | None) -> None:
    texts = _fill(shelf)
    indexer = SearchIndexer(shelf.database, shelf.index_path)
    indexer.open()
    while (steps is None or steps > 0) and indexer.step():
        steps = None if steps is None else steps - 1
    indexer.close()
    shelf.say("한국 새것", "뷁")
    texts += ["한국 새것", "뷁"]
    for query in (
        "뷁",
        "가",
        "a",
        "한국",
        "한국각",
        "나다가나",
        "ㄱ",
        "가 한국",
        "국각한",
        "다 뷁",
        "ㄱaㄱ",
    ):
        words = query.split()
        expected = [
            number
            for number, text in reversed(list(enumerate(texts, 1)))
            if all(word in text for word in words)
        ]
        hits = shelf.search.find(query, SearchFilters(role=Role.USER), limit=20)
        found = [hit.message_id for hit in hits if hit.message_id is not None]
        wanted = [number for number in expected if number <= 5001][:20]
        assert found[: len(wanted)] == wanted, query
    for query in ("ㅂ", "ㅎㄱ", "한구", "qnpfr"):
        tier = SearchQuery(query).tiers[-1]
        wanted = [n for n, text in enumerate(texts, 1) if tier.matches(folded(text)) and n <= 5001]
        hits = shelf.search.find(query, SearchFilters(role=Role.USER), limit=10_000)
        assert {hit.message_id for hit in hits} >= set(wanted), query


@pytest.mark.allow_log("kochat_gui.services.search_indexer")
def test_a_search_outlives_the_index_that_it_began_with(full: Shelf) -> None:
    full.index()
    index = full.search.indexer.index if full.search.indexer is not None else None
    assert index is not None
    index.close()
    assert _is_complete(full)
