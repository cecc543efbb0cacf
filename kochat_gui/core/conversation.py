"""Conversations and their messages: a tree, of which one path is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, NewType

from kochat_gui.core.text_cutting import beginning

if TYPE_CHECKING:
    from kochat_gui.core.generation import SamplingParams, Usage
    from kochat_gui.core.states import FinishReason

ConversationId = NewType("ConversationId", int)
MessageId = NewType("MessageId", int)
FolderId = NewType("FolderId", int)

FIRST_INCOGNITO_ID = 1 << 30
"""Ids of conversations that are never written, and of their messages, begin here.

More than any stored one has, and within the 31 bits that signals of the window carry.
"""


class Role(Enum):
    """Who a message is from."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class MessageState(Enum):
    """Whether a message's text is final."""

    DONE = "done"
    STREAMING = "streaming"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The program ended while it was streaming."""


@dataclass(frozen=True)
class LaterPart:
    """What an answer was continued by."""

    start: int
    """Characters of the answer that were there before."""
    made_by: "MadeBy"


@dataclass(frozen=True)
class MadeBy:
    """What made an answer; of one that was continued, its beginning."""

    model_id: str
    model_name: str
    quantization: str
    engine: str
    template: str
    adapters: str = ""
    """Names and scales of those that were on; empty for none."""
    model_hash: str = ""
    """Tells two files of one name apart; empty when it was not known."""
    sampling: "SamplingParams | None" = None
    """With the seed that was used, so that the answer can be made again."""
    system_prompt: str = ""
    prompt_hash: str = ""
    """Of the messages that the model was told besides; empty when it was not known."""
    is_edited: bool = False
    """A person changed the text: this version is not what the model wrote."""
    later_parts: tuple[LaterPart, ...] = ()
    """In the order of the text that the models wrote; they have no later parts of their own."""

    @property
    def later_models(self) -> tuple[str, ...]:
        """Names of those that continued the answer, but for the model that began it."""
        names = dict.fromkeys(part.made_by.model_name for part in self.later_parts)
        return tuple(name for name in names if name not in {"", self.model_name})


@dataclass(frozen=True)
class Message:
    """One node of the tree."""

    message_id: MessageId
    conversation_id: ConversationId
    parent_id: MessageId | None
    role: Role
    text: str
    state: MessageState
    created_at: datetime
    """UTC; for display only, order is by id."""
    finish_reason: "FinishReason | None" = None
    usage: "Usage | None" = None
    made_by: MadeBy | None = None
    error: str = ""
    """Translated text of what went wrong, for a failed message."""
    is_excluded: bool = False
    """Left out of what the model is told; it stays in the conversation."""

    @property
    def can_continue(self) -> bool:
        """A cut-off answer that "이어서 생성" can take up."""
        if self.role is not Role.ASSISTANT:
            return False
        cut_off = {MessageState.INTERRUPTED, MessageState.STOPPED, MessageState.FAILED}
        was_limited = self.finish_reason is not None and self.finish_reason.value == "length"
        return self.state in cut_off or (self.state is MessageState.DONE and was_limited)


class KeptEdit(NamedTuple):
    """What a person made of a message's text, and has neither sent nor discarded."""

    text: str
    is_open: bool
    """The editor is open; otherwise Esc closed it."""


@dataclass(frozen=True)
class ConversationSettings:
    """What a conversation keeps of its own; None follows the program's default."""

    system_prompt: str = ""
    sampling: "SamplingParams | None" = None
    template: str | None = None


@dataclass(frozen=True)
class Conversation:
    """A conversation without its messages."""

    conversation_id: ConversationId
    title: str
    """Empty until the first message gives it one."""
    created_at: datetime
    updated_at: datetime
    """UTC; last message or rename."""
    tip_id: MessageId | None
    """Last message of the path that is shown."""
    settings: ConversationSettings = field(default_factory=ConversationSettings)
    draft: str = ""
    last_words: str = ""
    """Beginning of the newest message on the path, one line."""
    folder_id: FolderId | None = None
    is_pinned: bool = False
    tags: tuple[str, ...] = ()
    """In the order of the alphabet."""
    deleted_at: datetime | None = None
    """UTC; when it was moved to the trash."""

    @property
    def is_incognito(self) -> bool:
        """It is in memory only and ends with the program."""
        return self.conversation_id >= FIRST_INCOGNITO_ID


@dataclass(frozen=True)
class Folder:
    """A named place for conversations."""

    folder_id: FolderId
    name: str
    count: int = 0
    """Conversations in it, without those in the trash."""


class ConversationOrder(Enum):
    """How a list of conversations is sorted; pinned ones come first in each."""

    RECENT = "recent"
    CREATED = "created"
    TITLE = "title"


class ConversationFilter(NamedTuple):
    """Which conversations are listed; what is None or empty does not restrict."""

    folder_id: FolderId | None = None
    is_outside_folders: bool = False
    is_pinned: bool | None = None
    tag: str = ""
    is_deleted: bool = False
    """Those in the trash instead of the others."""
    order: ConversationOrder = ConversationOrder.RECENT


def path_to_root(messages: Mapping[MessageId, Message], tip_id: MessageId | None) -> list[Message]:
    """Messages from the root to ``tip_id``, oldest first; where the chain is broken, it begins."""
    path: list[Message] = []
    seen: set[MessageId] = set()
    current = messages.get(tip_id) if tip_id is not None else None
    while current is not None and current.message_id not in seen:
        seen.add(current.message_id)
        path.append(current)
        current = messages.get(current.parent_id) if current.parent_id is not None else None
    path.reverse()
    return path


def siblings(messages: Iterable[Message], message: Message) -> list[MessageId]:
    """Ids of all versions of ``message`` (same parent and role), oldest first."""
    return sorted(
        m.message_id
        for m in messages
        if m.parent_id == message.parent_id and m.role is message.role
    )


def newest_tip(messages: Iterable[Message], start: MessageId) -> MessageId:
    """Follow the newest child from ``start`` down to a leaf."""
    newest_child: dict[MessageId, MessageId] = {}
    for message in messages:
        if message.parent_id is not None:
            child = newest_child.get(message.parent_id)
            if child is None or message.message_id > child:
                newest_child[message.parent_id] = message.message_id
    tip = start
    while tip in newest_child:
        tip = newest_child[tip]
    return tip


TITLE_LENGTH = 40


def title_from(text: str) -> str:
    """A title out of a first message: its first line, cut at a word when it is long."""
    line = next((part.strip() for part in text.splitlines() if part.strip()), "")
    line = " ".join(beginning(line, TITLE_LENGTH * 4).split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = beginning(line, TITLE_LENGTH)
    head, _, _ = cut.rpartition(" ")
    return (head if len(head) > TITLE_LENGTH // 2 else cut) + "…"
