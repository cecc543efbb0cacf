"""File size of every level of a model, before any of the files exist."""

from collections.abc import Sequence
from dataclasses import dataclass

from kochat_gui.catalog.ggml_gguf import ggml_file_bytes, planned_tensors
from kochat_gui.catalog.ggml_header import read_ggml_header
from kochat_gui.catalog.gguf_format import (
    DEFAULT_ALIGNMENT,
    TENSOR_TYPE_IDS,
    TENSOR_TYPES,
    padded,
    tensor_bytes,
)
from kochat_gui.catalog.gguf_header import SkippedArray
from kochat_gui.catalog.gguf_split import SPLIT_KEYS, GgufParts, read_gguf_parts
from kochat_gui.catalog.gguf_writer import data_bytes
from kochat_gui.catalog.hf_gguf import file_bytes
from kochat_gui.catalog.level_rules import (
    FLOAT_TYPES,
    ModelTraits,
    SourceTensor,
    dimension_count,
    is_quantizable,
    level_types,
)
from kochat_gui.catalog.safetensors_folder import read_hf_model
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from kochat_gui.core.models import (
    PRECISIONS,
    QUANTIZATIONS,
    ImportOptions,
    ModelFormat,
    ModelSpec,
)

_EXACT = frozenset({"llama", "qwen2", "qwen3", "gemma", "gemma2", "gemma3"})
"""Architectures whose mixtures ``level_rules`` knows; others have rules of their own."""
_ALWAYS_WRITTEN = ("general.quantization_version", "general.file_type")
_NUMBER_BYTES = 4
_KEY_BYTES = 8 + 4
"""Of a metadata entry besides key and value: the key's length and the value's type."""


@dataclass(frozen=True)
class FilePlan:
    """A GGUF file that levels are made from, as far as their sizes depend on it."""

    header_bytes: int
    """Before padding; the same at every level."""
    tensors: Sequence[SourceTensor]
    traits: ModelTraits
    is_exact: bool
    """The sizes are those that will be made; otherwise they are close."""

    def size_at(self, level: str) -> int:
        """Bytes of the file at ``level``."""
        types = level_types(level, self.tensors, self.traits)
        data = sum(padded(_bytes(types[tensor.name], tensor.shape)) for tensor in self.tensors)
        return padded(self.header_bytes) + data

    @property
    def makes_levels(self) -> bool:
        """Whether no matrix was quantized before: doing so twice loses more than a level says."""
        return all(
            tensor.type_name in FLOAT_TYPES for tensor in self.tensors if is_quantizable(tensor)
        )


def level_sizes(spec: ModelSpec) -> dict[str, int]:
    """Bytes of the file of every level that there is or that can be made.

    Exact for files made from safetensors, checkpoints and GGML; see :func:`sizes_are_exact` for
    GGUF. Reads headers only; raises ``ModelError``.
    """
    own = spec.quantization or ""
    match spec.format:
        case ModelFormat.SAFETENSORS | ModelFormat.CHECKPOINT:
            if spec.quantization in PRECISIONS:
                return {}  # quantized on disk in a way that no GGUF file can be made of
            model = read_hf_model(spec.path)
            vocabulary = read_tokenizer(model.tokenizer, model.config.vocab_size)
            return file_bytes(model.config, vocabulary, spec.name, QUANTIZATIONS)
        case ModelFormat.GGUF:
            plan = gguf_plan(read_gguf_parts(spec.path))
            return {**_made_levels(plan, own), own: spec.size_bytes}
        case ModelFormat.GGML:
            plan = _ggml_plan(spec)
            return {**_made_levels(plan, own), own: _own_bytes(plan)}
    return {own: spec.size_bytes}


def _own_bytes(plan: FilePlan) -> int:
    data = sum(padded(_bytes(tensor.type_name, tensor.shape)) for tensor in plan.tensors)
    return padded(plan.header_bytes) + data


def sizes_are_exact(spec: ModelSpec) -> bool:
    """Whether :func:`level_sizes` is to the byte; otherwise it is close."""
    if spec.format is not ModelFormat.GGUF:
        return True
    return gguf_plan(read_gguf_parts(spec.path)).is_exact


def _made_levels(plan: FilePlan, own: str) -> dict[str, int]:
    if own not in FLOAT_TYPES or not plan.makes_levels:
        return {}
    return {level: plan.size_at(level) for level in QUANTIZATIONS if level != own}


def gguf_plan(parts: GgufParts) -> FilePlan:
    """What a quantization of this GGUF model starts from."""
    header = parts.first
    architecture = str(header.metadata.get("general.architecture", ""))

    def number(key: str) -> int:
        value = header.metadata.get(f"{architecture}.{key}", 0)
        return value if type(value) is int else 0

    heads = number("attention.head_count")
    traits = ModelTraits(
        architecture,
        number("block_count"),
        heads,
        number("attention.head_count_kv") or heads,
    )
    has_odd_layers = any(
        isinstance(header.metadata.get(f"{architecture}.attention.{key}"), SkippedArray)
        for key in ("head_count", "head_count_kv")
    )
    tensors = [SourceTensor(t.name, t.layout.name, t.shape) for t in parts.tensors]
    is_exact = (
        architecture in _EXACT
        and not has_odd_layers
        and not number("expert_count")
        and header.alignment == DEFAULT_ALIGNMENT
    )
    return FilePlan(_header_bytes(parts), tensors, traits, is_exact)


def _header_bytes(parts: GgufParts) -> int:
    """Of the single file that the quantizer writes: all tensors, no split keys."""
    metadata = parts.first.metadata
    count = parts.first.metadata_end
    count += sum(_entry_bytes(key) for key in _ALWAYS_WRITTEN if key not in metadata)
    count -= sum(
        _KEY_BYTES + len(key) + size for key, size in SPLIT_KEYS.items() if key in metadata
    )
    return count + sum(_info_bytes(tensor.name, tensor.shape) for tensor in parts.tensors)


def _entry_bytes(key: str) -> int:
    return _KEY_BYTES + len(key) + _NUMBER_BYTES


def _info_bytes(name: str, shape: tuple[int, ...]) -> int:
    return 8 + len(name.encode()) + 4 + 8 * dimension_count(shape) + 4 + 8


def _ggml_plan(spec: ModelSpec) -> FilePlan:
    planned = planned_tensors(read_ggml_header(spec.path))
    tensors = [SourceTensor(t.name, t.type_name, t.shape) for t in planned]
    options = spec.import_options or ImportOptions()
    header = ggml_file_bytes(spec.path, spec.name, options) - data_bytes(planned)
    traits = ModelTraits(
        "llama", spec.layer_count, spec.head_count, spec.head_count_kv or spec.head_count
    )
    return FilePlan(header, tensors, traits, is_exact=True)


def _bytes(type_name: str, shape: tuple[int, ...]) -> int:
    return tensor_bytes(TENSOR_TYPES[TENSOR_TYPE_IDS[type_name]], shape)
