"""``kochat history export``: conversations as files, also beside an open window."""

import argparse
from pathlib import Path

from kochat_gui.cli import output
from kochat_gui.cli.interruption import stopped_by_ctrl_c
from kochat_gui.cli.progress import show_progress
from kochat_gui.core.conversation import ConversationId, MessageId
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.user_path import with_home
from kochat_gui.services.exchange.export_service import ExportFormat, ExportService, Selection
from kochat_gui.services.exchange.report import ExportedFiles
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.shape import open_checked


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Write what the options select, and print the paths of the files."""
    export_format = _format(args.format, args.output)
    ids = args.conversation
    selection = Selection(
        conversation_ids=None if ids is None else tuple(map(ConversationId, ids)),
        folder=args.folder or "",
        message_id=None if args.message is None else MessageId(args.message),
    )
    if not paths.database.exists():
        raise UsageError(QT_TRANSLATE_NOOP("CliHistory", "There are no stored conversations."))
    database = open_checked(paths.database)
    try:
        service = ExportService(ConversationStore(database))
        with stopped_by_ctrl_c() as cancel:
            what = translate("CliHistory", "Exporting")
            try:
                written = service.run(
                    selection,
                    export_format,
                    with_home(args.output),
                    lambda share: show_progress(what, share),
                    cancel,
                )
            finally:
                show_progress(what, 1.0)
    finally:
        database.close()
    _tell(written, is_json=args.json)
    return 0


def _format(name: str | None, target: Path) -> ExportFormat:
    """The one that is named, else the one of the file's ending, else Markdown."""
    if name is None:
        ending = target.suffix.casefold()
        return next((f for f in ExportFormat if f.suffix == ending), ExportFormat.MARKDOWN)
    try:
        return ExportFormat(name)
    except ValueError:
        raise UsageError(
            QT_TRANSLATE_NOOP("CliHistory", "There is no format “{name}”."),
            advice=QT_TRANSLATE_NOOP("CliHistory", "Choose one of these: {names}."),
            name=name,
            names=", ".join(known.value for known in ExportFormat),
        ) from None


def _tell(written: ExportedFiles, *, is_json: bool) -> None:
    if is_json:
        output.write_json(
            {
                "files": [str(path) for path in written.paths],
                "conversations": written.conversations,
                "skipped": written.skipped,
                "unknown_characters": written.unknown_characters,
            }
        )
        return
    for path in written.paths:
        output.write_line(str(path))
    if written.skipped:
        skipped = translate("CliHistory", "{count} conversations have no answer to train on.")
        output.write_error(skipped.format(count=written.skipped))
    if written.unknown_characters:
        boxes = translate("CliHistory", "{count} characters that the fonts lack became boxes.")
        output.write_error(boxes.format(count=written.unknown_characters))
