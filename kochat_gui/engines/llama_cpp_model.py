"""A GGUF model and its context, through llama.cpp's C interface."""

import ctypes
import functools
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from kochat_gui.engines.prompt_bytes import PromptCodec, SpaceRule

DECODED = 0
ABORTED = 2
"""Results of :meth:`LlamaModel.decode`; others are failures."""

_SPACE_KEY = "tokenizer.ggml.add_space_prefix"
_PREPEND_KEY = "kochat.prepend_space"
"""Written by KoChat's converter for tokenizers whose prefix space llama.cpp does not add."""
_DEVICES = ("CUDA", "ROCm", "Metal", "Vulkan", "SYCL", "CANN", "OpenCL")
_MAX_METADATA = 1 << 20


@dataclass(frozen=True)
class _Handles:
    model: int
    context: int


def open_model(
    path: Path,
    options: LoadOptions,
    threads: int,
    on_progress: Callable[[float], None],
    cancel: CancelToken,
) -> "LlamaModel":
    """Load ``path``; see :meth:`kochat_gui.engines.base.Engine.load` for what is raised."""
    check_file(path)
    log = library_log()
    log.forget()
    lib.llama_backend_init()
    model = _load_weights(path, options, on_progress, cancel)
    if not model:
        cancel.raise_if_cancelled()
        raise load_error(path, log.errors())
    ignored = []
    context = _make_context(model, options, threads, options.kv_cache_type)
    if not context and options.kv_cache_type != "f16":
        # Not every model's heads can be cut into q8_0 blocks.
        ignored.append("kv_cache_type")
        context = _make_context(model, options, threads, "f16")
    if not context:
        lib.llama_model_free(model)
        raise context_error(path)
    if options.gpu_layers > 0 and not lib.llama_supports_gpu_offload():
        ignored.append("gpu_layers")
    return LlamaModel(_Handles(model, context), tuple(ignored))


def _load_weights(
    path: Path, options: LoadOptions, on_progress: Callable[[float], None], cancel: CancelToken
) -> int | None:
    params = lib.llama_model_default_params()
    params.n_gpu_layers = options.gpu_layers if lib.llama_supports_gpu_offload() else 0
    params.load_mode = lib.LLAMA_LOAD_MODE_MMAP if options.use_mmap else lib.LLAMA_LOAD_MODE_NONE
    # KoChat puts the space before a text itself, because the rest of a prompt whose beginning is
    # already in memory must be tokenized without one.
    overrides = (lib.llama_model_kv_override * 2)()
    overrides[0].tag = lib.LLAMA_KV_OVERRIDE_TYPE_BOOL
    overrides[0].key = _SPACE_KEY.encode()
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
    model: int | None = lib.llama_model_load_from_file(_library_path(path), params)
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


def _library_path(path: Path) -> bytes:
    # On Windows the library takes UTF-8, whatever the code page.
    return str(path).encode("utf-8") if sys.platform == "win32" else os.fsencode(path)


