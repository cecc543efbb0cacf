"""Sizes that model cards of 2023 print: the GGML layout that ``quantize`` wrote in August 2023.

The k-quants build of that month kept ``output.weight`` finer than its level, in q6_k, whenever
both its dimensions divide by 256, and in the level itself otherwise. What a card prints is told
apart from what the layout gives, because one figure of the seven of Llama-2-Ko is not from a file
of that model.
"""

from dataclasses import replace
from enum import Enum

from kochat_gui.catalog.gguf_format import TENSOR_TYPE_IDS, TENSOR_TYPES, padded, tensor_bytes
from kochat_gui.core.models import ModelSpec

CARD_LEVELS = ("q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "f16", "f32")
LLAMA_VOCABULARY = 32_000
"""Pieces of Llama's own tokenizer."""
_FINE_BLOCK = 256
_START_BYTES = 4 + 4 + 7 * 4
_RECORD_BYTES = 3 * 4
"""Of a tensor besides its dimensions, name and data."""
_PIECE_BYTES = 4 + 6 + 4
"""Length, text and score of a piece: two Hangul syllables or six letters."""
_GB = 10**9


class CardMatch(Enum):
    """How a printed size agrees with the layout."""

    AGREES = "agrees"
    PLAIN_VOCABULARY = "plain_vocabulary"
    """It is the size of a file with the 32,000 pieces of Llama: the added ones are missing."""
    DIFFERS = "differs"


def card_bytes(spec: ModelSpec, level: str) -> int:
    """Bytes of the GGML file of ``spec`` at ``level``, a name of ``CARD_LEVELS``.

    Pieces are taken to be of middling length, which matters in the fourth digit only.
    """
    hidden, wide, words = spec.hidden_size, spec.feed_forward_size, spec.vocab_size
    kv_width = spec.head_dim * (spec.head_count_kv or spec.head_count)
    is_fine = hidden % _FINE_BLOCK == 0 and words % _FINE_BLOCK == 0
    output = "q6_k" if is_fine and level.startswith("q") else level
    size = _START_BYTES + words * _PIECE_BYTES
    size = _after(size, "tok_embeddings.weight", level, (hidden, words))
    size = _after(size, "norm.weight", "f32", (hidden,))
    size = _after(size, "output.weight", output, (hidden, words))
    for layer in range(spec.layer_count):
        for name, shape in (
            ("attention.wq", (hidden, hidden)),
            ("attention.wk", (hidden, kv_width)),
            ("attention.wv", (hidden, kv_width)),
            ("attention.wo", (hidden, hidden)),
            ("feed_forward.w1", (hidden, wide)),
            ("feed_forward.w2", (wide, hidden)),
            ("feed_forward.w3", (hidden, wide)),
        ):
            size = _after(size, f"layers.{layer}.{name}.weight", level, shape)
        for name in ("attention_norm", "ffn_norm"):
            size = _after(size, f"layers.{layer}.{name}.weight", "f32", (hidden,))
    return size


def compare_with_card(spec: ModelSpec, level: str, printed: str) -> CardMatch:
    """How ``printed``, gigabytes as a card writes them (``3.9``), fits the layout."""
    if _as_printed(card_bytes(spec, level), printed) == printed:
        return CardMatch.AGREES
    plain = replace(spec, vocab_size=LLAMA_VOCABULARY)
    if _as_printed(card_bytes(plain, level), printed) == printed:
        return CardMatch.PLAIN_VOCABULARY
    return CardMatch.DIFFERS


def _as_printed(size: int, printed: str) -> str:
    digits = len(printed.partition(".")[2])
    return f"{size / _GB:.{digits}f}"


def _after(start: int, name: str, type_name: str, shape: tuple[int, ...]) -> int:
    """Where the record of a tensor ends that begins at ``start``; data are aligned to 32."""
    head = padded(start + _RECORD_BYTES + 4 * len(shape) + len(name))
    return head + tensor_bytes(TENSOR_TYPES[TENSOR_TYPE_IDS[type_name]], shape)
