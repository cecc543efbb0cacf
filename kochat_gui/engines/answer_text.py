"""What of an answer's tokens is its text, and how fast they came; the same for every engine."""

import time

from kochat_gui.core.generation import Finished, Usage
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.chat_template import PromptFormat

_LEADING_SPACE = b" \t\r\n"


class AnswerText:
    """What of the tokens' bytes is the answer, and what they are in the next turn's prompt."""

    def __init__(self, format_: PromptFormat, *, is_continued: bool) -> None:
        self._trims = format_.trims_answer_start and not is_continued
        self._lead = "" if is_continued else format_.answer_lead

    def shown(self, piece: bytes) -> bytes:
        """``piece`` without the white space that only begins an answer."""
        if self._trims:
            piece = piece.lstrip(_LEADING_SPACE)
            self._trims = not piece
        return piece

    def in_prompt(self, text: str) -> bytes:
        """The characters that the shown bytes completed, as the template will write them.

        Characters and not bytes: what is no text comes back as U+FFFD with the conversation.
        """
        if not text:
            return b""
        lead, self._lead = self._lead, ""
        return (lead + text).encode()


class AnswerClock:
    """Counts the tokens of one answer and when they came; starts when it is made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._first_text: float | None = None
        self._first_token = self._last_token = 0.0
        self.new_tokens = 0

    def token(self, *, has_text: bool) -> None:
        """A token came; ``has_text``: with it, something became readable."""
        self._last_token = now = time.perf_counter()
        if not self.new_tokens:
            self._first_token = now
        self.new_tokens += 1
        if has_text and self._first_text is None:
            self._first_text = now

    def whole(self, count: int, first_token: float) -> None:
        """``count`` tokens came since ``first_token`` (``perf_counter``), and are shown now."""
        self._first_token = first_token
        self._last_token = now = time.perf_counter()
        self._first_text = now if count else None
        self.new_tokens = count

    def finished(
        self,
        reason: FinishReason,
        *,
        prompt_tokens: int,
        reused_tokens: int,
        context_window: int,
        seed: int | None,
    ) -> Finished:
        """The last event of the answer."""
        seconds = self._last_token - self._first_token
        wait = 0.0 if self._first_text is None else self._first_text - self._started
        speed = (self.new_tokens - 1) / seconds if seconds > 0 else 0.0
        usage = Usage(
            prompt_tokens=prompt_tokens,
            reused_tokens=reused_tokens,
            new_tokens=self.new_tokens,
            time_to_first_token_s=wait,
            tokens_per_second=speed,
            context_window=context_window,
            seed=seed,
        )
        return Finished(reason, usage)
