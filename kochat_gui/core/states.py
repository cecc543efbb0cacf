"""What a generation and a model can be in: all that the window needs to know at its start."""

from enum import Enum


class GenerationState(Enum):
    """Where a generation is; the only state a generation has."""

    QUEUED = "queued"
    LOADING_MODEL = "loading_model"
    PROCESSING_PROMPT = "processing_prompt"
    GENERATING = "generating"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        return self in {GenerationState.FINISHED, GenerationState.STOPPED, GenerationState.FAILED}


class FinishReason(Enum):
    """Why a generation ended."""

    STOP = "stop"
    """The model ended its answer, or a stop string was met."""
    LENGTH = "length"
    """``max_new_tokens`` or the context window was used up."""
    CANCELLED = "cancelled"
    ERROR = "error"
    INTERRUPTED = "interrupted"
    """The program ended while the answer was being written."""


class ModelState(Enum):
    """State of the chosen model."""

    UNLOADED = "unloaded"
    PREPARING = "preparing"
    """The file of the chosen level is being made."""
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
