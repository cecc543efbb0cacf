"""What each format for people and for training makes of a conversation."""

import dataclasses
import io
import json
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.conversation import LaterPart, MadeBy, MessageState, Role
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.formats import markdown
from kochat_gui.services.exchange.formats.html import to_html
from kochat_gui.services.exchange.formats.markdown import MessageBlocks, to_markdown
from kochat_gui.services.exchange.formats.pdf import write_pdf
from kochat_gui.services.exchange.formats.text import to_text
from kochat_gui.services.exchange.formats.training import instruction_line, sharegpt_line
from kochat_gui.services.markdown import korean_markdown
from tests.headless.services.exchange.conversations import BEGUN, talk

_MARKDOWN = Path(__file__).parents[3] / "data" / "markdown"
DATE = BEGUN.astimezone().strftime("%Y-%m-%d %H:%M")


def changed(
    conversation: ArchivedConversation, number: int, **fields: object
) -> ArchivedConversation:
    messages = list(conversation.messages)
    messages[number - 1] = dataclasses.replace(messages[number - 1], **fields)  # type: ignore[arg-type]
    return dataclasses.replace(conversation, messages=tuple(messages))


# Markdown and text


def test_an_answer_that_several_models_wrote_names_them_in_their_order() -> None:
    one, other = (MadeBy("", name, "", "", "") for name in ("하나", "둘"))
    parts = tuple(LaterPart(number, made) for number, made in enumerate((other, one, other), 1))
    conversation = talk("물음", "여럿이 쓴 답")
    both = changed(conversation, 2, made_by=dataclasses.replace(one, later_parts=parts))
    assert "[하나, 둘]" in to_text(both)
    unknown = MadeBy("", "", "", "", "", later_parts=parts[:1])
    assert "[Answer, 둘]" in to_text(changed(conversation, 2, made_by=unknown))


def test_markdown() -> None:
    conversation = talk(
        "# 제목처럼 쓴 물음",
        "**굵게(bold)**은",
        title="시험 *하나*",
        system_prompt="친절하게\n짧게",
    )
    assert to_markdown(conversation) == (
        f"# 시험 \\*하나\\*\n\n{DATE}\n\n> 친절하게\n> 짧게\n\n## You\n\n# 제목처럼 쓴 물음\n\n"
        "## EEVE\n\n**굵게(bold)**은\n"
    )


def test_an_open_code_block_does_not_swallow_what_follows() -> None:
    conversation = changed(
        talk("물음", "```python\nprint(1)", "또"), 2, state=MessageState.INTERRUPTED
    )
    written = to_markdown(conversation)
    assert "print(1)\n```\n\n> The answer ends here unfinished.\n\n## You\n\n또" in written
    tokens = korean_markdown().parse(written)
    assert [token.content for token in tokens if token.type == "fence"] == ["print(1)\n"]


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("```\na\n```", "```\na\n```"),
        ("```\na", "```\na\n```"),
        ("````\n```", "````\n```\n````"),
        ("~~~ x\na\n```", "~~~ x\na\n```\n~~~"),
        ("```", "```\n```"),
        ("- ```\n  a", "- ```\n  a"),
        ("```\na\n```\n끝", "```\na\n```\n끝"),
        ("```\r\na\r\n```", "```\r\na\r\n```"),
        ("```\ra\r```", "```\ra\r```"),
        ("```\na\n```\n ", "```\na\n```\n "),
        ("```\na\n```\t\n\n \t\n  ", "```\na\n```\t\n\n \t\n  "),
        ("```\na\n ", "```\na\n \n```"),
        ("```\n ", "```\n \n```"),
        ("", ""),
        ("<pre>\n```\n</pre>", "<pre>\n```\n</pre>"),
        ("<!-- 말", "\\<!-- 말"),
        ("<!-- 말\n\n-->", "<!-- 말\n\n-->"),
        ("가\n  <PRE>\n\n<?나", "가\n  \\<PRE>\n\n\\<?나"),
        ("<script>\n```\n<!-- 말\n```", "\\<script>\n```\n<!-- 말\n```"),
        ("> <!-- 말\n\n- <!X", "> <!-- 말\n\n- <!X"),
        ("- 가\n<pre>\n  ```\n나", "- 가\n\\<pre>\n  ```\n나"),
        ("<div>\n<b>말", "<div>\n<b>말"),
    ],
)
def test_what_a_message_leaves_open_ends_with_it(text: str, closed: str) -> None:
    assert MessageBlocks().ended(text) == closed


_PIECES = [
    *("<!-- 주석", "-->", "<pre>", "</pre>", "<script>", "<style>", "<textarea>", "<?", "?>"),
    *("<![CDATA[", "]]>", "<!X", "<div>", "<b>", "```", "~~~~", "> ", "- ", "2024. ", "   "),
    *("\n", "\r\n", "\n\n", "가", "|-|", "[a]: b"),
]
_OPEN_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


