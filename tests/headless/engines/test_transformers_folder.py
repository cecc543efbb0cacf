"""What is refused of a model's folder before any library reads it."""

import json
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
)
from kochat_gui.engines.transformers_folder import open_folder
from tests.helpers.tiny_models import BUILT_IN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "모델"
    shutil.copytree(BUILT_IN, target)
    return target


def _change(folder: Path, name: str = "config.json", **changes: Any) -> None:
    path = folder / name
    plain = json.loads(path.read_text("utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**plain, **changes}), "utf-8")


def test_a_sound_folder(folder: Path) -> None:
    found = open_folder(folder)
    assert found.kind == "llama"
    assert found.weights == (folder / "model.safetensors",)
    assert not found.has_own_code
    assert found.quantization is None
    assert open_folder(folder / "model.safetensors") == found


def test_the_vocabulary_needs_no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    assert open_folder(folder, needs_weights=False).weights == ()
    with pytest.raises(ModelMissingError):
        open_folder(folder)


def test_own_code_is_left_out_and_said(folder: Path) -> None:
    _change(
        folder,
        auto_map={"AutoModelForCausalLM": "evil.Model"},
        attn_implementation="someone/kernel",
    )
    found = open_folder(folder)
    assert found.has_own_code
    assert not {"auto_map", "attn_implementation"} & set(found.config)


@pytest.mark.parametrize("kind", [None, "exaone", "mamba", "../llama", 7])
def test_only_known_kinds(folder: Path, kind: object) -> None:
    _change(folder, model_type=kind)
    with pytest.raises(ModelUnsupportedError) as caught:
        open_folder(folder)
    assert caught.value.lines()


@pytest.mark.parametrize("value", [0, -1, 2**40, "192", 1.5, True])
def test_impossible_sizes(folder: Path, value: object) -> None:
    _change(folder, hidden_size=value)
    with pytest.raises(ModelDamagedError, match="hidden_size"):
        open_folder(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_config_that_is_none(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    with pytest.raises(ModelDamagedError):
        open_folder(folder)


def _file(header: object, data: bytes = b"") -> bytes:
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(content)) + content + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 8,
        struct.pack("<Q", 2**60) + b"{}",
        _file(b"{"),
        _file([]),
        _file({"a": 1}),
        _file({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"1234567"),
        _file({"a": {"data_offsets": ["x", "y"]}}),
    ],
)
def test_weights_that_are_none(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelDamagedError, match=r"model\.safetensors"):
        open_folder(folder)


def test_pickles_are_to_be_converted_first(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelUnsupportedError, match="no safetensors"):
        open_folder(folder)


@pytest.mark.parametrize(
    "names", [["../model.safetensors"], ["/etc/passwd"], ["a.bin"], ["a\0.safetensors"], []]
)
def test_an_index_names_files_of_the_folder_only(folder: Path, names: list[str]) -> None:
    plain = {"weight_map": {f"tensor {number}": name for number, name in enumerate(names)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(plain), "utf-8")
    with pytest.raises(ModelDamagedError):
        open_folder(folder)


def test_a_part_that_is_not_there(folder: Path) -> None:
    plain = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(plain), "utf-8")
    with pytest.raises(ModelMissingError, match=r"model-2\.safetensors"):
        open_folder(folder)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ messages }}", "{{ messages }}"),
        ([{"name": "tool", "template": "t"}, {"name": "default", "template": "d"}], "d"),
        (None, ""),
        (5, ""),
    ],
)
def test_the_chat_template(folder: Path, template: object, expected: str) -> None:
    _change(folder, "tokenizer_config.json", chat_template=template)
    assert open_folder(folder).chat_template == expected
    (folder / "chat_template.jinja").write_text("{# own file #}", "utf-8")
    assert open_folder(folder).chat_template == "{# own file #}"


def test_learned_places_limit_the_context(folder: Path) -> None:
    assert open_folder(folder).window(4096) == 4096  # although it was made for 2,048
    _change(folder, model_type="gpt2", n_positions=1024)
    assert open_folder(folder).window(4096) == 1024
    assert open_folder(folder).window(512) == 512


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        open_folder(tmp_path / "없음")
    with pytest.raises(ModelError):
        open_folder(tmp_path)
