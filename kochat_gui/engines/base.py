"""The backend interface that every engine implements."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import EngineError
from kochat_gui.core.generation import (
    GenerationEvent,
    GenerationRequest,
    RenderedPrompt,
    TokenPiece,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import EngineCapabilities, LoadedModel, LoadOptions, ModelSpec

ProgressCallback = Callable[[float], None]
"""Called with 0.0–1.0."""


class Engine(ABC):
    """Runs one model at a time, on the thread that calls it; lives in a child process.

    Errors that a person can act on are ``UserFacingError``; anything else is a bug.
    """

    name: ClassVar[str]
    """Registry name: ``llama.cpp``, ``transformers``, ``scripted``."""
    capabilities: ClassVar[EngineCapabilities]

    @abstractmethod
    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: ProgressCallback,
        cancel: CancelToken,
    ) -> LoadedModel:
        """Load ``spec``, replacing any loaded model.

        Raises ``Cancelled`` when ``cancel`` fires, ``ModelError`` when the file cannot be used,
        ``MemoryShortError`` when an allocation fails. After an error nothing is loaded.
        """

    @abstractmethod
    def unload(self) -> None:
        """Free the model's memory; does nothing when none is loaded."""

    @abstractmethod
    def tokenize(self, text: str) -> list[TokenPiece]:
        """Tokens of ``text`` as it would stand in a prompt; no BOS, no special tokens."""

    @abstractmethod
    def count_tokens(self, request: GenerationRequest) -> int:
        """Tokens of the whole prompt that ``request`` makes, before anything is trimmed."""

    @abstractmethod
    def render_prompt(self, request: GenerationRequest) -> RenderedPrompt:
        """What :meth:`stream` would send for ``request`` if it was called now.

        With the same messages left out, the same spaces and special tokens, and the ids that are
        still known from an earlier turn. Raises ``PromptTooLongError`` like :meth:`stream`.
        """

    @abstractmethod
    def stream(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        """Run ``request``; the last event is always ``Finished``, also after a cancel.

        ``ParametersIgnored`` and ``ContextTrimmed`` come first, then ``PromptProgress``, then
        ``TextDelta`` whose texts joined are the answer, exactly. Raises ``PromptTooLongError``
        when the newest message alone does not fit, ``ModelError`` when an adapter cannot be used
        (the model stays loaded), and ``EngineError`` when only the vocabulary is loaded.
        """


def vocabulary_only_error() -> EngineError:
    """What :meth:`Engine.stream` raises after a load with ``vocab_only``."""
    return EngineError(
        QT_TRANSLATE_NOOP("Engine", "Only the vocabulary of this model is loaded."),
        advice=QT_TRANSLATE_NOOP("Engine", "Load the whole model to chat with it."),
    )
