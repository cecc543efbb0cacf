"""What the contract's tests have in common: engines, and the host in front of them."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    RenderedPrompt,
    SamplingParams,
    TextDelta,
    TokenPiece,
)
from kochat_gui.core.models import AdapterUse, LoadedModel, LoadOptions, ModelSpec

WINDOW = 512
OPTIONS = LoadOptions(context_tokens=WINDOW, gpu_layers=0)
_BYTE = re.compile(b"<0x([0-9A-F]{2})>")
GREEDY = SamplingParams(temperature=0, seed=7, max_new_tokens=24)


class Subject(Protocol):
    """What an engine and the host have in common."""

    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
        /,
    ) -> LoadedModel: ...
    def unload(self) -> None: ...
    def tokenize(self, text: str, /) -> list[TokenPiece]: ...
    def count_tokens(self, request: GenerationRequest, /) -> int: ...
    def render_prompt(self, request: GenerationRequest, /) -> RenderedPrompt: ...
    def stream(
        self, request: GenerationRequest, cancel: CancelToken, /
    ) -> Iterator[GenerationEvent]: ...


def ignore(_progress: float) -> None:
    """Progress that nobody wants to see."""


def ask(
    *texts: str,
    sampling: SamplingParams = GREEDY,
    prefix: str = "",
    adapters: tuple[AdapterUse, ...] = (),
) -> GenerationRequest:
    """A request of user messages with short answers between them."""
    messages: list[ChatMessage] = []
    for text in texts[:-1]:
        messages += [ChatMessage(Role.USER, text), ChatMessage(Role.ASSISTANT, "네.")]
    messages.append(ChatMessage(Role.USER, texts[-1]))
    return GenerationRequest(
        tuple(messages), sampling=sampling, answer_prefix=prefix, adapters=adapters
    )


def run(
    subject: Subject, request: GenerationRequest, cancel: CancelToken | None = None
) -> tuple[list[GenerationEvent], str, Finished]:
    """All events, the joined text and the last event, which must be ``Finished``."""
    events = list(subject.stream(request, cancel or CancelToken()))
    last = events[-1]
    assert isinstance(last, Finished)
    assert sum(isinstance(event, Finished) for event in events) == 1
    return events, "".join(e.text for e in events if isinstance(e, TextDelta)), last


def text_of(pieces: Sequence[TokenPiece]) -> str:
    """The text that pieces stand for, as a vocabulary spells it."""
    joined = "".join(piece.text for piece in pieces).encode()
    spelled = _BYTE.sub(lambda found: bytes.fromhex(found[1].decode()), joined)
    return spelled.decode().replace("▁", " ")
