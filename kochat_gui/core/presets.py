"""Generation presets: values that a model's card recommends."""

from dataclasses import dataclass

from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.i18n import TextKey


@dataclass(frozen=True)
class ValueRemark:
    """Something to know about one value, shown beside it."""

    field: str
    """Of ``SamplingParams``."""
    text: TextKey
    """A whole sentence."""


@dataclass(frozen=True)
class Preset:
    """A set of generation parameters with its origin."""

    name: str
    """Stable: what is stored as a person's choice."""
    label: TextKey
    sampling: SamplingParams
    template: str | None
    """The chat template that it is meant for; None: whichever the model has."""
    source: str
    """The card that the values are from."""
    streams: bool
    """Answers appear while they are being written."""
    remarks: tuple[ValueRemark, ...] = ()
    context_tokens: int = 0
    """Context length that the card uses, for loading; 0 when it says nothing."""
