"""Texts as tokens of the search index, and patterns as conditions on those tokens.

Of each run of a text between white space every two neighbouring characters make one token: the
heads of both, then their rests. The head of a syllable is its initial consonant, its rest the
vowel and the final, so that a prefix finds initials (초성) and unfinished syllables with the same
tokens as whole ones. The last character of a run stands once more, before an end; and every three
neighbouring heads that are consonants make one token. All are letters and digits of ASCII where
the characters are Korean, as short in UTF-8 as the two syllables.

A text that a pattern matches always meets its condition; the reverse is not so.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from operator import add
from typing import TypeVar

from kochat_gui.core.folding import folded
from kochat_gui.core.keyboard import FINALS, INITIALS, is_syllable, taken_apart
from kochat_gui.core.search_patterns import Pattern, Slot

T = TypeVar("T")

_CODES = "0123456789abcdefghijklmnopqr"
_TRIPLE, _END, _OTHER = "xyz"
"""Before three heads; the head after a run's last character; the head of what is no consonant."""
_LONE = "z"
"""The rest of a consonant that is no part of a syllable."""
_HEADS = (*_CODES[: len(INITIALS)], _END, _OTHER)
_PRIVATE_USE = 0xE000
_MOST_PAIRS_ASKED, _MOST_TRIPLES_ASKED = 6, 5
"""Of one run; each costs time, and more exclude hardly anything."""
_MOST_PAIRS = 30_000
"""Kept in memory; texts use the same ones again and again."""
assert len(FINALS) <= len(_CODES)


class _Heads(dict[str, str]):
    """By character, made when it is asked for."""

    def __missing__(self, char: str) -> str:
        if is_syllable(char):
            head = _CODES[taken_apart(char)[0]]
        else:
            head = _CODES[INITIALS.index(char)] if char in INITIALS else _OTHER
        self[char] = head
        return head


class _Rests(dict[str, str]):
    """By character, made when it is asked for."""

    def __missing__(self, char: str) -> str:
        if is_syllable(char):
            _, vowel, final = taken_apart(char)
            rest = _CODES[vowel] + _CODES[final]
        elif char in INITIALS:
            rest = _LONE
        elif char.isascii() and not char.isalnum():
            # SQLite's tokenizer would take these for gaps.
            rest = chr(_PRIVATE_USE + ord(char))
        else:
            rest = char
        self[char] = rest
        return rest


class _Pairs(dict[str, str]):
    """Tokens by two characters."""

    def __missing__(self, pair: str) -> str:
        first, second = pair[0], pair[1]
        token = _head[first] + _head[second] + _rest[first] + _rest[second]
        if len(self) >= _MOST_PAIRS:
            self.clear()
        self[pair] = token
        return token


_head, _rest, _pair = _Heads(), _Rests(), _Pairs()


def tokens(text: str) -> str:
    """All different tokens of ``text``, with spaces between."""
    found: set[str] = set()
    for run in folded(text).split():
        found.update(map(_pair.__getitem__, map(add, run, run[1:])))
        found.add(_head[run[-1]] + _END + _rest[run[-1]])
        heads = "".join(map(_head.__getitem__, run))
        for part in heads.split(_OTHER):
            found.update(_TRIPLE + part[i : i + 3] for i in range(len(part) - 2))
    return " ".join(found)


class Condition:
    """What FTS5 is asked for a tier of a query."""

    def __init__(self, terms: Sequence[Sequence[Pattern]]) -> None:
        found = [_of_term(patterns) for patterns in terms]
        self.is_broad = all(is_broad for _, is_broad in found)
        """Reads long lists before it knows the first hit."""
        self.expression = " AND ".join(
            expression for expression, is_broad in found if self.is_broad or not is_broad
        )


def _of_term(patterns: Sequence[Pattern]) -> tuple[str, bool]:
    found = [_of_pattern(pattern) for pattern in patterns]
    return _any_of(expression for expression, _ in found), any(is_broad for _, is_broad in found)


def _of_pattern(pattern: Pattern) -> tuple[str, bool]:
    """The condition for all runs; those that are broad are left out where others are not."""
    found = [_of_run(run) for run in pattern.runs]
    is_broad = all(is_broad for _, is_broad in found)
    wanted = (condition for condition, broad in found if is_broad or not broad)
    return f"({' AND '.join(wanted)})", is_broad


def _of_run(run: Sequence[Slot]) -> tuple[str, bool]:
    if len(run) == 1:
        return _any_of(_of_one(run[0])), True
    pairs = list(pairwise(run))
    # What begins with an open slot is a prefix of many tokens.
    narrow = _spread_out([pair for pair in pairs if _is_whole(pair[0])], _MOST_PAIRS_ASKED)
    conditions = [_any_of(_of_two(*pair)) for pair in narrow]
    triples = [run[place : place + 3] for place in range(len(run) - 2)]
    conditions += _of_triples(_spread_out(triples, _MOST_TRIPLES_ASKED))
    if conditions:
        return " AND ".join(dict.fromkeys(conditions)), False
    return " AND ".join(_any_of(_of_two(*pair)) for pair in pairs), True


def _of_one(slot: Slot) -> Iterator[str]:
    for head, rest in _beginnings(slot):
        if not rest:
            yield f'"{head}"*'
        else:
            yield from (f'"{head}{after}{rest}"*' for after in _HEADS)


def _of_two(first: Slot, second: Slot) -> Iterator[str]:
    for (head, rest), (next_head, next_rest) in product(_beginnings(first), _beginnings(second)):
        if _is_whole(first):
            star = "" if _is_whole(second) else "*"
            yield f'"{head}{next_head}{rest}{next_rest}"{star}'
        else:
            yield f'"{head}{next_head}{rest}"*'


def _beginnings(slot: Slot) -> Iterator[tuple[str, str]]:
    """Head and rest, or how the rest begins, of what may stand there."""
    if slot.initial is None:
        for char in slot.chars:
            yield _head[char], _rest[char]
    elif slot.vowels:
        yield from ((_CODES[slot.initial], _CODES[vowel]) for vowel in slot.vowels)
    else:
        yield _CODES[slot.initial], ""


def _is_whole(slot: Slot) -> bool:
    return slot.initial is None


def _of_triples(triples: Iterable[Sequence[Slot]]) -> Iterator[str]:
    for three in triples:
        heads = ["".join({head for head, _ in _beginnings(slot)}) for slot in three]
        if all(len(head) == 1 and head != _OTHER for head in heads):
            yield f'"{_TRIPLE}{"".join(heads)}"'


def _any_of(alternatives: Iterable[str]) -> str:
    expression = " OR ".join(alternatives)
    return f"({expression})" if " " in expression else expression


def _spread_out(values: list[T], most: int) -> list[T]:
    return values[:: max(1, -(-len(values) // most))]
