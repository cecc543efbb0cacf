"""Saves what can be read of a damaged database into a new one; the original is kept aside."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kochat_gui.core.conversation import ConversationSettings, MessageState, Role, title_from
from kochat_gui.storage import sqlite_errors, statements, unbegun
from kochat_gui.storage.connection import connect_for_creating, connect_for_reading
from kochat_gui.storage.id_spans import Run, keep_runs, noted_runs
from kochat_gui.storage.leftovers import (
    DAMAGED,
    REPORT_KEY,
    SALVAGED,
    finish_salvage,
    move_database,
)
from kochat_gui.storage.log_identity import is_log_foreign, is_log_older
from kochat_gui.storage.migrations import MIGRATIONS
from kochat_gui.storage.page_carver import Row, Value, carve, carve_lone_texts, carve_tables
from kochat_gui.storage.rows import now_ms, preview
from kochat_gui.storage.schema_version import migrate

_CONVERSATION_COLUMNS = (
    "id, created_at, updated_at, activity, tip_id, deleted_at, title, settings, draft, "
    "folder_id, is_pinned"
)
_MESSAGE_COLUMNS = (
    "id, conversation_id, parent_id, role, state, created_at, finish_reason, usage, made_by, "
    "error, preview, text, is_excluded"
)
_CHUNK_COLUMNS = "message_id, seq, text"
_FOLDER_COLUMNS = "id, position, name"
_ROLES = {role.value for role in Role}
_STATES = {state.value for state in MessageState}

Columns = list[Value]


@dataclass
class _Found:
    """Rows by id; the first reading of a row wins, so the surer source is read first."""

    conversations: dict[int, Columns]
    messages: dict[int, Columns]
    chunks: dict[tuple[int, int], str]
    folders: dict[int, Columns]
    tagged: set[tuple[int, int]]
    """Conversation and tag, by id."""
    tags: dict[int, str]
    new_draft: str
    edits: dict[int, tuple[str, int]]
    """Text and whether the editor was open, by message."""
    runs: list[Run]
    """Ids of messages that are older than those before them."""
    whole: set[str] = field(default_factory=set)
    """Tables that were read to the end: what else is in the file of them is from before."""
    has_base: bool = False
    """What is there came from a sound database: only a newer state of the same row replaces it."""
    new_settings: ConversationSettings | None = None


def salvage(path: Path) -> None:
    """Put a sound database in the place of a damaged one; ``report_of`` says what is in it.

    Raises ``StorageError`` when there is no room or no right to write; then the damaged database
    is where it was. Takes about a second for 10 MB.
    """
    name = _free_name(path)
    salvaged = path.with_name(name.name.replace(DAMAGED, SALVAGED))
    try:
        found = _Found({}, {}, {}, {}, set(), {}, "", {}, [])
        _read(path, found)
        _mend(found)
        partial = path.with_suffix(".salvaging")
        try:
            _write(partial, found, name)
            partial.replace(salvaged)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise sqlite_errors.from_os_error(error, path) from error
    except sqlite3.Error as error:
        raise sqlite_errors.from_sqlite(error, path) or error from error
    finish_salvage(path)


def move_aside(path: Path) -> Path | None:
    """Give a damaged database, and what belongs to it, another name; raises ``OSError``.

    Returns that of the database, or of a log that was left without one; None: there is nothing.
    """
    moved = move_database(path, _free_name(path))
    return moved[0] if moved else None


def _free_name(path: Path) -> Path:
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    name = path.with_name(f"{path.stem}{DAMAGED}{stamp}{path.suffix}")
    count = 1
    while name.exists():
        count += 1
        name = path.with_name(f"{path.stem}{DAMAGED}{stamp}-{count}{path.suffix}")
    return name


def _read(path: Path, found: _Found) -> None:
    """The surest source first; a log of another database, or of an older state, is left out."""
    log = path.with_name(path.name + "-wal")
    has_log = log.exists()
    is_sound = has_log and _is_sound_without_log(path)
    # A damaged log may look older; it is needed where the database has only a part of its changes.
    is_foreign = has_log and (is_log_foreign(path) or (is_sound and is_log_older(path)))
    if is_sound:
        _read_by_sql(path, found, without_log=True)
        if is_foreign:
            return
        found.has_base = True
    _read_by_sql(path, found, without_log=is_foreign)
    if not is_foreign:
        _read_by_page(path, log, found)
    if has_log:
        # A damaged log may stand before pages that are whole in the database.
        found.has_base = False
        _read_by_page(path, None, found)
    if has_log and not is_foreign:
        _read_by_root(path, log, found)
    _read_by_root(path, None, found)


def _is_sound_without_log(path: Path) -> bool:
    """Then the log is what is wrong: it may even be that of another database."""
    try:
        with closing(connect_for_reading(path, immutable=True)) as connection:
            [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
            connection.execute("SELECT 1 FROM conversations").fetchone()
    except sqlite3.Error:
        return False
    return bool(verdict == "ok")


def _read_by_sql(path: Path, found: _Found, *, without_log: bool) -> None:
    """Quick, and sees the log as SQLite does; stops at the damage from both ends."""
    try:
        connection = connect_for_reading(path, immutable=without_log)
    except sqlite3.Error:
        return
    with closing(connection):
        for table in ("conversations", "messages", "message_chunks", "folders"):
            for direction in ("ASC", "DESC"):
                # Every column: an older database has fewer.
                sql = f"SELECT rowid, * FROM {table} ORDER BY rowid {direction}"
                if _collect(_until_damage(connection, sql), found):
                    break
        for direction in ("ASC", "DESC"):
            _read_tags(connection, direction, found)
        with _noting_whole("new_draft", found):
            found.new_draft = unbegun.read_draft(connection)
        with _noting_whole("message_edits", found):
            for message_id, text, is_open in connection.execute("SELECT * FROM message_edits"):
                found.edits.setdefault(message_id, (str(text), int(bool(is_open))))
        with contextlib.suppress(sqlite3.Error):
            found.new_settings = unbegun.read_settings(connection)
        with contextlib.suppress(sqlite3.Error):
            found.runs = found.runs or noted_runs(connection)


@contextlib.contextmanager
def _noting_whole(table: str, found: _Found) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        # An older database does not have the table at all; that is no damage.
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            return
    found.whole.add(table)


def _read_tags(connection: sqlite3.Connection, direction: str, found: _Found) -> None:
    """Their rows look like others: only their tables tell what they are."""
    with contextlib.suppress(sqlite3.Error):
        for tag_id, name in connection.execute(
            f"SELECT id, name FROM tags ORDER BY id {direction}"
        ):
            if isinstance(tag_id, int) and isinstance(name, str):
                found.tags.setdefault(tag_id, name)
    sql = "SELECT conversation_id, tag_id FROM conversation_tags ORDER BY conversation_id "
    with contextlib.suppress(sqlite3.Error):
        found.tagged.update(connection.execute(sql + direction))


def _until_damage(connection: sqlite3.Connection, sql: str) -> Iterator[Row | None]:
    """Rows as long as they can be read, then None if that was not to the end."""
    try:
        for row in connection.execute(sql):
            yield row[0], list(row[1:])
    except sqlite3.Error:
        yield None


def _collect(rows: Iterable[Row | None], found: _Found) -> bool:
    for row in rows:
        if row is None:
            return False
        _sort_in(row, found)
    return True


def _read_by_page(path: Path, log: Path | None, found: _Found) -> None:
    for row in carve(path, log):
        _sort_in(row, found)


def _read_by_root(path: Path, log: Path | None, found: _Found) -> None:
    """What only its table tells apart from others."""
    tables = carve_tables(path, log, ("tags", "conversation_tags", "new_draft"))
    for row in tables.get("tags", []):
        match row:
            case [int(tag_id), str(name), *_]:
                found.tags.setdefault(tag_id, name)
    for row in tables.get("conversation_tags", []):
        match row:
            case [int(conversation_id), int(tag_id), *_]:
                found.tagged.add((conversation_id, tag_id))
    if "new_draft" in found.whole or found.new_draft:
        return
    if "new_draft" in tables:
        drafts = [row[1] for row in tables["new_draft"] if row[0] == 1 and len(row) == 2]
    else:
        drafts = [*carve_lone_texts(path, log)]
    found.new_draft = next((text for text in drafts if isinstance(text, str)), "")


def _sort_in(row: Row, found: _Found) -> None:
    """Tell the tables apart by the shape of their rows, and keep what is new."""
    match row:
        case (
            int(row_id),
            [_, int(), int() | None, str(role), str(state), int(), _, _, _, str(), str(), *rest],
        ) if row_id > 0 and role in _ROLES and state in _STATES and _begins_with_text(rest):
            _keep(found, found.messages, row_id, [*row[1][:12], _flag(rest[1:])], (1, 2, 3, 5))
        case (
            int(row_id),
            [_, int(), int(), int(), int() | None, int() | None, str(), *rest],
        ) if row_id > 0 and (placed := _placed(rest)) is not None:
            columns = [*row[1][:7], *placed]
            _keep(found, found.conversations, row_id, columns, (1,))
        case (int(row_id), [None, int(), str()]) if row_id > 0:
            found.folders.setdefault(row_id, row[1])
        case (int(row_id), [None, str(text), int(is_open)]) if (
            row_id > 0 and is_open in {0, 1} and "message_edits" not in found.whole
        ):
            found.edits.setdefault(row_id, (text, is_open))
        case (_, [int(message_id), int(seq), str(text)]):
            found.chunks.setdefault((message_id, seq), text)


def _begins_with_text(rest: Columns) -> bool:
    """The text and, in a newer row, whether the message is excluded."""
    return len(rest) in {1, 2} and isinstance(rest[0], str)


def _placed(rest: Columns) -> Columns | None:
    """Settings, draft, folder and pin out of what follows a title in a row of any age.

    First came forms of the title to search in, then no folder; None is for another table's row.
    """
    texts = [value for value in rest if isinstance(value, str)]
    more = rest[len(texts) :]
    if texts != rest[: len(texts)] or (len(texts), len(more)) not in {(4, 0), (4, 2), (2, 2)}:
        return None
    return [*texts[-2:], more[0] if more else None, _flag(more[1:])]


def _keep(
    found: _Found,
    rows: dict[int, Columns],
    row_id: int,
    columns: Columns,
    never_change: tuple[int, ...],
) -> None:
    known = rows.get(row_id)
    if known is None or (
        found.has_base and all(known[index] == columns[index] for index in never_change)
    ):
        rows[row_id] = columns


def _flag(column: Columns) -> int:
    """A column of truth that an older row does not have."""
    return int(column == [1])


def _mend(found: _Found) -> None:
    """Make the rows fit together again: every message in a conversation, every path whole."""
    tips: dict[int, int] = {}
    titles: dict[int, str] = {}
    for message_id, columns in sorted(found.messages.items()):
        conversation_id = columns[1]
        if not isinstance(conversation_id, int):
            continue
        previous = tips.get(conversation_id)
        if columns[2] is not None and not _is_parent(
            columns[2], message_id, conversation_id, found
        ):
            columns[2] = previous
        if columns[3] == Role.USER.value:
            titles.setdefault(conversation_id, title_from(str(columns[11])))
        tips[conversation_id] = message_id
    for conversation_id, tip_id in tips.items():
        if conversation_id not in found.conversations:
            title = titles.get(conversation_id, "")
            now = now_ms()
            found.conversations[conversation_id] = [
                None, now, now, tip_id, tip_id, None, title, "{}", "", None, 0,
            ]  # fmt: skip
    for conversation_id, columns in found.conversations.items():
        tip = found.messages.get(columns[4]) if isinstance(columns[4], int) else None
        if tip is None or tip[1] != conversation_id:
            columns[4] = tips.get(conversation_id)
        if columns[9] not in found.folders:
            columns[9] = None


def _is_parent(parent_id: Value, message_id: int, conversation_id: int, found: _Found) -> bool:
    """Parents are older and of the same conversation; else a path could run in a circle."""
    if not isinstance(parent_id, int) or not 0 < parent_id < message_id:
        return False
    parent = found.messages.get(parent_id)
    return parent is not None and parent[1] == conversation_id


def _write(path: Path, found: _Found, original: Path) -> None:
    path.unlink(missing_ok=True)
    report = {
        "original": str(original),
        "conversations": len(found.conversations),
        "messages": len(found.messages),
    }
    with closing(connect_for_creating(path)) as connection:
        migrate(connection, MIGRATIONS, None)
        connection.execute("BEGIN IMMEDIATE")
        _insert_all(connection, found)
        connection.execute(
            "INSERT INTO meta (key, value) VALUES (?, ?)", (REPORT_KEY, json.dumps(report))
        )
        connection.execute("COMMIT")


def _insert_all(connection: sqlite3.Connection, found: _Found) -> None:
    _insert(connection, "folders", _FOLDER_COLUMNS, found.folders)
    _insert(connection, "conversations", _CONVERSATION_COLUMNS, found.conversations)
    statements.insert_tags(
        connection,
        [
            (conversation_id, found.tags[tag_id])
            for conversation_id, tag_id in sorted(found.tagged)
            if conversation_id in found.conversations and tag_id in found.tags
        ],
    )
    keep_runs(connection, found.runs)
    if found.new_draft:
        unbegun.save_draft(connection, found.new_draft)
    if found.new_settings is not None:
        unbegun.save_settings(connection, found.new_settings)
    for columns in found.messages.values():
        columns[10] = preview(str(columns[11]))
    _insert(connection, "messages", _MESSAGE_COLUMNS, dict(sorted(found.messages.items())))
    connection.executemany(
        "INSERT INTO message_edits (message_id, text, is_open) VALUES (?, ?, ?)",
        [(mid, *edit) for mid, edit in found.edits.items() if mid in found.messages],
    )
    connection.executemany(
        f"INSERT INTO message_chunks ({_CHUNK_COLUMNS}) VALUES (?, ?, ?)",
        [
            (message_id, seq, text)
            for (message_id, seq), text in found.chunks.items()
            if _is_streaming(found.messages.get(message_id))
        ],
    )
    statements.interrupt_streaming(connection)
    # What was just saved, and is counted in the report, must not be deleted at the first opening.
    statements.renew_trash(connection)


def _insert(
    connection: sqlite3.Connection, table: str, columns: str, rows: dict[int, Columns]
) -> None:
    marks = ", ".join("?" * len(columns.split(",")))
    connection.executemany(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",
        ((row_id, *values[1:]) for row_id, values in rows.items()),
    )


def _is_streaming(columns: Columns | None) -> bool:
    return columns is not None and columns[4] == MessageState.STREAMING.value
