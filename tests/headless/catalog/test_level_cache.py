"""What is made of models: from every format, where it is kept, and what is deleted again."""

import hashlib
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.level_cache import PREPARED, LevelCache, MadeFile
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import MemoryShortError, ModelError, UsageError
from kochat_gui.core.models import ImportOptions, ModelFormat, ModelSpec
from tests.helpers.ggml_writer import tiny_ggml
from tests.helpers.tiny_models import BUILT_IN, tiny_gguf, write_tiny_folder
from tests.helpers.torch_checkpoints import write_checkpoint_folder

_SMALL = {"f16": struct.pack("<e", 0.01), "f32": struct.pack("<f", 0.01)}


def _make(cache: LevelCache, spec: ModelSpec, level: str) -> Path:
    return cache.make(spec, level, level_sizes(spec), lambda _: None, CancelToken())


def _export(cache: LevelCache, spec: ModelSpec, level: str, target: Path) -> Path:
    return cache.export(spec, level, level_sizes(spec), target, lambda _: None, CancelToken())


def _folder(path: Path) -> ModelSpec:
    return inspect_model(write_tiny_folder(path, {"hidden_size": 256}))


def _checkpoint(path: Path) -> ModelSpec:
    write_tiny_folder(path / "safe", {"hidden_size": 256})
    return inspect_model(write_checkpoint_folder(path / "모델", path / "safe", files=2))


