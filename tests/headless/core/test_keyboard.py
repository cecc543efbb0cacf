"""What was typed on the other keyboard."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kochat_gui.core.keyboard import (
    INITIALS,
    as_hangul,
    as_latin,
    is_syllable,
    put_together,
    taken_apart,
)

PAIRS = [
    ("dkssud", "안녕"),
    ("dkssudgktpdy", "안녕하세요"),
    ("gksrnr", "한국"),
    ("rkqtdmf", "값을"),
    ("ekfrdl", "닭이"),
    ("ekfrl", "달기"),
    ("dhkTek", "왔다"),
    ("dmldhkdnp", "의와웨"),
    ("RkRkRh", "까까꼬"),
    ("gr", "ㅎㄱ"),
    ("hello", "ㅗ디ㅣㅐ"),
    ("dkss", "안ㄴ"),
]


@pytest.mark.parametrize(("latin", "hangul"), PAIRS)
def test_there_and_back(latin: str, hangul: str) -> None:
    assert as_hangul(latin) == hangul
    assert as_latin(hangul) == latin


def test_shift_counts_only_where_it_makes_another_jamo() -> None:
    assert as_hangul("DKSSUD") == as_hangul("dkssud")


def test_every_syllable_is_typed_as_it_is_read() -> None:
    for code in range(0xAC00, 0xD7A4):
        syllable = chr(code)
        assert is_syllable(syllable)
        assert put_together(*taken_apart(syllable)) == syllable
        assert as_hangul(as_latin(syllable)) == syllable


def _has_no_key(char: str) -> bool:
    return char.lower() not in string.ascii_lowercase and char not in INITIALS


@given(st.text(st.characters().filter(_has_no_key)))
def test_what_has_no_key_stays(text: str) -> None:
    assert as_hangul(text) == text
