"""A log that is lost is noticed, and only then."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kochat_gui.storage.database import Database


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
