"""Adapters as GGUF: made once per kind of model, refused for models that they do not fit."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.catalog.adapter_cache import AdapterCache
from kochat_gui.catalog.adapter_header import describe_adapter
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import AdapterGivenError, Cancelled, ModelUnsupportedError
from kochat_gui.core.models import AdapterFormat, AdapterSpec, ModelSpec
from kochat_gui.core.resources import resource
from tests.helpers.tiny_models import BUILT_IN

ADAPTER = resource("adapters", "ko-tiny-meow")


def _make(cache: AdapterCache, adapter: AdapterSpec, model: ModelSpec) -> Path:
    return cache.make(adapter, model, lambda _: None, CancelToken())


@pytest.fixture
def model() -> ModelSpec:
    return inspect_model(BUILT_IN)


def test_an_adapter_is_converted_once(tmp_path: Path, model: ModelSpec) -> None:
    cache = AdapterCache(tmp_path / "adapters")
    adapter = describe_adapter(ADAPTER)
    path = _make(cache, adapter, model)
    header = read_gguf_header(path)
    assert header.metadata["general.type"] == "adapter"
    made = path.stat().st_mtime_ns
    assert _make(cache, adapter, model) == path
    assert path.stat().st_mtime_ns == made
    assert [found.name for found in (tmp_path / "adapters").iterdir()] == [path.name]


def test_a_gguf_adapter_is_its_own_file(tmp_path: Path, model: ModelSpec) -> None:
    cache = AdapterCache(tmp_path / "adapters")
    made = _make(cache, describe_adapter(ADAPTER), model)
    given = Path(shutil.copy(made, tmp_path / "고양이.gguf"))
    adapter = describe_adapter(given)
    assert adapter.format is AdapterFormat.GGUF
    assert _make(cache, adapter, model) == given


def test_a_changed_adapter_is_made_again(tmp_path: Path, model: ModelSpec) -> None:
    folder = Path(shutil.copytree(ADAPTER, tmp_path / "말투"))
    cache = AdapterCache(tmp_path / "adapters")
    first = cache.path(describe_adapter(folder), model)
    os.utime(folder / "adapter_model.safetensors", ns=(1, 1))
    assert cache.path(describe_adapter(folder), model) != first


def test_a_damaged_file_is_made_again(tmp_path: Path, model: ModelSpec) -> None:
    cache = AdapterCache(tmp_path / "adapters")
    path = _make(cache, describe_adapter(ADAPTER), model)
    whole = path.read_bytes()
    path.write_bytes(whole[:-500])
    assert _make(cache, describe_adapter(ADAPTER), model).read_bytes() == whole


def test_a_base_of_another_shape_is_refused_before_anything_is_made(
    tmp_path: Path, model: ModelSpec
) -> None:
    other = replace(model, hidden_size=256)
    with pytest.raises(ModelUnsupportedError):
        _make(AdapterCache(tmp_path / "adapters"), describe_adapter(ADAPTER), other)
    assert not (tmp_path / "adapters").exists()


def test_a_cancelled_conversion_leaves_nothing(tmp_path: Path, model: ModelSpec) -> None:
    cancel = CancelToken()
    cache = AdapterCache(tmp_path / "adapters")
    with pytest.raises(Cancelled):
        cache.make(describe_adapter(ADAPTER), model, lambda _: cancel.cancel(), cancel)
    assert [path for path in (tmp_path / "adapters").iterdir() if path.suffix != ".gguf"] == []


@pytest.mark.parametrize("name", ["", "adapter_config.json", "adapter_model.safetensors"])
def test_an_adapter_in_place_of_a_model_is_told_apart(name: str) -> None:
    with pytest.raises(AdapterGivenError, match="ko-tiny-meow is an adapter") as caught:
        inspect_model(ADAPTER / name)
    assert caught.value.code == "adapter"


def test_a_gguf_adapter_in_place_of_a_model(tmp_path: Path, model: ModelSpec) -> None:
    made = _make(AdapterCache(tmp_path), describe_adapter(ADAPTER), model)
    with pytest.raises(AdapterGivenError):
        inspect_model(made)
