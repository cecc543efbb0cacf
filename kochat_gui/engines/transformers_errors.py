"""What goes wrong with models of the transformers engine, as errors that a person can act on."""

import re
from pathlib import Path

from kochat_gui.core.errors import (
    EngineError,
    MemoryShortError,
    ModelDamagedError,
    ModelMissingError,
    ModelUnsupportedError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

_DAMAGED_ADVICE = QT_TRANSLATE_NOOP("Transformers", "Get the model again or choose another one.")
_MEMORY_ADVICE = QT_TRANSLATE_NOOP(
    "Transformers", "Choose a smaller level or a shorter context length."
)
_MEMORY_SIGNS = re.compile(r"(?i)out of memory|can't allocate memory|not enough memory|alloc_cpu")
_REASON_CHARS = 200


def missing_error(path: Path) -> ModelMissingError:
    """The folder or one of its files is not there."""
    return ModelMissingError(
        QT_TRANSLATE_NOOP("Transformers", "The model {file} is not there."),
        advice=QT_TRANSLATE_NOOP("Transformers", "Choose the folder again or another model."),
        file=path.name,
    )


def damaged_error(path: Path, reason: str) -> ModelDamagedError:
    """A file is not what it should be."""
    return ModelDamagedError(
        QT_TRANSLATE_NOOP(
            "Transformers", "The model file {file} is incomplete or damaged: {reason}"
        ),
        advice=_DAMAGED_ADVICE,
        file=path.name,
        reason=reason[:_REASON_CHARS],
    )


def kind_error(path: Path, kind: str) -> ModelUnsupportedError:
    """A model of a kind that KoChat does not run with transformers."""
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP(
            "Transformers", "The transformers engine does not run models of this kind: {kind}"
        ),
        advice=QT_TRANSLATE_NOOP(
            "Transformers", "Choose another engine for {file}, or another model."
        ),
        file=path.name,
        kind=kind[:_REASON_CHARS],
    )


def pickle_error(path: Path) -> ModelUnsupportedError:
    """A folder whose weights are pickles, which may contain programs."""
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP("Transformers", "{file} has no safetensors files."),
        advice=QT_TRANSLATE_NOOP("Transformers", "Convert it on the models page first."),
        file=path.name,
    )


def library_error(level: str, library: str) -> ModelUnsupportedError:
    """A level needs a library that is not installed."""
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP("Transformers", "The level {level} needs {library}, which is missing."),
        advice=QT_TRANSLATE_NOOP(
            "Transformers", "Install {library}, or choose another level such as bf16."
        ),
        level=level,
        library=library,
    )


def gpu_error(level: str) -> ModelUnsupportedError:
    """A level that bitsandbytes has no code for on this device."""
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP("Transformers", "The level {level} does not run on Apple GPUs."),
        advice=QT_TRANSLATE_NOOP(
            "Transformers", "Choose bf16, or a level of the llama.cpp engine, which is faster here."
        ),
        level=level,
    )


def level_error(level: str) -> ModelUnsupportedError:
    """The model cannot be brought to this level."""
    return ModelUnsupportedError(
        QT_TRANSLATE_NOOP("Transformers", "This model cannot be run at the level {level}."),
        advice=QT_TRANSLATE_NOOP("Transformers", "Choose one of the levels that are offered."),
        level=level,
    )


def is_memory_error(error: BaseException) -> bool:
    """An allocation failed; torch says so on the processor in words alone."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and _MEMORY_SIGNS.search(str(error)) is not None


def load_memory_error(path: Path) -> MemoryShortError:
    """There is not enough memory to load the model."""
    return MemoryShortError(
        QT_TRANSLATE_NOOP("Transformers", "There is not enough memory for {file}."),
        advice=_MEMORY_ADVICE,
        file=path.name,
    )


def failed_error(error: Exception) -> EngineError | MemoryShortError:
    """A computation failed."""
    if is_memory_error(error):
        return MemoryShortError(
            QT_TRANSLATE_NOOP("Transformers", "The memory was not enough to go on."),
            kept=QT_TRANSLATE_NOOP("Transformers", "What was written so far is kept."),
            advice=_MEMORY_ADVICE,
        )
    return EngineError(
        QT_TRANSLATE_NOOP("Transformers", "transformers could not go on: {reason}"),
        kept=QT_TRANSLATE_NOOP("Transformers", "What was written so far is kept."),
        advice=QT_TRANSLATE_NOOP("Transformers", "Try again, or load the model again."),
        reason=f"{type(error).__name__}: {error}"[:_REASON_CHARS],
    )
