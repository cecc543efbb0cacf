"""The engines that the contract is asked of; a new engine adds a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.engines import registry
from kochat_gui.engines.base import Engine
from tests.benchmarks.random_gguf import TINY, write_random_gguf
from tests.engine_scripts import script_spec
from tests.helpers.endless_model import endless_model, strong_adapter
from tests.helpers.random_adapter import write_random_adapter


@dataclass(frozen=True)
class EngineCase:
    """One engine and small models for it."""

    name: str
    """Registry name."""
    make_model: Callable[[Path], ModelSpec]
    """Writes a one-file model into a folder; it answers everything with more than 24 tokens (and
    with more than 1,500 where the window has room), that hold at least 10 characters.
    """
    make_adapter: Callable[[Path], Path]
    """Writes an adapter for that model into a folder; it changes every answer."""
    unsupported: Mapping[str, Any]
    """Values of all sampling parameters that the engine cannot honour."""
    level: str = ""
    """Of the models, where the engine makes it while loading."""
    is_repeatable: bool = True
    """A token has the same state whether it was read alone or with others.

    Not so with 8 bits of bitsandbytes, which looks for outliers in all that is read at once
    (Dettmers et al. 2022, LLM.int8(), section 3): what was read before changes the rest a little.
    """

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.name} {self.level}".strip()

    def make_engine(self) -> Engine:
        """A new engine in this process."""
        return registry.create(self.name)

    def missing(self) -> bool:
        """Its library is not installed."""
        return registry.availability(self.name) is not None


def _script(folder: Path) -> ModelSpec:
    blocks = ["가나다라{adapters}마바사, 아자차카타파하. Hello 👨‍👩‍👧!"]
    return script_spec(folder, default={"blocks": blocks, "characters": 12_000})


def _any_file(folder: Path) -> Path:
    path = folder / "말투.adapter"
    path.write_bytes(b"")
    return path


def _random_adapter(folder: Path) -> Path:
    return write_random_adapter(folder / "무작위 어댑터.gguf")


def _random_gguf(folder: Path) -> ModelSpec:
    path = write_random_gguf(folder / "무작위 모델.gguf", TINY)
    size = path.stat().st_size
    return ModelSpec(str(path), "random", path, ModelFormat.GGUF, "f16", size)


ENGINE_CASES = [
    EngineCase(
        "scripted",
        _script,
        _any_file,
        {"logit_bias": ((5, 1.0),), "no_repeat_ngram": 3, "num_beams": 2},
    ),
    EngineCase("llama.cpp", _random_gguf, _random_adapter, {"num_beams": 2}),
]


def transformers_case(level: str) -> EngineCase:
    """The transformers engine at one level; its libraries take seconds to load."""
    return EngineCase(
        "transformers",
        lambda folder: endless_model(folder, level),
        strong_adapter,
        {},
        level,
        is_repeatable=level != "int8",
    )
