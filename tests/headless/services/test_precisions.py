"""The levels of the transformers engine beside those that are files."""

import dataclasses
import importlib.util
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import MemoryShortError, UsageError
from kochat_gui.core.models import (
    PRECISIONS,
    QUANTIZATIONS,
    LoadOptions,
    MemoryFit,
    ModelFormat,
    ModelSpec,
)
from kochat_gui.core.resources import resource
from kochat_gui.services.model_levels import ModelLevels
from kochat_gui.services.precisions import ENGINE, is_precision

GIB = 1024**3
OPTIONS = LoadOptions(context_tokens=1024)
FindSpec = Callable[[str], ModuleSpec | None]


@pytest.fixture
def spec() -> ModelSpec:
    return inspect_model(resource("models", "ko-tiny-chat"))


@pytest.fixture
def large(spec: ModelSpec) -> ModelSpec:
    """Of the shape of Llama-2-ko-7b, by its numbers alone."""
    return dataclasses.replace(
        spec, parameter_count=6_855_856_128, vocab_size=46_336, layer_count=32, hidden_size=4096,
        feed_forward_size=11_008, head_count=32, head_count_kv=32, head_dim=128,
    )  # fmt: skip


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[str]], None]:
    """Have only these libraries of the engine be installed."""
    real = importlib.util.find_spec
    ours = {"torch", "transformers", "accelerate", "peft", "safetensors", "bitsandbytes"}

    def use(names: set[str]) -> None:
        def find(name: str, package: str | None = None) -> ModuleSpec | None:
            if name in ours:
                return ModuleSpec(name, None) if name in names else None
            return real(name, package)

        monkeypatch.setattr(importlib.util, "find_spec", find)

    return use


ALL = {"torch", "transformers", "accelerate", "peft", "safetensors", "bitsandbytes"}


def levels(tmp_path: Path, memory: int = 64 * GIB, card: int | None = None) -> ModelLevels:
    return ModelLevels(tmp_path / "models", lambda: memory, lambda: card)


def test_precisions_follow_the_files_and_say_what_is_missing(
    spec: ModelSpec, tmp_path: Path, installed: Callable[[set[str]], None]
) -> None:
    installed(ALL - {"bitsandbytes"})
    rows = levels(tmp_path).choices(spec, OPTIONS)
    names = [row.name for row in rows]
    assert set(names[: len(QUANTIZATIONS)]) == set(QUANTIZATIONS)
    assert names[len(QUANTIZATIONS) :] == list(PRECISIONS)
    missing = {row.name for row in rows if row.missing is not None}
    assert missing == {"nf4", "int8"}
    assert sum(row.is_recommended for row in rows) == 1

    installed(set())
    rows = levels(tmp_path).choices(spec, OPTIONS)
    assert all(row.missing is not None for row in rows if row.engine == ENGINE)


def test_memory_is_that_of_the_card_where_there_is_one(
    large: ModelSpec, tmp_path: Path, installed: Callable[[set[str]], None]
) -> None:
    installed(ALL)

    def fits(card: int | None) -> dict[str, MemoryFit]:
        # The files' sizes come from the folder, which is that of the small model.
        rows = levels(tmp_path, 64 * GIB, card).choices(large, OPTIONS, ENGINE)
        return {row.name: row.fit for row in rows}

    assert fits(8 * GIB)["bf16"] is MemoryFit.TOO_LARGE
    assert fits(8 * GIB)["nf4"] is not MemoryFit.TOO_LARGE
    assert fits(None)["bf16"] is MemoryFit.AMPLE


@pytest.mark.parametrize(("card", "best"), [(80 * GIB, "bf16"), (8 * GIB, "nf4")])
def test_the_engine_asked_for_gets_its_best_level(
    card: int, best: str, large: ModelSpec, tmp_path: Path, installed: Callable[[set[str]], None]
) -> None:
    installed(ALL)
    found = levels(tmp_path, card=card)
    assert found.checked(large, None, "q4_0", OPTIONS, ENGINE) == best
    assert found.checked(large, "fp32", "", OPTIONS) == "fp32"


def test_too_little_memory_names_what_fits(
    large: ModelSpec, tmp_path: Path, installed: Callable[[set[str]], None]
) -> None:
    installed(ALL)
    with pytest.raises(MemoryShortError) as caught:
        levels(tmp_path, card=8 * GIB).check_memory(large, "fp16", OPTIONS, 0)
    assert caught.value.values["level"] == "nf4"


@pytest.mark.parametrize(
    ("level", "card", "lighter"),
    [("fp32", 80, "bf16"), ("bf16", 80, "nf4"), ("fp32", 8, "nf4"), ("int8", 80, "nf4")],
)
def test_what_needs_clearly_less_memory_is_found(
    level: str,
    card: int,
    lighter: str,
    large: ModelSpec,
    tmp_path: Path,
    installed: Callable[[set[str]], None],
) -> None:
    installed(ALL)
    assert levels(tmp_path, card=card * GIB).lighter(large, level, OPTIONS) == lighter


def test_the_largest_of_the_lighter_files_is_found(spec: ModelSpec, tmp_path: Path) -> None:
    found = levels(tmp_path)
    sizes = {row.name: row.size_bytes for row in found.choices(spec, OPTIONS, "llama_cpp")}
    lighter = found.lighter(spec, "q8_0", OPTIONS)
    assert lighter is not None
    below = [size for size in sizes.values() if size <= 0.9 * sizes["q8_0"]]
    assert sizes[lighter] == max(below)
    smallest = min(sizes, key=lambda name: sizes[name])
    assert found.lighter(spec, smallest, OPTIONS) is None
    assert found.lighter(spec, "a level of another program", OPTIONS) is None


def test_weights_are_loaded_as_they_are(spec: ModelSpec, tmp_path: Path) -> None:
    found = levels(tmp_path)
    assert not found.needs_making(spec, "bf16")
    ready = found.loadable(spec, "bf16", lambda _: None, CancelToken())
    assert (ready.path, ready.format, ready.quantization) == (
        spec.path,
        ModelFormat.SAFETENSORS,
        "bf16",
    )


def test_a_precision_is_no_file(spec: ModelSpec, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        levels(tmp_path).size(spec, "bf16")
    assert is_precision(spec, "bf16")
    assert not is_precision(dataclasses.replace(spec, format=ModelFormat.GGUF), "bf16")


def test_weights_quantized_on_disk_have_one_level(spec: ModelSpec, tmp_path: Path) -> None:
    stored = dataclasses.replace(spec, quantization="nf4")
    [row] = levels(tmp_path).choices(stored, OPTIONS)
    assert (row.name, row.engine, row.is_recommended) == ("nf4", ENGINE, True)
    assert levels(tmp_path).checked(stored, None, "q4_0", OPTIONS) == "nf4"
    with pytest.raises(UsageError):
        levels(tmp_path).checked(stored, "bf16", "", OPTIONS)
