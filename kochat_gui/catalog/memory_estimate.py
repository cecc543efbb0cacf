"""How much memory a model needs, whether it is there, and what would fit instead."""

import platform
from dataclasses import replace

import psutil

from kochat_gui.catalog.file_errors import readable_size
from kochat_gui.catalog.gguf_format import padded
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    QUANTIZATIONS,
    LoadOptions,
    MemoryEstimate,
    MemoryFit,
    ModelSpec,
    QuantizationChoice,
)

MIN_CONTEXT = 256
PROCESS_BYTES = 48 * 1024**2
"""Of the engine's process besides the model: interpreter and libraries (measured)."""
_KV_STEP = 256
"""Tokens that a context's memory is a multiple of."""
_KV_ITEM_BYTES = {"f16": 2.0, "q8_0": 34 / 32}
_AMPLE_SHARE = 0.7
_TOO_FINE = frozenset({"f16", "f32", "bf16"})
"""Twice the memory of q8_0 for answers that nobody can tell apart."""
_FIRST_CHOICE = "q4_k_m"
"""Coarser levels lose Korean, which suffers 1.1 to 3.5 times as much as English; finer ones make
every word of a large model slower."""
_SMALL_MODEL = 10**9
"""Bytes at q8_0, up to which the finest level is fast enough."""
_REPACKED = frozenset({"q4_0", "q4_k_s", "q4_k_m", "q2_k", "iq4_nl", "mxfp4"})
_REPACKED_ON_ARM = frozenset({"q8_0", "q5_k_s", "q5_k_m", "q6_k"})


def estimate_memory(spec: ModelSpec, weights: int, options: LoadOptions) -> MemoryEstimate:
    """Bytes to run ``spec`` from a file of ``weights`` bytes (as llama.cpp's own log counts)."""
    context = padded(options.context_tokens, _KV_STEP)
    kv_heads = spec.head_count_kv or spec.head_count
    kv_width = spec.head_dim * kv_heads
    item = _KV_ITEM_BYTES.get(options.kv_cache_type, 2.0)
    kv_cache = int(context * spec.layer_count * 2 * kv_width * item)
    return MemoryEstimate(weights, kv_cache, _compute_bytes(spec, options), PROCESS_BYTES)


def _compute_bytes(spec: ModelSpec, options: LoadOptions) -> int:
    """Buffers for the tokens that are computed at a time."""
    context = padded(options.context_tokens, _KV_STEP)
    batch = min(options.batch_tokens, options.context_tokens)
    hidden, wide, heads = spec.hidden_size, spec.feed_forward_size, spec.head_count
    kv_width = spec.head_dim * (spec.head_count_kv or heads)
    unit = 4 * batch
    output = unit * (spec.vocab_size + 2 * hidden)
    if options.kv_cache_type != "f16":
        # A quantized cache needs flash attention, which does without the attention matrix.
        return max(output, unit * (3 * wide + 4 * hidden) + 2 * batch * context)
    attention = unit * (heads * context + context + 5 * hidden + 2 * kv_width)
    feed_forward = unit * (3 * wide + 4 * hidden + 2 * kv_width + context)
    return max(output, attention, feed_forward)


def benefits_from_mmap(level: str, machine: str = "") -> bool:
    """Whether a processor can use the file of ``level`` as it lies on the disk.

    llama.cpp rearranges the matrices of some types for the processor, in memory of its own. A
    mapping of the file would then stay beside it, as large again.
    """
    is_arm = (machine or platform.machine()).lower() in {"arm64", "aarch64"}
    return level not in _REPACKED and not (is_arm and level in _REPACKED_ON_ARM)


def available_memory() -> int:
    """Bytes that a new program can use without swapping."""
    return int(psutil.virtual_memory().available)


def private_memory(pid: int) -> int:
    """Bytes that the end of process ``pid`` gives back, beyond what the system can take anyway."""
    try:
        info = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return max(int(info.rss) - int(getattr(info, "shared", info.rss)), 0)


