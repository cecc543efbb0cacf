"""A vocabulary as GGUF holds it: everything that decides how text becomes tokens."""

from dataclasses import dataclass
from enum import Enum, IntEnum

SPACE = "▁"
"""Stands for a space inside pieces (U+2581)."""
BYTE_PIECES = tuple(f"<0x{value:02X}>" for value in range(256))


class TokenType(IntEnum):
    """GGUF's token types, as far as they occur here."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


class TokenizerKind(Enum):
    """``tokenizer.ggml.model``: how llama.cpp cuts text."""

    BYTE_FALLBACK = "gemma4"
    """Merges over characters, bytes for the rest; its "llama" model splits Korean wrongly."""
    BYTE_LEVEL = "gpt2"
    """Merges over bytes, written as printable characters."""
    SENTENCEPIECE = "llama"
    """Neighbours are joined by the score of what they make."""


class PrefixSpace(Enum):
    """When a space goes before a text; the engine puts it there."""

    NEVER = "never"
    FIRST = "first"
    """At the beginning of the prompt, unless there is one."""
    UNLESS_THERE = "unless_there"
    """At the beginning and after special tokens, unless there is one."""
    ALWAYS = "always"
    """As ``UNLESS_THERE``, also where there is one."""


@dataclass(frozen=True)
class Vocabulary:
    """Pieces by id, and how they are put together."""

    kind: TokenizerKind
    pieces: tuple[str, ...]
    types: tuple[TokenType, ...]
    merges: tuple[tuple[str, str], ...] = ()
    """The first one is applied first."""
    scores: tuple[float, ...] = ()
    """For ``SENTENCEPIECE``: the highest is applied first."""
    splitter: str = ""
    """For ``BYTE_LEVEL``: llama.cpp's name for how text is cut before merging."""
    space: PrefixSpace = PrefixSpace.NEVER
    composes: bool = False
    """Text is brought to the composed Unicode form (NFC) first."""
    unknown_id: int | None = None
    first_id: int | None = None
    """The token that the tokenizer puts before a text by itself."""

    @property
    def prepends_space(self) -> bool:
        """Whether a space goes before the first text of a prompt."""
        return self.space is not PrefixSpace.NEVER
