"""Numbers and names of the GGML containers of 2023, which came before GGUF."""

import re

from kochat_gui.catalog.gguf_format import TENSOR_TYPES, BlockLayout

MAGICS: dict[bytes, str] = {b"lmgg": "ggml", b"fmgg": "ggmf", b"tjgg": "ggjt"}
"""First four bytes: ggml has no version and no scores, ggjt aligns its tensors."""
VERSIONS: dict[str, tuple[int, ...]] = {"ggmf": (1,), "ggjt": (1, 2, 3)}
ALIGNMENT = 32
"""Of tensor data in ggjt files, from the start of the file."""
MAX_DIMENSIONS = 2
MAX_TENSOR_NAME = 64
NEWEST_LAYOUT = 3
_SINCE_VERSION = {0: 0, 1: 0, 6: 2, 7: 2, 2: 3, 3: 3, 8: 3, 10: 3, 11: 3, 12: 3, 13: 3, 14: 3}
"""Tensor types by the version from which on their blocks are packed as they are today."""
TYPE_NAMES: dict[int, str] = {4: "q4_2", 5: "q4_3"} | {
    number: TENSOR_TYPES[number].name for number in (*range(4), *range(6, 16))
}
"""Every type that these containers ever had."""

EMBEDDINGS, FINAL_NORM, OUTPUT = "tok_embeddings.weight", "norm.weight", "output.weight"
FIRST_KEYS, FIRST_GATE = "layers.0.attention.wk.weight", "layers.0.feed_forward.w1.weight"
GGUF_NAMES = {
    EMBEDDINGS: "token_embd.weight",
    FINAL_NORM: "output_norm.weight",
    OUTPUT: "output.weight",
}
LAYER_NAMES = {
    "attention.wq": "attn_q",
    "attention.wk": "attn_k",
    "attention.wv": "attn_v",
    "attention.wo": "attn_output",
    "attention_norm": "attn_norm",
    "feed_forward.w1": "ffn_gate",
    "feed_forward.w2": "ffn_down",
    "feed_forward.w3": "ffn_up",
    "ffn_norm": "ffn_norm",
}
"""In the order of the files that llama.cpp wrote."""
_LAYER = re.compile(r"layers\.(\d+)\.(\w+(?:\.\w+)?)\.weight")

OTHER_FAMILIES: tuple[tuple[bytes, str], ...] = (
    (b"gpt_neox.", "GPT-NeoX, Polyglot-Ko"),
    (b"encoder.conv1.", "Whisper"),
    (b"transformer.word_embeddings", "Falcon"),
    (b"word_embeddings", "BLOOM"),
    (b"query_key_value", "BLOOM"),
    (b"transformer.blocks.", "MPT"),
    (b"blocks.0.att.", "RWKV"),
    (b"transformer.h.", "GPT-J"),
    (b"model/wte", "GPT-2"),
    (b"model/h", "GPT-2"),
)
"""How tensors of other programs' models are called; theirs begin with the same four bytes."""


def current_layout(type_number: int, version: int) -> BlockLayout | None:
    """How a tensor is packed; None where it is not as in GGUF."""
    since = _SINCE_VERSION.get(type_number)
    return TENSOR_TYPES[type_number] if since is not None and version >= since else None


def gguf_name(name: str) -> str:
    """GGUF's name for one of :func:`tensor_names`."""
    match = _LAYER.fullmatch(name)
    return f"blk.{match[1]}.{LAYER_NAMES[match[2]]}.weight" if match else GGUF_NAMES[name]


def tensor_names(layer_count: int) -> list[str]:
    """All tensors of a Llama model, in the order of the files that llama.cpp wrote."""
    names = [EMBEDDINGS, FINAL_NORM, OUTPUT]
    for layer in range(layer_count):
        names += [f"layers.{layer}.{name}.weight" for name in LAYER_NAMES]
    return names
