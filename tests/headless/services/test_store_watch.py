"""A disk that refuses the conversations: told once, tried again, taken back."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.errors import DiskFullError, StorageError
from kochat_gui.core.events import EventBus
from kochat_gui.services import store_opening
from kochat_gui.services.answer_keeper import CHECKPOINT_CHARACTERS, AnswerKeeper
from kochat_gui.services.events import StoreRecovered
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import OpenProfile, open_profile
from kochat_gui.services.store_watch import StoreWatch
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import ProfilePaths, profile_paths

PLAIN = ConversationSettings()
RETRY_S = 0.05


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Opened:
    """A profile with its watch, as the program has them."""

    def __init__(self, paths: ProfilePaths) -> None:
        self.bus = EventBus()
        self.notices = NoticeCenter(self.bus)
        self.profile: OpenProfile = open_profile(paths, self.notices)
        self.store = ConversationStore(self.profile.database)
        self.watch = StoreWatch(self.profile, self.store, self.notices, self.bus, retry_s=RETRY_S)

    def close(self) -> None:
        self.watch.close()
        self.store.close()
        self.profile.close()


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return profile_paths(tmp_path / "kept")


@pytest.fixture
def open_program(paths: ProfilePaths) -> Iterator[Callable[[], Opened]]:
    with ExitStack() as stack:

        def start() -> Opened:
            opened = Opened(paths)
            stack.callback(opened.close)
            return opened

        yield start


def _limit(database: Database, most: int) -> None:
    database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {most}"))


def test_one_notice_until_there_is_room(open_program: Callable[[], Opened]) -> None:
    opened = open_program()
    store, notices = opened.store, opened.notices
    _limit(store.database, 1)
    errors = []
    for _ in range(2):
        with pytest.raises(DiskFullError) as caught:
            store.add_turn(None, None, "가" * 100_000, PLAIN)
        errors.append(caught.value)
        # As the window does, wherever it meets the error.
        notices.post_error(caught.value, "chat")
    [notice] = notices.active()
    assert notice.text == errors[0].text()
    assert opened.watch.is_refused


def test_the_notice_goes_by_itself(
    open_program: Callable[[], Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    has_room = threading.Event()
    monkeypatch.setattr(sqlite_errors, "has_room", lambda path: has_room.is_set())
    opened = open_program()
    recovered = threading.Event()
    opened.bus.subscribe(StoreRecovered, lambda _event: recovered.set())
    _limit(opened.store.database, 1)
    with pytest.raises(DiskFullError):
        opened.store.add_turn(None, None, "가" * 100_000, PLAIN)
    time.sleep(5 * RETRY_S)
    assert len(opened.notices.active()) == 1
    assert not recovered.is_set()
    _limit(opened.store.database, 1 << 30)
    has_room.set()
    _until(lambda: opened.notices.active() == [])
    assert recovered.wait(10)
    assert not opened.watch.is_refused
    opened.store.add_turn(None, None, "가" * 100_000, PLAIN)


def test_another_program_that_holds_the_database(
    open_program: Callable[[], Opened], paths: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_program()
    opened.store.database.write(lambda c: c.execute("PRAGMA busy_timeout = 50"))
    with closing(sqlite3.connect(paths.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError):
            opened.store.add_turn(None, None, "안녕", PLAIN)
        assert len(opened.notices.active()) == 1
        other.execute("ROLLBACK")
    _until(lambda: opened.notices.active() == [])
    opened.store.add_turn(None, None, "안녕", PLAIN)


@pytest.fixture
def keeper(open_program: Callable[[], Opened]) -> Iterator[tuple[Opened, AnswerKeeper]]:
    opened = open_program()
    made = AnswerKeeper(opened.store, retry_s=RETRY_S)
    yield opened, made
    made.close()


def _overwrite(database: Database, change: Callable[[bytes], bytes]) -> bytes:
    """Change what lies on the disk of an open database, and return what was there.

    Nothing of it is in memory afterwards.
    """

    def work(connection: sqlite3.Connection) -> bytes:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with database.path.open("r+b") as file:
            before = file.read()
            file.seek(0)
            file.write(change(before))
        connection.execute("PRAGMA shrink_memory")
        return before

    assert database._writer is not None
    return database._writer.call(work)


def _damaged(raw: bytes) -> bytes:
    return raw[:4096] + b"\xff" * (len(raw) - 4096)


@pytest.mark.allow_log("kochat_gui.services.store_watch")
def test_damage_amid_an_answer_is_told_and_not_taken_back(
    keeper: tuple[Opened, AnswerKeeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, answers = keeper
    store, notices = opened.store, opened.notices
    turn = store.add_turn(None, None, "길게", PLAIN)
    before = _overwrite(store.database, _damaged)
    answers.append(turn.answer_id, "가" * CHECKPOINT_CHARACTERS)
    _until(lambda: notices.active() != [])
    [told] = notices.active()
    assert "Copy what matters" in told.text
    answers.finish(FinalAnswer(turn.answer_id, "가" * CHECKPOINT_CHARACTERS, MessageState.DONE))
    assert [final.text for final in store.live.unstored()] == ["가" * CHECKPOINT_CHARACTERS]

    # The part that is damaged need not be met by what is written next.
    _overwrite(store.database, lambda _: before)
    _until(lambda: answers.is_all_stored)
    monkeypatch.setattr(sqlite_errors, "has_room", lambda path: True)
    _limit(store.database, 1)
    with pytest.raises(DiskFullError):
        store.add_turn(None, None, "가" * 100_000, PLAIN)
    assert len(notices.active()) == 2
    _limit(store.database, 1 << 30)
    _until(lambda: len(notices.active()) == 1)
    assert notices.active() == [told]


@pytest.mark.allow_log("kochat_gui.services.store_watch")
@pytest.mark.allow_log("kochat_gui.services.answer_keeper")
def test_damage_that_was_read_of_is_not_told_by_every_try(
    keeper: tuple[Opened, AnswerKeeper],
) -> None:
    opened, answers = keeper
    turn = opened.store.add_turn(None, None, "길게", PLAIN)
    _overwrite(opened.store.database, _damaged)
    answers.append(turn.answer_id, "가" * CHECKPOINT_CHARACTERS)
    _until(lambda: opened.notices.active() != [])
    opened.notices.withdraw(opened.notices.active()[0].notice_id)
    time.sleep(5 * RETRY_S)
    assert opened.notices.active() == []


def _refuse_opening(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Opening for writing says that the disk is full, until the event is set."""
    has_room = threading.Event()
    open_writer = Database._open_writer

    def refuse(self: Database) -> sqlite3.Connection:
        if not has_room.is_set():
            raise OSError(28, "No space left on device")
        return open_writer(self)

    monkeypatch.setattr(Database, "_open_writer", refuse)
    return has_room


