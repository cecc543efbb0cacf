"""Safetensors to GGUF: every number arrives, at every level the promised size."""

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from kochat_gui.catalog.families import FAMILIES
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.hf_gguf import gguf_name
from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.models import QUANTIZATIONS, ModelSpec
from tests.helpers.tiny_models import BUILT_IN, write_tiny_folder

_Floats = npt.NDArray[np.float32]


def _made(spec: ModelSpec, level: str, cache: Path) -> Path:
    return LevelCache(cache).make(spec, level, level_sizes(spec), lambda _: None, CancelToken())


def _source(folder: Path, name: str) -> _Floats:
    tensor = read_safetensors_folder(folder).tensors[name]
    content = tensor.path.read_bytes()[tensor.offset : tensor.offset + tensor.size]
    match tensor.dtype:
        case "BF16":
            found = (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")
        case "F16":
            found = np.frombuffer(content, "<f2").astype("<f4")
        case _:
            found = np.frombuffer(content, "<f4")
    return found.reshape(tensor.shape)


def _converted(path: Path, name: str) -> _Floats:
    header = read_gguf_header(path)
    tensor = next(tensor for tensor in header.tensors if tensor.name == name)
    start = header.data_offset + tensor.offset
    content = path.read_bytes()[start : start + tensor.size]
    if tensor.layout.name == "bf16":
        found = (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")
    else:
        dtype = {"f16": "<f2", "f32": "<f4"}[tensor.layout.name]
        found = np.frombuffer(content, dtype).astype("<f4")
    return found.reshape(tensor.shape[::-1])


def _permuted(values: _Floats, head_dim: int) -> _Floats:
    """Row by row, as the rule says: (head, 2, half) becomes (head, half, 2)."""
    result = np.empty_like(values)
    half = head_dim // 2
    for row in range(len(values)):
        head, inside = divmod(row, head_dim)
        part, index = divmod(inside, half)
        result[head * head_dim + index * 2 + part] = values[row]
    return result


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
def test_every_weight_arrives(tmp_path: Path, dtype: str) -> None:
    folder = write_tiny_folder(tmp_path / "m", dtype=dtype, shards=2)
    path = _made(inspect_model(folder), "f16", tmp_path / "cache")
    config = read_safetensors_folder(folder).config
    for name in config.tensor_shapes():
        expected = _source(folder, name)
        if expected.ndim == 2:
            expected = expected.astype("<f2").astype("<f4")
        if "q_proj" in name or "k_proj" in name:
            expected = _permuted(expected, 16)
        np.testing.assert_array_equal(_converted(path, gguf_name(config, name)), expected, name)


@pytest.mark.parametrize("dtype", ["F32", "BF16"])
def test_a_matrix_that_f16_cannot_hold_is_kept_as_bf16(tmp_path: Path, dtype: str) -> None:
    folder = write_tiny_folder(tmp_path / "m", dtype=dtype)
    tensor = read_safetensors_folder(folder).tensors["model.layers.1.mlp.up_proj.weight"]
    large = struct.pack("<f", 2.0**20)
    with tensor.path.open("rb+") as file:
        file.seek(tensor.offset)
        file.write(large if dtype == "F32" else large[2:])
    spec = inspect_model(folder)
    path = _made(spec, "f16", tmp_path / "cache")
    assert path.stat().st_size == level_sizes(spec)["f16"]
    types = {found.name: found.layout.name for found in read_gguf_header(path).tensors}
    assert [name for name, kind in types.items() if kind == "bf16"] == ["blk.1.ffn_up.weight"]
    expected = _source(folder, "model.layers.1.mlp.up_proj.weight")
    found = _converted(path, "blk.1.ffn_up.weight")
    np.testing.assert_allclose(found, expected, rtol=0 if dtype == "BF16" else 2.0**-8)
    assert found[0, 0] == 2.0**20
    assert _made(spec, "q8_0", tmp_path / "cache").stat().st_size == level_sizes(spec)["q8_0"]


@pytest.mark.parametrize("architecture", FAMILIES)
def test_the_promised_size_is_exact_for_every_family(tmp_path: Path, architecture: str) -> None:
    changes = {"architectures": [architecture], "head_dim": 16, "query_pre_attn_scalar": 16}
    spec = inspect_model(write_tiny_folder(tmp_path / "m", changes, dtype="BF16"))
    sizes = level_sizes(spec)
    for level in ("f16", "q4_0", "q4_k_m"):
        path = _made(spec, level, tmp_path / "cache")
        assert path.stat().st_size == sizes[level], level


def test_factors_of_llama_3_are_written(tmp_path: Path) -> None:
    rope = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    }
    folder = write_tiny_folder(tmp_path / "m", {"rope_parameters": rope})
    path = _made(inspect_model(folder), "q8_0", tmp_path / "cache")
    factors = _converted(path, "rope_freqs.weight")
    assert 1.0 <= factors[0] < 8.0
    assert factors[-1] == 8.0
    assert (np.diff(factors) >= 0).all()


def test_a_tied_output_is_left_out(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path / "m", {"tie_word_embeddings": True})
    path = _made(inspect_model(folder), "q8_0", tmp_path / "cache")
    names = {tensor.name for tensor in read_gguf_header(path).tensors}
    assert "token_embd.weight" in names
    assert "output.weight" not in names


@pytest.mark.parametrize("level", QUANTIZATIONS)
def test_the_promised_size_is_exact_for_the_built_in_model(tmp_path: Path, level: str) -> None:
    spec = inspect_model(BUILT_IN)
    path = _made(spec, level, tmp_path)
    assert path.stat().st_size == level_sizes(spec)[level]
    assert read_gguf_header(path).file_type == level


@pytest.mark.parametrize(
    "config",
    [
        {"hidden_size": 256, "intermediate_size": 96},
        {"hidden_size": 256, "tie_word_embeddings": True},
        {"hidden_size": 64, "intermediate_size": 80},
        {"head_dim": 32},
        {"architectures": ["MistralForCausalLM"], "sliding_window": 64},
    ],
)
def test_the_promised_size_is_exact_for_other_shapes(
    tmp_path: Path, config: dict[str, object]
) -> None:
    spec = inspect_model(write_tiny_folder(tmp_path / "m", config))
    for level in ("q4_0", "q8_0"):
        path = _made(spec, level, tmp_path / "cache")
        assert path.stat().st_size == level_sizes(spec)[level]


def test_an_f16_file_can_be_made_smaller(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path / "m", {"hidden_size": 256})
    path = _made(inspect_model(folder), "f16", tmp_path / "cache")
    spec = inspect_model(path)
    assert spec.quantization == "f16"
    sizes = level_sizes(spec)
    assert set(sizes) == set(QUANTIZATIONS)
    made = _made(spec, "q5_1", tmp_path / "again")
    assert made.stat().st_size == sizes["q5_1"]


def test_a_quantized_file_has_only_its_own_level(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path / "m")
    spec = inspect_model(_made(inspect_model(folder), "q4_1", tmp_path / "cache"))
    assert level_sizes(spec) == {"q4_1": spec.size_bytes}
