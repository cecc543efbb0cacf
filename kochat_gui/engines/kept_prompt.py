"""What a model has already read, and how much of it the next prompt can use again.

Reading a prompt is most of the waiting time of a chat, and the next turn's prompt begins with the
last one's text and answer. Comparing token ids alone loses the answer: tokenizing its text again
often gives other ids than the model wrote. So the text is compared, and ids are taken from what
was read wherever the text is cut at a place where ids and text are known to correspond.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Break:
    """A place where the first ``tokens`` ids are the first ``offset`` bytes of the text."""

    tokens: int
    offset: int


class KeptPrompt:
    """Ids in the model's memory, the prompt text they stand for, and where both may be cut."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._text = bytearray()
        self._breaks: list[Break] = []

    def clear(self) -> None:
        """The memory is empty."""
        self.ids.clear()
        self._text.clear()
        self._breaks.clear()

    def plan(self, text: bytes, tokenize: Callable[[bytes], list[int]]) -> list[int]:
        """Ids for the prompt ``text`` that begin with as many kept ones as possible.

        ``tokenize`` gets the text from a break on. Without a usable break the ids are the
        tokenizer's own for the whole text.
        """
        usable = self._last_break(text)
        return self.ids[: usable.tokens] + tokenize(text[usable.offset :])

    def common_length(self, ids: Sequence[int]) -> int:
        """How many leading ids are the same."""
        limit = min(len(ids), len(self.ids))
        if self.ids[:limit] == list(ids[:limit]):
            return limit
        return next(i for i in range(limit) if ids[i] != self.ids[i])

    def begin(self, text: bytes, ids: Sequence[int], kept: int) -> None:
        """The memory now holds the first ``kept`` of ``ids``; the rest of the prompt follows.

        Until :meth:`prompt_read` the breaks of the kept part alone are valid.
        """
        common = _common_bytes(self._text, text)
        self._breaks = [b for b in self._breaks if b.tokens <= kept and b.offset <= common]
        self.ids = list(ids[:kept])
        self._text = bytearray(text[: self._breaks[-1].offset] if self._breaks else b"")

    def read(self, ids: Sequence[int]) -> None:
        """More prompt ids are in the memory."""
        self.ids.extend(ids)

    def prompt_read(self, text: bytes) -> None:
        """The memory holds exactly the prompt ``text``."""
        self._text = bytearray(text)
        self._mark()

    def answered(self, token: int, visible: bytes) -> None:
        """A token of the answer was read; ``visible``: whole characters it adds to the text."""
        self.ids.append(token)
        if visible:
            self._text += visible
            self._mark()

    def _mark(self) -> None:
        self._breaks.append(Break(len(self.ids), len(self._text)))

    def _last_break(self, text: bytes) -> Break:
        common = _common_bytes(self._text, text)
        index = bisect_right(self._breaks, common, key=lambda b: b.offset)
        for found in reversed(self._breaks[:index]):
            if _is_character_start(text, found.offset):
                return found
        return Break(0, 0)


def _is_character_start(text: bytes, offset: int) -> bool:
    return offset >= len(text) or text[offset] & 0xC0 != 0x80


def _common_bytes(a: bytes | bytearray, b: bytes | bytearray) -> int:
    """Length of the common beginning, by halving: comparing slices is much faster than a loop."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
