"""Stored conversations, for the window and the command line."""

from kochat_gui.core.conversation import (
    Conversation,
    ConversationId,
    ConversationSettings,
    Message,
    MessageId,
)
from kochat_gui.core.events import EventBus
from kochat_gui.services.events import ConversationsChanged, PathChanged
from kochat_gui.storage.conversations import ConversationStore

Conversations = list[Conversation]
Messages = list[Message]
MessageIds = list[MessageId]


class ConversationLibrary:
    """Every method may be called on any thread, and publishes there what it changed.

    Raises ``StorageError`` for the disk's troubles and ``UsageError`` for unknown ids.
    """

    def __init__(self, store: ConversationStore, bus: EventBus) -> None:
        self._store = store
        self._bus = bus

    def create(self, settings: ConversationSettings | None = None) -> Conversation:
        """Make a conversation without messages."""
        made = self._store.create(settings if settings is not None else ConversationSettings())
        self._bus.publish(ConversationsChanged((made.conversation_id,)))
        return made

    def list(self, query: str = "", limit: int = 500) -> Conversations:
        """Newest first, without deleted ones.

        ``query`` is looked for in titles and messages, whatever its case and Unicode form; initial
        consonants (ㅂㄱㅍ) find titles (배고파).
        """
        return self._store.list(query, limit)

    def get(self, conversation_id: ConversationId) -> Conversation:
        """One conversation, also a deleted one."""
        return self._store.get(conversation_id)

    def path(self, conversation_id: ConversationId) -> Messages:
        """The messages that are shown, oldest first; a running answer with its text so far."""
        return self._store.path(conversation_id)

    def messages(self, conversation_id: ConversationId) -> Messages:
        """All messages of the tree, by id."""
        return self._store.messages(conversation_id)

    def message(self, message_id: MessageId) -> Message:
        """One message."""
        return self._store.message(message_id)

    def siblings(self, message_id: MessageId) -> MessageIds:
        """All versions of a message, itself included, oldest first."""
        return list(self._store.versions(message_id))

    def select_version(self, message_id: MessageId) -> None:
        """Show the path through ``message_id`` down to its newest end."""
        conversation_id = self._store.show_version(message_id)
        self._bus.publish(PathChanged(conversation_id))
        self._bus.publish(ConversationsChanged((conversation_id,)))

    def rename(self, conversation_id: ConversationId, title: str) -> None:
        """Give a title of one line; the conversation keeps its place."""
        self._store.rename(conversation_id, " ".join(title.split()))
        self._bus.publish(ConversationsChanged((conversation_id,)))

    def delete(self, conversation_id: ConversationId) -> None:
        """Move to the trash; for 30 days :meth:`restore` brings it back whole."""
        self._store.set_deleted(conversation_id, is_deleted=True)
        self._bus.publish(ConversationsChanged((conversation_id,)))

    def restore(self, conversation_id: ConversationId) -> None:
        """Take out of the trash, to the place it had."""
        self._store.set_deleted(conversation_id, is_deleted=False)
        self._bus.publish(ConversationsChanged((conversation_id,)))

    def save_draft(self, conversation_id: ConversationId, text: str) -> None:
        """Keep unsent text for the next start; publishes nothing."""
        self._store.save_draft(conversation_id, text)

    def set_settings(self, conversation_id: ConversationId, settings: ConversationSettings) -> None:
        """Replace the conversation's system prompt, sampling parameters and template."""
        self._store.set_settings(conversation_id, settings)
        self._bus.publish(ConversationsChanged((conversation_id,)))
