"""What ``torch.save`` writes is what our reader reads, without torch."""

import json
import shutil
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from kochat_gui.catalog.checkpoint_conversion import convert_checkpoint
from kochat_gui.catalog.checkpoint_folder import describe_checkpoint
from kochat_gui.catalog.tensor_bytes import tensor_slabs
from kochat_gui.catalog.torch_pickle import read_torch_tensors
from kochat_gui.core.errors import ModelUnsupportedError
from tests.helpers.tiny_models import BUILT_IN

_CONTAINERS: dict[str, dict[str, Any]] = {
    "archive": {},
    "archive, protocol 4": {"pickle_protocol": 4},
    "archive, protocol 5": {"pickle_protocol": 5},
    "archive, protocol 1": {"pickle_protocol": 1},
    "old file": {"_use_new_zipfile_serialization": False},
}


def _assert_read(path: Path, expected: dict[str, Any]) -> None:
    found = read_torch_tensors(path)
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        content = bytearray(b"".join(tensor_slabs(found[name])))
        assert found[name].shape == tuple(tensor.shape), name
        if content:
            read = torch.frombuffer(content, dtype=tensor.dtype).reshape(tensor.shape)
            assert torch.equal(read, tensor), name


def _tensors(dtype: Any) -> dict[str, Any]:
    torch.manual_seed(1)
    wide = torch.randn(12, 20).to(dtype)
    cube = torch.randn(3, 4, 5).to(dtype)
    return {
        "dense": torch.randn(7, 5).to(dtype),
        "transposed": wide.t(),
        "rows": wide[2:5],
        "columns": wide[:, 3:9],
        "every second": wide[::2, 1::3],
        "turned cube": cube.permute(2, 0, 1),
        "tied": wide,
        "scalar": torch.tensor(2.5).to(dtype),
        "empty": torch.zeros(0, 3).to(dtype),
        "parameter": torch.nn.Parameter(torch.randn(3).to(dtype)),
    }


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("container", _CONTAINERS)
def test_every_view_of_every_type(tmp_path: Path, dtype: str, container: str) -> None:
    tensors = _tensors(getattr(torch, dtype))
    path = tmp_path / "파일.bin"
    torch.save(OrderedDict(tensors), path, **_CONTAINERS[container])
    _assert_read(path, {name: tensor.detach() for name, tensor in tensors.items()})


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "int8", "uint8", "bool", "float64"])
def test_other_types(tmp_path: Path, dtype: str) -> None:
    tensors = {"a": torch.arange(6).to(getattr(torch, dtype)).reshape(2, 3)}
    torch.save(tensors, tmp_path / "a.bin")
    _assert_read(tmp_path / "a.bin", tensors)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(2, dtype=torch.complex64),
        torch.zeros(2, dtype=torch.float8_e4m3fn),
        torch.zeros(2, 2).to_sparse(),
    ],
    ids=["complex", "8-bit floats", "sparse"],
)
def test_tensors_that_are_refused_by_name(tmp_path: Path, tensor: Any) -> None:
    torch.save({"a": tensor}, tmp_path / "a.bin")
    with pytest.raises(ModelUnsupportedError, match=r"\(torch\._utils\._rebuild|\(torch\.Complex"):
        read_torch_tensors(tmp_path / "a.bin")


def test_a_module_is_refused_and_its_state_dict_is_read(tmp_path: Path) -> None:
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4))
    torch.save(module, tmp_path / "module.pt")
    with pytest.raises(ModelUnsupportedError, match=r"torch\.nn\.modules"):
        read_torch_tensors(tmp_path / "module.pt")
    torch.save(module.state_dict(), tmp_path / "state.pt")
    _assert_read(tmp_path / "state.pt", module.state_dict())
    torch.save({"epoch": 3, "state_dict": module.state_dict()}, tmp_path / "training.ckpt")
    _assert_read(tmp_path / "training.ckpt", module.state_dict())


def test_weights_of_a_graphics_card_say_so_and_are_read(tmp_path: Path) -> None:
    """``map_location`` is not needed: where a tensor was is only a word."""
    torch.save({"a": torch.arange(4.0)}, tmp_path / "a.bin")
    content = (tmp_path / "a.bin").read_bytes()
    changed = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x03\x00\x00\x00xpu")
    assert changed != content
    (tmp_path / "a.bin").write_bytes(changed)
    _assert_read(tmp_path / "a.bin", {"a": torch.arange(4.0)})


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("files", [1, 3])
def test_a_model_becomes_safetensors(tmp_path: Path, dtype: str, files: int) -> None:
    """Read back by the safetensors library; the embedding and the output are one tensor."""
    state = safetensors.torch.load_file(BUILT_IN / "model.safetensors")
    state = {name: tensor.to(getattr(torch, dtype)) for name, tensor in state.items()}
    state["lm_head.weight"] = state["model.embed_tokens.weight"]
    state["model.layers.0.mlp.up_proj.weight"] = (
        state["model.layers.0.mlp.up_proj.weight"].t().contiguous().t()
    )
    source = tmp_path / "model"
    source.mkdir()
    for path in BUILT_IN.glob("*.json"):
        shutil.copyfile(path, source / path.name)
    places: dict[str, str] = {}
    for index in range(files):
        part = {name: state[name] for name in list(state)[index::files]}
        file = "pytorch_model.bin" if files == 1 else f"pytorch_model-{index}-of-{files}.bin"
        torch.save(part, source / file)
        places |= dict.fromkeys(part, file)
    if files > 1:
        text = json.dumps({"metadata": {}, "weight_map": places})
        (source / "pytorch_model.bin.index.json").write_text(text, encoding="utf-8")
    assert describe_checkpoint(source).parameter_count == 3_344_064
    convert_checkpoint(source, tmp_path / "new", lambda _: None)
    found = safetensors.torch.load_file(tmp_path / "new" / "model.safetensors")
    assert found.keys() == state.keys()
    for name, tensor in state.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor), name
