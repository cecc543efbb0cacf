"""A GGUF model and its context, through llama.cpp's C interface."""

import ctypes
import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from llama_cpp import llama_cpp as lib

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled
from kochat_gui.core.models import LoadOptions
from kochat_gui.engines.llama_cpp_errors import (
    check_file,
    context_error,
    library_log,
    load_error,
)
from kochat_gui.engines.llama_cpp_vocabulary import SPACE_KEY, LlamaVocabulary

DECODED = 0
ABORTED = 2
"""Results of :meth:`LlamaModel.decode`; others are failures."""

_DEVICES = ("CUDA", "ROCm", "Metal", "Vulkan", "SYCL", "CANN", "OpenCL")
_CONTEXT_STEP = 256
"""llama.cpp rounds the context length up to a multiple."""


class ModelFile:
    """An open model file: its vocabulary, and its weights unless only that was asked for."""

    def __init__(self, handle: int, path: Path) -> None:
        self.handle = handle
        self.path = path
        self.vocabulary = LlamaVocabulary(handle)

    def close(self) -> None:
        """Free it, with everything that was loaded for it; of no use afterwards."""
        lib.llama_model_free(self.handle)


def open_file(
    path: Path, options: LoadOptions, on_progress: Callable[[float], None], cancel: CancelToken
) -> ModelFile:
    """Open ``path``; see :meth:`kochat_gui.engines.base.Engine.load` for what is raised."""
    check_file(path)
    log = library_log()
    log.forget()
    lib.llama_backend_init()
    handle = _load_weights(path, options, on_progress, cancel)
    if not handle:
        cancel.raise_if_cancelled()
        raise load_error(path, log.errors())
    return ModelFile(handle, path)


