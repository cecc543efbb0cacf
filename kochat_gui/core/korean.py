"""Korean text rules: particles (조사), and syllables that came apart."""

import re
import unicodedata

PARTICLES = frozenset({"을/를", "이/가", "은/는", "과/와", "으로/로", "아/야", "이에요/예요"})

_CONJOINING = re.compile(
    "[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]"
)
"""Modern jamo that together are a syllable (Unicode, 3.12 "Conjoining Jamo Behavior")."""
_SYLLABLE_FIRST = 0xAC00
_SYLLABLE_LAST = 0xD7A3
_FINALS = 28
_FINAL_RIEUL = 8
# How a Latin letter or a digit ends when a Korean reads it aloud: 엘, 알; 엠, 엔; 영, 일, 삼 …
_READ_WITH_FINAL = {**dict.fromkeys("lr", _FINAL_RIEUL), **dict.fromkeys("mn", 1)}
_DIGIT_FINALS = {"0": 1, "1": _FINAL_RIEUL, "3": 1, "6": 1, "7": _FINAL_RIEUL, "8": _FINAL_RIEUL}


def whole_syllables(text: str) -> str:
    """``text`` with syllables instead of their jamo, as a Mac writes them in names of files (NFD).

    Fonts have no jamo, and models have no tokens for them. Other characters stay what they are: all
    of NFC would also put other ideographs in the place of some hanja.
    """
    return _CONJOINING.sub(lambda jamo: unicodedata.normalize("NFC", jamo[0]), text)


def _final_of(word: str) -> int:
    """Index of the final consonant of the last readable character; 0 means a vowel ending."""
    for char in reversed(unicodedata.normalize("NFC", word)):
        if _SYLLABLE_FIRST <= ord(char) <= _SYLLABLE_LAST:
            return (ord(char) - _SYLLABLE_FIRST) % _FINALS
        if char.isdigit():
            return _DIGIT_FINALS.get(char, 0)
        if char.isalpha():
            return _READ_WITH_FINAL.get(char.lower(), 0)
    return 0


def with_particle(word: str, pair: str) -> str:
    """Append the form of ``pair`` (such as ``"을/를"``) that fits the last sound of ``word``."""
    after_consonant, after_vowel = pair.split("/")
    final = _final_of(word)
    if pair == "으로/로" and final == _FINAL_RIEUL:
        return word + after_vowel
    return word + (after_consonant if final else after_vowel)
