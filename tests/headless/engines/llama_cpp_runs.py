"""Loading and asking the llama.cpp engine, for its tests."""

from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationEvent,
    GenerationRequest,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=24)
OPTIONS = LoadOptions(context_tokens=512, batch_tokens=32, threads=1)


def spec_of(path: Path, template: str | None = None) -> ModelSpec:
    return ModelSpec(str(path), path.stem, path, ModelFormat.GGUF, "f16", 0, template=template)


def load(
    engine: LlamaCppEngine,
    path: Path,
    options: LoadOptions = OPTIONS,
    template: str | None = None,
) -> LoadedModel:
    return engine.load(spec_of(path, template), options, lambda _: None, CancelToken())


def request(
    *contents: str, sampling: SamplingParams = GREEDY, prefix: str = ""
) -> GenerationRequest:
    roles = (Role.USER, Role.ASSISTANT)
    messages = tuple(ChatMessage(roles[i % 2], text) for i, text in enumerate(contents))
    return GenerationRequest(messages, sampling=sampling, answer_prefix=prefix)


def run(engine: LlamaCppEngine, asked: GenerationRequest) -> tuple[str, Finished]:
    text, finished, _ = collect(engine, asked)
    return text, finished


def collect(
    engine: LlamaCppEngine, asked: GenerationRequest
) -> tuple[str, Finished, list[GenerationEvent]]:
    events = list(engine.stream(asked, CancelToken()))
    finished = events[-1]
    assert isinstance(finished, Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), finished, events
