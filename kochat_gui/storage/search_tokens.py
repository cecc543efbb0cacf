"""Texts as tokens of the search index, and patterns as conditions on those tokens.

Of each run of a text between white space every two neighbouring characters make one token: the
heads of both and the sound of the character after them, then the rests of both. The head of a
syllable is its initial consonant, its rest the vowel and the final, so that a prefix finds
initials (초성) and unfinished syllables with the same tokens as whole ones; its sound is which of
the five kinds of consonants (아설순치후) the initial is. The last character of a run makes a pair
with an end; the sound and the second rest are those of the next run's first character. Every four
neighbouring heads that are consonants make one token, too. All are letters and digits of ASCII
where the characters are Korean, shorter in UTF-8 than the two syllables.

A text that a pattern matches always meets its condition; the reverse is not so.
"""

import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, product, zip_longest
from operator import add

from kochat_gui.core.folding import folded
from kochat_gui.core.keyboard import FINALS, INITIALS, is_syllable, taken_apart
from kochat_gui.core.search_patterns import Pattern, Slot

_CODES = "0123456789abcdefghijklmnopqr"
_FOUR, _END, _OTHER = "xyz"
"""Before four heads; the head after a run's last character; the head of what is no consonant."""
_LONE = "z"
"""The rest of a consonant that is no part of a syllable."""
_HEADS = (*_CODES[: len(INITIALS)], _END, _OTHER)
_SOUNDS = ("ㄱㄲㅋ", "ㄴㄷㄸㄹㅌ", "ㅁㅂㅃㅍ", "ㅅㅆㅈㅉㅊ", "ㅇㅎ")
_NO_SOUND = str(len(_SOUNDS))
_SOUND = {_END: _NO_SOUND, _OTHER: _NO_SOUND} | {
    _CODES[INITIALS.index(initial)]: str(place)
    for place, initials in enumerate(_SOUNDS)
    for initial in initials
}
"""By head."""
_ANY_SOUND = "".join(sorted(set(_SOUND.values())))
_AS_SOUNDS = str.maketrans(_SOUND)
_PRIVATE_USE = 0xE000
_COMMON_SHARE, _RARE_SHARE = 20, 500
_MOST_TERMS_ASKED, _MOST_ASKED, _MOST_RARE_ASKED = 2, 3, 5
"""Words, and tokens of one pattern: common ones cost time and exclude hardly anything."""
_MOST_PAIRS = 30_000
"""Kept in memory; texts use the same ones again and again."""
_PIECE, _RUNS_AT_ONCE = 256, 32
"""Characters and runs between two pauses."""
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
    """The rests of two characters."""

    def __missing__(self, pair: str) -> str:
        rests = _rest[pair[0]] + _rest[pair[1]]
        if len(self) >= _MOST_PAIRS:
            self.clear()
        self[pair] = rests
        return rests


_head, _rest, _pair = _Heads(), _Rests(), _Pairs()


def tokens(text: str, pause: Callable[[], None] = lambda: None) -> str:
    """All different tokens of ``text``, with spaces between.

    ``pause`` is called again and again, some tenths of a millisecond apart: the work holds Python's
    lock.
    """
    found: set[str] = set()
    runs = folded(text).split()
    for number, (run, following) in enumerate(zip_longest(runs, runs[1:], fillvalue="")):
        if len(run) <= _PIECE:
            _add_pairs(found, run, run)
        else:
            for start in range(0, len(run), _PIECE):
                # The tokens of a piece need three characters of the next one.
                piece = run[start : start + _PIECE + 3]
                _add_pairs(found, piece, piece[:_PIECE])
                pause()
        found.add(_last(run[-1], following[:1]))
        if number % _RUNS_AT_ONCE == 0:
            pause()
    return " ".join(found)


def _add_pairs(found: set[str], run: str, firsts: str) -> None:
    """The tokens of a run: of the pairs that ``firsts``, its beginning, begin, and consonants."""
    heads = "".join(map(_head.__getitem__, run))
    sounds = heads[2:].translate(_AS_SOUNDS) + _NO_SOUND
    pairs = map(_pair.__getitem__, map(add, firsts, run[1:]))
    found.update(map("".join, zip(heads, heads[1:], sounds, pairs, strict=False)))
    for part in heads.split(_OTHER):
        found.update(_FOUR + part[i : i + 4] for i in range(len(part) - 3))


def _last(char: str, following: str) -> str:
    """The token of the last character of a run, and of the first one of the next."""
    if not following:
        return _head[char] + _END + _NO_SOUND + _rest[char]
    return _head[char] + _END + _SOUND[_head[following]] + _rest[char] + _rest[following]


