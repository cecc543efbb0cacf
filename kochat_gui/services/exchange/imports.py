"""Taking conversations over in the window: put into a folder of their own, and taken back."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, FolderId
from kochat_gui.core.errors import Cancelled, StorageError
from kochat_gui.core.i18n import translate
from kochat_gui.services.exchange.import_service import ImportService, OnProgress
from kochat_gui.services.exchange.importers import kochat_json
from kochat_gui.services.exchange.report import FoundFile, ImportedFile
from kochat_gui.services.library import ConversationLibrary


@dataclass(frozen=True)
class Imported:
    """What an import changed, so that it can be told and taken back."""

    files: tuple[ImportedFile, ...]
    folder_ids: tuple[FolderId, ...]
    """Folders that were made for it."""
    is_stopped: bool = False
    """Somebody stopped it before all files were taken over."""

    @property
    def conversation_ids(self) -> tuple[ConversationId, ...]:
        """New ones, newest first in each file."""
        return tuple(found for file in self.files for found in file.conversation_ids)

    def continued(self, rest: "Imported") -> "Imported":
        """This and what was imported later of the same files, as one."""
        files = {file.path: file for file in (*rest.files, *self.files)}
        return Imported(
            tuple(files.values()), (*self.folder_ids, *rest.folder_ids), rest.is_stopped
        )


class ConversationImports:
    """May be used on any thread."""

    def __init__(
        self,
        importer: ImportService,
        library: ConversationLibrary,
        stop: Callable[[ConversationId], None],
    ) -> None:
        """``stop`` ends what is being answered in a conversation."""
        self._importer = importer
        self._library = library
        self._stop = stop

    def look(
        self, paths: Sequence[Path], on_progress: OnProgress, cancel: CancelToken
    ) -> list[FoundFile]:
        """What is in files and folders; nothing changes. Raises ``Cancelled``."""
        return self._importer.look(paths, on_progress, cancel)

    def take(self, paths: Sequence[Path], on_progress: OnProgress, cancel: CancelToken) -> Imported:
        """Take over all of it, that of another program into a folder with its name.

        Stopped in the middle, what was complete before stays, and is what this returns.
        """
        complete: list[ImportedFile] = []
        is_stopped = False
        try:
            files = self._importer.run(paths, on_progress, cancel, complete.append)
        except Cancelled:
            files, is_stopped = complete, True
        made: list[FolderId] = []
        for program in dict.fromkeys(file.program for file in files if file.conversation_ids):
            if program != kochat_json.PROGRAM:
                ids = [
                    found
                    for file in files
                    if file.program == program
                    for found in file.conversation_ids
                ]
                # Without room for a folder they are in the list all the same.
                with contextlib.suppress(StorageError):
                    made += self._file_away(program, ids)
        return Imported(tuple(files), tuple(made), is_stopped)

    def take_back(self, imported: Imported) -> None:
        """Move all that was imported to the trash; folders made for it go if nothing is left."""
        there = [c.conversation_id for c in self._library.several(imported.conversation_ids)]
        for conversation_id in there:
            self._stop(conversation_id)
        if there:
            self._library.delete(*there)
        for folder in self._library.folders():
            if folder.folder_id in imported.folder_ids and not folder.count:
                self._library.delete_folder(folder.folder_id)

    def _file_away(self, program: str, ids: Sequence[ConversationId]) -> list[FolderId]:
        """Put what came without a folder into that of ``program``; returns it if it is new."""
        loose = [c.conversation_id for c in self._library.several(ids) if c.folder_id is None]
        if not loose:
            return []
        name = translate("Exchange", "From {program}").format(program=program)
        found = [f.folder_id for f in self._library.folders() if f.name == name]
        made = [] if found else [self._library.create_folder(name)]
        self._library.move(loose, (found or made)[0])
        return made
