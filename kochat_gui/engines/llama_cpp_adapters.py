"""LoRA adapters on a loaded model: switched on, off and in strength without touching the model."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
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
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import AdapterUse
from kochat_gui.engines.adapter_file import (
    AdapterDamagedError,
    AdapterKindError,
    NotAnAdapterError,
    check_adapter_file,
)
from kochat_gui.engines.llama_cpp_errors import library_log, means_no_memory
from kochat_gui.engines.llama_cpp_model import ModelFile, library_path

_MISSING = QT_TRANSLATE_NOOP("LlamaCpp", "The adapter file {file} is not there.")
_NOT_ADAPTER = QT_TRANSLATE_NOOP("LlamaCpp", "{file} is not a GGUF adapter.")
_DAMAGED = QT_TRANSLATE_NOOP("LlamaCpp", "The adapter file {file} is incomplete or damaged.")
_UNSUPPORTED = QT_TRANSLATE_NOOP(
    "LlamaCpp", "The adapter {file} is of a kind that llama.cpp cannot apply."
)
_OTHER_MODEL = QT_TRANSLATE_NOOP("LlamaCpp", "The adapter {file} was made for another model.")
_NO_MEMORY = QT_TRANSLATE_NOOP("LlamaCpp", "There is not enough memory for the adapter {file}.")
_KEPT = QT_TRANSLATE_NOOP("LlamaCpp", "The model is still loaded.")
_ADVICE = QT_TRANSLATE_NOOP("LlamaCpp", "Turn the adapter off, or choose another one.")
_MISMATCHES = ("arch mismatch", "does not exist in base model", "incorrect shape", "not transposed")


@dataclass(frozen=True)
class _FileState:
    """Tells a file from a later one at the same place."""

    path: Path
    modified_ns: int
    size: int


ActiveAdapters = frozenset[tuple[_FileState, float]]
"""Adapters and scales that a result was computed with; empty: the model itself."""


class AdapterSet:
    """Adapters of one loaded model. Each file is read once and kept until the model is freed."""

    def __init__(self, file: ModelFile, context: int) -> None:
        self._file = file
        self._context = context
        self._loaded: dict[_FileState, Any] = {}
        self._active: ActiveAdapters = frozenset()

    def apply(self, adapters: Sequence[AdapterUse]) -> ActiveAdapters:
        """Compute with exactly these from now on.

        Raises ``ModelError`` for an adapter that cannot be used; nothing has changed then.
        """
        scales = _scales(adapters)
        handles = [self._handle(state) for state in scales]
        count = len(handles)
        # The pointer types of the bindings are for a list of adapters.
        rows = (lib.llama_adapter_lora_p_ctypes * count)(*handles)
        lib.llama_set_adapters_lora(
            self._context, rows, count, (ctypes.c_float * count)(*scales.values())
        )
        self._active = frozenset(scales.items())
        self._forget_replaced(scales)
        return self._active

    def are_active(self, adapters: Sequence[AdapterUse]) -> bool:
        """The model computes with exactly these already."""
        try:
            return frozenset(_scales(adapters).items()) == self._active
        except ModelMissingError:
            return False

    def _handle(self, state: _FileState) -> Any:
        if state not in self._loaded:
            self._loaded[state] = self._read(state.path)
        return self._loaded[state]

    def _read(self, path: Path) -> Any:
        try:
            check_adapter_file(path)
        except IsADirectoryError as error:
            raise _error(ModelUnsupportedError, _NOT_ADAPTER, path) from error
        except OSError as error:
            raise _error(ModelMissingError, _MISSING, path) from error
        except NotAnAdapterError as error:
            raise _error(ModelUnsupportedError, _NOT_ADAPTER, path) from error
        except AdapterDamagedError as error:
            raise _error(ModelDamagedError, _DAMAGED, path) from error
        except AdapterKindError as error:
            raise _error(ModelUnsupportedError, _UNSUPPORTED, path) from error
        log = library_log()
        log.forget()
        handle = lib.llama_adapter_lora_init(self._file.handle, library_path(path))
        if not handle:
            raise _load_error(path, log.errors())
        return handle

    def _forget_replaced(self, used: dict[_FileState, float]) -> None:
        """Free what was read from files that have changed since; none of it is active now."""
        current = {state.path: state for state in used}
        for state in list(self._loaded):
            if state != current.get(state.path, state):
                lib.llama_adapter_lora_free(self._loaded.pop(state))


def _scales(adapters: Sequence[AdapterUse]) -> dict[_FileState, float]:
    """Scale of each file, those at 0 left out; a file that is given twice counts twice."""
    scales: dict[_FileState, float] = {}
    for adapter in adapters:
        if adapter.scale:
            state = _state_of(adapter.path)
            scales[state] = scales.get(state, 0.0) + adapter.scale
    return scales


def _state_of(path: Path) -> _FileState:
    try:
        status = path.stat()
    except OSError as error:
        raise _error(ModelMissingError, _MISSING, path) from error
    return _FileState(path, status.st_mtime_ns, status.st_size)


def _load_error(path: Path, log: str) -> ModelError:
    if means_no_memory(log):
        return _error(MemoryShortError, _NO_MEMORY, path)
    if any(sign in log for sign in _MISMATCHES):
        return _error(ModelUnsupportedError, _OTHER_MODEL, path)
    return _error(ModelDamagedError, _DAMAGED, path)


def _error(kind: type[ModelError], summary: TextKey, path: Path) -> ModelError:
    return kind(summary, kept=_KEPT, advice=_ADVICE, file=path.name)
