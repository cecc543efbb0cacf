"""The message tree and titles."""

from datetime import UTC, datetime

import pytest

from kochat_gui.core.conversation import (
    TITLE_LENGTH,
    ConversationId,
    Message,
    MessageId,
    MessageState,
    Role,
    newest_tip,
    path_to_root,
    siblings,
    title_from,
)
from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.states import FinishReason

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _message(number: int, parent: int | None, role: Role = Role.USER) -> Message:
    parent_id = None if parent is None else MessageId(parent)
    return Message(
        MessageId(number), ConversationId(1), parent_id, role, "", MessageState.DONE, NOW
    )


TREE = [
    _message(1, None),
    _message(2, 1, Role.ASSISTANT),
    _message(3, 2),
    _message(4, 1, Role.ASSISTANT),
    _message(5, None),
    _message(6, 2),
]
BY_ID = {message.message_id: message for message in TREE}


def test_path_to_root() -> None:
    path = path_to_root(BY_ID, MessageId(6))
    assert [message.message_id for message in path] == [1, 2, 6]
    assert path_to_root(BY_ID, None) == []


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        ([_message(2, 1)], [2]),
        ([_message(1, 2), _message(2, 1)], [1, 2]),
        ([_message(1, None)], []),
    ],
    ids=["gap", "circle", "no tip"],
)
def test_a_broken_path_begins_where_it_is_broken(messages: list[Message], shown: list[int]) -> None:
    path = path_to_root({m.message_id: m for m in messages}, MessageId(2))
    assert [message.message_id for message in path] == shown


def test_siblings_share_parent_and_role() -> None:
    assert siblings(TREE, BY_ID[MessageId(2)]) == [2, 4]
    assert siblings(TREE, BY_ID[MessageId(5)]) == [1, 5]
    assert siblings(TREE, BY_ID[MessageId(3)]) == [3, 6]


def test_newest_tip_follows_the_newest_children() -> None:
    assert newest_tip(TREE, MessageId(1)) == 4
    assert newest_tip(TREE, MessageId(2)) == 6
    assert newest_tip(TREE, MessageId(5)) == 5


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("안녕", "안녕"),
        ("\n\n  첫 줄  \n둘째", "첫 줄"),
        ("a\t b\u3000c", "a b c"),
        ("", ""),
        (" \n ", ""),
        ("가" * 40, "가" * 40),
        ("가" * 41, "가" * 40 + "…"),
        ("가나다 " * 20, ("가나다 " * 10).strip() + "…"),
        ("짧게 " + "가" * 60, "짧게 " + "가" * 37 + "…"),
    ],
)
def test_title_from(text: str, title: str) -> None:
    assert title_from(text) == title
    assert len(title_from(text)) <= TITLE_LENGTH + 1


@pytest.mark.parametrize(
    ("role", "state", "reason", "expected"),
    [
        (Role.ASSISTANT, MessageState.INTERRUPTED, FinishReason.INTERRUPTED, True),
        (Role.ASSISTANT, MessageState.STOPPED, FinishReason.CANCELLED, True),
        (Role.ASSISTANT, MessageState.FAILED, FinishReason.ERROR, True),
        (Role.ASSISTANT, MessageState.DONE, FinishReason.LENGTH, True),
        (Role.ASSISTANT, MessageState.DONE, FinishReason.STOP, False),
        (Role.ASSISTANT, MessageState.STREAMING, None, False),
        (Role.USER, MessageState.INTERRUPTED, None, False),
    ],
)
def test_can_continue(
    role: Role, state: MessageState, reason: FinishReason | None, expected: bool
) -> None:
    message = Message(MessageId(1), ConversationId(1), None, role, "", state, NOW, reason)
    assert message.can_continue is expected


@pytest.mark.parametrize(
    ("params", "problems"),
    [
        (SamplingParams(), []),
        (SamplingParams(temperature=-0.1, top_p=0), ["temperature", "top_p"]),
        (SamplingParams(temperature=float("nan")), ["temperature"]),
        (SamplingParams(seed=2**32 - 1), ["seed"]),
        (SamplingParams(seed=0, repeat_last_n=-1, num_beams=8), []),
    ],
)
def test_sampling_problems(params: SamplingParams, problems: list[str]) -> None:
    assert params.problems() == problems
