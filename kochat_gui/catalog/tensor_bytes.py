"""The bytes of pickled tensors in their written order, whatever order the file has them in."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import BinaryIO

from kochat_gui.catalog.file_errors import bad_header, reading
from kochat_gui.catalog.safetensors_header import ITEM_BYTES
from kochat_gui.catalog.torch_pickle import PickledTensor
from kochat_gui.core.regular_file import open_regular

SLAB_BYTES = 16 * 1024**2
"""About how much of a tensor is in memory at a time; two such slabs at most."""


def tensor_slabs(tensor: PickledTensor) -> Iterator[bytes]:
    """All items of ``tensor``, last dimension fastest, a slab at a time.

    Raises ``ModelError`` when the file cannot be read any more.
    """
    if tensor.item_count == 0:
        return
    with reading(tensor.path), open_regular(tensor.path) as file:
        yield from _slabs(file, tensor)


def _slabs(file: BinaryIO, tensor: PickledTensor) -> Iterator[bytes]:
    if tensor.strides == _dense_strides(tensor.shape):
        yield from _run(file, tensor)
        return
    # What a transposed tensor has together in the file is one column of a slab, so a slab is
    # as many rows as fit: reads stay long, and memory small.
    rows = tensor.shape[0]
    row_bytes = tensor.size // rows
    if row_bytes > SLAB_BYTES:
        for index in range(rows):
            offset = tensor.offset + index * tensor.strides[0] * ITEM_BYTES[tensor.dtype]
            yield from _slabs(
                file,
                replace(tensor, shape=tensor.shape[1:], strides=tensor.strides[1:], offset=offset),
            )
        return
    step = SLAB_BYTES // row_bytes
    for first in range(0, rows, step):
        yield _gathered(file, tensor, first, min(step, rows - first))


def _dense_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return tuple(reversed(strides))


def _run(file: BinaryIO, tensor: PickledTensor) -> Iterator[bytes]:
    file.seek(tensor.offset)
    left = tensor.size
    while left:
        yield _read(file, min(left, SLAB_BYTES), tensor)
        left -= min(left, SLAB_BYTES)


def _read(file: BinaryIO, count: int, tensor: PickledTensor) -> bytes:
    content = file.read(count)
    if len(content) != count:
        raise bad_header(tensor.path, "the file became shorter while it was read")
    return content


def _gathered(file: BinaryIO, tensor: PickledTensor, first: int, count: int) -> bytes:
    """``count`` entries of the first dimension, read along the dimension of smallest stride."""
    shape = (count, *tensor.shape[1:])
    targets = _dense_strides(shape)
    along = min(
        (axis for axis in range(len(shape)) if tensor.shape[axis] > 1),
        key=lambda axis: tensor.strides[axis],
        default=0,
    )
    others = [axis for axis in range(len(shape)) if axis != along]
    item = ITEM_BYTES[tensor.dtype]
    start = tensor.offset + first * tensor.strides[0] * item
    slab = bytearray(item * targets[0] * count)
    for places in product(*(range(shape[axis]) for axis in others)):
        source = sum(p * tensor.strides[axis] for p, axis in zip(places, others, strict=True))
        target = sum(p * targets[axis] for p, axis in zip(places, others, strict=True))
        line = _line(file, tensor, start + source * item, shape[along], tensor.strides[along])
        _scatter(slab, line, target, targets[along], item)
    return bytes(slab)


def _line(file: BinaryIO, tensor: PickledTensor, offset: int, count: int, stride: int) -> bytes:
    """``count`` items that are ``stride`` items apart."""
    item = ITEM_BYTES[tensor.dtype]
    if stride == 1 or count == 1:
        file.seek(offset)
        return _read(file, count * item, tensor)
    piece = max(SLAB_BYTES // (stride * item), 1)
    parts = []
    for first in range(0, count, piece):
        many = min(piece, count - first)
        file.seek(offset + first * stride * item)
        span = _read(file, ((many - 1) * stride + 1) * item, tensor)
        part = bytearray(many * item)
        for byte in range(item):
            part[byte::item] = span[byte :: stride * item]
        parts.append(bytes(part))
    return b"".join(parts)


def _scatter(slab: bytearray, line: bytes, start: int, step: int, item: int) -> None:
    """Put the items of ``line`` into ``slab`` at every ``step`` items from ``start``."""
    if step == 1:
        slab[start * item : start * item + len(line)] = line
        return
    end = start * item + len(line) * step
    for byte in range(item):
        slab[start * item + byte : end : step * item] = line[byte::item]
