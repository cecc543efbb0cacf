"""What a salvage or a restore left beside a database: looked for whenever one is opened."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

from kochat_gui.storage import sqlite_errors
from kochat_gui.storage.database import Database

DAMAGED, SALVAGED = ".damaged-", ".salvaged-"
"""In the names of a damaged database, and of what is to take its place."""
REPORT_KEY = "salvaged"
_REPORT = "SELECT value FROM meta WHERE key = ?"


class SalvageReport(NamedTuple):
    """What was saved, and where the damaged original lies."""

    original: Path
    conversations: int
    messages: int


def finish_salvage(path: Path) -> None:
    """Put a salvaged database in its place; to be tried at each start, as a kill may prevent it.

    Raises ``StorageError``.
    """
    try:
        for salvaged in sorted(path.parent.glob(f"{path.stem}{SALVAGED}*{path.suffix}")):
            move_database(path, path.with_name(salvaged.name.replace(SALVAGED, DAMAGED)))
            salvaged.replace(path)
    except OSError as error:
        raise sqlite_errors.from_os_error(error, path) from error


def report_of(database: Database) -> SalvageReport | None:
    """What was salvaged into ``database``, until that is forgotten."""
    rows = database.read(lambda c: c.execute(_REPORT, (REPORT_KEY,)).fetchall())
    try:
        plain = json.loads(rows[0][0])
        return SalvageReport(Path(plain["original"]), plain["conversations"], plain["messages"])
    except (LookupError, TypeError, ValueError):
        return None  # none, or damaged since


def forget_report(database: Database) -> None:
    """It has been told; raises ``StorageError``."""
    database.write(lambda c: c.execute("DELETE FROM meta WHERE key = ?", (REPORT_KEY,)))


def move_database(source: Path, target: Path) -> list[Path]:
    """Rename a database with the files that belong to it; what is not there any more is done.

    Returns where they are now, the one that says most first.
    """
    moved = []
    for suffix in ("", "-journal", "-wal", "-shm"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            moved.append(part.rename(target.with_name(target.name + suffix)))
    return moved


def discard_leftovers(database: Path) -> None:
    """Delete what a program that was ended while it restored left beside ``database``."""
    shutil.rmtree(room_beside(database), ignore_errors=True)


def room_beside(database: Path) -> Path:
    """Where a copy becomes what ``database`` is then replaced by."""
    return database.with_name(f"{database.stem}.restoring")
