"""What a safetensors file says about itself, read with bounds first; no numpy, no torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.catalog.file_errors import bad_header, empty, reading, too_long, truncated
from kochat_gui.core.regular_file import open_regular

MAX_HEADER_BYTES = 100 * 10**6
MAX_KEYS = 200_000
MAX_DIMENSIONS = 8
_LENGTH_BYTES = 8
_MAX_INT64 = 2**63 - 1

ITEM_BYTES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "I32": 4,
    "I16": 2,
    "I8": 1,
    "U64": 8,
    "U32": 4,
    "U16": 2,
    "U8": 1,
    "BOOL": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
}


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor is."""

    path: Path
    dtype: str
    """A key of :data:`ITEM_BYTES`."""
    shape: tuple[int, ...]
    offset: int
    """From the start of the file."""
    size: int
    """Bytes."""


def read_safetensors_header(path: Path) -> dict[str, StoredTensor]:
    """Read and check the header of ``path``: tensors by name, in file order.

    Raises ``ModelMissingError`` or ``ModelDamagedError``.
    """
    with reading(path), open_regular(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size == 0:
            raise empty(path)
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if size < _LENGTH_BYTES or length > MAX_HEADER_BYTES:
            raise bad_header(path, "its length is impossible")
        start = _LENGTH_BYTES + length
        if start > size:
            raise truncated(path, start - size)
        plain = parse_json_object(file.read(length), path)
    plain.pop("__metadata__", None)
    if len(plain) > MAX_KEYS:
        raise bad_header(path, f"{len(plain):,} tensors")
    tensors = {name: _read_tensor(entry, start, path) for name, entry in plain.items()}
    _check_places(tensors, start, size, path)
    return tensors


def parse_json_object(content: bytes, path: Path) -> dict[str, Any]:
    """Parse untrusted JSON whose top is an object; raises ``ModelDamagedError``."""
    try:
        plain = json.loads(content.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise bad_header(path, "it is not JSON") from error
    if not isinstance(plain, dict):
        raise bad_header(path, "it is not a JSON object")
    return plain


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


def _read_tensor(entry: object, start: int, path: Path) -> StoredTensor:
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [begin, end]}:
            lengths = tuple(n for n in [*shape, begin, end] if type(n) is int and n >= 0)
        case _:
            raise bad_header(path, "a tensor is not described")
    if len(lengths) != len(shape) + 2 or len(shape) > MAX_DIMENSIONS or dtype not in ITEM_BYTES:
        raise bad_header(path, "a tensor's description is impossible")
    size = ITEM_BYTES[dtype]
    for length in lengths[:-2]:
        size *= length
        if size > _MAX_INT64:
            raise bad_header(path, "a tensor of impossible size")
    if end - begin != size:
        raise bad_header(path, "a tensor's size does not fit its shape")
    return StoredTensor(path, dtype, lengths[:-2], start + begin, size)


def _check_places(tensors: dict[str, StoredTensor], start: int, size: int, path: Path) -> None:
    """The tensors follow one another without holes, up to the end of the file."""
    position = start
    for tensor in sorted(tensors.values(), key=lambda t: (t.offset, t.size)):
        if tensor.offset != position:
            raise bad_header(path, "a tensor is not where it should be")
        position += tensor.size
    if position > size:
        raise truncated(path, position - size)
    if position < size:
        raise too_long(path, size - position)