@settings(max_examples=300)
@given(st.lists(_OPEN_TEXTS, min_size=1, max_size=4))
def test_a_viewer_finds_every_heading(texts: list[str]) -> None:
    written = to_markdown(talk(*texts))
    tokens = MarkdownIt("commonmark").parse(written)
    names = [
        tokens[place + 1].content
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.markup == "##"
    ]
    assert names == [("You", "EEVE")[number % 2] for number in range(len(texts))]


def test_text() -> None:
    failed = changed(talk("물음", ""), 2, state=MessageState.FAILED, error="메모리 부족")
    assert to_text(failed) == f"시험\n{DATE}\n\n[You]\n물음\n\n[EEVE]\nFailed: 메모리 부족\n"


# HTML


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.shown = ""
        self.is_style = False
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.is_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.is_style = False

    def handle_data(self, data: str) -> None:
        if not self.is_style:
            self.shown += data


HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "div", "p",
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em",
    "strong", "s", "a", "hr", "br", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def assert_inert(page: Page) -> None:
    assert page.tags <= HARMLESS
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in {"src", "srcset", "action", "background", "poster", "ping"}
        if name == "href":
            assert tag == "a"
            assert value.casefold().startswith(("http://", "https://", "mailto:"))
        if name == "style":
            assert value.startswith("text-align:")


def test_an_end_that_is_nowhere_is_looked_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = []

    class End:
        def search(self, text: str, begin: int) -> None:
            searched.append((text, begin))

    monkeypatch.setattr(markdown, "_ENDED_HTML", [(re.compile("^<!--"), End())])
    assert MessageBlocks().ended("<!--\n" * 100) == "\\<!--\n" * 100
    assert len(searched) == 1


def test_html() -> None:
    content = to_html(talk("<b>물음</b> & \n둘째 줄", "**굵게(bold)**은 `코드`", title="<i>"))
    page = Page(content)
    assert_inert(page)
    assert "<strong>굵게(bold)</strong>은 <code>코드</code>" in content
    assert "<b>물음</b> & \n둘째 줄" in page.shown
    assert "<title>&lt;i&gt;</title>" in content
    assert "prefers-color-scheme: dark" in content
    assert "default-src 'none'" in content
    assert "url(" not in content


HOSTILE: list[str] = [
    *json.loads((_MARKDOWN / "hostile.json").read_text("utf-8")),
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,x) [d](file:///etc)",
    "![x](http://evil/x.png) ![y](//evil/y.png) <img src=http://evil/z.png onerror=alert(1)>",
    "<script>alert(1)</script><style>@import 'http://evil'</style><iframe src=x>",
    '[x](http://a" onmouseover="alert(1)) <https://a.b/"><script>>',
    "| a |\n|:-:|\n| <svg/onload=alert(1)> |",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_inert(text: str) -> None:
    assert_inert(Page(to_html(talk(text, text, title=text, system_prompt=text))))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("<>&\"'`*_[]()!:/|- \naj가"), max_size=60))
def test_any_text_is_inert(text: str) -> None:
    conversation = talk(text, text, title=text)
    conversation = changed(conversation, 2, made_by=MadeBy("", text, "", "", ""), error=text)
    assert_inert(Page(to_html(conversation)))


def test_a_huge_block_is_shown_as_it_was_written() -> None:
    text = "**굵게** " * 5_000
    assert "<strong>" not in to_html(talk("물음", text))
    assert text.strip() in Page(to_html(talk("물음", text))).shown


# PDF


def pdf(conversation: ArchivedConversation) -> tuple[bytes, int]:
    file = io.BytesIO()
    unknown = write_pdf(conversation, file, lambda _count: None)
    return file.getvalue(), unknown


