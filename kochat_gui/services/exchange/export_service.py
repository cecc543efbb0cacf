"""Conversations of the library as files."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MessageId,
    title_from,
)
from kochat_gui.core.errors import ExchangeError, UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.services.exchange.file_names import compared, free_name, safe_name
from kochat_gui.services.exchange.formats.json_format import write_json
from kochat_gui.services.exchange.formats.pdf import write_pdf
from kochat_gui.services.exchange.formats.text import to_text
from kochat_gui.services.exchange.formats.training import instruction_line, sharegpt_line
from kochat_gui.services.exchange.formats.wording import title_of
from kochat_gui.services.exchange.new_file import make_folder, new_file
from kochat_gui.services.exchange.report import ExportedFiles
from kochat_gui.storage.archive import ArchiveStore
from kochat_gui.storage.conversations import ConversationStore

OnProgress = Callable[[float], None]
"""0-1."""
Ids = list[ConversationId]


class ExportFormat(Enum):
    """What conversations can be written as; the value is the command line's name."""

    MARKDOWN = "md"
    HTML = "html"
    TEXT = "txt"
    PDF = "pdf"
    JSON = "json"
    SHAREGPT = "sharegpt"
    INSTRUCTION = "instruction"

    @property
    def suffix(self) -> str:
        """Of its files, with the dot."""
        training = {ExportFormat.SHAREGPT, ExportFormat.INSTRUCTION}
        return ".jsonl" if self in training else f".{self.value}"

    @property
    def is_one_file(self) -> bool:
        """Several conversations go into one file; of the others each gets its own."""
        one = {ExportFormat.JSON, ExportFormat.SHAREGPT, ExportFormat.INSTRUCTION}
        return self in one

    @property
    def label(self) -> TextKey:
        """For people."""
        return _LABELS[self]


_LABELS = {
    ExportFormat.MARKDOWN: QT_TRANSLATE_NOOP("Exchange", "Markdown"),
    ExportFormat.HTML: QT_TRANSLATE_NOOP("Exchange", "Web page (HTML)"),
    ExportFormat.TEXT: QT_TRANSLATE_NOOP("Exchange", "Plain text"),
    ExportFormat.PDF: QT_TRANSLATE_NOOP("Exchange", "PDF"),
    ExportFormat.JSON: QT_TRANSLATE_NOOP("Exchange", "Everything, to import again (JSON)"),
    ExportFormat.SHAREGPT: QT_TRANSLATE_NOOP("Exchange", "Training data: ShareGPT (JSONL)"),
    ExportFormat.INSTRUCTION: QT_TRANSLATE_NOOP("Exchange", "Training data: Alpaca (JSONL)"),
}


@dataclass(frozen=True)
class Selection:
    """What is exported: one message, or some conversations, or those of a folder, or all."""

    conversation_ids: tuple[ConversationId, ...] | None = None
    """None: all of ``folder``, or all there are, newest first; never deleted ones."""
    folder: str = ""
    message_id: MessageId | None = None
    """Only this message; the other fields do not matter then."""


