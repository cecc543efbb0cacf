"""A rendered prompt as bytes in which special tokens cannot be forged, and as token ids.

Text is UTF-8; a special token is ``FF <id in digits> FF``, bytes that never occur in UTF-8.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from kochat_gui.engines.chat_template import PartKind, PromptPart

_TOKEN = re.compile(rb"\xff([0-9]+)\xff")


class SpaceRule(Enum):
    """Whether a tokenizer was trained with a space before every text."""

    NEVER = "never"
    FIRST = "first"
    """Metaspace, ``prepend_scheme="first"``: as ``UNLESS_THERE``, only where a prompt begins."""
    ALWAYS = "always"
    """SentencePiece's dummy prefix, also before text that begins with a space."""
    UNLESS_THERE = "unless_there"
    """Metaspace of the ``tokenizers`` library, ``prepend_scheme="always"``."""


@dataclass(frozen=True)
class PromptCodec:
    """Rendered prompts to bytes and bytes to ids, for one vocabulary."""

    tokenize_text: Callable[[bytes], list[int]]
    """Plain text as it stands, without any prefix or special token."""
    marker_id: Callable[[str], int | None]
    """The special token of that spelling, if there is one."""
    bos: int | None
    """None when the model wants none at the beginning."""
    named_tokens: dict[str, int | None]
    """``bos`` and ``eos``, whether or not a prompt begins with one."""
    space_rule: SpaceRule
    composes: bool = False
    """Text is brought to the composed Unicode form (NFC) first."""

    def encode(self, parts: Iterable[PromptPart]) -> bytes:
        """Resolve special tokens; put the tokenizer's space before each stretch of text."""
        pieces: list[str | int] = []
        for part in parts:
            resolved = self._resolved(part)
            if resolved is None or resolved == "":
                continue
            if isinstance(resolved, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += resolved
            else:
                pieces.append(resolved)
        start = b""
        if self.bos is not None and pieces[:1] != [self.bos]:
            start = b"\xff%d\xff" % self.bos
        return start + b"".join(
            b"\xff%d\xff" % piece
            if isinstance(piece, int)
            else self.text_bytes(piece, begins=index == 0)
            for index, piece in enumerate(pieces)
        )

    def text_bytes(self, text: str, *, begins: bool = True) -> bytes:
        """A stretch of text after a special token or, where it ``begins`` one, of a prompt."""
        if self.composes:
            text = unicodedata.normalize("NFC", text)
        wants_space = self.space_rule is SpaceRule.UNLESS_THERE or (
            self.space_rule is SpaceRule.FIRST and begins
        )
        has_space = text.startswith((" ", "▁"))
        if self.space_rule is SpaceRule.ALWAYS or (wants_space and not has_space):
            text = " " + text
        # Lone surrogates cannot be said to a model.
        return text.encode("utf-8", "replace")

    def tokenize(self, prompt: bytes) -> list[int]:
        """Ids of an encoded prompt, or of the rest of one."""
        ids: list[int] = []
        position = 0
        for match in _TOKEN.finditer(prompt):
            if match.start() > position:
                ids += self.tokenize_text(prompt[position : match.start()])
            ids.append(int(match[1]))
            position = match.end()
        if position < len(prompt):
            ids += self.tokenize_text(prompt[position:])
        return ids

    def spelled(self, prompt: bytes, spelling: Callable[[int], str]) -> str:
        """An encoded prompt with its special tokens spelled out, for people to see."""
        text = _TOKEN.sub(lambda found: spelling(int(found[1])).encode(), prompt)
        return text.decode("utf-8", "replace")

    def _resolved(self, part: PromptPart) -> str | int | None:
        if part.kind is PartKind.TOKEN:
            return self.named_tokens[part.text]
        if part.kind is PartKind.MARKER:
            token = self.marker_id(part.text)
            return part.text if token is None else token
        return part.text
