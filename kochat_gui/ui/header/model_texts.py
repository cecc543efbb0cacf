"""How models, levels and their state are put into words."""

from collections.abc import Sequence

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import (
    PRECISIONS,
    QUANTIZATIONS,
    MemoryFit,
    ModelSpec,
    ModelState,
    Quantization,
    QuantizationChoice,
)
from kochat_gui.services.events import ModelStatus
from kochat_gui.ui.header.card import RowText
from kochat_gui.ui.theme import Role

_FIT = {
    MemoryFit.AMPLE: (QT_TRANSLATE_NOOP("ModelTexts", "plenty of room here"), Role.GOOD),
    MemoryFit.TIGHT: (QT_TRANSLATE_NOOP("ModelTexts", "tight on this computer"), Role.WARNING),
    MemoryFit.TOO_LARGE: (QT_TRANSLATE_NOOP("ModelTexts", "too large here"), Role.DANGER),
}
_COMMON = frozenset({"q4_0", "q4_k_m", "q5_k_m", "q6_k", "q8_0", "f16"})
"""Levels that people look for first; the others are a click further away."""
_DOTS = {
    ModelState.UNLOADED: Role.INK_THIRD,
    ModelState.PREPARING: Role.WARNING,
    ModelState.LOADING: Role.WARNING,
    ModelState.READY: Role.GOOD,
    ModelState.FAILED: Role.DANGER,
}


def size_text(size_bytes: int) -> str:
    """Decimal megabytes or gigabytes, as file managers and model cards print them."""
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB"
    return f"{size_bytes / 1_000_000_000:.1f} GB"


def parameter_text(count: int) -> str:
    """``3.3M``, ``6.9B``: parameters as the field writes them."""
    if count >= 1_000_000_000:
        return f"{count / 1_000_000_000:.1f}B"
    return f"{count / 1_000_000:.1f}M"


def model_summary(status: ModelStatus) -> str:
    """The chosen model in the picker's button."""
    if status.spec is None:
        return translate("ModelTexts", "Choose a model")
    if status.spec.is_demo:
        return translate("ModelTexts", "{name} · for trying out").format(name=status.spec.name)
    return status.spec.name


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


def level_phrase(name: str) -> str:
    """What a level means for a person, in a few words."""
    known = _known(name)
    return known.phrase.text() if known else translate("ModelTexts", "as in the file")


def _known(name: str) -> Quantization | None:
    return QUANTIZATIONS.get(name) or PRECISIONS.get(name)


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
    known = _known(choice.name)
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


def level_summary(choice: QuantizationChoice) -> str:
    """A level in the picker's button."""
    known = _known(choice.name)
    parts = [choice.name, size_text(choice.size_bytes)]
    if known:
        parts.append(known.phrase.text())
    return " · ".join(parts)


def dot_role(status: ModelStatus) -> Role:
    """Colour of the state dot."""
    return _DOTS[status.state]


def state_text(status: ModelStatus) -> str:
    """What goes on right now; empty when there is nothing to say."""
    percent = round(100 * (status.progress or 0))
    if status.state is ModelState.PREPARING:
        return translate("ModelTexts", "Making the file · {percent} %").format(percent=percent)
    if status.state is ModelState.LOADING:
        return translate("ModelTexts", "Loading · {percent} %").format(percent=percent)
    if status.state is ModelState.FAILED:
        return translate("ModelTexts", "Could not be loaded")
    return ""


def engine_text(status: ModelStatus) -> str:
    """Engine and device, once the model is loaded."""
    if status.loaded is None:
        return ""
    return f"{status.loaded.engine} · {status.loaded.device}"
