"""Making, naming, ordering and deleting folders."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from kochat_gui.core.conversation import ConversationId, Folder, FolderId
from kochat_gui.core.i18n import translate
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.ui.plain_text import shortened
from kochat_gui.ui.sidebar.conversation_list import DropPlace
from kochat_gui.ui.sidebar.organizer import Organizer
from kochat_gui.ui.sidebar.shelf import Shelf

_MAX_NAME_CHARS = 40


class FolderDesk(QObject):
    """What goes wrong becomes a notice."""

    def __init__(self, library: ConversationLibrary, shelf: Shelf, organizer: Organizer) -> None:
        super().__init__(organizer)
        self._library = library
        self._shelf = shelf
        self._attempt = organizer.attempt
        self._done = organizer.done

    def folders(self) -> Sequence[Folder]:
        """In their order; none when they cannot be read."""
        found: list[Folder] = []
        self._attempt(lambda: found.extend(self._library.folders()))
        return found

    def create(self) -> FolderId | None:
        """Add an open folder whose name is still to be chosen; None when that was not possible."""
        name = translate("Sidebar", "New folder")
        made: list[FolderId] = []
        if not self._attempt(lambda: made.append(self._library.create_folder(name))):
            return None
        self._shelf.set_open(made[0], is_open=True)
        return made[0]

    def rename(self, folder_id: int, name: str) -> None:
        """Give another name."""
        known = FolderId(folder_id)
        before = [folder.name for folder in self.folders() if folder.folder_id == known]
        if before and self._attempt(lambda: self._library.rename_folder(known, name)):
            text = translate("Sidebar", "The folder was renamed")
            self._done(
                text, lambda: self._attempt(lambda: self._library.rename_folder(known, before[0]))
            )

    def delete(self, folder: Folder) -> None:
        """Delete a folder; what is in it stays."""
        order = [known.folder_id for known in self.folders()]
        was_open = self._shelf.is_open(folder.folder_id)
        inside: list[ConversationId] = []
        if not self._attempt(lambda: inside.extend(self._library.delete_folder(folder.folder_id))):
            return
        self._shelf.set_open(folder.folder_id, is_open=False)

        def back() -> None:
            made = self._library.create_folder(folder.name)
            self._shelf.set_open(made, is_open=was_open)
            # What was moved elsewhere meanwhile stays there.
            loose = [c.conversation_id for c in self._library.several(inside) if not c.folder_id]
            if loose:
                self._library.move(loose, made)
            self._library.reorder_folders(
                [made if known == folder.folder_id else known for known in order]
            )

        text = translate(
            "Sidebar", "The folder “{name}” was deleted; its conversations stay"
        ).format(name=shortened(folder.name, _MAX_NAME_CHARS))
        self._done(text, lambda: self._attempt(back))

    def shift(self, folder_id: int, steps: int) -> None:
        """Move a folder up (-1) or down (1) among the others."""
        order = [folder.folder_id for folder in self.folders()]
        if folder_id in order:
            place = order.index(FolderId(folder_id))
            order.insert(max(0, place + steps), order.pop(place))
            self._attempt(lambda: self._library.reorder_folders(order))

    def drop(self, folder_id: int, place: DropPlace) -> None:
        """Put a folder where it was dragged to."""
        order = [folder.folder_id for folder in self.folders()]
        target = place.folder_id
        if target is None or folder_id == target or not {folder_id, target} <= set(order):
            return
        order.remove(FolderId(folder_id))
        order.insert(order.index(target) + int(place.is_after), FolderId(folder_id))
        self._attempt(lambda: self._library.reorder_folders(order))
