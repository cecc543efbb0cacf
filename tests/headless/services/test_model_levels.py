"""Which level a model gets when nobody chose one."""

import dataclasses
from pathlib import Path

import pytest

from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_writer import Typed
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.models import LoadOptions
from kochat_gui.services.model_levels import ModelLevels
from tests.helpers.tiny_models import BUILT_IN, tiny_gguf

AMPLE, NOTHING = 64 * 1024**3, 0


@pytest.mark.parametrize(
    ("available", "remembered", "level"),
    [(AMPLE, "", "f16"), (AMPLE, "q5_0", "q5_0"), (AMPLE, "q9_9", "f16"), (NOTHING, "", "q4_0")],
)
def test_a_file_is_loaded_as_it_is_if_it_fits(
    tmp_path: Path, available: int, remembered: str, level: str
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(tiny_gguf({"general.file_type": Typed(ValueType.UINT32, 1)}))
    spec = dataclasses.replace(inspect_model(path), size_bytes=10**6)
    levels = ModelLevels(tmp_path / "cache", lambda: available)
    assert levels.checked(spec, None, remembered, LoadOptions()) == level


def test_an_original_gets_the_recommended_level(tmp_path: Path) -> None:
    levels = ModelLevels(tmp_path / "cache", lambda: AMPLE)
    assert levels.checked(inspect_model(BUILT_IN), None, "", LoadOptions()) == "q8_0"
