"""What an imported GGML model looks like in GGUF: metadata, tensors, and its exact size."""

import math
from pathlib import Path

from kochat_gui.catalog.ggml_format import gguf_name
from kochat_gui.catalog.ggml_header import GgmlHeader, read_ggml_header
from kochat_gui.catalog.ggml_vocabulary import (
    BOS_ID,
    EOS_ID,
    joined_by_score,
    mended_vocabulary,
    rebuilt_vocabulary,
)
from kochat_gui.catalog.gguf_format import FILE_TYPE_IDS, QUANTIZATION_VERSION, ValueType
from kochat_gui.catalog.gguf_writer import (
    PlannedTensor,
    Typed,
    TypedArray,
    data_bytes,
    encode_header,
)
from kochat_gui.catalog.self_test import SELF_TEST_KEY, passes_self_test
from kochat_gui.catalog.vocabulary import Vocabulary
from kochat_gui.catalog.vocabulary_metadata import vocabulary_metadata
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ImportOptions

_MOST_TOKENS = 2**31 - 1


def ggml_vocabulary(header: GgmlHeader, options: ImportOptions, path: Path) -> Vocabulary:
    """The vocabulary that the model gets; reads the tokenizer that ``options`` name.

    Raises ``ModelError``: the tokenizer is missing, damaged, or that of another model.
    """
    size = header.parameters.vocab_size
    if options.tokenizer is None:
        return mended_vocabulary(header.pieces, size, path)
    return rebuilt_vocabulary(header.pieces, size, options.tokenizer, path)


def ggml_file_bytes(path: Path, name: str, options: ImportOptions) -> int:
    """Exact size of the GGUF file that an import makes; reads headers only.

    Raises what :func:`read_ggml_header` and :func:`ggml_vocabulary` raise.
    """
    header = read_ggml_header(path)
    vocabulary = ggml_vocabulary(header, options, path)
    tensors = planned_tensors(header)
    encoded = encode_header(metadata(header, vocabulary, options, name), tensors)
    return len(encoded) + data_bytes(tensors)


def planned_tensors(header: GgmlHeader) -> list[PlannedTensor]:
    """All tensors as they are stored, under the names of GGUF.

    Query and key rows stay where they are: GGML files have them in GGUF's order already.
    """
    return [
        PlannedTensor(gguf_name(tensor.name), tensor.type_name, tensor.shape)
        for tensor in header.tensors
    ]


def metadata(
    header: GgmlHeader, vocabulary: Vocabulary, options: ImportOptions, name: str
) -> dict[str, Typed | TypedArray]:
    """All metadata of the file; raises ``UsageError`` for impossible options."""
    _check(options)
    parameters = header.parameters

    def number(value: int) -> Typed:
        return Typed(ValueType.UINT32, value)

    def fraction(value: float) -> Typed:
        return Typed(ValueType.FLOAT32, value)

    found: dict[str, Typed | TypedArray] = {
        "general.architecture": Typed(ValueType.STRING, "llama"),
        "general.name": Typed(ValueType.STRING, name),
        "general.file_type": number(FILE_TYPE_IDS[header.file_type]),
        "general.quantization_version": number(QUANTIZATION_VERSION),
        "llama.vocab_size": number(parameters.vocab_size),
        "llama.context_length": number(options.context_length),
        "llama.embedding_length": number(parameters.hidden_size),
        "llama.block_count": number(parameters.layer_count),
        "llama.feed_forward_length": number(header.feed_forward_size),
        "llama.rope.dimension_count": number(parameters.head_dim),
        "llama.rope.freq_base": fraction(options.rope_base),
        "llama.attention.head_count": number(parameters.head_count),
        "llama.attention.head_count_kv": number(header.head_count_kv),
        "llama.attention.layer_norm_rms_epsilon": fraction(options.norm_epsilon),
    }
    found |= vocabulary_metadata(vocabulary, [EOS_ID], BOS_ID)
    if SELF_TEST_KEY in found and options.tokenizer is None:
        passes = passes_self_test(vocabulary, lambda text: joined_by_score(vocabulary, text))
        found[SELF_TEST_KEY] = Typed(ValueType.BOOL, passes)
    return found


def _check(options: ImportOptions) -> None:
    fractions = (options.norm_epsilon, options.rope_base)
    if not 0 < options.context_length <= _MOST_TOKENS or not all(
        math.isfinite(value) and value > 0 for value in fractions
    ):
        raise UsageError(
            QT_TRANSLATE_NOOP(
                "ModelFiles",
                "Context length, norm epsilon and RoPE base must be numbers above 0.",
            )
        )
