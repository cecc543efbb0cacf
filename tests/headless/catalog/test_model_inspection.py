"""Models are recognised by content, and refused by what they are."""

import json
import os
import shutil
import struct
import sys
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_writer import Typed, TypedArray
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelMissingError,
    ModelUnsupportedError,
    UserFacingError,
)
from kochat_gui.core.models import ModelFormat
from tests.helpers.ggml_writer import tiny_ggml
from tests.helpers.tiny_models import BUILT_IN, mutations, tiny_gguf, write_tiny_folder
from tests.helpers.torch_checkpoints import write_checkpoint_folder

_Form = Literal["NFC", "NFD"]


def test_the_built_in_model() -> None:
    spec = inspect_model(BUILT_IN)
    assert spec.format is ModelFormat.SAFETENSORS
    assert spec.architecture == "LlamaForCausalLM"
    assert (spec.layer_count, spec.hidden_size, spec.head_count, spec.head_dim) == (4, 192, 6, 32)
    assert (spec.vocab_size, spec.context_length) == (4096, 2048)
    assert spec.parameter_count == 3_344_064
    assert spec.size_bytes == 2 * spec.parameter_count


def test_the_home_of_nobody() -> None:
    with pytest.raises(ModelMissingError):
        inspect_model(Path("~nobodyhere/모델.gguf"))


def test_a_file_inside_a_folder_means_the_folder() -> None:
    assert inspect_model(BUILT_IN / "model.safetensors") == inspect_model(BUILT_IN)


@pytest.mark.parametrize(
    "name",
    ["model.gguf", "Llama-2-ko-7b.bin", "한글 폴더/모델 (1).gguf", "아무 이름", "a\nb'\".gguf"],
)
def test_gguf_by_content_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(tiny_gguf())
    spec = inspect_model(path)
    assert spec.format is ModelFormat.GGUF
    assert spec.quantization == "q4_0"
    assert spec.vocab_size == 3
    assert spec.path == path


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "모델.gguf")
    with pytest.raises(ModelDamagedError):
        inspect_model(tmp_path / "모델.gguf")


@pytest.mark.parametrize("name", ["tokenizer.json", "메모.txt", None])
def test_a_folder_without_a_model(name: str | None, tmp_path: Path) -> None:
    if name is not None:
        (tmp_path / name).write_text("{}", "utf-8")
    with pytest.raises(ModelMissingError, match="no model in the folder"):
        inspect_model(tmp_path)


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_hangul_names_in_either_form(tmp_path: Path, stored: _Form, typed: _Form) -> None:
    def named(form: _Form) -> Path:
        return tmp_path / unicodedata.normalize(form, "한글 폴더/모델 (1).gguf")

    named(stored).parent.mkdir()
    named(stored).write_bytes(tiny_gguf())
    assert inspect_model(named(typed)).size_bytes == len(tiny_gguf())


UNSUPPORTED = {
    "old adapter": (b"algg" + bytes(40), "an adapter in the GGLA format"),
    "pickle": (b"\x80\x02}q\x00" + bytes(40), "pickle"),
    "zipped pickle": (b"PK\x03\x04" + bytes(40), "pickle"),
    "big-endian": (b"GGUF" + struct.pack(">I", 3) + bytes(40), "big-endian"),
    "GGUF v1": (b"GGUF" + struct.pack("<I", 1) + bytes(40), "version 1"),
    "lone weights": (struct.pack("<Q", 30) + b'{"w":' + bytes(40), "only the weights"),
    "adapter": (tiny_gguf({"general.type": Typed(ValueType.STRING, "adapter")}), "an adapter"),
    "part": (
        tiny_gguf({"split.count": Typed(ValueType.UINT16, 3)}),
        "one of 3 parts .*, but was renamed",
    ),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_known_but_unsupported_files_are_named(tmp_path: Path, name: str) -> None:
    content, said = UNSUPPORTED[name]
    path = tmp_path / "모델.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelUnsupportedError, match=said) as caught:
        inspect_model(path)
    assert caught.value.advice is not None


@pytest.mark.parametrize("content", [b"", b"GG", b"hello, world", bytes(1000), b"\xff" * 64])
def test_what_is_no_model_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelDamagedError):
        inspect_model(path)


@pytest.mark.parametrize("name", ["없음.gguf", "a\0b.gguf", "x" * 5000])
def test_paths_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserFacingError):
        inspect_model(tmp_path / name)


