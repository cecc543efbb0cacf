"""Backups: whole while the program writes, thinned by age, put back without losing anything."""

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationFilter, ConversationId, ConversationSettings
from kochat_gui.core.errors import DatabaseNewerError, DiskFullError, StorageError, UsageError
from kochat_gui.storage.backups import Backup, is_due, list_backups, superfluous
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.migrations import MIGRATIONS
from kochat_gui.storage.restore import restore

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def said(path: Path) -> list[str]:
    """What people wrote, by id."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT text FROM messages WHERE role = 'user' ORDER BY id")
        return [row[0] for row in rows]


def say(path: Path, *texts: str) -> None:
    database = Database(path)
    store = ConversationStore(database)
    for text in texts:
        store.add_turn(None, None, text, ConversationSettings())
    database.close()


def copy_of(path: Path, target: Path) -> Path:
    """A backup of the database at ``path``, kept as ``target``."""
    database = Database(path)
    made = database.back_up(path.parent / "backups")
    database.close()
    return made.path.rename(target)


def copies(*ages: timedelta) -> list[Backup]:
    return [Backup(Path(f"{age}.db"), NOW - age, 1) for age in ages]


def test_a_backup_made_while_answers_are_stored_is_whole(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")
    store = ConversationStore(database)
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            store.add_turn(None, None, "가" * 5000, ConversationSettings())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup = database.back_up(tmp_path / "backups")
    finally:
        is_over.set()
        writer.join()
        database.close()
    with closing(sqlite3.connect(backup.path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert set(said(backup.path)) <= {"가" * 5000}
    assert [found.path for found in list_backups(tmp_path / "backups")] == [backup.path]


def test_thinning_keeps_days_weeks_and_months() -> None:
    hours = copies(*(timedelta(hours=6 * number) for number in range(4 * 400)))
    deleted = superfluous(hours)
    kept = [backup for backup in hours if backup not in deleted]
    assert kept[:3] == hours[:3]
    days = {backup.made_at.date() for backup in kept}
    assert {NOW.date() - timedelta(days=age) for age in range(7)} <= days
    months = {(backup.made_at.year, backup.made_at.month) for backup in kept}
    assert len(months) == 12
    assert len(kept) < 30
    assert superfluous(kept) == []


@pytest.mark.parametrize(
    ("newest", "changed", "expected"),
    [
        (None, timedelta(days=9), True),
        (timedelta(hours=1), timedelta(0), False),
        (timedelta(days=1), timedelta(0), True),
        (timedelta(days=3), timedelta(days=4), False),
        (timedelta(days=-30), timedelta(0), True),
    ],
)
def test_a_copy_is_due_once_a_day_after_a_change(
    newest: timedelta | None, changed: timedelta, expected: bool
) -> None:
    there = copies(newest) if newest is not None else []
    assert is_due(there, NOW - changed, NOW) is expected


def test_names_of_others_are_no_backups(tmp_path: Path) -> None:
    for name in ("kochat-20261399-000000-v1.db", "kochat-내것.db", "kochat-20260101-000000-v1.db"):
        (tmp_path / name).touch()
    assert [backup.path.name for backup in list_backups(tmp_path)] == [
        "kochat-20260101-000000-v1.db"
    ]
    assert list_backups(tmp_path / "없음") == []


def test_restoring_keeps_what_was_there(tmp_path: Path) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    say(path, "예전 말")
    source = copy_of(path, tmp_path / "옮겨 둔 백업.db")
    say(path, "새 말")
    replaced = restore(path, source, folder)
    assert said(path) == ["예전 말"]
    assert isinstance(replaced, Backup)
    assert said(replaced.path) == ["예전 말", "새 말"]
    assert said(source) == ["예전 말"]
    assert sorted(file.name for file in tmp_path.glob("k.*")) == ["k.db"]


@pytest.mark.allow_log("kochat_gui.storage.restore")
def test_a_damaged_database_is_put_aside_for_a_backup(tmp_path: Path) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    say(path, "말")
    source = copy_of(path, tmp_path / "백업.db")
    path.write_bytes(b"nonsense" * 1000)
    aside = restore(path, source, folder)
    assert isinstance(aside, Path)
    assert aside.read_bytes() == b"nonsense" * 1000
    assert said(path) == ["말"]


def test_what_was_in_the_trash_of_an_old_backup_has_its_days_anew(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    ids = throw_away(path, "먼저 버린 말", "나중에 버린 말")
    source = copy_of(path, tmp_path / "백업.db")
    path.unlink()
    say(path, "새 말")
    restore(path, source, tmp_path / "backups")
    with closing(Database(path)) as database:
        store = ConversationStore(database)  # which empties the trash of what is old
        deleted = store.list(wanted=ConversationFilter(is_deleted=True))
    assert [found.conversation_id for found in deleted] == ids[::-1]
    age = max(datetime.now(UTC) - found.deleted_at for found in deleted if found.deleted_at)
    assert age < timedelta(minutes=5)


def throw_away(path: Path, *texts: str) -> list[ConversationId]:
    """Conversations that were put into the trash, one after the other, 42 days ago."""
    with closing(Database(path)) as database:
        store = ConversationStore(database)
        plain = ConversationSettings()
        ids = [store.add_turn(None, None, text, plain).conversation_id for text in texts]
        long_ago = int((datetime.now(UTC) - timedelta(days=42)).timestamp() * 1000)
        database.write(
            lambda c: c.executemany(
                "UPDATE conversations SET deleted_at = ? WHERE id = ?",
                [(long_ago + number, found) for number, found in enumerate(ids)],
            )
        )
    return ids


def left_by_a_kill(path: Path, *texts: str) -> Path:
    """Put a database at ``path`` whose newest texts are in its log alone; returns a backup."""
    live = path.with_name("live.db")
    with closing(Database(live)) as database:
        store = ConversationStore(database)
        store.add_turn(None, None, "예전 말", ConversationSettings())
        backup = database.back_up(path.parent / "backups")
        for text in texts:
            store.add_turn(None, None, text, ConversationSettings())
        for suffix in ("", "-wal"):
            shutil.copyfile(live.with_name(live.name + suffix), path.with_name(path.name + suffix))
    return backup.path


@pytest.mark.allow_log("kochat_gui.storage.restore")
@pytest.mark.parametrize("is_empty", [False, True])
def test_the_log_of_a_lost_database_is_put_aside(tmp_path: Path, is_empty: bool) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    source = left_by_a_kill(path, *("긴 말 " * 2000 for _ in range(40)))
    log = path.with_name("k.db-wal").read_bytes()
    path.unlink()
    if is_empty:
        path.touch()
    aside = restore(path, source, folder)
    with closing(Database(path)) as database:
        assert database.check() == []
    assert said(path) == ["예전 말"]
    assert isinstance(aside, Path)
    assert aside.exists()
    [kept] = tmp_path.glob("k.damaged-*.db-wal")
    assert kept.read_bytes() == log
    assert [backup.path for backup in list_backups(folder)] == [source]


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500, None])
def test_what_is_no_backup_changes_nothing(tmp_path: Path, content: bytes | None) -> None:
    path, source = tmp_path / "k.db", tmp_path / "백업?.db"
    say(path, "말")
    before = path.read_bytes()
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(UsageError):
        restore(path, source, tmp_path / "backups")
    with closing(sqlite3.connect(source)) as other:  # a sound database, but somebody else's
        if content is None:
            other.execute("CREATE TABLE notes (text TEXT)")
            other.commit()
    with pytest.raises(UsageError):
        restore(path, source, tmp_path / "backups")
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*restored*"))


def test_a_backup_cut_off_is_refused(tmp_path: Path) -> None:
    path, source = tmp_path / "k.db", tmp_path / "백업.db"
    say(source, *("긴 말 " * 500 for _ in range(20)))
    source.write_bytes(source.read_bytes()[:-40_960])
    say(path, "말")
    with pytest.raises(UsageError):
        restore(path, source, tmp_path / "backups")
    assert said(path) == ["말"]


def test_a_newer_backup_is_refused(tmp_path: Path) -> None:
    path, source = tmp_path / "k.db", tmp_path / "백업.db"
    say(path, "말")
    say(source, "나중 말")
    version = MIGRATIONS[-1].version + 1
    with closing(sqlite3.connect(source)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute(
            "UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(version),)
        )
        connection.commit()
    with pytest.raises(DatabaseNewerError):
        restore(path, source, tmp_path / "backups")
    assert said(path) == ["말"]


def test_a_sound_database_is_replaced_only_when_it_is_backed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    say(path, "말")
    source = copy_of(path, tmp_path / "백업.db")
    say(path, "새 말")

    def full(*_: object) -> Backup:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr("kochat_gui.storage.restore.back_up", full)
    with pytest.raises(DiskFullError):
        restore(path, source, folder)
    assert said(path) == ["말", "새 말"]


def test_a_log_that_stays_in_use_stops_restoring(tmp_path: Path) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    say(path, "말")
    source = copy_of(path, tmp_path / "백업.db")
    say(path, "새 말")
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM messages").fetchone()
        with pytest.raises(StorageError):
            restore(path, source, folder)
    assert said(path) == ["말", "새 말"]


def test_what_another_program_is_making_is_left_alone(tmp_path: Path) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    folder.mkdir()
    young, old = folder / "kochat-1-v1.part", folder / "kochat-2-v1.part"
    young.touch()
    old.touch()
    os.utime(old, (0, 0))
    say(path, "말")
    copy_of(path, tmp_path / "백업.db")
    assert young.exists()
    assert not old.exists()


def test_no_room_for_a_backup_leaves_the_older_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = tmp_path / "k.db", tmp_path / "backups"
    say(path, "말")
    database = Database(path)
    old = database.back_up(folder)

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DiskFullError):
        database.back_up(folder)
    database.close()
    assert [file.name for file in folder.iterdir()] == [old.path.name]
