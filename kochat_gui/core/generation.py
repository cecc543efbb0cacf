"""One run of a model: what is asked (``GenerationRequest``), what comes back (events)."""

import math
from dataclasses import dataclass, field

from kochat_gui.core.conversation import Role
from kochat_gui.core.models import AdapterUse
from kochat_gui.core.states import FinishReason

MAX_SEED = 2**32 - 2
RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0, 2),
    "top_k": (0, 1000),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "repeat_penalty": (1, 2),
    "repeat_last_n": (-1, math.inf),
    "no_repeat_ngram": (0, 10),
    "max_new_tokens": (1, 32_768),
    "seed": (0, MAX_SEED),
    "num_beams": (1, 8),
}
"""Least and most of the fields of ``SamplingParams``; ``top_p`` is above its least."""


@dataclass(frozen=True)
class SamplingParams:
    """How the next token is chosen; the same spelling for every engine.

    The defaults are the program's. Ranges are checked by :meth:`problems`.
    """

    temperature: float = 0.7
    """0–2; 0 is greedy."""
    top_k: int = 40
    """0–1,000; 0 is off."""
    top_p: float = 0.95
    """Over 0, up to 1; 1 is off."""
    min_p: float = 0.05
    """0–1; 0 is off."""
    repeat_penalty: float = 1.1
    """1–2; 1 is off. Divides the logits of recently seen tokens (CTRL, 2019)."""
    repeat_last_n: int = 256
    """Tokens looked back at by the penalty; 0 is off, -1 is the whole context."""
    no_repeat_ngram: int = 0
    """0–10; n forbids any n tokens in a row from appearing twice; 0 is off."""
    max_new_tokens: int = 1024
    """1–32,768."""
    seed: int | None = None
    """0–``MAX_SEED``, or None for a new one each time."""
    stop: tuple[str, ...] = ()
    """Stop strings besides the chat template's; matched on decoded text."""
    logit_bias: tuple[tuple[int, float], ...] = ()
    """(token id, addition to its logit) pairs."""
    num_beams: int = 1
    """1–8; beams above 1 do not stream."""
    early_stopping: bool = False
    """With beams: end as soon as there are ``num_beams`` whole answers."""

    def problems(self) -> list[str]:
        """Names of fields outside their range."""
        return [name for name in RANGES if not self._is_within(name)]

    def _is_within(self, name: str) -> bool:
        value, (least, most) = getattr(self, name), RANGES[name]
        if value is None:
            return True
        return bool(least <= value <= most and (name != "top_p" or value > least))


@dataclass(frozen=True)
class ChatMessage:
    """One message as a chat template sees it."""

    role: Role
    content: str


@dataclass(frozen=True)
class GenerationRequest:
    """A frozen snapshot of everything one generation depends on."""

    messages: tuple[ChatMessage, ...]
    """Oldest first; a system message, if any, is the first; the last one is the user's."""
    template: str | None = None
    """Name in the template registry; None: the model's own, else the best match for the model."""
    sampling: SamplingParams = field(default_factory=SamplingParams)
    answer_prefix: str = ""
    """Text of an answer to continue; the events carry only what comes after it."""
    adapters: tuple[AdapterUse, ...] = ()
    """Applied together while this request runs; no order."""


@dataclass(frozen=True)
class TokenPiece:
    """One token of a text."""

    token_id: int
    text: str
    """As the vocabulary writes it: ``▁안녕``, ``<0xEC>``, ``<s>``; byte-level ones are decoded."""
    is_special: bool = False
    """A control token; it stands for no text."""


@dataclass(frozen=True)
class RenderedPrompt:
    """Exactly what a request sends to the model."""

    text: str
    """With special tokens spelled out."""
    tokens: tuple[TokenPiece, ...]
    template: str
    """Name of the chat template that was used."""
    stops: tuple[str, ...]
    """Strings that end the answer, the request's own included."""
    dropped_messages: int = 0
    """Older messages that did not fit."""


@dataclass(frozen=True)
class PromptProgress:
    """Prompt tokens read so far."""

    done: int
    total: int
    reused: int
    """Of ``total``, tokens whose state was kept from an earlier turn (counted in ``done``)."""


@dataclass(frozen=True)
class TextDelta:
    """Newly readable text; may stand for several tokens."""

    text: str


@dataclass(frozen=True)
class StepProgress:
    """Tokens of an answer that is shown only when it is whole, because several are weighed up."""

    done: int
    most: int
    """It may well end sooner."""


@dataclass(frozen=True)
class ContextTrimmed:
    """Older messages did not fit the context window and were left out of the prompt."""

    dropped_messages: int


@dataclass(frozen=True)
class ParametersIgnored:
    """Sampling parameters (field names) that this engine cannot honour; reported once, first."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Usage:
    """Counts and speed of one generation."""

    prompt_tokens: int
    reused_tokens: int
    new_tokens: int
    time_to_first_token_s: float
    """From the request's arrival at the engine to the first readable text; 0 if there was none."""
    tokens_per_second: float
    """(new_tokens - 1) / (time of last token - time of first token); 0 below two tokens."""
    context_window: int = 0
    """Tokens the loaded model accepts; 0 when not known."""
    seed: int | None = None
    """The seed that was used."""
    earlier_tokens: int | None = 0
    """Of an answer that this generation continued; None when they were not all counted."""

    @property
    def answer_tokens(self) -> int | None:
        """Tokens of the whole answer; None when they were not all counted."""
        return None if self.earlier_tokens is None else self.earlier_tokens + self.new_tokens


@dataclass(frozen=True)
class Finished:
    """The last event of a generation that did not fail."""

    reason: FinishReason
    usage: Usage


GenerationEvent = (
    PromptProgress | StepProgress | TextDelta | ContextTrimmed | ParametersIgnored | Finished
)
