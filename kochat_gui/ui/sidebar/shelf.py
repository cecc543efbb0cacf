"""What the conversation list shows, read from the library as far as somebody looks."""

from collections.abc import Collection, Sequence

from kochat_gui.core.conversation import (
    Conversation,
    ConversationFilter,
    ConversationId,
    ConversationOrder,
    Folder,
    FolderId,
)
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.settings.store import SettingsStore
from kochat_gui.ui.sidebar.rows import LOOSE, NO_LIMIT, PINNED, FolderPart, Listing, Part, Section

_PAGE = 200
_FOLDER_PAGE = 50
_ORDER_KEY = "ui.conversation_order"
_OPEN_KEY = "ui.open_folders"


class Shelf:
    """Keeps what it has read: after a change, only the changed conversations are read again.

    Methods that read raise ``StorageError``. Order and open folders outlive the program.
    """

    def __init__(self, library: ConversationLibrary, settings: SettingsStore) -> None:
        self._library = library
        self._settings = settings
        self._known: dict[ConversationId, Conversation] = {}
        self._limits: dict[Section, int] = {}
        self._wants_all = False
        self._tag = ""

    @property
    def order(self) -> ConversationOrder:
        """How the list is sorted."""
        return ConversationOrder(self._settings.get(_ORDER_KEY))

    @property
    def tag(self) -> str:
        """Only conversations with this tag are listed; empty: all."""
        return self._tag

    def set_order(self, order: ConversationOrder) -> None:
        """Sort the list, from its beginning."""
        self._settings.set(_ORDER_KEY, order.value)
        self.forget_pages()

    def set_tag(self, tag: str) -> None:
        """List only what has a tag; empty lists everything."""
        self._tag = tag
        self.forget_pages()

    def set_open(self, folder_id: FolderId, *, is_open: bool) -> None:
        """Open or close a folder."""
        numbers = [number for number in self._settings.get(_OPEN_KEY) if number != str(folder_id)]
        self._settings.set(_OPEN_KEY, (*numbers, str(folder_id)) if is_open else tuple(numbers))

    def is_open(self, folder_id: FolderId) -> bool:
        """Whether a folder shows what is in it."""
        return str(folder_id) in self._settings.get(_OPEN_KEY)

    def grow(self, section: Section) -> None:
        """List more of a section from now on."""
        self._limits[section] = self._limit(section) + _page(section)

    def list_all(self) -> None:
        """List everything from now on: 100,000 conversations take about a second."""
        self._wants_all = True

    def forget_pages(self) -> None:
        """List as much as at the start, until somebody scrolls again."""
        self._limits.clear()
        self._wants_all = False

    def listing(self, changed: Collection[ConversationId] | None = None) -> Listing:
        """What the list shows now; None: anything may have changed since the last time."""
        if changed is None:
            self._known.clear()
        for conversation_id in changed or ():
            self._known.pop(conversation_id, None)
        order = self.order
        if self._tag:
            ids = self._ids(LOOSE, ConversationFilter(tag=self._tag, order=order))
            self._read(ids)
            return self._by_tag(self._part(LOOSE, ids))
        loose = self._ids(
            LOOSE, ConversationFilter(is_outside_folders=True, is_pinned=False, order=order)
        )
        pinned = self._ids(PINNED, ConversationFilter(is_pinned=True, order=order))
        folders = self._library.folders()
        inside = {
            folder.folder_id: self._ids(
                folder.folder_id,
                ConversationFilter(folder_id=folder.folder_id, is_pinned=False, order=order),
            )
            for folder in folders
            if self.is_open(folder.folder_id)
        }
        self._read([*loose, *pinned, *(found for ids in inside.values() for found in ids)])
        return Listing(
            loose=self._part(LOOSE, loose),
            pinned=self._part(PINNED, pinned),
            incognito=Part(self._library.incognito()),
            folders=[self._folder_part(folder, inside.get(folder.folder_id)) for folder in folders],
            order=order,
        )

    def _by_tag(self, part: Part) -> Listing:
        pinned = [c for c in part.conversations if c.is_pinned]
        others = [c for c in part.conversations if not c.is_pinned]
        return Listing(
            Part(others, part.has_more), pinned=Part(pinned), order=self.order, tag=self._tag
        )

    def _folder_part(self, folder: Folder, ids: Sequence[ConversationId] | None) -> FolderPart:
        if ids is None:
            return FolderPart(folder, is_open=False)
        return FolderPart(folder, is_open=True, part=self._part(folder.folder_id, ids))

    def _ids(self, section: Section, wanted: ConversationFilter) -> Sequence[ConversationId]:
        """One more than are shown, where there are more."""
        return self._library.listed_ids(wanted, self._limit(section) + 1)

    def _read(self, ids: Sequence[ConversationId]) -> None:
        missing = [found for found in ids if found not in self._known]
        fresh = {c.conversation_id: c for c in self._library.several(missing)} if missing else {}
        kept = {found: self._known[found] for found in ids if found in self._known}
        self._known = kept | fresh

    def _part(self, section: Section, ids: Sequence[ConversationId]) -> Part:
        limit = self._limit(section)
        shown = [self._known[found] for found in ids[:limit] if found in self._known]
        return Part(shown, has_more=len(ids) > limit)

    def _limit(self, section: Section) -> int:
        return NO_LIMIT if self._wants_all else self._limits.get(section, _page(section))


def _page(section: Section) -> int:
    return _FOLDER_PAGE if isinstance(section, int) else _PAGE
