"""What services publish on the bus; subscribers run on the publishing thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from kochat_gui.core.conversation import ConversationId, MessageId
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.states import GenerationState, ModelState

if TYPE_CHECKING:
    from kochat_gui.core.generation import StepProgress
    from kochat_gui.core.models import LoadedModel, ModelSpec


class ConversationsChanged(NamedTuple):
    """Rows of the conversation list changed: created, renamed, deleted, restored, new words."""

    conversation_ids: tuple[ConversationId, ...]


class PathChanged(NamedTuple):
    """Another path of a conversation is shown now, or messages were added to it."""

    conversation_id: ConversationId


class StoreRecovered(NamedTuple):
    """The disk takes what is written to the conversations again."""


class GenerationStateChanged(NamedTuple):
    """A generation moved on, or made progress within its state."""

    conversation_id: ConversationId
    message_id: MessageId
    state: GenerationState
    progress: float | None = None
    """0–1 while loading, reading the prompt, or writing unseen; None when not known."""
    remaining_s: float | None = None
    """Estimated seconds until the prompt is read; None when not known."""
    steps: StepProgress | None = None
    """While an answer is written that is shown only when it is whole."""


class TextAppended(NamedTuple):
    """New text of a streaming answer."""

    conversation_id: ConversationId
    message_id: MessageId
    text: str
    offset: int = 0
    """Characters of the answer before ``text``: whoever has just read the message from the
    library, running answers included, has what is below and needs only the rest."""


class GenerationEnded(NamedTuple):
    """The message is final in the store: finished, stopped or failed."""

    conversation_id: ConversationId
    message_id: MessageId
    state: GenerationState
    error: UserFacingError | None = None


class ModelStatus(NamedTuple):
    """The chosen model and how far it is; published whenever it changes."""

    state: ModelState
    spec: ModelSpec | None
    quantization: str | None
    """Level chosen for ``spec``; the file's own level when it has one."""
    progress: float | None = None
    """0–1 while preparing or loading."""
    loaded: LoadedModel | None = None
    error: UserFacingError | None = None


class ModelsChanged(NamedTuple):
    """The list of models on this computer changed."""


JobKind = Literal["convert", "quantize", "adapter"]
JobState = Literal["running", "done", "failed", "cancelled"]


class WorkshopJob(NamedTuple):
    """Making a file of a model, as far as it is now."""

    job_id: int
    kind: JobKind
    title: str
    """Translated: what is made out of what."""
    progress: float | None
    """0–1; None while it waits for the job before it, and when it is not known."""
    state: JobState
    error: UserFacingError | None = None
    """Why it failed."""
    result: Path | None = None
    """The file, once it is done."""

    @property
    def is_over(self) -> bool:
        return self.state != "running"


class WorkshopChanged(NamedTuple):
    """A job of the model workshop began, went on or ended; at most ten a second for each."""

    job: WorkshopJob


class AdaptersChanged(NamedTuple):
    """Adapters of a model were added, removed, switched or scaled."""

    model_id: str
