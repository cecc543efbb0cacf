"""Words of a message on one line, without the marks of Markdown that show as styles elsewhere."""

import re
from collections.abc import Iterator

Spans = tuple[tuple[int, int], ...]

_EMPHASIS = re.compile(r"(?<![0-9A-Za-z*])(\*{1,3})(?=[^\s*])[^*]*(?<=\S)(\1)(?!\*)")
"""Not "5*3*2": a digit or a Latin letter before it multiplies or is a name."""
_STRUCK = re.compile(r"(?<!~)(~~)(?=[^\s~])[^~]*(?<=\S)(~~)(?!~)")
_LINK = re.compile(r"(!?\[)[^\[\]]+(\]\([^()\s]*\))")
_SIGNS = re.compile(
    r"`+|^[ \t]*#{1,6} |(?<=\s)#{2,6} |^[ \t]*(?:[-+*>] )+|(?<!\S)[-*_]{3,}(?!\S)|\s+", re.MULTILINE
)
_CELLS = re.compile(r"[|]|:?-{3,}:?")
_TABLE = re.compile(r"\A\s*\||\|\s*:?-{3,}")
_MOST_NESTED = 3


def unmarked(text: str, spans: Spans = ()) -> tuple[str, Spans]:
    """``text`` without marks but for those in ``spans``, which were looked for; and its spans.

    White space becomes one space.
    """
    for _ in range(_MOST_NESTED):
        before = text
        text, spans = _without(text, spans, sorted(_marks(text)))
        if text == before:
            break
    return text, spans


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each, some of them overlapping."""
    for pair in (_EMPHASIS, _STRUCK, _LINK):
        for found in pair.finditer(text):
            yield found.span(1)
            yield found.span(2)
    for found in _SIGNS.finditer(text):
        yield found.span()
    # A line by itself is no table: "cat x | grep y".
    for found in _CELLS.finditer(text) if _TABLE.search(text) else ():
        yield found.span()


def _without(text: str, spans: Spans, marks: list[tuple[int, int]]) -> tuple[str, Spans]:
    places = [0] * (len(text) + 1)
    made, seen = "", 0
    for start, end in marks:
        if start < seen or any(start < last and end > first for first, last in spans):
            continue
        for place in range(seen, start):
            places[place] = len(made) + place - seen
        made += text[seen:start]
        places[start:end] = [len(made)] * (end - start)
        if text[start:end].isspace() and made and not made.endswith(" "):
            made += " "
        seen = end
    for place in range(seen, len(text) + 1):
        places[place] = len(made) + place - seen
    made += text[seen:]
    return made, tuple((places[start], places[end]) for start, end in spans)
