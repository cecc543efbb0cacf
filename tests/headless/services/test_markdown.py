"""Emphasis next to Hangul; everywhere else what CommonMark says."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kochat_gui.services.markdown import is_cjk, korean_markdown

_DATA = Path(__file__).parents[2] / "data" / "markdown" / "emphasis.json"
_CASES = [(case["source"], case["html"]) for case in json.loads(_DATA.read_text("utf-8"))]


@pytest.mark.parametrize(("source", "html"), _CASES, ids=[source for source, _ in _CASES])
def test_korean_emphasis(source: str, html: str) -> None:
    assert korean_markdown().renderInline(source) == html


@given(st.text(alphabet="*_~`ab 1.,()[]!\\\"'<>#-\né—я\u00a0", max_size=40))
def test_text_without_cjk_is_plain_commonmark(source: str) -> None:
    plain = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    plain.disable(["reference", "html_block", "html_inline"])

    assert korean_markdown().render(source) == plain.render(source)


@pytest.mark.parametrize("char", ["가", "힣", "ㄱ", "\u1100", "漢", "か", "ア", "、", "\U00020000"])
def test_cjk(char: str) -> None:
    assert is_cjk(char)


@pytest.mark.parametrize("char", ["a", "é", "я", "1", " ", "(", "—", "😀"])
def test_not_cjk(char: str) -> None:
    assert not is_cjk(char)
