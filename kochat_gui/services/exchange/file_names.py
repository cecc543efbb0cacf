"""File names out of titles that hold on Windows, macOS and Linux alike."""

import re
import unicodedata
from collections.abc import Callable

MAX_BYTES = 180
"""Of a whole name in UTF-8: file systems take 255, and something may be put before or after."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Windows opens a device for these, whatever stands after the first dot.
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE
)
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Controls, bidirectional and invisible characters, halves of characters, unassigned ones."""
_JOINERS = {"\u200c", "\u200d"}
"""Invisible, but families of emoji and several scripts are not themselves without them."""


def safe_name(title: str, suffix: str, fallback: str) -> str:
    """A file name for ``title``; ``suffix`` begins with a dot, and is empty for a folder.

    NFC, no character that a system forbids or hides, no dot or space at either end, no name of a
    Windows device, at most ``MAX_BYTES``. ``fallback`` stands in where nothing is left.
    """
    return _stem(title, MAX_BYTES - len(suffix.encode()), fallback) + suffix


def numbered(name: str, suffix: str, number: int) -> str:
    """``name`` for its ``number``-th file, from 2: "제목 (2).md"; stays within ``MAX_BYTES``.

    ``suffix`` is what ``name`` was made with; empty for a folder, whose dots are part of its name.
    """
    ending = f" ({number}){suffix}"
    stem = name.removesuffix(suffix)
    return _cut(stem, MAX_BYTES - len(ending.encode())).rstrip(" .") + ending


def free_name(name: str, suffix: str, is_taken: Callable[[str], bool]) -> str:
    """``name``, or the first :func:`numbered` form of it that is not taken."""
    number, free = 1, name
    while is_taken(free):
        number += 1
        free = numbered(name, suffix, number)
    return free


def compared(name: str) -> str:
    """The form in which two names are the same file on systems that fold case or decompose."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _stem(title: str, room: int, fallback: str) -> str:
    text = _FORBIDDEN.sub(" ", unicodedata.normalize("NFC", title[: MAX_BYTES * 4]))
    seen = "".join(
        char if char in _JOINERS or unicodedata.category(char) not in _UNSEEN else " "
        for char in text
    )
    stem = _cut(" ".join(seen.split()).strip(" ."), room).rstrip(" .")
    if not stem.strip("\u200c\u200d"):
        stem = fallback
    if _RESERVED.match(stem):
        stem = "_" + stem
    return stem


def _cut(text: str, room: int) -> str:
    """As many whole characters of ``text`` as ``room`` bytes hold, marks with their letters."""
    if len(text.encode()) <= room:
        return text
    cut = text.encode()[:room].decode("utf-8", "ignore")
    end = len(cut)
    while end > 1 and _belongs_before(text, end):
        end -= 1
    return cut[:end] if end > 1 else cut


def _belongs_before(text: str, at: int) -> bool:
    """Whether cutting before ``text[at]`` would tear a character that people see as one."""
    return (
        unicodedata.combining(text[at]) != 0
        or text[at] in _JOINERS
        or text[at - 1] == "\u200d"
        or "\ufe00" <= text[at] <= "\ufe0f"
        or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
    )
