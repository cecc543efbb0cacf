"""A pipe in the place of a model's file is refused; opening it would wait forever."""

import os
import shutil
from pathlib import Path

import pytest

from kochat_gui.catalog.ggml_vocabulary import tokenizer_file
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.catalog.source_files import content_hash, fingerprint, source_files
from kochat_gui.core.errors import ModelDamagedError, ModelMissingError
from kochat_gui.core.models import ModelFormat
from kochat_gui.engines.transformers_folder import check_safetensors, open_folder
from tests.helpers.tiny_models import BUILT_IN

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")


def folder_with_pipe(folder: Path, name: str) -> Path:
    shutil.copytree(BUILT_IN, folder, ignore=shutil.ignore_patterns(name))
    os.mkfifo(folder / name)
    return folder


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_needed_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match=f"{name} is not a model file"):
        inspect_model(folder_with_pipe(tmp_path / "모델", name))


@pytest.mark.parametrize(
    "name", ["model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"]
)
def test_weights_in_another_format(name: str, tmp_path: Path) -> None:
    folder = folder_with_pipe(tmp_path / "모델", name)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelDamagedError):
        inspect_model(folder)


def test_missing_tokenizer(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        inspect_model(folder_with_pipe(tmp_path / "모델", "tokenizer.json"))


@pytest.mark.parametrize(
    "name", ["generation_config.json", "tokenizer_config.json", "chat_template.jinja", "README.md"]
)
def test_file_that_a_model_may_have(name: str, tmp_path: Path) -> None:
    folder = folder_with_pipe(tmp_path / "모델", name)
    files = source_files(inspect_model(folder).path, ModelFormat.SAFETENSORS)
    with pytest.raises(ModelDamagedError, match=f"{name} is not a model file"):
        fingerprint("", files)
    with pytest.raises(ModelDamagedError, match=f"{name} is not a model file"):
        content_hash(files)


def test_chosen_tokenizer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tokenizer.json")
    with pytest.raises(ModelDamagedError):
        fingerprint("", [tokenizer_file(tmp_path / "tokenizer.json")])


@pytest.mark.parametrize(
    "name", ["config.json", "generation_config.json", "tokenizer_config.json", "model.safetensors"]
)
def test_transformers_refuses_it_too(name: str, tmp_path: Path) -> None:
    with pytest.raises((ModelDamagedError, ModelMissingError)):
        open_folder(folder_with_pipe(tmp_path / "모델", name))


def test_transformers_leaves_a_template_out(tmp_path: Path) -> None:
    assert open_folder(folder_with_pipe(tmp_path / "모델", "chat_template.jinja")).weights


def test_weights_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.safetensors")
    with pytest.raises(ModelMissingError):
        check_safetensors(tmp_path / "a.safetensors")
