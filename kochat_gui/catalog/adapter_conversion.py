"""PEFT's LoRA to a GGUF adapter. Needs numpy and may read pickles: only for child processes.

Weights keep their precision (bf16 becomes f32, which holds it exactly), so that the adapter does
here what it does in ``transformers``; its size is that of PEFT's file.
"""

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kochat_gui.catalog.adapter_config import ADAPTER_CONFIG, LoraConfig, read_lora_config
from kochat_gui.catalog.adapter_header import (
    PICKLE,
    SAFETENSORS,
    check_pairs,
    model_family,
    unknown_family,
)
from kochat_gui.catalog.adapter_tensors import LoraPair, lora_pairs
from kochat_gui.catalog.families import Family
from kochat_gui.catalog.file_errors import bad_header, reading
from kochat_gui.catalog.gguf_format import ValueType, padded
from kochat_gui.catalog.gguf_writer import PlannedTensor, Typed, encode_header
from kochat_gui.catalog.pickle_guard import guarded_reading
from kochat_gui.catalog.safetensors_header import StoredTensor, read_safetensors_header
from kochat_gui.catalog.tensor_bytes import tensor_slabs
from kochat_gui.catalog.torch_pickle import PickledTensor, read_torch_tensors
from kochat_gui.core.models import ModelSpec
from kochat_gui.core.regular_file import open_regular

_Array = npt.NDArray[Any]
_Weight = StoredTensor | PickledTensor
_TYPES = {"F32": "f32", "F16": "f16", "BF16": "f32"}


def convert_adapter(
    path: Path, model: ModelSpec, target: Path, on_progress: Callable[[float], None]
) -> None:
    """Write PEFT's adapter in the folder ``path`` to ``target`` as GGUF, for ``model``.

    Like :func:`~kochat_gui.catalog.convert.convert_folder` it writes to ``target`` itself; who
    calls it gives the complete file its final name. Raises ``OSError`` when writing fails, and
    ``ModelError`` when the adapter cannot be used or does not fit.
    """
    family = model_family(model)
    if family is None:
        raise unknown_family(path.name, model)
    config = read_lora_config(path / ADAPTER_CONFIG)
    pairs = _read_pairs(path, target.parent)
    check_pairs(pairs, path.name, model, family)
    factors = [_factor(pair, config, path) for pair in pairs]
    planned = [
        tensor
        for pair, factor in zip(pairs, factors, strict=True)
        for tensor in _planned(pair, family, factor)
    ]
    with target.open("wb") as out:
        out.write(encode_header(_metadata(config, path.name, family), planned))
        for index, (pair, factor) in enumerate(zip(pairs, factors, strict=True)):
            for content in _contents(pair, factor, model, family):
                out.write(content.ljust(padded(len(content)), b"\0"))
            on_progress((index + 1) / len(pairs))
        out.flush()
        os.fsync(out.fileno())


def _read_pairs(path: Path, writable: Path) -> list[LoraPair[_Weight]]:
    tensors: dict[str, _Weight] = {}
    if (path / SAFETENSORS).exists():
        tensors |= read_safetensors_header(path / SAFETENSORS)
    else:
        with guarded_reading(writable):
            tensors |= read_torch_tensors(path / PICKLE)
    return lora_pairs(tensors, path)


def _factor(pair: LoraPair[_Weight], config: LoraConfig, path: Path) -> float:
    """What a pair is multiplied with, because the file has one alpha for all of them.

    llama.cpp's scale is that alpha / the pair's rank.
    """
    try:
        scale = config.scale(f"model.layers.{pair.layer}.{pair.module}", pair.rank)
    except ValueError as error:
        raise bad_header(path / ADAPTER_CONFIG, str(error)) from error
    return scale * pair.rank / _file_alpha(config)


def _file_alpha(config: LoraConfig) -> float:
    return config.alpha * (math.sqrt(config.rank) if config.is_rank_stabilised else 1.0)


def _metadata(config: LoraConfig, name: str, family: Family) -> dict[str, Typed]:
    return {
        "general.type": Typed(ValueType.STRING, "adapter"),
        "general.architecture": Typed(ValueType.STRING, family.architecture),
        "general.name": Typed(ValueType.STRING, name),
        "adapter.type": Typed(ValueType.STRING, "lora"),
        "adapter.lora.alpha": Typed(ValueType.FLOAT32, _file_alpha(config)),
    }


def _planned(pair: LoraPair[_Weight], family: Family, factor: float) -> Iterator[PlannedTensor]:
    (name,) = (t.target for t in family.tensors if t.source == f"{pair.module}.weight")
    base = f"blk.{pair.layer}.{name}"
    outputs, inputs = pair.shape
    up_type = _TYPES[pair.up.dtype] if _is_one(factor) else "f32"
    yield PlannedTensor(f"{base}.lora_a", _TYPES[pair.down.dtype], (inputs, pair.rank))
    yield PlannedTensor(f"{base}.lora_b", up_type, (pair.rank, outputs))


def _is_one(factor: float) -> bool:
    return math.isclose(factor, 1.0, rel_tol=1e-12)


def _contents(
    pair: LoraPair[_Weight], factor: float, model: ModelSpec, family: Family
) -> Iterator[bytes]:
    yield _values(pair.down).tobytes()
    up = _values(pair.up)
    if not _is_one(factor):
        up = up.astype("<f4") * np.float32(factor)
    if family.pairs_halves and pair.module in _rotated(family):
        # Rows (head, 2, half) as (head, half, 2), as in the base's own matrix; lora_A has none.
        by_half = up.reshape(-1, 2, model.head_dim // 2, pair.rank)
        up = by_half.swapaxes(1, 2).reshape(up.shape)
    yield up.tobytes()


def _rotated(family: Family) -> set[str]:
    return {t.source.removesuffix(".weight") for t in family.tensors if t.is_rotated}


def _values(tensor: _Weight) -> _Array:
    """A whole matrix; an adapter's are small."""
    content = _content(tensor)
    if tensor.dtype == "BF16":
        # bfloat16 is the upper half of a float32.
        values = (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")
    else:
        values = np.frombuffer(content, "<f2" if tensor.dtype == "F16" else "<f4")
    return values.reshape(tensor.shape)


def _content(tensor: _Weight) -> bytes:
    if isinstance(tensor, PickledTensor):
        return b"".join(tensor_slabs(tensor))
    with reading(tensor.path), open_regular(tensor.path) as file:
        file.seek(tensor.offset)
        content = file.read(tensor.size)
    if len(content) != tensor.size:
        raise bad_header(tensor.path, "the file became shorter while it was read")
    return content
