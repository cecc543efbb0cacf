"""What SQLite reports, in words that a person can act on."""

import sqlite3
from pathlib import Path

import pytest

from kochat_gui.core.errors import StorageError
from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.database import Database


def _error(code: int, words: str) -> sqlite3.Error:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        (sqlite3.SQLITE_IOERR, "disk I/O error", "reported an error."),
        (sqlite3.SQLITE_BUSY, "database is locked", "another program is using it."),
        (sqlite3.SQLITE_CANTOPEN, "unable to open database file", "it is not there."),
    ],
)
def test_the_words_of_sqlite_are_not_shown(
    tmp_path: Path, code: int, words: str, expected: str
) -> None:
    known = sqlite_errors.from_sqlite(_error(code, words), tmp_path / "kochat.db")
    assert known is not None
    for told in (known, sqlite_errors.refused(known)):
        assert words not in told.text()
        assert expected in told.text()
    assert "try again" in known.text()
    assert "goes on by itself" in sqlite_errors.refused(known).text()


def test_a_folder_in_the_place_of_the_database_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "kochat.db"
    path.mkdir()
    caplog.set_level("INFO")
    with pytest.raises(StorageError) as caught:
        Database(path)
    text = caught.value.text()
    assert str(path) in text
    assert "it is a folder" in text
    assert "nothing else is in its place" in text
    assert "SQLite says" in caplog.text, "for whoever reads the log"
