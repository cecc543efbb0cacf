"""Whole conversations outside the database: what exports write and imports read.

Ids count within one conversation: messages are numbered from 1, parents before their children.
"""

from dataclasses import dataclass, field
from datetime import datetime

from kochat_gui.core.conversation import ConversationSettings, MadeBy, MessageState, Role
from kochat_gui.core.generation import Usage
from kochat_gui.core.states import FinishReason


@dataclass(frozen=True)
class ArchivedMessage:
    """One node of the tree."""

    local_id: int
    parent: int | None
    role: Role
    text: str
    created_at: datetime
    """UTC, whole milliseconds."""
    state: MessageState = MessageState.DONE
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    made_by: MadeBy | None = None
    error: str = ""
    is_excluded: bool = False
    """Left out of what models are sent."""


@dataclass(frozen=True)
class ArchivedConversation:
    """A conversation with all its branches; ``ValueError`` where the tree is not one."""

    title: str
    created_at: datetime
    updated_at: datetime
    """UTC, whole milliseconds."""
    messages: tuple[ArchivedMessage, ...] = ()
    """By ``local_id``."""
    tip: int | None = None
    """Last message of the path that is shown."""
    settings: ConversationSettings = field(default_factory=ConversationSettings)
    draft: str = ""
    folder: str = ""
    """Its name; empty for none."""
    tags: tuple[str, ...] = ()
    """In the order of the alphabet."""
    is_pinned: bool = False

    def __post_init__(self) -> None:
        for number, message in enumerate(self.messages, 1):
            if message.local_id != number:
                raise ValueError(f"message {message.local_id} stands at place {number}")
            if message.parent is not None and not 0 < message.parent < number:
                raise ValueError(f"message {number} comes before its parent {message.parent}")
        if self.tip is not None and not 0 < self.tip <= len(self.messages):
            raise ValueError(f"there is no message {self.tip} to show")

    @property
    def path(self) -> list[ArchivedMessage]:
        """The messages that are shown, oldest first."""
        found: list[ArchivedMessage] = []
        current = self.tip
        while current is not None:
            message = self.messages[current - 1]
            found.append(message)
            current = message.parent
        found.reverse()
        return found
