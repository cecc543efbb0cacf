"""Safetensors to GGUF, streamed. Needs numpy, so only the converter's process imports it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kochat_gui.catalog.file_errors import bad_header, reading
from kochat_gui.catalog.gguf_format import padded
from kochat_gui.catalog.gguf_writer import PlannedTensor, encode_header
from kochat_gui.catalog.hf_config import HfConfig
from kochat_gui.catalog.hf_gguf import ROPE_FACTORS, gguf_name, metadata, planned_tensors
from kochat_gui.catalog.safetensors_folder import SafetensorsFolder
from kochat_gui.catalog.safetensors_header import ITEM_BYTES, StoredTensor
from kochat_gui.catalog.vocabulary import Vocabulary
from kochat_gui.core.regular_file import open_regular

_SLAB_BYTES = 32 * 1024**2
"""About how much of a tensor is in memory at a time."""
_Array = npt.NDArray[Any]


class _OverflowError(Exception):
    """f16 cannot hold a weight."""


def convert_folder(
    folder: SafetensorsFolder,
    vocabulary: Vocabulary,
    name: str,
    target: Path,
    on_progress: Callable[[float], None],
    level: str = "f16",
) -> None:
    """Write ``target`` as a GGUF file of ``level``, ``f16`` or ``f32``; norms stay f32.

    A matrix with weights that f16 cannot hold is written as bf16, which takes as many bytes.
    Raises ``OSError`` when writing fails, ``ModelError`` when the source cannot be used.
    """
    planned = planned_tensors(folder.config, level)
    head = metadata(folder.config, vocabulary, name, level)
    sources = _sources(folder)
    total = sum(tensor.size for tensor in planned)
    done = 0
    written: list[PlannedTensor] = []
    with target.open("wb") as out:
        out.write(encode_header(head, planned))
        for tensor in planned:
            written.append(_write_tensor(out, tensor, sources.get(tensor.name), folder.config))
            out.write(b"\0" * (padded(tensor.size) - tensor.size))
            done += tensor.size
            on_progress(done / total)
        if written != planned:
            out.seek(0)
            out.write(encode_header(head, written))
        _sync(out)


def _sources(folder: SafetensorsFolder) -> dict[str, StoredTensor]:
    return {gguf_name(folder.config, name): tensor for name, tensor in folder.tensors.items()}


def _write_tensor(
    out: BinaryIO, tensor: PlannedTensor, source: StoredTensor | None, config: HfConfig
) -> PlannedTensor:
    """Write the data of ``tensor``; returns it with the type that it was written as."""
    if source is None:
        factors = config.rope.frequency_factors(config.head_dim)
        assert tensor.name == ROPE_FACTORS
        out.write(np.array(factors, "<f4").tobytes())
        return tensor
    start = out.tell()
    try:
        _write_slabs(out, tensor, source, config)
    except _OverflowError:
        out.seek(start)
        tensor = replace(tensor, type_name="bf16")
        _write_slabs(out, tensor, source, config)
    return tensor


def _write_slabs(
    out: BinaryIO, tensor: PlannedTensor, source: StoredTensor, config: HfConfig
) -> None:
    head_rows = config.head_dim if tensor.name in _paired_names(config) else 0
    is_norm = config.family.norms_add_one and tensor.name.endswith("norm.weight")
    for slab in _slabs(source, head_rows):
        values = slab.astype("<f4") + np.float32(1) if is_norm else slab
        out.write(_converted(values, tensor.type_name))


def _paired_names(config: HfConfig) -> set[str]:
    """Tensors whose rows GGUF has in pairs."""
    if not config.family.pairs_halves:
        return set()
    return {
        f"blk.{index}.{tensor.target}"
        for index in range(config.layer_count)
        for tensor in config.layer_tensors
        if tensor.is_rotated
    }


def _sync(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _slabs(tensor: StoredTensor, head_rows: int) -> Iterator[_Array]:
    """The tensor as float arrays of whole rows, and whole heads where ``head_rows`` is given.

    A vector is one row, or as many rows of one number where its heads count.
    """
    row = 1 if len(tensor.shape) == 1 and head_rows else tensor.shape[-1]
    row_bytes = row * ITEM_BYTES[tensor.dtype]
    rows = tensor.size // row_bytes
    step = max(_SLAB_BYTES // row_bytes, 1)
    if head_rows:
        step = max(step // head_rows, 1) * head_rows
    with reading(tensor.path), open_regular(tensor.path) as file:
        file.seek(tensor.offset)
        for start in range(0, rows, step):
            count = min(step, rows - start)
            content = file.read(count * row_bytes)
            if len(content) != count * row_bytes:
                raise bad_header(tensor.path, "the file became shorter while it was read")
            values = _floats(content, tensor.dtype).reshape(count, row)
            yield _interleaved(values, head_rows) if head_rows else values


def _floats(content: bytes, dtype: str) -> _Array:
    if dtype == "F16":
        return np.frombuffer(content, "<f2")
    if dtype == "F32":
        return np.frombuffer(content, "<f4")
    # bfloat16 is the upper half of a float32.
    return (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")


def _interleaved(values: _Array, head_rows: int) -> _Array:
    """Rows (head, 2, half) as (head, half, 2): GGUF's RoPE turns neighbours, HF's turns halves."""
    row = values.shape[1]
    by_half = values.reshape(-1, 2, head_rows // 2, row)
    return by_half.swapaxes(1, 2).reshape(values.shape)


def _converted(values: _Array, type_name: str) -> bytes:
    if type_name == "f32":
        return values.astype("<f4").tobytes()
    if type_name == "bf16":
        return _rounded_to_bf16(values)
    with np.errstate(over="ignore"):
        halves = values.astype("<f2")
    if values.dtype != halves.dtype and not np.isfinite(halves).all():
        raise _OverflowError
    return halves.tobytes()


def _rounded_to_bf16(values: _Array) -> bytes:
    bits = np.ascontiguousarray(values, "<f4").view("<u4").astype("<u8")
    # To the nearest, halves to the even one.
    rounded: _Array = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return rounded.astype("<u2").tobytes()
