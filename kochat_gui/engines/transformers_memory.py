"""What the transformers engine needs for a model at each level. Imports nothing heavy."""

import importlib.metadata
import importlib.util
from collections.abc import Mapping
from typing import Any

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import PRECISIONS, LoadOptions, MemoryEstimate, ModelSpec

QUANTIZED = frozenset({"int8", "nf4"})
"""Levels that bitsandbytes makes while the weights are loaded."""
_ITEM_BYTES = {"fp32": 4, "fp16": 2, "bf16": 2}
_REST_BYTES = 2
"""Per weight that the 8- and 4-bit levels leave alone: embeddings, output, norms."""
_STEP_TOKENS = 512
"""Prompt tokens that are read at once."""
_NF4_BLOCK = 64
_NF4_OUTER = 256
"""Blocks that share a scale, which is itself quantized (double quantization)."""
_PROCESS_BYTES = 512 * 2**20
"""Of interpreter, torch and transformers (measured: 480 MiB on Linux)."""


def missing_for(level: str) -> TextKey | None:
    """What is missing for ``level``; None when it can be used. Imports nothing.

    Every level was seen to work on a processor, too (bitsandbytes 0.50 on x86-64).
    """
    if level in QUANTIZED and importlib.util.find_spec("bitsandbytes") is None:
        return QT_TRANSLATE_NOOP("TransformersLevels", "bitsandbytes is not installed.")
    return None


def processor_build() -> TextKey | None:
    """Why no GPU is used although there may be one; None when the torch here can use one."""
    try:
        is_for_processors = importlib.metadata.version("torch").endswith("+cpu")
    except importlib.metadata.PackageNotFoundError:
        return None
    if not is_for_processors:
        return None
    return QT_TRANSLATE_NOOP(
        "TransformersLevels",
        "The installed torch computes on the processor only; one for CUDA uses the GPU.",
    )


def stored_level(config: Mapping[str, Any]) -> str:
    """The level of the weights on disk, by a ``config.json``; of others than ours the method."""
    quantized = config.get("quantization_config")
    if isinstance(quantized, Mapping):
        if quantized.get("load_in_8bit") is True:
            return "int8"
        if quantized.get("load_in_4bit") is True:
            return str(quantized.get("bnb_4bit_quant_type", "fp4"))
        return str(quantized.get("quant_method", "?"))
    names = {"float32": "fp32", "bfloat16": "bf16"}
    return names.get(str(config.get("dtype", config.get("torch_dtype"))), "fp16")


def weight_bytes(spec: ModelSpec, level: str) -> int:
    """Bytes of the weights of ``spec`` in memory; the file's size for levels that are not ours."""
    count = spec.parameter_count
    if level in _ITEM_BYTES:
        return count * _ITEM_BYTES[level]
    if level not in PRECISIONS or not count:
        return spec.size_bytes
    linear = min(_linear_weights(spec), count)
    rest = (count - linear) * _REST_BYTES
    if level == "int8":
        return linear + rest
    scales = linear // _NF4_BLOCK
    return linear // 2 + scales + 4 * (scales // _NF4_OUTER) + rest


def estimate_memory(
    spec: ModelSpec, level: str, options: LoadOptions, beams: int = 1
) -> MemoryEstimate:
    """Bytes to run ``spec`` at ``level``: on a GPU of its memory, else of the computer's.

    ``beams``: each has a context of its own, beside that of the conversation.
    """
    item = _ITEM_BYTES.get(level, 2)
    head = spec.head_dim or (spec.hidden_size // spec.head_count if spec.head_count else 0)
    keys = head * (spec.head_count_kv or spec.head_count)
    cache = options.context_tokens * spec.layer_count * 2 * keys * item
    cache *= beams + 1 if beams > 1 else 1
    wide = max(3 * spec.feed_forward_size + 4 * spec.hidden_size, spec.head_count * 4)
    step = min(options.context_tokens, _STEP_TOKENS)
    # One row of logits, in the level's precision and as 32-bit numbers for choosing.
    compute = step * wide * item + spec.vocab_size * (item + 4) + _PROCESS_BYTES
    return MemoryEstimate(weight_bytes(spec, level), cache, compute)


def _linear_weights(spec: ModelSpec) -> int:
    """Weights of the layers' matrices, which alone the 8- and 4-bit levels quantize."""
    head = spec.head_dim or (spec.hidden_size // spec.head_count if spec.head_count else 0)
    queries = spec.head_count * head
    keys = (spec.head_count_kv or spec.head_count) * head
    attention = 2 * spec.hidden_size * (queries + keys)
    network = 3 * spec.hidden_size * spec.feed_forward_size
    return spec.layer_count * (attention + network)
