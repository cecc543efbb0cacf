"""What a person typed or changed and has not sent: on the disk, or kept until it takes it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from kochat_gui.core.conversation import ConversationId, KeptEdit, MessageId
from kochat_gui.core.errors import StorageError, UsageError
from kochat_gui.services.library import ConversationLibrary

Edits = Mapping[MessageId, KeptEdit]


class Unstored(NamedTuple):
    """How much the disk has not taken."""

    drafts: int
    edits: int
    """Messages that are being changed."""


class UnsentTexts:
    """Drafts and edits of all conversations; None is one that does not exist yet."""

    def __init__(
        self, library: ConversationLibrary, on_refused: Callable[[StorageError], None]
    ) -> None:
        """``on_refused`` hears of each text that the disk did not take."""
        self._library = library
        self._on_refused = on_refused
        self._drafts: dict[ConversationId | None, str] = {}
        self._edits: dict[ConversationId, Edits] = {}

    @property
    def unstored(self) -> Unstored:
        """What would be lost now. That something was emptied is no loss."""
        drafts = [text for text in self._drafts.values() if text]
        return Unstored(len(drafts), sum(len(edits) for edits in self._edits.values()))

    def draft(self, conversation_id: ConversationId | None) -> str:
        """Raises ``UsageError`` for a conversation that there is not."""
        return self._drafts.get(conversation_id, self._stored_draft(conversation_id))

    def keep_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        """Store what is in the box."""
        self._drafts.pop(conversation_id, None)

        def save() -> None:
            if text != self._stored_draft(conversation_id):
                self._library.save_draft(conversation_id, text)

        if self._is_refused(save):
            self._drafts[conversation_id] = text

    def forget_draft(self, conversation_id: ConversationId | None) -> None:
        """It was sent."""
        self._drafts.pop(conversation_id, None)

    def edits(self, conversation_id: ConversationId) -> Edits:
        """What is being changed in the messages of a conversation."""
        return self._edits.get(conversation_id, self._library.edits(conversation_id))

    def keep_edits(self, conversation_id: ConversationId, edits: Edits) -> None:
        """Store all that is being changed in a conversation."""
        self._edits.pop(conversation_id, None)

        def save() -> None:
            if edits != self._library.edits(conversation_id):
                self._library.save_edits(conversation_id, edits)

        if self._is_refused(save):
            self._edits[conversation_id] = edits

    def store(self) -> None:
        """Try again what the disk refused."""
        for draft_of, text in list(self._drafts.items()):
            self.keep_draft(draft_of, text)
        for edits_of, edits in list(self._edits.items()):
            self.keep_edits(edits_of, edits)

    def _stored_draft(self, conversation_id: ConversationId | None) -> str:
        if conversation_id is None:
            return self._library.new_draft()
        return self._library.get(conversation_id).draft

    def _is_refused(self, save: Callable[[], None]) -> bool:
        try:
            save()
        except StorageError as error:
            self._on_refused(error)
            return True
        except UsageError:
            pass  # the conversation has been deleted for good
        return False
