"""Which chat template a loaded model gets."""

import logging
from typing import Protocol

from kochat_gui.core.generation import GenerationRequest
from kochat_gui.core.models import ModelSpec
from kochat_gui.engines.chat_template import (
    OWN_TEMPLATE,
    ModelFacts,
    PromptFormat,
    TemplateRegistry,
)
from kochat_gui.engines.jinja_template import JinjaTemplate, TemplateFailedError
from kochat_gui.engines.prompt_bytes import PromptCodec

_log = logging.getLogger(__name__)
_TEMPLATE_KEY = "tokenizer.chat_template"


class TemplateSource(Protocol):
    """What is asked of a loaded model."""

    vocab_size: int

    def metadata(self, key: str) -> str | None: ...
    def special_tokens(self) -> list[str]: ...
    def spelling(self, token: int | None) -> str: ...


class ModelTemplates:
    """The registry plus the model's own template.

    A request without a template gets, in this order: what the catalogue says about the model, the
    model's own template, the format that its vocabulary or name gives away, plain continuation.
    """

    def __init__(
        self, registry: TemplateRegistry, model: TemplateSource, codec: PromptCodec, spec: ModelSpec
    ) -> None:
        self._registry = registry
        source = model.metadata(_TEMPLATE_KEY)
        self._own = _own_template(source, model, codec) if source else None
        tokens = frozenset(t for t in registry.telling_tokens if codec.marker_id(t) is not None)
        facts = ModelFacts(f"{spec.name} {spec.path.stem}", model.vocab_size, tokens)
        self._guess = registry.guess(facts)
        self.default: PromptFormat = self._own or self._guess
        """What a request without a template gets."""
        self._is_stand_in = source is not None and self._own is None
        if spec.template is not None and spec.template in registry.names:
            self.default = registry.get(spec.template)
            self._is_stand_in = False

    def choose(self, request: GenerationRequest) -> tuple[PromptFormat, bool]:
        """The format for ``request``, and whether it is a stand-in for a template that failed.

        ``UsageError`` for an unknown name.
        """
        if request.template is None:
            chosen, is_stand_in = self.default, self._is_stand_in
        elif request.template == OWN_TEMPLATE:
            chosen, is_stand_in = self._own or self._guess, self._own is None
        else:
            chosen, is_stand_in = self._registry.get(request.template), False
        if isinstance(chosen, JinjaTemplate):
            try:
                chosen.render(request.messages, request.answer_prefix)
            except TemplateFailedError as error:
                _log.info("the model's template failed: %s", error)
                return self._guess, True
        return chosen, is_stand_in


def _own_template(source: str, model: TemplateSource, codec: PromptCodec) -> JinjaTemplate | None:
    bos, eos = (model.spelling(codec.named_tokens[name]) for name in ("bos", "eos"))
    try:
        return JinjaTemplate(source, model.special_tokens(), bos, eos)
    except TemplateFailedError as error:
        _log.info("the model's template cannot be used: %s", error)
        return None
