"""Beam search, as some model cards want it: of several answers the best is shown, whole.

This is ``generate`` of ``transformers`` itself, so that a card's parameters mean what they mean
there. It runs on a thread of its own, and tells how many tokens it has come.
"""

import queue
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import GenerationConfig

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.generation import (
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    SamplingParams,
    StepProgress,
    TextDelta,
)
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.answer_text import AnswerClock, AnswerText
from kochat_gui.engines.prompt_plan import PromptPlan
from kochat_gui.engines.stop_strings import StopStringMatcher
from kochat_gui.engines.text_path import TextPath
from kochat_gui.engines.transformers_model import HfModel
from kochat_gui.engines.transformers_sampling import new_seed
from kochat_gui.engines.transformers_tokenizer import HfVocabulary

_TELL_S = 0.1
"""Between two reports of progress."""


@dataclass
class _Search:
    """A running search, as both threads see it."""

    cancel: CancelToken
    steps: int = 0
    first_step: float = 0.0
    ids: list[int] = field(default_factory=list)
    """The best answer, after the end."""
    error: BaseException | None = None
    is_over: queue.SimpleQueue[None] = field(default_factory=queue.SimpleQueue)


class BeamSearch:
    """Runs one request with beams; used once. Leaves the memory of earlier turns alone."""

    def __init__(self, model: HfModel, vocabulary: HfVocabulary, cancel: CancelToken) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._cancel = cancel
        self._clock = AnswerClock()

    def run(
        self, plan: PromptPlan, ids: list[int], request: GenerationRequest
    ) -> Iterator[GenerationEvent]:
        """The events from the first ``PromptProgress`` on; all text comes at the end."""
        params, window = request.sampling, self._model.context_window
        seed = new_seed(params)
        most = min(params.max_new_tokens, window - len(ids))
        search = _Search(CancelToken())
        reason = FinishReason.STOP
        yield PromptProgress(0, len(ids), 0)
        if ids and most > 0:
            unhook = self._cancel.on_cancel(search.cancel.cancel)
            criterion = _Watch(search, self._vocabulary, plan.stops(request), len(ids))
            config = beam_config(params, self._vocabulary.end_ids, most)
            self._model.stop_on(CancelToken())  # a search ends with what it has
            worker = threading.Thread(
                target=self._search, args=(search, ids, config, criterion, seed), name="beams"
            )
            worker.start()
            try:
                yield from _progress(search, len(ids), most)
            finally:
                # Nobody listens any more, or it is over.
                search.cancel.cancel()
                worker.join()
                unhook()
            if search.error is not None:
                raise search.error
            reason = yield from self._shown(search, plan, request)
        yield self._clock.finished(
            reason, prompt_tokens=len(ids), reused_tokens=0, context_window=window, seed=seed
        )

    def _search(
        self, search: _Search, ids: list[int], config: Any, criterion: "_Watch", seed: int
    ) -> None:
        try:
            prompt = torch.tensor([ids], device=self._model.device.kind)
            torch.manual_seed(seed)
            with torch.no_grad():
                found = self._model.module.generate(
                    input_ids=prompt,
                    attention_mask=torch.ones_like(prompt),
                    generation_config=config,
                    stopping_criteria=[criterion],
                )
            search.ids = found[0, len(ids) :].tolist()
        except BaseException as error:  # noqa: BLE001 - raised where the events are read
            search.error = error
        search.is_over.put(None)

    def _shown(
        self, search: _Search, plan: PromptPlan, request: GenerationRequest
    ) -> Generator[GenerationEvent, None, FinishReason]:
        """Yields the text, returns the finish reason."""
        path = TextPath(plan.stops(request))
        text_of = AnswerText(plan.format, is_continued=bool(request.answer_prefix))
        reason = FinishReason.LENGTH
        parts: list[str] = []
        count = 0
        for token in search.ids:
            piece = self._vocabulary.answer_piece(token)
            if piece is None:
                reason = FinishReason.STOP
                break
            count += 1
            parts.append(path.feed(text_of.shown(piece)))
            if path.stopped:
                reason = FinishReason.STOP
                break
        text = "".join(parts) + path.finish()
        if self._cancel.is_cancelled:
            reason = FinishReason.CANCELLED
        self._clock.whole(count, search.first_step)
        if text:
            yield TextDelta(text)
        return reason


class _Watch:
    """A stopping criterion: counts steps, and ends beams at a stop string or all at a cancel."""

    def __init__(
        self, search: _Search, vocabulary: HfVocabulary, stops: Sequence[str], prompt_tokens: int
    ) -> None:
        self._search = search
        self._vocabulary = vocabulary
        self._stops = stops
        self._prompt_tokens = prompt_tokens
        # A token is a byte at least, or it is special and not part of a text.
        self._tail = max((len(stop.encode()) for stop in stops), default=0) + 8

    def __call__(self, input_ids: Any, _scores: Any, **_kwargs: object) -> Any:
        search = self._search
        search.steps = input_ids.shape[1] - self._prompt_tokens
        search.first_step = search.first_step or time.perf_counter()
        rows = len(input_ids)
        if search.cancel.is_cancelled or not self._stops:
            is_over = search.cancel.is_cancelled
            return torch.full((rows,), is_over, dtype=torch.bool, device=input_ids.device)
        start = max(self._prompt_tokens, input_ids.shape[1] - self._tail)
        found = [self._is_stopped(row) for row in input_ids[:, start:].tolist()]
        return torch.tensor(found, dtype=torch.bool, device=input_ids.device)

    def _is_stopped(self, tail: list[int]) -> bool:
        content = b"".join(self._vocabulary.piece(token) for token in tail)
        matcher = StopStringMatcher(self._stops)
        matcher.feed(content.decode("utf-8", "replace"))
        return matcher.stopped


def beam_config(params: SamplingParams, end_ids: Sequence[int], most: int) -> Any:
    """``params`` as ``generate`` calls them; ``most``: new tokens."""
    chances = {
        "temperature": params.temperature,
        "top_k": params.top_k,
        "top_p": params.top_p,
        "min_p": params.min_p or None,
    }
    return GenerationConfig(
        num_beams=params.num_beams,
        early_stopping=params.early_stopping,
        max_new_tokens=most,
        do_sample=params.temperature > 0,
        no_repeat_ngram_size=params.no_repeat_ngram,
        repetition_penalty=params.repeat_penalty if params.repeat_last_n else 1.0,
        sequence_bias={(token,): bias for token, bias in params.logit_bias} or None,
        eos_token_id=list(end_ids) or None,
        pad_token_id=end_ids[0] if end_ids else 0,
        use_cache=True,
        **(chances if params.temperature > 0 else {}),
    )


def _progress(search: _Search, prompt_tokens: int, most: int) -> Iterator[GenerationEvent]:
    """Events until the search is over."""
    told = 0
    while True:
        try:
            search.is_over.get(timeout=_TELL_S)
            is_over = True
        except queue.Empty:
            is_over = False
        steps = min(search.steps, most)
        if steps and not told:
            yield PromptProgress(prompt_tokens, prompt_tokens, 0)
        if steps > told:
            told = steps
            yield StepProgress(steps, most)
        if is_over:
            return
