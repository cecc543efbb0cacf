"""The safetensors reader: the built-in model, each kind of damage, and mutations."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.safetensors_header import read_safetensors_header
from kochat_gui.core.errors import ModelDamagedError, ModelMissingError, UserFacingError
from tests.helpers.tiny_models import BUILT_IN, mutations, write_safetensors

MUTATIONS = 3000


def _sound(folder: Path) -> Path:
    path = folder / "model.safetensors"
    write_safetensors(
        path,
        {
            "b.weight": ("F16", (2, 4), b"\x01" * 16),
            "a.weight": ("F32", (3,), b"\x02" * 12),
            "scalar": ("F32", (), b"\x03" * 4),
        },
    )
    return path


def _with_header(folder: Path, header: object, data: bytes = b"\0" * 16) -> Path:
    path = folder / "model.safetensors"
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def test_the_built_in_model() -> None:
    tensors = read_safetensors_header(BUILT_IN / "model.safetensors")
    assert len(tensors) == 39
    assert tensors["lm_head.weight"].shape == (4096, 192)
    assert tensors["lm_head.weight"].dtype == "F16"


def test_offsets_count_from_the_start_of_the_file(tmp_path: Path) -> None:
    path = _sound(tmp_path)
    tensor = read_safetensors_header(path)["a.weight"]
    assert path.read_bytes()[tensor.offset : tensor.offset + tensor.size] == b"\x02" * 12


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        read_safetensors_header(tmp_path / "model.safetensors")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: b"", "empty"),
        (lambda c: c[:5], "damaged"),
        (lambda c: c[:20], "cut off"),
        (lambda c: c[:-3], "3 B are missing"),
        (lambda c: c + b"12345", "5 B longer"),
    ],
)
def test_wrong_lengths(tmp_path: Path, change: Callable[[bytes], bytes], said: str) -> None:
    path = _sound(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ModelDamagedError, match=said):
        read_safetensors_header(path)


def _one(**changes: object) -> dict[str, Any]:
    return {"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]} | changes}


BAD_HEADERS: dict[str, object] = {
    "not JSON": b"{" * 50,
    "deep": b"[" * 100_000,
    "not UTF-8": b'{"\xff": 1}',
    "a list": [1, 2],
    "a name twice": b'{"w": 1, "w": 2}',
    "no description": {"w": 5},
    "an unknown type": _one(dtype="F12"),
    "a negative length": _one(shape=[-4]),
    "a length that is true": _one(shape=[True, 4]),
    "a huge number": b'{"w":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,16]}}',
    "an overflowing shape": _one(shape=[2**40, 2**40]),
    "a size that does not fit": _one(shape=[3]),
    "offsets the wrong way": _one(data_offsets=[16, 0]),
    "a hole": _one(shape=[2], data_offsets=[8, 16]),
    "nine dimensions": _one(shape=[1] * 8 + [4]),
    "overlap": {
        "a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},
        "b": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
    },
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_bad_headers(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelDamagedError):
        read_safetensors_header(_with_header(tmp_path, BAD_HEADERS[name]))


def test_mutated_headers_never_surprise(tmp_path: Path) -> None:
    path = _sound(tmp_path)
    refused = 0
    for changed in mutations(path.read_bytes(), MUTATIONS, seed=21, reach=200):
        path.write_bytes(changed)
        try:
            read_safetensors_header(path)
        except UserFacingError:
            refused += 1
    assert refused > MUTATIONS // 2
