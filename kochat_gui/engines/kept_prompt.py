"""What a model has already read, and how much of it the next prompt can use again.

Reading a prompt is most of the waiting time of a chat, and the next turn's prompt begins with the
last one's text and answer. Comparing token ids alone loses the answer: tokenizing its text again
often gives other ids than the model wrote. So the text is compared, and ids are taken from what
was read wherever the text is cut at a place where ids and text are known to correspond – between
words: what begins within one would be other tokens than the tokenizer and the model know for it,
and the answer another one than without anything kept.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence

_SPACES = b" \t\r\n"
_SPECIAL = b"\xff"
"""What a special token begins with in a prompt."""


class KeptPrompt:
    """Ids in the model's memory, the prompt text they stand for, and where both may be cut.

    A break is such a place: the first ids are exactly the first bytes of the text there.
    """

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._text = bytearray()
        # Of each break, in order. Two lists: one is made for every token, and an object for each
        # would be half the work.
        self._lengths: list[int] = []
        self._offsets: list[int] = []

    def clear(self) -> None:
        """The memory is empty."""
        self.ids.clear()
        self._text.clear()
        self._lengths.clear()
        self._offsets.clear()

    def plan(self, text: bytes, tokenize: Callable[[bytes], list[int]], limit: int) -> list[int]:
        """Ids for the prompt ``text`` that begin with as many kept ones as possible.

        ``tokenize`` gets the text from a break on. Without a usable break the ids are the
        tokenizer's own for the whole text, and also when the kept ones lead to more than
        ``limit``: a model may write in many tokens what the tokenizer would write in few, and
        what fits the context is counted with the tokenizer.
        """
        length, offset = self._last_break(text)
        ids = self.ids[:length] + tokenize(text[offset:])
        return ids if len(ids) <= limit else tokenize(text)

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
        count = min(bisect_right(self._lengths, kept), bisect_right(self._offsets, common))
        del self._lengths[count:], self._offsets[count:]
        self.ids = list(ids[:kept])
        self._text = bytearray(text[: self._offsets[-1]] if self._offsets else b"")

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
            self._lengths.append(len(self.ids))
            self._offsets.append(len(self._text))

    def unread(self, visible: bytes) -> None:
        """The answer's last token was not read; the text goes on with ``visible``."""
        self._text += visible

    def _mark(self) -> None:
        self._lengths.append(len(self.ids))
        self._offsets.append(len(self._text))

    def _last_break(self, text: bytes) -> tuple[int, int]:
        """Ids and bytes before the last break that ``text`` has, too, and its word with it."""
        common = _last_word_end(text, _common_bytes(self._text, text))
        for index in range(bisect_right(self._offsets, common) - 1, -1, -1):
            if _is_character_start(text, self._offsets[index]):
                return self._lengths[index], self._offsets[index]
        return 0, 0


def _last_word_end(text: bytes, limit: int) -> int:
    """The last place up to ``limit`` where no token of a word goes on; 0 when there is none."""
    if limit == len(text):
        return limit
    end = max(text.rfind(mark, 0, limit + 1) for mark in _SPACES + _SPECIAL)
    if end >= 0 and text[end] in _SPACES:
        # Runs of white space can be tokens, too.
        end = len(text[:end].rstrip(_SPACES))
    return max(end, 0)


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