class Frequencies:
    """How common tokens are, as some texts tell: long lists are not worth reading."""

    def __init__(self, sample: Sequence[str]) -> None:
        self._size = len(sample)
        counts = Counter(token for text in sample for token in tokens(text).split())
        self._counts = dict(counts)
        self._tokens = sorted(counts)
        self._sums = [0, *accumulate(counts[token] for token in self._tokens)]

    def of(self, condition: str) -> int:
        """In how many texts of the sample a token, or one with this beginning, is."""
        token = condition.strip('"*')
        if not condition.endswith("*"):
            return self._counts.get(token, 0)
        above = token + chr(sys.maxunicode)
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
        found = sorted((self._of_term(patterns) for patterns in terms), key=lambda term: term[2])
        self.is_broad = all(is_broad for _, is_broad, _ in found)
        """Reads long lists before it knows the first hit."""
        self.is_common = self.is_broad and frequencies.is_common(found[0][2])
        """What is broad, and met at once among the newest texts."""
        asked = [
            expression
            for expression, is_broad, count in found
            if not (is_broad and frequencies.is_common(count))
        ]
        self.expression = " AND ".join(asked[:_MOST_TERMS_ASKED] or [found[0][0]])

    def _of_term(self, patterns: Sequence[Pattern]) -> tuple[str, bool, int]:
        """What to ask, whether it is broad, and how common it is."""
        found = [
            self._of_pattern(pattern)
            for pattern in patterns
            if not any(other != pattern and other.is_within(pattern) for other in patterns)
        ]
        return (
            _any_of(expression for expression, _, _ in found),
            any(is_broad for _, is_broad, _ in found),
            sum(count for _, _, count in found),
        )

    def _of_pattern(self, pattern: Pattern) -> tuple[str, bool, int]:
        """The rarest tokens that every match has; else the rarest of what prefixes find."""
        counts = {condition: self._count(condition) for condition in _conditions(pattern.runs)}
        rarest = sorted(counts, key=lambda condition: counts[condition])
        exact = [condition for condition in rarest if "*" not in condition]
        if exact:
            rare = sum(self._frequencies.is_rare(counts[c]) for c in exact[:_MOST_RARE_ASKED])
            asked = exact[: max(rare, _MOST_ASKED)]
            return f"({' AND '.join(asked)})", False, counts[exact[0]]
        count = counts[rarest[0]]
        return rarest[0], not self._frequencies.is_rare(count), count

    def _count(self, condition: str) -> int:
        """Of a token, or of all in a list of alternatives."""
        return sum(map(self._frequencies.of, condition.strip("()").split(" OR ")))


def _conditions(runs: Sequence[Sequence[Slot]]) -> Iterator[str]:
    """Each is met by every text that has ``runs`` one after the other."""
    for run, following in zip_longest(runs, runs[1:]):
        for first, second, third in zip_longest(run, run[1:], run[2:]):
            if second is not None and third is not None:
                yield _any_of(_of_two(first, second, _sounds_of(third)))
            elif second is not None:
                sounds = _ANY_SOUND if following is None else _NO_SOUND
                yield _any_of(_of_two(first, second, sounds))
        if following is not None:
            yield _any_of(_of_two(run[-1], following[0], _sounds_of(following[0]), middle=_END))
        if len(runs) == len(run) == 1:
            yield _any_of(_of_one(run[0]))
        yield from _fours(run)


def _fours(run: Sequence[Slot]) -> Iterator[str]:
    heads = [_heads_of(slot) for slot in run]
    for place in range(len(run) - 3):
        four = heads[place : place + 4]
        if all(len(head) == 1 and head != _OTHER for head in four):
            yield f'"{_FOUR}{"".join(four)}"'


def _of_one(slot: Slot) -> Iterator[str]:
    for head, rest in _beginnings(slot):
        if not rest:
            yield f'"{head}"*'
        else:
            yield from (f'"{head}{a}{b}{rest}"*' for a, b in product(_HEADS, _ANY_SOUND))


def _of_two(first: Slot, second: Slot, sounds: str, middle: str = "") -> Iterator[str]:
    """The second head is ``middle`` where that is given."""
    for (head, rest), (next_head, next_rest) in product(_beginnings(first), _beginnings(second)):
        for sound in sounds:
            begins = head + (middle or next_head) + sound + rest
            if not _is_whole(first):
                yield f'"{begins}"*'
            else:
                yield f'"{begins}{next_rest}"{"" if _is_whole(second) else "*"}'


def _heads_of(slot: Slot) -> str:
    """All that may stand there, each once."""
    return "".join(dict.fromkeys(head for head, _ in _beginnings(slot)))


def _sounds_of(slot: Slot) -> str:
    return "".join(dict.fromkeys(_SOUND[head] for head in _heads_of(slot)))


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
    expression = " OR ".join(dict.fromkeys(alternatives))
    return f"({expression})" if " " in expression else expression
