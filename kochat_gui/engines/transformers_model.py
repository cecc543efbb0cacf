"""A loaded model: read tokens, look at the logits, forget the end of what was read."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.models import LoadOptions
from kochat_gui.engines.transformers_cache import KeptCache
from kochat_gui.engines.transformers_device import Device
from kochat_gui.engines.transformers_fast_steps import FastSteps
from kochat_gui.engines.transformers_threads import TorchThreads

_GPU_STEP_FACTOR = 8
"""A GPU reads so many times more of a prompt at once in less time than a processor."""


class HfModel:
    """A model of ``transformers`` with one sequence in its memory. One thread at a time."""

    def __init__(self, module: Any, device: Device, options: LoadOptions) -> None:
        """``module``: on ``device`` already. Makes room for the whole context."""
        self.module = module
        self.device = device
        self.context_window = options.context_tokens
        is_gpu = device.kind != "cpu"
        self.batch_tokens = options.batch_tokens * (_GPU_STEP_FACTOR if is_gpu else 1)
        self.runs_ahead = device.kind == "cuda"
        """The next step is begun before it is known what this one's token means."""
        self._cache = KeptCache(self.context_window, is_cleared=is_gpu)
        self._keeps_last = "logits_to_keep" in inspect.signature(module.forward).parameters
        self._cancel = CancelToken()
        if not is_gpu:
            # A step of a large model takes a processor seconds; a stop acts within a layer.
            for layer in _layers(module):
                layer.register_forward_pre_hook(self._check_cancel)
        self._threads = None if is_gpu else TorchThreads(options.threads)
        self._fast: FastSteps | None = None
        # Memory that is not there is to be missed now, not in the middle of an answer.
        self.read([0])
        self.truncate(0)
        # At 8 bits, bitsandbytes has the processor decide in each step: that cannot be captured.
        if device.kind == "cuda" and not getattr(module, "is_loaded_in_8bit", False):
            self._fast = FastSteps(module, self._cache, device.kind, options.compiled_dir)

    @property
    def length(self) -> int:
        """Tokens in the memory."""
        return self._cache.length

    def stop_on(self, cancel: CancelToken) -> None:
        """From now on, ``cancel`` breaks off reading on a processor: ``Cancelled`` is raised."""
        self._cancel = cancel

    def read(self, ids: Sequence[int]) -> Any:
        """Read up to ``batch_tokens`` ids after those in the memory; the logits of the last.

        The memory is as before when that fails.
        """
        tensor = torch.tensor([list(ids)], device=self.device.kind)
        if self._threads is None:
            return self._forward(tensor)
        with self._threads.prompt(is_full=len(ids) == self.batch_tokens):
            return self._forward(tensor)

    def step(self, token: Any) -> Any:
        """Read one token, a tensor of one on the device; its logits, valid until the next step."""
        if self._fast is not None:
            logits = self._fast.step(token)
            if logits is not None:
                return logits
        if self._threads is None:
            return self._forward(token.reshape(1, 1))
        with self._threads.step():
            return self._forward(token.reshape(1, 1))

    def truncate(self, length: int) -> None:
        """Keep the first ``length`` tokens of the memory."""
        self._cache.length = min(length, self._cache.length)

    def weights_changed(self) -> None:
        """Adapters were put on, taken off or rescaled: what was compiled is of no use now."""
        if self._fast is not None:
            self._fast.forget()

    def wait_until_fast(self, length: int, timeout_s: float) -> bool:
        """Wait for the fast steps of a text of ``length`` tokens; False where there are none."""
        return self._fast is not None and self._fast.wait(length, timeout_s)

    def close(self) -> None:
        """End what runs in the background; of no use afterwards."""
        if self._fast is not None:
            self._fast.close()

    def _check_cancel(self, *_args: object) -> None:
        self._cancel.raise_if_cancelled()

    def _forward(self, ids: Any) -> Any:
        options = {"logits_to_keep": 1} if self._keeps_last else {}
        with torch.no_grad():
            output = self.module(
                input_ids=ids, past_key_values=self._cache, use_cache=True, **options
            )
        self._cache.length += ids.shape[1]
        return output.logits[0, -1]


def _layers(module: Any) -> list[Any]:
    """The layers that a token goes through one after the other; empty for unusual models."""
    count = getattr(module.config, "num_hidden_layers", 0)
    for found in module.modules():
        if isinstance(found, torch.nn.ModuleList) and len(found) == count:
            return list(found)
    return []


class TokenReader:
    """Brings tokens from the device without waiting for what was begun after them."""

    def __init__(self, device: Device) -> None:
        self._is_cuda = device.kind == "cuda"
        if self._is_cuda:
            self._rooms = [torch.empty(1, dtype=torch.long, pin_memory=True) for _ in range(2)]
            self._events = [torch.cuda.Event() for _ in range(2)]
        self._turn = 0
        self._token: Any = None

    def begin(self, token: Any) -> None:
        """Start bringing ``token``, a tensor of one."""
        self._token = token
        if self._is_cuda:
            self._turn = 1 - self._turn
            self._rooms[self._turn].copy_(token, non_blocking=True)
            self._events[self._turn].record()

    def finish(self) -> int:
        """The token that was begun with last."""
        if self._is_cuda:
            self._events[self._turn].synchronize()
            return int(self._rooms[self._turn])
        return int(self._token)
