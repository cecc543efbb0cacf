"""Rendering a stranger's Jinja template: what it may use, and how much it may make.

Jinja's sandbox keeps templates away from Python's insides, but not from using up all time and
memory. So this runs in a process of its own, see :mod:`template_child`.
"""

import datetime
import json
from collections.abc import Mapping, Sequence

import jinja2
from jinja2.ext import LoopControlExtension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kochat_gui.engines.template_limits import MAX_OUTPUT_CHARS, TemplateFailedError

_MAX_OPERAND = 1 << 20


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


class SandboxedTemplate:
    """A compiled template with what ``transformers`` gives to one."""

    def __init__(self, source: str, values: Mapping[str, str]) -> None:
        """``values``: ``bos_token`` and the like.

        Raises ``TemplateFailedError`` when ``source`` is not a template.
        """
        environment = _Sandbox(
            trim_blocks=True, lstrip_blocks=True, extensions=[LoopControlExtension]
        )
        environment.filters["tojson"] = _to_json
        environment.globals["raise_exception"] = _refuse
        self._values = dict(values)
        try:
            self._template = environment.from_string(source)
        except MemoryError:
            raise
        except Exception as error:  # constant parts run already here
            raise _failed(error) from error

    def render(self, messages: Sequence[Mapping[str, str]], today: datetime.date) -> str:
        """The text for ``messages`` (``role``, ``content``); raises ``TemplateFailedError``."""
        limit = MAX_OUTPUT_CHARS + sum(len(message["content"]) for message in messages)
        chunks: list[str] = []
        try:
            for chunk in self._template.generate(
                messages=[dict(message) for message in messages],
                add_generation_prompt=True,
                strftime_now=today.strftime,
                # Qwen 3, EXAONE 4 and Gemma 4 then answer at once, in Korean.
                enable_thinking=False,
                **self._values,
            ):
                chunks.append(chunk)
                limit -= len(chunk)
                if limit < 0:
                    break
        except MemoryError:
            raise
        except Exception as error:  # a stranger's program: whatever it raises
            raise _failed(error) from error
        if limit < 0:
            raise TemplateFailedError("the template makes too much text")
        return "".join(chunks)


def _failed(error: Exception) -> TemplateFailedError:
    return TemplateFailedError(f"{type(error).__name__}: {error}"[:2000])


def _to_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> str:
    raise TemplateFailedError(message)
