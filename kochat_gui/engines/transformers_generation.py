"""One generation with a model of ``transformers``: read the prompt, then token by token."""

from collections.abc import Generator, Iterator
from typing import Any

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import Cancelled
from kochat_gui.core.generation import GenerationEvent, GenerationRequest, PromptProgress, TextDelta
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.answer_text import AnswerClock, AnswerText
from kochat_gui.engines.kept_prompt import KeptPrompt
from kochat_gui.engines.prompt_bytes import PromptCodec
from kochat_gui.engines.prompt_plan import PromptPlan
from kochat_gui.engines.text_path import TextPath
from kochat_gui.engines.transformers_model import HfModel, TokenReader
from kochat_gui.engines.transformers_sampling import HfSampler
from kochat_gui.engines.transformers_tokenizer import HfVocabulary


class HfGeneration:
    """Runs one request on a loaded model; used once."""

    def __init__(
        self, model: HfModel, vocabulary: HfVocabulary, kept: KeptPrompt, cancel: CancelToken
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._kept = kept
        self._cancel = cancel
        self._clock = AnswerClock()

    def run(
        self, plan: PromptPlan, codec: PromptCodec, request: GenerationRequest
    ) -> Iterator[GenerationEvent]:
        """The events from the first ``PromptProgress`` on."""
        ids = self._kept.plan(plan.prompt, codec.tokenize, plan.token_limit)
        params, window = request.sampling, self._model.context_window
        # As many as may be penalized: one more than can be read.
        room = min(params.max_new_tokens, window - len(ids)) + 1
        sampler = HfSampler(params, ids, self._vocabulary.vocab_size, room, self._model.device.kind)
        reused = 0
        reason = FinishReason.STOP
        # Without BOS and text there is nothing to go on from.
        if ids:
            reused = self._reuse(plan.prompt, ids)
            self._model.stop_on(self._cancel)
            logits = yield from self._read_prompt(ids, reused)
            if logits is None:
                reason = FinishReason.CANCELLED
            else:
                self._kept.prompt_read(plan.prompt)
                reason = yield from self._answer(sampler, logits, plan, request)
        yield self._clock.finished(
            reason,
            prompt_tokens=len(ids),
            reused_tokens=reused,
            context_window=window,
            seed=sampler.seed,
        )

    def _reuse(self, prompt: bytes, ids: list[int]) -> int:
        # The last token is read again even if it is known: its logits are gone.
        kept = min(self._kept.common_length(ids), len(ids) - 1)
        self._model.truncate(kept)
        self._kept.begin(prompt, ids, kept)
        return kept

    def _read_prompt(
        self, ids: list[int], reused: int
    ) -> Generator[GenerationEvent, None, Any | None]:
        """Yields the progress; returns the logits of the last token, None after a cancel."""
        done = reused
        logits = None
        yield PromptProgress(done, len(ids), reused)
        while done < len(ids):
            step = ids[done : done + self._model.batch_tokens]
            try:
                self._cancel.raise_if_cancelled()
                logits = self._model.read(step)
            except Cancelled:
                return None
            self._kept.read(step)
            done += len(step)
            yield PromptProgress(done, len(ids), reused)
        return None if self._cancel.is_cancelled else logits

    def _answer(
        self, sampler: HfSampler, logits: Any, plan: PromptPlan, request: GenerationRequest
    ) -> Generator[GenerationEvent, None, FinishReason]:
        """Yields the text; returns the finish reason."""
        most = request.sampling.max_new_tokens
        path = TextPath(plan.stops(request))
        text_of = AnswerText(plan.format, is_continued=bool(request.answer_prefix))
        reader = TokenReader(self._model.device)
        reason = FinishReason.CANCELLED
        while not self._cancel.is_cancelled:
            chosen = sampler.choose(logits)
            reader.begin(chosen)
            is_ahead = self._model.runs_ahead and self._has_room()
            if is_ahead:
                logits = self._model.step(chosen)
            token = reader.finish()
            piece = self._vocabulary.answer_piece(token)
            if piece is None:
                reason = FinishReason.STOP
                break
            shown = text_of.shown(piece)
            characters = path.read(shown)
            text = path.show(characters)
            self._clock.token(has_text=bool(text))
            if text:
                yield TextDelta(text)
            visible = text_of.in_prompt(characters)
            if path.stopped or self._is_full(most):
                self._kept.unread(visible)
                reason = FinishReason.STOP if path.stopped else FinishReason.LENGTH
                break
            if not is_ahead:
                try:
                    logits = self._model.step(chosen)
                except Cancelled:
                    break
            self._kept.answered(token, visible)
        if held := path.finish():
            yield TextDelta(held)
        return reason

    def _has_room(self) -> bool:
        return self._model.length < self._model.context_window

    def _is_full(self, max_new_tokens: int) -> bool:
        is_over = self._clock.new_tokens >= max_new_tokens
        return is_over or len(self._kept.ids) >= self._model.context_window
