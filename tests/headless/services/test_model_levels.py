"""Which level a model gets when nobody chose one, and files of levels."""

from pathlib import Path

import pytest

from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UsageError
from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.services.model_levels import ModelLevels
from tests.helpers.tiny_models import BUILT_IN

AMPLE, NOTHING = 64 * 1024**3, 0


def levels_in(folder: Path, available: int = AMPLE) -> ModelLevels:
    return ModelLevels(folder / "cache", lambda: available)


@pytest.fixture(scope="module")
def f16_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in model as a GGUF file of its own."""
    folder = tmp_path_factory.mktemp("f16")
    path = folder / "한글 모델 (1).gguf"
    spec = inspect_model(BUILT_IN)
    levels_in(folder).export(spec, "f16", path, lambda _: None, CancelToken())
    return path


@pytest.mark.parametrize(
    ("available", "remembered", "level"),
    [
        (AMPLE, "", "f16"),
        (AMPLE, "q5_0", "q5_0"),
        (AMPLE, "q4_k_m", "q4_k_m"),
        (AMPLE, "q9_9", "f16"),
    ],
)
def test_a_file_is_loaded_as_it_is_if_it_fits(
    tmp_path: Path, f16_file: Path, available: int, remembered: str, level: str
) -> None:
    levels = levels_in(tmp_path, available)
    assert levels.checked(inspect_model(f16_file), None, remembered, LoadOptions()) == level


def test_a_file_that_does_not_fit_gets_the_smallest_level(tmp_path: Path, f16_file: Path) -> None:
    levels = levels_in(tmp_path, NOTHING)
    spec = inspect_model(f16_file)
    rows = levels.choices(spec, LoadOptions())
    assert rows == sorted(rows, key=lambda row: row.size_bytes)
    assert levels.checked(spec, None, "", LoadOptions()) == rows[0].name != "f16"


def test_an_original_gets_the_recommended_level(tmp_path: Path) -> None:
    assert levels_in(tmp_path).checked(inspect_model(BUILT_IN), None, "", LoadOptions()) == "q8_0"


def test_sizes_are_those_of_the_files(tmp_path: Path, f16_file: Path) -> None:
    levels, spec = levels_in(tmp_path), inspect_model(f16_file)
    for level in ("q4_k_m", "q8_0"):
        made = levels.loadable(spec, level, lambda _: None, CancelToken())
        assert made.path.stat().st_size == made.size_bytes == levels.size(spec, level)
        assert (made.format, made.quantization) == (ModelFormat.GGUF, level)
    assert {made.level for made in levels.made_files(spec)} >= {"q4_k_m", "q8_0"}
    levels.delete_made(spec, "q4_k_m")
    assert "q4_k_m" not in {made.level for made in levels.made_files(spec)}
    assert levels.needs_making(spec, "q4_k_m")
    assert not levels.needs_making(spec, "f16")


def test_a_level_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="q99"):
        levels_in(tmp_path).size(inspect_model(BUILT_IN), "q99")


def test_a_script_has_no_levels(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    spec = ModelSpec(str(path), "s", path, ModelFormat.SCRIPT, None, 1)
    levels = levels_in(tmp_path)
    assert levels.choices(spec, LoadOptions()) == []
    assert levels.made_files(spec) == []
    assert levels.vocabulary(spec, CancelToken()) is spec


def test_a_vocabulary_is_made_without_weights(tmp_path: Path) -> None:
    spec = inspect_model(BUILT_IN)
    source = levels_in(tmp_path).vocabulary(spec, CancelToken())
    assert source.format is ModelFormat.GGUF
    assert source.path.stat().st_size < spec.size_bytes // 4
