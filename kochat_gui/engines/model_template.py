"""Which chat template a loaded model gets."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Protocol

from kochat_gui.core.generation import ChatMessage, GenerationRequest
from kochat_gui.core.models import ModelSpec
from kochat_gui.engines.chat_template import (
    OWN_TEMPLATE,
    ChatTemplate,
    JinjaSource,
    PromptFormat,
    PromptPart,
)
from kochat_gui.engines.jinja_template import JinjaTemplate
from kochat_gui.engines.model_names import names_of
from kochat_gui.engines.prompt_bytes import PromptCodec
from kochat_gui.engines.template_limits import TemplateFailedError
from kochat_gui.engines.template_matching import ModelFacts, match_model, telling_tokens
from kochat_gui.engines.template_registry import TemplateRegistry

_log = logging.getLogger(__name__)
_TEMPLATE_KEY = "tokenizer.chat_template"


class TemplateSource(Protocol):
    """What is asked of a loaded model."""

    vocab_size: int

    def metadata(self, key: str) -> str | None: ...
    def special_tokens(self) -> list[str]: ...
    def spelling(self, token: int | None) -> str: ...


class _OwnJinja:
    """A person's Jinja template as a :class:`PromptFormat`."""

    trims_answer_start = True
    answer_lead = ""

    def __init__(self, source: JinjaSource, template: JinjaTemplate) -> None:
        self.name = source.name
        self.stops = source.stops
        self.max_turns = source.max_turns
        self._template = template

    def render(self, messages: Sequence[ChatMessage], answer_prefix: str = "") -> list[PromptPart]:
        return self._template.render(messages, answer_prefix)


class ModelTemplates:
    """The registry plus the model's own template.

    A request without a template gets, in this order: what the person chose for the model, the
    model's own template, that of its family, plain continuation. A template that fails is replaced
    by that of the family.
    """

    def __init__(
        self, registry: TemplateRegistry, model: TemplateSource, codec: PromptCodec, spec: ModelSpec
    ) -> None:
        self._registry = registry
        self._model = model
        self._codec = codec
        self._special_tokens: list[str] | None = None
        self._jinjas: dict[str, JinjaTemplate | None] = {}
        text = model.metadata(_TEMPLATE_KEY)
        self._own = self._jinja(text) if text else None
        self.stand_in = registry.built_in(match_model(_facts(model, codec, spec, text)).template)
        """What is used instead of a template that fails."""
        match = match_model(_facts(model, codec, spec, text, has_template=self._own is not None))
        own = self._own if match.template == OWN_TEMPLATE else None
        self._usual: PromptFormat = own or registry.built_in(match.template)
        self._usual_failed = bool(text) and self._own is None and not match.is_base
        self._chosen = spec.template
        self.update(registry)

    def update(self, registry: TemplateRegistry) -> None:
        """Use ``registry`` from now on: a person's own templates have changed."""
        self._registry = registry
        self.default: PromptFormat = self._usual
        """What a request without a template gets."""
        self._default_failed = self._usual_failed
        if self._chosen is not None and self._chosen != OWN_TEMPLATE:
            chosen = self._named(self._chosen) if self._chosen in registry else None
            self._default_failed = chosen is None
            self.default = chosen or self._usual

    def close(self) -> None:
        """End the processes of Jinja templates; no prompt can be made with those afterwards."""
        for template in self._jinjas.values():
            if template is not None:
                template.close()

    def choose(self, request: GenerationRequest) -> tuple[PromptFormat, bool]:
        """The format for ``request``, and whether it is a stand-in for a template that failed.

        ``UsageError`` for an unknown name.
        """
        chosen: PromptFormat | None
        if request.template is None:
            chosen, has_failed = self.default, self._default_failed
        elif request.template == OWN_TEMPLATE:
            chosen, has_failed = self._own or self.stand_in, self._own is None
        else:
            chosen, has_failed = self._named(request.template), False
        if isinstance(chosen, ChatTemplate):
            return chosen, has_failed
        try:
            if chosen is not None:
                chosen.render(request.messages, request.answer_prefix)
                return chosen, has_failed
        except TemplateFailedError as error:
            _log.info("the template failed: %s", error)
        return self.stand_in, True

    def _named(self, name: str) -> PromptFormat | None:
        template = self._registry.get(name)
        if isinstance(template, ChatTemplate):
            return template
        jinja = self._jinja(template.text)
        return _OwnJinja(template, jinja) if jinja is not None else None

    def _jinja(self, text: str) -> JinjaTemplate | None:
        """The template of that text; None when it is none. Each has a process of its own."""
        if text not in self._jinjas:
            self._jinjas[text] = self._started(text)
        return self._jinjas[text]

    def _started(self, text: str) -> JinjaTemplate | None:
        if self._special_tokens is None:
            self._special_tokens = self._model.special_tokens()
        named = self._codec.named_tokens
        bos, eos = (self._model.spelling(named[name]) for name in ("bos", "eos"))
        try:
            return JinjaTemplate(text, self._special_tokens, bos, eos)
        except TemplateFailedError as error:
            _log.info("the template cannot be used: %s", error)
            return None


def _facts(
    model: TemplateSource,
    codec: PromptCodec,
    spec: ModelSpec,
    own_text: str | None,
    *,
    has_template: bool = False,
) -> ModelFacts:
    return ModelFacts(
        names=names_of(spec, model.metadata("general.name") or ""),
        architecture=model.metadata("general.architecture") or "",
        pre_tokenizer=model.metadata("tokenizer.ggml.pre") or "",
        vocab_size=model.vocab_size,
        tokens=frozenset(t for t in telling_tokens() if codec.marker_id(t) is not None),
        has_template=has_template,
        template_hash=hashlib.sha256(own_text.encode()).hexdigest() if own_text else "",
    )
