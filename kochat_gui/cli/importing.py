"""``kochat history import``: conversations out of the files of other programs."""

import argparse
from pathlib import Path
from typing import Any

from kochat_gui.cli import output
from kochat_gui.cli.interruption import stopped_by_ctrl_c
from kochat_gui.cli.progress import show_progress
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import translate
from kochat_gui.core.user_path import with_home
from kochat_gui.services.exchange.import_service import ImportService
from kochat_gui.services.exchange.report import ImportedFile
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.profile_lock import ProfileLock
from kochat_gui.storage.shape import open_checked

EXIT_REFUSED = 1


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Take over all files; the exit code is 1 when one was refused."""
    lock = ProfileLock(paths.lock_file)
    try:
        database = open_checked(paths.database, AccessMode.NORMAL)
        try:
            reports = _import(args.paths, ConversationStore(database))
        finally:
            database.close()
    finally:
        lock.release()
    if args.json:
        output.write_json([_plain(report) for report in reports])
    else:
        for report in reports:
            _tell(report)
    return EXIT_REFUSED if any(report.error for report in reports) else 0


def _import(paths: list[Path], store: ConversationStore) -> list[ImportedFile]:
    shown = ""

    def on_progress(path: Path, share: float) -> None:
        nonlocal shown
        shown = path.name
        show_progress(shown, share)

    with stopped_by_ctrl_c() as cancel:
        wanted = [with_home(path) for path in paths]
        try:
            return ImportService(store, EventBus()).run(wanted, on_progress, cancel)
        finally:
            show_progress(shown, 1.0)


def _tell(report: ImportedFile) -> None:
    if report.error is not None:
        output.write_error(report.error.text())
        return
    line = translate(
        "CliHistory", "{name} ({program}): {conversations} conversations, {messages} messages."
    ).format(
        name=report.path.name,
        program=report.program,
        conversations=f"{len(report.conversation_ids):,}",
        messages=f"{report.messages:,}",
    )
    if report.duplicates:
        there = translate("CliHistory", "{count} were there already.")
        line += " " + there.format(count=f"{report.duplicates:,}")
    if report.left_out:
        kinds = [kind.label.text(count=f"{n:,}") for kind, n in report.left_out.items()]
        left = translate("CliHistory", "Not taken: {kinds}.")
        line += " " + left.format(kinds=", ".join(kinds))
    output.write_line(line)


def _plain(report: ImportedFile) -> dict[str, Any]:
    return {
        "path": str(report.path),
        "program": report.program or None,
        "conversations": list(report.conversation_ids),
        "messages": report.messages,
        "duplicates": report.duplicates,
        "left_out": {kind.value: count for kind, count in report.left_out.items()},
        "error": report.error.text() if report.error else None,
    }
