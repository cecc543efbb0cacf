"""Opening, migrating, writing and reading the database."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from kochat_gui.core.errors import (
    DatabaseDamagedError,
    DatabaseNewerError,
    DiskFullError,
    ReadOnlyError,
)
from kochat_gui.storage.connection import connect_for_reading
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.log_identity import is_log_foreign
from kochat_gui.storage.migrations import MIGRATIONS, Migration
from kochat_gui.storage.salvage import move_aside

ODD_FOLDERS = ["한글 폴더", "a b", "what?", "50%25", "#hash", "it's", "a;b", "한글"]


@pytest.mark.parametrize("folder", ODD_FOLDERS)
def test_opens_under_any_path(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "kochat.db"
    database = Database(path)
    database.write(lambda c: c.execute("INSERT INTO meta VALUES ('k', '값')"))
    [(value,)] = database.read(
        lambda c: c.execute("SELECT value FROM meta WHERE key = 'k'").fetchall()
    )
    database.close()
    assert value == "값"
    assert path.stat().st_size > 0


def test_pragmas(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")

    def pragmas(connection: sqlite3.Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "query_only")
        return {
            name: row[0] if (row := connection.execute(f"PRAGMA {name}").fetchone()) else None
            for name in names
        }

    writer = database.write(pragmas)
    reader = database.read(pragmas)
    database.close()
    assert writer["journal_mode"] == "wal"
    assert writer["synchronous"] == 2
    assert writer["foreign_keys"] == 1
    assert writer["mmap_size"] in {0, None}
    assert reader["query_only"] == 1


def test_all_writes_run_in_one_thread(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")
    seen: set[int] = set()
    threads = [
        threading.Thread(target=lambda: seen.add(database.write(lambda _: threading.get_ident())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('half', '1')")
        raise KeyError("half")

    with pytest.raises(KeyError):
        database.write(work)
    rows = database.read(lambda c: c.execute("SELECT * FROM meta WHERE key = 'half'").fetchall())
    database.close()
    assert rows == []


def test_readers_cannot_write(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")
    with pytest.raises(ReadOnlyError):
        database.read(lambda c: c.execute("INSERT INTO meta VALUES ('a', 'b')"))
    database.close()


def test_a_write_inside_a_write_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")
    with pytest.raises(RuntimeError, match="inside a write"):
        database.write(lambda _: database.write(lambda c: c.total_changes))
    database.close()


def test_our_bugs_are_not_dressed_as_disk_errors(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")
    with pytest.raises(sqlite3.OperationalError):
        database.write(lambda c: c.execute("SELEC 1"))
    with pytest.raises(sqlite3.IntegrityError):
        database.write(lambda c: c.execute("INSERT INTO meta VALUES (NULL, NULL)"))
    database.close()


def test_full_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")

    def limit(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    database.write(limit)
    with pytest.raises(DiskFullError) as caught:
        database.write(lambda c: c.execute("INSERT INTO meta VALUES ('k', ?)", ("가" * 9999,)))
    assert str(tmp_path) in caught.value.text()
    database.write(lambda c: c.execute("PRAGMA max_page_count = 100000"))
    database.write(lambda c: c.execute("INSERT INTO meta VALUES ('k', ?)", ("가" * 9999,)))
    database.close()


def _fourth_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE extra (id INTEGER PRIMARY KEY)")


def _fails(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half_made (id INTEGER PRIMARY KEY)")
    raise ZeroDivisionError


LATER = (*MIGRATIONS, Migration(MIGRATIONS[-1].version + 1, _fourth_table))


def test_migration_keeps_a_backup_and_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    old = Database(path)
    old.write(lambda c: c.execute("INSERT INTO meta VALUES ('kept', 'yes')"))
    old.close()
    new = Database(path, migrations=LATER)
    kept = new.read(lambda c: c.execute("SELECT value FROM meta WHERE key='kept'").fetchall())
    new.read(lambda c: c.execute("SELECT * FROM extra").fetchall())
    new.close()
    assert kept == [("yes",)]
    [backup] = (tmp_path / "backups").iterdir()
    copy = sqlite3.connect(backup)
    assert copy.execute("PRAGMA user_version").fetchone() == (MIGRATIONS[-1].version,)
    assert copy.execute("SELECT value FROM meta WHERE key = 'kept'").fetchone() == ("yes",)
    copy.close()


def test_backups_are_thinned_by_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    Database(path).close()
    folder = tmp_path / "backups"
    folder.mkdir()
    for hour in range(7):
        (folder / f"kochat-20200102-0{hour}0000-v1.db").touch()
    Database(path, migrations=LATER).close()
    names = sorted(file.name for file in folder.iterdir())
    assert names[:2] == ["kochat-20200102-050000-v1.db", "kochat-20200102-060000-v1.db"]
    assert len(names) == 3


def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    Database(path).close()
    broken = (*MIGRATIONS, Migration(MIGRATIONS[-1].version + 1, _fails))
    with pytest.raises(ZeroDivisionError):
        Database(path, migrations=broken)
    again = Database(path)
    tables = again.read(lambda c: c.execute("SELECT name FROM sqlite_schema").fetchall())
    again.close()
    assert ("half_made",) not in tables


def test_a_newer_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    Database(path, migrations=LATER).close()
    before = path.read_bytes()
    for mode in (AccessMode.NORMAL, AccessMode.READ_ONLY):
        with pytest.raises(DatabaseNewerError):
            Database(path, mode)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"\0" * 64560, b"SQLite format 3\0"])
def test_what_is_no_database_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "k.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseDamagedError):
        Database(path)
    assert path.read_bytes() == content


def test_a_foreign_database_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE other (x)")
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseDamagedError):
        Database(path)
    assert path.read_bytes() == before


def test_a_log_without_its_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "k.db-wal").write_bytes(b"left over")
    with pytest.raises(DatabaseDamagedError):
        Database(tmp_path / "k.db")


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_what_lies_beside_an_empty_database_stays(tmp_path: Path, suffix: str) -> None:
    """SQLite takes the file for a new database, and deletes them even where it only reads."""
    path = tmp_path / "k.db"
    path.touch()
    beside = path.with_name(path.name + suffix)
    beside.write_bytes(b"left over")
    for mode in (AccessMode.READ_ONLY, AccessMode.NORMAL):
        with pytest.raises(DatabaseDamagedError):
            Database(path, mode)
    assert not is_log_foreign(path)
    assert beside.read_bytes() == b"left over"


def test_a_version_that_the_header_alone_claims_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    Database(path).close()
    raw = bytearray(path.read_bytes())
    raw[60:64] = (77).to_bytes(4, "big")
    path.write_bytes(raw)
    with pytest.raises(DatabaseDamagedError):
        Database(path)


def test_in_memory(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db", AccessMode.MEMORY)
    database.write(lambda c: c.execute("INSERT INTO meta VALUES ('k', 'v')"))
    rows = database.read(lambda c: c.execute("SELECT value FROM meta WHERE key='k'").fetchall())
    database.close()
    assert rows == [("v",)]
    assert not database.is_kept
    assert not (tmp_path / "k.db").exists()


def test_read_only_beside_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "k.db"
    writer = Database(path)
    reader = Database(path, AccessMode.READ_ONLY)
    writer.write(lambda c: c.execute("INSERT INTO meta VALUES ('k', 'v')"))
    rows = reader.read(lambda c: c.execute("SELECT value FROM meta WHERE key='k'").fetchall())
    with pytest.raises(ReadOnlyError):
        reader.write(lambda c: c.total_changes)
    reader.close()
    writer.close()
    assert rows == [("v",)]


def test_use_after_close_is_a_bug(tmp_path: Path) -> None:
    database = Database(tmp_path / "k.db")
    database.close()
    database.close()
    with pytest.raises(RuntimeError):
        database.write(lambda c: c.total_changes)
    with pytest.raises(RuntimeError):
        database.read(lambda c: c.total_changes)


def _cut_short(path: Path) -> None:
    """Leave ``path`` as a kill amid a change without a log leaves it, half of it written."""
    Database(path).close()
    before = path.with_name("before.db")
    path.rename(before)
    with closing(sqlite3.connect(before, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("CREATE TABLE large (text TEXT)")
        connection.execute("INSERT INTO meta VALUES ('state', 'before')")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE meta SET value = 'amid' WHERE key = 'state'")
        connection.executemany("INSERT INTO large VALUES (?)", [("가나다" * 5000,)] * 50)
        for suffix in ("", "-journal"):
            shutil.copyfile(
                before.with_name(before.name + suffix), path.with_name(path.name + suffix)
            )
        connection.execute("ROLLBACK")
    with pytest.raises(sqlite3.OperationalError), closing(connect_for_reading(path)) as connection:
        connection.execute("SELECT * FROM meta").fetchall()


@pytest.mark.parametrize("mode", [AccessMode.NORMAL, AccessMode.READ_ONLY])
def test_a_change_that_was_cut_short_is_undone(tmp_path: Path, mode: AccessMode) -> None:
    path = tmp_path / "kochat.db"
    _cut_short(path)
    raw = path.read_bytes()

    database = Database(path, mode)
    [(state,)] = database.read(
        lambda c: c.execute("SELECT value FROM meta WHERE key = 'state'").fetchall()
    )
    [(rows,)] = database.read(lambda c: c.execute("SELECT count(*) FROM large").fetchall())
    database.close()

    assert (state, rows) == ("before", 0)
    journal = path.with_name(path.name + "-journal")
    if mode is AccessMode.NORMAL:
        assert not journal.exists()
    else:
        assert (path.read_bytes(), journal.exists()) == (raw, True)


def test_what_undoes_a_change_goes_with_a_damaged_database(tmp_path: Path) -> None:
    """SQLite would apply it to the new one."""
    path = tmp_path / "kochat.db"
    _cut_short(path)
    aside = move_aside(path)
    assert aside is not None
    assert aside.with_name(aside.name + "-journal").exists()
    assert not path.with_name(path.name + "-journal").exists()