def texts(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for page in document:
            layer = page.get_textpage()
            found.append(layer.get_text_bounded().replace("\r\n", "\n"))
            layer.close()
            page.close()
        return found
    finally:
        document.close()


def test_pdf_text_is_the_same_hangul_in_order() -> None:
    everything = (_MARKDOWN / "everything.md").read_text("utf-8")
    content, unknown = pdf(talk("뷁햏 쓩 漢字 かな\n  둘째 줄", everything, "```\n#!/bin/sh"))
    text = "\n".join(texts(content))
    wanted = [
        "시험",
        "You",
        "뷁햏 쓩 漢字 かな",
        "둘째 줄",
        "EEVE",
        "굵게(bold)하고",
        "```\n#!/bin/sh",
    ]
    places = [text.find(part) for part in wanted]
    assert -1 not in places
    assert places == sorted(places)
    # PDFium makes one space of several.
    assert 'def 인사(이름: str) -> str:\n return f"안녕, {이름}"' in text
    assert unknown == 0


def test_pdf_embeds_its_fonts_reduced() -> None:
    content, _ = pdf(talk("한글", "`코드`"))
    assert content.count(b"/FontFile3") == 2
    assert content.count(b"/FontFile2") == 1
    assert content.count(b"/ToUnicode") == 3
    assert len(content) < 60_000


def test_pdf_goes_on_over_pages() -> None:
    code = "```python\n" + "".join(f"print('{n}번째 줄')\n" for n in range(200)) + "```"
    words = " ".join(f"낱말{n}" for n in range(3_000))
    content, _ = pdf(talk("물음", f"{code}\n\n{words}"))
    pages = texts(content)
    assert len(pages) > 5
    whole = "\n".join(pages)
    assert [f"print('{n}번째 줄')" in whole for n in range(200)] == [True] * 200
    assert " ".join(whole.split()).count("낱말") == 3_000
    for number, page in enumerate(pages, 1):
        assert page.rstrip().endswith(str(number))


def test_pdf_fits_long_words_and_tables_on_the_page() -> None:
    table = "| " + " | ".join(["가나다라마바사" * 4] * 5) + " |\n" + "|---" * 5 + "|\n| 1 | 2 |"
    content, _ = pdf(talk("가" * 500, table + "\n\n" + "x" * 500 + "\n\n" + "> " * 30 + "깊은"))
    document = pypdfium2.PdfDocument(content)
    try:
        for page in document:
            layer = page.get_textpage()
            for place in range(layer.count_rects()):
                left, _, right, _ = layer.get_rect(place)
                assert 40 < left < right < 595 - 40
            layer.close()
            page.close()
    finally:
        document.close()


def test_a_line_without_end_takes_no_time_without_end() -> None:
    endless = "가나다라" * 75_000
    began = time.process_time()
    content, _ = pdf(talk(endless, f"```\n{endless}\n```"))
    assert time.process_time() - began < 30
    assert sum(page.count("가") for page in texts(content)) == 150_000


def test_pdf_shows_boxes_for_what_the_fonts_lack() -> None:
    content, unknown = pdf(talk("🙂 웃음 {nb} \u200b끝", "답"))
    assert unknown == 1
    assert "□ 웃음 {nb} 끝" in texts(content)[0]


def test_pdf_has_ink() -> None:
    document = pypdfium2.PdfDocument(pdf(talk("한글", "답"))[0])
    try:
        page = document[0]
        image = page.render(scale=1).to_pil().convert("L")
        page.close()
    finally:
        document.close()
    dark = sum(image.histogram()[:128])
    assert 100 < dark < 5_000


def test_pdf_can_be_stopped() -> None:
    def stop(_count: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        write_pdf(talk("물음", "답"), io.BytesIO(), stop)


# Training data


def test_sharegpt() -> None:
    line = sharegpt_line(talk("하나", "둘", "셋", "넷", system_prompt="친절하게"))
    assert line is not None
    assert line.endswith("}\n")
    assert json.loads(line) == {
        "conversations": [
            {"from": "system", "value": "친절하게"},
            {"from": "human", "value": "하나"},
            {"from": "gpt", "value": "둘"},
            {"from": "human", "value": "셋"},
            {"from": "gpt", "value": "넷"},
        ]
    }


def test_instruction() -> None:
    line = instruction_line(talk("하나", "둘", "셋", "넷", "다섯"))
    assert line is not None
    assert json.loads(line) == {
        "instruction": "셋",
        "input": "",
        "output": "넷",
        "system": "",
        "history": [["하나", "둘"]],
    }


BAD = [
    {"state": MessageState.FAILED},
    {"state": MessageState.STOPPED},
    {"state": MessageState.INTERRUPTED},
    {"finish_reason": FinishReason.LENGTH},
    {"is_excluded": True},
    {"text": " \n"},
]


@pytest.mark.parametrize("fields", BAD, ids=str)
def test_answers_that_teach_nothing_good_are_left_out(fields: dict[str, object]) -> None:
    line = sharegpt_line(changed(talk("하나", "둘", "셋", "넷"), 2, **fields))
    assert line is not None
    told = [turn["value"] for turn in json.loads(line)["conversations"]]
    assert told == ["셋", "넷"]
    assert sharegpt_line(changed(talk("하나", "둘"), 2, **fields)) is None
    assert instruction_line(changed(talk("하나", "둘"), 2, **fields)) is None


def test_an_excluded_question_takes_its_answer_along() -> None:
    assert sharegpt_line(changed(talk("하나", "둘"), 1, is_excluded=True)) is None


def test_a_system_message_is_the_system_prompt() -> None:
    conversation = talk("물음", "답", "너는 시인이야.", "답")
    conversation = changed(conversation, 3, role=Role.SYSTEM)
    line = sharegpt_line(conversation)
    assert line is not None
    told = json.loads(line)["conversations"]
    assert [turn["value"] for turn in told] == ["너는 시인이야.", "물음", "답"]


def test_the_system_prompt_that_answers_were_made_with() -> None:
    made_by = MadeBy("", "", "", "", "", system_prompt="기본 프롬프트")
    line = sharegpt_line(changed(talk("하나", "둘"), 2, made_by=made_by))
    assert line is not None
    assert json.loads(line)["conversations"][0] == {"from": "system", "value": "기본 프롬프트"}
