"""Blocks of growing Markdown are those of the whole text, however it was cut."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kochat_gui.services.markdown import korean_markdown
from kochat_gui.ui.chat.markdown_blocks import (
    MAX_BLOCK_CHARS,
    MAX_PARAGRAPHS,
    MAX_RUN_CHARS,
    Block,
    BlockKind,
    MarkdownStream,
    markdown_blocks,
    wrapped,
)

_SAMPLE = (Path(__file__).parents[2] / "data" / "markdown" / "everything.md").read_text("utf-8")
_PIECES = (
    *"#>-+*_=|:`~.) \t\n1a가",
    "\n\n",
    "```",
    "```py\n",
    "~~~\n",
    "    ",
    "- ",
    "  ",
    "1. ",
    "2) ",
    "|a|b|\n|-|-|\n",
    "---",
    "**굵게**",
    "[a](http://b)",
    "\r\n",
    "\r",
    "\0",
    "\f",
    "\u2028",
    "\u0085",
    "<b>",
    "\\",
)
_MARKDOWN = st.lists(st.sampled_from(_PIECES), max_size=24).map("".join)


@given(_MARKDOWN, st.lists(st.integers(0, 60)))
@example("글\n***굵게***\n", list(range(60)))
@example("글\n```a`b\n", list(range(60)))
@example("글\n#태그\n", list(range(60)))
@example("| a | b |\n|---|-x\n", list(range(60)))
@example("- 가\n+나\n", list(range(60)))
@example("```\na\n``\n```\n\n글\r\n", list(range(60)))
@example("글\f\n\n다음\u2028줄\n\n끝", list(range(60)))
@example("|a|b|\n|-|-|\n\f#", list(range(60)))
@example("1. 하나\n2024. 3. 15. 회의\n- 3. 1. 봄\n\n12. 24. 눈\n1. $$a\n*b*$$\n", list(range(60)))
def test_cuts_make_no_difference(text: str, cuts: list[int]) -> None:
    assert _shape(_fed(text, cuts)) == _shape(markdown_blocks(text))


@given(_MARKDOWN)
def test_blocks_are_what_the_whole_text_says(text: str) -> None:
    parser = korean_markdown()
    blocks = markdown_blocks(text)

    assert "".join(parser.render(block.source) for block in blocks) == parser.render(text)
    if blocks:
        plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        assert "".join(block.source for block in blocks) == plain


def test_sample_syllable_by_syllable() -> None:
    blocks = _fed(_SAMPLE, list(range(len(_SAMPLE))))

    assert _shape(blocks) == _shape(markdown_blocks(_SAMPLE))
    assert {block.language for block in blocks if block.kind is BlockKind.CODE} == {"python", ""}


def test_text_shows_before_its_line_is_complete() -> None:
    stream = MarkdownStream()
    stream.feed("# 제목\n\n- 하나\n- 두")

    assert stream.open is not None
    assert stream.open.source == "- 하나\n- 두"


def test_code_grows_in_an_open_fence() -> None:
    stream = MarkdownStream()
    seen = []
    for part in ("글\n\n``", "`py", "thon\nprint", "(1)\n", "``", "`\n뒤"):
        stream.feed(part)
        open_block = stream.open
        assert open_block is not None
        seen.append((open_block.kind, open_block.code))

    assert seen[:2] == [(BlockKind.RICH, "")] * 2
    assert seen[2:5] == [
        (BlockKind.CODE, "print"),
        (BlockKind.CODE, "print(1)\n"),
        (BlockKind.CODE, "print(1)\n"),
    ]
    assert seen[5][0] is BlockKind.RICH


def test_fence_line_is_no_text() -> None:
    stream = MarkdownStream()
    assert stream.feed("```python") == []
    assert stream.open is None
    assert stream.waiting == ""


def test_long_block_waits_but_is_known() -> None:
    stream = MarkdownStream()
    stream.feed("가나다 " * 600)
    stream.feed("라마바")

    assert stream.open is not None
    assert stream.open.source + stream.waiting == "가나다 " * 600 + "라마바"


def test_text_that_ends_in_a_fence() -> None:
    (block,) = _fed("```py\nx = 1\n\ny", [3, 7])

    assert (block.kind, block.code, block.language) == (BlockKind.CODE, "x = 1\n\ny", "py")


def test_unterminated_line_of_10_mb_takes_linear_time() -> None:
    assert _seconds_for_a_line(10_000_000) < 12 * max(0.05, _seconds_for_a_line(1_000_000))


def test_long_code_takes_linear_time() -> None:
    assert _seconds_for_code(20_000) < 12 * max(0.05, _seconds_for_code(2_000))


@pytest.mark.parametrize(
    "text",
    [
        "가나다 " * (MAX_BLOCK_CHARS // 4 + 1),
        "가" * (MAX_RUN_CHARS + 1),
        "가\u00a0" * MAX_RUN_CHARS,
        "|a|b|\n|-|-|\n" + "|1|2|\n" * 100,
        "- 가\n" * (MAX_PARAGRAPHS + 1),
    ],
    ids=[
        "long block",
        "endless word",
        "endless words that do not break",
        "large table",
        "long list",
    ],
)
def test_too_large_for_layout_is_plain(text: str) -> None:
    assert {block.kind for block in markdown_blocks(text)} == {BlockKind.PLAIN}


def test_limits_lose_nothing() -> None:
    text = "가나다라마바사 " * 9_000

    assert "".join(block.source for block in _fed(text, list(range(0, len(text), 500)))) == text


@pytest.mark.parametrize(
    "bomb",
    [
        "**a**b",
        "*a **b ",
        "[",
        "![[](",
        "> ",
        "- ",
        "`",
        "a`b``",
        "<",
        "&amp;",
        "\\*",
        "|a|\n|-|\n",
    ],
)
def test_bombs_are_parsed_in_time(bomb: str) -> None:
    began = time.perf_counter()
    markdown_blocks(bomb * (MAX_BLOCK_CHARS // len(bomb)))

    assert time.perf_counter() - began < 2


def test_wrapped() -> None:
    assert wrapped("가" * (MAX_RUN_CHARS + 1)) == "가" * MAX_RUN_CHARS + "\n가"
    assert wrapped("가\n\n나") == "가\n\n나"


def _fed(text: str, cuts: list[int]) -> list[Block]:
    stream = MarkdownStream()
    blocks = []
    places = [0, *sorted(cut for cut in set(cuts) if 0 < cut < len(text)), len(text)]
    for start, end in pairwise(places):
        blocks += stream.feed(text[start:end])
    return blocks + stream.finish()


def _shape(blocks: list[Block]) -> list[tuple[BlockKind, str, str, str]]:
    return [(block.kind, block.source, block.code, block.language) for block in blocks]


def _seconds_for_a_line(chars: int) -> float:
    stream = MarkdownStream()
    began = time.process_time()
    for _ in range(chars // 10_000):
        stream.feed("가나다라마" * 2_000)
    stream.finish()
    return time.process_time() - began


def _seconds_for_code(lines: int) -> float:
    stream = MarkdownStream()
    stream.feed("```py\n")
    began = time.process_time()
    for number in range(lines):
        stream.feed(f"value = {number}\n")
    return time.process_time() - began
