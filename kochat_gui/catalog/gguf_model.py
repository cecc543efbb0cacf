"""Describes a GGUF model by the headers of its files."""

import math
from collections.abc import Mapping
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, damaged
from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_header import GgufHeader, SkippedArray, Value, read_gguf_header
from kochat_gui.catalog.gguf_split import GgufParts, read_gguf_parts
from kochat_gui.core.errors import AdapterGivenError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelFormat, ModelSpec

_LARGEST = 2**31 - 1
_EMBEDDINGS = "token_embd.weight"


def describe_gguf(path: Path) -> ModelSpec:
    """Describe the model that ``path`` is, or is a part of; the first part stands for all.

    Raises ``ModelDamagedError`` or ``ModelUnsupportedError``; ``AdapterGivenError`` for an adapter.
    """
    if read_gguf_header(path).metadata.get("general.type") == "adapter":
        raise adapter_given(path)
    parts = read_gguf_parts(path)
    header = parts.first
    path = parts.paths[0]
    architecture = header.metadata.get("general.architecture")
    if not isinstance(architecture, str) or not parts.tensors:
        raise bad_header(path, "it describes no model")
    numbers = _Numbers(header.metadata, architecture, path)
    heads, hidden = numbers.get("attention.head_count"), numbers.get("embedding_length")
    licence = header.metadata.get("general.license")
    title = header.metadata.get("general.name")
    return ModelSpec(
        model_id=str(path),
        name=parts.name,
        path=path,
        format=ModelFormat.GGUF,
        quantization=_level(parts),
        size_bytes=parts.file_size,
        architecture=architecture,
        parameter_count=sum(math.prod(tensor.shape) for tensor in parts.tensors),
        context_length=numbers.get("context_length"),
        vocab_size=_vocabulary_size(parts, path),
        layer_count=numbers.get("block_count"),
        hidden_size=hidden,
        feed_forward_size=numbers.get("feed_forward_length"),
        head_count=heads,
        head_count_kv=numbers.get("attention.head_count_kv") or heads,
        head_dim=numbers.get("attention.key_length") or (hidden // heads if heads else 0),
        licence=licence if isinstance(licence, str) else "",
        has_template="tokenizer.chat_template" in header.metadata,
        original_name=title if isinstance(title, str) else "",
    )


def adapter_given(path: Path) -> AdapterGivenError:
    """``path`` is an adapter where a model was expected."""
    return AdapterGivenError(
        QT_TRANSLATE_NOOP("ModelFiles", "{name} is an adapter, not a whole model."),
        kept=QT_TRANSLATE_NOOP("ModelFiles", "Nothing was changed."),
        advice=QT_TRANSLATE_NOOP(
            "ModelFiles", "Open the model that it was made for, and add the adapter to it."
        ),
        name=path.name,
    )


class _Numbers:
    """Counts among the metadata of one architecture."""

    def __init__(self, metadata: Mapping[str, Value], architecture: str, path: Path) -> None:
        self._metadata = metadata
        self._architecture = architecture
        self._path = path

    def get(self, name: str) -> int:
        """A count; 0 when absent or given per layer."""
        key = f"{self._architecture}.{name}"
        value = self._metadata.get(key, 0)
        if isinstance(value, SkippedArray):
            return 0
        if type(value) is not int or not 0 <= value <= _LARGEST:
            raise bad_header(self._path, f"impossible {key[:60]}")
        return value


def _level(parts: GgufParts) -> str:
    """As the first part says; in a part without weights nothing else can be told from."""
    first = parts.first
    with_weights: list[GgufHeader] = [header for header in parts.headers if header.tensors]
    return first.file_type if first.tensors or first.file_type else with_weights[0].file_type


def _vocabulary_size(parts: GgufParts, path: Path) -> int:
    """Pieces in the vocabulary; it has to be as long as the table of embeddings."""
    tokens = parts.first.metadata.get("tokenizer.ggml.tokens")
    if not isinstance(tokens, SkippedArray) or tokens.item_type is not ValueType.STRING:
        return 0
    for tensor in parts.tensors:
        if tensor.name == _EMBEDDINGS and math.prod(tensor.shape[1:]) != tokens.count:
            raise damaged(
                path,
                QT_TRANSLATE_NOOP(
                    "ModelFiles",
                    "The vocabulary of {name} has {pieces} tokens, but its weights are for {rows}.",
                ),
                pieces=f"{tokens.count:,}",
                rows=f"{math.prod(tensor.shape[1:]):,}",
            )
    return tokens.count
