"""llama.cpp on a GGUF file with adapters, in a process of its own; the library as it is."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

_PROGRAM = """
import ctypes, json, os, sys, numpy, llama_cpp as lib
log = lib.llama_log_callback(lambda level, text, data: None)
lib.llama_log_set(log, ctypes.c_void_p(0))
path, question = sys.argv[1], json.load(sys.stdin)
model = lib.llama_model_load_from_file(os.fsencode(path), lib.llama_model_default_params())
loaded = {}
for uses, prompt, limit in question:
    params = lib.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = 512
    params.n_threads = params.n_threads_batch = 1
    params.type_k = params.type_v = lib.GGML_TYPE_F32
    params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
    context = lib.llama_init_from_model(model, params)
    for file, _ in uses:
        if file not in loaded:
            loaded[file] = lib.llama_adapter_lora_init(model, os.fsencode(file))
            assert loaded[file]
    if uses:
        adapters = (lib.llama_adapter_lora_p_ctypes * len(uses))(*(loaded[f] for f, _ in uses))
        scales = (ctypes.c_float * len(uses))(*(scale for _, scale in uses))
        assert lib.llama_set_adapters_lora(context, adapters, len(uses), scales) == 0
    vocab = lib.llama_model_get_vocab(model)
    size = lib.llama_vocab_n_tokens(vocab)
    ids, answer, rows = prompt, [], []
    while len(answer) < limit and not (answer and lib.llama_vocab_is_eog(vocab, answer[-1])):
        array = (lib.llama_token * len(ids))(*ids)
        assert lib.llama_decode(context, lib.llama_batch_get_one(array, len(ids))) == 0
        row = numpy.ctypeslib.as_array(lib.llama_get_logits_ith(context, -1), (size,))
        rows.append(row.tolist())
        ids = [int(row.argmax())]
        answer += ids
    lib.llama_free(context)
    print(json.dumps([answer, rows]))
"""

Question = tuple[Sequence[tuple[Path, float]], Sequence[int], int]
"""Adapters and their scales, a prompt, and how many tokens to answer at most."""


def native_answers_with_adapters(
    model: Path, questions: Sequence[Question]
) -> list[tuple[list[int], npt.NDArray[np.float32]]]:
    """The likeliest tokens, and the logits before each of them; the cache is f32."""
    plain = [
        ([(str(file), scale) for file, scale in uses], list(prompt), limit)
        for uses, prompt, limit in questions
    ]
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(model)],
        input=json.dumps(plain).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [(answer, np.array(rows, np.float32)) for answer, rows in lines]
