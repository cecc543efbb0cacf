"""Memory: what is estimated before loading, beside the peak of the engine's process.

Two models: the built-in one, and a 7B Llama with the Korean vocabulary of 46,336 pieces at q4_0
with random weights (3.9 GB, written to the temporary folder and deleted again; ``--folder PATH``
takes another disk, ``--tiny`` leaves it out). Each is loaded as the program loads it, reads a
prompt of several steps and writes a few tokens, at context lengths of 1,024 and 2,048.
"""

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil

from kochat_gui.catalog.gguf_format import FILE_TYPE_IDS, ValueType, padded
from kochat_gui.catalog.gguf_writer import (
    PlannedTensor,
    Typed,
    TypedArray,
    data_bytes,
    encode_header,
)
from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_rules import ModelTraits, SourceTensor, level_types
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.memory_estimate import benefits_from_mmap, estimate_memory
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams
from kochat_gui.core.models import LoadOptions, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.services.engine_host import EngineHost
from tests.benchmarks.measuring import Figure, report, told
from tests.benchmarks.random_gguf import CHATML_TOKENS, ModelShape

SEVEN = ModelShape(
    layers=32, hidden=4_096, feed_forward=11_008, heads=32, heads_kv=32, vocab=46_336, context=4_096
)
CONTEXTS = (1_024, 2_048)
PROMPT_SHARE = 0.6
"""Of the context, for the built-in model; the buffers are used as they are needed."""
PROMPT_TOKENS = 300
"""For the large one, whose buffers are a fiftieth of its memory."""
_TOKENS_PER_SENTENCE = 3
ANSWER_TOKENS = 8
GOAL = 0.9
"""The smaller of estimate and peak over the larger: within 10 %."""
_MIB = 1024**2
_LIMIT = 5 * 1024
_FREE = 5 * 10**9
_SLAB = 64 * _MIB
_SCALE = np.float16(0.002)


_Bytes = npt.NDArray[np.uint8]


def write_random_7b(path: Path) -> Path:
    """Write ``path`` at q4_0, streamed; every block has a small scale and random weights."""
    plain = _tensors(SEVEN)
    traits = ModelTraits("llama", SEVEN.layers, SEVEN.heads, SEVEN.heads_kv)
    types = level_types("q4_0", plain, traits)
    planned = [PlannedTensor(t.name, types[t.name], t.shape) for t in plain]
    random = np.random.default_rng(3).integers(0, 256, _SLAB, dtype=np.uint8)
    slabs = {"q4_0": _q4_0_blocks(random), "q6_k": _q6_k_blocks(random)}
    with path.open("wb") as file:
        file.write(encode_header(_metadata(SEVEN), planned))
        for tensor in planned:
            if tensor.type_name == "f32":
                file.write(np.ones(tensor.shape, "<f4").tobytes())
            else:
                _write_repeated(file.write, slabs[tensor.type_name], tensor.size)
            file.write(b"\0" * (padded(tensor.size) - tensor.size))
    assert path.stat().st_size == len(encode_header(_metadata(SEVEN), planned)) + data_bytes(
        planned
    )
    return path


def _tensors(shape: ModelShape) -> list[SourceTensor]:
    hidden, wide, kv = shape.hidden, shape.feed_forward, shape.head_dim * shape.heads_kv
    found = [
        SourceTensor("token_embd.weight", "f16", (hidden, shape.vocab)),
        SourceTensor("output_norm.weight", "f32", (hidden,)),
        SourceTensor("output.weight", "f16", (hidden, shape.vocab)),
    ]
    for layer in range(shape.layers):
        matrices: Sequence[tuple[str, tuple[int, int]]] = (
            ("attn_q", (hidden, hidden)),
            ("attn_k", (hidden, kv)),
            ("attn_v", (hidden, kv)),
            ("attn_output", (hidden, hidden)),
            ("ffn_gate", (hidden, wide)),
            ("ffn_up", (hidden, wide)),
            ("ffn_down", (wide, hidden)),
        )
        for name, size in matrices:
            found.append(SourceTensor(f"blk.{layer}.{name}.weight", "f16", size))
        norms = (f"blk.{layer}.{name}.weight" for name in ("attn_norm", "ffn_norm"))
        found += [SourceTensor(name, "f32", (hidden,)) for name in norms]
    return found


