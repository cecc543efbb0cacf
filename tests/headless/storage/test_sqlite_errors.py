"""What SQLite reports, in words that a person can act on."""

import os
import sqlite3
import subprocess
import sys
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


@pytest.mark.skipif(os.name != "posix", reason="locks of files go with any closing on POSIX only")
def test_asking_why_gives_up_no_lock_on_the_database(tmp_path: Path) -> None:
    path = tmp_path / "kochat.db"
    database = Database(path)
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.close()
        holder.execute("PRAGMA journal_mode = DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        known = sqlite_errors.from_sqlite(_error(sqlite3.SQLITE_CANTOPEN, "cannot"), path)
        assert known is not None
        assert "cannot be opened" in known.text()
        other = (
            "import sqlite3, sys\n"
            "try: sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')\n"
            "except sqlite3.OperationalError as error: print(error)"
        )
        run = [sys.executable, "-c", other, str(path)]
        done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.strip() == "database is locked"
    finally:
        holder.close()
        database.close()


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
