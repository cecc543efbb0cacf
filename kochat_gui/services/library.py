"""Stored conversations, for the window and the command line."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from kochat_gui.core.conversation import (
    Conversation,
    ConversationFilter,
    ConversationId,
    ConversationSettings,
    Folder,
    FolderId,
    KeptEdit,
    Message,
    MessageId,
    Role,
)
from kochat_gui.core.errors import UsageError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.korean import whole_syllables
from kochat_gui.services.events import ConversationsChanged, PathChanged
from kochat_gui.storage.conversations import EVERYTHING, TRASH_DAYS, ConversationStore
from kochat_gui.storage.folders import FolderStore
from kochat_gui.storage.unbegun import UnbegunStore

Conversations = list[Conversation]
ConversationIds = list[ConversationId]
Messages = list[Message]
MessageIds = list[MessageId]
Folders = list[Folder]
Names = list[str]


class ConversationLibrary:
    """Every method may be called on any thread, and publishes there what it changed.

    Raises ``StorageError`` for the disk's troubles and ``UsageError`` for unknown ids.
    """

    def __init__(self, store: ConversationStore, bus: EventBus) -> None:
        self._store = store
        self._folders = FolderStore(store.database)
        self._unbegun = UnbegunStore(store.database)
        self._bus = bus

    def create(
        self, settings: ConversationSettings | None = None, *, is_incognito: bool = False
    ) -> Conversation:
        """Make a conversation without messages; an incognito one is never written to the disk."""
        own = settings if settings is not None else ConversationSettings()
        made = self._store.create(own, is_incognito=is_incognito)
        self._tell(made.conversation_id)
        return made

    def list(self, limit: int = 500, wanted: ConversationFilter = EVERYTHING) -> Conversations:
        """Pinned ones first, then in the order wanted; without incognito ones."""
        return self._store.list(limit, wanted)

    def incognito(self) -> Conversations:
        """The incognito conversations that this run of the program has, newest first."""
        return self._store.incognito()

    def listed_ids(self, wanted: ConversationFilter, limit: int | None = None) -> ConversationIds:
        """The ids of what :meth:`list` lists, in that order; None: all of them."""
        return self._store.listed_ids(wanted, limit)

    def several(self, conversation_ids: Sequence[ConversationId]) -> Conversations:
        """Those of these that there are, in no order to rely on; also deleted ones."""
        return self._store.several(conversation_ids)

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
        """Show the path through ``message_id`` to the end last shown there, else the newest."""
        self._tell_path(self._store.show_version(message_id))

    def select_end(self, message_id: MessageId) -> None:
        """Show the path that ends at ``message_id``; what follows it stays as a branch."""
        self._tell_path(self._store.show_up_to(message_id))

    def edit_answer(self, answer_id: MessageId, text: str) -> MessageId:
        """Add a version of an answer with a person's text, and show it."""
        message_id = self._store.edit_answer(answer_id, text)
        self._tell_path(self._store.message(message_id).conversation_id)
        return message_id

    def add_message(self, conversation_id: ConversationId, role: Role, text: str) -> MessageId:
        """Add a message of any role at the end of what is shown, without having it answered."""
        if not text.strip():
            raise UsageError(QT_TRANSLATE_NOOP("ChatSession", "The message is empty."))
        tip_id = self._store.get(conversation_id).tip_id
        message_id = self._store.add_message(conversation_id, tip_id, role, text)
        self._tell_path(conversation_id)
        return message_id

    def begin_with(self, role: Role, text: str, settings: ConversationSettings) -> ConversationId:
        """Make a conversation whose first message is of any role and not answered."""
        if not text.strip():
            raise UsageError(QT_TRANSLATE_NOOP("ChatSession", "The message is empty."))
        made = self._store.begin_with(role, text, settings)
        self._tell_path(made)
        return made

    def set_excluded(self, message_id: MessageId, *, is_excluded: bool) -> None:
        """Leave a message out of what the model is told, or tell it again."""
        self._bus.publish(
            PathChanged(self._store.set_excluded(message_id, is_excluded=is_excluded))
        )

    def fork(self, message_id: MessageId) -> Conversation:
        """A new conversation with the messages from the first to ``message_id``."""
        made = self._store.fork(message_id)
        self._tell(made.conversation_id)
        return made

    def duplicate(self, conversation_id: ConversationId) -> Conversation:
        """A new conversation with all messages and versions of another."""
        made = self._store.duplicate(conversation_id)
        self._tell(made.conversation_id)
        return made

    def rename(self, conversation_id: ConversationId, title: str) -> None:
        """Give a title of one line; the conversation keeps its place."""
        self._store.rename(conversation_id, " ".join(whole_syllables(title).split()))
        self._tell(conversation_id)

    def delete(self, *conversation_ids: ConversationId) -> None:
        """Move to the trash; for 30 days :meth:`restore` brings them back whole."""
        self._store.set_deleted(conversation_ids, is_deleted=True)
        self._tell(*conversation_ids)

    def restore(self, *conversation_ids: ConversationId) -> None:
        """Take out of the trash, to the places they had."""
        self._store.set_deleted(conversation_ids, is_deleted=False)
        self._tell(*conversation_ids)

    def delete_for_good(self, *conversation_ids: ConversationId) -> None:
        """Delete what is in the trash; only a backup has it then."""
        self._store.delete_for_good(conversation_ids)
        self._tell(*conversation_ids)

    def days_in_trash(self, conversation: Conversation) -> int:
        """Days, begun ones included, that a deleted conversation can still be restored; 0–30."""
        if conversation.deleted_at is None:
            return 0
        left = conversation.deleted_at + timedelta(days=TRASH_DAYS) - datetime.now(UTC)
        return min(TRASH_DAYS, max(0, math.ceil(left / timedelta(days=1))))

    def set_pinned(self, conversation_ids: Sequence[ConversationId], *, is_pinned: bool) -> None:
        """Keep at the top of every list, or no longer."""
        self._store.set_pinned(conversation_ids, is_pinned=is_pinned)
        self._tell(*conversation_ids)

    def folders(self) -> Folders:
        """In their order."""
        return self._folders.list()

    def create_folder(self, name: str) -> FolderId:
        """Add a folder at the end; raises ``UsageError`` for an empty name."""
        made = self._folders.create(name)
        self._tell()
        return made

    def rename_folder(self, folder_id: FolderId, name: str) -> None:
        """Raises ``UsageError`` for an empty name."""
        self._folders.rename(folder_id, name)
        self._tell()

    def delete_folder(self, folder_id: FolderId) -> Sequence[ConversationId]:
        """Remove a folder, not what is in it; returns the conversations that were."""
        inside = self._folders.delete(folder_id)
        self._tell(*inside)
        return inside

    def reorder_folders(self, folder_ids: Sequence[FolderId]) -> None:
        """Bring the folders into this order."""
        self._folders.reorder(folder_ids)
        self._tell()

    def move(self, conversation_ids: Sequence[ConversationId], folder_id: FolderId | None) -> None:
        """Put conversations into a folder, or out of any."""
        self._folders.move(conversation_ids, folder_id)
        self._tell(*conversation_ids)

    def tags(self) -> dict[str, int]:
        """All tags in use, with how many conversations have each."""
        return self._folders.tags()

    def model_names(self) -> Names:
        """Names of the models that wrote answers, in the order of the alphabet; may take long."""
        return self._store.model_names()

    def add_tag(self, conversation_ids: Sequence[ConversationId], name: str) -> None:
        """Raises ``UsageError`` for an empty name."""
        self._folders.add_tag(conversation_ids, name)
        self._tell(*conversation_ids)

    def remove_tag(self, conversation_ids: Sequence[ConversationId], name: str) -> None:
        """A tag that no conversation has any more is gone."""
        self._folders.remove_tag(conversation_ids, name)
        self._tell(*conversation_ids)

    def save_draft(self, conversation_id: ConversationId | None, text: str) -> None:
        """Keep unsent text for the next start; None: that of no conversation yet.

        Publishes nothing.
        """
        if conversation_id is None:
            self._unbegun.save_draft(text)
        else:
            self._store.save_draft(conversation_id, text)

    def new_draft(self) -> str:
        """Unsent text that belongs to no conversation yet."""
        return self._unbegun.draft()

    def edits(self, conversation_id: ConversationId) -> dict[MessageId, KeptEdit]:
        """What a person is changing in the messages of a conversation."""
        return self._store.edits(conversation_id)

    def save_edits(
        self, conversation_id: ConversationId, edits: Mapping[MessageId, KeptEdit]
    ) -> None:
        """Keep these for the next start, in the place of those before; others' are passed over.

        Publishes nothing.
        """
        self._store.save_edits(conversation_id, edits)

    def set_settings(self, conversation_id: ConversationId, settings: ConversationSettings) -> None:
        """Replace the conversation's system prompt, sampling parameters and template."""
        self._store.set_settings(conversation_id, settings)
        self._tell(conversation_id)

    def new_settings(self) -> ConversationSettings:
        """Settings that belong to no conversation yet."""
        return self._unbegun.settings()

    def save_new_settings(self, settings: ConversationSettings) -> None:
        """Keep settings for the conversation that is begun next.

        Publishes nothing.
        """
        self._unbegun.save_settings(settings)

    def _tell(self, *conversation_ids: ConversationId) -> None:
        self._bus.publish(ConversationsChanged(conversation_ids))

    def _tell_path(self, conversation_id: ConversationId) -> None:
        self._bus.publish(PathChanged(conversation_id))
        self._tell(conversation_id)
