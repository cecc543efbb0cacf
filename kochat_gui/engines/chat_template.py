"""Chat templates: how a conversation becomes the text that a model was trained on.

The templates are data (``resources/templates/*.json``). Rendering keeps the template's special
tokens apart from people's text, so that text that spells ``<|im_end|>`` stays text.
"""

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.generation import ChatMessage
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.resources import resource

PLAIN_TEMPLATE = "completion"
"""For a model of which nothing is known: its text goes in as it is."""
OWN_TEMPLATE = "model"
"""The one that the model's file brings along; not in the registry."""

_LABELS = {
    "chatml": QT_TRANSLATE_NOOP("ChatTemplate", "ChatML (Qwen and many others)"),
    "completion": QT_TRANSLATE_NOOP("ChatTemplate", "Continue the text (no chat format)"),
    "exaone": QT_TRANSLATE_NOOP("ChatTemplate", "EXAONE"),
    "gemma": QT_TRANSLATE_NOOP("ChatTemplate", "Gemma"),
    "komt": QT_TRANSLATE_NOOP("ChatTemplate", "komt (instruction and response)"),
    "kullm-v2": QT_TRANSLATE_NOOP("ChatTemplate", "KULLM v2 (Korean instruction)"),
    "llama-2-chat": QT_TRANSLATE_NOOP("ChatTemplate", "Llama 2 Chat"),
    OWN_TEMPLATE: QT_TRANSLATE_NOOP("ChatTemplate", "The model's own"),
    "llama-3": QT_TRANSLATE_NOOP("ChatTemplate", "Llama 3"),
    "q-a": QT_TRANSLATE_NOOP("ChatTemplate", "Question and answer (Q: A:)"),
}
_UNKNOWN = QT_TRANSLATE_NOOP("ChatTemplate", "There is no chat template called {name}.")
_KNOWN = QT_TRANSLATE_NOOP("ChatTemplate", "Did you mean {names}?")
_PLACEHOLDER = re.compile(r"\{(content|system)\}")


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


@dataclass(frozen=True)
class ModelFacts:
    """What template guessing looks at."""

    name: str
    vocab_size: int
    tokens: frozenset[str]
    """Those of :attr:`TemplateRegistry.telling_tokens` that the vocabulary has."""


def template_label(name: str) -> TextKey | None:
    """What people choose a template by; None for a name that there is not."""
    return _LABELS.get(name)


Pieces = tuple[PromptPart, ...]


@dataclass(frozen=True)
class ChatTemplate:
    """One template of the registry; see ``resources/templates/README.md`` for the fields."""

    name: str
    source: str
    stops: tuple[str, ...]
    max_turns: int
    trims_answer_start: bool
    answer_lead: str
    default_system: str | None
    pieces: Mapping[str, Pieces]
    telling_tokens: tuple[str, ...]
    telling_names: tuple[str, ...]
    telling_vocab_size: int

    @property
    def label(self) -> TextKey:
        """What people choose by."""
        return _LABELS[self.name]

    def render(self, messages: Sequence[ChatMessage], answer_prefix: str = "") -> list[PromptPart]:
        """The prompt up to where the answer begins, or goes on after ``answer_prefix``."""
        spoken = [message for message in messages if message.role is not Role.SYSTEM]
        given = [message.content for message in messages if message.role is Role.SYSTEM]
        system = "\n\n".join(given) if given else self.default_system
        parts: list[PromptPart] = []
        if system is not None and "system" in self.pieces:
            parts += self._filled("system", system=system)
            system = None
        for index, message in enumerate(spoken):
            if message.role is Role.USER:
                name = self._user_pieces(is_first=index == 0, has_system=bool(system))
                parts += self._filled(name, content=message.content, system=system or "")
                system = None
            else:
                parts += self._filled("before_answer")
                parts.append(PromptPart(self.answer_lead + message.content))
                parts += self._filled("after_answer")
        parts += self._filled("before_answer")
        if answer_prefix:
            parts.append(PromptPart(self.answer_lead + answer_prefix))
        return joined(parts)

    def _user_pieces(self, *, is_first: bool, has_system: bool) -> str:
        if has_system:
            return "user_with_system"
        return "first_user" if is_first and "first_user" in self.pieces else "user"

    def _filled(self, name: str, **values: str) -> list[PromptPart]:
        # One pass, so that a message that spells "{system}" is left alone.
        return [
            PromptPart(_PLACEHOLDER.sub(lambda m: values[m[1]], part.text), part.kind)
            for part in self.pieces[name]
        ]


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


class TemplateRegistry:
    """The chat templates by name."""

    def __init__(self, templates: Iterable[ChatTemplate]) -> None:
        self._templates = {template.name: template for template in templates}

    @property
    def names(self) -> list[str]:
        return sorted(self._templates)

    @property
    def telling_tokens(self) -> frozenset[str]:
        """Special tokens that give a format away."""
        return frozenset(t for row in self._templates.values() for t in row.telling_tokens)

    def get(self, name: str) -> ChatTemplate:
        """The template of that name; ``UsageError`` with suggestions when there is none."""
        if name not in self._templates:
            close = difflib.get_close_matches(name, self.names, n=3) or self.names
            raise UsageError(_UNKNOWN, advice=_KNOWN, name=name, names=", ".join(close))
        return self._templates[name]

    def guess(self, facts: ModelFacts) -> ChatTemplate:
        """The best match by vocabulary and name, else plain continuation."""
        name = facts.name.casefold()
        for template in self._templates.values():
            if template.telling_tokens and facts.tokens.issuperset(template.telling_tokens):
                return template
        for template in self._templates.values():
            fits_size = template.telling_vocab_size in {0, facts.vocab_size}
            if fits_size and any(
                all(word in name for word in rule.split()) for rule in template.telling_names
            ):
                return template
        return self._templates[PLAIN_TEMPLATE]


def load_templates(folder: Path | None = None) -> TemplateRegistry:
    """Read the registry; ``ValueError`` names the file that is not as it should be."""
    rows = []
    for path in sorted((folder or resource("templates")).glob("*.json")):
        try:
            rows.append(_from_plain(path.stem, json.loads(path.read_text(encoding="utf-8"))))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"bad chat template {path.name}: {error}") from error
    return TemplateRegistry(rows)


def _from_plain(name: str, plain: Mapping[str, Any]) -> ChatTemplate:
    pieces = {key: tuple(map(_piece, value)) for key, value in plain["pieces"].items()}
    missing = {"user", "user_with_system", "before_answer", "after_answer"} - pieces.keys()
    if "system" in pieces:
        missing -= {"user_with_system"}
    if missing:
        raise ValueError(f"pieces missing: {sorted(missing)}")
    detect = plain.get("detect", {})
    return ChatTemplate(
        name=name,
        source=plain["source"],
        stops=tuple(plain["stops"]),
        max_turns=plain["max_turns"],
        trims_answer_start=plain["trims_answer_start"],
        answer_lead=plain.get("answer_lead", ""),
        default_system=plain.get("default_system"),
        pieces=pieces,
        telling_tokens=tuple(detect.get("tokens", ())),
        telling_names=tuple(detect.get("names", ())),
        telling_vocab_size=detect.get("vocab_size", 0),
    )


def _piece(plain: object) -> PromptPart:
    match plain:
        case str(text):
            return PromptPart(text)
        case {"marker": str(text)}:
            return PromptPart(text, PartKind.MARKER)
        case {"token": "bos" | "eos" as which}:
            return PromptPart(which, PartKind.TOKEN)
    raise ValueError(f"not a piece: {plain!r}")
