"""How a model looks in GGUF: names, metadata, and the exact size at every level."""

import re
from collections.abc import Iterable
from functools import lru_cache

from kochat_gui.catalog.families import WindowUse
from kochat_gui.catalog.gguf_format import (
    FILE_TYPE_IDS,
    QUANTIZATION_VERSION,
    ValueType,
)
from kochat_gui.catalog.gguf_writer import (
    PlannedTensor,
    Typed,
    TypedArray,
    data_bytes,
    encode_header,
)
from kochat_gui.catalog.hf_config import EMBEDDING, LAST_NORM, OUTPUT, HfConfig
from kochat_gui.catalog.level_rules import ModelTraits, SourceTensor, level_types
from kochat_gui.catalog.vocabulary import Vocabulary
from kochat_gui.catalog.vocabulary_metadata import vocabulary_metadata

ROPE_FACTORS = "rope_freqs.weight"
"""Made from the config, not read."""
_NAMES = {
    EMBEDDING: "token_embd.weight",
    LAST_NORM: "output_norm.weight",
    OUTPUT: "output.weight",
}
_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)")


def gguf_name(config: HfConfig, name: str) -> str:
    """GGUF's name for a tensor of :meth:`HfConfig.tensor_shapes`."""
    match = _LAYER.fullmatch(name)
    if match is None:
        return _NAMES[name]
    return f"blk.{match[1]}.{_layer_names(config)[match[2]]}"


@lru_cache(maxsize=8)
def _layer_names(config: HfConfig) -> dict[str, str]:
    return {tensor.source: tensor.target for tensor in config.layer_tensors}


def metadata(
    config: HfConfig, vocabulary: Vocabulary, name: str, level: str
) -> dict[str, Typed | TypedArray]:
    """All metadata of the file; only the level differs between the levels of one model."""
    found: dict[str, Typed | TypedArray] = {
        "general.architecture": _text(config.family.architecture),
        "general.type": _text("model"),
        "general.name": _text(name),
    }
    if config.licence:
        found["general.license"] = _text(config.licence)
    found |= {
        "general.file_type": _number(FILE_TYPE_IDS[level]),
        "general.quantization_version": _number(QUANTIZATION_VERSION),
    }
    prefix = config.family.architecture
    found |= {f"{prefix}.{key}": value for key, value in _architecture(config).items()}
    found |= vocabulary_metadata(vocabulary, config.eos_ids, config.bos_id, config.pad_id)
    if config.chat_template:
        found["tokenizer.chat_template"] = _text(config.chat_template)
    return found


def _architecture(config: HfConfig) -> dict[str, Typed | TypedArray]:
    found: dict[str, Typed | TypedArray] = {
        "vocab_size": _number(config.vocab_size),
        "context_length": _number(config.context_length),
        "embedding_length": _number(config.hidden_size),
        "block_count": _number(config.layer_count),
        "feed_forward_length": _number(config.feed_forward_size),
        "attention.head_count": _number(config.head_count),
        "attention.head_count_kv": _number(config.head_count_kv),
        "attention.key_length": _number(config.head_dim),
        "attention.value_length": _number(config.head_dim),
        "attention.layer_norm_rms_epsilon": _fraction(config.norm_epsilon),
        "rope.dimension_count": _number(config.head_dim),
        "rope.freq_base": _fraction(config.rope.theta),
    }
    if config.rope.local_theta is not None:
        found["rope.freq_base_swa"] = _fraction(config.rope.local_theta)
    if config.rope.scaling in {"linear", "yarn"}:
        found["rope.scaling.type"] = _text(config.rope.scaling)
        found["rope.scaling.factor"] = _fraction(config.rope.factor)
    if config.rope.scaling == "yarn":
        found["rope.scaling.original_context_length"] = _number(config.rope.original_context)
    if config.family.window is WindowUse.LAYERS and config.window:
        found["attention.sliding_window"] = _number(config.window)
        found["attention.sliding_window_pattern"] = TypedArray(
            ValueType.BOOL, config.windowed_layers
        )
    if config.attention_cap is not None:
        found["attn_logit_softcapping"] = _fraction(config.attention_cap)
    if config.output_cap is not None:
        found["final_logit_softcapping"] = _fraction(config.output_cap)
    return found


def _number(value: int) -> Typed:
    return Typed(ValueType.UINT32, value)


def _fraction(value: float) -> Typed:
    return Typed(ValueType.FLOAT32, value)


def _text(value: str) -> Typed:
    return Typed(ValueType.STRING, value)


def planned_tensors(config: HfConfig, level: str) -> list[PlannedTensor]:
    """The tensors at ``level``, by the rules of llama.cpp's quantizer."""
    whole = [
        SourceTensor(gguf_name(config, name), "f32" if len(shape) < 2 else "f16", shape[::-1])
        for name, shape in config.tensor_shapes().items()
    ]
    factors = config.rope.frequency_factors(config.head_dim)
    if factors:
        whole.append(SourceTensor(ROPE_FACTORS, "f32", (len(factors),)))
    types = level_types(level, whole, model_traits(config))
    return [PlannedTensor(tensor.name, types[tensor.name], tensor.shape) for tensor in whole]


def model_traits(config: HfConfig) -> ModelTraits:
    """What the quantizer's mixtures depend on."""
    return ModelTraits(
        config.family.architecture, config.layer_count, config.head_count, config.head_count_kv
    )


def file_bytes(
    config: HfConfig, vocabulary: Vocabulary, name: str, levels: Iterable[str]
) -> dict[str, int]:
    """Exact sizes of the files that conversions to ``levels`` make."""
    planned = {level: planned_tensors(config, level) for level in levels}
    # All levels have headers of one length: only numbers of fixed width differ.
    level, tensors = next(iter(planned.items()))
    header = len(encode_header(metadata(config, vocabulary, name, level), tensors))
    return {level: header + data_bytes(tensors) for level, tensors in planned.items()}


def vocabulary_gguf(config: HfConfig, vocabulary: Vocabulary, name: str) -> bytes:
    """A GGUF file of the metadata alone, which llama.cpp loads for its tokenizer."""
    return encode_header(metadata(config, vocabulary, name, "f16"), ())
