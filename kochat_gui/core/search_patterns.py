"""What a word of a query stands for: as typed, and as a Korean may have meant it.

A pattern is a sequence of slots; each is filled by one character of a folded text.
"""

import re
from dataclasses import dataclass

from kochat_gui.core.folding import folded
from kochat_gui.core.keyboard import (
    COMPOUNDS,
    FINALS,
    INITIALS,
    VOWELS,
    as_hangul,
    as_latin,
    is_syllable,
    put_together,
    taken_apart,
)

_STEM = re.compile(
    r"(?P<stem>\S+?\w)(?:"
    r"(?:에|에서|에게|한테|으?로|[와과만들]|이?랑|하고|까지|부터|처럼|보다)"
    r"(?:[은는도만의이을]|에게|까지)"
    r"|[은는이가을를의에께로와과랑도만나야아들]|에서|에게|한테|께서|으로|으?로[서써]|이[랑나며]|하고|까지"
    r"|부터|처럼|보다|마다|조차|마저|밖에|대로|만큼|이?든지|이?라도|며)"
)
"""A stem of two characters or more, and its particle, the longest there is."""
_SHORTEST_LATIN = 2
_SHORTEST_LATIN_OF_KOREAN = 4
"""What may well be Korean: fewer letters stand in English words by chance (간 is rks: works)."""
_OPERATORS = '"*-+():^'
"""Signs that other search engines read as orders; at a word's edge they may be meant as such."""
# A vowel that is still being typed may become the ones after it (ㅗ: ㅘ, ㅙ, ㅚ).
_GROWING = {"ㅗ": "ㅗㅘㅙㅚ", "ㅜ": "ㅜㅝㅞㅟ", "ㅡ": "ㅡㅢ"}


@dataclass(frozen=True)
class Slot:
    """The characters that may stand in one place: any of ``chars``, or of the syllables."""

    chars: str = ""
    initial: int | None = None
    """Place in ``INITIALS``: all syllables that begin with it."""
    vowels: tuple[int, ...] = ()
    """Of those syllables only the ones with these, neighbours in ``VOWELS``; empty for all."""

    def expression(self) -> str:
        """As a part of a regular expression."""
        if self.initial is None and len(self.chars) == 1:
            return re.escape(self.chars)
        return f"[{re.escape(self.chars)}{self._range()}]"

    def _range(self) -> str:
        if self.initial is None:
            return ""
        vowels = self.vowels or (0, len(VOWELS) - 1)
        first = put_together(self.initial, vowels[0])
        return f"{first}-{put_together(self.initial, vowels[-1], len(FINALS) - 1)}"


@dataclass(frozen=True)
class Pattern:
    """Runs of slots with any white space between them; most patterns are one run."""

    runs: tuple[tuple[Slot, ...], ...]

    def expression(self) -> str:
        """As a regular expression for folded texts."""
        return r"\s+".join("".join(slot.expression() for slot in run) for run in self.runs)

    def is_within(self, other: "Pattern") -> bool:
        """Whether whatever ``other`` matches holds a match of this, which is one run."""
        if len(self.runs) != 1:
            return False
        [own] = self.runs
        return any(
            run[place : place + len(own)] == own
            for run in other.runs
            for place in range(len(run) - len(own) + 1)
        )


def literal(phrase: str) -> Pattern:
    """``phrase`` as it is, but for its white space; it must hold something else."""
    return Pattern(tuple(_slots(word) for word in folded(phrase).split()))


def open_literal(phrase: str) -> list[Pattern]:
    """``phrase``, whose last syllable may still be composed."""
    *before, last = folded(phrase).split()
    done = tuple(_slots(word) for word in before)
    return [Pattern((*done, run)) for run in _open_runs(last)]


