"""Safetensors to GGUF (f16), streamed. Needs numpy, so only the quantizer's process imports it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kochat_gui.catalog.file_errors import bad_header, reading, unsupported
from kochat_gui.catalog.gguf_format import padded
from kochat_gui.catalog.gguf_writer import encode_header
from kochat_gui.catalog.llama_config import LlamaConfig
from kochat_gui.catalog.llama_gguf import gguf_name, metadata, planned_tensors
from kochat_gui.catalog.safetensors_folder import SafetensorsFolder
from kochat_gui.catalog.safetensors_header import ITEM_BYTES, StoredTensor
from kochat_gui.catalog.tokenizer_json import Vocabulary
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

_SLAB_BYTES = 32 * 1024**2
"""About how much of a tensor is in memory at a time."""
_Array = npt.NDArray[Any]


def convert_folder(
    folder: SafetensorsFolder,
    vocabulary: Vocabulary,
    name: str,
    target: Path,
    on_progress: Callable[[float], None],
) -> None:
    """Write ``target`` as an f16 GGUF file; norms stay f32.

    Raises ``OSError`` when writing fails, ``ModelError`` when the source cannot be used.
    """
    planned = planned_tensors(folder.config, "f16")
    sources = {gguf_name(source): tensor for source, tensor in folder.tensors.items()}
    total = sum(tensor.size for tensor in planned)
    done = 0
    with target.open("wb") as out:
        out.write(encode_header(metadata(folder.config, vocabulary, name, "f16"), planned))
        for tensor in planned:
            heads = _rotated_heads(tensor.name, folder.config)
            for slab in _slabs(sources[tensor.name], heads):
                out.write(_converted(slab, tensor.type_name, sources[tensor.name].path))
            out.write(b"\0" * (padded(tensor.size) - tensor.size))
            done += tensor.size
            on_progress(done / total)
        _sync(out)


def _sync(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())


def _rotated_heads(name: str, config: LlamaConfig) -> int:
    """Row height of one attention head for matrices that RoPE applies to, else 0."""
    return config.head_dim if name.endswith(("attn_q.weight", "attn_k.weight")) else 0


def _slabs(tensor: StoredTensor, head_rows: int) -> Iterator[_Array]:
    """The tensor as float arrays of whole rows, and whole heads where ``head_rows`` is given."""
    row = tensor.shape[-1]
    row_bytes = row * ITEM_BYTES[tensor.dtype]
    rows = tensor.size // row_bytes
    step = max(_SLAB_BYTES // row_bytes, 1)
    if head_rows:
        step = max(step // head_rows, 1) * head_rows
    with reading(tensor.path), tensor.path.open("rb") as file:
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


def _converted(values: _Array, type_name: str, path: Path) -> bytes:
    if type_name == "f32":
        return values.astype("<f4").tobytes()
    with np.errstate(over="ignore"):
        halves = values.astype("<f2")
    if values.dtype != halves.dtype and not np.isfinite(halves).all():
        raise unsupported(
            path,
            QT_TRANSLATE_NOOP("ModelFiles", "{name} has weights that f16 cannot hold."),
            QT_TRANSLATE_NOOP("ModelFiles", "Get a GGUF file of this model."),
        )
    return halves.tobytes()