def test_a_start_on_a_full_disk_becomes_writable(
    open_program: Callable[[], Opened], paths: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Database(paths.database)) as database:
        turn = ConversationStore(database).add_turn(None, None, "안녕", PLAIN)
    has_room = _refuse_opening(monkeypatch)
    opened = open_program()
    store = opened.store
    assert [m.text for m in store.path(turn.conversation_id)] == ["안녕", ""]
    with pytest.raises(DiskFullError) as caught:
        store.add_turn(turn.conversation_id, turn.answer_id, "또", PLAIN)
    opened.notices.post_error(caught.value, "chat")
    [notice] = opened.notices.active()
    assert "goes on by itself" in notice.text
    assert "try again" not in notice.text
    has_room.set()
    _until(lambda: opened.notices.active() == [])
    assert store.message(turn.answer_id).state is MessageState.INTERRUPTED
    store.add_turn(turn.conversation_id, turn.answer_id, "또", PLAIN)
    assert [m.text for m in store.path(turn.conversation_id)] == ["안녕", "", "또", ""]


def test_what_was_in_memory_is_stored_when_there_is_room(
    open_program: Callable[[], Opened], paths: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_room = _refuse_opening(monkeypatch)
    opened = open_program()
    assert opened.profile.is_waiting
    turn = opened.store.add_turn(None, None, "안녕", PLAIN)
    opened.store.live.append(turn.answer_id, "네, 안녕")
    assert len(opened.notices.active()) == 1
    has_room.set()
    _until(lambda: opened.notices.active() == [])
    assert opened.profile.database.is_kept
    assert opened.store.message(turn.answer_id).state is MessageState.STREAMING
    opened.store.append_chunks(opened.store.live.unsaved())
    with closing(Database(paths.database, AccessMode.READ_ONLY)) as database:
        found = ConversationStore(database).path(turn.conversation_id)
    assert [m.text for m in found] == ["안녕", "네, 안녕"]


def test_a_profile_of_another_program_is_left_alone(
    paths: ProfilePaths, open_program: Callable[[], Opened]
) -> None:
    open_program()
    second = store_opening.open_profile(paths, NoticeCenter(EventBus()), read_only_ok=True)
    assert not second.is_waiting
    second.close()
