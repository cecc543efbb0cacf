"""A log that is lost, or of another time, is noticed, and only then."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationSettings
from kochat_gui.core.errors import DatabaseDamagedError
from kochat_gui.core.events import EventBus
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import open_store
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import profile_paths
from kochat_gui.storage.shape import open_checked
from kochat_gui.storage.unbegun import UnbegunStore


def test_an_end_that_could_not_be_noted_is_no_lost_log(tmp_path: Path) -> None:
    path = tmp_path / "kochat.db"
    database = Database(path)
    # As on a disk that is full at the end.
    database.write(
        lambda c: c.execute(
            "CREATE TEMP TRIGGER refuse BEFORE INSERT ON meta "
            "BEGIN SELECT raise(ABORT, 'full'); END"
        )
    )
    database.close()
    with closing(Database(path)) as again:
        assert not again.is_log_lost


def test_an_opening_that_fails_is_no_lost_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kochat.db"
    Database(path).close()
    with monkeypatch.context() as patch:

        def note_and_fail(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('is_open', '1')")
            raise OSError(5, "Input/output error")

        patch.setattr("kochat_gui.storage.database._note_open", note_and_fail)
        with pytest.raises(Exception, match="error"):
            Database(path)
    with closing(Database(path)) as again:
        assert not again.is_log_lost


def test_a_lost_log_is_noticed_once(tmp_path: Path) -> None:
    path, left = tmp_path / "kochat.db", tmp_path / "left.db"
    with closing(Database(path)):
        left.write_bytes(path.read_bytes())
    with closing(Database(left)) as again:
        assert again.is_log_lost
    with closing(Database(left)) as again:
        assert not again.is_log_lost


@pytest.mark.parametrize("turns", [0, 3, 300])
@pytest.mark.parametrize("is_backup", [True, False])
def test_a_log_of_the_same_database_is_found_out(
    tmp_path: Path, turns: int, is_backup: bool
) -> None:
    """A backup put beside the log of the original by hand, or a log beside a newer copy."""
    live, paths = tmp_path / "live.db", profile_paths(tmp_path / "profile")
    paths.data.mkdir(parents=True)
    log = live.with_name("live.db-wal")
    with closing(Database(live)) as database:
        store = ConversationStore(database)

        def say(number: int, word: str) -> None:
            text = f"{number} {word} " + "가나다 " * (number * 37 % 400)
            store.add_turn(None, None, text, ConversationSettings())

        for number in range(3):
            say(number, "먼저")
        older = log.read_bytes()
        UnbegunStore(store.database).save_draft("쓰다 만 글")
        made = database.back_up(paths.backup_dir).path
        for number in range(turns):
            say(number, "나중")
        newer = log.read_bytes()
    shutil.copy(made if is_backup else live, paths.database)
    with closing(sqlite3.connect(paths.database)) as alone:
        expected = [title for (title,) in alone.execute("SELECT title FROM conversations")]
    paths.database.with_name("kochat.db-wal").write_bytes(newer if is_backup else older)

    with pytest.raises(DatabaseDamagedError):
        open_checked(paths.database)
    notices = NoticeCenter(EventBus())
    profile, store = open_store(paths, notices)
    assert sorted(found.title for found in store.list()) == sorted(expected)
    # Sending uses a draft up.
    assert UnbegunStore(store.database).draft() == ("쓰다 만 글" if is_backup or not turns else "")
    assert len(notices.active()) == 1
    profile.close()
