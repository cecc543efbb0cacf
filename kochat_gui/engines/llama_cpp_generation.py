"""One generation: read the prompt, then token by token."""

import time
from collections.abc import Generator, Iterator

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import EngineError
from kochat_gui.core.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    TextDelta,
    Usage,
)
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.engines.chat_template import PromptFormat
from kochat_gui.engines.detokenizer import Detokenizer
from kochat_gui.engines.kept_prompt import KeptPrompt
from kochat_gui.engines.llama_cpp_model import ABORTED, DECODED, LlamaModel
from kochat_gui.engines.llama_cpp_sampler import TokenSampler
from kochat_gui.engines.prompt_bytes import PromptCodec
from kochat_gui.engines.text_path import TextPath
from kochat_gui.engines.thread_policy import ThreadPolicy

_FAILED = QT_TRANSLATE_NOOP("LlamaCpp", "llama.cpp could not compute the next token (code {code}).")
_FAILED_ADVICE = QT_TRANSLATE_NOOP("LlamaCpp", "Try again, or load the model again.")
_LEADING_SPACE = b" \t\r\n"


class Generation:
    """Runs one request on a loaded model; used once."""

    def __init__(
        self,
        model: LlamaModel,
        kept: KeptPrompt,
        threads: ThreadPolicy,
        prompt_threads: ThreadPolicy,
        cancel: CancelToken,
    ) -> None:
        self._model = model
        self._kept = kept
        self._threads = threads
        self._prompt_threads = prompt_threads
        self._cancel = cancel
        self._started = time.perf_counter()
        self._first_text: float | None = None
        self._first_token = self._last_token = 0.0
        self._new_tokens = 0

    def run(
        self, prompt: bytes, codec: PromptCodec, format_: PromptFormat, request: GenerationRequest
    ) -> Iterator[GenerationEvent]:
        """The events from the first ``PromptProgress`` on."""
        unhook = self._model.stop_on(self._cancel)
        try:
            ids = self._kept.plan(prompt, codec.tokenize)
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
            sampler = TokenSampler(self._model, request.sampling, ids)
            try:
                reason = yield from self._answer(sampler, format_, request)
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
        self, sampler: TokenSampler, format_: PromptFormat, request: GenerationRequest
    ) -> Generator[GenerationEvent, None, FinishReason]:
        """Yields the text; returns the finish reason."""
        path = TextPath((*format_.stops, *request.sampling.stop))
        text_of = _AnswerText(format_, is_continued=bool(request.answer_prefix))
        while True:
            if self._cancel.is_cancelled:
                reason = FinishReason.CANCELLED
                break
            token = sampler.next_token()
            if self._model.ends_answer(token):
                reason = FinishReason.STOP
                break
            shown = text_of.shown(self._model.piece(token))
            text = path.feed(shown)
            self._count_token(has_text=bool(text))
            if text:
                yield TextDelta(text)
            if path.stopped:
                reason = FinishReason.STOP
                break
            if self._is_full(request.sampling.max_new_tokens):
                reason = FinishReason.LENGTH
                break
            if not self._read_token(token, text_of.in_prompt(shown)):
                reason = FinishReason.CANCELLED
                break
        if held := path.finish():
            yield TextDelta(held)
        return reason

    def _is_full(self, max_new_tokens: int) -> bool:
        return (
            self._new_tokens >= max_new_tokens or len(self._kept.ids) >= self._model.context_window
        )

    def _read_token(self, token: int, visible: bytes) -> bool:
        began = time.perf_counter()
        if not self._decode([token]):
            return False
        self._kept.answered(token, visible)
        if self._threads.observe(time.perf_counter() - began):
            self._apply_threads()
        return True

    def _count_token(self, *, has_text: bool) -> None:
        self._last_token = now = time.perf_counter()
        if not self._new_tokens:
            self._first_token = now
        self._new_tokens += 1
        if has_text and self._first_text is None:
            self._first_text = now

    def _finished(
        self, reason: FinishReason, ids: list[int], reused: int, seed: int | None
    ) -> Finished:
        seconds = self._last_token - self._first_token
        wait = 0.0 if self._first_text is None else self._first_text - self._started
        return Finished(
            reason,
            Usage(
                prompt_tokens=len(ids),
                reused_tokens=reused,
                new_tokens=self._new_tokens,
                time_to_first_token_s=wait,
                tokens_per_second=(self._new_tokens - 1) / seconds if seconds > 0 else 0.0,
                context_window=self._model.context_window,
                seed=seed,
            ),
        )

    def _decode(self, ids: list[int]) -> bool:
        """False when it was aborted; the memory then holds what ``kept`` says, or nothing."""
        result = self._model.decode(ids)
        if result == DECODED:
            return True
        if not self._model.truncate(len(self._kept.ids)):
            self._kept.clear()
        if result == ABORTED:
            return False
        raise EngineError(_FAILED, advice=_FAILED_ADVICE, code=result)

    def _apply_threads(self) -> None:
        self._model.set_threads(self._threads.threads, self._prompt_threads.threads)


class _AnswerText:
    """What of the tokens' bytes is the answer, and what they are in the next turn's prompt."""

    def __init__(self, format_: PromptFormat, *, is_continued: bool) -> None:
        self._trims = format_.trims_answer_start and not is_continued
        self._lead = "" if is_continued else format_.answer_lead
        self._detokenizer = Detokenizer()

    def shown(self, piece: bytes) -> bytes:
        """``piece`` without the white space that only begins an answer."""
        if self._trims:
            piece = piece.lstrip(_LEADING_SPACE)
            self._trims = not piece
        return piece

    def in_prompt(self, shown: bytes) -> bytes:
        """The characters that the piece completes, as the template will write them.

        Decoded first: bytes that are no text come back as U+FFFD with the conversation.
        """
        text = self._detokenizer.feed(shown)
        if not text:
            return b""
        lead, self._lead = self._lead, ""
        return (lead + text).encode()
