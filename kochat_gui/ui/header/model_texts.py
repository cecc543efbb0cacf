"""How models, levels and their state are put into words.

The window needs some of it at its start, and all of it may be called on any thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kochat_gui.core.i18n import translate
from kochat_gui.core.states import ModelState
from kochat_gui.ui.theme import Role

if TYPE_CHECKING:
    from kochat_gui.core.models import Quantization, QuantizationChoice
    from kochat_gui.services.events import ModelStatus

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


def level_phrase(name: str) -> str:
    """What a level means for a person, in a few words."""
    known = known_level(name)
    return known.phrase.text() if known else translate("ModelTexts", "as in the file")


def known_level(name: str) -> Quantization | None:
    """The level of this name, if it is one that the program knows."""
    from kochat_gui.core.models import PRECISIONS, QUANTIZATIONS

    return QUANTIZATIONS.get(name) or PRECISIONS.get(name)


def level_summary(choice: QuantizationChoice) -> str:
    """A level in the picker's button."""
    known = known_level(choice.name)
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