class LlamaModel:
    """A loaded model with one context and one sequence in its memory. One thread at a time."""

    def __init__(self, handles: _Handles, ignored_options: tuple[str, ...]) -> None:
        self._handles: _Handles | None = handles
        self.context = handles.context
        self._model = handles.model
        self._vocab = lib.llama_model_get_vocab(handles.model)
        self._memory = lib.llama_get_memory(handles.context)
        self.ignored_options = ignored_options
        self.vocab_size: int = lib.llama_vocab_n_tokens(self._vocab)
        self.context_window: int = lib.llama_n_ctx(handles.context)
        self.batch_tokens: int = lib.llama_n_batch(handles.context)
        self._prompt = (ctypes.c_int32 * self.batch_tokens)()
        # One token is the common case: its batch is made once.
        self._one_batch = lib.llama_batch_get_one(self._prompt, 1)
        self._piece = ctypes.create_string_buffer(64)
        self._stop_flag = ctypes.create_string_buffer(2)
        lib.llama_set_abort_callback(
            handles.context, _abort_when_not_empty(), ctypes.addressof(self._stop_flag)
        )

    def close(self) -> None:
        """Free everything; the object is of no use afterwards."""
        if self._handles is not None:
            lib.llama_free(self._handles.context)
            lib.llama_model_free(self._handles.model)
            self._handles = None

    @property
    def device(self) -> str:
        """Where it computes."""
        if not lib.llama_supports_gpu_offload():
            return "CPU"
        info = lib.llama_print_system_info().decode("utf-8", "replace")
        return next((name for name in _DEVICES if name in info), "GPU")

    def metadata(self, key: str) -> str | None:
        """A value of the file's header as text."""
        size = 256
        while size <= _MAX_METADATA:
            buffer = ctypes.create_string_buffer(size)
            length = lib.llama_model_meta_val_str(self._model, key.encode(), buffer, size)
            if length < 0:
                return None
            if length < size:
                return buffer.value.decode("utf-8", "replace")
            size = length + 1
        return None

    def codec(self) -> PromptCodec:
        """How this model's prompts become ids."""
        bos = _valid(lib.llama_vocab_bos(self._vocab))
        return PromptCodec(
            tokenize_text=self.tokenize,
            marker_id=self.marker_id,
            bos=bos if lib.llama_vocab_get_add_bos(self._vocab) else None,
            named_tokens={"bos": bos, "eos": _valid(lib.llama_vocab_eos(self._vocab))},
            space_rule=self._space_rule(),
        )

    def _space_rule(self) -> SpaceRule:
        if self.metadata(_PREPEND_KEY) == "true":
            return SpaceRule.UNLESS_THERE
        default = lib.llama_vocab_type(self._vocab) == lib.LLAMA_VOCAB_TYPE_SPM
        adds_space = self.metadata(_SPACE_KEY)
        wants = default if adds_space is None else adds_space == "true"
        return SpaceRule.ALWAYS if wants else SpaceRule.NEVER

    def tokenize(self, text: bytes, *, parse_special: bool = False) -> list[int]:
        """Ids of ``text`` as it stands; special tokens only where asked for."""
        size = len(text) + 8
        while True:
            ids = (ctypes.c_int32 * size)()
            count = lib.llama_tokenize(
                self._vocab, text, len(text), ids, size, False, parse_special
            )
            if count >= 0:
                return list(ids[:count])
            size = -count

    def marker_id(self, spelling: str) -> int | None:
        """The special token spelled so."""
        ids = self.tokenize(spelling.encode(), parse_special=True)
        if len(ids) != 1:
            return None
        special = lib.LLAMA_TOKEN_ATTR_CONTROL | lib.LLAMA_TOKEN_ATTR_USER_DEFINED
        return ids[0] if lib.llama_vocab_get_attr(self._vocab, ids[0]) & special else None

    def special_tokens(self) -> list[str]:
        """Spellings of all control tokens; walks through the whole vocabulary.

        User-defined ones (runs of newlines, in some models) are part of plain text.
        """
        return [
            self.spelling(token)
            for token in range(self.vocab_size)
            if lib.llama_vocab_is_control(self._vocab, token)
        ]

    def spelling(self, token: int | None) -> str:
        """A token as the vocabulary writes it; empty for None."""
        if token is None:
            return ""
        text: bytes = lib.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace")

    def piece(self, token: int) -> bytes:
        """Bytes of text that a token stands for, whatever their number; none for special ones."""
        length = lib.llama_token_to_piece(
            self._vocab, token, self._piece, len(self._piece), 0, False
        )
        if length < 0:
            self._piece = ctypes.create_string_buffer(-length)
            return self.piece(token)
        return self._piece.raw[:length]

    def ends_answer(self, token: int) -> bool:
        """An end-of-generation token."""
        return bool(lib.llama_vocab_is_eog(self._vocab, token))

    def decode(self, ids: Sequence[int]) -> int:
        """Read up to ``batch_tokens`` ids after those in the memory."""
        if len(ids) == 1:
            self._prompt[0] = ids[0]
            return int(lib.llama_decode(self.context, self._one_batch))
        self._prompt[: len(ids)] = ids
        batch = lib.llama_batch_get_one(self._prompt, len(ids))
        return int(lib.llama_decode(self.context, batch))

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


def _valid(token: int) -> int | None:
    return token if token >= 0 else None


@functools.cache
def _abort_when_not_empty() -> object:
    """A C function ``bool (void *)`` that is true when the byte it points to is not 0.

    It is called for every node of every graph, so a Python function would cost a tenth of a small
    model's time. ``strlen`` does just that: a string is not empty when its first byte is not 0.
    """
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    return ctypes.cast(library.strlen, lib.ggml_abort_callback)
