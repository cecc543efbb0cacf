"""PEFT's LoRA as GGUF: scales, order of rows, precision; pickled ones give the same file."""

import json
import math
import random
import re
import shutil
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt
import pytest

from kochat_gui.catalog.adapter_conversion import convert_adapter
from kochat_gui.catalog.adapter_header import check_adapter, describe_adapter
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.safetensors_header import read_safetensors_header
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from tests.helpers.tiny_models import BUILT_IN, write_safetensors
from tests.helpers.torch_checkpoints import View, state_dict, write_archive

MEOW = resource("adapters", "ko-tiny-meow")
_LLAMA = ModelSpec(
    "base",
    "base",
    Path("base"),
    ModelFormat.SAFETENSORS,
    None,
    0,
    "LlamaForCausalLM",
    layer_count=2,
    hidden_size=8,
    feed_forward_size=12,
    head_count=2,
    head_count_kv=1,
    head_dim=4,
)
_QWEN = replace(_LLAMA, architecture="Qwen2ForCausalLM")
_MODULES = {
    "self_attn.q_proj": ("attn_q", 8, 8),
    "self_attn.k_proj": ("attn_k", 4, 8),
    "self_attn.v_proj": ("attn_v", 4, 8),
    "mlp.down_proj": ("ffn_down", 8, 12),
}
_Array = npt.NDArray[Any]


@dataclass
class _Adapter:
    folder: Path
    values: dict[str, _Array]
    """By PEFT's name without its beginning: ``0.self_attn.q_proj.lora_A``."""


def _write(
    folder: Path, config: dict[str, Any], *, dtype: str = "F32", ranks: dict[str, int] | None = None
) -> _Adapter:
    """An adapter of random numbers, both as safetensors and as a pickle."""
    folder.mkdir(parents=True)
    plain = {"peft_type": "LORA", "r": 2, "lora_alpha": 6, "target_modules": "all-linear"} | config
    (folder / "adapter_config.json").write_text(json.dumps(plain), encoding="utf-8")
    chance = random.Random(3)
    values: dict[str, _Array] = {}
    content: dict[str, tuple[str, tuple[int, ...], bytes]] = {}
    for layer in range(2):
        for module, (_, outputs, inputs) in _MODULES.items():
            rank = (ranks or {}).get(module, 2)
            for half, shape in (("A", (rank, inputs)), ("B", (outputs, rank))):
                drawn = [chance.gauss(0, 1) for _ in range(shape[0] * shape[1])]
                data = b"".join(_packed(value, dtype) for value in drawn)
                name = f"base_model.model.model.layers.{layer}.{module}.lora_{half}.weight"
                content[name] = (dtype, shape, data)
                array = np.array([_stored(value, dtype) for value in drawn], "<f4")
                values[f"{layer}.{module}.lora_{half}"] = array.reshape(shape)
    write_safetensors(folder / "adapter_model.safetensors", content)
    return _Adapter(folder, values)


def _packed(value: float, dtype: str) -> bytes:
    if dtype == "BF16":
        return struct.pack("<f", value)[2:]
    return struct.pack({"F32": "<f", "F16": "<e"}[dtype], value)


def _stored(value: float, dtype: str) -> float:
    """What of ``value`` is left in the file."""
    packed = _packed(value, dtype)
    if dtype == "BF16":
        packed = b"\0\0" + packed
    number: float = struct.unpack("<e" if dtype == "F16" else "<f", packed)[0]
    return number


def _pickled(folder: Path, place: Path) -> Path:
    """The same adapter with its weights in a pickle, under ``place`` by the same name."""
    copy = Path(shutil.copytree(folder, place / "pickled" / folder.name))
    weights = copy / "adapter_model.safetensors"
    content = weights.read_bytes()
    views, storages = {}, {}
    for number, (name, tensor) in enumerate(read_safetensors_header(weights).items()):
        views[name] = View(str(number), tensor.dtype, tensor.shape)
        storages[str(number)] = content[tensor.offset : tensor.offset + tensor.size]
    write_archive(copy / "adapter_model.bin", state_dict(views), storages)
    weights.unlink()
    return copy


def _convert(folder: Path, model: ModelSpec, target: Path) -> Any:
    """The file as gguf's own reader sees it."""
    shares: list[float] = []
    convert_adapter(folder, model, target, shares.append)
    assert shares[-1] == 1.0
    check_adapter(describe_adapter(target), model)
    return gguf.GGUFReader(target)


def _arrays(reader: Any) -> dict[str, _Array]:
    return {tensor.name: np.array(tensor.data) for tensor in reader.tensors}


def _alpha(reader: Any) -> float:
    return float(reader.fields["adapter.lora.alpha"].contents())


def _paired(rows: _Array) -> _Array:
    """Rows of whole heads of 4, as llama.cpp's RoPE wants them: 0 2 1 3."""
    order = [head + place for head in range(0, len(rows), 4) for place in (0, 2, 1, 3)]
    return rows[order]


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
def test_only_the_second_halves_of_queries_and_keys_are_reordered(
    tmp_path: Path, dtype: str
) -> None:
    adapter = _write(tmp_path / "a", {}, dtype=dtype)
    reader = _convert(adapter.folder, _LLAMA, tmp_path / "a.gguf")
    found = _arrays(reader)
    assert _alpha(reader) == 6.0
    assert len(found) == 2 * len(adapter.values) // 2
    for layer in range(2):
        for module, (name, _, _) in _MODULES.items():
            down = adapter.values[f"{layer}.{module}.lora_A"]
            up = adapter.values[f"{layer}.{module}.lora_B"]
            if name in {"attn_q", "attn_k"}:
                up = _paired(up)
            for half, expected in (("a", down), ("b", up)):
                array = found[f"blk.{layer}.{name}.weight.lora_{half}"]
                assert array.dtype == ("<f2" if dtype == "F16" else "<f4")
                np.testing.assert_array_equal(array, expected)


