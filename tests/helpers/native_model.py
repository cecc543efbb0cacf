"""llama.cpp on a GGUF file, in a process of its own as always; the library as it is, no engine."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

_ROOT = Path(__file__).parents[2]
_START = """
import ctypes, json, os, sys, llama_cpp as lib
log = lib.llama_log_callback(lambda level, text, data: None)
lib.llama_log_set(log, ctypes.c_void_p(0))
path, question = sys.argv[1], json.load(sys.stdin)
"""
_TOKENS = """
from pathlib import Path
from kochat_gui.catalog.native_vocabulary import native_vocabulary
with native_vocabulary(Path(path)) as tokenize:
    print(json.dumps(tokenize and [tokenize(text.encode()) for text in question]))
"""
_LOGITS = """
import numpy
params = lib.llama_model_default_params()
model = lib.llama_model_load_from_file(os.fsencode(path), params)
params = lib.llama_context_default_params()
params.n_ctx = params.n_batch = params.n_ubatch = 512
params.n_threads = params.n_threads_batch = 1
params.type_k = params.type_v = lib.GGML_TYPE_F32
params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
params.swa_full = False
context = lib.llama_init_from_model(model, params)
count = len(question)
batch = lib.llama_batch_init(count, 0, 1)
batch.n_tokens = count
for index, token in enumerate(question):
    batch.token[index] = token
    batch.pos[index] = index
    batch.n_seq_id[index] = 1
    batch.seq_id[index][0] = 0
    batch.logits[index] = 1
assert lib.llama_decode(context, batch) == 0
size = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))
rows = [numpy.ctypeslib.as_array(lib.llama_get_logits_ith(context, i), (size,)).tolist()
        for i in range(count)]
print(json.dumps(rows))
"""
_GREEDY = """
params = lib.llama_model_default_params()
model = lib.llama_model_load_from_file(os.fsencode(path), params)
params = lib.llama_context_default_params()
params.n_ctx = params.n_batch = 512
params.n_threads = params.n_threads_batch = 1
params.type_k = params.type_v = lib.GGML_TYPE_F32
params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
context = lib.llama_init_from_model(model, params)
vocab = lib.llama_model_get_vocab(model)
sampler = lib.llama_sampler_init_greedy()
answers = []
for prompt, limit in question:
    lib.llama_memory_clear(lib.llama_get_memory(context), True)
    answer, ids = [], prompt
    while len(answer) < limit and not (answer and lib.llama_vocab_is_eog(vocab, answer[-1])):
        array = (lib.llama_token * len(ids))(*ids)
        assert lib.llama_decode(context, lib.llama_batch_get_one(array, len(ids))) == 0
        ids = [lib.llama_sampler_sample(sampler, context, -1)]
        answer += ids
    answers.append(answer)
print(json.dumps(answers))
"""


def native_ids(path: Path, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of plain texts as they stand."""
    found: list[list[int]] | None = json.loads(_answer(_TOKENS, path, list(texts)))
    assert found is not None, "llama.cpp did not load the vocabulary"
    return found


def native_logits(path: Path, ids: Sequence[int]) -> npt.NDArray[np.float32]:
    """The logits after each of ``ids``; the cache is f32."""
    return np.array(json.loads(_answer(_LOGITS, path, list(ids))), np.float32)


def native_answers(path: Path, prompts: Sequence[Sequence[int]], limit: int) -> list[list[int]]:
    """The likeliest tokens after each prompt, up to ``limit`` or the end; the cache is f32."""
    question = [(list(prompt), limit) for prompt in prompts]
    found: list[list[int]] = json.loads(_answer(_GREEDY, path, question))
    return found


def _answer(program: str, path: Path, question: object) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", _START + program, str(path)],
        input=json.dumps(question).encode(),
        capture_output=True,
        check=False,
        cwd=_ROOT,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    return done.stdout
