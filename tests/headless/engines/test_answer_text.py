"""What of an answer's bytes is shown, what the next prompt has of it, and how fast it came."""

import time
from dataclasses import replace

import pytest

from kochat_gui.core.generation import Finished
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.answer_text import AnswerClock, AnswerText
from kochat_gui.engines.chat_template import ChatTemplate
from kochat_gui.engines.text_path import TextPath

FORMAT = ChatTemplate("any", "test", {})


def _finished(clock: AnswerClock) -> Finished:
    return clock.finished(
        FinishReason.STOP, prompt_tokens=7, reused_tokens=3, context_window=512, seed=1
    )


def test_white_space_that_only_begins_an_answer_is_left_out() -> None:
    text = AnswerText(FORMAT, is_continued=False)
    assert [text.shown(piece) for piece in (b" ", b"\n", b" a", b" b")] == [b"", b"", b"a", b" b"]
    text = AnswerText(FORMAT, is_continued=True)
    assert text.shown(b" a") == b" a"
    text = AnswerText(replace(FORMAT, trims_answer_start=False), is_continued=False)
    assert text.shown(b"\n") == b"\n"


@pytest.mark.parametrize(("is_continued", "lead"), [(False, b" "), (True, b"")])
def test_the_next_prompt_has_whole_characters_after_its_lead(
    is_continued: bool, lead: bytes
) -> None:
    text = AnswerText(replace(FORMAT, answer_lead=" "), is_continued=is_continued)
    path = TextPath([])
    first, second, third = (bytes([byte]) for byte in "한".encode())
    assert text.in_prompt(path.read(first)) == text.in_prompt(path.read(second)) == b""
    assert text.in_prompt(path.read(third)) == lead + "한".encode()
    assert text.in_prompt(path.read(b"a\xff")) == "a\ufffd".encode()


def test_an_answer_without_tokens_took_no_time() -> None:
    usage = _finished(AnswerClock()).usage
    assert (usage.new_tokens, usage.time_to_first_token_s, usage.tokens_per_second) == (0, 0, 0)
    assert (usage.prompt_tokens, usage.reused_tokens, usage.context_window) == (7, 3, 512)


def test_the_wait_ends_with_the_first_text() -> None:
    clock = AnswerClock()
    clock.token(has_text=False)
    assert _finished(clock).usage.time_to_first_token_s == 0
    clock.token(has_text=True)
    first = _finished(clock).usage
    assert first.time_to_first_token_s > 0
    clock.token(has_text=True)
    usage = _finished(clock).usage
    assert usage.time_to_first_token_s == first.time_to_first_token_s
    assert usage.new_tokens == 3
    assert usage.tokens_per_second > 0


def test_a_text_that_comes_whole_has_the_speed_of_its_steps() -> None:
    clock = AnswerClock()
    clock.whole(11, time.perf_counter() - 2.0)
    usage = _finished(clock).usage
    assert usage.new_tokens == 11
    assert usage.tokens_per_second == pytest.approx(5.0, rel=0.05)
    assert usage.time_to_first_token_s > 0