def test_other_families_keep_their_rows(tmp_path: Path) -> None:
    adapter = _write(tmp_path / "a", {})
    reader = _convert(adapter.folder, _QWEN, tmp_path / "a.gguf")
    assert reader.fields["general.architecture"].contents() == "qwen2"
    found = _arrays(reader)["blk.1.attn_q.weight.lora_b"]
    np.testing.assert_array_equal(found, adapter.values["1.self_attn.q_proj.lora_B"])


_SCALES: dict[str, tuple[dict[str, Any], dict[str, int], dict[str, float]]] = {
    "plain": ({}, {}, {}),
    "rank-stabilised": ({"use_rslora": True}, {}, {}),
    "a rank of its own": ({"rank_pattern": {"q_proj": 4}}, {"self_attn.q_proj": 4}, {}),
    "a rank of its own, stabilised": (
        {"rank_pattern": {"q_proj": 4}, "use_rslora": True},
        {"self_attn.q_proj": 4},
        {},
    ),
    "an alpha of its own": ({"alpha_pattern": {"mlp.down_proj": 3}}, {}, {"mlp.down_proj": 3}),
    "both, by expressions": (
        {"rank_pattern": {".*_attn.k_pr.j": 8}, "alpha_pattern": {r"layers\.\d\..*k_proj": 1}},
        {"self_attn.k_proj": 8},
        {"self_attn.k_proj": 1},
    ),
}


@pytest.mark.parametrize("label", _SCALES)
def test_every_pair_has_its_scale(tmp_path: Path, label: str) -> None:
    """llama.cpp multiplies with alpha / rank; PEFT with alpha / rank or alpha / √rank of each."""
    config, ranks, alphas = _SCALES[label]
    adapter = _write(tmp_path / "a", config, ranks=ranks)
    reader = _convert(adapter.folder, _LLAMA, tmp_path / "a.gguf")
    found = _arrays(reader)
    assert _alpha(reader) == pytest.approx(6 * math.sqrt(2) if config.get("use_rslora") else 6)
    for module, (name, _, _) in _MODULES.items():
        rank, alpha = ranks.get(module, 2), alphas.get(module, 6)
        scale = alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
        up, down = (adapter.values[f"1.{module}.lora_{half}"] for half in "BA")
        expected = scale * (up @ down)
        if name in {"attn_q", "attn_k"}:
            expected = _paired(expected)
        up, down = (found[f"blk.1.{name}.weight.lora_{half}"] for half in "ba")
        np.testing.assert_allclose(
            _alpha(reader) / rank * (up @ down), expected, rtol=2e-6, atol=1e-6
        )


@pytest.mark.parametrize("dtype", ["F32", "BF16"])
def test_a_pickled_adapter_gives_the_same_file(tmp_path: Path, dtype: str) -> None:
    adapter = _write(tmp_path / "a", {}, dtype=dtype)
    _convert(adapter.folder, _LLAMA, tmp_path / "a.gguf")
    _convert(_pickled(adapter.folder, tmp_path), _LLAMA, tmp_path / "b.gguf")
    assert (tmp_path / "a.gguf").read_bytes() == (tmp_path / "b.gguf").read_bytes()


def test_the_shipped_adapter(tmp_path: Path) -> None:
    model = inspect_model(BUILT_IN)
    reader = _convert(MEOW, model, tmp_path / "a.gguf")
    assert (_alpha(reader), len(reader.tensors)) == (32.0, 56)
    _convert(_pickled(MEOW, tmp_path), model, tmp_path / "b.gguf")
    assert (tmp_path / "a.gguf").read_bytes() == (tmp_path / "b.gguf").read_bytes()


def test_a_pickled_adapter_of_another_shape(tmp_path: Path) -> None:
    """The window's process could not look into it; the child does before it writes anything."""
    adapter = _write(tmp_path / "a", {"layers_to_transform": [0, 1]})
    folder = _pickled(adapter.folder, tmp_path)
    model = inspect_model(BUILT_IN)
    check_adapter(describe_adapter(folder), model)
    with pytest.raises(ModelUnsupportedError, match="does not fit the model ko-tiny-chat"):
        convert_adapter(folder, model, tmp_path / "a.gguf", lambda _: None)
    assert not (tmp_path / "a.gguf").exists()


@pytest.mark.parametrize("pattern", ["(q_proj", "[z-a]", "([a-z._0-9]+)+!"])
def test_a_pattern_that_is_none_or_would_never_end(tmp_path: Path, pattern: str) -> None:
    adapter = _write(tmp_path / "a", {"alpha_pattern": {pattern: 4}})
    with pytest.raises(ModelDamagedError, match=re.escape(f"pattern {pattern}")):
        convert_adapter(adapter.folder, _LLAMA, tmp_path / "a.gguf", lambda _: None)


def test_a_base_of_an_unknown_kind(tmp_path: Path) -> None:
    adapter = _write(tmp_path / "a", {})
    model = ModelSpec("m", "m", Path("m"), ModelFormat.GGUF, "q4_0", 0, architecture="mamba")
    with pytest.raises(ModelUnsupportedError, match="mamba"):
        convert_adapter(adapter.folder, model, tmp_path / "a.gguf", lambda _: None)
