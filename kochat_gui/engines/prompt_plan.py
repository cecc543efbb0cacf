"""From a request to the prompt that is sent: which template, which messages still fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from kochat_gui.core.context_window import fit_messages
from kochat_gui.core.generation import ChatMessage, GenerationRequest
from kochat_gui.engines.chat_template import PromptFormat
from kochat_gui.engines.model_template import ModelTemplates
from kochat_gui.engines.prompt_bytes import PromptCodec
from kochat_gui.engines.template_limits import TemplateFailedError
from kochat_gui.engines.watched_templates import WatchedTemplates


@dataclass(frozen=True)
class PromptPlan:
    """How a request is to be run."""

    format: PromptFormat
    is_fallback: bool
    """The wanted template failed; this is a stand-in."""
    prompt: bytes
    """Encoded as in :mod:`prompt_bytes`."""
    dropped: int
    """Older messages that do not fit."""
    token_limit: int
    """Tokens that ``prompt`` may become, however they are split."""

    def stops(self, request: GenerationRequest) -> tuple[str, ...]:
        """Strings that end the answer, the template's first."""
        return tuple(stop for stop in (*self.format.stops, *request.sampling.stop) if stop)


@dataclass(frozen=True)
class PromptMaker:
    """Makes prompts for one loaded model."""

    codec: PromptCodec
    watched: WatchedTemplates
    templates: ModelTemplates
    window: int
    """Tokens of the context."""

    def plan(self, request: GenerationRequest) -> PromptPlan:
        """Raises ``PromptTooLongError``, and ``UsageError`` for an unknown template."""
        format_, is_fallback = self._choose(request)
        try:
            return self._plan_with(request, format_, is_fallback=is_fallback)
        except TemplateFailedError:
            # It took all messages, but not those that fit.
            return self._plan_with(request, self.templates.stand_in, is_fallback=True)

    def count_tokens(self, request: GenerationRequest) -> int:
        """Tokens of the whole prompt, before anything is left out."""
        format_, _ = self._choose(request)
        return self._count(format_, request.messages, request.answer_prefix)

    def _choose(self, request: GenerationRequest) -> tuple[PromptFormat, bool]:
        """The format for ``request``, and whether it stands in for one that failed."""
        if self.watched.refresh():
            self.templates.update(self.watched.registry)
        return self.templates.choose(request)

    def _plan_with(
        self, request: GenerationRequest, format_: PromptFormat, *, is_fallback: bool
    ) -> PromptPlan:
        fitted = fit_messages(
            request.messages,
            lambda messages: self._count(format_, messages, request.answer_prefix),
            window=self.window,
            max_new_tokens=request.sampling.max_new_tokens,
            max_turns=format_.max_turns,
        )
        prompt = self._prompt(format_, fitted.messages, request.answer_prefix)
        return PromptPlan(format_, is_fallback, prompt, fitted.dropped, fitted.token_limit)

    def _prompt(
        self, format_: PromptFormat, messages: Sequence[ChatMessage], answer_prefix: str
    ) -> bytes:
        return self.codec.encode(format_.render(messages, answer_prefix))

    def _count(
        self, format_: PromptFormat, messages: Sequence[ChatMessage], answer_prefix: str
    ) -> int:
        return len(self.codec.tokenize(self._prompt(format_, messages, answer_prefix)))
