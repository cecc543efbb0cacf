"""What a person typed, changed or set: on the disk, or kept until it takes it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from kochat_gui.core.conversation import ConversationId, ConversationSettings, KeptEdit, MessageId
from kochat_gui.core.errors import StorageError, UsageError
from kochat_gui.services.library import ConversationLibrary

Edits = Mapping[MessageId, KeptEdit]


class Unstored(NamedTuple):
    """How much the disk has not taken."""

    drafts: int
    edits: int
    """Messages that are being changed."""
    settings: int


class UnsentTexts:
    """Drafts, edits and settings of all conversations; None is one that does not exist yet."""

    def __init__(
        self, library: ConversationLibrary, on_refused: Callable[[StorageError], None]
    ) -> None:
        """``on_refused`` hears of each that the disk did not take."""
        self._library = library
        self._on_refused = on_refused
        self._drafts: dict[ConversationId | None, str] = {}
        self._edits: dict[ConversationId, Edits] = {}
        self._settings: dict[ConversationId | None, ConversationSettings] = {}

    @property
    def unstored(self) -> Unstored:
        """What would be lost now. That something was emptied is no loss."""
        drafts = [text for text in self._drafts.values() if text]
        edits = sum(len(edits) for edits in self._edits.values())
        return Unstored(len(drafts), edits, len(self._settings))

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

    def sent(self, conversation_id: ConversationId | None) -> None:
        """The draft became a message; the first one makes a conversation with the settings."""
        self._drafts.pop(conversation_id, None)
        if conversation_id is None:
            self._settings.pop(None, None)

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

    def settings(self, conversation_id: ConversationId | None) -> ConversationSettings:
        """What a conversation has of its own."""
        refused = self._settings.get(conversation_id)
        return refused if refused is not None else self._stored_settings(conversation_id)

    def keep_settings(
        self, conversation_id: ConversationId | None, settings: ConversationSettings
    ) -> None:
        """Store what a conversation has of its own."""
        self._settings.pop(conversation_id, None)

        def save() -> None:
            if settings == self._stored_settings(conversation_id):
                return
            if conversation_id is None:
                self._library.save_new_settings(settings)
            else:
                self._library.set_settings(conversation_id, settings)

        if self._is_refused(save):
            self._settings[conversation_id] = settings

    def store(self) -> None:
        """Try again what the disk refused."""
        for draft_of, text in list(self._drafts.items()):
            self.keep_draft(draft_of, text)
        for edits_of, edits in list(self._edits.items()):
            self.keep_edits(edits_of, edits)
        for settings_of, settings in list(self._settings.items()):
            self.keep_settings(settings_of, settings)

    def _stored_draft(self, conversation_id: ConversationId | None) -> str:
        if conversation_id is None:
            return self._library.new_draft()
        return self._library.get(conversation_id).draft

    def _stored_settings(self, conversation_id: ConversationId | None) -> ConversationSettings:
        if conversation_id is None:
            return self._library.new_settings()
        return self._library.get(conversation_id).settings

    def _is_refused(self, save: Callable[[], None]) -> bool:
        try:
            save()
        except StorageError as error:
            self._on_refused(error)
            return True
        except UsageError:
            pass  # the conversation has been deleted for good
        return False
