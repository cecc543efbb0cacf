"""Brings a database to the newest shape, a backup first."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from kochat_gui.core.errors import DatabaseNewerError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.storage.migrations import Migration


def version_of(connection: sqlite3.Connection) -> int:
    """``PRAGMA user_version``: 0 for a new database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def refuse_newer(connection: sqlite3.Connection, path: Path, newest: int) -> None:
    """Raise ``DatabaseNewerError`` when a later KoChat has changed the shape."""
    if version_of(connection) > newest:
        raise DatabaseNewerError(
            QT_TRANSLATE_NOOP("Storage", "A newer KoChat wrote the conversations in {path}."),
            kept=QT_TRANSLATE_NOOP("Storage", "They were not touched."),
            advice=QT_TRANSLATE_NOOP(
                "Storage", "Install the newer KoChat, or start with another profile (--profile)."
            ),
            path=path,
        )


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Migration], backup_dir: Path | None
) -> None:
    """Apply what is missing, each step in one transaction that also sets the version.

    A backup goes to ``backup_dir`` before each step, unless the database is new.
    """
    for step in migrations:
        current = version_of(connection)
        if step.version <= current:
            continue
        if current > 0 and backup_dir is not None:
            from kochat_gui.storage.backups import back_up, thin

            back_up(connection, backup_dir)
            thin(backup_dir)
        connection.execute("BEGIN IMMEDIATE")
        try:
            step.apply(connection)
            connection.execute(f"PRAGMA user_version = {step.version:d}")
            # Said twice, so that a damaged header is not taken for another version.
            connection.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ('schema_version', ?)",
                (str(step.version),),
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
