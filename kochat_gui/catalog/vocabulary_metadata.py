"""A vocabulary in GGUF's metadata."""

from collections.abc import Sequence

from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_writer import Typed, TypedArray
from kochat_gui.catalog.self_test import SELF_TEST_KEY, has_self_test
from kochat_gui.catalog.vocabulary import TokenizerKind, Vocabulary

SPACE_KEY = "kochat.prefix_space"
"""Own metadata: a value of ``PrefixSpace``; the engine puts the space there, llama.cpp none."""
COMPOSES_KEY = "kochat.composes_text"
"""Own metadata: the engine brings text to NFC first, which llama.cpp does not."""


def vocabulary_metadata(
    vocabulary: Vocabulary,
    eos_ids: Sequence[int],
    bos_id: int | None = None,
    pad_id: int | None = None,
) -> dict[str, Typed | TypedArray]:
    """Everything under ``tokenizer.ggml``, and what KoChat's engine does itself.

    ``eos_ids``: the tokens that end an answer, the one that ends a text first. ``bos_id`` counts
    where the tokenizer itself names no first token.
    """

    def number(value: int) -> Typed:
        return Typed(ValueType.UINT32, value)

    def flag(value: bool) -> Typed:
        return Typed(ValueType.BOOL, value)

    found: dict[str, Typed | TypedArray] = {
        "tokenizer.ggml.model": Typed(ValueType.STRING, vocabulary.kind.value),
        "tokenizer.ggml.pre": Typed(ValueType.STRING, vocabulary.splitter or "default"),
        "tokenizer.ggml.tokens": TypedArray(ValueType.STRING, vocabulary.pieces),
        "tokenizer.ggml.token_type": TypedArray(ValueType.INT32, vocabulary.types),
    }
    if vocabulary.kind is TokenizerKind.SENTENCEPIECE:
        found["tokenizer.ggml.scores"] = TypedArray(ValueType.FLOAT32, vocabulary.scores)
    else:
        merges = tuple(" ".join(pair) for pair in vocabulary.merges)
        found["tokenizer.ggml.merges"] = TypedArray(ValueType.STRING, merges)
    first = bos_id if vocabulary.first_id is None else vocabulary.first_id
    # Left out, it would be 11 for byte-level vocabularies, whatever that token is.
    first = eos_ids[0] if first is None else first
    found |= {
        "tokenizer.ggml.bos_token_id": number(first),
        "tokenizer.ggml.eos_token_id": number(eos_ids[0]),
        "tokenizer.ggml.add_bos_token": flag(vocabulary.first_id is not None),
        "tokenizer.ggml.add_eos_token": flag(value=False),
        "tokenizer.ggml.add_space_prefix": flag(
            # Other programs have no better way; KoChat's engine reads its own key.
            vocabulary.kind is TokenizerKind.SENTENCEPIECE and vocabulary.prepends_space
        ),
        SPACE_KEY: Typed(ValueType.STRING, vocabulary.space.value),
        COMPOSES_KEY: flag(vocabulary.composes),
    }
    others = eos_ids[1:]
    if others:
        found["tokenizer.ggml.eot_token_id"] = number(others[-1])
    if len(others) > 1:
        found["tokenizer.ggml.eom_token_id"] = number(others[0])
    if pad_id is not None:
        found["tokenizer.ggml.padding_token_id"] = number(pad_id)
    if vocabulary.unknown_id is not None:
        found["tokenizer.ggml.unknown_token_id"] = number(vocabulary.unknown_id)
    if has_self_test(vocabulary):
        # Written before the test is made; a file that fails it is thrown away.
        found[SELF_TEST_KEY] = flag(value=True)
    return found
