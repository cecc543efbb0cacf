"""Choosing the next token, on the device and without waiting for it.

The same chain as llama.cpp's, in its order: repeated n-grams, bias, penalty, then top-k, top-p and
min-p of the probabilities as they are, then temperature. Nothing here asks the device for a
number, so that a GPU is never kept waiting.
"""

import math
import secrets
from collections.abc import Sequence
from typing import Any

import torch

from kochat_gui.core.generation import SamplingParams


def new_seed(params: SamplingParams) -> int:
    """The seed that was asked for, or a new one."""
    return secrets.randbelow(2**32 - 1) if params.seed is None else params.seed


class HfSampler:
    """One answer's choices; used on one thread."""

    def __init__(
        self, params: SamplingParams, prompt: Sequence[int], vocab_size: int, room: int, device: str
    ) -> None:
        """``room``: tokens that may follow. The rules look at ``prompt``, too."""
        self.seed = new_seed(params)
        """The seed that is used."""
        self._params = params
        self._random = torch.Generator(device).manual_seed(self.seed)
        self._seen = torch.empty(len(prompt) + room, dtype=torch.long, device=device)
        self._seen[: len(prompt)] = torch.tensor(prompt, dtype=torch.long, device=device)
        self._count = len(prompt)
        biases = [(token, bias) for token, bias in params.logit_bias if 0 <= token < vocab_size]
        self._biased = torch.tensor([t for t, _ in biases], dtype=torch.long, device=device)
        self._bias = torch.tensor([b for _, b in biases], dtype=torch.float32, device=device)

    def choose(self, logits: Any) -> Any:
        """The next token, a tensor of one; it counts as said from now on."""
        scores = logits.to(torch.float32, copy=True)
        if self._params.no_repeat_ngram:
            self._ban_repeated(scores)
        if len(self._biased):
            scores.index_add_(0, self._biased, self._bias)
        self._penalize(scores)
        greedy = self._params.temperature == 0
        token = scores.argmax().reshape(1) if greedy else self._drawn(scores)
        if self._count < len(self._seen):
            self._seen[self._count : self._count + 1] = token
            self._count += 1
        return token

    def _ban_repeated(self, scores: Any) -> None:
        n = self._params.no_repeat_ngram
        if self._count < n:
            return
        seen = self._seen[: self._count]
        grams = seen.unfold(0, n, 1)
        repeats = (grams[:, :-1] == seen[self._count - n + 1 :]).all(dim=1)
        bans = torch.where(repeats, -math.inf, math.inf)
        scores.scatter_reduce_(0, grams[:, -1], bans, "amin")

    def _penalize(self, scores: Any) -> None:
        penalty, last = self._params.repeat_penalty, self._params.repeat_last_n
        if penalty == 1 or last == 0:
            return
        start = max(self._count - last, 0) if last > 0 else 0
        recent = self._seen[start : self._count]
        found = scores[recent]
        scores[recent] = torch.where(found > 0, found / penalty, found * penalty)

    def _drawn(self, scores: Any) -> Any:
        params = self._params
        if 0 < params.top_k < len(scores):
            ordered, tokens = torch.topk(scores, params.top_k)
        else:
            ordered, tokens = torch.sort(scores, descending=True)
        probabilities = torch.softmax(ordered, dim=0)
        if params.top_p < 1:
            before = torch.cumsum(probabilities, dim=0) - probabilities
            ordered = ordered.masked_fill(before >= params.top_p, -math.inf)
        if params.min_p > 0:
            least = params.min_p * probabilities[0]
            ordered = ordered.masked_fill(probabilities < least, -math.inf)
        final = torch.softmax(ordered / params.temperature, dim=0)
        # The largest of p / exponential noise is a draw by p (an exponential race); unlike
        # torch.multinomial it needs no answer from the device.
        noise = torch.empty_like(final).exponential_(1, generator=self._random)
        return tokens.gather(0, torch.argmax(final / noise, dim=0, keepdim=True))
