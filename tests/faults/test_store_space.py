"""Disks without room, folders without rights: the program starts and says so."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationSettings, MessageState
from kochat_gui.core.errors import DiskFullError, ProfileBusyError, ReadOnlyError, StorageError
from kochat_gui.core.events import EventBus
from kochat_gui.services.answer_keeper import AnswerKeeper
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.services.notices import NoticeCenter, Severity
from kochat_gui.services.search import HistorySearch
from kochat_gui.services.store_opening import open_profile
from kochat_gui.services.store_watch import StoreWatch
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import ProfilePaths, profile_paths
from kochat_gui.storage.shape import open_checked
from tests.faults.store_operations import operations

PLAIN = ConversationSettings()


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[None]:
    """A small disk of its own; only the superuser may make one."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _make_read_only(folder: Path) -> None:
    command = ["mount", "-o", "remount,ro", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("cannot remount")


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return profile_paths(tmp_path / "profile")


def _store_one(paths: ProfilePaths, *, leave_log: bool) -> None:
    """A message on the disk; with ``leave_log`` the program then ends without closing."""
    script = (
        "import os, sys; from pathlib import Path\n"
        "from kochat_gui.core.conversation import ConversationSettings\n"
        "from kochat_gui.storage.conversations import ConversationStore\n"
        "from kochat_gui.storage.database import Database\n"
        "store = ConversationStore(Database(Path(sys.argv[1])))\n"
        "store.add_turn(None, None, '안녕', ConversationSettings())\n"
        "os._exit(0)\n"
    )
    if leave_log:
        root = Path(__file__).parents[2]
        command = [sys.executable, "-c", script, str(paths.database)]
        subprocess.run(command, check=True, cwd=root)
        return
    database = Database(paths.database)
    ConversationStore(database).add_turn(None, None, "안녕", PLAIN)
    database.close()


@pytest.mark.parametrize("leave_log", [False, True])
def test_a_read_only_profile_can_be_read(paths: ProfilePaths, leave_log: bool) -> None:
    with _mounted(paths.root, "size=4m"):
        _store_one(paths, leave_log=leave_log)
        _make_read_only(paths.root)
        notices = NoticeCenter(EventBus())
        profile = open_profile(paths, notices)
        store = ConversationStore(profile.database)
        [conversation] = store.list()
        assert [m.text for m in store.path(conversation.conversation_id)] == ["안녕", ""]
        with pytest.raises(ReadOnlyError):
            store.add_turn(conversation.conversation_id, None, "또", PLAIN)
        profile.close()
    [notice] = notices.active()
    assert notice.severity is Severity.ERROR
    assert str(paths.data) in notice.text


@pytest.mark.parametrize("has_folder", [False, True])
def test_a_backup_onto_a_read_only_disk(paths: ProfilePaths, has_folder: bool) -> None:
    with _mounted(paths.root, "size=4m"):
        _store_one(paths, leave_log=False)
        if has_folder:
            paths.backup_dir.mkdir()
        _make_read_only(paths.root)
        database = open_checked(paths.database)
        with pytest.raises(ReadOnlyError):
            database.back_up(paths.backup_dir)
        database.close()


def test_a_read_only_empty_profile_keeps_nothing_and_says_so(paths: ProfilePaths) -> None:
    with _mounted(paths.root, "size=1m"):
        _make_read_only(paths.root)
        notices = NoticeCenter(EventBus())
        profile = open_profile(paths, notices)
        store = ConversationStore(profile.database)
        store.add_turn(None, None, "안녕", PLAIN)
        search = HistorySearch(profile.database, paths.search_index)
        assert len(search.find("안녕")) == 2
        search.close()
        assert not profile.database.is_kept
        settings = SettingsStore(paths.settings_file)
        settings.set("ui.theme", "dark")
        assert settings.problem is not None
        assert settings.get("ui.theme") == "dark"
        profile.close()
    assert len(notices.active()) == 1


def test_a_disk_that_fills_up_and_is_cleared(paths: ProfilePaths) -> None:
    with _mounted(paths.root, "size=1m"):
        profile = open_profile(paths, NoticeCenter(EventBus()))
        store = ConversationStore(profile.database)
        ballast = paths.root / "ballast"
        turn = store.add_turn(None, None, "안녕", PLAIN)
        with pytest.raises(OSError, match="No space"):
            _fill(ballast)
        with pytest.raises(DiskFullError):
            store.add_turn(turn.conversation_id, turn.answer_id, "가" * 100_000, PLAIN)
        assert store.message(turn.user_id).text == "안녕"
        ballast.unlink()
        store.add_turn(turn.conversation_id, turn.answer_id, "가" * 10_000, PLAIN)
        profile.close()
        database = Database(paths.database)
        assert len(ConversationStore(database).messages(turn.conversation_id)) == 4
        database.close()


def test_everything_goes_on_by_itself_when_there_is_room(paths: ProfilePaths) -> None:
    with _mounted(paths.root, "size=64m"), ExitStack() as stack:
        notices = NoticeCenter(EventBus())
        profile = open_profile(paths, notices)
        stack.callback(profile.close)
        store = ConversationStore(profile.database)
        watch = StoreWatch(profile, store, notices, EventBus(), retry_s=0.05)
        stack.callback(watch.close)
        keeper = AnswerKeeper(store, retry_s=0.05)
        stack.callback(keeper.close)
        library = ConversationLibrary(store, EventBus())
        turn = store.add_turn(None, None, "안녕", PLAIN)
        store.finish_answer(FinalAnswer(turn.answer_id, "네", MessageState.DONE))
        running, ended = (store.add_turn(None, None, "길게", PLAIN) for _ in range(2))
        with pytest.raises(OSError, match="No space"):
            _fill(paths.root / "ballast")

        text = "가" * 100_000
        keeper.append(running.answer_id, text)
        keeper.finish(FinalAnswer(ended.answer_id, text, MessageState.DONE))
        refused = _refused(operations(library, store, turn), notices)
        assert refused
        assert store.message(ended.answer_id).text == text
        assert store.message(running.answer_id).text == text
        assert [m.text for m in store.path(turn.conversation_id)][:2] == ["안녕", "네"]
        [notice] = notices.active()
        assert "full" in notice.text

        with pytest.raises(DiskFullError):
            store.database.back_up(paths.backup_dir)

        (paths.root / "ballast").unlink()
        _until(lambda: notices.active() == [])
        again = store.add_turn(None, None, "또", PLAIN)
        store.finish_answer(FinalAnswer(again.answer_id, "네", MessageState.DONE))
        assert _refused(operations(library, store, again), notices) == []
        store.database.back_up(paths.backup_dir)
        _until(lambda: not store.live.unstored())
        _until(lambda: not store.live.unsaved())
        with closing(Database(paths.database, AccessMode.READ_ONLY)) as database:
            stored = ConversationStore(database)
            assert stored.message(ended.answer_id).text == text
            assert stored.message(running.answer_id).text == text


def test_a_change_that_is_too_large_gives_its_room_back(paths: ProfilePaths) -> None:
    with _mounted(paths.root, "size=6m"), ExitStack() as stack:
        notices = NoticeCenter(EventBus())
        profile = open_profile(paths, notices)
        stack.callback(profile.close)
        store = ConversationStore(profile.database)
        watch = StoreWatch(profile, store, notices, EventBus(), retry_s=0.05)
        stack.callback(watch.close)
        with pytest.raises(DiskFullError):
            store.add_turn(None, None, "가" * 3_000_000, PLAIN)
        _until(lambda: notices.active() == [])
        store.add_turn(None, None, "가" * 500_000, PLAIN)


def _refused(wanted: list[Callable[[], object]], notices: NoticeCenter) -> list[StorageError]:
    """What the disk did not take; never more than one notice, wherever it is told."""
    refused = []
    for operation in wanted:
        try:
            operation()
        except StorageError as error:
            refused.append(error)
            notices.post_error(error, "chat")
            assert len(notices.active()) <= 1
    return refused


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_room_at_the_first_start(paths: ProfilePaths) -> None:
    with _mounted(paths.root, "size=16k"):
        notices = NoticeCenter(EventBus())
        profile = open_profile(paths, notices)
        ConversationStore(profile.database).add_turn(None, None, "안녕", PLAIN)
        assert not profile.database.is_kept
        profile.close()
    assert len(notices.active()) == 1


def test_a_file_where_the_profile_should_be(tmp_path: Path) -> None:
    (tmp_path / "profile").write_text("a file")
    settings = SettingsStore(profile_paths(tmp_path / "profile").settings_file)
    settings.set("ui.theme", "dark")
    assert settings.problem is not None


def test_a_busy_profile_is_refused_or_read(paths: ProfilePaths) -> None:
    first = open_profile(paths, NoticeCenter(EventBus()))
    ConversationStore(first.database).add_turn(None, None, "안녕", PLAIN)
    with pytest.raises(ProfileBusyError):
        open_profile(paths, NoticeCenter(EventBus()))
    notices = NoticeCenter(EventBus())
    second = open_profile(paths, notices, read_only_ok=True)
    assert second.database.is_read_only
    assert len(ConversationStore(second.database).list()) == 1
    second.close()
    first.close()
    assert notices.active() == []
