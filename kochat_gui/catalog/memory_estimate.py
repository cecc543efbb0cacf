"""How much memory a model needs, whether it is there, and what would fit instead."""

import psutil

from kochat_gui.catalog.file_errors import readable_size
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    LoadOptions,
    MemoryEstimate,
    MemoryFit,
    ModelSpec,
    QuantizationChoice,
)

MIN_CONTEXT = 256
_BATCH = 512
"""Tokens that llama.cpp computes at a time (n_ubatch), which sizes its buffers."""
_KV_ITEM_BYTES = {"f16": 2.0, "q8_0": 34 / 32}
_PROCESS_BYTES = 128 * 1024**2
"""Of the engine's process besides the model: interpreter and libraries."""
_AMPLE_SHARE = 0.7
_TOO_FINE = frozenset({"f16", "f32", "bf16"})
"""Twice the memory of q8_0 for answers that nobody can tell apart."""


def estimate_memory(spec: ModelSpec, weights: int, options: LoadOptions) -> MemoryEstimate:
    """Bytes to run ``spec`` from a file of ``weights`` bytes (72 dry runs of llama.cpp agree)."""
    context = options.context_tokens
    kv_heads = spec.head_count_kv or spec.head_count
    kv_width = spec.head_dim * kv_heads
    item = _KV_ITEM_BYTES.get(options.kv_cache_type, 2.0)
    kv_cache = int(context * spec.layer_count * 2 * kv_width * item)
    # A quantized cache needs flash attention, which does without the attention matrix.
    return MemoryEstimate(
        weights, kv_cache, _compute_bytes(spec, context, flash=options.kv_cache_type != "f16")
    )


def _compute_bytes(spec: ModelSpec, context: int, *, flash: bool) -> int:
    hidden, wide, heads = spec.hidden_size, spec.feed_forward_size, spec.head_count
    kv_width = spec.head_dim * (spec.head_count_kv or heads)
    unit = 4 * _BATCH
    output = unit * (spec.vocab_size + 2 * hidden)
    if flash:
        return max(output, unit * (3 * wide + 4 * hidden) + 2 * _BATCH * context)
    attention = unit * (heads * context + context + 5 * hidden + 2 * kv_width)
    feed_forward = unit * (3 * wide + 4 * hidden + 2 * kv_width + context)
    return max(output, attention, feed_forward)


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
    """How ``estimate`` and the engine's process fit into ``available`` bytes."""
    need = estimate.total + _PROCESS_BYTES
    if need > available:
        return MemoryFit.TOO_LARGE
    return MemoryFit.AMPLE if need <= available * _AMPLE_SHARE else MemoryFit.TIGHT


def recommended(choices: list[QuantizationChoice]) -> str:
    """Name of the level to suggest: the finest that fits amply, else the smallest."""
    by_size = sorted(choices, key=lambda choice: choice.size_bytes)
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
        "need": readable_size(estimate.total + _PROCESS_BYTES),
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
    context = options.context_tokens // 2
    while context >= MIN_CONTEXT:
        shorter = LoadOptions(context_tokens=context, kv_cache_type=options.kv_cache_type)
        if (
            memory_fit(estimate_memory(spec, weights, shorter), available)
            is not MemoryFit.TOO_LARGE
        ):
            return context
        context //= 2
    return 0


def _level_that_fits(
    spec: ModelSpec, sizes: dict[str, int], options: LoadOptions, available: int
) -> str | None:
    """The finest level that fits; with the shortest context if need be."""
    for shortest in (False, True):
        asked = LoadOptions(
            context_tokens=MIN_CONTEXT if shortest else options.context_tokens,
            kv_cache_type=options.kv_cache_type,
        )
        for level, size in sorted(sizes.items(), key=lambda item: -item[1]):
            if memory_fit(estimate_memory(spec, size, asked), available) is not MemoryFit.TOO_LARGE:
                return level
    return None
