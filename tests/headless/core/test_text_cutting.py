"""Texts are cut between what people see as characters."""

import unicodedata

import pytest

from kochat_gui.core.conversation import TITLE_LENGTH, title_from
from kochat_gui.core.text_cutting import beginning, breakable
from kochat_gui.storage.rows import PREVIEW_LENGTH, preview

FAMILY = "👨\u200d👩\u200d👧"
WHOLE = {
    "family": FAMILY,
    "flag": "🇰🇷",
    "skin tone": "👍🏽",
    "heart": "❤\ufe0f",
    "keycap": "1\ufe0f\u20e3",
    "Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "accent without NFC": "x\u0301",
    "old syllable": "\u1112\u119e\u11ab",
}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE.keys())
def test_nothing_seen_as_one_is_cut_apart(whole: str) -> None:
    text = whole * 20
    for most in range(len(whole), len(text)):
        kept = beginning(text, most)
        assert kept == whole * (most // len(whole))


def test_a_short_text_stays_and_one_endless_character_is_cut() -> None:
    assert beginning("안녕 🇰🇷", 10) == "안녕 🇰🇷"
    assert beginning("", 10) == ""
    assert beginning("Z" + "\u0335" * 500, 40) == "Z" + "\u0335" * 39


@pytest.mark.parametrize("shift", range(3))
def test_decomposed_syllables_count_as_one(shift: int) -> None:
    text = "가" * shift + "각" * 300
    apart = unicodedata.normalize("NFD", text)
    assert title_from(apart) == text[:TITLE_LENGTH] + "…"
    assert preview(apart) == text[:PREVIEW_LENGTH]


def test_titles_and_previews_end_before_an_emoji_that_does_not_fit() -> None:
    assert title_from("a" * (TITLE_LENGTH - 3) + FAMILY) == "a" * (TITLE_LENGTH - 3) + "…"
    assert title_from("a" * (TITLE_LENGTH - 1) + "🇰🇷 기") == "a" * (TITLE_LENGTH - 1) + "…"
    assert preview("a" * (PREVIEW_LENGTH - 1) + FAMILY) == "a" * (PREVIEW_LENGTH - 1)


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE.keys())
def test_a_line_may_break_between_the_characters_of_a_long_word_only(whole: str) -> None:
    broken = breakable(f"짧은 말: {whole * 30} 끝")
    assert broken == f"짧은 말: {chr(0x200B).join([whole] * 30)} 끝"
