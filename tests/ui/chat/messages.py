"""Messages for tests of the chat's widgets."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kochat_gui.core.conversation import (
    ConversationId,
    MadeBy,
    Message,
    MessageId,
    MessageState,
    Role,
)
from kochat_gui.core.generation import Usage

CONVERSATION = ConversationId(1)
MADE_BY = MadeBy("tiny", "작은 모델", "Q4_K_M", "llama.cpp", "chatml")
USAGE = Usage(120, 80, 186, 1.2, 12.4, 2048)
_NOW = datetime(2026, 1, 2, tzinfo=UTC)


def answer(number: int, text: str = "", **fields: Any) -> Message:
    """An answer to the message before it; finished unless ``state`` says otherwise."""
    return _message(number, Role.ASSISTANT, text, **{"made_by": MADE_BY, **fields})


def streaming(number: int, text: str = "") -> Message:
    """An answer that is being written."""
    return _message(number, Role.ASSISTANT, text, state=MessageState.STREAMING)


def question(number: int, text: str = "질문", **fields: Any) -> Message:
    """A message of the person."""
    return _message(number, Role.USER, text, **fields)


def moved(message: Message, parent: int | None) -> Message:
    """``message`` after another one, or at the start."""
    return replace(message, parent_id=None if parent is None else MessageId(parent))


def talk(length: int) -> list[Message]:
    """``length`` messages in turns, from id 1 on."""
    return [
        question(n, f"질문 {n}") if n % 2 else answer(n, f"대답 {n}\n\n둘째 문단")
        for n in range(1, length + 1)
    ]


def _message(number: int, role: Role, text: str, **fields: Any) -> Message:
    return Message(
        **{
            "message_id": MessageId(number),
            "conversation_id": CONVERSATION,
            "parent_id": MessageId(number - 1) if number > 1 else None,
            "role": role,
            "text": text,
            "state": MessageState.DONE,
            "created_at": _NOW,
            **fields,
        }
    )
