"""Memory: the worked table of the formula, how it fits, and what is advised when it does not."""

import dataclasses
from pathlib import Path

import pytest

from kochat_gui.catalog.memory_estimate import (
    available_memory,
    benefits_from_mmap,
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
    options = LoadOptions(context_tokens=context, batch_tokens=512)
    found = estimate_memory(spec, 1000, options)
    assert found.weights == 1000
    assert found.kv_cache == kv_mib * MIB
    assert found.compute / MIB == pytest.approx(compute_mib, abs=1)


@pytest.mark.parametrize(
    ("context", "compute_mib"), [(256, 56.5), (1024, 61), (2048, 94), (4096, 160)]
)
def test_buffers_for_as_many_tokens_as_are_computed_at_a_time(
    context: int, compute_mib: float
) -> None:
    """Of 7B at the program's 256 tokens, as llama.cpp's log says."""
    found = estimate_memory(SEVEN, 0, LoadOptions(context_tokens=context))
    assert found.compute / MIB == pytest.approx(compute_mib, abs=0.05)


def test_7b_q4_0_runs_under_5_gib() -> None:
    """3.91 GB of file at a context length of 1,024; 4.23 GiB were measured."""
    found = estimate_memory(SEVEN, 3_907_291_456, LoadOptions(context_tokens=1024))
    assert found.total / GIB == pytest.approx(4.24, abs=0.02)


def test_a_context_is_rounded_up_as_llama_cpp_does() -> None:
    odd, even = (
        estimate_memory(SEVEN, 0, LoadOptions(context_tokens=count)) for count in (1000, 1024)
    )
    assert odd.kv_cache == even.kv_cache


@pytest.mark.parametrize(
    ("level", "machine", "expected"),
    [
        ("q4_0", "x86_64", False),
        ("q4_k_m", "AMD64", False),
        ("q8_0", "x86_64", True),
        ("q8_0", "arm64", False),
        ("q6_k", "aarch64", False),
        ("f16", "arm64", True),
    ],
)
def test_what_llama_cpp_rearranges_is_not_mapped(level: str, machine: str, expected: bool) -> None:
    assert benefits_from_mmap(level, machine) is expected


def test_a_quantized_cache_uses_flash_attention() -> None:
    options = LoadOptions(context_tokens=4096, kv_cache_type="q8_0", batch_tokens=512)
    found = estimate_memory(SEVEN, 0, options)
    assert found.kv_cache == 1088 * MIB
    assert found.compute / MIB == pytest.approx(106.5, abs=0.5)


def test_fit_in_three_steps() -> None:
    estimate = MemoryEstimate(GIB, 0, 0)
    assert memory_fit(estimate, 4 * GIB) is MemoryFit.AMPLE
    assert memory_fit(estimate, int(1.2 * GIB)) is MemoryFit.TIGHT
    assert memory_fit(estimate, GIB - 1) is MemoryFit.TOO_LARGE


AMPLE, TIGHT, NONE = MemoryFit.AMPLE, MemoryFit.TIGHT, MemoryFit.TOO_LARGE
SMALL = {"q4_0": 4_000_000, "q4_k_m": 5_000_000, "q8_0": 8_000_000, "f16": 14_000_000}
LARGE = {level: size * 1000 for level, size in SMALL.items()}


def _rows(sizes: dict[str, int], *fits: MemoryFit) -> list[QuantizationChoice]:
    return [
        QuantizationChoice(name, sizes[name], MemoryEstimate(sizes[name], 0, 0), fit, False, False)
        for name, fit in zip(sizes, fits, strict=True)
    ]


@pytest.mark.parametrize(
    ("sizes", "fits", "expected"),
    [
        (SMALL, (AMPLE, AMPLE, AMPLE, AMPLE), "q8_0"),
        (SMALL, (AMPLE, AMPLE, TIGHT, NONE), "q4_k_m"),
        (LARGE, (AMPLE, AMPLE, AMPLE, AMPLE), "q4_k_m"),
        (LARGE, (AMPLE, TIGHT, NONE, NONE), "q4_k_m"),
        (LARGE, (AMPLE, NONE, NONE, NONE), "q4_0"),
        (LARGE, (NONE, NONE, NONE, NONE), "q4_0"),
    ],
)
def test_the_level_to_suggest(
    sizes: dict[str, int], fits: tuple[MemoryFit, ...], expected: str
) -> None:
    assert recommended(_rows(sizes, *fits)) == expected


def test_a_file_with_one_level_suggests_that() -> None:
    assert recommended(_rows({"q3_k_m": 9 * 10**9}, TIGHT)) == "q3_k_m"


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
