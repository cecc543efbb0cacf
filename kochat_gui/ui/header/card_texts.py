"""How models and levels are put into words where one is chosen."""

from collections.abc import Sequence

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import MemoryFit, ModelSpec, QuantizationChoice
from kochat_gui.ui.header.card import RowText
from kochat_gui.ui.header.model_texts import known_level, level_phrase, parameter_text, size_text
from kochat_gui.ui.theme import Role

_FIT = {
    MemoryFit.AMPLE: (QT_TRANSLATE_NOOP("ModelTexts", "plenty of room here"), Role.GOOD),
    MemoryFit.TIGHT: (QT_TRANSLATE_NOOP("ModelTexts", "tight on this computer"), Role.WARNING),
    MemoryFit.TOO_LARGE: (QT_TRANSLATE_NOOP("ModelTexts", "too large here"), Role.DANGER),
}
_COMMON = frozenset({"q4_0", "q4_k_m", "q5_k_m", "q6_k", "q8_0", "f16"})
"""Levels that people look for first; the others are a click further away."""


def model_row(spec: ModelSpec) -> RowText:
    """A model in the model card."""
    parts = [size_text(spec.size_bytes)]
    if spec.parameter_count:
        count = parameter_text(spec.parameter_count)
        parts.append(translate("ModelTexts", "{count} parameters").format(count=count))
    if spec.context_length:
        length = f"{spec.context_length:,}"
        parts.append(translate("ModelTexts", "up to {length} tokens").format(length=length))
    badge = ""
    if spec.is_demo:
        badge = translate("ModelTexts", "small, for trying out")
    elif spec.is_base:
        badge = translate("ModelTexts", "base model, continues texts")
    level = spec.quantization or translate("ModelTexts", "original")
    return RowText(spec.name, " · ".join(parts), level, "", badge=badge)


def fit_text(fit: MemoryFit) -> tuple[str, Role]:
    """Whether a level runs well here, and the colour of saying so."""
    key, role = _FIT[fit]
    return key.text(), role


def common_levels(
    choices: Sequence[QuantizationChoice], chosen: str | None
) -> list[QuantizationChoice]:
    """The rows to show first: usual levels, and every one that matters here already."""
    return [
        choice
        for choice in choices
        if choice.name in _COMMON
        or choice.name == chosen
        or choice.is_made
        or choice.is_recommended
    ]


def level_row(choice: QuantizationChoice) -> RowText:
    """A level in the level card."""
    known = known_level(choice.name)
    phrase = level_phrase(choice.name)
    if choice.missing is not None:
        phrase = choice.missing.text()
    elif not choice.is_made:
        phrase = translate("ModelTexts", "{phrase} · made when chosen").format(phrase=phrase)
    fit, role = fit_text(choice.fit)
    text = (
        translate("ModelTexts", "{memory} of memory")
        if choice.engine
        else translate("ModelTexts", "{file} · {memory} of memory")
    )
    sizes = text.format(file=size_text(choice.size_bytes), memory=size_text(choice.memory.total))
    badge = translate("ModelTexts", "recommended") if choice.is_recommended else ""
    return RowText(
        choice.name,
        phrase,
        sizes,
        "" if choice.missing is not None else fit,
        side_role=role,
        badge=badge,
        quality=known.quality if known else None,
    )
