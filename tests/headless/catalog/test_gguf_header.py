"""The GGUF reader: sound files, each kind of damage, and thousands of mutations."""

import os
import random
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from kochat_gui.catalog.file_errors import truncated
from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_header import SkippedArray, read_gguf_header
from kochat_gui.catalog.gguf_writer import Typed, TypedArray
from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelMissingError,
    ModelUnsupportedError,
    UserFacingError,
)
from tests.helpers.tiny_models import mutations, tiny_gguf

MUTATIONS = 4000


def _written(folder: Path, content: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(content)
    return path


def test_reads_what_was_written(tmp_path: Path) -> None:
    header = read_gguf_header(_written(tmp_path, tiny_gguf()))
    assert header.version == 3
    assert header.file_type == "q4_0"
    assert header.metadata["general.architecture"] == "llama"
    assert header.metadata["tokenizer.ggml.tokens"] == SkippedArray(ValueType.STRING, 3)
    assert [(t.name, t.size) for t in header.tensors] == [
        ("token_embd.weight", 54),
        ("output_norm.weight", 128),
    ]


def test_the_last_tensor_needs_no_padding(tmp_path: Path) -> None:
    content = tiny_gguf()
    assert read_gguf_header(_written(tmp_path, content)).file_size == len(content)


def test_strings_over_a_read_buffer_are_skipped(tmp_path: Path) -> None:
    chance = random.Random(3)
    words = tuple("가" * chance.choice((0, 1, 5, 30_000)) for _ in range(200))
    content = tiny_gguf({"extra": TypedArray(ValueType.STRING, words)})
    header = read_gguf_header(_written(tmp_path, content))
    assert header.metadata["extra"] == SkippedArray(ValueType.STRING, 200)


def test_a_string_too_long_to_show_is_left_out(tmp_path: Path) -> None:
    content = tiny_gguf({"extra": Typed(ValueType.STRING, "x" * 65_537)})
    assert "extra" not in read_gguf_header(_written(tmp_path, content)).metadata


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        read_gguf_header(tmp_path / "없는 파일.gguf")


def test_empty(tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="empty"):
        read_gguf_header(_written(tmp_path, b""))


@pytest.mark.parametrize("cut", [1, 100])
def test_a_cut_off_file_says_both_sizes(tmp_path: Path, cut: int) -> None:
    size = len(tiny_gguf())
    with pytest.raises(ModelDamagedError, match=f"{cut} B are missing, {size - cut} B of {size} B"):
        read_gguf_header(_written(tmp_path, tiny_gguf()[:-cut]))


def test_sizes_that_look_alike_are_told_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.touch()
    os.truncate(path, 3_907_291_455)
    error = truncated(path, 1)
    assert "1 B are missing, 3,907,291,455 B of 3,907,291,456 B" in error.text()


def test_where_the_metadata_end(tmp_path: Path) -> None:
    header = read_gguf_header(_written(tmp_path, tiny_gguf()))
    name = b"token_embd.weight"
    assert tiny_gguf()[header.metadata_end + 8 :].startswith(name)


def test_every_truncation_is_damage(tmp_path: Path) -> None:
    content = tiny_gguf()
    for length in range(1, len(content)):
        with pytest.raises(ModelDamagedError):
            read_gguf_header(_written(tmp_path, content[:length]))


def test_longer_than_its_header_says(tmp_path: Path) -> None:
    size = len(tiny_gguf())
    with pytest.raises(
        ModelDamagedError, match=f"40 B longer .*: {size + 40} B instead of {size} B"
    ):
        read_gguf_header(_written(tmp_path, tiny_gguf() + b"\0" * 40))


@pytest.mark.parametrize(
    ("version", "said"), [(1, "version 1"), (4, "version 4"), (0x03000000, "big-endian")]
)
def test_other_versions_are_named(tmp_path: Path, version: int, said: str) -> None:
    content = tiny_gguf()
    changed = content[:4] + struct.pack("<I", version) + content[8:]
    with pytest.raises(ModelUnsupportedError, match=said):
        read_gguf_header(_written(tmp_path, changed))


def _after(content: bytes, mark: bytes, replacement: bytes) -> bytes:
    """``content`` with the bytes right after ``mark`` replaced."""
    at = content.index(mark) + len(mark)
    return content[:at] + replacement + content[at + len(replacement) :]


SHAPES: dict[str, Callable[[bytes], bytes]] = {
    "a billion keys": lambda c: c[:16] + struct.pack("<Q", 10**9) + c[24:],
    "a billion tensors": lambda c: c[:8] + struct.pack("<Q", 10**9) + c[16:],
    "a huge key": lambda c: c[:24] + struct.pack("<Q", 2**30) + c[32:],
    "a huge string": lambda c: _after(c, b"general.architecture", struct.pack("<IQ", 8, 2**62)),
    "a huge array": lambda c: _after(c, b"ggml.scores", struct.pack("<IIQ", 9, 6, 2**40)),
    "too many strings": lambda c: _after(c, b"ggml.tokens", struct.pack("<IIQ", 9, 8, 9_999_999)),
    "an array of arrays": lambda c: _after(c, b"ggml.tokens", struct.pack("<IIQ", 9, 9, 1)),
    "an unknown value type": lambda c: _after(c, b"ggml.tokens", struct.pack("<I", 13)),
    "five dimensions": lambda c: _after(c, b"token_embd.weight", struct.pack("<I", 5)),
    "overflowing shape": lambda c: _after(
        c, b"token_embd.weight", struct.pack("<IQQ", 2, 2**62, 2**62)
    ),
    "a broken row": lambda c: _after(c, b"token_embd.weight", struct.pack("<IQQ", 2, 33, 3)),
    "an unknown tensor type": lambda c: _after(
        c, b"token_embd.weight", struct.pack("<IQQI", 2, 32, 3, 77_777)
    ),
    "an offset past the end": lambda c: _after(
        c, b"output_norm.weight", struct.pack("<IQIQ", 1, 32, 0, 2**60)
    ),
    "overlapping tensors": lambda c: _after(
        c, b"output_norm.weight", struct.pack("<IQIQ", 1, 32, 0, 0)
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_hostile_shapes_are_refused_before_anything_is_allocated(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path, SHAPES[name](tiny_gguf()))
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(UserFacingError):
        read_gguf_header(path)
    elapsed, (_, peak) = time.perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert elapsed < 1.0
    assert peak < 4 * 1024**2


@pytest.mark.parametrize("value", [0, 3, 131_072])
def test_impossible_alignments(tmp_path: Path, value: int) -> None:
    changed = tiny_gguf({"general.alignment": Typed(ValueType.UINT32, value)})
    with pytest.raises(ModelDamagedError):
        read_gguf_header(_written(tmp_path, changed))


def test_mutated_headers_never_surprise(tmp_path: Path) -> None:
    sound = tiny_gguf()
    slowest = 0.0
    refused = 0
    tracemalloc.start()
    for changed in mutations(sound, MUTATIONS, seed=20, reach=len(sound) - 192):
        path = _written(tmp_path, changed)
        started = time.thread_time()
        try:
            read_gguf_header(path)
        except UserFacingError:
            refused += 1
        slowest = max(slowest, time.thread_time() - started)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused > MUTATIONS // 2
    assert slowest <= 0.05
    assert peak <= 64 * 1024**2
