"""How many threads torch computes with on the processor; see :mod:`thread_policy`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from kochat_gui.engines.thread_policy import ThreadPolicy, physical_cores


class TorchThreads:
    """Sets the number for steps and for prompts from how long they take."""

    def __init__(self, fixed: int) -> None:
        """``fixed``: over 0 is used always."""
        cores = physical_cores()
        self._steps = ThreadPolicy(cores, fixed)
        self._prompts = ThreadPolicy(cores, fixed, compares_once=False)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around one token."""
        with self._timed(self._steps):
            yield

    @contextmanager
    def prompt(self, *, is_full: bool) -> Iterator[None]:
        """Around a part of a prompt; only full ones take times that can be compared."""
        if is_full:
            with self._timed(self._prompts):
                yield
        else:
            torch.set_num_threads(self._prompts.threads)
            yield

    @contextmanager
    def _timed(self, policy: ThreadPolicy) -> Iterator[None]:
        # Torch's number belongs to the thread that sets it, and whoever asks may be another one.
        torch.set_num_threads(policy.threads)
        began = time.perf_counter()
        yield
        policy.observe(time.perf_counter() - began)
