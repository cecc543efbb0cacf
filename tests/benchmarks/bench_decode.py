"""P1 and P1b: what the engine adds to llama.cpp, and what llama-cpp-python's streaming adds.

Baselines in the same run, on the same model: ``baseline_low_level_loop`` decodes and samples with
nothing around it; ``baseline_streaming`` is ``Llama.create_completion(stream=True)``.
"""

import ctypes
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import llama_cpp
from llama_cpp import llama_cpp as lib

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import (
    ChatMessage,
    Finished,
    GenerationRequest,
    SamplingParams,
    TextDelta,
)
from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from kochat_gui.engines.llama_cpp_errors import library_log
from kochat_gui.engines.thread_policy import physical_cores
from tests.benchmarks.measuring import (
    Figure,
    fixed_threads,
    interleaved,
    refuse_when_busy,
    report,
    scratch_folder,
    told,
)
from tests.benchmarks.random_gguf import SMALL, write_random_gguf

LENGTHS = (128, 1_024, 3_500)
CONTEXT = 4_096
PROMPT = "w1 w2 w3 w4"
ROUNDS = {128: 16, 1_024: 4, 3_500: 2}


def baseline_threads() -> int:
    """All physical cores that this process may use, unless fixed for both sides."""
    return fixed_threads() or physical_cores()


class LowLevelLoop:
    """The least that decodes with llama.cpp: no text, no stop strings, no events."""

    def __init__(self, path: Path) -> None:
        library_log()  # not on stderr
        params = lib.llama_model_default_params()
        self.model = lib.llama_model_load_from_file(str(path).encode(), params)
        context = lib.llama_context_default_params()
        context.n_ctx = CONTEXT
        context.n_batch = context.n_ubatch = 256
        context.n_threads = context.n_threads_batch = baseline_threads()
        context.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        context.no_perf = True
        self.context = lib.llama_init_from_model(self.model, context)

    def baseline_low_level_loop(self, count: int) -> Iterator[int]:
        """``count`` greedy tokens."""
        lib.llama_memory_clear(lib.llama_get_memory(self.context), True)
        prompt = (ctypes.c_int32 * 12)(*range(300, 312))
        prompt[0] = 1
        lib.llama_decode(self.context, lib.llama_batch_get_one(prompt, 12))
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        lib.llama_sampler_chain_add(chain, lib.llama_sampler_init_greedy())
        token = (ctypes.c_int32 * 1)()
        batch = lib.llama_batch_get_one(token, 1)
        token[0] = lib.llama_sampler_sample(chain, self.context, -1)
        yield token[0]
        for _ in range(count - 1):
            lib.llama_decode(self.context, batch)
            token[0] = lib.llama_sampler_sample(chain, self.context, -1)
            yield token[0]
        lib.llama_sampler_free(chain)


class OurEngine:
    """The engine as the program uses it, with threads adapted while running."""

    def __init__(self, path: Path) -> None:
        self.engine = LlamaCppEngine()
        spec = ModelSpec("bench", "bench", path, ModelFormat.GGUF, "q4_0", 0, template="completion")
        options = LoadOptions(context_tokens=CONTEXT, threads=fixed_threads())
        self.engine.load(spec, options, lambda _: None, CancelToken())

    def answer(self, count: int) -> Iterator[TextDelta]:
        """``count`` greedy tokens; each of this model's is a word, and told at once."""
        sampling = SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=count)
        request = GenerationRequest((ChatMessage(Role.USER, PROMPT),), sampling=sampling)
        told = 0
        for event in self.engine.stream(request, CancelToken()):
            if isinstance(event, TextDelta):
                told += 1
                yield event
        assert isinstance(event, Finished)
        assert event.usage.new_tokens == told == count, (event.usage.new_tokens, told, count)


def baseline_streaming(llama: llama_cpp.Llama, count: int) -> Iterator[object]:
    """llama-cpp-python's own streaming of ``count`` greedy tokens."""
    llama.reset()
    yield from llama.create_completion(
        PROMPT, max_tokens=count, temperature=0.0, repeat_penalty=1.0, stream=True
    )


def main() -> int:
    """Measure and print; 0 when every goal is met."""
    refuse_when_busy()
    with scratch_folder() as folder:
        path = write_random_gguf(folder / "small.gguf", SMALL, quantization="q4_0")
        loop, ours = LowLevelLoop(path), OurEngine(path)
        for stream in (loop.baseline_low_level_loop(64), ours.answer(64)):
            list(stream)
        figures = []
        for count in LENGTHS:
            mine, bare = interleaved(
                partial(ours.answer, count),
                partial(loop.baseline_low_level_loop, count),
                ROUNDS[count],
            )
            name = f"P1 engine / bare loop, {count} tokens"
            figures.append(told(Figure(name, mine, bare, "tok/s", mine / bare, 0.97)))
        threads = baseline_threads()
        llama = llama_cpp.Llama(
            str(path), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        mine, streamed = interleaved(
            partial(ours.answer, LENGTHS[-1]),
            partial(baseline_streaming, llama, LENGTHS[-1]),
            ROUNDS[LENGTHS[-1]],
        )
        name = f"P1b engine / create_completion, {LENGTHS[-1]} tokens"
        figures.append(told(Figure(name, mine, streamed, "tok/s", mine / streamed, 2.5)))
        llama.close()
        ours.engine.unload()
        lib.llama_free(loop.context)
        lib.llama_model_free(loop.model)
    return report(
        "decode",
        figures,
        threads=fixed_threads() or "adapted",
        model="15M class, q4_0, 32,000 tokens",
    )


if __name__ == "__main__":
    raise SystemExit(main())
