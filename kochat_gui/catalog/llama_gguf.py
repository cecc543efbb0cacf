"""How a Llama-family model looks in GGUF: names, metadata, and the exact size at every level."""

import re
from collections.abc import Iterable

from kochat_gui.catalog.gguf_format import (
    FILE_TYPE_IDS,
    QUANTIZATION_VERSION,
    TENSOR_TYPE_IDS,
    TENSOR_TYPES,
    ValueType,
)
from kochat_gui.catalog.gguf_writer import (
    PlannedTensor,
    Typed,
    TypedArray,
    data_bytes,
    encode_header,
)
from kochat_gui.catalog.llama_config import LlamaConfig
from kochat_gui.catalog.tokenizer_json import Vocabulary

PREPEND_SPACE_KEY = "kochat.prepend_space"
"""Own metadata: the engine puts one space before each text segment (where none is)."""
_FINE_BLOCK = 256
"""Rows that the output matrix's usual level (q6_k) needs a multiple of."""

_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_LAYER = re.compile(r"model\.layers\.(\d+)\.(.+)\.weight")


def gguf_name(name: str) -> str:
    """GGUF's name for a tensor of :meth:`LlamaConfig.tensor_shapes`."""
    match = _LAYER.fullmatch(name)
    if match is None:
        return _NAMES[name]
    return f"blk.{match[1]}.{_LAYER_NAMES[match[2]]}.weight"


def metadata(
    config: LlamaConfig, vocabulary: Vocabulary, name: str, level: str
) -> dict[str, Typed | TypedArray]:
    """All metadata of the file; only the level differs between the levels of one model."""

    def number(value: int) -> Typed:
        return Typed(ValueType.UINT32, value)

    def words(values: tuple[str, ...]) -> TypedArray:
        return TypedArray(ValueType.STRING, values)

    found: dict[str, Typed | TypedArray] = {
        "general.architecture": Typed(ValueType.STRING, "llama"),
        "general.name": Typed(ValueType.STRING, name),
        "general.file_type": number(FILE_TYPE_IDS[level]),
        "general.quantization_version": number(QUANTIZATION_VERSION),
        "llama.vocab_size": number(config.vocab_size),
        "llama.context_length": number(config.context_length),
        "llama.embedding_length": number(config.hidden_size),
        "llama.block_count": number(config.layer_count),
        "llama.feed_forward_length": number(config.feed_forward_size),
        "llama.rope.dimension_count": number(config.head_dim),
        "llama.rope.freq_base": Typed(ValueType.FLOAT32, config.rope_theta),
        "llama.attention.head_count": number(config.head_count),
        "llama.attention.head_count_kv": number(config.head_count_kv),
        "llama.attention.key_length": number(config.head_dim),
        "llama.attention.value_length": number(config.head_dim),
        "llama.attention.layer_norm_rms_epsilon": Typed(ValueType.FLOAT32, config.norm_epsilon),
        # llama.cpp's byte-fallback BPE with real merges; its "llama" model splits Korean wrongly.
        "tokenizer.ggml.model": Typed(ValueType.STRING, "gemma4"),
        "tokenizer.ggml.tokens": words(vocabulary.pieces),
        "tokenizer.ggml.token_type": TypedArray(ValueType.INT32, vocabulary.types),
        "tokenizer.ggml.merges": words(tuple(" ".join(pair) for pair in vocabulary.merges)),
        "tokenizer.ggml.bos_token_id": number(config.bos_id),
        "tokenizer.ggml.eos_token_id": number(config.eos_ids[0]),
        "tokenizer.ggml.add_bos_token": Typed(ValueType.BOOL, value=True),
        "tokenizer.ggml.add_space_prefix": Typed(ValueType.BOOL, value=False),
        PREPEND_SPACE_KEY: Typed(ValueType.BOOL, vocabulary.prepends_space),
    }
    if vocabulary.unknown_id is not None:
        found["tokenizer.ggml.unknown_token_id"] = number(vocabulary.unknown_id)
    return found


def planned_tensors(config: LlamaConfig, level: str) -> list[PlannedTensor]:
    """The tensors at ``level``, by the rules of llama.cpp's quantizer."""
    planned = []
    for name, shape in config.tensor_shapes().items():
        new_name = gguf_name(name)
        ends_model = new_name == "output.weight" or (
            config.is_output_tied and new_name == "token_embd.weight"
        )
        type_name = tensor_level(level, shape[-1], len(shape), ends_model=ends_model)
        planned.append(PlannedTensor(new_name, type_name, shape[::-1]))
    return planned


def tensor_level(level: str, row_length: int, dimensions: int, *, ends_model: bool) -> str:
    """Type of one tensor in a file of ``level``; ``ends_model`` marks the output matrix."""
    if dimensions < 2:
        return "f32"
    if level in {"f16", "f32"}:
        return level
    if row_length % TENSOR_TYPES[TENSOR_TYPE_IDS[level]].weights:
        return "f16"
    if ends_model and level != "q8_0":
        return "q6_k" if row_length % _FINE_BLOCK == 0 else "q8_0"
    return level


def file_bytes(
    config: LlamaConfig, vocabulary: Vocabulary, name: str, levels: Iterable[str]
) -> dict[str, int]:
    """Exact sizes of the files that conversions to ``levels`` make."""
    planned = {level: planned_tensors(config, level) for level in levels}
    # All levels have headers of one length: only numbers of fixed width differ.
    level, tensors = next(iter(planned.items()))
    header = len(encode_header(metadata(config, vocabulary, name, level), tensors))
    return {level: header + data_bytes(tensors) for level, tensors in planned.items()}
