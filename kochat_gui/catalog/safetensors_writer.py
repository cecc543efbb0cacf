"""Writes safetensors: an 8-byte length, a JSON header, then the tensors one after another."""

import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from kochat_gui.catalog.safetensors_header import MAX_HEADER_BYTES

_ALIGNMENT = 8
_RESERVED = "__metadata__"


@dataclass(frozen=True)
class NewTensor:
    """A tensor to be written."""

    dtype: str
    """As safetensors spells it: ``F16`` …"""
    shape: tuple[int, ...]
    size: int
    """Bytes."""


def encode_safetensors_header(tensors: Mapping[str, NewTensor]) -> bytes:
    """Everything before the data, which must follow in the order of ``tensors``.

    Raises ``ValueError`` for names that the format cannot have.
    """
    plain: dict[str, object] = {_RESERVED: {"format": "pt"}}
    offset = 0
    for name, tensor in tensors.items():
        if name == _RESERVED:
            raise ValueError(f"a tensor named {name}")
        plain[name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.size],
        }
        offset += tensor.size
    header = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    header = header.ljust(-(-len(header) // _ALIGNMENT) * _ALIGNMENT)
    if len(header) > MAX_HEADER_BYTES:
        raise ValueError("a header that is too long")
    return struct.pack("<Q", len(header)) + header


def write_slabs(out: BinaryIO, slabs: Iterable[bytes], size: int) -> None:
    """Write one tensor's data; raises ``ValueError`` unless they are ``size`` bytes."""
    written = 0
    for slab in slabs:
        out.write(slab)
        written += len(slab)
    if written != size:
        raise ValueError(f"{written} bytes for a tensor of {size}")
