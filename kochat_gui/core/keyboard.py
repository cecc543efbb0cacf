"""What was typed while the keyboard was set to the other language (두벌식 and QWERTY)."""

import unicodedata

_KEYS = {
    "q": "ㅂ", "w": "ㅈ", "e": "ㄷ", "r": "ㄱ", "t": "ㅅ", "y": "ㅛ", "u": "ㅕ", "i": "ㅑ",
    "o": "ㅐ", "p": "ㅔ", "a": "ㅁ", "s": "ㄴ", "d": "ㅇ", "f": "ㄹ", "g": "ㅎ", "h": "ㅗ",
    "j": "ㅓ", "k": "ㅏ", "l": "ㅣ", "z": "ㅋ", "x": "ㅌ", "c": "ㅊ", "v": "ㅍ", "b": "ㅠ",
    "n": "ㅜ", "m": "ㅡ",
    "Q": "ㅃ", "W": "ㅉ", "E": "ㄸ", "R": "ㄲ", "T": "ㅆ", "O": "ㅒ", "P": "ㅖ",
}  # fmt: skip
_LETTERS = {jamo: letter for letter, jamo in _KEYS.items()}
INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = "\0ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""As Unicode orders them; the first stands for a syllable without one."""
COMPOUNDS = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ",
    "ㅢ": "ㅡㅣ", "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
"""Jamo that are typed with two keys."""
_JOINED = {pair: jamo for jamo, pair in COMPOUNDS.items()}
FIRST_SYLLABLE, LAST_SYLLABLE = 0xAC00, 0xD7A3
# How many syllables begin with one consonant, and with one consonant and one vowel.
_OF_INITIAL, _OF_VOWEL = 588, 28


def is_syllable(char: str) -> bool:
    """Whether ``char`` is one of the 11,172 composed syllables."""
    return FIRST_SYLLABLE <= ord(char) <= LAST_SYLLABLE


def taken_apart(syllable: str) -> tuple[int, int, int]:
    """Where a syllable's parts are in ``INITIALS``, ``VOWELS`` and ``FINALS``."""
    code = ord(syllable) - FIRST_SYLLABLE
    return code // _OF_INITIAL, code % _OF_INITIAL // _OF_VOWEL, code % _OF_VOWEL


def put_together(initial: int, vowel: int, final: int = 0) -> str:
    """The syllable of these parts."""
    return chr(FIRST_SYLLABLE + initial * _OF_INITIAL + vowel * _OF_VOWEL + final)


def as_latin(text: str) -> str:
    """The letters on the keys that write ``text``: ``ㅗ디ㅣㅐ`` gives ``hello``."""
    return "".join(_letters(char) for char in unicodedata.normalize("NFC", text))


def as_hangul(text: str) -> str:
    """What the keys of ``text`` write in Korean: ``dkssud`` gives ``안녕``."""
    jamo = [_KEYS.get(char) or _KEYS.get(char.lower()) or char for char in text]
    written: list[str] = []
    while jamo:
        char, length = _first_syllable(jamo)
        written.append(char)
        del jamo[:length]
    return "".join(written)


def _letters(char: str) -> str:
    if is_syllable(char):
        initial, vowel, final = taken_apart(char)
        parts = INITIALS[initial] + VOWELS[vowel] + FINALS[final].strip("\0")
    else:
        parts = char
    keys = "".join(COMPOUNDS.get(part, part) for part in parts)
    return "".join(_LETTERS.get(key, key) for key in keys)


def _first_syllable(jamo: list[str]) -> tuple[str, int]:
    """The first character that an input method writes, and how many keys it takes."""
    if jamo[0] not in INITIALS or len(jamo) < 2 or jamo[1] not in VOWELS:
        return jamo[0], 1
    vowel, length = jamo[1], 2
    joined = _JOINED.get(vowel + jamo[2]) if len(jamo) > 2 else None
    if joined is not None:
        vowel, length = joined, 3
    final = "\0"
    # A consonant before a vowel begins the next syllable.
    while _is_final(final, jamo, length):
        final = _JOINED.get(final + jamo[length], jamo[length])
        length += 1
    return (
        put_together(INITIALS.index(jamo[0]), VOWELS.index(vowel), FINALS.index(final)),
        length,
    )


def _is_final(final: str, jamo: list[str], place: int) -> bool:
    if place >= len(jamo) or (place + 1 < len(jamo) and jamo[place + 1] in VOWELS):
        return False
    if final == "\0":
        return jamo[place] in FINALS
    return final + jamo[place] in _JOINED
