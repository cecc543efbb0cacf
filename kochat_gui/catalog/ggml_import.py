"""GGML to GGUF: a new header, and every tensor's bytes as they are. Runs in the child process."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from kochat_gui.catalog.file_errors import damaged, reading
from kochat_gui.catalog.ggml_gguf import ggml_vocabulary, metadata, planned_tensors
from kochat_gui.catalog.ggml_header import read_ggml_header
from kochat_gui.catalog.gguf_format import padded
from kochat_gui.catalog.gguf_writer import encode_header
from kochat_gui.core.errors import ModelDamagedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ImportOptions
from kochat_gui.core.regular_file import open_regular

_SLAB_BYTES = 4 * 1024**2
"""How much of a tensor is in memory at a time."""


def import_ggml(
    path: Path,
    options: ImportOptions,
    name: str,
    target: Path,
    on_progress: Callable[[float], None],
) -> None:
    """Write ``target`` as the GGUF file of ``path``, synced; ``path`` is only read.

    Raises ``ModelError`` when the source or the tokenizer cannot be used, ``OSError`` when writing
    fails. What was written until then stays: the caller gives a name that means "not complete".
    """
    with reading(path):
        before = _fingerprint(path)
    header = read_ggml_header(path)
    planned = planned_tensors(header)
    vocabulary = ggml_vocabulary(header, options, path)
    encoded = encode_header(metadata(header, vocabulary, options, name), planned)
    total = sum(tensor.size for tensor in planned)
    done = 0
    with reading(path):
        source = open_regular(path)
    with source, target.open("wb") as out:
        out.write(encoded)
        for stored, tensor in zip(header.tensors, planned, strict=True):
            _copy(source, stored.offset, tensor.size, out, path)
            out.write(b"\0" * (padded(tensor.size) - tensor.size))
            done += tensor.size
            on_progress(done / total)
        out.flush()
        os.fsync(out.fileno())
    with reading(path):
        after = _fingerprint(path)
    if after != before:
        raise _changed(path)


def _copy(source: BinaryIO, offset: int, size: int, out: BinaryIO, path: Path) -> None:
    end = offset + size
    while offset < end:
        with reading(path):
            source.seek(offset)
            content = source.read(min(_SLAB_BYTES, end - offset))
        if not content:
            raise _changed(path)
        out.write(content)
        offset += len(content)


def _fingerprint(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _changed(path: Path) -> ModelDamagedError:
    return damaged(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "{name} was changed while it was being converted."),
    )
