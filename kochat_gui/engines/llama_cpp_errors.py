"""What llama.cpp says in its log, and what that means for a person."""

import ctypes
import functools
import logging
import re
from collections import deque
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as lib

from kochat_gui.core.errors import (
    MemoryShortError,
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

_log = logging.getLogger(__name__)
_MAGIC = b"GGUF"
_HIGHEST_VERSION = 255
"""Of the container; a greater number is not a version but damage."""
_ERROR_LEVEL = 4
_CONTINUED_LEVEL = 5

_MISSING = QT_TRANSLATE_NOOP("LlamaCpp", "The model file {file} is not there.")
_MISSING_ADVICE = QT_TRANSLATE_NOOP("LlamaCpp", "Choose the file again or another model.")
_NOT_GGUF = QT_TRANSLATE_NOOP("LlamaCpp", "{file} is not a GGUF model file.")
_DAMAGED = QT_TRANSLATE_NOOP("LlamaCpp", "The model file {file} is incomplete or damaged.")
_DAMAGED_ADVICE = QT_TRANSLATE_NOOP("LlamaCpp", "Get the file again or choose another model.")
_UNSUPPORTED = QT_TRANSLATE_NOOP(
    "LlamaCpp", "This version of llama.cpp does not know the kind of model in {file}."
)
_NEWER = QT_TRANSLATE_NOOP(
    "LlamaCpp", "The model in {file} is of a kind that KoChat's llama.cpp is too old for: {kind}"
)
_UNSUPPORTED_ADVICE = QT_TRANSLATE_NOOP("LlamaCpp", "Update KoChat, or choose another model.")
_NO_MEMORY = QT_TRANSLATE_NOOP("LlamaCpp", "There is not enough memory for {file}.")
_NO_MEMORY_ADVICE = QT_TRANSLATE_NOOP(
    "LlamaCpp", "Choose a smaller quantization or a shorter context length."
)
# Searched in the log because the library returns nothing but NULL. Order matters: a missing
# tensor is damage even where the loader goes on to name the architecture.
_MEMORY_SIGNS = ("unable to allocate", "failed to allocate", "out of memory", "bad_alloc")
_UNSUPPORTED_SIGNS = (
    "unknown model architecture", "unknown pre-tokenizer", "unknown tokenizer",
    "unsupported model", "has invalid ggml type", "gguf version", "is no longer supported",
)  # fmt: skip
_UNKNOWN_KIND = re.compile(
    r"unknown (?:model architecture|pre-tokenizer type|tokenizer): '([^'\n]{1,80})'"
)


class LibraryLog:
    """llama.cpp's log, which is one per process: passed on to ``logging``, errors remembered."""

    def __init__(self) -> None:
        self._recent: deque[str] = deque(maxlen=20)
        self._level = 0
        # The library keeps the pointer, so this object lives as long as the process.
        self._callback = lib.llama_log_callback(self._receive)
        lib.llama_log_set(self._callback, ctypes.c_void_p(0))

    def forget(self) -> None:
        """Forget earlier errors."""
        self._recent.clear()

    def errors(self) -> str:
        """Recent error lines, oldest first, in lower case."""
        return "\n".join(self._recent).lower()

    def _receive(self, level: int, text: bytes, _data: Any) -> None:
        if level != _CONTINUED_LEVEL:
            self._level = level
        line = text.decode("utf-8", "replace").rstrip()
        if self._level == _ERROR_LEVEL:
            self._recent.append(line)
            # Not a warning: what fails is raised as an error that says so to the person.
            _log.info("llama.cpp: %s", line)
        else:
            _log.debug("llama.cpp: %s", line)


@functools.cache
def library_log() -> LibraryLog:
    """The process's log; the first call starts it."""
    return LibraryLog()


def check_file(path: Path) -> None:
    """Raise the ``ModelError`` that says what is wrong with a file that cannot be a model."""
    try:
        with open_regular(path) as file:
            magic, version = file.read(4), int.from_bytes(file.read(4), "little")
    except OSError as error:
        raise ModelMissingError(_MISSING, advice=_MISSING_ADVICE, file=path.name) from error
    if not magic or (magic == _MAGIC and not 0 < version <= _HIGHEST_VERSION):
        raise ModelDamagedError(_DAMAGED, advice=_DAMAGED_ADVICE, file=path.name)
    if magic != _MAGIC:
        raise ModelDamagedError(_NOT_GGUF, advice=_DAMAGED_ADVICE, file=path.name)


def load_error(path: Path, log: str) -> ModelError:
    """The error for a load that failed with these log lines, in lower case."""
    if means_no_memory(log):
        return MemoryShortError(_NO_MEMORY, advice=_NO_MEMORY_ADVICE, file=path.name)
    if any(sign in log for sign in _UNSUPPORTED_SIGNS):
        # New families bring names of their own, for the network or for how text is cut up; an old
        # llama.cpp knows neither.
        kind = _UNKNOWN_KIND.search(log)
        return ModelUnsupportedError(
            _NEWER if kind else _UNSUPPORTED,
            advice=_UNSUPPORTED_ADVICE,
            file=path.name,
            kind=kind[1] if kind else "",
        )
    return ModelDamagedError(_DAMAGED, advice=_DAMAGED_ADVICE, file=path.name)


def means_no_memory(log: str) -> bool:
    """These log lines, in lower case, are about memory that there was not."""
    return any(sign in log for sign in _MEMORY_SIGNS)


def context_error(path: Path) -> MemoryShortError:
    """The error for a context that could not be made."""
    return MemoryShortError(_NO_MEMORY, advice=_NO_MEMORY_ADVICE, file=path.name)