def memory_fit(estimate: MemoryEstimate, available: int) -> MemoryFit:
    """How ``estimate`` fits into ``available`` bytes."""
    if estimate.total > available:
        return MemoryFit.TOO_LARGE
    return MemoryFit.AMPLE if estimate.total <= available * _AMPLE_SHARE else MemoryFit.TIGHT


def recommended(choices: list[QuantizationChoice]) -> str:
    """Name of the level to suggest.

    For a small model the finest that fits amply; for a larger one q4_k_m where it fits. Else the
    largest that fits amply, or the smallest.
    """
    by_size = sorted(choices, key=lambda choice: choice.size_bytes)
    fine = next((c.size_bytes for c in by_size if c.name == "q8_0"), by_size[-1].size_bytes)
    if fine > _SMALL_MODEL:
        for choice in by_size:
            if choice.name == _FIRST_CHOICE and choice.fit is not MemoryFit.TOO_LARGE:
                return choice.name
    ample = [c for c in by_size if c.fit is MemoryFit.AMPLE and c.name not in _TOO_FINE]
    return (ample[-1] if ample else by_size[0]).name


def check_memory(
    spec: ModelSpec,
    level: str,
    sizes: dict[str, int],
    options: LoadOptions,
    available: int,
) -> None:
    """Raise ``MemoryShortError`` when ``level`` does not fit, naming what would.

    ``sizes``: bytes of the file of every level of the model.
    """
    estimate = estimate_memory(spec, sizes[level], options)
    if memory_fit(estimate, available) is not MemoryFit.TOO_LARGE:
        return
    values: dict[str, object] = {
        "model": spec.name,
        "need": readable_size(estimate.total),
        "have": readable_size(available),
    }
    summary = QT_TRANSLATE_NOOP("Memory", "{model} needs {need} of memory, and {have} is free.")
    kept = QT_TRANSLATE_NOOP("Memory", "It was not loaded. Your conversations are safe.")
    context = _context_that_fits(spec, sizes[level], options, available)
    if context:
        advice = QT_TRANSLATE_NOOP("Memory", "It fits with a context length of {context} tokens.")
        raise MemoryShortError(summary, kept=kept, advice=advice, context=f"{context:,}", **values)
    smaller = _level_that_fits(spec, sizes, options, available)
    if smaller:
        advice = QT_TRANSLATE_NOOP("Memory", "The level {level} would fit.")
        raise MemoryShortError(summary, kept=kept, advice=advice, level=smaller, **values)
    advice = QT_TRANSLATE_NOOP("Memory", "Close other programs, or choose a smaller model.")
    raise MemoryShortError(summary, kept=kept, advice=advice, **values)


def _context_that_fits(spec: ModelSpec, weights: int, options: LoadOptions, available: int) -> int:
    """The longest context, halved from the one asked for, that fits; 0 when none does."""
    too_large = MemoryFit.TOO_LARGE
    context = options.context_tokens // 2
    while context >= MIN_CONTEXT:
        shorter = replace(options, context_tokens=context)
        if memory_fit(estimate_memory(spec, weights, shorter), available) is not too_large:
            return context
        context //= 2
    return 0


def _level_that_fits(
    spec: ModelSpec, sizes: dict[str, int], options: LoadOptions, available: int
) -> str | None:
    """The finest level that fits; with the shortest context if need be."""
    common = {name: size for name, size in sizes.items() if _is_common(name)}
    offered = common or sizes
    for shortest in (False, True):
        asked = replace(options, context_tokens=MIN_CONTEXT) if shortest else options
        for level, size in sorted(offered.items(), key=lambda item: -item[1]):
            if memory_fit(estimate_memory(spec, size, asked), available) is not MemoryFit.TOO_LARGE:
                return level
    return None


def _is_common(level: str) -> bool:
    return level in QUANTIZATIONS and QUANTIZATIONS[level].is_common
