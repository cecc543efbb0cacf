"""Moving, marking and deleting conversations; all of it can be taken back."""

import unicodedata
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from kochat_gui.core.conversation import Conversation, ConversationId, FolderId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.plain_text import shortened
from kochat_gui.ui.sidebar.conversation_list import DropPlace

_NOTICE_ID = "conversations"
_MAX_NAME_CHARS = 40
Ids = Sequence[ConversationId]


class Organizer(QObject):
    """Signals: deleted(list of conversation ids), restored(list of conversation ids)."""

    deleted = Signal(list)
    restored = Signal(list)

    def __init__(self, services: Services, offer: UndoOffer, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._library = services.library
        self._offer = offer

    def delete(self, ids: Ids) -> None:
        """Move to the trash; what is being answered there is stopped."""
        found = self._several(ids)
        if not found:
            return
        if not self._to_trash(ids):
            return
        if all(conversation.is_incognito for conversation in found):
            text: str = translate("Sidebar", "Deleted")
        elif len(ids) == 1:
            text = translate("Sidebar", "The conversation was moved to the trash")
        else:
            text = translate("Sidebar", "{count} conversations were moved to the trash").format(
                count=f"{len(ids):,}"
            )
        self.done(text, lambda: self.restore(ids), ids)

    def throw_away(self, ids: Ids) -> None:
        """Move to the trash without offering to take it back: this takes something back."""
        self._to_trash(ids)

    def restore(self, ids: Ids) -> None:
        """Take out of the trash what was not deleted for good meanwhile."""
        there = [conversation.conversation_id for conversation in self._several(ids)]
        if there and self.attempt(lambda: self._library.restore(*there)):
            self.restored.emit(there)

    def rename(self, conversation_id: int, title: str) -> None:
        """Give another title."""
        known = ConversationId(conversation_id)
        before = [conversation.title for conversation in self._several([known])]
        if before and self.attempt(lambda: self._library.rename(known, title)):
            text = translate("Sidebar", "The title was changed")
            self.done(text, lambda: self.attempt(lambda: self._library.rename(known, before[0])))

    def duplicate(self, conversation_id: ConversationId) -> None:
        """Make a copy, with all versions."""
        made: list[ConversationId] = []
        if self.attempt(
            lambda: made.append(self._library.duplicate(conversation_id).conversation_id)
        ):
            text = translate("Sidebar", "The conversation was duplicated")
            self.done(text, lambda: self.throw_away(made))

    def set_pinned(self, ids: Ids, *, is_pinned: bool) -> None:
        """Keep at the top, or no longer."""
        recorded = [c for c in self._several(ids) if not c.is_incognito]
        before = {c.conversation_id: c.is_pinned for c in recorded}
        changed = [found for found in before if before[found] is not is_pinned]
        if changed and self.attempt(lambda: self._library.set_pinned(changed, is_pinned=is_pinned)):
            text = (
                translate("Sidebar", "Pinned at the top")
                if is_pinned
                else translate("Sidebar", "No longer pinned")
            )
            self.done(
                text,
                lambda: self.attempt(
                    lambda: self._library.set_pinned(changed, is_pinned=not is_pinned)
                ),
            )

    def move(self, ids: Ids, folder_id: FolderId | None, *, unpins: bool = False) -> None:
        """Put into a folder, or out of any.

        ``unpins``: what was put there by hand is not to stay at the top.
        """
        found = [c for c in self._several(ids) if not c.is_incognito]
        moved = [c for c in found if c.folder_id != folder_id]
        pinned = [c for c in found if c.is_pinned] if unpins else []
        if not moved and not pinned:
            return

        def do() -> None:
            if moved:
                self._library.move([c.conversation_id for c in moved], folder_id)
            if pinned:
                self._library.set_pinned([c.conversation_id for c in pinned], is_pinned=False)

        if self.attempt(do):
            text = self._moved_text(len(found), folder_id)
            self.done(text, lambda: self._move_back(moved, pinned))

    def drop(self, ids: list[int], place: DropPlace) -> None:
        """Put conversations where they were dragged to."""
        known = [ConversationId(number) for number in ids]
        if place.is_pin:
            self.set_pinned(known, is_pinned=True)
        else:
            self.move(known, place.folder_id, unpins=True)

    def tag(self, ids: Ids, name: str, *, is_on: bool) -> None:
        """Give a tag, or take it away."""
        # As it is stored, else it could not be told who has it.
        clean = " ".join(unicodedata.normalize("NFC", name).split()).removeprefix("#").strip()
        before = {c.conversation_id: c.tags for c in self._several(ids) if not c.is_incognito}
        changed = [found for found, tags in before.items() if (clean in tags) is not is_on]
        change, back = self._library.add_tag, self._library.remove_tag
        if not is_on:
            change, back = back, change
        if not changed or not self.attempt(lambda: change(changed, clean)):
            return
        source = (
            translate("Sidebar", "Tagged #{tag}")
            if is_on
            else translate("Sidebar", "#{tag} was taken away")
        )
        text = source.format(tag=shortened(clean, _MAX_NAME_CHARS))
        self.done(text, lambda: self.attempt(lambda: back(changed, clean)))

    def undo(self) -> None:
        """Take back what was done last."""
        self._offer.undo()

    def done(self, text: str, back: Callable[[], object], about: Ids = ()) -> None:
        """Say what was done, and offer to take it back while one of ``about`` is there, if given.

        What went wrong before is over.
        """
        self._services.notices.withdraw(_NOTICE_ID)
        self._offer.offer(text, back, about)

    def attempt(self, action: Callable[[], object]) -> bool:
        """Do what a person asked for; what goes wrong becomes a notice."""
        try:
            action()
        except UserFacingError as error:
            self._services.notices.post_error(error, _NOTICE_ID)
            return False
        return True

    def _several(self, ids: Ids) -> list[Conversation]:
        found: list[Conversation] = []
        self.attempt(lambda: found.extend(self._library.several(ids)))
        return found

    def _to_trash(self, ids: Ids) -> bool:
        for conversation_id in ids:
            self._services.chat.stop(conversation_id)
        is_done = self.attempt(lambda: self._library.delete(*ids))
        if is_done:
            self.deleted.emit(list(ids))
        return is_done

    def _move_back(self, moved: Sequence[Conversation], pinned: Sequence[Conversation]) -> None:
        def back() -> None:
            places: dict[FolderId | None, list[ConversationId]] = {}
            for conversation in moved:
                places.setdefault(conversation.folder_id, []).append(conversation.conversation_id)
            for folder_id, ids in places.items():
                self._library.move(ids, folder_id)
            if pinned:
                self._library.set_pinned([c.conversation_id for c in pinned], is_pinned=True)

        self.attempt(back)

    def _moved_text(self, count: int, folder_id: FolderId | None) -> str:
        if folder_id is None:
            return translate("Sidebar", "Taken out of the folder")
        names: dict[FolderId, str] = {}
        self.attempt(lambda: names.update({f.folder_id: f.name for f in self._library.folders()}))
        name = shortened(names.get(folder_id, ""), _MAX_NAME_CHARS)
        if count == 1:
            return translate("Sidebar", "Moved to “{folder}”").format(folder=name)
        return translate("Sidebar", "{count} conversations were moved to “{folder}”").format(
            count=f"{count:,}", folder=name
        )
