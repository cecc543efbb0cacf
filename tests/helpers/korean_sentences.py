"""Korean test sentences, put together from ``tests/data/sentences/parts.json``; always the same."""

import json
import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path

_PARTS = Path(__file__).parents[1] / "data" / "sentences" / "parts.json"
_COUNTS = {"statements": 700, "walks": 300, "mixed": 800, "prompts": 300, "decomposed": 250}
_FLAVOURS = (
    "jamo",
    "emoji",
    "english",
    "numbers",
    "old",
    "halfwidth",
    "foreign",
    "marks",
    "spaces",
)
_PARTICLES = {"topic": ("은", "는"), "object": ("을", "를"), "with": ("과", "와")}
_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = 0xAC00, 0xD7A3, 28


def korean_sentences() -> list[str]:
    """More than 2,000 different texts."""
    chance = random.Random(20_261_121)
    parts: dict[str, list[str]] = json.loads(_PARTS.read_text("utf-8"))
    found = dict.fromkeys(text for flavour in _FLAVOURS for text in parts[flavour])
    for kind, count in _COUNTS.items():
        sentences = _SOURCES[kind](parts, chance)
        goal = len(found) + count
        while len(found) < goal:
            found[next(sentences)] = None
    return list(found)


def _statements(parts: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    while True:
        who = _with_particle(chance.choice(parts["people"]), "topic")
        what = _with_particle(chance.choice(parts["things"]), "object")
        words = [who, chance.choice(parts["times"]), what, chance.choice(parts["verbs"])]
        yield " ".join(words) + chance.choice(parts["ends"])


def _walks(parts: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    while True:
        first, second = chance.sample(parts["people"], 2)
        both = f"{_with_particle(first, 'with')} {_with_particle(second, 'topic')}"
        words = [both, chance.choice(parts["places"]) + "에", chance.choice(parts["moves"])]
        yield " ".join(words) + chance.choice(parts["ends"])


def _mixed(parts: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    statements = _statements(parts, chance)
    while True:
        extras = [chance.choice(parts[flavour]) for flavour in chance.sample(_FLAVOURS, 2)]
        pieces = [*extras, next(statements)]
        chance.shuffle(pieces)
        yield chance.choice((" ", "", "\n", ", ")).join(pieces)


def _prompts(parts: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    mixed = _mixed(parts, chance)
    while True:
        yield chance.choice(parts["prompts"]).replace("{x}", next(mixed))


def _decomposed(parts: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    """As file names come from a Mac: syllables in pieces."""
    statements = _statements(parts, chance)
    while True:
        yield unicodedata.normalize("NFD", next(statements))


_SOURCES = {
    "statements": _statements,
    "walks": _walks,
    "mixed": _mixed,
    "prompts": _prompts,
    "decomposed": _decomposed,
}


def _with_particle(word: str, role: str) -> str:
    closed, open_ = _PARTICLES[role]
    last = ord(word[-1])
    is_hangul = _FIRST_SYLLABLE <= last <= _LAST_SYLLABLE
    has_final = is_hangul and (last - _FIRST_SYLLABLE) % _FINALS != 0
    return word + (closed if has_final else open_)
