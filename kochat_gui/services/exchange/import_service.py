"""Conversations of other programs, and of this one, into the library."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import (
    DatabaseDamagedError,
    DiskFullError,
    ImportRefusedError,
    ImportUnknownError,
    StorageError,
    UserFacingError,
)
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.system_errors import reason_of
from kochat_gui.services.events import ConversationsChanged
from kochat_gui.services.exchange.importers import jan
from kochat_gui.services.exchange.json_source import OnRead
from kochat_gui.services.exchange.reading import read_file, unknown
from kochat_gui.services.exchange.report import FoundFile, ImportedFile
from kochat_gui.storage.archive import ArchiveStore
from kochat_gui.storage.conversations import ConversationStore

MAX_FILES = 10_000
"""That are looked at in folders."""
_MAX_DEPTH = 8
_LOOKED_AT = 300
"""Folders in which a name is looked for before a person waits."""
_SUFFIXES = {".json", ".chat", ".zip"}

R = TypeVar("R", FoundFile, ImportedFile)
OnProgress = Callable[[Path, float], None]
"""The file that is being read, and the share of all files that is done, 0-1."""


class ImportService:
    """May be used on any thread; publishes what it added."""

    def __init__(self, store: ConversationStore, bus: EventBus) -> None:
        self._archive = ArchiveStore(store)
        self._bus = bus

    def run(
        self,
        paths: Sequence[Path],
        on_progress: OnProgress,
        cancel: CancelToken,
        on_report: Callable[[ImportedFile], object] | None = None,
    ) -> list[ImportedFile]:
        """Take over what is in ``paths``: files, and folders with files in them.

        Each file is read and checked completely, then stored in one transaction: all of it, or
        nothing of it with the reason in its report; the next file goes on. Conversations that are
        there already are skipped. Files in folders that hold something else are passed over.
        Raises ``Cancelled``; files that were finished before stay, and ``on_report`` was told of
        each.
        """

        def take(path: Path, on_read: OnRead) -> ImportedFile:
            report = self._take(path, on_read, cancel)
            if on_report is not None and report.conversation_ids:
                on_report(report)
            return report

        reports = _each(paths, take, on_progress, cancel)
        empty = [path for path in paths if path.is_dir()] if not reports else []
        return reports + [ImportedFile(folder, "", error=unknown(folder)) for folder in empty]

    def look(
        self, paths: Sequence[Path], on_progress: OnProgress, cancel: CancelToken
    ) -> list[FoundFile]:
        """What :meth:`run` would find in ``paths``; takes as long as reading them, about.

        Conversations that are there already are counted, too. Raises ``Cancelled``.
        """
        reports = _each(paths, _look, on_progress, cancel)
        empty = [path for path in paths if path.is_dir()] if not reports else []
        return reports + [FoundFile(folder, "", error=unknown(folder)) for folder in empty]

    def _take(self, path: Path, on_read: OnRead, cancel: CancelToken) -> ImportedFile:
        program = ""
        try:
            parsed = read_file(path, on_read)
            program = parsed.program
            inserted = self._archive.insert(parsed.conversations, parsed.folders, cancel)
        except StorageError as error:
            return ImportedFile(path, program, error=_not_stored(error))
        except UserFacingError as error:
            return ImportedFile(path, program, error=error)
        except OSError as error:
            return ImportedFile(path, program, error=_cannot_read(error, path))
        if inserted.conversation_ids:
            self._bus.publish(ConversationsChanged(inserted.conversation_ids))
        return ImportedFile(
            path,
            program,
            inserted.conversation_ids,
            inserted.messages,
            inserted.duplicates,
            dict(parsed.left_out),
        )


def may_hold_conversations(path: Path) -> bool:
    """Whether :meth:`ImportService.look` is worth a try: by names alone, at once."""
    if path.is_dir():
        looked_at = zip(range(_LOOKED_AT), os.walk(path), strict=False)
        names = (name for _, (_, _, files) in looked_at for name in files)
        return any(Path(name).suffix.casefold() in _SUFFIXES for name in names)
    return path.suffix.casefold() in _SUFFIXES or _thread_of(path) != path


def _each(
    paths: Sequence[Path],
    work: Callable[[Path, OnRead], R],
    on_progress: OnProgress,
    cancel: CancelToken,
) -> list[R]:
    """What ``work`` makes of each file; without those in folders that are of no known format."""
    named: list[Path] = [_thread_of(path) for path in paths if not path.is_dir()]
    inside: list[Path] = [path for folder in paths if folder.is_dir() for path in _inside(folder)]
    sizes = {path: _size(path) for path in (*named, *inside)}
    total, done = max(sum(sizes.values()), 1), 0
    reports = []
    for path, size in sizes.items():
        on_read = _reading(path, (done, size, total), on_progress, cancel)
        report = work(path, on_read)
        if path in named or not isinstance(report.error, ImportUnknownError):
            reports.append(report)
        done += size
    return reports


def _reading(
    path: Path, part: tuple[int, int, int], on_progress: OnProgress, cancel: CancelToken
) -> OnRead:
    """Tells how far all files are while one is read."""
    done, size, total = part
    read = 0

    def on_read(count: int) -> None:
        nonlocal read
        cancel.raise_if_cancelled()
        read += count
        # Members of an archive may be larger than the archive.
        on_progress(path, min((done + min(read, size)) / total, 1.0))

    on_read(0)
    return on_read


def _look(path: Path, on_read: OnRead) -> FoundFile:
    try:
        parsed = read_file(path, on_read)
    except UserFacingError as error:
        return FoundFile(path, "", error=error)
    except OSError as error:
        return FoundFile(path, "", error=_cannot_read(error, path))
    return FoundFile(
        path,
        parsed.program,
        len(parsed.conversations),
        parsed.messages,
        dict(parsed.left_out),
    )


def _inside(folder: Path) -> Iterator[Path]:
    """Files, and folders of Jan's threads, in their order; links are not followed."""
    left = MAX_FILES
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders.sort()
        if len(here.relative_to(folder).parts) >= _MAX_DEPTH:
            folders.clear()
        is_thread = jan.THREAD_FILE in files
        found = [here] if is_thread else [here / n for n in sorted(files) if _is_export(here / n)]
        yield from found[:left]
        left -= len(found)
        if left <= 0:
            return


