"""Writes the header of a GGUF file; the tensor data follow it, each padded to the alignment."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kochat_gui.catalog.gguf_format import (
    MAGIC,
    SCALAR_FORMATS,
    TENSOR_TYPE_IDS,
    TENSOR_TYPES,
    ValueType,
    padded,
    tensor_bytes,
)

_VERSION = 3


@dataclass(frozen=True)
class Typed:
    """A metadata value with its type."""

    kind: ValueType
    value: int | float | bool | str


@dataclass(frozen=True)
class TypedArray:
    """An array in the metadata."""

    item_kind: ValueType
    values: Sequence[int | float | bool | str]


Metadata = Mapping[str, Typed | TypedArray]


@dataclass(frozen=True)
class PlannedTensor:
    """A tensor to be written."""

    name: str
    type_name: str
    """A layout's name: ``f16``, ``q4_0`` …"""
    shape: tuple[int, ...]
    """Fastest dimension first."""

    @property
    def size(self) -> int:
        """Bytes, without padding."""
        return tensor_bytes(TENSOR_TYPES[TENSOR_TYPE_IDS[self.type_name]], self.shape)


def encode_header(metadata: Metadata, tensors: Sequence[PlannedTensor]) -> bytes:
    """Everything before the tensor data, padded."""
    parts = [MAGIC, struct.pack("<IQQ", _VERSION, len(tensors), len(metadata))]
    for key, value in metadata.items():
        parts.append(_text(key))
        parts += _encoded(value)
    offset = 0
    for tensor in tensors:
        dimensions = len(tensor.shape)
        parts.append(_text(tensor.name))
        parts.append(struct.pack(f"<I{dimensions}Q", dimensions, *tensor.shape))
        parts.append(struct.pack("<IQ", TENSOR_TYPE_IDS[tensor.type_name], offset))
        offset += padded(tensor.size)
    header = b"".join(parts)
    return header.ljust(padded(len(header)), b"\0")


def data_bytes(tensors: Sequence[PlannedTensor]) -> int:
    """Size of the data section."""
    return sum(padded(tensor.size) for tensor in tensors)


def _encoded(value: Typed | TypedArray) -> list[bytes]:
    if isinstance(value, Typed):
        return [struct.pack("<I", value.kind), _item(value.kind, value.value)]
    head = struct.pack("<IIQ", ValueType.ARRAY, value.item_kind, len(value.values))
    return [head, *(_item(value.item_kind, item) for item in value.values)]


def _item(kind: ValueType, value: float | str) -> bytes:
    return _text(value) if isinstance(value, str) else struct.pack(SCALAR_FORMATS[kind], value)


def _text(text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    return struct.pack("<Q", len(content)) + content
