"""llama.cpp's tokenizer for a GGUF file. For the converter's process only."""

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import llama_cpp

_SPACE_KEY = b"tokenizer.ggml.add_space_prefix"


@contextmanager
def native_vocabulary(path: Path) -> Iterator[Callable[[bytes], list[int]] | None]:
    """Ids of plain text as it stands, by the vocabulary in ``path``; None when it does not load."""
    params = llama_cpp.llama_model_default_params()
    params.vocab_only = True
    # As in the engine: the space before a text is put there by KoChat.
    overrides = (llama_cpp.llama_model_kv_override * 2)()
    overrides[0].tag = llama_cpp.LLAMA_KV_OVERRIDE_TYPE_BOOL
    overrides[0].key = _SPACE_KEY
    overrides[0].value.val_bool = False
    params.kv_overrides = overrides
    model = llama_cpp.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        yield None
        return
    vocab = llama_cpp.llama_model_get_vocab(model)

    def tokenize(text: bytes) -> list[int]:
        room = len(text) + 8
        ids: ctypes.Array[ctypes.c_int32] = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(vocab, text, len(text), ids, room, False, False)
        return list(ids[: max(count, 0)])

    try:
        yield tokenize
    finally:
        llama_cpp.llama_model_free(model)
