"""Emphasis next to Hangul; everywhere else what CommonMark says."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kochat_gui.services.markdown import is_cjk, korean_markdown

_DATA = Path(__file__).parents[2] / "data" / "markdown" / "emphasis.json"
_IS_OUR_OWN = re.compile(r"\d{4}[.)]|\d\.[ \t]+\d+\.|\d\*+\d|\\[(\[]")
"""Dates, products and formulas."""
_CASES = [(case["source"], case["html"]) for case in json.loads(_DATA.read_text("utf-8"))]


@pytest.mark.parametrize(("source", "html"), _CASES, ids=[source for source, _ in _CASES])
def test_korean_emphasis(source: str, html: str) -> None:
    assert korean_markdown().renderInline(source) == html


@given(st.text(alphabet="*_~`ab 1.,()[]!\\\"'<>#-\né—я\u00a0", max_size=40))
def test_text_without_cjk_is_plain_commonmark(source: str) -> None:
    assume(_IS_OUR_OWN.search(source) is None)
    plain = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    plain.disable(["reference", "html_block", "html_inline"])

    assert korean_markdown().render(source) == plain.render(source)


@pytest.mark.parametrize("char", ["가", "힣", "ㄱ", "\u1100", "漢", "か", "ア", "、", "\U00020000"])
def test_cjk(char: str) -> None:
    assert is_cjk(char)


@pytest.mark.parametrize("char", ["a", "é", "я", "1", " ", "(", "—", "😀"])
def test_not_cjk(char: str) -> None:
    assert not is_cjk(char)


@pytest.mark.parametrize(
    "source",
    [
        "2024. 3. 15. 회의를 했어요.",
        "2024. 회의",
        "3. 15. 봄",
        "5*3*2=30, 2**10",
        r"\(a_1 * b_1\)와 $$x*y*z$$",
        r"\[ \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \]",
        "$a_1*b_1 + c_2*d_2$",
    ],
)
def test_dates_and_formulas_stay_as_they_were_written(source: str) -> None:
    tokens = korean_markdown().parse(source)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert "".join(child.content for child in children) == source
    assert {child.type for child in children} == {"text"}


def test_a_date_ends_a_list_and_can_be_an_item() -> None:
    parser = korean_markdown()
    assert parser.render("1. 하나\n2024. 3. 15. 회의\n") == (
        "<ol>\n<li>하나</li>\n</ol>\n<p>2024. 3. 15. 회의</p>\n"
    )
    assert parser.render("- 2024. 5. 1. 회의\n") == "<ul>\n<li>2024. 5. 1. 회의</li>\n</ul>\n"
    assert "<em>별</em>" in parser.render("값은 $5 이고 $6 *별*")
