"""The daily copy: made once, made again after a change on another day, told when it fails."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kochat_gui.core.events import EventBus
from kochat_gui.services import daily_backup
from kochat_gui.services.daily_backup import DailyBackup
from kochat_gui.services.notices import NoticeCenter, Severity
from kochat_gui.storage.backups import list_backups
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.paths import ProfilePaths, profile_paths

WAIT_S = 30.0


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return profile_paths(tmp_path / "프로필")


@pytest.fixture
def database(paths: ProfilePaths) -> Iterator[Database]:
    opened = Database(paths.database)
    yield opened
    opened.close()


@pytest.fixture
def notices() -> NoticeCenter:
    return NoticeCenter(EventBus())


def test_one_copy_a_day_and_only_after_a_change(
    paths: ProfilePaths, database: Database, notices: NoticeCenter
) -> None:
    backup = DailyBackup(paths, database, notices)
    backup.make_if_due()
    backup.make_if_due()
    [made] = list_backups(paths.backup_dir)
    yesterday = (datetime.now().astimezone() - timedelta(days=1)).strftime("%Y%m%d-%H%M%S")
    made.path.rename(paths.backup_dir / f"kochat-{yesterday}-v1.db")
    backup.make_if_due()
    assert len(list_backups(paths.backup_dir)) == 2


@pytest.mark.allow_log("kochat_gui.services.daily_backup")
def test_a_copy_that_cannot_be_made_is_told_and_withdrawn_later(
    paths: ProfilePaths, database: Database, notices: NoticeCenter
) -> None:
    paths.backup_dir.parent.mkdir(parents=True, exist_ok=True)
    paths.backup_dir.write_text("in the way", "utf-8")
    backup = DailyBackup(paths, database, notices)
    backup.make_if_due()
    [notice] = notices.active()
    assert notice.severity is Severity.WARNING
    assert "only today's backup was not made" in notice.text
    paths.backup_dir.unlink()
    backup.make_if_due()
    assert notices.active() == []


def test_the_thread_makes_it_and_ends(
    paths: ProfilePaths,
    database: Database,
    notices: NoticeCenter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(daily_backup, "_FIRST_DELAY_S", 0.0)
    made = threading.Event()
    backup = DailyBackup(paths, database, notices)
    make = backup.make_if_due

    def noticed() -> None:
        make()
        made.set()

    monkeypatch.setattr(backup, "make_if_due", noticed)
    backup.start()
    assert made.wait(WAIT_S)
    backup.close()
    assert len(list_backups(paths.backup_dir)) == 1


def test_what_is_not_kept_is_not_copied(paths: ProfilePaths, notices: NoticeCenter) -> None:
    database = Database(paths.database, AccessMode.MEMORY)
    backup = DailyBackup(paths, database, notices)
    backup.start()
    backup.close()
    database.close()
    assert not paths.backup_dir.exists()


@pytest.mark.allow_log("kochat_gui.services.daily_backup")
def test_a_copy_that_meets_damage_does_not_call_the_conversations_safe(
    paths: ProfilePaths, database: Database, notices: NoticeCenter
) -> None:
    database.write(lambda c: c.execute("INSERT INTO meta VALUES ('k', ?)", ("가" * 100_000,)))
    database.write(lambda c: c.execute("DELETE FROM meta WHERE key = 'nothing'"))
    with closing(sqlite3.connect(paths.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray(paths.database.read_bytes())
    raw[:100] = bytes(100)
    paths.database.write_bytes(raw)
    DailyBackup(paths, database, notices).make_if_due()
    [notice] = notices.active()
    assert notice.severity is Severity.ERROR
    assert "safe" not in notice.text
