"""A backup takes the place of the conversations of a running program, or nothing changes."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import MessageState
from kochat_gui.core.errors import (
    Cancelled,
    DatabaseDamagedError,
    DiskFullError,
    ReadOnlyError,
    StorageError,
    UsageError,
)
from kochat_gui.core.states import ModelState
from kochat_gui.services import restoring
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.services.backups import ConversationBackups
from kochat_gui.services.events import GenerationEnded, TextAppended
from kochat_gui.services.notices import Severity
from kochat_gui.services.restoring import NOTICE_ID, prepare_restore, restore_conversations
from kochat_gui.services.store_opening import UNDO_RESTORE_ACTION, OpenProfile
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.backups import Contents
from kochat_gui.storage.copying import CopyWatch
from kochat_gui.storage.paths import profile_paths
from tests.engine_scripts import script_spec

WAIT_S = 20.0


class Desk:
    """The services of one program, whichever hold at the moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = build_services(profile_paths(folder / "profile"))
        self.use(text="네.")

    def use(self, **default: Any) -> None:
        """Let a model be the current one that answers everything with ``default``."""
        path = script_spec(self.folder, name=str(len(default["text"])), default=default).path
        self.now.models.choose(self.now.models.add(path).model_id, None)

    def say(self, text: str) -> None:
        ended = threading.Event()
        forget = self.now.bus.subscribe(GenerationEnded, lambda _event: ended.set())
        self.now.chat.send(None, text)
        assert ended.wait(WAIT_S)
        forget()

    def restore(self, source: Path) -> None:
        prepared = prepare_restore(self.now, source, CopyWatch())
        self.now = restore_conversations(self.now, prepared, CopyWatch())

    def titles(self) -> list[str]:
        return [found.title for found in self.now.library.list()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.now.close()


def left_in_the_way(services: Services) -> list[str]:
    return [found.name for found in services.paths.data.glob("*restor*")]


def test_a_backup_is_put_back_and_the_restore_undone(desk: Desk) -> None:
    desk.say("예전 말")
    backup = desk.now.backups.make(CopyWatch())
    desk.say("새 말")
    child = desk.now.host.child_pid
    before = desk.now

    desk.restore(backup.path)
    assert desk.titles() == ["예전 말"]
    assert desk.now.host.child_pid == child
    assert desk.now.models.status.state is ModelState.READY
    [notice] = desk.now.notices.active()
    [undo] = notice.actions
    assert notice.severity is Severity.INFO

    name = undo.action_id.removeprefix(UNDO_RESTORE_ACTION)
    desk.restore(desk.now.backups.named(name).path)
    assert desk.titles() == ["새 말", "예전 말"]
    desk.say("그다음 말")
    assert desk.titles() == ["그다음 말", "새 말", "예전 말"]
    assert not left_in_the_way(desk.now)
    with pytest.raises(RuntimeError):
        before.library.list()


def test_an_answer_that_is_written_is_stopped_and_kept(desk: Desk) -> None:
    desk.say("예전 말")
    backup = desk.now.backups.make(CopyWatch())
    desk.use(text="가" * 4000, tokens_per_second=20)
    has_text = threading.Event()
    forget = desk.now.bus.subscribe(TextAppended, lambda _event: has_text.set())
    turn = desk.now.chat.send(None, "길게 써 줘")
    assert has_text.wait(WAIT_S)
    desk.restore(backup.path)
    forget()
    assert desk.titles() == ["예전 말"]
    assert not desk.now.chat.is_busy
    newest = desk.now.backups.list()[0]
    desk.restore(newest.path)
    answer = desk.now.library.message(turn.answer_id)
    assert answer.state is MessageState.STOPPED
    assert answer.text.startswith("가")


def test_incognito_conversations_stay(desk: Desk) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())
    secret = desk.now.library.create(is_incognito=True)
    desk.restore(backup.path)
    assert desk.now.library.get(secret.conversation_id) == secret
    assert desk.titles() == ["말"]


def full(*_: object) -> object:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise error


def test_a_full_disk_in_the_last_step_leaves_everything(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())
    desk.say("새 말")
    prepared = prepare_restore(desk.now, backup.path, CopyWatch())
    with monkeypatch.context() as patch:
        patch.setattr("kochat_gui.storage.restore.back_up", full)
        desk.now = restore_conversations(desk.now, prepared, CopyWatch())
    assert desk.titles() == ["새 말", "말"]
    [notice] = desk.now.notices.active()
    assert (notice.notice_id, notice.severity) == (NOTICE_ID, Severity.ERROR)
    assert notice.actions == ()
    desk.say("그다음 말")
    assert not left_in_the_way(desk.now)


