"""One generation: read the prompt, then token by token."""

import time
from collections.abc import Generator, Iterator
from typing import Literal

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import EngineError
from kochat_gui.core.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    TextDelta,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.answer_text import AnswerClock, AnswerText
from kochat_gui.engines.kept_prompt import KeptPrompt
from kochat_gui.engines.llama_cpp_model import ABORTED, DECODED, LlamaModel
from kochat_gui.engines.llama_cpp_sampler import TokenSampler
from kochat_gui.engines.llama_cpp_vocabulary import LlamaVocabulary
from kochat_gui.engines.prompt_bytes import PromptCodec
from kochat_gui.engines.prompt_plan import PromptPlan
from kochat_gui.engines.text_path import TextPath
from kochat_gui.engines.thread_policy import ThreadPolicy

_FAILED = QT_TRANSLATE_NOOP("LlamaCpp", "llama.cpp could not compute the next token (code {code}).")
_FAILED_ADVICE = QT_TRANSLATE_NOOP("LlamaCpp", "Try again, or load the model again.")


class Generation:
    """Runs one request on a loaded model; used once."""

    def __init__(
        self,
        model: LlamaModel,
        vocabulary: LlamaVocabulary,
        kept: KeptPrompt,
        threads: ThreadPolicy,
        prompt_threads: ThreadPolicy,
        cancel: CancelToken,
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._kept = kept
        self._threads = threads
        self._prompt_threads = prompt_threads
        self._cancel = cancel
        self._clock = AnswerClock()

    def run(
        self, plan: PromptPlan, codec: PromptCodec, request: GenerationRequest
    ) -> Iterator[GenerationEvent]:
        """The events from the first ``PromptProgress`` on."""
        prompt = plan.prompt
        unhook = self._model.stop_on(self._cancel)
        try:
            ids = self._kept.plan(prompt, codec.tokenize, plan.token_limit)
            if not ids:
                # No BOS and no text: there is nothing to go on from.
                yield self._finished(FinishReason.STOP, ids, 0, request.sampling.seed)
                return
            reused = self._reuse(prompt, ids)
            yield from self._read_prompt(ids, reused)
            if len(self._kept.ids) < len(ids):
                yield self._finished(FinishReason.CANCELLED, ids, reused, request.sampling.seed)
                return
            self._kept.prompt_read(prompt)
            sampler = TokenSampler(self._model, self._vocabulary.vocab_size, request.sampling, ids)
            try:
                reason = yield from self._answer(sampler, plan, request)
            finally:
                sampler.close()
            yield self._finished(reason, ids, reused, sampler.seed)
        finally:
            unhook()

    def _reuse(self, prompt: bytes, ids: list[int]) -> int:
        # The last token is read again even if it is known: its logits are gone.
        kept = min(self._kept.common_length(ids), len(ids) - 1)
        if not self._model.truncate(kept):
            self._kept.clear()
            kept = 0
        self._kept.begin(prompt, ids, kept)
        return kept

    def _read_prompt(self, ids: list[int], reused: int) -> Iterator[PromptProgress]:
        """Leaves ``kept.ids`` shorter than ``ids`` when it was cancelled."""
        done = reused
        yield PromptProgress(done, len(ids), reused)
        while done < len(ids) and not self._cancel.is_cancelled:
            step = ids[done : done + self._model.batch_tokens]
            began = time.perf_counter()
            if not self._decode(step):
                return
            self._kept.read(step)
            done += len(step)
            # Only full steps take times that can be compared.
            if len(step) == self._model.batch_tokens and self._prompt_threads.observe(
                time.perf_counter() - began
            ):
                self._apply_threads()
            yield PromptProgress(done, len(ids), reused)

    def _answer(
        self, sampler: TokenSampler, plan: PromptPlan, request: GenerationRequest
    ) -> Generator[GenerationEvent, None, FinishReason]:
        """Yields the text; returns the finish reason."""
        path = TextPath(plan.stops(request))
        text_of = AnswerText(plan.format, is_continued=bool(request.answer_prefix))
        # The last token need not be read any more, so it needs no room.
        room = self._model.context_window - len(self._kept.ids) + 1
        most = min(request.sampling.max_new_tokens, room)
        while True:
            if self._cancel.is_cancelled:
                reason = FinishReason.CANCELLED
                break
            token = sampler.next_token()
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
            if path.stopped or self._clock.new_tokens >= most:
                reason = FinishReason.STOP if path.stopped else FinishReason.LENGTH
                self._kept.unread(visible)
                break
            if not self._read_token(token, visible):
                reason = FinishReason.CANCELLED
                break
        if held := path.finish():
            yield TextDelta(held)
        return reason

    def _read_token(self, token: int, visible: bytes) -> bool:
        began = time.perf_counter()
        result = self._model.decode_one(token)
        if result != DECODED:
            return self._failed(result)
        self._kept.answered(token, visible)
        if self._threads.observe(time.perf_counter() - began):
            self._apply_threads()
        return True

    def _finished(
        self, reason: FinishReason, ids: list[int], reused: int, seed: int | None
    ) -> Finished:
        return self._clock.finished(
            reason,
            prompt_tokens=len(ids),
            reused_tokens=reused,
            context_window=self._model.context_window,
            seed=seed,
        )

    def _decode(self, ids: list[int]) -> bool:
        """False when it was aborted."""
        result = self._model.decode(ids)
        return True if result == DECODED else self._failed(result)

    def _failed(self, result: int) -> Literal[False]:
        """After an abort; the memory then holds what ``kept`` says, or nothing."""
        if not self._model.truncate(len(self._kept.ids)):
            self._kept.clear()
        if result == ABORTED:
            return False
        raise EngineError(_FAILED, advice=_FAILED_ADVICE, code=result)

    def _apply_threads(self) -> None:
        self._model.set_threads(self._threads.threads, self._prompt_threads.threads)
