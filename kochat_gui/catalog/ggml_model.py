"""Describes a GGML file by its header, and guesses what the header does not say."""

import re
from pathlib import Path

from kochat_gui.catalog.ggml_header import GgmlHeader, read_ggml_header
from kochat_gui.catalog.ggml_vocabulary import has_unordered_korean
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import ImportOptions, ModelFormat, ModelSpec

_LLAMA_PIECES = frozenset({32_000, 32_001})
"""Llama's own vocabulary, perhaps with a padding token."""
_CODE_LLAMA_PIECES = 32_016
_SECOND = re.compile(r"llama[-_ .]?(?:v)?2|komt", re.IGNORECASE)
_KOMT = re.compile("komt", re.IGNORECASE)
_LLAMA_2_KO = re.compile(r"llama[-_ .]?2[-_ .]ko(?![a-z])", re.IGNORECASE)

_UNORDERED_KOREAN = QT_TRANSLATE_NOOP(
    "ModelFiles",
    "This file lists its Korean tokens without saying how they are put together. "
    "Answers are right; for questions to be read exactly as in training, "
    "import it with the original model's tokenizer.json.",
)
_PLAIN_VOCABULARY = QT_TRANSLATE_NOOP(
    "ModelFiles",
    "The name says Llama-2-Ko, but the vocabulary is the 32,000 tokens of Llama 2, "
    "which split Korean into many small pieces.",
)


def describe_ggml(path: Path, options: ImportOptions | None = None) -> ModelSpec:
    """Describe ``path``; without ``options``, with those that fit models of its shape and name.

    Raises what :func:`read_ggml_header` raises.
    """
    header = read_ggml_header(path)
    options = options or guessed_options(header, path.stem)
    parameters = header.parameters
    return ModelSpec(
        model_id=str(path),
        name=path.stem,
        path=path,
        format=ModelFormat.GGML,
        quantization=header.file_type,
        size_bytes=header.file_size,
        architecture="llama",
        parameter_count=header.parameter_count,
        context_length=options.context_length,
        vocab_size=parameters.vocab_size,
        layer_count=parameters.layer_count,
        hidden_size=parameters.hidden_size,
        feed_forward_size=header.feed_forward_size,
        head_count=parameters.head_count,
        head_count_kv=header.head_count_kv,
        head_dim=parameters.head_dim,
        import_options=options,
        remarks=_remarks(header, path.stem, options),
    )


def guessed_options(header: GgmlHeader, name: str) -> ImportOptions:
    """Context length, norm epsilon and RoPE base of the likeliest model of this shape and name."""
    vocab_size = header.parameters.vocab_size
    if vocab_size == _CODE_LLAMA_PIECES:
        return ImportOptions(context_length=16_384, norm_epsilon=1e-5, rope_base=1_000_000.0)
    if vocab_size not in _LLAMA_PIECES:
        return ImportOptions(context_length=2048, norm_epsilon=1e-5)
    is_grouped = header.head_count_kv < header.parameters.head_count
    if not is_grouped and not _SECOND.search(name):
        return ImportOptions(context_length=2048, norm_epsilon=1e-6)
    # komt's first release has 32,001 tokens and LLaMA 1's epsilon.
    is_first_komt = vocab_size == max(_LLAMA_PIECES) and _KOMT.search(name)
    return ImportOptions(context_length=4096, norm_epsilon=1e-6 if is_first_komt else 1e-5)


def _remarks(header: GgmlHeader, name: str, options: ImportOptions) -> tuple[TextKey, ...]:
    found = []
    if options.tokenizer is None and has_unordered_korean(header.pieces):
        found.append(_UNORDERED_KOREAN)
    if header.parameters.vocab_size in _LLAMA_PIECES and _LLAMA_2_KO.search(name):
        found.append(_PLAIN_VOCABULARY)
    return tuple(found)
