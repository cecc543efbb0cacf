"""Which tensors a Llama model of given sizes has, and what is wrong when a file has others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kochat_gui.catalog.file_errors import bad_header, unsupported
from kochat_gui.catalog.ggml_format import (
    ALIGNMENT,
    EMBEDDINGS,
    FIRST_GATE,
    FIRST_KEYS,
    OUTPUT,
    tensor_names,
)
from kochat_gui.catalog.ggml_pieces import vocabulary_mismatch
from kochat_gui.catalog.gguf_format import (
    FILE_TYPES,
    TENSOR_TYPE_IDS,
    TENSOR_TYPES,
    BlockLayout,
    padded,
    tensor_bytes,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

_RECORD_BYTES = 12
_FINE_BLOCK = 256


class Hyperparameters(NamedTuple):
    """The seven numbers at the beginning, in the order of the file."""

    vocab_size: int
    hidden_size: int
    multiple: int
    """The feed-forward size was rounded up to a multiple of it."""
    head_count: int
    layer_count: int
    rotary_size: int
    file_type: int

    @property
    def head_dim(self) -> int:
        """Weights per head."""
        return self.hidden_size // self.head_count


@dataclass(frozen=True, slots=True)
class GgmlTensor:
    """Where a tensor is."""

    name: str
    layout: BlockLayout
    shape: tuple[int, ...]
    """Fastest dimension first."""
    offset: int
    """Of its data, from the start of the file."""

    @property
    def type_name(self) -> str:
        """``f16``, ``q4_0`` …"""
        return self.layout.name

    @property
    def size(self) -> int:
        """Bytes of its data."""
        return tensor_bytes(self.layout, self.shape)


class Sizes(NamedTuple):
    """What only the tensors tell."""

    key_width: int
    """Rows of the key matrix: fewer than the hidden size with grouped queries."""
    feed_forward: int


def sizes_of(parameters: Hyperparameters, tensors: Mapping[str, GgmlTensor]) -> Sizes:
    """From the first layer; as LLaMA 1 would have them where a file ends before it."""
    keys, gate = tensors.get(FIRST_KEYS), tensors.get(FIRST_GATE)
    wide = -(-8 * parameters.hidden_size // 3 // parameters.multiple) * parameters.multiple
    return Sizes(
        keys.shape[-1] if keys else parameters.hidden_size, gate.shape[-1] if gate else wide
    )


def expected_shape(name: str, parameters: Hyperparameters, sizes: Sizes) -> tuple[int, ...]:
    """Of the tensor ``name``, fastest dimension first."""
    hidden = parameters.hidden_size
    if name in {EMBEDDINGS, OUTPUT}:
        return hidden, parameters.vocab_size
    match name.split(".")[-2]:
        case "wk" | "wv":
            return hidden, sizes.key_width
        case "w1" | "w3":
            return hidden, sizes.feed_forward
        case "w2":
            return sizes.feed_forward, hidden
        case "wq" | "wo":
            return hidden, hidden
        case _:
            return (hidden,)


def check_shapes(
    parameters: Hyperparameters, tensors: Mapping[str, GgmlTensor], path: Path
) -> Sizes:
    """Raise ``ModelError`` unless every tensor has the shape that the others imply."""
    sizes = sizes_of(parameters, tensors)
    embeddings = tensors[EMBEDDINGS]
    _check_parts(embeddings, parameters, path)
    listed = embeddings.shape[-1]
    if (
        embeddings.shape
        == (parameters.hidden_size, listed)
        != expected_shape(EMBEDDINGS, parameters, sizes)
    ):
        raise vocabulary_mismatch(path, parameters.vocab_size, listed)
    for name, tensor in tensors.items():
        if tensor.shape != expected_shape(name, parameters, sizes):
            raise bad_header(path, f"{name} of {' × '.join(map(str, tensor.shape))}")
        if len(tensor.shape) == 1 and tensor.type_name != "f32":
            raise bad_header(path, f"{name} in {tensor.type_name}")
    head_count_kv, rest = divmod(sizes.key_width, parameters.head_dim)
    if rest or parameters.head_count % head_count_kv:
        raise bad_header(path, f"{sizes.key_width:,} rows for {parameters.head_count} heads")
    return sizes


def _check_parts(embeddings: GgmlTensor, parameters: Hyperparameters, path: Path) -> None:
    """Early files of the larger models came in parts, each with a slice of every matrix."""
    parts, rest = divmod(parameters.hidden_size, embeddings.shape[0])
    if parts > 1 and not rest:
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} is one of {parts} parts of a model."),
            QT_TRANSLATE_NOOP(
                "ModelFiles", "KoChat cannot join these. Get the model as a single file."
            ),
            parts=parts,
        )


def missing_bytes(
    parameters: Hyperparameters,
    tensors: Mapping[str, GgmlTensor],
    unfinished: GgmlTensor | None,
    end: int,
    *,
    is_aligned: bool,
) -> int:
    """How long the file would be if it went on after ``end``, where the last whole tensor ends.

    Exact when the missing tensors are of the types of those that are there.
    """
    sizes = sizes_of(parameters, tensors)
    names = [name for name in tensor_names(parameters.layer_count) if name not in tensors]
    if unfinished and unfinished.name in names:
        names.remove(unfinished.name)
        names.insert(0, unfinished.name)
    for name in names:
        shape = expected_shape(name, parameters, sizes)
        layout = _likely_layout(name, shape, parameters, tensors)
        if unfinished and name == unfinished.name:
            shape, layout = unfinished.shape, unfinished.layout
        end += _RECORD_BYTES + 4 * len(shape) + len(name)
        end = padded(end, ALIGNMENT) if is_aligned else end
        end += tensor_bytes(layout, shape)
    return end


def _likely_layout(
    name: str,
    shape: tuple[int, ...],
    parameters: Hyperparameters,
    tensors: Mapping[str, GgmlTensor],
) -> BlockLayout:
    if len(shape) == 1:
        return TENSOR_TYPES[TENSOR_TYPE_IDS["f32"]]
    kind = ".".join(name.split(".")[2:]) or name
    alike = (tensor.layout for key, tensor in tensors.items() if key.endswith(kind))
    level = FILE_TYPES.get(parameters.file_type, "f16")
    own = TENSOR_TYPE_IDS.get(level[:4], TENSOR_TYPE_IDS["f16"])
    if name == OUTPUT and level[0] == "q" and not any(size % _FINE_BLOCK for size in shape):
        own = TENSOR_TYPE_IDS["q6_k"]
    return next(alike, TENSOR_TYPES[own])
