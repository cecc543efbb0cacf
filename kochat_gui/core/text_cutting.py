"""Cutting texts where people see one character end and the next one begin."""

import re
import unicodedata

_LONG_WORD = re.compile(r"\S{21,}")
_ZERO_WIDTH_SPACE = "\u200b"
_ZERO_WIDTH_JOINER = "\u200d"
_JAMO = range(0x1160, 0x1200)
"""Vowels and finals that are part of the syllable before them."""
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
"""They end the flags of regions, such as Scotland's."""
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""A flag is two of them."""
_MOST_PARTS = 4
"""So many characters may become one in NFC."""


def beginning(text: str, most: int) -> str:
    """Up to ``most`` characters of ``text`` in NFC, without half a syllable or emoji at the end."""
    composed = unicodedata.normalize("NFC", text[: (most + 1) * _MOST_PARTS])
    if len(composed) <= most:
        return composed
    end = most
    while end > 0 and _is_inside(composed, end):
        end -= 1
    # One character with more marks than that.
    return composed[: end or most]


def breakable(text: str) -> str:
    """``text`` with places to break a line in words that may not fit into one: names, paths."""
    return _LONG_WORD.sub(lambda found: _with_breaks(found[0]), text)


def _with_breaks(word: str) -> str:
    parts = [word[0]]
    for position in range(1, len(word)):
        if not _is_inside(word, position):
            parts.append(_ZERO_WIDTH_SPACE)
        parts.append(word[position])
    return "".join(parts)


def _is_inside(text: str, position: int) -> bool:
    """Whether what is before and after ``position`` is seen as one character."""
    before, after = text[position - 1], text[position]
    if _ZERO_WIDTH_JOINER in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    code = ord(after)
    if code in _JAMO or code in _SKIN_TONES or code in _TAGS:
        return True
    return code in _FLAG_LETTERS and _flag_letters_before(text, position) % 2 == 1


def _flag_letters_before(text: str, position: int) -> int:
    count = 0
    while count < position and ord(text[position - 1 - count]) in _FLAG_LETTERS:
        count += 1
    return count