class ExportService:
    """May be used on any thread, and beside a window that is open; changes nothing."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store
        self._archive = ArchiveStore(store)

    def name(self, selection: Selection, export_format: ExportFormat) -> str:
        """A name to suggest: of the file, or without a suffix of the folder, as :meth:`run` needs.

        Raises ``UsageError`` when something that is selected is not there.
        """
        ids = self._ids(selection)
        if selection.message_id is not None or len(ids) == 1:
            title = title_of(self._read(selection, ids[0] if ids else None))
            return safe_name(title, export_format.suffix, _FALLBACK)
        title = selection.folder or QT_TRANSLATE_NOOP("Exchange", "KoChat conversations").text()
        suffix = export_format.suffix if export_format.is_one_file else ""
        return safe_name(title, suffix, _FALLBACK)

    def needs_folder(self, selection: Selection, export_format: ExportFormat) -> bool:
        """Whether :meth:`run` writes several files, into a folder."""
        if export_format.is_one_file or selection.message_id is not None:
            return False
        return len(self._ids(selection)) != 1

    def run(
        self,
        selection: Selection,
        export_format: ExportFormat,
        target: Path,
        on_progress: OnProgress,
        cancel: CancelToken,
        *,
        replace: bool = False,
    ) -> ExportedFiles:
        """Write what is selected.

        Markdown, HTML, plain text and PDF show the path that the window shows; several
        conversations get a file each, named after their titles, in the folder ``target``, which is
        made. JSON and training data are one file, ``target``. Where ``target`` is a folder though
        one file is written, it goes there under :meth:`name`. A file that is there is replaced
        only if ``replace`` and if it is ``target`` itself; in folders a free name is found.

        Every file has its name only when it is complete. Raises ``Cancelled``, ``UsageError`` and
        ``ExchangeError``, ``DiskFullError`` or ``StorageError``; complete files of a folder stay.
        """
        ids = self._ids(selection)
        if not ids and selection.message_id is None:
            raise ExchangeError(QT_TRANSLATE_NOOP("Exchange", "There are no conversations."))
        job = _Job(export_format, max(len(ids), 1), on_progress, cancel)
        if self.needs_folder(selection, export_format):
            return self._write_folder(ids, target, job)
        if target.is_dir():
            name = self.name(selection, export_format)
            suffix = export_format.suffix
            target = target / free_name(name, suffix, lambda found: (target / found).exists())
            replace = False
        return self._write_file(selection, ids, target, job, replace=replace)

    def _write_folder(self, ids: Ids, folder: Path, job: "_Job") -> ExportedFiles:
        make_folder(folder)
        taken = {compared(path.name) for path in folder.iterdir()}
        paths, unknown = [], 0
        for conversation_id in ids:
            conversation = self._archive.read(conversation_id)
            suffix = job.export_format.suffix
            name = safe_name(title_of(conversation), suffix, _FALLBACK)
            name = free_name(name, suffix, lambda found: compared(found) in taken)
            taken.add(compared(name))
            with new_file(folder / name) as file:
                unknown += _write_readable(conversation, file, job)
            paths.append(folder / name)
            job.one_done()
        return ExportedFiles(tuple(paths), len(paths), unknown_characters=unknown)

    def _write_file(
        self, selection: Selection, ids: Ids, path: Path, job: "_Job", *, replace: bool
    ) -> ExportedFiles:
        skipped = unknown = 0
        with new_file(path, replace=replace) as file:
            if job.export_format is ExportFormat.JSON:
                self._write_json(selection, ids, file, job)
            elif job.export_format.is_one_file:
                skipped = self._write_lines(selection, ids, file, job)
            else:
                [conversation] = self._conversations(selection, ids, job)
                unknown = _write_readable(conversation, file, job)
        return ExportedFiles((path,), max(len(ids), 1) - skipped, skipped, unknown)

    def _write_json(self, selection: Selection, ids: Ids, file: BinaryIO, job: "_Job") -> None:
        used: set[str] = set()

        def noted() -> Iterator[ArchivedConversation]:
            for conversation in self._conversations(selection, ids, job):
                used.add(conversation.folder)
                yield conversation

        is_all = selection == Selection()

        def folders() -> list[str]:
            """Those that are named; with everything, empty ones, too."""
            names = list(dict.fromkeys(self._archive.folders()))
            return [name for name in names if is_all or name in used]

        write_json(file, noted(), folders)

    def _write_lines(self, selection: Selection, ids: Ids, file: BinaryIO, job: "_Job") -> int:
        """Write training data; returns how many conversations have none."""
        is_sharegpt = job.export_format is ExportFormat.SHAREGPT
        to_line = sharegpt_line if is_sharegpt else instruction_line
        skipped = 0
        for conversation in self._conversations(selection, ids, job):
            line = to_line(conversation)
            skipped += line is None
            file.write((line or "").encode())
        return skipped

    def _ids(self, selection: Selection) -> Ids:
        if selection.message_id is not None:
            return []
        if selection.conversation_ids is not None:
            return list(dict.fromkeys(selection.conversation_ids))
        return self._archive.ids_in(selection.folder) if selection.folder else self._archive.ids()

    def _conversations(
        self, selection: Selection, ids: Ids, job: "_Job"
    ) -> Iterator[ArchivedConversation]:
        """One after the other; with their progress."""
        wanted: list[ConversationId | None] = [*ids] or [None]
        for conversation_id in wanted:
            job.cancel.raise_if_cancelled()
            yield self._read(selection, conversation_id)
            job.one_done()

    def _read(
        self, selection: Selection, conversation_id: ConversationId | None
    ) -> ArchivedConversation:
        if conversation_id is not None:
            return self._archive.read(conversation_id)
        if selection.message_id is None:
            raise UsageError(QT_TRANSLATE_NOOP("Exchange", "Nothing is selected."))
        return self._single(selection.message_id)

    def _single(self, message_id: MessageId) -> ArchivedConversation:
        """A conversation of one message, named after its first words."""
        stored = self._store.message(message_id)
        whole = self._archive.read(stored.conversation_id)
        places = [m.message_id for m in self._store.messages(stored.conversation_id)]
        message = whole.messages[places.index(message_id)]
        return dataclasses.replace(
            whole,
            title=title_from(message.text) or whole.title,
            messages=(dataclasses.replace(message, local_id=1, parent=None),),
            tip=1,
            settings=ConversationSettings(),
            draft="",
        )


_FALLBACK = "KoChat"


@dataclass
class _Job:
    """One export, as far as it is."""

    export_format: ExportFormat
    total: int
    on_progress: OnProgress
    cancel: CancelToken
    done: int = 0

    def one_done(self) -> None:
        """A whole conversation is written."""
        self.done += 1
        self.on_progress(self.done / self.total)

    def within(self, share: float) -> None:
        """A part of the conversation, 0-1, is laid out; stops if that was asked for."""
        self.cancel.raise_if_cancelled()
        self.on_progress(min(self.done + share, self.total) / self.total)


def _write_readable(conversation: ArchivedConversation, file: BinaryIO, job: _Job) -> int:
    """Write a format for people; returns how many characters it could not show."""
    job.cancel.raise_if_cancelled()
    if job.export_format is ExportFormat.PDF:
        count = max(len(conversation.path), 1)
        return write_pdf(conversation, file, lambda done: job.within(done / count))
    if job.export_format is ExportFormat.TEXT:
        text = to_text(conversation)
    else:
        # markdown-it is loaded with the first of these.
        from kochat_gui.services.exchange.formats.html import to_html
        from kochat_gui.services.exchange.formats.markdown import to_markdown

        is_html = job.export_format is ExportFormat.HTML
        text = to_html(conversation) if is_html else to_markdown(conversation)
    file.write(text.encode())
    return 0
