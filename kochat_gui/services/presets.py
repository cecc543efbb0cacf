"""Generation presets: the values of the models' cards, and what an engine makes of them.

The presets are data (``resources/presets/*.json``; see the README there).
"""

import functools
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.core.presets import Preset, ValueRemark
from kochat_gui.core.resources import resource
from kochat_gui.engines.registry import engines_for, unsupported_sampling
from kochat_gui.services.chat_templates import match_spec
from kochat_gui.settings.model_preferences import ModelPreferences

_LABELS = {
    "eeve": QT_TRANSLATE_NOOP("Presets", "EEVE, few repetitions"),
    "exaone": QT_TRANSLATE_NOOP("Presets", "EXAONE 3.5 card"),
    "exaone-4": QT_TRANSLATE_NOOP("Presets", "EXAONE 4 card, Korean"),
    "exaone-thinking": QT_TRANSLATE_NOOP("Presets", "EXAONE card, thinking"),
    "general": QT_TRANSLATE_NOOP("Presets", "Usual values"),
    "ggml-card": QT_TRANSLATE_NOOP("Presets", "GGML card"),
    "hyperclova-x": QT_TRANSLATE_NOOP("Presets", "HyperCLOVA X SEED card"),
    "kfkas-card": QT_TRANSLATE_NOOP("Presets", "Exactly as on the card"),
    "kfkas-live": QT_TRANSLATE_NOOP("Presets", "Live (card without beams)"),
    "komt-card": QT_TRANSLATE_NOOP("Presets", "komt card"),
    "komt-mistral-card": QT_TRANSLATE_NOOP("Presets", "komt Mistral card"),
    "komt-v1-card": QT_TRANSLATE_NOOP("Presets", "komt v1 card"),
    "llama-2-ko": QT_TRANSLATE_NOOP("Presets", "Continuing Korean texts"),
    "qwen-3": QT_TRANSLATE_NOOP("Presets", "Qwen 3 card"),
    "qwen-3-2507": QT_TRANSLATE_NOOP("Presets", "Qwen 3 2507 card"),
    "qwen-3-thinking": QT_TRANSLATE_NOOP("Presets", "Qwen 3 card, thinking"),
}
GENERAL = "general"
"""The preset that stands for the program's settings."""
_NOT_LIVE = QT_TRANSLATE_NOOP("Presets", "This value does not go together with live output.")
_NOT_HERE = QT_TRANSLATE_NOOP("Presets", "The engine in use cannot do this, and leaves it out.")
_ONLY_BEAMS = QT_TRANSLATE_NOOP("Presets", "This has an effect with several beams only.")
_ALWAYS_SUPPORTED = SamplingParams(
    temperature=1, top_k=0, top_p=1, min_p=0, repeat_penalty=1, repeat_last_n=0
)
"""Values with which nothing is asked of an engine."""


@dataclass(frozen=True)
class PresetRow:
    """A preset and the models that it is for."""

    preset: Preset
    rank: int
    families: tuple[str, ...]
    templates: tuple[str, ...]

    def distance(self, family: str, template: str) -> int | None:
        """0 for the model's own card; None when the preset is for others."""
        if family and family in self.families:
            return 0
        if template in self.templates:
            return 1
        return 2 if self.preset.name == GENERAL else None


def presets_for(spec: ModelSpec, template: str, engine: str | None = None) -> list[Preset]:
    """Presets for a model with a chat template, the best one first; ``general`` is the last.

    ``engine``: the one that runs the model, for remarks on what it cannot do; None: the preferred
    one for the model's format.
    """
    unsupported = unsupported_sampling(engine or _engine(spec))
    family = match_spec(spec).family
    fitting = [
        (distance, row.rank, row.preset)
        for row in _rows()
        if (distance := row.distance(family, template)) is not None
    ]
    fitting.sort(key=lambda row: (row[0], row[1], row[2].name))
    return [
        replace(preset, remarks=value_remarks(preset.sampling, unsupported))
        for _, _, preset in fitting
    ]


def usual_preset(spec: ModelSpec, template: str) -> str:
    """Name of the preset that a model has until a person chooses one: its card's, as it streams."""
    return next((preset.name for preset in presets_for(spec, template) if preset.streams), GENERAL)


def preset_named(name: str) -> Preset | None:
    """The preset of that name, without remarks; None when there is none."""
    return next((row.preset for row in _rows() if row.preset.name == name), None)


def value_remarks(
    sampling: SamplingParams, unsupported: Collection[str]
) -> tuple[ValueRemark, ...]:
    """What to know about these values with an engine that cannot honour ``unsupported``."""
    remarks = []
    for item in fields(sampling):
        value = getattr(sampling, item.name)
        if value == getattr(_ALWAYS_SUPPORTED, item.name):
            continue
        if item.name == "num_beams":
            remarks.append(ValueRemark(item.name, _NOT_LIVE))
        if item.name == "early_stopping" and sampling.num_beams == 1:
            remarks.append(ValueRemark(item.name, _ONLY_BEAMS))
        elif item.name in unsupported:
            remarks.append(ValueRemark(item.name, _NOT_HERE))
    return tuple(remarks)


def _engine(spec: ModelSpec) -> str:
    # Everything but a script becomes a GGUF file, unless a precision is chosen for it.
    format_ = spec.format if spec.format is ModelFormat.SCRIPT else ModelFormat.GGUF
    return engines_for(format_)[0]


@functools.cache
def _rows() -> tuple[PresetRow, ...]:
    return tuple(read_preset(path) for path in sorted(resource("presets").glob("*.json")))


def read_preset(path: Path) -> PresetRow:
    """Read one file; ``ValueError`` names one that is not as it should be."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        sampling = _sampling(plain["sampling"])
        preset = Preset(
            name=path.stem,
            label=_label(path.stem),
            sampling=sampling,
            template=plain.get("template"),
            source=plain["source"],
            streams=sampling.num_beams == 1,
            context_tokens=plain.get("context_tokens", 0),
        )
        return PresetRow(preset, plain["rank"], tuple(plain["families"]), tuple(plain["templates"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"bad preset {path.name}: {error}") from error


def _sampling(plain: Mapping[str, Any]) -> SamplingParams:
    sampling = SamplingParams(**{**plain, "stop": tuple(plain.get("stop", ()))})
    if sampling.problems():
        raise ValueError(f"out of range: {sampling.problems()}")
    return sampling


def _label(name: str) -> TextKey:
    return _LABELS[name]


def preset_of(spec: ModelSpec, preferences: ModelPreferences) -> str | None:
    """Name of the preset in force for ``spec``: the chosen one, else its card's."""
    return preferences.preset or usual_preset(spec, spec.template or "")


def template_of(preferences: ModelPreferences) -> str | None:
    """The chat template that a chosen preset is meant for; None: the model's."""
    chosen = preset_named(preferences.preset) if preferences.preset is not None else None
    return chosen.template if chosen is not None else None