def _is_export(path: Path) -> bool:
    return path.suffix.casefold() in _SUFFIXES and path.is_file() and not path.is_symlink()


def _thread_of(path: Path) -> Path:
    """The folder of a thread of Jan's, where one of its two files is named; else ``path``."""
    is_part = path.name in {jan.THREAD_FILE, jan.MESSAGES_FILE}
    return path.parent if is_part and (path.parent / jan.THREAD_FILE).is_file() else path


def _size(path: Path) -> int:
    try:
        inner = path / jan.MESSAGES_FILE if path.is_dir() else path
        return inner.stat().st_size
    except OSError:
        return 0  # reading it says why


def _not_stored(error: StorageError) -> StorageError:
    """What other writes say holds of answers that go on by themselves; an import does not."""
    if isinstance(error, DatabaseDamagedError):
        return error
    is_full = isinstance(error, DiskFullError)
    return type(error)(
        QT_TRANSLATE_NOOP("Exchange", "There is not enough room for these conversations in {path}.")
        if is_full
        else error.summary,
        kept=QT_TRANSLATE_NOOP("Exchange", "Nothing of this file was taken over."),
        advice=QT_TRANSLATE_NOOP("Exchange", "Make some room, then import it again.")
        if is_full
        else QT_TRANSLATE_NOOP("Exchange", "See that the disk can be written, then import again."),
        **error.values,
    )


def _cannot_read(error: OSError, path: Path) -> UserFacingError:
    return ImportRefusedError(
        QT_TRANSLATE_NOOP("Exchange", "{path} cannot be read: {reason}"),
        path=path,
        reason=reason_of(error),
    )
