"""An answer as it grows: its parts, its caret, its end."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from kochat_gui.core.conversation import Message, MessageId, MessageState
from kochat_gui.core.generation import Usage
from kochat_gui.core.states import FinishReason, GenerationState
from kochat_gui.services.events import GenerationStateChanged
from kochat_gui.ui.chat.answer import Answer
from kochat_gui.ui.chat.answer_body import MAX_SHOWN_CHARS, AnswerBody
from kochat_gui.ui.chat.code_card import CodeCard
from kochat_gui.ui.chat.text_segment import TextSegment
from kochat_gui.ui.theme import Appearance
from tests.ui.chat import messages
from tests.ui.chat.finding import the

_SAMPLE = (Path(__file__).parents[2] / "data" / "markdown" / "everything.md").read_text("utf-8")
_MB = 1_000_000
_LONGEST_BLOCK_S = 1.0
"""Three times what is promised: other programs run on a build machine."""


def _let_turn(body: AnswerBody) -> None:
    """Until all has been shown."""
    while not body.is_all_shown:
        QCoreApplication.processEvents()


@pytest.fixture
def body(qtbot: QtBot, appearance: Appearance) -> AnswerBody:
    made = AnswerBody(appearance)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    return made


def test_streamed_is_like_written_at_once(
    body: AnswerBody, appearance: Appearance, qtbot: QtBot
) -> None:
    for char in _SAMPLE:
        body.append(char)
    body.finish()
    whole = AnswerBody(appearance)
    qtbot.addWidget(whole)
    whole.append(_SAMPLE)
    whole.finish()

    assert _parts(body) == _parts(whole)
    assert [kind for kind, _ in _parts(body)] == ["text", "code", "text", "code", "text"]


_WORDS = (
    "비가", "내려요.", "(quietly)", "**굵게**", "*기울*", "`코드`", "[링크](http://a.b)",
    "~~지움~~", "&amp;", "<b>", "1.", "-", "끝\\*", "**안", "`안", "*",
)  # fmt: skip
_LINE = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6).map(" ".join)
_BLOCK = st.recursive(
    st.one_of(
        _LINE,
        st.lists(_LINE, min_size=2, max_size=3).map("\n".join),
        _LINE.map("## {}".format),
        st.sampled_from(["---", "```py\nx = 1\n```", "-\n-", "1.\n1."]),
        _LINE.map(lambda line: f"| 가 | 나 |\n|---|--:|\n| {line.replace('|', '')} | 다 |"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: "\n".join("- " + item.replace("\n", "\n  ") for item in items)
        ),
        inner.map(lambda text: "> " + text.replace("\n", "\n> ")),
    ),
    max_leaves=4,
)


@given(
    text=st.lists(_BLOCK, min_size=1, max_size=4).map("\n\n".join),
    cuts=st.lists(st.sampled_from([1, 2, 3, 7, 15, 40]), min_size=1, max_size=8),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_however_it_is_cut_it_looks_the_same(
    appearance: Appearance, text: str, cuts: list[int]
) -> None:
    streamed, whole = AnswerBody(appearance), AnswerBody(appearance)
    for made in (streamed, whole):
        made.resize(600, 400)
        made.show()
    start = 0
    for size in itertools.cycle(cuts):
        streamed.append(text[start : start + size])
        start += size
        if start >= len(text):
            break
    whole.append(text)
    for made in (streamed, whole):
        made.finish()
    assert _written(streamed) == _written(whole)
    for made in (streamed, whole):
        made.close()
        made.deleteLater()


@pytest.mark.parametrize(
    "text",
    [
        "비가 **조용히(quietly)** 내려요. `tap` 하고 *둘*이 1. 걸어요",
        "- 우산을 **꼭** 챙겨요\n- 10분쯤 [걸어요](http://a.b) 그리고 쉬어요",
        "## 제목 하나 #\n**안 닫힌 굵게 그리고 &amp; 끝\n> 인용 하나 둘",
        "| 하나 | 둘 |\n|---|---|\n| 셋 | 넷 다섯 |\n10 년 뒤 ~~지움~~ 끝",
    ],
)
def test_words_that_wait_to_be_parsed_look_parsed(
    text: str, body: AnswerBody, appearance: Appearance, qtbot: QtBot
) -> None:
    for end, char in enumerate(text, 1):
        body.append(char)
        whole = AnswerBody(appearance)
        qtbot.addWidget(whole)
        whole.append(text[:end])
        assert _formatted(body) == _formatted(whole), text[:end]


def test_parts_stay_where_they_are_while_text_grows(body: AnswerBody) -> None:
    body.append("하나\n\n```py\nx = 1\n```\n\n둘")
    QCoreApplication.processEvents()
    (card,) = body.findChildren(CodeCard)
    before, height = card.geometry(), body.height()
    moves: list[QEvent.Type] = []
    watch = _Watch(moves)
    card.installEventFilter(watch)
    body.append(" 셋" * 300)
    QCoreApplication.processEvents()

    assert card.geometry() == before
    assert body.height() > height
    assert QEvent.Type.Move not in moves


def test_a_long_answer_is_not_looked_through_for_each_delivery(
    body: AnswerBody, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0
    hint = CodeCard.sizeHint

    def counted(card: CodeCard) -> QSize:
        nonlocal looked_at
        looked_at += 1
        return hint(card)

    monkeypatch.setattr(CodeCard, "sizeHint", counted)
    for number in range(40):
        body.append(f"문단 {number}\n\n```\ncode {number}\n```\n\n")
        QCoreApplication.processEvents()
    looked_at = 0
    for word in range(20):
        body.append(f"낱말 {word} ")
        QCoreApplication.processEvents()
    assert looked_at <= 4
    before = [part.geometry() for part in body.findChildren(CodeCard)]
    body.resize(500, body.height())
    QCoreApplication.processEvents()
    narrow = body.findChildren(CodeCard)
    assert [part.width() for part in narrow] == [500] * 40
    body.restyle()
    body.resize(700, body.height())
    QCoreApplication.processEvents()
    assert [part.geometry() for part in narrow] == before


def test_code_card_grows_and_is_coloured_at_the_end(body: AnswerBody, qtbot: QtBot) -> None:
    body.append("글\n\n```pyt")
    assert _parts(body) == [("text", "글")]
    body.append("hon\nprint(")
    (card,) = body.findChildren(CodeCard)
    height = card.height()
    assert _parts(body)[1] == ("code", "print(")
    body.append("1)\nprint(2)\n")
    QCoreApplication.processEvents()
    assert card.height() >= height
    assert _colours(card) == 1
    body.append("```\n\n끝")
    body.finish()

    assert _parts(body) == [("text", "글"), ("code", "print(1)\nprint(2)"), ("text", "끝")]
    assert body.findChildren(CodeCard) == [card]
    qtbot.waitUntil(lambda: _colours(card) > 1)


def test_parts_that_come_at_once_are_shown_one_in_each_turn_while_it_is_written(
    body: AnswerBody,
) -> None:
    body.set_caret_shown(is_shown=True)
    body.append("글\n\n```py\nx = 1\n```\n\n끝")
    assert _parts(body) == []
    body.append("이에요")
    seen: list[list[tuple[str, str]]] = []
    body.text_shown.connect(lambda: seen.append(_parts(body)))
    _let_turn(body)
    whole = [("text", "글"), ("code", "x = 1"), ("text", "끝이에요")]
    assert [parts for parts, _ in itertools.groupby(seen)] == [whole[:1], whole[:2], whole]


@pytest.mark.parametrize("is_ended", [False, True])
def test_what_waits_for_its_turn_is_not_lost(is_ended: bool, body: AnswerBody) -> None:
    body.set_caret_shown(is_shown=True)
    body.append("글\n\n```py\nx = 1\n```\n\n끝")
    if is_ended:
        body.finish()
    else:
        body.restyle()
    _let_turn(body)
    assert _parts(body) == [("text", "글"), ("code", "x = 1"), ("text", "끝")]


def test_a_card_has_room_for_its_scroll_bar_only_while_there_is_one(body: AnswerBody) -> None:
    body.append("```\nx = 1\n```\n\n```\n" + "긴 줄 " * 25 + "\n```\n")
    body.finish()
    short, long = body.findChildren(CodeCard)
    heights = set()
    for width in (700, 300, 1200, 300, 700):
        body.resize(width, body.height())
        QCoreApplication.processEvents()
        has_bar = long.text_view.horizontalScrollBar().maximum() > 0
        assert has_bar == (width < 1200)
        assert (long.height() > short.height()) == has_bar
        heights.add(short.height())
    assert len(heights) == 1


@pytest.mark.parametrize("language", ["없는언어", "", "'; DROP", "a" * 500])
def test_unknown_language_is_plain_code(body: AnswerBody, language: str) -> None:
    body.append(f"```{language}\nx = 1\n```\n")
    body.finish()
    (card,) = body.findChildren(CodeCard)

    assert _colours(card) == 1


def test_caret_is_shown_only_when_asked_for(body: AnswerBody) -> None:
    body.append("안녕")
    assert _carets(body) == []
    body.set_caret_shown(is_shown=True)
    body.append("하세요\n\n- 하나")
    (caret,) = _carets(body)
    assert caret.isVisible()
    body.append("\n\n```py\nx")
    _let_turn(body)
    assert not caret.isVisible()
    body.append("\n```\n\n뒤")
    _let_turn(body)
    assert caret.isVisible()
    body.finish()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    assert [caret for caret in _carets(body) if caret.isVisible()] == []


def test_clear_begins_anew(body: AnswerBody) -> None:
    body.append("하나\n\n```\n둘\n```\n")
    body.finish()
    body.clear()
    body.append("셋")

    assert _parts(body) == [("text", "셋")]


def test_long_paragraph_shows_all_its_text_while_it_grows(body: AnswerBody) -> None:
    text = ""
    for number in range(2400):
        piece = f"낱말{number} "
        text += piece
        body.append(piece)
        if number % 400 == 399:
            assert _parts(body) == [("text", text.strip())]


@pytest.mark.parametrize("unit", ["가", "가나다 라마바 ", "글 하나\n\n", "- 하나\n", "**a**b"])
def test_10_mb_answer_does_not_hold_the_window(
    appearance: Appearance, unit: str, qtbot: QtBot
) -> None:
    body = AnswerBody(appearance)
    scroll = QScrollArea()
    qtbot.addWidget(scroll)
    scroll.setWidgetResizable(True)
    scroll.setWidget(body)
    scroll.resize(700, 400)
    scroll.show()
    times = []

    def measure(step: Callable[[], None]) -> None:
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)

    text = unit * (10 * _MB // len(unit))
    measure(lambda: body.append(text))
    measure(body.finish)
    for _ in range(20):
        measure(QCoreApplication.processEvents)

    assert len(_parts(body)) > 0
    assert max(times) < _LONGEST_BLOCK_S


def test_answer_that_is_shortened_at_the_end_of_a_delivery_says_so(body: AnswerBody) -> None:
    body.append("가나다라\n" * (MAX_SHOWN_CHARS // 5))
    body.append("더")
    body.append("더")
    body.finish()
    _let_turn(body)
    assert _parts(body)[-1][1].endswith("볼 수 있어요.)")


def test_shortened_answer_says_so(body: AnswerBody, qtbot: QtBot) -> None:
    body.append("가나다라 " * (MAX_SHOWN_CHARS // 5 + 10))
    body.finish()
    qtbot.waitUntil(lambda: _parts(body)[-1][1].endswith("볼 수 있어요.)"))

    assert sum(len(text) for _, text in _parts(body)) < MAX_SHOWN_CHARS * 1.1


@pytest.fixture
def answer(qtbot: QtBot, appearance: Appearance) -> Answer:
    return _answer(messages.streaming(2), appearance, qtbot)


def test_states_of_an_answer(answer: Answer) -> None:
    answer.set_state(_state(GenerationState.LOADING_MODEL, 0.5))
    assert "모델" in _texts(answer)
    assert the(answer, QProgressBar).value() == 500
    answer.set_state(_state(GenerationState.GENERATING))
    answer.append("안녕")
    assert not the(answer, QProgressBar).isVisible()
    answer.finish(messages.answer(2, "안녕하세요", finish_reason=FinishReason.STOP, usage=_USAGE))

    QCoreApplication.processEvents()
    assert _body_text(answer) == "안녕하세요"
    shown = _texts(answer)
    assert "작은 모델" in shown
    assert "Q4_K_M" in shown
    assert "12.5" in shown


@pytest.mark.parametrize("stored", ["안녕하세요. 저는", "안녕", "다른 글", ""])
def test_store_has_the_last_word(answer: Answer, stored: str) -> None:
    answer.append("안녕하세요")
    answer.finish(messages.answer(2, stored))

    assert _body_text(answer) == stored


def test_answer_is_continued_in_its_paragraph(appearance: Appearance, qtbot: QtBot) -> None:
    answer = _answer(messages.streaming(2, "안녕하"), appearance, qtbot)
    answer.append("세요")
    answer.finish(messages.answer(2, "안녕하세요"))

    assert _body_text(answer) == "안녕하세요"


@pytest.mark.parametrize("text", ["네 말씀해주세요", "- 하나\n- 둘", "```py\nx = 1", "글\n\n끝"])
@pytest.mark.parametrize("more", [".", "\n- 셋", "\ny = 2\n```\n", "\n\n다음"])
def test_what_ended_and_goes_on_looks_as_if_written_at_once(
    text: str, more: str, appearance: Appearance, qtbot: QtBot
) -> None:
    answer = _answer(messages.answer(2, text), appearance, qtbot)
    answer.append(more[:1])
    answer.append(more[1:])
    answer.finish(messages.answer(2, text + more))
    at_once = _answer(messages.answer(2, text + more), appearance, qtbot)
    assert _written(the(answer, AnswerBody)) == _written(the(at_once, AnswerBody))


@pytest.mark.parametrize(
    ("fields", "caption", "can_continue"),
    [
        ({"finish_reason": FinishReason.STOP}, "끝까지", False),
        ({"finish_reason": FinishReason.LENGTH}, "길이", True),
        ({"finish_reason": FinishReason.CANCELLED, "state": MessageState.STOPPED}, "멈", True),
        ({"state": MessageState.INTERRUPTED}, "중단", True),
        ({"state": MessageState.FAILED, "error": "엔진이 끝났어요."}, "", True),
    ],
)
def test_captions(
    appearance: Appearance,
    qtbot: QtBot,
    fields: dict[str, object],
    caption: str,
    can_continue: bool,
) -> None:
    answer = _answer(messages.answer(2, "글", **fields), appearance, qtbot)
    go_on = next(b for b in answer.findChildren(QPushButton) if b.text() == "이어서 생성")

    assert caption in _texts(answer)
    assert go_on.isVisible() is can_continue


def test_error_card(appearance: Appearance, qtbot: QtBot) -> None:
    error = "<img src='file:///x'>" + "긴 오류 " * 1000
    answer = _answer(
        messages.answer(2, "", state=MessageState.FAILED, error=error), appearance, qtbot
    )
    card = the(answer, QFrame, "error_card")
    assert card.isVisible()
    with qtbot.waitSignal(answer.regenerate_requested) as asked:
        the(card, QPushButton).click()

    assert asked.args == [2]
    assert "<img" in _texts(answer)


def test_versions(appearance: Appearance, qtbot: QtBot) -> None:
    versions = [MessageId(2), MessageId(4), MessageId(6)]
    answer = Answer(messages.answer(4, "글"), versions, appearance)
    qtbot.addWidget(answer)
    answer.show()
    assert "2/3" in _texts(answer)
    with qtbot.waitSignal(answer.version_requested) as asked:
        answer.findChildren(QToolButton)[-1].click()

    assert asked.args == [6]


_USAGE = Usage(10, 0, 20, 0.5, 12.5)


def _answer(message: Message, appearance: Appearance, qtbot: QtBot) -> Answer:
    made = Answer(message, [message.message_id], appearance)
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    return made


def _state(state: GenerationState, progress: float | None = None) -> GenerationStateChanged:
    return GenerationStateChanged(messages.CONVERSATION, MessageId(2), state, progress)


def _written(body: AnswerBody) -> list[str]:
    return [
        part.toHtml() if isinstance(part, TextSegment) else the(part, QPlainTextEdit).toPlainText()
        for part in body.parts
    ]


def _parts(body: AnswerBody) -> list[tuple[str, str]]:
    """Kind and text of each part, in order."""
    shown = [part for part in body.children() if isinstance(part, TextSegment | CodeCard)]
    parts = []
    for part in sorted((p for p in shown if not p.isHidden()), key=lambda part: part.y()):
        if isinstance(part, TextSegment):
            parts.append(("text", part.toPlainText().strip()))
        elif isinstance(part, CodeCard):
            parts.append(("code", the(part, QPlainTextEdit).toPlainText()))
    return parts


class _Watch(QObject):
    def __init__(self, seen: list[QEvent.Type]) -> None:
        super().__init__()
        self._seen = seen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._seen.append(event.type())
        return False


def _formatted(body: AnswerBody) -> list[tuple[str, int, str]]:
    """Text, weight and font of each stretch of all text, in order; white space aside."""
    found: list[tuple[str, int, str]] = []
    for segment in body.findChildren(TextSegment):
        block = segment.document().begin()
        while block.isValid():
            part = block.begin()
            while not part.atEnd():
                style = part.fragment().charFormat()
                text = part.fragment().text().strip()
                kind = (style.fontWeight(), str(style.fontFamilies()))
                if text and found and found[-1][1:] == kind:
                    found[-1] = (found[-1][0] + text, *kind)
                elif text:
                    found.append((text, *kind))
                part += 1
            block = block.next()
    return found


def _body_text(answer: Answer) -> str:
    body = the(answer, AnswerBody)
    return "\n".join(text for _, text in _parts(body))


def _texts(answer: Answer) -> str:
    return "\n".join(label.text() for label in answer.findChildren(QLabel) if label.isVisible())


def _carets(body: AnswerBody) -> list[QFrame]:
    return body.findChildren(QFrame, "caret")


def _colours(card: CodeCard) -> int:
    """How many colours the code has."""
    colours = {"plain"}
    block = the(card, QPlainTextEdit).document().begin()
    while block.isValid():
        colours |= {part.format.foreground().color().name() for part in block.layout().formats()}
        block = block.next()
    return len(colours)


@pytest.mark.parametrize("percent", [80, 100, 125, 150, 200])
def test_every_line_of_code_is_seen(percent: int, body: AnswerBody, appearance: Appearance) -> None:
    appearance.set_scale_percent(percent)
    for line in ("x = 1", "값 = '가나다'", "s = 'سلام ✅'"):
        body.clear()
        body.append("```py\n" + "\n".join([line] * 60) + "\n```\n")
        body.finish()
        _let_turn(body)
        edit = the(body, CodeCard).text_view
        last = edit.document().lastBlock()
        bottom = edit.blockBoundingGeometry(last).translated(edit.contentOffset()).bottom()
        assert bottom - edit.document().documentMargin() <= edit.viewport().height()
        assert edit.verticalScrollBar().maximum() == 0
