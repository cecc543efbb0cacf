"""Chat templates: how a conversation becomes the text that a model was trained on.

Rendering keeps the template's special tokens apart from people's text, so that text that spells
``<|im_end|>`` stays text. Where templates come from: :mod:`template_registry`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage

PLAIN_TEMPLATE = "completion"
"""For a model of which nothing is known: its text goes in as it is."""
OWN_TEMPLATE = "model"
"""The one that the model's file brings along; not in the registry."""

PLACEHOLDER = re.compile(r"\{(content|system|input)\}")


class PartKind(Enum):
    """What a piece of a prompt is to the tokenizer."""

    TEXT = "text"
    """Plain text, whatever it spells."""
    MARKER = "marker"
    """A special token by its spelling; plain text for a model that has no such token."""
    TOKEN = "token"
    """``bos`` or ``eos``: whichever token the model has for it."""


@dataclass(frozen=True)
class PromptPart:
    """A piece of a rendered prompt; adjacent texts belong together."""

    text: str
    kind: PartKind = PartKind.TEXT


class PromptFormat(Protocol):
    """What an engine needs of a chat template, whether from the registry or from the model."""

    @property
    def name(self) -> str: ...
    @property
    def stops(self) -> tuple[str, ...]:
        """Strings that end an answer although the model went on."""

    @property
    def max_turns(self) -> int:
        """Turns that the model can make sense of; 0 is no limit."""

    @property
    def trims_answer_start(self) -> bool:
        """White space before the answer belongs to the format, not to the answer."""

    @property
    def answer_lead(self) -> str:
        """What stands before an answer in a prompt, and is the model's to write in a new one."""

    def render(
        self, messages: Sequence[ChatMessage], answer_prefix: str = ""
    ) -> list[PromptPart]: ...


Pieces = tuple[PromptPart, ...]


@dataclass(frozen=True)
class ChatTemplate:
    """A template made of pieces; see ``resources/templates/README.md`` for the fields."""

    name: str
    source: str
    """Where the format comes from; of a person's own template its label."""
    pieces: Mapping[str, Pieces]
    stops: tuple[str, ...] = ()
    max_turns: int = 0
    starts_with_bos: bool = False
    """A prompt begins with BOS whatever the model's file says."""
    trims_answer_start: bool = True
    trims_content: bool = False
    answer_lead: str = ""
    default_system: str | None = None
    input_line: str = ""
    """A line of a question after which comes the text that the question is about."""
    spelled: Mapping[str, str] | None = None
    """How ``bos`` and ``eos`` are written where no model is loaded."""

    def render(self, messages: Sequence[ChatMessage], answer_prefix: str = "") -> list[PromptPart]:
        """The prompt up to where the answer begins, or goes on after ``answer_prefix``."""
        parts = [PromptPart("bos", PartKind.TOKEN)] if self.starts_with_bos else []
        parts += self._filled("start")
        system = self._system(messages)
        if system is not None and "system" in self.pieces:
            parts += self._filled("system", system=system)
            system = None
        is_first = True
        for message in messages:
            if message.role is Role.USER:
                parts += self._question(message.content, system or "", is_first=is_first)
                system, is_first = None, False
            elif message.role is Role.ASSISTANT:
                parts += self._filled("before_answer")
                parts.append(PromptPart(self.answer_lead + self._trimmed(message.content)))
                parts += self._filled("after_answer")
        parts += self._filled("before_new_answer", "before_answer")
        if answer_prefix:
            parts.append(PromptPart(self.answer_lead + answer_prefix))
        return joined(parts)

    def _system(self, messages: Sequence[ChatMessage]) -> str | None:
        given = [self._trimmed(m.content) for m in messages if m.role is Role.SYSTEM]
        return "\n\n".join(given) if given else self.default_system

    def _question(self, content: str, system: str, *, is_first: bool) -> list[PromptPart]:
        question, about = self._split(self._trimmed(content))
        kind = "user_with_system" if system else "user"
        if about:
            kind += "_and_input" if system else "_with_input"
        first = f"first_{kind}" if is_first else kind
        return self._filled(first, kind, content=question, system=system, input=about)

    def _split(self, content: str) -> tuple[str, str]:
        """What is asked, and the text that it is about; the latter may be empty."""
        if not self.input_line:
            return content, ""
        found = re.search(rf"^{re.escape(self.input_line)}", content, re.MULTILINE)
        if found is None:
            return content, ""
        about = content[found.end() :].strip()
        return (content[: found.start()].strip(), about) if about else (content, "")

    def _trimmed(self, text: str) -> str:
        return text.strip() if self.trims_content else text

    def _filled(self, *names: str, **values: str) -> list[PromptPart]:
        """The pieces of the first of ``names`` that the template has."""
        name = next((name for name in names if name in self.pieces), None)
        if name is None:
            return []
        # One pass, so that a message that spells "{system}" is left alone.
        return [
            PromptPart(PLACEHOLDER.sub(lambda m: values[m[1]], part.text), part.kind)
            for part in self.pieces[name]
        ]


@dataclass(frozen=True)
class JinjaSource:
    """A template of a person's own that is written in Jinja; rendered in the engine's process."""

    name: str
    source: str
    """Its label."""
    text: str
    stops: tuple[str, ...] = ()
    max_turns: int = 0


def joined(parts: Iterable[PromptPart]) -> list[PromptPart]:
    """Adjacent texts as one and no empty ones: a tokenizer must not see where they were joined."""
    result: list[PromptPart] = []
    for part in parts:
        if not part.text:
            continue
        if part.kind is PartKind.TEXT and result and result[-1].kind is PartKind.TEXT:
            result[-1] = PromptPart(result[-1].text + part.text)
        else:
            result.append(part)
    return result
