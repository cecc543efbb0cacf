"""What of a conversation fits the context window: whole turns, newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import PromptTooLongError
from kochat_gui.core.generation import ChatMessage
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

SMALLEST_ANSWER = 16
"""Tokens that must be left for an answer to be worth starting."""

_TOO_LONG = QT_TRANSLATE_NOOP(
    "ContextWindow",
    "The message is too long for the model: {prompt} tokens, but the context length is {window}.",
)
_SHORTEN = QT_TRANSLATE_NOOP(
    "ContextWindow", "Shorten the message or the system prompt, or raise the context length."
)


@dataclass(frozen=True)
class FittedMessages:
    """The part of a conversation that a prompt is made of."""

    messages: tuple[ChatMessage, ...]
    dropped: int
    """Messages that did not fit, oldest first; not those that ``max_turns`` leaves out anyway."""
    token_limit: int
    """Tokens that the prompt may have: with more, less room than promised is left to the answer."""


def fit_messages(
    messages: Sequence[ChatMessage],
    count_tokens: Callable[[tuple[ChatMessage, ...]], int],
    *,
    window: int,
    max_new_tokens: int,
    max_turns: int = 0,
) -> FittedMessages:
    """Leave out the oldest turns until the prompt and its answer fit ``window`` tokens.

    A turn is a user message with what follows it; the system message always stays. Room is kept
    for ``max_new_tokens``, but never more than half the window. The newest turn is sent even when
    only ``SMALLEST_ANSWER`` tokens remain; ``PromptTooLongError`` when not even those do.
    ``max_turns`` is what the chat template allows; 0 is no limit. ``count_tokens`` is asked
    once when all fits, else about log2(turns) candidates.
    """
    system, turns = _split(messages)
    allowed = turns[-max_turns:] if max_turns else turns

    def candidate(dropped: int) -> tuple[ChatMessage, ...]:
        return (*system, *(message for turn in allowed[dropped:] for message in turn))

    room = window - min(max_new_tokens, window // 2)
    newest_only = max(len(allowed) - 1, 0)
    dropped, limit = 0, room
    if count_tokens(candidate(0)) > room:
        dropped = _fewest(1, newest_only, lambda n: count_tokens(candidate(n)) <= room)
        if dropped >= newest_only:
            prompt = count_tokens(candidate(newest_only))
            _check_newest(prompt, window, max_new_tokens)
            limit = max(room, prompt)
    kept = candidate(min(dropped, newest_only))
    return FittedMessages(kept, len(candidate(0)) - len(kept), limit)


def _fewest(first: int, last: int, fits: Callable[[int], bool]) -> int:
    """The smallest number from ``first`` that fits, by halving; ``last`` if none below does."""
    while first < last:
        middle = (first + last) // 2
        if fits(middle):
            last = middle
        else:
            first = middle + 1
    return first


def _check_newest(prompt: int, window: int, max_new_tokens: int) -> None:
    if prompt > window - min(max_new_tokens, SMALLEST_ANSWER):
        raise PromptTooLongError(_TOO_LONG, advice=_SHORTEN, prompt=prompt, window=window)


def _split(
    messages: Sequence[ChatMessage],
) -> tuple[list[ChatMessage], list[list[ChatMessage]]]:
    """System messages, and the rest as turns; a leading answer without a question is a turn."""
    system = [message for message in messages if message.role is Role.SYSTEM]
    turns: list[list[ChatMessage]] = []
    for message in messages:
        if message.role is Role.SYSTEM:
            continue
        if message.role is Role.USER or not turns:
            turns.append([])
        turns[-1].append(message)
    return system, turns
