"""The messages between the program and the engine's child process.

Program → child: :class:`Load`, :class:`Stream`, :class:`Tokenize`, :class:`CountTokens`,
:class:`RenderPrompt`, :class:`Cancel`; the end of the stream ends the child. Child → program:
:class:`Heartbeat` at all times, and for the one running job :class:`LoadProgress`,
:class:`Event`, :class:`PromptText` and :class:`Tokens`, then one of :class:`Loaded`,
:class:`Done`, :class:`TokenCount`, :class:`PromptFacts`, :class:`Failed`, :class:`WasCancelled`,
:class:`Bug`.
"""

from dataclasses import dataclass

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.generation import GenerationEvent, GenerationRequest, TokenPiece
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelSpec


@dataclass(frozen=True)
class Load:
    """Create the engine and load a model."""

    job: int
    engine: str
    spec: ModelSpec
    options: LoadOptions


@dataclass(frozen=True)
class Stream:
    """Run a generation."""

    job: int
    request: GenerationRequest


@dataclass(frozen=True)
class Tokenize:
    """Ask for the tokens of a text."""

    job: int
    text: str


@dataclass(frozen=True)
class CountTokens:
    """Ask how long the prompt of a request is."""

    job: int
    request: GenerationRequest


@dataclass(frozen=True)
class RenderPrompt:
    """Ask for the prompt of a request."""

    job: int
    request: GenerationRequest


@dataclass(frozen=True)
class Cancel:
    """Stop a job; acts while the job runs."""

    job: int


@dataclass(frozen=True)
class Heartbeat:
    """The child's interpreter is alive."""


@dataclass(frozen=True)
class LoadProgress:
    """How far loading is, 0–1."""

    job: int
    value: float


@dataclass(frozen=True)
class Loaded:
    """The model is loaded."""

    job: int
    model: LoadedModel


@dataclass(frozen=True)
class Event:
    """One event of a generation."""

    job: int
    event: GenerationEvent


@dataclass(frozen=True)
class Done:
    """The job is over: the last event or the last tokens were sent."""

    job: int


@dataclass(frozen=True)
class Tokens:
    """Some of the tokens asked for, in order."""

    job: int
    pieces: tuple[TokenPiece, ...]


@dataclass(frozen=True)
class PromptText:
    """A part of the prompt asked for, in order."""

    job: int
    text: str


@dataclass(frozen=True)
class PromptFacts:
    """The rest of what is to be said about a prompt, after its text and its tokens."""

    job: int
    template: str
    stops: tuple[str, ...]
    dropped_messages: int


@dataclass(frozen=True)
class TokenCount:
    """Length of the prompt."""

    job: int
    count: int


@dataclass(frozen=True)
class Failed:
    """The job ended with an error that a person can act on."""

    job: int
    error: UserFacingError


@dataclass(frozen=True)
class WasCancelled:
    """The job ended because of a cancel and has no result."""

    job: int


@dataclass(frozen=True)
class Bug:
    """The job ended with an exception that nobody expected."""

    job: int
    traceback: str


Command = Load | Stream | Tokenize | CountTokens | RenderPrompt | Cancel
Reply = (
    Heartbeat
    | LoadProgress
    | Loaded
    | Event
    | Done
    | Tokens
    | PromptText
    | PromptFacts
    | TokenCount
    | Failed
    | WasCancelled
    | Bug
)
