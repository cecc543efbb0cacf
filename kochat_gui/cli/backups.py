"""``kochat history backup``, ``check`` and ``restore``: copies of all conversations."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kochat_gui.cli import output
from kochat_gui.core.errors import DatabaseDamagedError, UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.user_path import with_home
from kochat_gui.storage.backups import Backup, Contents, contents_of, list_backups
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.profile_lock import ProfileLock
from kochat_gui.storage.restore import restore
from kochat_gui.storage.shape import open_checked

EXIT_DAMAGED = 1


def make(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Copy the conversations now, also beside an open window."""
    database = _open(paths)
    try:
        made = database.back_up(paths.backup_dir)
    finally:
        database.close()
    if args.json:
        output.write_json(_plain(made))
    else:
        output.write_line(str(made.path))
    return 0


def check(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Read all that is stored; the exit code is 1 when something is damaged."""
    problems: list[str] = []
    found = Contents(0, 0)
    try:
        database = _open(paths)
        try:
            problems = database.check()
            found = database.read(contents_of)
        finally:
            database.close()
    except DatabaseDamagedError as error:
        problems = problems or [error.text()]
    if args.json:
        output.write_json({"is_sound": not problems, "problems": problems} | asdict(found))
        return EXIT_DAMAGED if problems else 0
    for problem in problems:
        output.write_line(problem)
    if not problems:
        sound = translate(
            "CliHistory", "All is well: {conversations} conversations, {messages} messages."
        )
        text = sound.format(
            conversations=f"{found.conversations:,}", messages=f"{found.messages:,}"
        )
        output.write_line(text)
    return EXIT_DAMAGED if problems else 0


def put_back(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """Put a backup in the place of the conversations; without one, list what there is."""
    backups = list_backups(paths.backup_dir)
    if args.backup is None:
        _show(backups, is_json=args.json)
        return 0
    source = _chosen(args.backup, paths)
    lock = ProfileLock(paths.lock_file)
    try:
        replaced = restore(paths.database, source, paths.backup_dir)
    finally:
        lock.release()
    kept = replaced.path if isinstance(replaced, Backup) else replaced
    if args.json:
        output.write_json({"restored": str(source), "replaced": str(kept) if kept else None})
        return 0
    done = translate("CliHistory", "The conversations are as they were in {path}.")
    output.write_line(done.format(path=source.name))
    if kept is not None:
        before = translate("CliHistory", "What was there before is kept in {path}.")
        output.write_line(before.format(path=kept))
    return 0


def _open(paths: ProfilePaths) -> Database:
    if not paths.database.exists():
        raise UsageError(
            QT_TRANSLATE_NOOP("CliHistory", "There are no stored conversations."),
            advice=QT_TRANSLATE_NOOP(
                "CliHistory", "Start KoChat and chat first, or choose a profile with --profile."
            ),
        )
    return open_checked(paths.database)


def _chosen(name: str, paths: ProfilePaths) -> Path:
    """``newest``, the name of a file in the folder of the backups, or a path."""
    if name == "newest":
        backups = list_backups(paths.backup_dir)
        if not backups:
            raise UsageError(
                QT_TRANSLATE_NOOP("CliHistory", "There is no backup yet."),
                advice=QT_TRANSLATE_NOOP("CliHistory", "kochat history backup makes one."),
            )
        return backups[0].path
    there = paths.backup_dir / name
    return there if Path(name).name == name and there.is_file() else with_home(Path(name))


def _show(backups: list[Backup], *, is_json: bool) -> None:
    if is_json:
        output.write_json([_plain(backup) for backup in backups])
        return
    output.write_rows(
        (
            backup.path.name,
            backup.made_at.strftime("%Y-%m-%d %H:%M"),
            output.size(backup.size_bytes),
        )
        for backup in backups
    )


def _plain(backup: Backup) -> dict[str, Any]:
    return {
        "path": str(backup.path),
        "made_at": backup.made_at.isoformat(),
        "size_bytes": backup.size_bytes,
    }
