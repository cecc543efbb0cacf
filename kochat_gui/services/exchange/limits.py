"""How much one file may hold: imports refuse more, and exports to import again never write it."""

from dataclasses import dataclass, field

from kochat_gui.core.archive import ArchivedConversation

MAX_BYTES = 1 << 30
"""Of a file, and of all members of an archive."""
MAX_WHOLE_BYTES = 128 << 20
"""Of what is in memory at once: one conversation, with all that its program keeps of it."""
MAX_PIECE_CHARS = 32 << 20
"""Of one conversation of another program, one message of this one, or one value beside them."""
MAX_CONVERSATIONS = 200_000
MAX_MESSAGES = 1_000_000
MAX_FOLDERS = 10_000
"""Of one file."""


@dataclass
class Tally:
    """Counts what a file holds."""

    conversations: int = 0
    messages: int = 0
    _folders: set[str] = field(default_factory=set)

    def add(self, conversation: ArchivedConversation) -> bool:
        """Whether ``conversation`` is still within the limits."""
        self.conversations += 1
        self.messages += len(conversation.messages)
        self._folders.add(conversation.folder)
        return (
            self.conversations <= MAX_CONVERSATIONS
            and self.messages <= MAX_MESSAGES
            and len(self._folders) <= MAX_FOLDERS
        )