def test_metadata_of_the_wrong_type_are_damage(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(tiny_gguf({"llama.context_length": Typed(ValueType.STRING, "many")}))
    with pytest.raises(ModelDamagedError):
        inspect_model(path)


def test_mutated_files_never_surprise(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    refused: list[UserFacingError] = []
    for changed in mutations(tiny_gguf(), 1500, seed=22, reach=600):
        path.write_bytes(changed)
        try:
            inspect_model(path)
        except UserFacingError as error:
            refused.append(error)
    assert len(refused) > 500
    assert all(error.lines() for error in refused)


@pytest.mark.parametrize("file", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_without_a_file(tmp_path: Path, file: str) -> None:
    folder = write_tiny_folder(tmp_path / "m")
    (folder / file).unlink()
    with pytest.raises(ModelMissingError):
        inspect_model(folder)


@pytest.mark.parametrize("name", ["", "pytorch_model-00001-of-00002.bin", "config.json"])
def test_a_checkpoint_by_its_folder_or_a_file_in_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "모델"
    write_checkpoint_folder(folder, write_tiny_folder(tmp_path / "m"), files=2)
    spec = inspect_model(folder / name)
    assert spec.format is ModelFormat.CHECKPOINT
    assert (spec.path, spec.vocab_size, spec.layer_count) == (folder, 300, 2)
    (folder / "pytorch_model-00002-of-00002.bin").unlink()
    with pytest.raises(ModelMissingError):
        inspect_model(folder / name)


@pytest.mark.parametrize("name", ["model.bin", "llama-2-ko.gguf", "아무 이름"])
@pytest.mark.parametrize("container", [("ggjt", 3), ("ggjt", 1), ("ggml", 0)])
def test_ggml_by_content_whatever_its_name(
    tmp_path: Path, name: str, container: tuple[str, int]
) -> None:
    path = tmp_path / name
    path.write_bytes(tiny_ggml("f16").encoded(*container))
    spec = inspect_model(path)
    assert (spec.format, spec.quantization) == (ModelFormat.GGML, "f16")
    assert spec.import_options is not None


def test_a_folder_with_one_gguf_file_is_that_file(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "README.md").write_text("# 모델")
    with pytest.raises(ModelMissingError):
        inspect_model(folder)
    (folder / "a.gguf").write_bytes(tiny_gguf())
    assert inspect_model(folder).path == folder / "a.gguf"
    (folder / "b.gguf").write_bytes(tiny_gguf())
    with pytest.raises(ModelUnsupportedError, match="several models") as caught:
        inspect_model(folder)
    assert "a.gguf, b.gguf" in caught.value.text()


def test_weights_of_safetensors_by_content(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path / "m")
    expected = inspect_model(folder)
    assert inspect_model(folder / "tokenizer.json") == expected
    (folder / "copy.bin").write_bytes((folder / "model.safetensors").read_bytes())
    assert inspect_model(folder / "copy.bin") == expected


def test_a_vocabulary_of_another_length_than_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(tiny_gguf({"tokenizer.ggml.tokens": TypedArray(ValueType.STRING, ("가",))}))
    with pytest.raises(ModelDamagedError, match="has 1 tokens, but its weights are for 3"):
        inspect_model(path)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"architectures": None, "model_type": "exaone4"}, "exaone4"),
        ({"architectures": 5}, "?"),
        ({"hidden_act": "gelu"}, "hidden_act"),
        ({"quantization_config": {"bits": 4}}, "quantization_config"),
    ],
)
def test_other_kinds_are_refused_by_name(
    tmp_path: Path, changes: dict[str, object], kind: str
) -> None:
    folder = write_tiny_folder(tmp_path / "m")
    plain = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(plain))
    with pytest.raises(ModelUnsupportedError) as caught:
        inspect_model(folder)
    assert kind in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 65},
        {"hidden_size": "64"},
        {"num_hidden_layers": 10**9},
        {"num_key_value_heads": 3},
        {"vocab_size": 301},
        {"num_hidden_layers": 3},
        {"rms_norm_eps": -1},
        {"eos_token_id": ["x"]},
        {"tie_word_embeddings": True, "hidden_size": 128},
    ],
)
def test_configs_that_do_not_fit_the_weights(tmp_path: Path, changes: dict[str, object]) -> None:
    folder = write_tiny_folder(tmp_path / "m")
    plain = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(plain))
    with pytest.raises(ModelDamagedError):
        inspect_model(folder)


@pytest.mark.parametrize("shard", ["../secret.safetensors", "/etc/passwd", "a\\b.safetensors", 5])
def test_an_index_may_not_leave_its_folder(tmp_path: Path, shard: object) -> None:
    folder = write_tiny_folder(tmp_path / "m", shards=2)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"model.norm.weight": shard}}))
    with pytest.raises(ModelDamagedError, match="outside its folder"):
        inspect_model(folder)


def test_a_missing_shard(tmp_path: Path) -> None:
    folder = write_tiny_folder(tmp_path / "m", shards=3)
    (folder / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(ModelMissingError, match="00002-of-00003"):
        inspect_model(folder)


def test_a_script_for_the_scripted_engine(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    path.write_text('{"format": "kochat-script", "version": 1}')
    assert inspect_model(path).format is ModelFormat.SCRIPT


@pytest.mark.parametrize(
    ("quantized", "level"),
    [
        ({"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}, "nf4"),
        ({"load_in_8bit": True, "load_in_4bit": False}, "int8"),
    ],
)
def test_weights_quantized_by_bitsandbytes_are_recognised(
    quantized: dict[str, object], level: str, tmp_path: Path
) -> None:
    folder = _built_in_with(tmp_path, quantized)
    spec = inspect_model(folder)
    assert (spec.format, spec.quantization) == (ModelFormat.SAFETENSORS, level)
    assert level_sizes(spec) == {}


def test_other_quantized_weights_are_refused_by_name(tmp_path: Path) -> None:
    folder = _built_in_with(tmp_path, {"quant_method": "gptq", "bits": 4})
    with pytest.raises(ModelUnsupportedError, match="gptq"):
        inspect_model(folder)


def _built_in_with(tmp_path: Path, quantized: dict[str, object]) -> Path:
    folder = tmp_path / "quantized"
    shutil.copytree(BUILT_IN, folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["quantization_config"] = quantized
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder
