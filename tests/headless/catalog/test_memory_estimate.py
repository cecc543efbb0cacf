"""Memory: the worked table of the formula, how it fits, and what is advised when it does not."""

import dataclasses
from pathlib import Path

import pytest

from kochat_gui.catalog.memory_estimate import (
    available_memory,
    check_memory,
    estimate_memory,
    memory_fit,
    private_memory,
    recommended,
)
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.models import (
    LoadOptions,
    MemoryEstimate,
    MemoryFit,
    ModelFormat,
    ModelSpec,
    QuantizationChoice,
)

MIB, GIB = 1024**2, 1024**3
SEVEN = ModelSpec(
    model_id="7b",
    name="llama-2-ko-7b",
    path=Path("7b.gguf"),
    format=ModelFormat.GGUF,
    quantization="q4_0",
    size_bytes=0,
    vocab_size=46336,
    layer_count=32,
    hidden_size=4096,
    feed_forward_size=11008,
    head_count=32,
    head_count_kv=32,
    head_dim=128,
)
SEVENTY = dataclasses.replace(
    SEVEN, layer_count=80, hidden_size=8192, feed_forward_size=28672, head_count=64, head_count_kv=8
)
SIZES = {"q4_0": int(3.64 * GIB), "q8_0": int(6.74 * GIB), "f16": int(12.77 * GIB)}


@pytest.mark.parametrize(
    ("spec", "context", "kv_mib", "compute_mib"),
    [
        (SEVEN, 1024, 512, 122),
        (SEVEN, 2048, 1024, 188),
        (SEVEN, 4096, 2048, 320),
        (SEVENTY, 1024, 320, 238),
        (SEVENTY, 2048, 640, 344),
        (SEVENTY, 4096, 1280, 604),
    ],
)
def test_the_worked_table(spec: ModelSpec, context: int, kv_mib: int, compute_mib: int) -> None:
    found = estimate_memory(spec, 1000, LoadOptions(context_tokens=context))
    assert found.weights == 1000
    assert found.kv_cache == kv_mib * MIB
    assert found.compute / MIB == pytest.approx(compute_mib, abs=1)


def test_a_quantized_cache_uses_flash_attention() -> None:
    options = LoadOptions(context_tokens=4096, kv_cache_type="q8_0")
    found = estimate_memory(SEVEN, 0, options)
    assert found.kv_cache == 1088 * MIB
    assert found.compute / MIB == pytest.approx(106.5, abs=0.5)


def test_fit_in_three_steps() -> None:
    estimate = MemoryEstimate(GIB, 0, 0)
    assert memory_fit(estimate, 4 * GIB) is MemoryFit.AMPLE
    assert memory_fit(estimate, int(1.2 * GIB)) is MemoryFit.TIGHT
    assert memory_fit(estimate, GIB) is MemoryFit.TOO_LARGE


def _rows(*fits: MemoryFit) -> list[QuantizationChoice]:
    names = ("q4_0", "q8_0", "f16")
    return [
        QuantizationChoice(name, size, MemoryEstimate(size, 0, 0), fit, False, False)
        for size, (name, fit) in enumerate(zip(names, fits, strict=True))
    ]


def test_the_finest_ample_level_is_recommended_but_never_the_original() -> None:
    ample, tight, none = MemoryFit.AMPLE, MemoryFit.TIGHT, MemoryFit.TOO_LARGE
    assert recommended(_rows(ample, ample, ample)) == "q8_0"
    assert recommended(_rows(ample, tight, none)) == "q4_0"
    assert recommended(_rows(none, none, none)) == "q4_0"


@pytest.mark.parametrize(
    ("level", "context", "have_gib", "advice"),
    [
        ("q8_0", 4096, 8.5, "context length of 2,048"),
        ("f16", 2048, 9, "The level q8_0"),
        ("q8_0", 256, 5, "The level q4_0"),
        ("q4_0", 2048, 1, "a smaller model"),
    ],
)
def test_what_would_fit_is_named(level: str, context: int, have_gib: float, advice: str) -> None:
    options = LoadOptions(context_tokens=context)
    with pytest.raises(MemoryShortError) as caught:
        check_memory(SEVEN, level, SIZES, options, int(have_gib * GIB))
    text = caught.value.text()
    assert advice in text
    assert "llama-2-ko-7b needs" in text
    assert " GB of memory" in text


def test_enough_memory_is_no_error() -> None:
    check_memory(SEVEN, "q4_0", SIZES, LoadOptions(), 16 * GIB)


def test_this_machine_has_memory() -> None:
    assert available_memory() > 0
    assert private_memory(2**22 + 1) == 0
