"""Texts as tokens of the search index, and patterns as conditions on those tokens.

Of each run of a text between white space every two neighbouring characters make one token: the
heads of both, then their rests. The head of a syllable is its initial consonant, its rest the
vowel and the final, so that a prefix finds initials (초성) and unfinished syllables with the same
tokens as whole ones. The last character of a run stands once more, before an end and the first
character of the next run; and every three neighbouring heads that are consonants make one token.
All are letters and digits of ASCII where the characters are Korean, as short in UTF-8 as the two
syllables.

A text that a pattern matches always meets its condition; the reverse is not so.
"""

import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise, product, zip_longest
from operator import add

from kochat_gui.core.folding import folded
from kochat_gui.core.keyboard import FINALS, INITIALS, is_syllable, taken_apart
from kochat_gui.core.search_patterns import Pattern, Slot

_CODES = "0123456789abcdefghijklmnopqr"
_TRIPLE, _END, _OTHER = "xyz"
"""Before three heads; the head after a run's last character; the head of what is no consonant."""
_LONE = "z"
"""The rest of a consonant that is no part of a syllable."""
_HEADS = (*_CODES[: len(INITIALS)], _END, _OTHER)
_PRIVATE_USE = 0xE000
_COMMON_SHARE, _RARE_SHARE = 20, 500
_MOST_TERMS_ASKED, _MOST_ASKED, _MOST_RARE_ASKED = 2, 3, 5
"""Words, and tokens of one pattern: common ones cost time and exclude hardly anything."""
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
    runs = folded(text).split()
    for run, following in zip_longest(runs, runs[1:], fillvalue=""):
        found.update(map(_pair.__getitem__, map(add, run, run[1:])))
        found.add(_last(run[-1], following[:1]))
        heads = "".join(map(_head.__getitem__, run))
        for part in heads.split(_OTHER):
            found.update(_TRIPLE + part[i : i + 3] for i in range(len(part) - 2))
    return " ".join(found)


def _last(char: str, following: str) -> str:
    """The token of the last character of a run, and of the first one of the next."""
    begins = _head[char] + _END + _rest[char]
    return begins + _head[following] + _rest[following] if following else begins


class Frequencies:
    """How common tokens are, as some texts tell: long lists are not worth reading."""

    def __init__(self, sample: Sequence[str]) -> None:
        self._size = len(sample)
        counts = Counter(token for text in sample for token in tokens(text).split())
        self._tokens = sorted(counts)
        self._sums = [0, *accumulate(counts[token] for token in self._tokens)]

    def of(self, condition: str) -> int:
        """In how many texts of the sample a token, or one with this beginning, is."""
        token = condition.strip('"*')
        above = token + (chr(sys.maxunicode) if condition.endswith("*") else "\0")
        return (
            self._sums[bisect_left(self._tokens, above)]
            - self._sums[bisect_left(self._tokens, token)]
        )

    def is_rare(self, count: int) -> bool:
        """Whether the list is so short that reading it costs less than looking at texts."""
        return count * _RARE_SHARE <= self._size

    def is_common(self, count: int) -> bool:
        """Whether so many of the sample mean that hits are met at once among the newest texts."""
        return count * _COMMON_SHARE >= self._size


class Condition:
    """What FTS5 is asked for a tier of a query."""

    def __init__(self, terms: Sequence[Sequence[Pattern]], frequencies: Frequencies) -> None:
        self._frequencies = frequencies
        self.is_common = False
        """What is broad, and met at once among the newest texts."""
        found = [self._of_term(patterns) for patterns in terms]
        self.is_broad = all(is_broad for _, is_broad, _ in found)
        """Reads long lists before it knows the first hit."""
        asked = [term for term in found if self.is_broad or not term[1]]
        asked.sort(key=lambda term: term[2])
        self.expression = " AND ".join(term[0] for term in asked[:_MOST_TERMS_ASKED])

    def _of_term(self, patterns: Sequence[Pattern]) -> tuple[str, bool, int]:
        """What to ask, whether it is broad, and how common it is."""
        found = [self._of_pattern(pattern) for pattern in patterns]
        return (
            _any_of(expression for expression, _, _ in found),
            any(is_broad for _, is_broad, _ in found),
            sum(count for _, _, count in found),
        )

    def _of_pattern(self, pattern: Pattern) -> tuple[str, bool, int]:
        """The rarest tokens that every match has; else what a whole prefix finds."""
        exact: dict[str, int] = {}
        for run in pattern.runs:
            for condition in chain(_pairs(run), _triples(run)):
                exact.setdefault(condition, self._count(condition))
        for run, following in pairwise(pattern.runs):
            last, first = run[-1], following[0]
            if _is_whole(last) and _is_whole(first) and len(last.chars + first.chars) == 2:
                condition = f'"{_last(last.chars, first.chars)}"'
                exact.setdefault(condition, self._count(condition))
        if exact:
            rarest = sorted(exact, key=lambda condition: exact[condition])[:_MOST_RARE_ASKED]
            rare = sum(self._frequencies.is_rare(exact[condition]) for condition in rarest)
            rarest = rarest[: max(rare, _MOST_ASKED)]
            return f"({' AND '.join(rarest)})", False, exact[rarest[0]]
        open_ones = [_any_of(_of_one(run[0])) for run in pattern.runs if len(run) == 1]
        open_ones += [_any_of(_of_two(*pair)) for run in pattern.runs for pair in pairwise(run)]
        counts = {condition: self._count(condition) for condition in open_ones}
        rarest_open = min(counts, key=lambda condition: counts[condition])
        self.is_common |= self._frequencies.is_common(counts[rarest_open])
        return rarest_open, True, counts[rarest_open]

    def _count(self, condition: str) -> int:
        """Of a token, or of all in a list of alternatives."""
        return sum(map(self._frequencies.of, condition.strip("()").split(" OR ")))


def _pairs(run: Sequence[Slot]) -> Iterator[str]:
    for pair in pairwise(run):
        if all(map(_is_whole, pair)):
            yield _any_of(_of_two(*pair))


def _triples(run: Sequence[Slot]) -> Iterator[str]:
    for place in range(len(run) - 2):
        heads = [
            "".join({head for head, _ in _beginnings(slot)}) for slot in run[place : place + 3]
        ]
        if all(len(head) == 1 and head != _OTHER for head in heads):
            yield f'"{_TRIPLE}{"".join(heads)}"'


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


def _any_of(alternatives: Iterable[str]) -> str:
    expression = " OR ".join(alternatives)
    return f"({expression})" if " " in expression else expression
