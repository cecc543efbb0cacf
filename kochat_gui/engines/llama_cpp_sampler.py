"""Choosing the next token with llama.cpp's sampler chain."""

import math
import secrets
from collections.abc import Sequence

from llama_cpp import llama_cpp as lib

from kochat_gui.core.generation import SamplingParams
from kochat_gui.engines.llama_cpp_model import LlamaModel
from kochat_gui.engines.repeated_ngrams import RepeatedNgrams


class TokenSampler:
    """One generation's sampler; must be closed."""

    def __init__(
        self, model: LlamaModel, vocab_size: int, params: SamplingParams, prompt: Sequence[int]
    ) -> None:
        """The penalties and the n-gram rule look at ``prompt``, too, as in transformers."""
        self._context = model.context
        self.seed = secrets.randbelow(2**32 - 1) if params.seed is None else params.seed
        """The seed that is used."""
        window = params.repeat_last_n if params.repeat_last_n >= 0 else model.context_window
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for sampler in _samplers(vocab_size, params, window, self.seed):
            lib.llama_sampler_chain_add(self._chain, sampler)
        if params.repeat_penalty != 1 and window:
            for token in prompt[-window:]:
                lib.llama_sampler_accept(self._chain, token)
        self._ngrams = (
            RepeatedNgrams(params.no_repeat_ngram, prompt) if params.no_repeat_ngram else None
        )

    def close(self) -> None:
        """Free the chain."""
        lib.llama_sampler_free(self._chain)

    def next_token(self) -> int:
        """Choose from the logits of the last token read, and remember the choice."""
        if self._ngrams is None:
            token: int = lib.llama_sampler_sample(self._chain, self._context, -1)
            return token
        banned = self._ngrams.banned()
        if banned:
            logits = lib.llama_get_logits_ith(self._context, -1)
            for token in banned:
                logits[token] = -math.inf
        token = lib.llama_sampler_sample(self._chain, self._context, -1)
        self._ngrams.add(token)
        return token


def _samplers(vocab_size: int, params: SamplingParams, window: int, seed: int) -> list[int]:
    chain = []
    biases = [(t, b) for t, b in params.logit_bias if 0 <= t < vocab_size]
    if biases:
        rows = (lib.llama_logit_bias * len(biases))()
        for row, (token, bias) in zip(rows, biases, strict=True):
            row.token, row.bias = token, bias
        chain.append(lib.llama_sampler_init_logit_bias(vocab_size, len(biases), rows))
    if params.repeat_penalty != 1 and window:
        chain.append(
            lib.llama_sampler_init_penalties(vocab_size, window, params.repeat_penalty, 0.0, 0.0)
        )
    if params.temperature == 0:
        return [*chain, lib.llama_sampler_init_greedy()]
    if params.top_k > 0:
        chain.append(lib.llama_sampler_init_top_k(params.top_k))
    if params.top_p < 1:
        chain.append(lib.llama_sampler_init_top_p(params.top_p, 1))
    if params.min_p > 0:
        chain.append(lib.llama_sampler_init_min_p(params.min_p, 1))
    chain.append(lib.llama_sampler_init_temp(params.temperature))
    chain.append(lib.llama_sampler_init_dist(seed))
    return chain
