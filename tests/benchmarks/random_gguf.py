"""GGUF files of any shape with random weights: speed does not depend on what the weights are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

CHATML_TOKENS = ("<|im_start|>", "<|im_end|>")
_BYTE, _CONTROL, _NORMAL, _UNKNOWN = 6, 3, 1, 2
_SYLLABLES = 11_172


@dataclass(frozen=True)
class ModelShape:
    """Sizes of a Llama."""

    layers: int
    hidden: int
    feed_forward: int
    heads: int
    heads_kv: int
    vocab: int = 32_000
    context: int = 4_096

    @property
    def head_dim(self) -> int:
        return self.hidden // self.heads


SMALL = ModelShape(layers=6, hidden=288, feed_forward=768, heads=6, heads_kv=6)
"""15M class (embeddings apart), as the reference figures were taken with."""
MEDIUM = ModelShape(layers=12, hidden=768, feed_forward=2_048, heads=12, heads_kv=4)
"""Large enough for reading a prompt to dominate everything else."""
TINY = ModelShape(layers=2, hidden=64, feed_forward=128, heads=4, heads_kv=2, vocab=1_024)
"""For tests: written in a blink."""


def write_random_gguf(
    path: Path,
    shape: ModelShape,
    *,
    quantization: str = "f16",
    seed: int = 7,
    metadata: dict[str, str] | None = None,
    architecture: str = "llama",
    adds_bos: bool = True,
) -> Path:
    """Write ``path`` with ``f16`` or ``q4_0`` weights; ``metadata`` are further text keys.

    The vocabulary is SentencePiece-like: bytes, ChatML's special tokens, Hangul syllables and
    made-up words. No token ends an answer but ``</s>``, which such a model hardly ever chooses.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("random")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads_kv)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_vocab_size(shape.vocab)
    for key, value in (metadata or {}).items():
        writer.add_string(key, value)
    _add_vocabulary(writer, shape.vocab)
    writer.add_add_bos_token(adds_bos)
    _add_tensors(writer, shape, quantization, np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def syllable_ids(vocab: int) -> range:
    """Ids of the tokens that are one Hangul syllable."""
    first = 3 + 256 + len(CHATML_TOKENS) + 1 + 94
    return range(first, first + min((vocab - first) // 2, _SYLLABLES))


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    types = [_UNKNOWN, _CONTROL, _CONTROL, *([_BYTE] * 256)]
    tokens += CHATML_TOKENS
    types += [_CONTROL] * len(CHATML_TOKENS)
    tokens += ["▁", *map(chr, range(0x21, 0x7F))]
    tokens += [chr(0xAC00 + i * 5 % _SYLLABLES) for i in range(len(syllable_ids(size)))]
    tokens += [f"▁w{number}" for number in range(size - len(tokens))]
    types += [_NORMAL] * (size - len(types))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_scores([-float(rank) for rank in range(size)])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def _add_tensors(
    writer: gguf.GGUFWriter, shape: ModelShape, quantization: str, random: np.random.Generator
) -> None:
    kv = shape.head_dim * shape.heads_kv

    def add(name: str, rows: int, columns: int) -> None:
        values = random.standard_normal((rows, columns), dtype=np.float32) * columns**-0.5
        if name == "output.weight":
            # Neither the end of the answer nor a part of a character may come by chance:
            # llama-cpp-python's streaming takes cubic time over bytes that are no text.
            values[: 3 + 256 + len(CHATML_TOKENS)] = 0.0
        _add_matrix(writer, name, values, quantization)

    def add_norm(name: str) -> None:
        writer.add_tensor(name, np.ones(shape.hidden, dtype=np.float32))

    add("token_embd.weight", shape.vocab, shape.hidden)
    add("output.weight", shape.vocab, shape.hidden)
    add_norm("output_norm.weight")
    for layer in range(shape.layers):
        sizes: Sequence[tuple[str, int, int]] = (
            ("attn_q", shape.hidden, shape.hidden),
            ("attn_k", kv, shape.hidden),
            ("attn_v", kv, shape.hidden),
            ("attn_output", shape.hidden, shape.hidden),
            ("ffn_gate", shape.feed_forward, shape.hidden),
            ("ffn_up", shape.feed_forward, shape.hidden),
            ("ffn_down", shape.hidden, shape.feed_forward),
        )
        for name, rows, columns in sizes:
            add(f"blk.{layer}.{name}.weight", rows, columns)
        add_norm(f"blk.{layer}.attn_norm.weight")
        add_norm(f"blk.{layer}.ffn_norm.weight")


def _add_matrix(
    writer: gguf.GGUFWriter, name: str, values: NDArray[np.float32], quantization: str
) -> None:
    if quantization == "f16":
        writer.add_tensor(name, values.astype(np.float16))
        return
    kind = gguf.GGMLQuantizationType[quantization.upper()]
    writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
