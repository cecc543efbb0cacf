"""What is looked for in conversations, and what was found.

``SearchQuery.parse`` reads words and "exact phrases"; no other sign is an order. A text is a hit
when it holds all of them. Tier 0 holds them as they were typed, whatever the case and the Unicode
form; tier 1 as they may have been meant (see :mod:`.search_patterns`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise

from kochat_gui.core.conversation import ConversationId, MessageId, Role
from kochat_gui.core.folding import Span, folded, is_start, original_spans
from kochat_gui.core.search_patterns import Pattern, lenient, literal, open_literal

LONGEST_QUERY = 300
"""Characters; the rest is not looked for."""
SNIPPET_LENGTH = 80
_SNIPPET_BEFORE = 24
_SNIPPET_MAX = 240
_WORDS = re.compile(r'"(?P<phrase>[^"]*[^"\s][^"]*)(?P<closing>"|\Z)|(?P<word>\S+)')
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"
_OPERATOR_WORDS = {"AND", "OR", "NOT", "NEAR"}

Alternatives = tuple[Pattern, ...]


@dataclass(frozen=True)
class SearchFilters:
    """What a hit has to be besides; None takes all. With a model or a role, titles are no hits."""

    model_name: str | None = None
    """Of the model that made the answer."""
    folder_id: int | None = None
    tag: str | None = None
    since: date | None = None
    """First day, by the local clock."""
    until: date | None = None
    """Last day."""
    role: Role | None = None


@dataclass(frozen=True)
class SearchHit:
    """A message, or the title of a conversation, that holds what was looked for."""

    conversation_id: ConversationId
    title: str
    message_id: MessageId | None
    """None for a title."""
    role: Role | None
    created_at: datetime
    """UTC; for a title when its conversation changed last."""
    snippet: str
    """One line around the first match; for a title all of it."""
    spans: tuple[Span, ...]
    """Matches in ``snippet``."""
    title_spans: tuple[Span, ...] = ()
    """Matches in ``title``."""


class Tier:
    """One way to read a query: for each of its terms the patterns, one of which must match."""

    def __init__(self, terms: Sequence[Alternatives]) -> None:
        self.terms = tuple(terms)

    @cached_property
    def _expressions(self) -> list[re.Pattern[str]]:
        return [
            re.compile("|".join(pattern.expression() for pattern in patterns))
            for patterns in self.terms
        ]

    def rarest(self) -> re.Pattern[str]:
        """Of the term that texts lack most probably: the one with the longest patterns."""
        lengths = [min(_length(p) for p in patterns) for patterns in self.terms]
        return self._expressions[lengths.index(max(lengths))]

    def matches(self, text: str) -> bool:
        """Whether a folded text holds every term."""
        return all(expression.search(text) for expression in self._expressions)

    def spans(self, text: str, until: int | None = None) -> list[Span]:
        """Where a folded text holds any term, in order and apart; ``until`` ends the looking."""
        end = len(text) if until is None else until
        found = sorted(
            match.span()
            for expression in self._expressions
            for match in expression.finditer(text, 0, end)
        )
        return list(_merged(found))

    def first(self, text: str) -> Span:
        """The first match in a folded text that :meth:`matches`."""
        found = (expression.search(text) for expression in self._expressions)
        return min(match.span() for match in found if match is not None)


@dataclass(frozen=True)
class SearchQuery:
    """A query as it was typed, and the ways to read it; ``tiers`` is empty for a blank one."""

    text: str

    @cached_property
    def tiers(self) -> tuple[Tier, ...]:
        """As typed; and as it may have been meant, where that is more."""
        words = list(_WORDS.finditer(self.text[:LONGEST_QUERY]))
        if not words:
            return ()
        exact: list[Alternatives] = [(literal(m["phrase"] or m["word"]),) for m in words]
        meant: list[Alternatives] = [
            (*given, *_other_readings(match, is_last=match is words[-1]))
            for given, match in zip(exact, words, strict=True)
            if match["word"] not in _OPERATOR_WORDS
        ]
        if len(exact) == 1 and meant:
            # Whoever asks for the second tier has found all of the first one.
            meant = [meant[0][1:]]
        readings = [exact, meant] if any(meant) and meant != exact else [exact]
        return tuple(Tier(terms) for terms in readings)

    @property
    def is_blank(self) -> bool:
        return not self.tiers

    def spans(self, text: str) -> list[Span]:
        """Where ``text`` holds what is looked for: as typed, else as meant; else nowhere."""
        plain = folded(text)
        for tier in self.tiers:
            if tier.matches(plain):
                return original_spans(text, tier.spans(plain))
        return []


def snippet(text: str, tier: Tier) -> tuple[str, tuple[Span, ...]]:
    """About ``SNIPPET_LENGTH`` characters around the first match, as one line; matches in it."""
    plain = folded(text)
    first = tier.first(plain)
    spans = tier.spans(plain, first[1] + _SNIPPET_MAX)
    found = original_spans(text, spans)
    start, end = found[0]
    begin = _start_before(text, max(0, start - _SNIPPET_BEFORE))
    stop = min(len(text), max(begin + SNIPPET_LENGTH, end + _SNIPPET_BEFORE), begin + _SNIPPET_MAX)
    while stop < len(text) and not _begins_character(text, stop):
        stop += 1
    shown = [(max(a, begin), min(b, stop)) for a, b in found if a < stop]
    line, places = _one_line(text, sorted({begin, stop}.union(*shown)))
    return line, tuple((places[a], places[b]) for a, b in shown if places[a] < places[b])


def title_spans(title: str, tier: Tier) -> tuple[Span, ...]:
    """Where a title holds any of the terms."""
    return tuple(original_spans(title, tier.spans(folded(title))))


def _other_readings(match: re.Match[str], *, is_last: bool) -> list[Pattern]:
    if match["phrase"] is None:
        return lenient(match["word"], is_last=is_last)
    # The closing quote is not typed yet.
    return [] if match["closing"] else open_literal(match["phrase"])


def _length(pattern: Pattern) -> int:
    return sum(map(len, pattern.runs))


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    """``spans``, which are in order, with those that touch as one."""
    current: Span | None = None
    for start, end in spans:
        if current is not None and start <= current[1]:
            current = (current[0], max(end, current[1]))
            continue
        if current is not None:
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _begins_character(text: str, place: int) -> bool:
    """Whether a cut before ``place`` leaves whole what is one character to the eye."""
    char, before = text[place], text[place - 1 : place]
    return is_start(char) and _JOINER not in (char, before) and not "🏻" <= char <= "🏿"


def _start_before(text: str, place: int) -> int:
    while place > 0 and not _begins_character(text, place):
        place -= 1
    return place


def _one_line(text: str, edges: Sequence[int]) -> tuple[str, dict[int, int]]:
    """The text from the first edge to the last on one line, with single spaces.

    Where it goes on there is an …; also returned is where each edge went.
    """
    made = "…" if edges[0] else ""
    places = {edges[0]: len(made)}
    for start, end in pairwise(edges):
        part = _SPACE.sub(" ", text[start:end])
        made += part.lstrip() if made.endswith((" ", "…")) or not made else part
        places[end] = len(made)
    return made + ("…" if edges[-1] < len(text) else ""), places
