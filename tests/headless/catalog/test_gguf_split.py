"""Models in several GGUF files: opened by any part, named when a part is missing or foreign."""

from pathlib import Path

import pytest

from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.gguf_split import part_paths, read_gguf_parts
from kochat_gui.catalog.gguf_writer import PlannedTensor, Typed, encode_header
from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes, sizes_are_exact
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelDamagedError, ModelMissingError, ModelUnsupportedError
from tests.helpers.split_gguf import split_gguf
from tests.helpers.tiny_models import tiny_gguf, write_tiny_folder


def _whole(folder: Path) -> Path:
    spec = inspect_model(write_tiny_folder(folder / "m", {"hidden_size": 256}))
    cache = LevelCache(folder / "cache")
    return cache.make(spec, "f16", level_sizes(spec), lambda _: None, CancelToken())


@pytest.fixture
def parts(tmp_path: Path) -> list[Path]:
    return split_gguf(_whole(tmp_path), tmp_path / "나눈 모델", 3)


def test_any_part_opens_the_whole(tmp_path: Path, parts: list[Path]) -> None:
    whole = inspect_model(tmp_path / next((tmp_path / "cache").rglob("f16.gguf")))
    for part in parts:
        spec = inspect_model(part)
        assert spec.path == parts[0]
        assert spec.name == "나눈 모델"
        assert spec.parameter_count == whole.parameter_count
        assert spec.size_bytes == sum(path.stat().st_size for path in parts)
        assert (spec.vocab_size, spec.layer_count) == (whole.vocab_size, whole.layer_count)


def test_levels_of_a_split_model_are_made_and_exact(tmp_path: Path, parts: list[Path]) -> None:
    spec = inspect_model(parts[1])
    sizes = level_sizes(spec)
    assert sizes_are_exact(spec)
    cache = LevelCache(tmp_path / "again")
    for level in ("q4_k_m", "q8_0"):
        made = cache.make(spec, level, sizes, lambda _: None, CancelToken())
        assert made.stat().st_size == sizes[level]
    whole = inspect_model(next((tmp_path / "cache").rglob("f16.gguf")))
    joined = cache.make(whole, "q8_0", level_sizes(whole), lambda _: None, CancelToken())
    content = cache.path(spec, "q8_0").read_bytes()
    assert content[-10_000:] == joined.read_bytes()[-10_000:]


def test_a_split_model_can_be_joined(tmp_path: Path, parts: list[Path]) -> None:
    spec = inspect_model(parts[0])
    target = tmp_path / "joined.gguf"
    sizes = level_sizes(spec)
    LevelCache(tmp_path / "again").export(spec, "f16", sizes, target, lambda _: None, CancelToken())
    header = read_gguf_header(target)
    assert "split.count" not in header.metadata
    assert len(header.tensors) == len(read_gguf_parts(parts[0]).tensors)


def test_a_missing_part_is_named(parts: list[Path]) -> None:
    parts[2].unlink()
    with pytest.raises(ModelDamagedError, match=f"3 parts.*{parts[2].name} is not there"):
        inspect_model(parts[0])


def test_a_part_of_another_model_is_noticed(tmp_path: Path, parts: list[Path]) -> None:
    others = split_gguf(_whole(tmp_path / "other"), tmp_path / "other" / "나눈 모델", 3)
    parts[1].write_bytes(others[2].read_bytes())
    with pytest.raises(ModelDamagedError, match="not part 2 of 3"):
        inspect_model(parts[0])
    parts[1].write_bytes(others[1].read_bytes()[:-100])
    with pytest.raises(ModelDamagedError, match="cut off"):
        inspect_model(parts[0])


def test_a_renamed_part_says_how_it_should_be_called(parts: list[Path]) -> None:
    renamed = parts[1].rename(parts[1].with_name("model.bin"))
    with pytest.raises(ModelUnsupportedError, match="renamed") as caught:
        inspect_model(renamed)
    assert "00001-of-00003" in caught.value.text()


def test_the_name_of_a_part_alone_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model-00001-of-00002.gguf"
    path.write_bytes(tiny_gguf())
    assert inspect_model(path).size_bytes == len(tiny_gguf())
    with pytest.raises(ModelMissingError):
        inspect_model(tmp_path / "model-00002-of-00002.gguf")


@pytest.mark.parametrize("count", [-1, 2**16, 2])
def test_impossible_counts(tmp_path: Path, count: int) -> None:
    path = tmp_path / "m-00001-of-00002.gguf"
    kind = ValueType.INT32 if count < 0 else ValueType.UINT32
    tensors = [PlannedTensor("token_embd.weight", "f32", (32, 3))]
    header = encode_header({"split.count": Typed(kind, count)}, tensors)
    path.write_bytes(header + bytes(32 * 3 * 4))
    with pytest.raises((ModelDamagedError, ModelUnsupportedError)):
        inspect_model(path)


@pytest.mark.parametrize("name", ["m.gguf", "m-1-of-2.gguf", "m-00001-of-00001.gguf", "모델"])
def test_whole_files_have_one_path(name: str) -> None:
    assert part_paths(Path(name)) == [Path(name)]
