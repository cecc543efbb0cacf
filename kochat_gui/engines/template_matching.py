"""Which chat template fits a model: by its name, its metadata and its vocabulary.

The table is data (``resources/model_families.json``): rows from the special to the general, of
which the first that fits counts.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.resources import resource
from kochat_gui.engines.chat_template import OWN_TEMPLATE, PLAIN_TEMPLATE

_BY_OWN = QT_TRANSLATE_NOOP("TemplateMatch", "the model's file brings this format along")
_BY_HASH = QT_TRANSLATE_NOOP("TemplateMatch", "the format in the model's file is known")
_BY_NAME = QT_TRANSLATE_NOOP("TemplateMatch", "the model's name is known")
_BY_TOKENIZER = QT_TRANSLATE_NOOP("TemplateMatch", "the model's tokenizer is known")
_BY_TOKENS = QT_TRANSLATE_NOOP("TemplateMatch", "the model has the special tokens of this format")
_BY_VOCABULARY = QT_TRANSLATE_NOOP("TemplateMatch", "the size of the model's vocabulary is known")
_IS_BASE = QT_TRANSLATE_NOOP("TemplateMatch", "the model's name says that it is a base model")
_UNKNOWN = QT_TRANSLATE_NOOP("TemplateMatch", "nothing is known about this model's format")

_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)*|[가-힣]+")


@dataclass(frozen=True)
class ModelFacts:
    """What is known of a model; the window knows less than the process that has it loaded."""

    names: tuple[str, ...]
    """Of the file or folder, of its repository, and from its metadata."""
    architecture: str = ""
    """As GGUF files call it."""
    pre_tokenizer: str = ""
    vocab_size: int = 0
    """0 when not known."""
    tokens: frozenset[str] = frozenset()
    """Those of :func:`telling_tokens` that the vocabulary has."""
    has_template: bool = False
    """The files bring a chat template of their own."""
    template_hash: str = ""
    """SHA-256 of its text, in hexadecimal."""


@dataclass(frozen=True)
class Match:
    """The chat template for a model, and why."""

    template: str
    """Name in the registry, or :data:`OWN_TEMPLATE`."""
    is_base: bool
    """The model only continues texts."""
    why: TextKey
    """A clause for after the template's label."""
    family: str = ""
    """Name of the row that fits; its presets go by it."""
    offers: tuple[str, ...] = ()
    """Other templates that make sense for this model."""


@dataclass(frozen=True)
class _Family:
    """A row of the table. Every condition that is given must hold; in a list, one of the items."""

    family: str
    template: str
    is_base: bool = False
    names: tuple[str, ...] = ()
    """Words in a row, as in ``llama 2``; ``&`` joins what must all be there."""
    unless: tuple[str, ...] = ()
    """The same, of which none may be there."""
    architectures: tuple[str, ...] = ()
    pre_tokenizers: tuple[str, ...] = ()
    vocab_sizes: tuple[int, ...] = ()
    tokens: tuple[str, ...] = ()
    """All of them must be there."""
    hashes: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()

    def fits(self, facts: ModelFacts, words: str) -> bool:
        return (
            (not self.names or _says(words, self.names))
            and not _says(words, self.unless)
            and facts.architecture in (self.architectures or (facts.architecture,))
            and facts.pre_tokenizer in (self.pre_tokenizers or (facts.pre_tokenizer,))
            and facts.vocab_size in (self.vocab_sizes or (facts.vocab_size,))
            and facts.template_hash in (self.hashes or (facts.template_hash,))
            and facts.tokens.issuperset(self.tokens)
        )

    @property
    def why(self) -> TextKey:
        for condition, reason in (
            (self.is_base and self.names, _IS_BASE),
            (self.hashes, _BY_HASH),
            (self.names, _BY_NAME),
            (self.pre_tokenizers or self.architectures, _BY_TOKENIZER),
            (self.tokens, _BY_TOKENS),
        ):
            if condition:
                return reason
        return _BY_VOCABULARY


@dataclass(frozen=True)
class _Table:
    chat_words: tuple[str, ...]
    """Any of them says that a model was trained to chat."""
    base_words: tuple[str, ...]
    families: tuple[_Family, ...] = field(default=())


def match_model(facts: ModelFacts) -> Match:
    """The template of a model: its own, or that of its family, or plain continuation."""
    table = _table()
    words = _words(facts.names)
    family = next((row for row in table.families if row.fits(facts, words)), None)
    name, offers = (family.family, family.offers) if family is not None else ("", ())
    if _says(words, table.base_words) and not _says(words, table.chat_words):
        is_known = family is not None and family.is_base
        return Match(PLAIN_TEMPLATE, True, _IS_BASE, name if is_known else "")
    if facts.has_template:
        return Match(OWN_TEMPLATE, False, _BY_OWN, name, offers)
    if family is None:
        return Match(PLAIN_TEMPLATE, False, _UNKNOWN)
    return Match(family.template, family.is_base, family.why, name, offers)


def telling_tokens() -> frozenset[str]:
    """Special tokens that give a format away."""
    return frozenset(token for row in _table().families for token in row.tokens)


def _words(names: Iterable[str]) -> str:
    """The words of all names, each between spaces: ``EXAONE-4.0-1.2B`` has exaone, 4.0, 1.2, b."""
    return " | ".join(" ".join(["", *_WORD.findall(name.casefold()), ""]) for name in names)


def _says(words: str, rules: Iterable[str]) -> bool:
    return any(all(f" {part.strip()} " in words for part in rule.split("&")) for rule in rules)


@functools.cache
def _table() -> _Table:
    plain = json.loads(resource("model_families.json").read_text(encoding="utf-8"))
    return _Table(
        chat_words=tuple(plain["chat_words"]),
        base_words=tuple(plain["base_words"]),
        families=tuple(_family(row) for row in plain["families"]),
    )


def _family(plain: Mapping[str, Any]) -> _Family:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in plain.items()
    }
    return _Family(**values)
