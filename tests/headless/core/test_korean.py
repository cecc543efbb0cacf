"""Particles, and syllables that came apart."""

import unicodedata

import pytest

from kochat_gui.core.korean import whole_syllables, with_particle

PARTICLE_CASES = [
    ("모델", "을/를", "모델을"),
    ("메시지", "을/를", "메시지를"),
    ("대화", "이/가", "대화가"),
    ("창", "은/는", "창은"),
    ("서울", "으로/로", "서울로"),
    ("부산", "으로/로", "부산으로"),
    ("제주", "으로/로", "제주로"),
    ("q4_0", "으로/로", "q4_0으로"),
    ("q4_1", "으로/로", "q4_1로"),
    ("f16", "을/를", "f16을"),
    ("EXAONE 4", "이/가", "EXAONE 4가"),
    ("URL", "으로/로", "URL로"),
    ("LLM", "은/는", "LLM은"),
    ("모델 (1).gguf", "을/를", "모델 (1).gguf를"),
    ("값(값)", "과/와", "값(값)과"),
    ("", "이/가", "가"),
    ("👍", "을/를", "👍를"),
]


@pytest.mark.parametrize(("word", "pair", "expected"), PARTICLE_CASES)
def test_with_particle(word: str, pair: str, expected: str) -> None:
    assert with_particle(word, pair) == expected
    decomposed = unicodedata.normalize("NFD", word)
    assert unicodedata.normalize("NFC", with_particle(decomposed, pair)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (unicodedata.normalize("NFD", "강릉 가족여행, 값 100원"), "강릉 가족여행, 값 100원"),
        ("각\u11a8", "각\u11a8"),
        ("가\u11a8", "각"),
        ("\u1112\u119e\u11ab글", "\u1112\u119e\u11ab글"),
        ("ㄱㅏ ㅋㅋ", "ㄱㅏ ㅋㅋ"),
        ("\uf90a e\u0301", "\uf90a e\u0301"),
    ],
)
def test_syllables_that_came_apart_are_whole_and_nothing_else_changes(
    text: str, expected: str
) -> None:
    assert whole_syllables(text) == expected
