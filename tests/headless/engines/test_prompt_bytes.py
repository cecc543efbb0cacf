"""Prompts as bytes: special tokens cannot be forged, spaces are where the tokenizer wants them."""

from dataclasses import replace

import pytest

from kochat_gui.engines.chat_template import PartKind, PromptPart
from kochat_gui.engines.prompt_bytes import PromptCodec, SpaceRule

MARKERS = {"<a>": 7, "<b>": 8}


def _codec(rule: SpaceRule = SpaceRule.NEVER, bos: int | None = 1) -> PromptCodec:
    """Every byte of text is a token of its own, 1,000 and up."""
    return PromptCodec(
        tokenize_text=lambda text: [1_000 + byte for byte in text],
        marker_id=MARKERS.get,
        bos=bos,
        named_tokens={"bos": 1, "eos": None},
        space_rule=rule,
    )


def _marker(text: str) -> PromptPart:
    return PromptPart(text, PartKind.MARKER)


def _ids(text: str) -> list[int]:
    return [1_000 + byte for byte in text.encode()]


def test_markers_and_text() -> None:
    codec = _codec()
    encoded = codec.encode([_marker("<a>"), PromptPart("가"), _marker("<b>")])
    assert codec.tokenize(encoded) == [1, 7, *_ids("가"), 8]


def test_text_that_spells_a_marker_is_text() -> None:
    codec = _codec()
    assert codec.tokenize(codec.encode([PromptPart("<a>")])) == [1, *_ids("<a>")]


def test_a_marker_that_the_model_does_not_have_joins_the_text() -> None:
    codec = _codec(SpaceRule.ALWAYS)
    encoded = codec.encode([PromptPart("x"), _marker("<c>"), PromptPart("y")])
    assert codec.tokenize(encoded) == [1, *_ids(" x<c>y")]


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (SpaceRule.NEVER, "가", "가"),
        (SpaceRule.ALWAYS, "가", " 가"),
        (SpaceRule.ALWAYS, " 가", "  가"),
        (SpaceRule.UNLESS_THERE, "가", " 가"),
        (SpaceRule.UNLESS_THERE, " 가", " 가"),
        (SpaceRule.UNLESS_THERE, "▁가", "▁가"),
    ],
)
def test_space_before_a_text(rule: SpaceRule, text: str, expected: str) -> None:
    codec = _codec(rule)
    encoded = codec.encode([PromptPart(text), _marker("<a>"), PromptPart(text)])
    assert codec.tokenize(encoded) == [1, *_ids(expected), 7, *_ids(expected)]


def test_a_space_only_where_the_prompt_begins() -> None:
    codec = _codec(SpaceRule.FIRST)
    text, marker = PromptPart("가"), _marker("<a>")
    assert codec.tokenize(codec.encode([text, marker, text])) == [1, *_ids(" 가"), 7, *_ids("가")]
    bos = PromptPart("bos", PartKind.TOKEN)
    assert codec.tokenize(codec.encode([bos, text])) == [1, *_ids("가")]


def test_text_is_composed_where_the_tokenizer_wants_it() -> None:
    codec = replace(_codec(), composes=True)
    assert codec.tokenize(codec.encode([PromptPart("\u1100\u1161")])) == [1, *_ids("가")]


def test_bos_is_not_doubled_and_a_missing_token_is_left_out() -> None:
    codec = _codec()
    bos, eos = PromptPart("bos", PartKind.TOKEN), PromptPart("eos", PartKind.TOKEN)
    assert codec.tokenize(codec.encode([bos, PromptPart("x"), eos])) == [1, *_ids("x")]
    assert _codec(bos=None).tokenize(_codec(bos=None).encode([PromptPart("x")])) == _ids("x")


def test_surrogates_and_nul() -> None:
    codec = _codec()
    assert codec.tokenize(codec.encode([PromptPart("\ud800x\0")])) == [1, *_ids("?x\0")]


def test_special_tokens_are_spelled_for_people() -> None:
    codec = _codec(SpaceRule.ALWAYS)
    encoded = codec.encode([_marker("<a>"), PromptPart("가 <a>")])
    assert codec.spelled(encoded, lambda token: f"[{token}]") == "[1][7] 가 <a>"
