"""The built-in model on a CUDA device: the same answers as on a processor, and nothing left over.

Captured steps are only made there, so this is where they are seen at work.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
from tests.helpers.tiny_models import BUILT_IN
from tests.with_torch.engines.conftest import LEVELS

# The compiler's own processes would outlive the tests.
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")
torch: Any = pytest.importorskip("torch")
engine_module: Any = pytest.importorskip("kochat_gui.engines.transformers_engine")

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
    # The compiler's own.
    pytest.mark.filterwarnings("ignore"),
]

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=48)
ANSWERS = {
    "안녕하세요": "안녕하세요.",
    "배고파": "뭐 좀 챙겨드세요.",
    "이름이 뭐야?": "위로봇이요.",
    "오늘 너무 힘들어": "정리가 잘 되길 바랄게요.",
}
ALSO_AT_4_BITS = {"오늘 너무 힘들어": "정리가 잘가요."}
"""Its third token is behind by 2.6 % of the largest logit: sums in another order may decide."""
MEOW = AdapterUse(resource("adapters", "ko-tiny-meow"), 1.0)
NEVER_ENDS = ((2, -100.0),)
_FAST_S = 200.0
_SPARE_BYTES = 2**20


def _loaded(level: str, compiled: Path | None = None, gpu_layers: int = -1) -> Any:
    engine = engine_module.TransformersEngine()
    spec = ModelSpec(
        "ko-tiny-chat", "ko-tiny-chat", BUILT_IN, ModelFormat.SAFETENSORS, level, 0,
        template="kullm-v2",
    )  # fmt: skip
    options = LoadOptions(gpu_layers=gpu_layers, compiled_dir=compiled)
    loaded = engine.load(spec, options, lambda _: None, CancelToken())
    assert loaded.device == ("CUDA" if gpu_layers else "CPU")
    return engine


@pytest.fixture(scope="module", params=LEVELS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    engine = _loaded(request.param, tmp_path_factory.mktemp("compiled"))
    yield engine
    engine.unload()


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """At 32 bits."""
    engine = _loaded("fp32", tmp_path_factory.mktemp("compiled"))
    yield engine
    engine.unload()


def _ask(text: str, sampling: SamplingParams = GREEDY, **more: Any) -> GenerationRequest:
    return GenerationRequest((ChatMessage(Role.USER, text),), sampling=sampling, **more)


def _run(engine: Any, request: GenerationRequest) -> tuple[str, Finished]:
    events = list(engine.stream(request, CancelToken()))
    assert isinstance(events[-1], Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), events[-1]


def test_answers_step_by_step_and_captured(engine: Any) -> None:
    model = engine._loaded.runner.model
    level = engine._loaded.runner.precision.level
    before = {question: _run(engine, _ask(question))[0] for question in ANSWERS}
    is_captured = level != "int8"
    assert model.wait_until_fast(300, _FAST_S) is is_captured
    engine._loaded.runner.forget()
    after = {question: _run(engine, _ask(question))[0] for question in ANSWERS}
    assert bool(model._fast and model._fast._ready) is is_captured
    for answers in (before, after):
        for question, answer in answers.items():
            if level != "nf4" or answer != ALSO_AT_4_BITS.get(question):
                assert answer == ANSWERS[question], level


def test_captured_logits_are_those_of_a_processor(exact: Any) -> None:
    processor = _loaded("fp32", gpu_layers=0)
    model, expected = exact._loaded.runner.model, processor._loaded.runner.model
    assert model.wait_until_fast(300, _FAST_S)
    ids = [
        1,
        *(piece.token_id for piece in exact.tokenize("오늘은 비가 와서 집에 있었어요. " * 12)),
    ]
    model.truncate(0)
    logits, wanted = model.read(ids[:20]), expected.read(ids[:20])
    for token in ids[20:]:
        torch.testing.assert_close(logits.cpu(), wanted, rtol=1e-3, atol=1e-3)
        logits = model._fast.step(torch.tensor([token], device="cuda"))
        assert logits is not None
        wanted = expected.step(torch.tensor([token]))
    exact._loaded.runner.forget()
    processor.unload()


def test_a_long_answer_passes_from_step_to_step(exact: Any) -> None:
    """Through the lengths at which another step takes over, as on a processor."""
    sampling = SamplingParams(
        temperature=0, repeat_penalty=1.3, repeat_last_n=-1, no_repeat_ngram=3,
        max_new_tokens=700, logit_bias=NEVER_ENDS,
    )  # fmt: skip
    processor = _loaded("fp32", gpu_layers=0)
    wanted, _ = _run(processor, _ask("안녕하세요", sampling))
    processor.unload()
    for length in (300, 600, 1100):
        assert exact._loaded.runner.model.wait_until_fast(length, _FAST_S)
    text, finished = _run(exact, _ask("안녕하세요", sampling))
    assert finished.usage.new_tokens == 700
    same = next((i for i, (a, b) in enumerate(zip(text, wanted, strict=False)) if a != b), None)
    # Sums in another order may one day decide between two equal tokens, but not early.
    assert same is None or same > 200


def test_draws_can_be_repeated(exact: Any) -> None:
    sampling = SamplingParams(
        temperature=1.0, top_k=20, top_p=0.92, min_p=0.05, repeat_penalty=1.2, repeat_last_n=-1,
        no_repeat_ngram=3, max_new_tokens=40, seed=5, logit_bias=NEVER_ENDS,
    )  # fmt: skip
    texts = []
    for _ in range(2):
        exact._loaded.runner.forget()
        texts.append(_run(exact, _ask("배고파", sampling))[0])
    assert texts[0] == texts[1]
    assert texts[0]


def test_adapters_make_other_steps(exact: Any) -> None:
    model = exact._loaded.runner.model
    assert _run(exact, _ask("배고파", adapters=(MEOW,)))[0] == "뭐 좀 챙겨드세요 야옹!"
    assert model.wait_until_fast(300, _FAST_S)
    assert _run(exact, _ask("배고파", adapters=(MEOW,)))[0] == "뭐 좀 챙겨드세요 야옹!"
    assert _run(exact, _ask("배고파"))[0] == ANSWERS["배고파"]
    assert model.wait_until_fast(300, _FAST_S)
    assert _run(exact, _ask("배고파"))[0] == ANSWERS["배고파"]


def test_beams_say_what_they_say_on_a_processor(exact: Any) -> None:
    sampling = SamplingParams(
        temperature=0, repeat_penalty=1.2, repeat_last_n=-1, no_repeat_ngram=3, num_beams=3,
        early_stopping=True, max_new_tokens=32,
    )  # fmt: skip
    processor = _loaded("fp32", gpu_layers=0)
    for question in ANSWERS:
        request = _ask(question, sampling)
        assert _run(exact, request)[0] == _run(processor, request)[0]
    processor.unload()


def test_a_stop_ends_the_answer(exact: Any) -> None:
    cancel = CancelToken()
    sampling = SamplingParams(
        temperature=0, repeat_penalty=1, max_new_tokens=1500, logit_bias=NEVER_ENDS
    )
    seen = 0
    last = None
    for event in exact.stream(_ask("안녕하세요", sampling), cancel):
        seen += isinstance(event, TextDelta)
        if seen == 5:
            cancel.cancel()
        last = event
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.CANCELLED
    assert last.usage.new_tokens < 20
    assert _run(exact, _ask("배고파"))[0] == ANSWERS["배고파"]


def test_unloading_gives_the_memory_back(tmp_path: Path) -> None:
    left = []
    for _ in range(3):
        engine = _loaded("fp16", tmp_path)
        _run(engine, _ask("안녕하세요"))
        assert engine._loaded.runner.model.wait_until_fast(300, _FAST_S)
        _run(engine, _ask("안녕하세요"))
        engine.unload()
        torch.cuda.synchronize()
        left.append(torch.cuda.memory_allocated())
    # The first time, torch keeps rooms of its own for products of matrices.
    assert left[2] <= left[1] + _SPARE_BYTES
