"""The form in which texts are compared, and the way back from it to the text as it was written."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""Where something begins and ends in a text, in characters."""

_BLOCK = 4096
_JAMO = range(0x1160, 0x1200)
"""Vowels and finals that are part of the syllable before them."""


def folded(text: str) -> str:
    """``text`` in composed characters (NFC) and without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def original_spans(text: str, spans: Sequence[Span]) -> list[Span]:
    """Where ``spans`` of ``folded(text)``, in order and apart, are in ``text``.

    A span that begins or ends within what one character became takes all of that character.
    """
    if not spans or (len(text) <= _BLOCK and _is_one_to_one(text)):
        return list(spans)
    wanted = [edge for span in spans for edge in span]
    found: list[int] = []
    begins = 0
    for start, end in pairwise(_cuts(text, _BLOCK)):
        length = len(folded(text[start:end]))
        if wanted[len(found)] < begins + length:
            _find_within(text, range(start, end), begins, wanted, found)
        begins += length
        if len(found) == len(wanted):
            break
    found.extend([len(text)] * (len(wanted) - len(found)))
    return list(zip(found[::2], found[1::2], strict=True))


def _find_within(
    text: str, block: range, begins: int, wanted: Sequence[int], found: list[int]
) -> None:
    """Add to ``found`` where the next of ``wanted`` lie in a block that begins at ``begins``."""
    part = text[block.start : block.stop]
    if _is_one_to_one(part):
        last = begins + len(part)
        while len(found) < len(wanted) and wanted[len(found)] < last + len(found) % 2:
            found.append(block.start + wanted[len(found)] - begins)
        return
    for start, end in pairwise(_cuts(part, 1)):
        ends = begins + len(folded(part[start:end]))
        # Even ones are beginnings, odd ones are ends: of the character before them.
        while len(found) < len(wanted) and wanted[len(found)] < ends + len(found) % 2:
            found.append(block.start + (end if len(found) % 2 else start))
        begins = ends
        if len(found) == len(wanted):
            return


def _is_one_to_one(part: str) -> bool:
    """Whether every character folds to one; most texts do, and need not be gone through."""
    without_case = part.casefold()
    return (
        len(without_case) == len(part)
        and unicodedata.is_normalized("NFC", part)
        and unicodedata.is_normalized("NFC", without_case)
    )


def _cuts(text: str, step: int) -> Iterator[int]:
    """Places at least ``step`` apart between which each part folds as it does in the whole."""
    yield 0
    place = step
    while place < len(text):
        if is_start(text[place]):
            yield place
            place += step
        else:
            place += 1
    if text:
        yield len(text)


def is_start(char: str) -> bool:
    """Whether no normalization joins ``char`` to the character before it."""
    return not unicodedata.category(char).startswith("M") and ord(char) not in _JAMO
