"""``kochat history search``: hits in all conversations, also beside an open window."""

import argparse
from typing import Any

from kochat_gui.cli import output
from kochat_gui.cli.history import ROLES
from kochat_gui.core.conversation import FolderId
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.search import SearchFilters, SearchHit
from kochat_gui.services.search import HistorySearch
from kochat_gui.storage.database import Database
from kochat_gui.storage.folders import FolderStore
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.shape import open_checked


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Show the newest hits, one a line."""
    hits = _found(args, paths)
    if args.json:
        output.write_json([_plain(hit) for hit in hits])
    else:
        output.write_rows(_row(hit) for hit in hits)
    return 0


def _found(args: argparse.Namespace, paths: ProfilePaths) -> list[SearchHit]:
    if not paths.database.exists():
        return []
    database = open_checked(paths.database)
    search = HistorySearch(database, paths.search_index)
    try:
        filters = SearchFilters(
            model_name=args.model,
            folder_id=_folder(database, args.folder),
            tag=args.tag,
            since=args.since,
            until=args.until,
            role=args.role,
        )
        return search.find(args.query, filters, args.limit)
    finally:
        search.close()
        database.close()


def _folder(database: Database, name: str | None) -> FolderId | None:
    if name is None:
        return None
    for folder in FolderStore(database).list():
        if folder.name == name:
            return folder.folder_id
    raise UsageError(QT_TRANSLATE_NOOP("CliHistory", "There is no folder “{name}”."), name=name)


def _row(hit: SearchHit) -> tuple[str, ...]:
    title = hit.title or translate("CliHistory", "(untitled)")
    return (
        str(hit.conversation_id),
        hit.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        translate("CliHistory", "title") if hit.role is None else ROLES[hit.role].text(),
        hit.snippet if hit.message_id is None else f"{title}: {hit.snippet}",
    )


def _plain(hit: SearchHit) -> dict[str, Any]:
    return {
        "conversation": hit.conversation_id,
        "title": hit.title,
        "message": hit.message_id,
        "role": hit.role.value if hit.role is not None else None,
        "created_at": hit.created_at.isoformat(),
        "snippet": hit.snippet,
        "spans": [list(span) for span in hit.spans],
    }
