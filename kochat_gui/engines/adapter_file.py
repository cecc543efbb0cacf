"""What is looked at in a GGUF adapter before llama.cpp gets it.

llama.cpp ends the process, not the load, when a key of an adapter has a wrong type or a tensor
cannot be multiplied. The model that is loaded in that process must survive a bad adapter.
"""

import io
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kochat_gui.core.regular_file import open_regular

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MAX_KEYS = 4_096
_MAX_TENSORS = 65_536
_MAX_TEXT = 1 << 20
_U32, _F32, _STRING, _ARRAY = 4, 6, 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, _U32: 4, 5: 4, _F32: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value by its type number in GGUF."""
_EXPECTED = {
    "general.alignment": _U32,
    "general.type": _STRING,
    "general.architecture": _STRING,
    "adapter.type": _STRING,
    "adapter.lora.alpha": _F32,
}
"""Types of the keys that llama.cpp reads without looking at their type."""
_WEIGHT_TYPES = frozenset({0, 1, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 30})
"""f32, f16, bf16 and the blocks that can be multiplied with, as ggml numbers them."""
_ACTIVATED_LATE = "adapter.alora.invocation_tokens"


class NotAnAdapterError(Exception):
    """The file is something else."""


class AdapterDamagedError(Exception):
    """The file is cut off, or not what it says."""


class AdapterKindError(Exception):
    """A sound adapter of a kind that cannot be applied."""


@dataclass(frozen=True)
class _Tensor:
    shape: tuple[int, ...]
    type_number: int


def check_adapter_file(path: Path) -> None:
    """Read the header; raises what is defined above, or ``OSError``."""
    with open_regular(path) as file:
        reader = _Reader(file)
        try:
            keys = reader.keys()
            tensors = reader.tensors()
        except (struct.error, UnicodeDecodeError) as error:
            raise AdapterDamagedError(str(error)) from error
    if keys.get("general.type") != "adapter":
        raise NotAnAdapterError("not an adapter")
    if keys.get("adapter.type") != "lora" or _ACTIVATED_LATE in keys:
        raise AdapterKindError("not a plain LoRA")
    _check_tensors(tensors)


def _check_tensors(tensors: Mapping[str, _Tensor]) -> None:
    pairs = {name.removesuffix(".lora_a") for name in tensors if name.endswith(".lora_a")}
    if not pairs:
        raise AdapterDamagedError("no weights")
    for name, tensor in tensors.items():
        if name.endswith("_norm.weight"):
            raise AdapterKindError("norms are trained, too")
        if not name.endswith((".lora_a", ".lora_b")) or name[:-7] not in pairs:
            raise AdapterDamagedError("a tensor without its other half")
        if tensor.type_number not in _WEIGHT_TYPES or len(tensor.shape) != 2:
            raise AdapterKindError("a tensor that cannot be multiplied with")


class _Reader:
    """Header of a GGUF file in order; no size is believed that is beyond the file's."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        if self._file.read(4) != _MAGIC:
            raise NotAnAdapterError("not GGUF")
        if self._number("<I") not in _VERSIONS:
            raise AdapterDamagedError("no such version")
        self._tensor_count = self._number("<Q")
        self._key_count = self._number("<Q")
        if self._tensor_count > _MAX_TENSORS or self._key_count > _MAX_KEYS:
            raise AdapterDamagedError("far too many keys or tensors")

    def keys(self) -> dict[str, str | None]:
        """All keys; with their values where those are text."""
        found: dict[str, str | None] = {}
        for _ in range(self._key_count):
            name = self._text()
            kind = self._number("<I")
            if kind != _EXPECTED.get(name, kind):
                raise AdapterDamagedError(f"{name} has another type")
            if kind == _STRING:
                found[name] = self._text()
            else:
                found[name] = None
                self._skip_value(kind)
        return found

    def tensors(self) -> dict[str, _Tensor]:
        """The tensors, once the keys have been read."""
        found: dict[str, _Tensor] = {}
        for _ in range(self._tensor_count):
            name = self._text()
            dimensions = self._number("<I")
            if dimensions > 4:
                raise AdapterDamagedError("too many dimensions")
            shape = tuple(self._number("<Q") for _ in range(dimensions))
            found[name] = _Tensor(shape, self._number("<I"))
            self._number("<Q")
        return found

    def _skip_value(self, kind: int) -> None:
        if kind != _ARRAY:
            self._skip(self._size_of(kind))
            return
        item = self._number("<I")
        count = self._number("<Q")
        if item == _STRING:
            if count * 8 > self._size:
                raise AdapterDamagedError("an array beyond the file")
            for _ in range(count):
                self._skip(self._number("<Q"))
        else:
            self._skip(count * self._size_of(item))

    def _size_of(self, kind: int) -> int:
        if kind not in _SIZES:
            raise AdapterDamagedError("a value of unknown type")
        return _SIZES[kind]

    def _text(self) -> str:
        length = self._number("<Q")
        if length > _MAX_TEXT:
            raise AdapterDamagedError("a text is too long")
        return self._take(length).decode("utf-8")

    def _number(self, form: str) -> int:
        (value,) = struct.unpack(form, self._take(struct.calcsize(form)))
        return int(value)

    def _take(self, length: int) -> bytes:
        content = self._file.read(length)
        if len(content) < length:
            raise AdapterDamagedError("the file ends early")
        return content

    def _skip(self, length: int) -> None:
        if length > self._size - self._file.tell():
            raise AdapterDamagedError("a value beyond the file")
        self._file.seek(length, io.SEEK_CUR)
