"""Which messages fit the context window."""

import pytest

from kochat_gui.core.context_window import fit_messages
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import PromptTooLongError
from kochat_gui.core.generation import ChatMessage


def _chat(*contents: str, system: str = "") -> tuple[ChatMessage, ...]:
    """Alternating user and assistant messages; every character is a token."""
    first = (ChatMessage(Role.SYSTEM, system),) if system else ()
    roles = (Role.USER, Role.ASSISTANT)
    return (*first, *(ChatMessage(roles[i % 2], text) for i, text in enumerate(contents)))


def _count(messages: tuple[ChatMessage, ...]) -> int:
    return sum(len(message.content) for message in messages)


def test_everything_fits() -> None:
    messages = _chat("aaa", "bbb", "ccc", system="ss")
    fitted = fit_messages(messages, _count, window=100, max_new_tokens=10)
    assert fitted.messages == messages
    assert fitted.dropped == 0


def test_oldest_turns_go_as_a_whole_and_the_system_message_stays() -> None:
    messages = _chat("a" * 10, "b" * 10, "c" * 10, "d" * 10, "e" * 10, system="s" * 5)
    fitted = fit_messages(messages, _count, window=50, max_new_tokens=10)
    assert [m.content[0] for m in fitted.messages] == ["s", "c", "d", "e"]
    assert fitted.dropped == 2


def test_exactly_full_is_not_trimmed() -> None:
    messages = _chat("a" * 10, "b" * 10, "c" * 10)
    assert fit_messages(messages, _count, window=40, max_new_tokens=10).dropped == 0
    assert fit_messages(messages, _count, window=39, max_new_tokens=10).dropped == 2


def test_a_large_answer_takes_half_of_the_window_at_most() -> None:
    messages = _chat("a" * 20, "b" * 20, "c" * 10)
    fitted = fit_messages(messages, _count, window=100, max_new_tokens=32_768)
    assert fitted.dropped == 0


def test_the_newest_message_may_leave_little_room() -> None:
    fitted = fit_messages(_chat("a", "b", "c" * 84), _count, window=100, max_new_tokens=1_000)
    assert fitted.dropped == 2
    assert fitted.token_limit == 84


def test_how_long_the_prompt_may_be_is_said() -> None:
    messages = _chat("a" * 10, "b" * 10, "c" * 10)
    assert fit_messages(messages, _count, window=40, max_new_tokens=10).token_limit == 30
    assert fit_messages(messages, _count, window=39, max_new_tokens=10).token_limit == 29


def test_too_long_newest_message() -> None:
    with pytest.raises(PromptTooLongError) as raised:
        fit_messages(_chat("a", "b", "c" * 85), _count, window=100, max_new_tokens=1_000)
    assert raised.value.values == {"prompt": 85, "window": 100}


def test_the_system_prompt_counts_for_the_newest_message() -> None:
    with pytest.raises(PromptTooLongError):
        fit_messages(_chat("c" * 50, system="s" * 50), _count, window=100, max_new_tokens=20)


def test_a_template_for_single_turns() -> None:
    messages = _chat("a", "b", "c", "d", "e", system="s")
    fitted = fit_messages(messages, _count, window=100, max_new_tokens=10, max_turns=1)
    assert [m.content for m in fitted.messages] == ["s", "e"]
    # Left out by design, not for want of room: nothing to tell.
    assert fitted.dropped == 0


def test_only_what_did_not_fit_counts_as_dropped() -> None:
    messages = _chat("a" * 40, "b" * 40, "c" * 40, "d" * 40, "e" * 40)
    fitted = fit_messages(messages, _count, window=100, max_new_tokens=10, max_turns=2)
    assert [m.content for m in fitted.messages] == ["e" * 40]
    assert fitted.dropped == 2


def test_a_long_history_is_counted_a_few_times_only() -> None:
    calls = 0

    def count(messages: tuple[ChatMessage, ...]) -> int:
        nonlocal calls
        calls += 1
        return _count(messages)

    messages = _chat(*["x" * 10] * 2_001)
    fitted = fit_messages(messages, count, window=1_000, max_new_tokens=100)
    assert _count(fitted.messages) == 890
    assert calls <= 13
    calls = 0
    fit_messages(messages[:101], count, window=10_000, max_new_tokens=100)
    assert calls == 1