def _ggml(level: str) -> Callable[[Path], ModelSpec]:
    def write(path: Path) -> ModelSpec:
        path.mkdir(parents=True)
        model = tiny_ggml(level)
        if level in _SMALL:
            # Random bytes would be no numbers at all, now and then.
            for tensor in model.tensors:
                item = _SMALL["f32" if len(tensor.shape) == 1 else level]
                data = item * (len(tensor.data) // len(item))
                model = model.changed(tensor.name, data=data)
        (path / "모델.bin").write_bytes(model.encoded())
        return inspect_model(path / "모델.bin")

    return write


SOURCES: dict[str, tuple[Callable[[Path], ModelSpec], tuple[str, ...]]] = {
    "safetensors": (_folder, ("q4_k_m", "f32", "f16")),
    "checkpoint": (_checkpoint, ("q4_0", "f16")),
    "ggml f16": (_ggml("f16"), ("q8_0", "f16", "f32")),
    "ggml f32": (_ggml("f32"), ("q4_k_m", "f32")),
    "ggml q5_1": (_ggml("q5_1"), ("q5_1",)),
}


def _prints(path: Path) -> dict[str, str]:
    files = [path] if path.is_file() else sorted(path.iterdir())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_format_becomes_every_level_as_foretold(tmp_path: Path, kind: str) -> None:
    write, levels = SOURCES[kind]
    spec = write(tmp_path / "source")
    before = _prints(spec.path)
    sizes = level_sizes(spec)
    cache = LevelCache(tmp_path / "cache")
    for level in levels:
        path = _make(cache, spec, level)
        assert path.stat().st_size == sizes[level], level
        header = read_gguf_header(path)
        assert header.file_type == level
        assert header.metadata["general.name"] == spec.name
        assert cache.is_made(spec, level)
    assert _prints(spec.path) == before


def test_an_f32_level_keeps_every_digit(tmp_path: Path) -> None:
    """From the weights themselves, not by way of f16."""
    spec = _folder(tmp_path / "m")
    path = _make(LevelCache(tmp_path / "cache"), spec, "f32")
    header = read_gguf_header(path)
    stored = next(t for t in header.tensors if t.name == "token_embd.weight")
    start = header.data_offset + stored.offset
    weights = path.read_bytes()[start : start + stored.size]
    assert weights in (spec.path / "model.safetensors").read_bytes()


def test_import_options_are_part_of_what_is_made(tmp_path: Path) -> None:
    spec = _ggml("q4_0")(tmp_path / "m")
    cache = LevelCache(tmp_path / "cache")
    first = _make(cache, spec, "q4_0")
    other = replace(spec, import_options=ImportOptions(4096, 1e-6, 20_000.0))
    assert not cache.is_made(other, "q4_0")
    second = _make(cache, other, "q4_0")
    assert first != second
    metadata = read_gguf_header(second).metadata
    assert metadata["llama.context_length"] == 4096
    assert metadata["llama.rope.freq_base"] == 20_000.0


def test_a_step_on_the_way_stays_only_where_there_is_plenty_of_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = _checkpoint(tmp_path / "m")
    roomy = LevelCache(tmp_path / "roomy")
    _make(roomy, spec, "q8_0")
    assert {made.level for made in roomy.made_files(spec)} == {"q8_0", "f16", PREPARED}
    sizes = level_sizes(spec)
    free = 12 * sizes["f16"] + 200 * 1024**2
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    monkeypatch.setattr("kochat_gui.catalog.level_cache._KEPT_SHARE", 10_000)
    tight = LevelCache(tmp_path / "tight")
    _make(tight, spec, "q8_0")
    assert {made.level for made in tight.made_files(spec)} == {"q8_0"}


def test_a_damaged_step_is_made_again(tmp_path: Path) -> None:
    spec = _checkpoint(tmp_path / "m")
    cache = LevelCache(tmp_path / "cache")
    whole = _make(cache, spec, "q8_0")
    content = whole.read_bytes()
    os.truncate(next((whole.parent / PREPARED).glob("*.safetensors")), 100)
    os.truncate(whole.with_name("f16.gguf"), 100)
    whole.unlink()
    assert _make(cache, spec, "q8_0").read_bytes() == content


def test_a_damaged_original_is_left_alone(tmp_path: Path) -> None:
    spec = _folder(tmp_path / "m")
    weights = spec.path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    before = _prints(spec.path)
    cache = LevelCache(tmp_path / "cache", lambda: 2**40)
    assert cache.make_weights(spec, lambda _: None, CancelToken()) == spec.path
    with pytest.raises(ModelError):
        cache.make(spec, "q4_0", {"q4_0": 1, "f16": 1}, lambda _: None, CancelToken())
    assert _prints(spec.path) == before


def test_a_level_that_was_asked_for_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kochat_gui.catalog.level_cache._KEPT_SHARE", 10**12)
    spec = _folder(tmp_path / "m")
    cache = LevelCache(tmp_path / "cache")
    _make(cache, spec, "f16")
    _make(cache, spec, "q4_0")
    assert {made.level for made in cache.made_files(spec)} == {"q4_0", "f16"}


def test_made_files_are_listed_and_deleted(tmp_path: Path) -> None:
    spec = _checkpoint(tmp_path / "m")
    before = _prints(spec.path)
    cache = LevelCache(tmp_path / "cache")
    path = _make(cache, spec, "q4_0")
    cache.vocabulary(spec, CancelToken())
    made = cache.made_files(spec)
    assert MadeFile("q4_0", path, path.stat().st_size) in made
    assert [file.size_bytes for file in made] == sorted(
        (file.size_bytes for file in made), reverse=True
    )
    for file in made:
        cache.delete(spec, file.level)
        assert not file.path.exists()
    assert cache.made_files(spec) == []
    cache.delete(spec, "q4_0")
    assert not list(tmp_path.glob("cache/*")), "an empty folder is left"
    assert _prints(spec.path) == before


@pytest.mark.parametrize("level", ["q4_0", "f16"])
@pytest.mark.parametrize("is_made", [False, True])
def test_a_level_can_be_written_anywhere(tmp_path: Path, level: str, is_made: bool) -> None:
    spec = _folder(tmp_path / "m")
    cache = LevelCache(tmp_path / "cache")
    if is_made:
        _make(cache, spec, level)
    target = tmp_path / "내 모델 [새] *.gguf"
    target.write_bytes(b"an older one")
    assert _export(cache, spec, level, target) == target
    assert target.read_bytes() == _make(cache, spec, level).read_bytes()
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []


def test_a_gguf_file_is_exported_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "m.gguf"
    source.write_bytes(tiny_gguf())
    target = _export(LevelCache(tmp_path / "c"), inspect_model(source), "q4_0", tmp_path / "n")
    assert target.read_bytes() == source.read_bytes()
    assert not list((tmp_path / "c").glob("*")), "an empty folder is left"


@pytest.mark.parametrize("name", ["m.gguf", "other.gguf", "../x/m.gguf"])
def test_the_original_is_never_a_target(tmp_path: Path, name: str) -> None:
    source = tmp_path / "x" / "m.gguf"
    source.parent.mkdir()
    source.write_bytes(tiny_gguf())
    os.link(source, source.with_name("other.gguf"))
    with pytest.raises(UsageError, match="is the original"):
        _export(LevelCache(tmp_path / "c"), inspect_model(source), "q4_0", source.parent / name)
    assert source.read_bytes() == tiny_gguf()


@pytest.mark.parametrize("kind", SOURCES)
def test_the_vocabulary_alone_is_small_and_has_no_weights(tmp_path: Path, kind: str) -> None:
    spec = SOURCES[kind][0](tmp_path / "m")
    cache = LevelCache(tmp_path / "cache")
    path = cache.vocabulary(spec, CancelToken())
    header = read_gguf_header(path)
    assert header.tensors == ()
    assert "tokenizer.ggml.tokens" in header.metadata
    assert cache.vocabulary(spec, CancelToken()) == path
    assert cache.made_files(spec) == []


def test_a_made_level_serves_as_vocabulary(tmp_path: Path) -> None:
    spec = inspect_model(BUILT_IN)
    cache = LevelCache(tmp_path)
    made = _make(cache, spec, "f16")
    assert cache.vocabulary(spec, CancelToken()) == made
    gguf = replace(spec, path=made, format=ModelFormat.GGUF)
    assert cache.vocabulary(gguf, CancelToken()) == made


def test_too_little_memory_is_said_before_anything_is_written(tmp_path: Path) -> None:
    cache = LevelCache(tmp_path / "cache", available=lambda: 100 * 1024**2)
    with pytest.raises(MemoryShortError, match=r"needs .* of memory"):
        _make(cache, inspect_model(BUILT_IN), "q4_0")
    assert not (tmp_path / "cache").exists()
