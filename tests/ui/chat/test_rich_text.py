"""Markdown as a text document: what is written, replaced, copied, and never loaded."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QFontMetricsF,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextListFormat,
)
from pytestqt.qtbot import QtBot

from kochat_gui.ui.chat.markdown_blocks import BlockKind, MarkdownStream, markdown_blocks
from kochat_gui.ui.chat.text_segment import TextSegment
from kochat_gui.ui.theme import Appearance

_DATA = Path(__file__).parents[2] / "data" / "markdown"
_SAMPLE = (_DATA / "everything.md").read_text("utf-8")
_HOSTILE: list[str] = json.loads((_DATA / "hostile.json").read_text("utf-8"))


@pytest.fixture
def segment(qtbot: QtBot, appearance: Appearance) -> TextSegment:
    made = TextSegment(appearance)
    qtbot.addWidget(made)
    made.resize(600, 100)
    return made


def test_nested_lists_keep_their_markers_and_numbers(segment: TextSegment) -> None:
    _write(
        segment,
        "3. 셋\n\n   셋의 다음 문단\n   - 안쪽\n     1. 더 안쪽\n   - 안쪽 둘\n"
        "4. 넷\n5.\n6. 여섯\n",
    )

    assert _marked(segment) == [
        ("3.", "셋"),
        ("", "셋의 다음 문단"),
        ("-", "안쪽"),
        ("1.", "더 안쪽"),
        ("-", "안쪽 둘"),
        ("4.", "넷"),
        ("5.", ""),
        ("6.", "여섯"),
    ]


def test_text_of_nested_lists_is_set_in(segment: TextSegment) -> None:
    _write(segment, "- 하나\n\n  다음 문단\n  - 안쪽\n\n> 인용\n> > 더 안쪽\n")
    lefts = [_left(segment, block) for block in _blocks(segment.document())]

    assert lefts[0] == lefts[1] < lefts[2]
    assert 0 < lefts[3] < lefts[4]


def test_quotes_have_bars(segment: TextSegment, qtbot: QtBot) -> None:
    _write(segment, "글\n\n> 인용\n> > 더 안쪽\n\n글\n")
    bars = segment._quote_bars()

    assert len(bars) == 3
    assert bars[0].bottom() == bars[1].top()
    segment.show()
    qtbot.waitExposed(segment)


def test_code_begins_an_item(segment: TextSegment) -> None:
    _write(segment, "1. ```\n   코드\n   ```\n2. 글\n")

    assert _marked(segment) == [("1.", "코드"), ("2.", "글")]


def test_headings_emphasis_and_code(segment: TextSegment) -> None:
    _write(segment, "# 제목\n\n글 **굵게(b)**는 *기울임* ~~지움~~ `코드`")
    heading, paragraph = _blocks(segment.document())

    assert heading.text() == "제목"
    assert _format_at(heading, 0).font().pixelSize() > _format_at(paragraph, 0).font().pixelSize()
    assert paragraph.text() == "글 굵게(b)는 기울임 지움 코드"
    assert _format_at(paragraph, 2).fontWeight() == 700
    assert _format_at(paragraph, 9).fontItalic()
    assert _format_at(paragraph, 13).fontStrikeOut()
    assert _format_at(paragraph, 16).font().families() != _format_at(paragraph, 0).font().families()


def test_table_between_paragraphs(segment: TextSegment) -> None:
    _write(segment, "앞\n\n| 이름 | 값 |\n|---|--:|\n| 가 | 1 |\n\n뒤\n")
    document = segment.document()
    tables = document.rootFrame().childFrames()

    assert len(tables) == 1
    assert [block.text() for block in _blocks(document)] == ["앞", "이름", "값", "가", "1", "뒤"]


@pytest.mark.parametrize("target", ["http://a.b", "https://a.b/c?d", "mailto:a@b.c", "HTTPS://a.b"])
def test_web_links_can_be_clicked(segment: TextSegment, target: str) -> None:
    _write(segment, f"[글]({target})")

    assert _format_at(segment.document().begin(), 0).anchorHref() == target


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "qrc:/a",
        "a.b",
    ],
)
def test_other_links_are_text(segment: TextSegment, target: str) -> None:
    _write(segment, f"[글]({target})")

    assert all(not _format_at(block, 0).isAnchor() for block in _blocks(segment.document()))


def test_image_is_its_description(segment: TextSegment) -> None:
    _write(segment, "앞 ![고양이](https://a.b/c.png) 뒤")

    assert "고양이" in segment.toPlainText()
    assert "\ufffc" not in segment.toPlainText()


def test_hard_and_soft_line_ends_are_lines(segment: TextSegment) -> None:
    _write(segment, "하나\n둘  \n셋")

    assert segment.toPlainText() == "하나\n둘\n셋"


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_hostile_text_loads_nothing(segment: TextSegment, qtbot: QtBot, hostile: str) -> None:
    stream = MarkdownStream()
    for char in hostile:
        for block in stream.feed(char):
            segment.add(block)
        if stream.open is not None:
            segment.show_open(stream.open)
    for block in stream.finish():
        segment.add(block)
    segment.show()
    qtbot.waitExposed(segment)

    objects = segment.document().toRawText().count("\ufffc")
    assert objects == hostile.count("\ufffc")
    hrefs = [_format_at(block, 0).anchorHref() for block in _blocks(segment.document())]
    assert all(href == "" or href.lower().startswith(("http", "mailto:")) for href in hrefs)


@pytest.mark.parametrize(
    "scheme",
    [
        "file:///etc/hosts",
        "http://a.b/c",
        "//host/share",
        "data:,a",
        "qrc:/qt-project.org/logos/pysidelogo.png",
        "c:/a.png",
    ],
)
def test_no_scheme_is_loaded(segment: TextSegment, scheme: str) -> None:
    for kind in QTextDocument.ResourceType:
        assert segment.loadResource(kind.value, QUrl(scheme)) is None
        assert segment.document().resource(kind.value, QUrl(scheme)) is None


@pytest.mark.parametrize(
    "first", ["# 제목", "- 항목", "> 인용", "| a |\n|---|\n| 1 |", "***", "1. 하나\n   - 둘"]
)
def test_first_block_that_was_open_leaves_nothing_behind(
    segment: TextSegment, appearance: Appearance, qtbot: QtBot, first: str
) -> None:
    (other,) = markdown_blocks(first)
    segment.show_open(other)
    segment.drop_open()
    _write(segment, "글\n")
    plain = TextSegment(appearance)
    qtbot.addWidget(plain)
    plain.resize(600, 100)
    _write(plain, "글\n")

    assert segment.toHtml() == plain.toHtml()
    assert segment.height() == plain.height()


@pytest.mark.parametrize(
    "text",
    [
        _SAMPLE,
        "하나\n\n---\n\n둘 *셋* (넷)",
        "- 가\n-\n\n둘 *셋* (넷)",
        "> 가\n>\n> ---\n\n1. 둘\n2. *셋*",
        "| 가 |\n|---|\n| 나 |\n\n둘 *셋* (넷)",
        "- 가\n  - 나 **다**\n    1. 라\n- 마 (바)\n\n  사 `아` 자\n- 차",
        "> - 가 [나](http://a.b) 다\n>   라\n>\n> 마 ~~바~~ 사",
    ],
)
def test_open_block_leaves_nothing_behind(
    segment: TextSegment, appearance: Appearance, qtbot: QtBot, text: str
) -> None:
    """And takes nothing along: of an empty block and the next one, Qt keeps the second."""
    _stream_into(segment, text)
    whole = TextSegment(appearance)
    qtbot.addWidget(whole)
    whole.resize(600, 100)
    _write(whole, text)

    assert segment.document().toRawText() == whole.document().toRawText()
    assert segment.toHtml() == whole.toHtml()
    assert segment.height() == whole.height()


def test_line_under_a_table_stays_thin_when_code_follows(segment: TextSegment) -> None:
    _write(segment, "| 가 |\n|---|\n| 나 |\n")
    before = segment.height()
    (words,) = markdown_blocks("``")
    segment.show_open(words)
    segment.drop_open()
    segment.fit()

    assert segment.height() == before


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1.\n1.", 2),
        ("-\n-\n- 가", 3),
        ("> -\n> -\n", 2),
        ("-\n  | 가 |\n  |--|\n  | 나 |\n-\n-", 3),
    ],
)
def test_items_may_be_empty(segment: TextSegment, text: str, count: int) -> None:
    _write(segment, text)
    block, items = segment.document().begin(), 0
    while block.isValid():
        items += block.textList() is not None
        block = block.next()

    assert items == count


def test_what_was_written_stays_when_a_block_grows(segment: TextSegment) -> None:
    """Else each delivery would lay the whole list out again."""
    text = "1. 하나 **둘** 셋\n2. 넷 (다섯)\n   - `여섯` 일곱\n\n   여덟 *아홉* 열"
    stream = MarkdownStream()
    changed: list[int] = []
    segment.document().contentsChange.connect(lambda place, _less, _more: changed.append(place))
    for start in range(0, len(text), 4):
        last_begins = segment.document().lastBlock().position()
        changed.clear()
        assert stream.feed(text[start : start + 4]) == []
        assert stream.open is not None
        segment.show_open(stream.open, stream.waiting)
        # A block ends with a separator, and the next one begins there.
        assert min(changed, default=last_begins) >= last_begins - 1


def test_restyle_writes_the_same(segment: TextSegment) -> None:
    _write(segment, _SAMPLE)
    before = segment.toHtml()
    segment.restyle()

    assert segment.toHtml() == before


def test_copy_is_plain_text_with_markers(segment: TextSegment) -> None:
    _write(
        segment,
        "글 😀 하나\n둘\n\n- 가\n  1. 나\n\n| 이름 | 값 |\n|--|--|\n| 다 | 1 |\n\n끝\u00a0줄\n",
    )
    segment.selectAll()
    data = segment.createMimeDataFromSelection()

    assert data.text() == "글 😀 하나\n둘\n- 가\n  1. 나\n이름\t값\n다\t1\n끝\u00a0줄"
    assert not data.hasHtml()


def test_copy_of_a_part(segment: TextSegment) -> None:
    _write(segment, "- 😀 하나\n- 둘둘\n")
    cursor = segment.textCursor()
    cursor.setPosition(3)
    cursor.setPosition(7, QTextCursor.MoveMode.KeepAnchor)
    segment.setTextCursor(cursor)

    assert segment.createMimeDataFromSelection().text() == "하나\n- 둘"


def _write(segment: TextSegment, text: str) -> None:
    for block in markdown_blocks(text):
        if block.kind is not BlockKind.CODE:
            segment.add(block)
    segment.fit()


def _stream_into(segment: TextSegment, text: str) -> None:
    """Show ``text`` three characters at a time, as an answer does."""
    stream = MarkdownStream()
    for start in range(0, len(text), 3):
        for block in stream.feed(text[start : start + 3]):
            if block.kind is not BlockKind.CODE:
                segment.add(block)
            else:
                segment.drop_open()
        if stream.open is not None and stream.open.kind is not BlockKind.CODE:
            segment.show_open(stream.open)
    for block in stream.finish():
        if block.kind is not BlockKind.CODE:
            segment.add(block)
    segment.fit()


def _blocks(document: QTextDocument) -> list[QTextBlock]:
    """All blocks with text."""
    blocks = []
    block = document.begin()
    while block.isValid():
        if block.text():
            blocks.append(block)
        block = block.next()
    return blocks


def _marked(segment: TextSegment) -> list[tuple[str, str]]:
    rows = []
    block = segment.document().begin()
    while block.isValid():
        items = block.textList()
        marker = ""
        if items is not None:
            is_ordered = items.format().style() is QTextListFormat.Style.ListDecimal
            marker = items.itemText(block) if is_ordered else "-"
        rows.append((marker, block.text()))
        block = block.next()
    return rows


def _left(segment: TextSegment, block: QTextBlock) -> float:
    cursor = QTextCursor(block)
    return segment.cursorRect(cursor).left()


def _format_at(block: QTextBlock, place: int) -> QTextCharFormat:
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + place + 1 if block.length() > 1 else block.position())
    return cursor.charFormat()


def test_an_item_that_begins_with_another_list_or_a_table_keeps_its_number(
    segment: TextSegment,
) -> None:
    _write(segment, "1. - 하나\n2. - 둘\n3. 셋\n")
    assert [mark for mark, _ in _marked(segment)] == ["1.", "-", "2.", "-", "3."]
    segment.clear()
    _write(segment, "4. | 가 |\n   |---|\n   | 1 |\n5. 다섯\n")
    marks = [(mark, text) for mark, text in _marked(segment) if mark]
    assert marks == [("4.", ""), ("5.", "다섯")]


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_wide_numbers_are_not_cut(
    percent: int, segment: TextSegment, appearance: Appearance
) -> None:
    appearance.set_scale_percent(percent)
    for first in (8, 97):
        segment.clear()
        _write(segment, "\n".join(f"{number}. 항목" for number in range(first, first + 5)))
        blocks = _blocks(segment.document())
        font = blocks[0].begin().fragment().charFormat().font()
        widest = QFontMetricsF(font).horizontalAdvance(f"{first + 4}. ")
        assert all(_left(segment, block) >= widest for block in blocks)
