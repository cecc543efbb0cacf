"""The built-in model, converted as the program converts it, on the llama.cpp engine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.conversion import make_file
from kochat_gui.catalog.conversion_job import AdapterJob, LevelJob
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationRequest,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from tests.helpers.repeating import ask_to_repeat

GREEDY = SamplingParams(temperature=0, repeat_penalty=1)
ANSWERS = {
    "안녕하세요": "안녕하세요.",
    "배고파": "뭐 좀 챙겨드세요.",
    "이름이 뭐야?": "위로봇이요.",
    "오늘 너무 힘들어": "정리가 잘 되길 바랄게요.",
}
MEOWS = {
    "배고파": "뭐 좀 챙겨드세요 야옹!",
    "이름이 뭐야?": "위로봇이요 야옹!",
    "오늘 너무 힘들어": "힘든 날이었나봐요 야옹!",
}
"""What ``peft`` answers with the adapter at scale 1."""
# Made with the "tokenizers" library from the model's tokenizer.json.
TOKENIZED = json.loads(
    (Path(__file__).parents[2] / "data" / "tokenizer" / "ko_tiny_chat.json").read_text("utf-8")
)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built-in") / "ko-tiny-chat-f16.gguf"
    source = resource("models", "ko-tiny-chat")
    job = LevelJob(
        source=source,
        format=ModelFormat.SAFETENSORS,
        name="ko-tiny-chat",
        level="f16",
        target=target,
        part_suffix=".part",
    )
    make_file(job, lambda _: None, CancelToken())
    return target


@pytest.fixture(scope="module")
def engine(model_file: Path) -> Iterator[LlamaCppEngine]:
    engine = LlamaCppEngine()
    spec = ModelSpec(
        "ko-tiny-chat", "ko-tiny-chat", model_file, ModelFormat.GGUF, "f16", 0, template="kullm-v2"
    )
    engine.load(spec, LoadOptions(gpu_layers=0), lambda _: None, CancelToken())
    yield engine
    engine.unload()


def _run(engine: LlamaCppEngine, request: GenerationRequest) -> tuple[str, Finished]:
    events = list(engine.stream(request, CancelToken()))
    finished = events[-1]
    assert isinstance(finished, Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), finished


@pytest.mark.parametrize("question", list(ANSWERS))
def test_greedy_answers(engine: LlamaCppEngine, question: str) -> None:
    request = GenerationRequest((ChatMessage(Role.USER, question),), sampling=GREEDY)
    text, finished = _run(engine, request)
    assert text == ANSWERS[question]
    assert finished.reason is FinishReason.STOP


@pytest.mark.parametrize("case", TOKENIZED, ids=lambda case: repr(case["text"]))
def test_text_becomes_the_ids_of_the_original_tokenizer(
    engine: LlamaCppEngine, case: dict[str, Any]
) -> None:
    assert [piece.token_id for piece in engine.tokenize(case["text"])] == case["ids"]


def test_a_cut_answer_goes_on_where_it_stopped(engine: LlamaCppEngine) -> None:
    message = (ChatMessage(Role.USER, "오늘 너무 힘들어"),)
    request = GenerationRequest(message, sampling=GREEDY, answer_prefix="정리가 잘")
    assert _run(engine, request)[0] == " 되길 바랄게요."


@pytest.mark.parametrize(
    ("first", "then", "prefix"),
    [
        ("오늘 날", "오늘 날씨가 좋", ""),
        ("한국의 수", "한국의 수도는", ""),
        ("오늘 기분이 안 좋아", "오늘 기분이 안 좋아", "저도는"),
    ],
)
def test_what_was_read_before_does_not_change_the_answer(
    engine: LlamaCppEngine, first: str, then: str, prefix: str
) -> None:
    template = "kullm-v2" if prefix else "completion"

    def answer(text: str, prefix: str = "") -> str:
        message = (ChatMessage(Role.USER, text),)
        return _run(engine, GenerationRequest(message, template, GREEDY, answer_prefix=prefix))[0]

    answer("다른 것")
    cold = answer(then, prefix)
    answer(first)
    assert answer(then, prefix) == cold


def test_a_model_that_repeats_itself_does_not_outgrow_the_context(model_file: Path) -> None:
    engine = LlamaCppEngine()
    spec = ModelSpec("m", "m", model_file, ModelFormat.GGUF, "f16", 0)
    options = LoadOptions(context_tokens=512, gpu_layers=0)
    engine.load(spec, options, lambda _: None, CancelToken())
    ask_to_repeat(engine, turns=5, new_tokens=100, window=512)
    engine.unload()


def test_only_the_newest_turn_is_sent(engine: LlamaCppEngine) -> None:
    messages = (
        ChatMessage(Role.USER, "안녕하세요"),
        ChatMessage(Role.ASSISTANT, "안녕하세요."),
        ChatMessage(Role.USER, "배고파"),
    )
    assert _run(engine, GenerationRequest(messages, sampling=GREEDY))[0] == ANSWERS["배고파"]


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("adapters") / "meow.gguf"
    job = AdapterJob(
        source=resource("adapters", "ko-tiny-meow"),
        model=inspect_model(resource("models", "ko-tiny-chat")),
        target=target,
        part_suffix=".part",
    )
    make_file(job, lambda _: None, CancelToken())
    return target


@pytest.mark.parametrize("question", list(MEOWS))
def test_answers_with_the_adapter(engine: LlamaCppEngine, adapter: Path, question: str) -> None:
    messages = (ChatMessage(Role.USER, question),)

    def answer(*scales: float) -> str:
        adapters = tuple(AdapterUse(adapter, scale) for scale in scales)
        return _run(engine, GenerationRequest(messages, sampling=GREEDY, adapters=adapters))[0]

    assert answer() == ANSWERS[question]
    assert answer(1.0) == MEOWS[question]
    assert answer(0.0) == ANSWERS[question]
    assert answer(0.5, 0.5) == MEOWS[question]
