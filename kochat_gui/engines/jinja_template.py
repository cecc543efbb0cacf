"""A chat template that a model's file brings along, written in Jinja: a stranger's program.

It runs sandboxed, with capped output, and only in the engine's process. A template that loops for
ever cannot be stopped from within Python; the engine host ends a process that stops answering.
"""

import datetime
import json
import re
from collections.abc import Callable, Sequence

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage
from kochat_gui.engines.chat_template import OWN_TEMPLATE, PartKind, PromptPart, joined

MAX_OUTPUT_CHARS = 1 << 20
"""Output beyond what the messages themselves contain."""
_MAX_OPERAND = 1 << 20
# Stand-ins for special tokens that people's text spells: private-use characters, so that no
# template changes them.
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"


class TemplateFailedError(Exception):
    """The template is broken, refused the messages, or made too much."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Also refuses arithmetic that makes huge values out of small ones."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: object, right: object
    ) -> object:
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise jinja2.exceptions.SecurityError(f"{operator} is not allowed")
        if operator == "*" and not _is_small_product(left, right):
            raise jinja2.exceptions.SecurityError("the product is too large")
        return super().call_binop(context, operator, left, right)


def _is_small_product(left: object, right: object) -> bool:
    def size(value: object) -> int:
        if isinstance(value, int):
            return abs(value)
        return len(value) if isinstance(value, str | bytes | list | tuple) else 1

    return size(left) * size(right) <= _MAX_OPERAND


class JinjaTemplate:
    """The model's own template as a :class:`PromptFormat`."""

    name = OWN_TEMPLATE
    stops: tuple[str, ...] = ()
    max_turns = 0
    trims_answer_start = True
    answer_lead = ""

    def __init__(
        self,
        source: str,
        special_tokens: Sequence[str],
        bos: str,
        eos: str,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        """``special_tokens``: spellings of the vocabulary's special tokens.

        Raises ``TemplateFailedError`` when ``source`` is not a template.
        """
        environment = _Sandbox(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.filters["tojson"] = _to_json
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = lambda form: today().strftime(form)
        try:
            self._template = environment.from_string(source)
        except jinja2.TemplateError as error:
            raise TemplateFailedError(str(error)) from error
        spellings = sorted(filter(None, special_tokens), key=len, reverse=True)
        self._spellings = spellings
        self._markers = re.compile("|".join(map(re.escape, spellings)) or r"(?!)")
        self._stand_in = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
        self._values = {"bos_token": bos, "eos_token": eos}

    def render(self, messages: Sequence[ChatMessage], answer_prefix: str = "") -> list[PromptPart]:
        """The prompt up to where the answer begins; raises ``TemplateFailedError``."""
        safe = [ChatMessage(m.role, self._protected(m.content)) for m in _alternating(messages)]
        try:
            text = self._run(safe)
        except TemplateFailedError:
            # Some formats have no system role and refuse one.
            if safe[0].role is not Role.SYSTEM:
                raise
            text = self._run(_without_system(safe))
        return joined([*self._parts(text), PromptPart(answer_prefix)])

    def _run(self, messages: Sequence[ChatMessage]) -> str:
        plain = [{"role": m.role.value, "content": m.content} for m in messages]
        limit = MAX_OUTPUT_CHARS + sum(len(m.content) for m in messages)
        chunks: list[str] = []
        try:
            for chunk in self._template.generate(
                messages=plain, add_generation_prompt=True, **self._values
            ):
                chunks.append(chunk)
                limit -= len(chunk)
                if limit < 0:
                    break
        except Exception as error:  # a stranger's program: whatever it raises
            raise TemplateFailedError(f"{type(error).__name__}: {error}") from error
        if limit < 0:
            raise TemplateFailedError("the template makes too much text")
        return "".join(chunks)

    def _protected(self, content: str) -> str:
        """Put stand-ins for special tokens that the text only spells."""
        clean = content.replace(_OPEN, "").replace(_CLOSE, "")
        return self._markers.sub(lambda m: f"{_OPEN}{self._spellings.index(m[0])}{_CLOSE}", clean)

    def _parts(self, text: str) -> list[PromptPart]:
        parts: list[PromptPart] = []
        position = 0
        for match in self._markers.finditer(text):
            parts.append(PromptPart(self._restored(text[position : match.start()])))
            parts.append(PromptPart(match[0], PartKind.MARKER))
            position = match.end()
        parts.append(PromptPart(self._restored(text[position:])))
        return parts

    def _restored(self, text: str) -> str:
        return self._stand_in.sub(lambda m: self._spellings[int(m[1])], text)


def _alternating(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    """Messages of one role in a row become one: many templates insist on taking turns."""
    result: list[ChatMessage] = []
    for message in messages:
        if result and result[-1].role is message.role:
            text = f"{result[-1].content}\n\n{message.content}"
            result[-1] = ChatMessage(message.role, text)
        else:
            result.append(message)
    return result


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    system, first, *rest = messages
    return [ChatMessage(first.role, f"{system.content}\n\n{first.content}"), *rest]


def _to_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> str:
    raise TemplateFailedError(message)
