"""What became of the files that were exported or imported."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from kochat_gui.core.conversation import ConversationId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey


class LeftOut(Enum):
    """What another program keeps and this one does not take over."""

    IMAGES = "images"
    FILES = "files"
    TOOL_CALLS = "tool_calls"
    REASONING = "reasoning"
    HIDDEN = "hidden"
    """Messages that the other program does not show either."""
    ROLES = "roles"
    EMPTY = "empty"
    BROKEN = "broken"
    """What could not be read, or hangs on nothing."""

    @property
    def label(self) -> TextKey:
        """With ``{count}``."""
        return _LABELS[self]


_LABELS = {
    LeftOut.IMAGES: QT_TRANSLATE_NOOP("Exchange", "{count} images"),
    LeftOut.FILES: QT_TRANSLATE_NOOP("Exchange", "{count} files"),
    LeftOut.TOOL_CALLS: QT_TRANSLATE_NOOP("Exchange", "{count} tool calls"),
    LeftOut.REASONING: QT_TRANSLATE_NOOP("Exchange", "{count} trains of thought"),
    LeftOut.HIDDEN: QT_TRANSLATE_NOOP("Exchange", "{count} hidden messages"),
    LeftOut.ROLES: QT_TRANSLATE_NOOP("Exchange", "{count} messages of unknown senders"),
    LeftOut.EMPTY: QT_TRANSLATE_NOOP("Exchange", "{count} empty messages"),
    LeftOut.BROKEN: QT_TRANSLATE_NOOP("Exchange", "{count} unreadable messages"),
}


@dataclass(frozen=True)
class FoundFile:
    """What one file or folder holds, before anything of it is taken over."""

    path: Path
    program: str
    """Whose format it is, as its makers write it; empty when it was not recognized."""
    conversations: int = 0
    messages: int = 0
    left_out: dict[LeftOut, int] = field(default_factory=dict)
    error: UserFacingError | None = None
    """Why nothing of it can be taken."""


@dataclass(frozen=True)
class ImportedFile:
    """What became of one file or folder."""

    path: Path
    program: str
    """Whose format it is, as its makers write it; empty when it was not recognized."""
    conversation_ids: tuple[ConversationId, ...] = ()
    """New ones, newest first."""
    messages: int = 0
    """In the new conversations."""
    duplicates: int = 0
    """Conversations that were there already, and were skipped."""
    left_out: dict[LeftOut, int] = field(default_factory=dict)
    error: UserFacingError | None = None
    """Why nothing of it was taken."""


@dataclass(frozen=True)
class ExportedFiles:
    """What an export has written."""

    paths: tuple[Path, ...]
    conversations: int
    skipped: int = 0
    """Conversations that have nothing to train on."""
    unknown_characters: int = 0
    """Characters that no font of the PDF has; a box stands for each."""
