"""One conversation is read in one way, and long messages say what is left out."""

from datetime import UTC, datetime

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import ConversationId, Message, MessageId, MessageState, Role
from kochat_gui.core.errors import Cancelled
from kochat_gui.services.text_finding import Found, find_in_messages

SHOWN = {Role.USER: 10, Role.ASSISTANT: 1000, Role.SYSTEM: 1000}


def talk(*texts: str) -> list[Message]:
    return [
        Message(
            MessageId(number),
            ConversationId(1),
            None,
            Role.USER if number % 2 else Role.ASSISTANT,
            text,
            MessageState.DONE,
            datetime.now(UTC),
        )
        for number, text in enumerate(texts, 1)
    ]


def find(query: str, *texts: str) -> Found:
    return find_in_messages(query, talk(*texts), SHOWN, CancelToken())


def counted(query: str, *texts: str) -> dict[int, int]:
    found = find(query, *texts)
    return {int(at): count.shown + count.left_out for at, count in found.counts.items()}


def test_phrase_goes_before_its_words() -> None:
    apart, together = "비가 온다. 봄에 비", "봄에 비가 온다"
    assert counted("봄에 비", apart) == {1: 1}
    assert counted("비 봄에", apart, together) == {1: 3, 2: 2}, "the words, where no phrase is"
    assert counted("봄에 비가", apart, together) == {2: 1}


def test_last_syllable_may_be_unfinished() -> None:
    assert counted("봄에 빗", "봄에 비스듬히", "봄에 빗물") == {2: 1}
    assert counted("봄에 빗", "봄에 비스듬히") == {1: 1}


def test_what_was_meant_is_found_where_nothing_else_is() -> None:
    assert counted("ㄱㅇㅇ", "고양이", "ㄱㅇㅇ 고양이") == {2: 1}
    assert counted("ㄱㅇㅇ", "고양이", "강아지") == {1: 1}
    assert counted("개", "고양이") == {}


def test_spans_are_those_of_the_text_as_written() -> None:
    found = find("한글", "한글 한글")
    text = "\u1112\u1161\u11ab\u1100\u1173\u11af과 한글"
    assert [text[start:end] for start, end in found.spans(text)] == [text[:6], "한글"]
    assert found.spans("영어") == []
    assert find("없음", "한글").spans("없음") == []


def test_what_is_left_out_is_counted_apart() -> None:
    count = find("나", "나 나 나 나 나 나 나").counts[MessageId(1)]
    assert (count.shown, count.left_out) == (5, 2)


def test_stops_when_nobody_waits() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        find_in_messages("나", talk("나"), SHOWN, cancel)