def context_window(options: LoadOptions) -> int:
    """Tokens of the context that :func:`open_model` makes."""
    return -(-options.context_tokens // _CONTEXT_STEP) * _CONTEXT_STEP


def open_model(file: ModelFile, options: LoadOptions, threads: int) -> "LlamaModel":
    """Make a context; raises ``MemoryShortError``."""
    ignored = []
    context = _make_context(file.handle, options, threads, options.kv_cache_type)
    if not context and options.kv_cache_type != "f16":
        # Not every model's heads can be cut into q8_0 blocks.
        ignored.append("kv_cache_type")
        context = _make_context(file.handle, options, threads, "f16")
    if not context:
        raise context_error(file.path)
    if options.gpu_layers > 0 and not lib.llama_supports_gpu_offload():
        ignored.append("gpu_layers")
    return LlamaModel(context, tuple(ignored))


def _load_weights(
    path: Path, options: LoadOptions, on_progress: Callable[[float], None], cancel: CancelToken
) -> int | None:
    params = lib.llama_model_default_params()
    params.n_gpu_layers = options.gpu_layers if lib.llama_supports_gpu_offload() else 0
    params.vocab_only = options.vocab_only
    params.load_mode = lib.LLAMA_LOAD_MODE_MMAP if options.use_mmap else lib.LLAMA_LOAD_MODE_NONE
    # KoChat puts the space before a text itself, because the rest of a prompt whose beginning is
    # already in memory must be tokenized without one.
    overrides = (lib.llama_model_kv_override * 2)()
    overrides[0].tag = lib.LLAMA_KV_OVERRIDE_TYPE_BOOL
    overrides[0].key = SPACE_KEY.encode()
    overrides[0].value.val_bool = False
    params.kv_overrides = overrides
    failures: list[BaseException] = []

    def progress(fraction: float, _data: object) -> bool:
        # An exception cannot pass through the library: it is kept and the load is given up.
        try:
            on_progress(fraction)
        except Exception as error:  # noqa: BLE001 - raised again below
            failures.append(error)
        return not failures and not cancel.is_cancelled

    params.progress_callback = callback = lib.llama_progress_callback(progress)
    model: int | None = lib.llama_model_load_from_file(library_path(path), params)
    del callback
    if failures or (model and cancel.is_cancelled):
        if model:
            lib.llama_model_free(model)
        raise failures[0] if failures else Cancelled
    return model


def _make_context(model: int, options: LoadOptions, threads: int, kv_type: str) -> int | None:
    params = lib.llama_context_default_params()
    params.n_ctx = options.context_tokens
    params.n_batch = params.n_ubatch = min(options.batch_tokens, options.context_tokens)
    params.n_threads = params.n_threads_batch = threads
    params.no_perf = True
    on_gpu = lib.llama_supports_gpu_offload() and options.gpu_layers != 0
    # "Auto" is 19 % slower than off on processors (15M model at 1,000 tokens), and worse later.
    params.flash_attn_type = (
        lib.LLAMA_FLASH_ATTN_TYPE_AUTO if on_gpu else lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )
    if kv_type == "q8_0":
        params.type_k = params.type_v = lib.GGML_TYPE_Q8_0
        params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_ENABLED
    context: int | None = lib.llama_init_from_model(model, params)
    return context


def library_path(path: Path) -> bytes:
    """``path`` as the library wants it."""
    # On Windows the library takes UTF-8, whatever the code page.
    return str(path).encode("utf-8") if sys.platform == "win32" else os.fsencode(path)


class LlamaModel:
    """A context of a model with one sequence in its memory. One thread at a time."""

    def __init__(self, context: int, ignored_options: tuple[str, ...]) -> None:
        self.context = context
        self._memory = lib.llama_get_memory(context)
        self.ignored_options = ignored_options
        self.context_window: int = lib.llama_n_ctx(context)
        self.batch_tokens: int = lib.llama_n_batch(context)
        self._prompt = (ctypes.c_int32 * self.batch_tokens)()
        # One token is the common case: its batch is made once.
        self._one_batch = lib.llama_batch_get_one(self._prompt, 1)
        self._stop_flag = ctypes.create_string_buffer(2)
        lib.llama_set_abort_callback(
            context, _abort_when_not_empty(), ctypes.addressof(self._stop_flag)
        )

    def close(self) -> None:
        """Free the context; of no use afterwards."""
        lib.llama_free(self.context)

    @property
    def device(self) -> str:
        """Where it computes."""
        if not lib.llama_supports_gpu_offload():
            return "CPU"
        info = lib.llama_print_system_info().decode("utf-8", "replace")
        return next((name for name in _DEVICES if name in info), "GPU")

    def decode(self, ids: Sequence[int]) -> int:
        """Read up to ``batch_tokens`` ids after those in the memory."""
        if len(ids) == 1:
            return self.decode_one(ids[0])
        self._prompt[: len(ids)] = ids
        batch = lib.llama_batch_get_one(self._prompt, len(ids))
        return int(lib.llama_decode(self.context, batch))

    def decode_one(self, token: int) -> int:
        """As :meth:`decode`: the step of an answer."""
        self._prompt[0] = token
        result: int = lib.llama_decode(self.context, self._one_batch)
        return result

    def truncate(self, length: int) -> bool:
        """Keep the first ``length`` tokens of the memory; False when it is now empty instead.

        Recurrent and some hybrid models cannot forget a part of what they read.
        """
        if length and lib.llama_memory_seq_rm(self._memory, 0, length, -1):
            return True
        lib.llama_memory_clear(self._memory, False)
        return length == 0

    def set_threads(self, threads: int, batch_threads: int) -> None:
        """For single tokens and for prompts; takes effect with the next :meth:`decode`."""
        lib.llama_set_n_threads(self.context, threads, batch_threads)

    def stop_on(self, cancel: CancelToken) -> Callable[[], None]:
        """Let ``cancel`` break off a running :meth:`decode`; returns what unhooks it."""
        self._stop_flag[0] = b"\0"

        def raise_flag() -> None:
            self._stop_flag[0] = b"\1"

        return cancel.on_cancel(raise_flag)


@functools.cache
def _abort_when_not_empty() -> object:
    """A C function ``bool (void *)`` that is true when the byte it points to is not 0.

    It is called for every node of every graph, so a Python function would cost a tenth of a small
    model's time. ``strlen`` does just that: a string is not empty when its first byte is not 0.
    """
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    return ctypes.cast(library.strlen, lib.ggml_abort_callback)
