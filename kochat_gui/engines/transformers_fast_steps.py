"""Steps of one token that a GPU repeats by itself: compiled and captured once per stretch of text.

A step of a 7B model is some thousand small launches; started one by one from Python they take
several times as long as they run. Compiling takes half a minute, so it is done in the background
while the first answer is made step by step, and again for longer texts before they are that long.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from kochat_gui.engines.transformers_cache import FixedView, KeptCache

_log = logging.getLogger(__name__)
_SHORTEST = 512
_WARM_UPS = 3
_TRIAL_POSITION = 15
_TOLERANCE = 0.05
"""Of the largest logit: what rounding in another order may change."""
_CLOSE_S = 30.0

Step = Callable[[], Any]

_streams: dict[int, Any] = {}
"""By span: torch keeps room for products for each stream there ever was, and two steps that are
made and used at the same time must not share it.
"""


class FixedStep:
    """One token through the model, with inputs and outputs at fixed addresses."""

    def __init__(self, module: Any, cache: KeptCache, span: int, device: str) -> None:
        """``span``: places of the cache that are looked at."""
        self.span = span
        self._token = torch.zeros(1, 1, dtype=torch.long, device=device)
        # Until it is used, it writes to where no token of a text goes, and looks only at the
        # beginning of the text, which stays the same while others go on writing.
        trial = min(_TRIAL_POSITION, span - 1)
        self._position = torch.full((1,), trial, dtype=torch.long, device=device)
        self._place = torch.full((1,), cache.window, dtype=torch.long, device=device)
        self._module = module
        self._view = FixedView(cache, span, self._position, self._place)
        self.run: Step = self.compute

    def put(self, token: Any, position: int) -> None:
        """Take ``token``, a tensor of one, as the one that comes after ``position`` others."""
        self._token.copy_(token.reshape(1, 1))
        self._position.fill_(position)
        self._place.fill_(position)

    def compute(self) -> Any:
        """The logits of the token."""
        output = self._module(input_ids=self._token, past_key_values=self._view, use_cache=True)
        return output.logits[0, -1]


class FastSteps:
    """Makes fixed steps in the background and uses those that are ready."""

    def __init__(
        self,
        module: Any,
        cache: KeptCache,
        device: str,
        compiled_dir: Path | None = None,
        speed_up: Callable[[FixedStep], Step] | None = None,
    ) -> None:
        """``speed_up``: how a step is made fast; None: compiled and captured."""
        self._module = module
        self._cache = cache
        self._device = device
        self._speed_up = speed_up or captured
        self._changed = threading.Condition()
        self._ready: dict[int, FixedStep] = {}
        self._failed: set[int] = set()
        self._worker: threading.Thread | None = None
        self._generation = 0
        self._is_closed = False
        if compiled_dir is not None:
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(compiled_dir)
            os.environ["TRITON_CACHE_DIR"] = str(compiled_dir / "triton")

    def step(self, token: Any) -> Any | None:
        """The logits after ``token``; None when there is no fast step yet, and one is begun."""
        length = self._cache.length
        span = self._span(length + 1)
        with self._changed:
            fixed = self._ready.get(span)
        self._prepare(span)
        if fixed is None:
            return None
        if 2 * length > span:
            self._prepare(self._span(span + 1))
        with torch.no_grad():
            fixed.put(token, length)
            logits = fixed.run()
        self._cache.length = length + 1
        return logits

    def wait(self, length: int, timeout_s: float) -> bool:
        """Wait for the step of a text of ``length`` tokens; False when it was not to be had."""
        span = self._span(length)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self._prepare(span)
            with self._changed:
                if span in self._ready or span in self._failed:
                    return span in self._ready
                self._changed.wait(0.1)
        return False

    def forget(self) -> None:
        """The model has changed: steps that were made no longer hold."""
        if self._device == "cuda":
            # One may still be running; the device as a whole must not be waited for amid a capture.
            torch.cuda.current_stream().synchronize()
        with self._changed:
            self._generation += 1
            self._ready.clear()
            self._failed.clear()

    def close(self) -> None:
        """Wait for the background's end and free everything."""
        with self._changed:
            self._is_closed = True
            worker = self._worker
        if worker is not None:
            worker.join(_CLOSE_S)
        self.forget()

    def _span(self, length: int) -> int:
        span = _SHORTEST
        while span < length:
            span *= 2
        return min(span, self._cache.window)

    def _prepare(self, span: int) -> None:
        """Begin to make the step of ``span`` unless it is there, hopeless, or another is made."""
        with self._changed:
            is_known = span in self._ready or span in self._failed
            if is_known or self._worker is not None or self._is_closed:
                return
            self._worker = threading.Thread(
                target=self._make, args=(span, self._generation), name="fast-steps", daemon=True
            )
            self._worker.start()

    def _make(self, span: int, generation: int) -> None:
        fixed: FixedStep | None = None
        try:
            with torch.no_grad():
                fixed = FixedStep(self._module, self._cache, span, self._device)
                fixed.run = self._speed_up(fixed)
        except Exception as error:  # noqa: BLE001 - it goes on as before, only slower
            _log.info("no fast step for %d tokens: %s: %s", span, type(error).__name__, error)
            fixed = None
        with self._changed:
            self._worker = None
            if generation == self._generation and not self._is_closed:
                if fixed is not None:
                    self._ready[span] = fixed
                else:
                    self._failed.add(span)
            self._changed.notify_all()


def captured(fixed: FixedStep) -> Step:
    """``fixed`` as one CUDA graph, of compiled code where that can be made and computes the same.

    Capturing does not disturb what other threads compute meanwhile.
    """
    try:
        return _graph(_compiled(fixed), fixed.span)
    except Exception as error:  # noqa: BLE001 - no compiler, an old GPU, a library's gap …
        _log.info("captured without compiling: %s: %s", type(error).__name__, error)
    return _graph(fixed.compute, fixed.span)


def _compiled(fixed: FixedStep) -> Step:
    # What was compiled before is captured by now; the compiler would give up at the eighth.
    torch._dynamo.reset()
    compute: Step = torch.compile(fixed.compute, dynamic=False)
    compute()
    # Only now: while it was compiled, the text that it looks at may have become another one.
    expected = fixed.compute().clone()
    if not is_close(compute(), expected):
        raise RuntimeError("compiled code computes something else")
    return compute


def is_close(found: Any, expected: Any) -> bool:
    """Whether two rows of logits differ by no more than rounding."""
    largest = expected.float().abs().max()
    return bool((found.float() - expected.float()).abs().max() <= _TOLERANCE * largest)


def _graph(compute: Step, span: int) -> Step:
    stream = _streams.setdefault(span, torch.cuda.Stream())
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(_WARM_UPS):
            compute()
    stream.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
        logits = compute()

    def replay(_kept: Step = compute) -> Any:
        """The graph runs what ``compute`` has loaded onto the device, so that must stay."""
        graph.replay()
        return logits

    return replay