def _metadata(shape: ModelShape) -> dict[str, Typed | TypedArray]:
    def number(value: int) -> Typed:
        return Typed(ValueType.UINT32, value)

    bytes_ = [f"<0x{value:02X}>" for value in range(256)]
    pieces = ["<unk>", "<s>", "</s>", *bytes_, *CHATML_TOKENS, "▁"]
    types = [2, 3, 3, *[6] * 256, 3, 3, 1]
    pieces += [f"▁w{index}" for index in range(shape.vocab - len(pieces))]
    return {
        "general.architecture": Typed(ValueType.STRING, "llama"),
        "general.name": Typed(ValueType.STRING, "random 7B"),
        "general.file_type": number(FILE_TYPE_IDS["q4_0"]),
        "general.quantization_version": number(2),
        "llama.vocab_size": number(shape.vocab),
        "llama.context_length": number(shape.context),
        "llama.embedding_length": number(shape.hidden),
        "llama.block_count": number(shape.layers),
        "llama.feed_forward_length": number(shape.feed_forward),
        "llama.rope.dimension_count": number(shape.head_dim),
        "llama.attention.head_count": number(shape.heads),
        "llama.attention.head_count_kv": number(shape.heads_kv),
        "llama.attention.layer_norm_rms_epsilon": Typed(ValueType.FLOAT32, 1e-5),
        "tokenizer.ggml.model": Typed(ValueType.STRING, "llama"),
        "tokenizer.ggml.tokens": TypedArray(ValueType.STRING, pieces),
        "tokenizer.ggml.scores": TypedArray(ValueType.FLOAT32, [0.0] * shape.vocab),
        "tokenizer.ggml.token_type": TypedArray(
            ValueType.INT32, types + [1] * (shape.vocab - len(types))
        ),
        "tokenizer.ggml.bos_token_id": number(1),
        "tokenizer.ggml.eos_token_id": number(2),
    }


def _q4_0_blocks(random: _Bytes) -> bytes:
    blocks = random[: len(random) // 18 * 18].reshape(-1, 18).copy()
    blocks[:, :2] = np.frombuffer(_SCALE.tobytes(), np.uint8)
    return blocks.tobytes()


def _q6_k_blocks(random: _Bytes) -> bytes:
    blocks = random[: len(random) // 210 * 210].reshape(-1, 210).copy()
    blocks[:, 192:208] = 1
    blocks[:, 208:] = np.frombuffer(_SCALE.tobytes(), np.uint8)
    return blocks.tobytes()


def _write_repeated(write: Callable[[bytes], object], slab: bytes, size: int) -> None:
    for start in range(0, size, len(slab)):
        write(slab[: min(len(slab), size - start)])


def measured(spec: ModelSpec, options: LoadOptions) -> int:
    """Most bytes resident in the engine's process while it loads, reads a prompt and answers."""
    host = EngineHost()
    found: list[int] = []
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(host, found, over))
    watcher.start()
    try:
        host.load(spec, options, lambda _: None, CancelToken())
        share = int(options.context_tokens * PROMPT_SHARE) // _TOKENS_PER_SENTENCE
        text = " w7" * PROMPT_TOKENS if "random" in spec.name else "안녕하세요. " * share
        request = GenerationRequest(
            (ChatMessage(Role.USER, text),),
            template="completion",
            sampling=SamplingParams(temperature=0.0, max_new_tokens=ANSWER_TOKENS),
        )
        for _event in host.stream(request, CancelToken()):
            pass
    finally:
        over.set()
        watcher.join()
        host.close()
    return max(found)


def _watch(host: EngineHost, found: list[int], over: threading.Event) -> None:
    while not over.wait(0.05):
        pid = host.child_pid
        if pid is not None:
            with suppress(psutil.Error):
                found.append(psutil.Process(pid).memory_info().rss)


def compare(spec: ModelSpec) -> Iterator[Figure]:
    """Estimate and peak at every context length."""
    for context in CONTEXTS:
        options = LoadOptions(
            context_tokens=context, use_mmap=benefits_from_mmap(spec.quantization or "")
        )
        estimate = estimate_memory(spec, spec.size_bytes, options).total
        peak = measured(spec, options)
        yield Figure(
            f"{spec.name}, {spec.quantization}, n_ctx {context:,}",
            estimate / _MIB,
            peak / _MIB,
            "MiB",
            min(estimate, peak) / max(estimate, peak),
            GOAL,
        )


def _built_in(folder: Path) -> ModelSpec:
    spec = inspect_model(resource("models", "ko-tiny-chat"))
    cache = LevelCache(folder)
    path = cache.make(spec, "q8_0", level_sizes(spec), lambda _: None, CancelToken())
    return replace(inspect_model(path), name=spec.name)


def _seven(folder: Path) -> ModelSpec:
    if shutil.disk_usage(folder).free < _FREE:
        sys.exit(f"the 7B model needs 5 GB under {folder} (--folder PATH, or --tiny without it)")
    return inspect_model(write_random_7b(folder / "random-7b.gguf"))


def main() -> int:
    """Measure; the exit status says whether every estimate is within 10 %."""
    kept = sys.argv[sys.argv.index("--folder") + 1] if "--folder" in sys.argv else None
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="kochat-bench-", dir=kept) as folder:
        makers = [_built_in] if "--tiny" in sys.argv else [_built_in, _seven]
        for make in makers:
            figures += [told(figure) for figure in compare(make(Path(folder)))]
    limit = [figure for figure in figures if "random" in figure.metric and "1,024" in figure.metric]
    figures += [told(_under_5_gib(figure)) for figure in limit]
    return report("memory_estimate", figures)


def _under_5_gib(peak: Figure) -> Figure:
    return Figure(f"{peak.metric}: peak", peak.baseline, _LIMIT, "MiB", _LIMIT / peak.baseline, 1.0)


if __name__ == "__main__":
    sys.exit(main())
