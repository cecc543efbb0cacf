"""A thousand times load, answer (streamed, with an adapter, with beams) and unload in one process.

The program gives a model's memory back by ending its process; this shows that not even that is
needed. ``--turns N`` for fewer.
"""

import argparse
import gc
import sys
from dataclasses import replace

import psutil

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.engines.transformers_engine import TransformersEngine
from tests.benchmarks.measuring import Figure, report, told

_SETTLING_TURNS = 20
_ALLOWED_BYTES = 32 * 2**20


def _turn(engine: TransformersEngine, number: int) -> None:
    spec = ModelSpec(
        "ko-tiny-chat", "ko-tiny-chat", resource("models", "ko-tiny-chat"),
        ModelFormat.SAFETENSORS, ("fp32", "bf16")[number % 2], 0, template="kullm-v2",
    )  # fmt: skip
    options = LoadOptions(context_tokens=512, gpu_layers=0)
    engine.load(spec, options, lambda _: None, CancelToken())
    sampling = SamplingParams(max_new_tokens=16, seed=number)
    uses = ((), (AdapterUse(resource("adapters", "ko-tiny-meow"), 1.0),))
    for adapters, beams in ((uses[0], 1), (uses[number % 2], 1), (uses[0], 1 + number % 3)):
        message = ChatMessage(Role.USER, f"{number}번째로 안녕하세요")
        request = GenerationRequest(
            (message,), sampling=replace(sampling, num_beams=beams), adapters=adapters
        )
        for _ in engine.stream(request, CancelToken()):
            pass
    engine.unload()


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    turns = parser.parse_args().turns
    engine = TransformersEngine()
    process = psutil.Process()
    settled = 0
    for number in range(turns + _SETTLING_TURNS):
        _turn(engine, number)
        if number == _SETTLING_TURNS - 1:
            gc.collect()
            settled = process.memory_info().rss
        if number % 20 == 19:
            sys.stderr.write(f"  turn {number + 1}: {process.memory_info().rss / 2**20:.0f} MiB\n")
    gc.collect()
    grown = max(process.memory_info().rss - settled, 1)
    figure = Figure(
        f"memory after {turns} turns", grown / 2**20, _ALLOWED_BYTES / 2**20, "MiB",
        _ALLOWED_BYTES / grown, 1.0,
    )  # fmt: skip
    return report("transformers_memory", [told(figure)], settled_mib=settled // 2**20)


if __name__ == "__main__":
    sys.exit(main())
