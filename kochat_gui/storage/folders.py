"""Folders and tags of conversations."""

import sqlite3
import unicodedata
from collections.abc import Sequence

from kochat_gui.core.conversation import ConversationId, Folder, FolderId
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.storage import statements
from kochat_gui.storage.database import Database
from kochat_gui.storage.rows import storable_text

_MAX_NAME = 100
_NEXT_POSITION = "(SELECT coalesce(max(position), 0) + 1 FROM folders)"


class FolderStore:
    """Every method may be called on any thread; raises ``StorageError`` for the disk's troubles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[Folder]:
        """In their order."""
        sql = (
            "SELECT f.id, f.name, (SELECT count(*) FROM conversations c "
            "WHERE c.folder_id = f.id AND c.deleted_at IS NULL) FROM folders f ORDER BY f.position"
        )
        rows = self._database.read(lambda connection: connection.execute(sql).fetchall())
        return [Folder(FolderId(row[0]), str(row[1]), int(row[2])) for row in rows]

    def create(self, name: str) -> FolderId:
        """Add a folder at the end; one whose name is taken gets a number: "여행 (2)".

        Raises ``UsageError`` for an empty name.
        """
        clean = clean_name(name)
        return self._database.write(lambda found: _insert(found, _free_name(found, clean, None)))

    def rename(self, folder_id: FolderId, name: str) -> None:
        """As in :meth:`create`, no other folder has the name then."""
        clean = clean_name(name)

        def work(connection: sqlite3.Connection) -> None:
            free = _free_name(connection, clean, folder_id)
            connection.execute("UPDATE folders SET name = ? WHERE id = ?", (free, folder_id))

        self._database.write(work)

    def delete(self, folder_id: FolderId) -> Sequence[ConversationId]:
        """Remove a folder, not what is in it; returns the conversations that were."""

        def work(connection: sqlite3.Connection) -> Sequence[ConversationId]:
            sql = "SELECT id FROM conversations WHERE folder_id = ?"
            inside = [ConversationId(row[0]) for row in connection.execute(sql, (folder_id,))]
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            return inside

        return self._database.write(work)

    def reorder(self, folder_ids: Sequence[FolderId]) -> None:
        """Bring the folders into this order; those not named come last, as they were."""

        def work(connection: sqlite3.Connection) -> None:
            rows = connection.execute("SELECT id FROM folders ORDER BY position").fetchall()
            named = list(dict.fromkeys(folder_ids))
            rest = [FolderId(row[0]) for row in rows if row[0] not in set(named)]
            connection.executemany(
                "UPDATE folders SET position = ? WHERE id = ?",
                [(position, folder_id) for position, folder_id in enumerate([*named, *rest], 1)],
            )

        self._database.write(work)

    def move(self, conversation_ids: Sequence[ConversationId], folder_id: FolderId | None) -> None:
        """Put conversations into a folder, or out of any; their place in time stays.

        Raises ``UsageError`` when the folder is gone.
        """

        def work(connection: sqlite3.Connection) -> None:
            known = connection.execute("SELECT 1 FROM folders WHERE id = ?", (folder_id,))
            if folder_id is not None and known.fetchone() is None:
                raise UsageError(QT_TRANSLATE_NOOP("Storage", "There is no such folder any more."))
            connection.executemany(
                "UPDATE conversations SET folder_id = ? WHERE id = ?",
                [(folder_id, conversation_id) for conversation_id in conversation_ids],
            )

        self._database.write(work)

    def tags(self) -> dict[str, int]:
        """All tags that are in use, with how many conversations outside the trash have each."""
        sql = (
            "SELECT t.name, count(*) FROM tags t JOIN conversation_tags ct ON ct.tag_id = t.id "
            "JOIN conversations c ON c.id = ct.conversation_id AND c.deleted_at IS NULL "
            "GROUP BY t.id ORDER BY t.name"
        )
        rows = self._database.read(lambda connection: connection.execute(sql).fetchall())
        return {str(name): int(count) for name, count in rows}

    def add_tag(self, conversation_ids: Sequence[ConversationId], name: str) -> None:
        """Raises ``UsageError`` for an empty name."""
        clean = clean_name(name.strip().removeprefix("#"))

        def work(connection: sqlite3.Connection) -> None:
            statements.insert_tags(connection, [(found, clean) for found in conversation_ids])

        self._database.write(work)

    def remove_tag(self, conversation_ids: Sequence[ConversationId], name: str) -> None:
        """A tag that no conversation has any more is gone."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "DELETE FROM conversation_tags WHERE conversation_id = ? "
                "AND tag_id = (SELECT id FROM tags WHERE name = ?)",
                [(conversation_id, name) for conversation_id in conversation_ids],
            )
            connection.execute(
                "DELETE FROM tags WHERE id NOT IN (SELECT tag_id FROM conversation_tags)"
            )

        self._database.write(work)


def folder_named(connection: sqlite3.Connection, name: str) -> FolderId:
    """The folder of that name, made at the end if there is none; inside a transaction."""
    sql = "SELECT id FROM folders WHERE name = ? ORDER BY position"
    row = connection.execute(sql, (name,)).fetchone()
    return _insert(connection, name) if row is None else FolderId(int(row[0]))


def _free_name(connection: sqlite3.Connection, name: str, but: FolderId | None) -> str:
    """``name``, numbered where a folder other than ``but`` has it: a name tells which is meant."""
    rows = connection.execute("SELECT name FROM folders WHERE id IS NOT ?", (but,))
    taken = {str(row[0]) for row in rows}
    number, free = 1, name
    while free in taken:
        number += 1
        ending = f" ({number})"
        free = name[: _MAX_NAME - len(ending)].rstrip() + ending
    return free


def _insert(connection: sqlite3.Connection, name: str) -> FolderId:
    cursor = connection.execute(
        f"INSERT INTO folders (name, position) VALUES (?, {_NEXT_POSITION})", (name,)
    )
    return FolderId(int(cursor.lastrowid or 0))


def clean_name(name: str) -> str:
    """One line, cut to a length that a row can show; ``UsageError`` when nothing is left."""
    clean = " ".join(unicodedata.normalize("NFC", storable_text(name)).split())[:_MAX_NAME]
    if not clean:
        raise UsageError(QT_TRANSLATE_NOOP("Storage", "The name is empty."))
    return clean