def test_a_full_disk_while_copying_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())
    monkeypatch.setattr("kochat_gui.storage.restore.copy_pages", full)
    with pytest.raises(DiskFullError):
        prepare_restore(desk.now, backup.path, CopyWatch())
    assert not left_in_the_way(desk.now)
    desk.say("새 말")


def test_a_folder_that_takes_no_backup_leaves_everything(desk: Desk) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())
    source = backup.path.rename(desk.folder / "옮긴 백업.db")
    desk.now.backups.folder.rmdir()
    desk.now.backups.folder.write_text("in the way")
    desk.say("새 말")
    desk.restore(source)
    assert desk.titles() == ["새 말", "말"]
    [notice] = desk.now.notices.active()
    assert notice.severity is Severity.ERROR
    assert source.exists()


@pytest.mark.allow_log("kochat_gui.services.restoring")
def test_a_bug_in_the_last_step_leaves_everything(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())

    def fail(*_: object) -> object:
        raise LookupError("no such thing")

    monkeypatch.setattr(restoring, "put_in_place", fail)
    desk.restore(backup.path)
    assert desk.titles() == ["말"]
    [notice] = desk.now.notices.active()
    assert notice.severity is Severity.ERROR


def test_a_damaged_backup_is_refused_and_told_in_the_list(desk: Desk) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())
    assert desk.now.backups.contents(backup, CancelToken()) == Contents(1, 2)
    backup.path.write_bytes(b"nonsense" * 2000)
    with pytest.raises(DatabaseDamagedError):
        desk.now.backups.contents(backup, CancelToken())
    with pytest.raises(UsageError):
        prepare_restore(desk.now, backup.path, CopyWatch())
    assert not left_in_the_way(desk.now)
    desk.say("새 말")
    assert desk.titles() == ["새 말", "말"]


def test_stopped_while_it_copies_or_replaces(desk: Desk) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())
    desk.say("새 말")
    cancel = CancelToken()
    stopping = CopyWatch(lambda _done: cancel.cancel(), cancel)
    with pytest.raises(Cancelled):
        prepare_restore(desk.now, backup.path, stopping)
    assert not left_in_the_way(desk.now)
    cancel = CancelToken()
    prepared = prepare_restore(desk.now, backup.path, CopyWatch())
    desk.now = restore_conversations(
        desk.now, prepared, CopyWatch(lambda _done: cancel.cancel(), cancel)
    )
    assert desk.titles() == ["새 말", "말"]
    assert desk.now.notices.active() == []
    assert len(desk.now.backups.list()) == 1
    assert not left_in_the_way(desk.now)


@pytest.mark.allow_log("kochat_gui.services.answer_keeper")
def test_an_answer_that_is_not_stored_stops_restoring(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say("말")
    backup = desk.now.backups.make(CopyWatch())

    def refuse(*_: object) -> object:
        raise sqlite_errors.disk_full(desk.now.paths.database)

    with monkeypatch.context() as patch:
        patch.setattr(type(desk.now.store), "finish_answer", refuse)
        desk.say("새 말")
        with pytest.raises(StorageError):
            prepare_restore(desk.now, backup.path, CopyWatch())
    assert not left_in_the_way(desk.now)
    assert desk.titles() == ["새 말", "말"]


def test_what_is_not_open_for_writing_is_neither_copied_nor_replaced(desk: Desk) -> None:
    desk.say("말")
    made = desk.now.backups.make(CopyWatch())
    only_read = ConversationBackups(
        desk.now.paths, OpenProfile(desk.now.profile.database, None, desk.now.paths)
    )
    with pytest.raises(ReadOnlyError):
        only_read.make(CopyWatch())
    with pytest.raises(ReadOnlyError):
        only_read.prepare(made.path, CopyWatch())
    assert [backup.path for backup in only_read.list()] == [made.path]


def test_what_a_killed_restore_left_is_removed_at_the_start(desk: Desk) -> None:
    desk.say("말")
    prepare_restore(desk.now, desk.now.backups.make(CopyWatch()).path, CopyWatch())
    assert left_in_the_way(desk.now)
    desk.now.close()
    desk.now = build_services(desk.now.paths)
    assert not left_in_the_way(desk.now)


def test_copies_of_one_second_do_not_replace_each_other(desk: Desk) -> None:
    desk.say("말")
    made = [desk.now.backups.make(CopyWatch()) for _ in range(3)]
    assert {backup.path for backup in desk.now.backups.list()} == {b.path for b in made}
    desk.now.backups.delete(made[0])
    with pytest.raises(UsageError):
        desk.now.backups.named(made[0].path.name)
