"""Cuts a GGUF file into parts, as the tool of llama.cpp does."""

import struct
from pathlib import Path

from kochat_gui.catalog.gguf_format import TENSOR_TYPE_IDS, ValueType, padded
from kochat_gui.catalog.gguf_header import GgufTensor, read_gguf_header

_COUNTS_END = 24
"""Bytes before the metadata: magic, version, two counts."""


def split_gguf(whole: Path, stem: Path, count: int) -> list[Path]:
    """Write ``stem-00001-of-0000N.gguf`` …; the first part keeps all metadata."""
    header, content = read_gguf_header(whole), whole.read_bytes()
    paths = [stem.with_name(f"{stem.name}-{n + 1:05}-of-{count:05}.gguf") for n in range(count)]
    for index, path in enumerate(paths):
        tensors = header.tensors[index::count]
        own = content[_COUNTS_END : header.metadata_end] if index == 0 else b""
        keys = 3 + (len(header.metadata) if own else 0)
        head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), keys) + own
        head += _entry("split.no", ValueType.UINT16, struct.pack("<H", index))
        head += _entry("split.count", ValueType.UINT16, struct.pack("<H", count))
        total = struct.pack("<i", len(header.tensors))
        head += _entry("split.tensors.count", ValueType.INT32, total)
        data = b""
        for tensor in tensors:
            head += _info(tensor, len(data))
            start = header.data_offset + tensor.offset
            data += content[start : start + padded(tensor.size)]
        path.write_bytes(head.ljust(padded(len(head)), b"\0") + data)
    return paths


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _entry(key: str, kind: ValueType, value: bytes) -> bytes:
    return _text(key) + struct.pack("<I", kind) + value


def _info(tensor: GgufTensor, offset: int) -> bytes:
    dimensions = len(tensor.shape)
    shape = struct.pack(f"<I{dimensions}Q", dimensions, *tensor.shape)
    kind = TENSOR_TYPE_IDS[tensor.layout.name]
    return _text(tensor.name) + shape + struct.pack("<IQ", kind, offset)