def lenient(word: str, *, is_last: bool) -> list[Pattern]:
    """What else ``word``, without white space, may stand for.

    Initial consonants for syllables, the other keyboard, a stem without its particle, a word
    without operators; the last word of a query may end in an unfinished syllable.
    """
    found: dict[tuple[Slot, ...], None] = {}
    for spelling in dict.fromkeys((word, word.strip(_OPERATORS))):
        for form in _forms(spelling, is_last=is_last):
            found.setdefault(form)
    found.pop(_slots(folded(word)), None)
    return [Pattern((run,)) for run in found if run]


def _forms(word: str, *, is_last: bool) -> list[tuple[Slot, ...]]:
    as_typed = folded(word)
    found = [_slots(as_typed), *_jamo_runs(as_typed, is_last=is_last)]
    inflected = _STEM.fullmatch(as_typed)
    if inflected is not None:
        found.append(_slots(inflected["stem"]))
    if word.isascii() and word.isalpha():
        found += _from_latin_keys(word, is_last=is_last)
    if as_typed and all(is_syllable(char) or _is_jamo(char) for char in as_typed):
        latin = as_latin(as_typed).casefold()
        has_vowel = any(char in VOWELS for char in as_typed)
        shortest = _SHORTEST_LATIN if has_vowel else _SHORTEST_LATIN_OF_KOREAN
        if len(latin) >= shortest and latin.isascii():
            found.append(_slots(latin))
    return found


def _from_latin_keys(word: str, *, is_last: bool) -> list[tuple[Slot, ...]]:
    hangul = as_hangul(word)
    if len(word) < _SHORTEST_LATIN:
        return []
    # Letters that make no whole syllables were meant as letters.
    body = hangul[:-1] if is_last and hangul[-1] in INITIALS else hangul
    is_whole = bool(body) and all(is_syllable(char) for char in body)
    if is_whole or all(char in INITIALS for char in hangul):
        return [_slots(hangul), *_jamo_runs(hangul, is_last=is_last)]
    return []


def _jamo_runs(word: str, *, is_last: bool) -> list[tuple[Slot, ...]]:
    """Lone consonants as initials; the last syllable as one that may still grow."""
    spread = "".join(_spread(char) for char in word)
    if is_last and spread:
        return _open_runs(spread)
    return [_with_initials(spread)]


def _open_runs(word: str) -> list[tuple[Slot, ...]]:
    before, last = _with_initials(word[:-1]), word[-1]
    if not is_syllable(last):
        return [_with_initials(word)]
    initial, vowel, final = taken_apart(last)
    if final == 0:
        growing = _GROWING.get(VOWELS[vowel], VOWELS[vowel])
        vowels = tuple(VOWELS.index(char) for char in growing)
        return [(*before, Slot(initial=initial, vowels=vowels))]
    # 간 is on the way to 갅 and 갆, or the ㄴ belongs to the next syllable: 가나.
    parts = COMPOUNDS.get(FINALS[final], FINALS[final])
    grown = "".join(
        put_together(initial, vowel, FINALS.index(longer))
        for longer, keys in COMPOUNDS.items()
        if longer in FINALS and keys[0] == parts
    )
    found = [(*before, Slot(last + grown))]
    if parts[-1] in INITIALS:
        rest = FINALS.index(parts[0]) if len(parts) > 1 else 0
        closed = Slot(put_together(initial, vowel, rest))
        found.append((*before, closed, Slot(initial=INITIALS.index(parts[-1]))))
    return found


def _spread(char: str) -> str:
    """ㄳ is what an input method makes of the initials ㄱ and ㅅ; U+1100 is ㄱ in pieces."""
    place = ord(char) - 0x1100
    if 0 <= place < len(INITIALS):
        return INITIALS[place]
    keys = COMPOUNDS.get(char, char)
    return keys if all(key in INITIALS for key in keys) else char


def _with_initials(word: str) -> tuple[Slot, ...]:
    return tuple(
        Slot(char, INITIALS.index(char)) if char in INITIALS else Slot(char) for char in word
    )


def _slots(word: str) -> tuple[Slot, ...]:
    return tuple(Slot(char) for char in word)


def _is_jamo(char: str) -> bool:
    return "ㄱ" <= char <= "ㅣ"
