"""Adapters on a model with random weights: applied as asked, and bad ones do no harm."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
)
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationRequest,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from tests.benchmarks.random_gguf import TINY, write_random_gguf
from tests.helpers.random_adapter import write_random_adapter

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=24)
OPTIONS = LoadOptions(context_tokens=512, batch_tokens=32, threads=1)


@pytest.fixture(scope="module", params=["f16", "q4_0"])
def model_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of q4_0 are rearranged for the processor when they are loaded."""
    path = tmp_path_factory.mktemp("models") / "tiny.gguf"
    return write_random_gguf(path, TINY, quantization=request.param)


@pytest.fixture
def engine(model_file: Path) -> Iterator[LlamaCppEngine]:
    engine = LlamaCppEngine()
    load(engine, model_file)
    yield engine
    engine.unload()


def load(engine: LlamaCppEngine, path: Path) -> None:
    spec = ModelSpec(str(path), path.stem, path, ModelFormat.GGUF, None, 0)
    engine.load(spec, OPTIONS, lambda _: None, CancelToken())


def run(engine: LlamaCppEngine, *adapters: AdapterUse) -> tuple[str, Finished]:
    messages = (ChatMessage(Role.USER, "안녕하세요"),)
    request = GenerationRequest(messages, sampling=GREEDY, adapters=adapters)
    events = list(engine.stream(request, CancelToken()))
    finished = events[-1]
    assert isinstance(finished, Finished)
    return "".join(e.text for e in events if isinstance(e, TextDelta)), finished


def test_several_at_once(engine: LlamaCppEngine, tmp_path: Path) -> None:
    one = AdapterUse(write_random_adapter(tmp_path / "하나.gguf"))
    two = AdapterUse(write_random_adapter(tmp_path / "둘.gguf", seed=12))
    alone = {run(engine)[0], run(engine, one)[0], run(engine, two)[0]}
    together = run(engine, one, two)[0]
    assert len({*alone, together}) == 4
    again, last = run(engine, two, one)
    assert again == together
    assert last.usage.reused_tokens > 0
    assert run(engine, one, replace(two, scale=0.0))[0] == run(engine, one)[0]


def test_given_twice_it_counts_twice(engine: LlamaCppEngine, tmp_path: Path) -> None:
    path = write_random_adapter(tmp_path / "a.gguf")
    half = AdapterUse(path, 0.5)
    whole, _ = run(engine, AdapterUse(path, 1.0))
    assert run(engine, half, half)[0] == whole


def test_a_file_that_was_replaced_is_read_again(engine: LlamaCppEngine, tmp_path: Path) -> None:
    path = write_random_adapter(tmp_path / "a.gguf")
    first, _ = run(engine, AdapterUse(path))
    write_random_adapter(path, seed=12)
    os.utime(path, ns=(1, 1))
    second, last = run(engine, AdapterUse(path))
    assert second != first
    assert last.usage.reused_tokens == 0
    os.utime(path, ns=(2, 2))
    assert run(engine, AdapterUse(path))[0] == second


def test_none_are_left_after_loading_again(
    engine: LlamaCppEngine, model_file: Path, tmp_path: Path
) -> None:
    adapter = AdapterUse(write_random_adapter(tmp_path / "a.gguf"))
    base, changed = run(engine)[0], run(engine, adapter)[0]
    load(engine, model_file)
    assert run(engine)[0] == base
    assert run(engine, adapter)[0] == changed


def _cut(path: Path) -> None:
    content = write_random_adapter(path).read_bytes()
    path.write_bytes(content[: len(content) - 100])


def _cut_header(path: Path) -> None:
    path.write_bytes(write_random_adapter(path).read_bytes()[:100])


BAD: dict[str, tuple[type[ModelError], Callable[[Path], object]]] = {
    "not there": (ModelMissingError, lambda path: None),
    "empty": (ModelUnsupportedError, lambda path: path.write_bytes(b"")),
    "text": (ModelUnsupportedError, lambda path: path.write_text("어댑터")),
    "a folder": (ModelUnsupportedError, lambda path: path.mkdir()),
    "a model": (ModelUnsupportedError, lambda path: write_random_gguf(path, TINY)),
    "another kind": (ModelUnsupportedError, lambda path: write_random_adapter(path, kind="x")),
    "cut off": (ModelDamagedError, _cut),
    "cut off early": (ModelDamagedError, _cut_header),
    "a key of another type": (
        ModelDamagedError, lambda path: write_random_adapter(path, alpha="64"),
    ),
    "half a pair": (
        ModelDamagedError, lambda path: write_random_adapter(path, extra="blk.0.x.lora_b"),
    ),
    "no pairs": (ModelDamagedError, lambda path: write_random_adapter(path, suffix="lora_c")),
    "a trained norm": (
        ModelUnsupportedError,
        lambda path: write_random_adapter(path, extra="blk.0.attn_norm.weight"),
    ),
    "another architecture": (
        ModelUnsupportedError, lambda path: write_random_adapter(path, architecture="gemma"),
    ),
    "another size": (
        ModelUnsupportedError,
        lambda path: write_random_adapter(path, replace(TINY, hidden=32)),
    ),
    "more layers": (
        ModelUnsupportedError, lambda path: write_random_adapter(path, replace(TINY, layers=3)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_adapter_is_said_and_the_model_stays(
    engine: LlamaCppEngine, tmp_path: Path, case: str
) -> None:
    kind, make = BAD[case]
    good = AdapterUse(write_random_adapter(tmp_path / "good.gguf"))
    changed, _ = run(engine, good)
    path = tmp_path / "나쁜 어댑터 {0}.gguf"
    make(path)
    with pytest.raises(kind) as caught:
        run(engine, good, AdapterUse(path))
    assert type(caught.value) is kind
    lines = caught.value.lines()
    assert len(lines) == 3
    assert path.name in lines[0]
    again, last = run(engine, good)
    assert again == changed
    assert last.usage.reused_tokens == last.usage.prompt_tokens - 1  # nothing was forgotten
