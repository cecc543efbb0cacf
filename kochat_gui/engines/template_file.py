"""One chat template as JSON: read with every field checked, and written.

The fields are described in ``resources/templates/README.md``. A person's own templates may write
a piece as one string in which special tokens stand as they are spelled, and ``{bos}``, ``{eos}``.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.engines.chat_template import (
    ChatTemplate,
    JinjaSource,
    PartKind,
    Pieces,
    PromptPart,
)

T = TypeVar("T")

MAX_TEXT = 16_384
"""Characters of one piece."""
MAX_JINJA = 65_536
"""Characters of a Jinja text: four times the longest of the models in the catalogue."""
MAX_LABEL = 80
_MAX_STOPS = 32
_MAX_STOP = 64
_MAX_TURNS = 1000

_QUESTION = {
    "user": frozenset({"content"}),
    "user_with_system": frozenset({"content", "system"}),
    "user_with_input": frozenset({"content", "input"}),
    "user_with_system_and_input": frozenset({"content", "system", "input"}),
}
_USES: dict[str, frozenset[str]] = {
    "start": frozenset(),
    "system": frozenset({"system"}),
    **_QUESTION,
    **{f"first_{name}": used for name, used in _QUESTION.items()},
    "before_answer": frozenset(),
    "before_new_answer": frozenset(),
    "after_answer": frozenset(),
}
"""Placeholders that a piece must have; no others may occur in it."""
PIECE_NAMES = tuple(_USES)
_HALF = re.compile("[\ud800-\udfff]")
_LIKE_A_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
_SPELLED = re.compile(
    r"(?P<token>\{(?:bos|eos)\})|(?P<marker>"
    r"<\|[^<>|\s]{1,64}\|?>|<[a-z_]{1,32}\|>|\[\|[a-z_]{1,32}\|\]"
    r"|</?s>|<(?:bos|eos)>|</?think>|<(?:start|end)_of_turn>)"
)

_UNKNOWN = QT_TRANSLATE_NOOP("TemplateFile", "There is no such field.")
_MISSING = QT_TRANSLATE_NOOP("TemplateFile", "It is missing.")
_TEXT = QT_TRANSLATE_NOOP("TemplateFile", "It must be a text of at most {most} characters.")
_FLAG = QT_TRANSLATE_NOOP("TemplateFile", "It must be true or false.")
_NUMBER = QT_TRANSLATE_NOOP("TemplateFile", "It must be a whole number from 0 to {most}.")
_STOPS = QT_TRANSLATE_NOOP(
    "TemplateFile", "It must be a list of at most {count} texts of 1 to {most} characters."
)
_OBJECT = QT_TRANSLATE_NOOP("TemplateFile", "It must be an object in braces.")
_PIECE = QT_TRANSLATE_NOOP("TemplateFile", "It must be a text, or a list of texts and tokens.")
_WRONG_PLACEHOLDER = QT_TRANSLATE_NOOP("TemplateFile", "It cannot use the placeholder {name}.")
_NO_PLACEHOLDER = QT_TRANSLATE_NOOP("TemplateFile", "It must contain the placeholder {name}.")
_ONE_OF_TWO = QT_TRANSLATE_NOOP("TemplateFile", "Give either pieces or a Jinja text.")


class TemplateFieldError(Exception):
    """A field of a template that is not as it should be."""

    def __init__(self, field: str, reason: TextKey, **values: object) -> None:
        super().__init__(f"{field}: {reason.source}")
        self.field = field
        self.reason = reason
        self.values = values


def template_from_plain(
    name: str, plain: object, *, is_own: bool = False
) -> ChatTemplate | JinjaSource:
    """Read a template; raises :class:`TemplateFieldError`.

    ``is_own``: a person's, which has a ``label``, and may be written in Jinja.
    """
    fields = _Fields(plain)
    source = fields.take("label" if is_own else "source", _text(MAX_LABEL if is_own else MAX_TEXT))
    if not source.strip():
        raise TemplateFieldError("label", _MISSING)
    no_stops: tuple[str, ...] = ()
    stops = fields.take_or("stops", _stops, no_stops)
    max_turns = fields.take_or("max_turns", _turns, 0)
    if is_own and "jinja" in fields.plain:
        text = fields.take("jinja", _text(MAX_JINJA))
        fields.finish()
        return JinjaSource(name, source, text, stops, max_turns)
    template = ChatTemplate(
        name=name,
        source=source,
        pieces=fields.take("pieces", _pieces),
        stops=stops,
        max_turns=max_turns,
        starts_with_bos=fields.take_or("starts_with_bos", _flag, False),
        trims_answer_start=fields.take_or("trims_answer_start", _flag, True),
        trims_content=fields.take_or("trims_content", _flag, False),
        answer_lead=fields.take_or("answer_lead", _text(_MAX_STOP), ""),
        default_system=fields.take_or("default_system", _optional_text, None),
        input_line=fields.take_or("input_line", _text(_MAX_STOP), ""),
        spelled=None if is_own else fields.take_or("spelled", _spelled, None),
    )
    fields.finish()
    _check_pieces(template)
    return template


def template_to_plain(template: ChatTemplate | JinjaSource) -> dict[str, object]:
    """A person's own template as JSON data; what has its default value is left out."""
    if isinstance(template, JinjaSource):
        plain: dict[str, object] = {"label": template.source, "jinja": template.text}
        defaults: ChatTemplate | JinjaSource = JinjaSource("", "", "")
        keys = ["stops", "max_turns"]
    else:
        plain = {"label": template.source, "pieces": _pieces_to_plain(template.pieces)}
        defaults = ChatTemplate("", "", {})
        skipped = {"name", "source", "pieces", "spelled"}
        keys = [f.name for f in dataclasses.fields(template) if f.name not in skipped]
    for key in keys:
        value = getattr(template, key)
        if value != getattr(defaults, key):
            plain[key] = list(value) if isinstance(value, tuple) else value
    return plain


def spelled_out(parts: Pieces) -> str:
    """Pieces as one string; :func:`parts_of_text` reads it."""
    return "".join(f"{{{p.text}}}" if p.kind is PartKind.TOKEN else p.text for p in parts)


def parts_of_text(text: str) -> Pieces:
    """A string in which special tokens stand as they are spelled."""
    parts: list[PromptPart] = []
    position = 0
    for match in _SPELLED.finditer(text):
        parts.append(PromptPart(text[position : match.start()]))
        if match["token"]:
            parts.append(PromptPart(match["token"][1:-1], PartKind.TOKEN))
        else:
            parts.append(PromptPart(match["marker"], PartKind.MARKER))
        position = match.end()
    parts.append(PromptPart(text[position:]))
    return tuple(part for part in parts if part.text)


class _Fields:
    """The fields of an object, each taken once."""

    def __init__(self, plain: object) -> None:
        if not isinstance(plain, dict):
            raise TemplateFieldError("{}", _OBJECT)
        self.plain: Mapping[str, object] = plain
        self._taken: set[str] = set()

    def take(self, name: str, read: Callable[[str, object], T]) -> T:
        self._taken.add(name)
        if name not in self.plain:
            raise TemplateFieldError(name, _MISSING)
        return read(name, self.plain[name])

    def take_or(self, name: str, read: Callable[[str, object], T], default: T) -> T:
        return self.take(name, read) if name in self.plain else default

    def finish(self) -> None:
        for name in self.plain:
            if name in {"pieces", "jinja"} - self._taken:
                raise TemplateFieldError(name, _ONE_OF_TWO)
            if name not in self._taken:
                raise TemplateFieldError(str(name)[:MAX_LABEL], _UNKNOWN)


def _text(most: int) -> Callable[[str, object], str]:
    def read(field: str, value: object) -> str:
        # Half a character (a lone surrogate) could not be written to a file.
        if not isinstance(value, str) or len(value) > most or _HALF.search(value):
            raise TemplateFieldError(field, _TEXT, most=most)
        return value

    return read


def _optional_text(field: str, value: object) -> str | None:
    return None if value is None else _text(MAX_TEXT)(field, value)


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TemplateFieldError(field, _FLAG)
    return value


def _turns(field: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_TURNS:
        raise TemplateFieldError(field, _NUMBER, most=_MAX_TURNS)
    return value


def _stops(field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > _MAX_STOPS:
        raise TemplateFieldError(field, _STOPS, count=_MAX_STOPS, most=_MAX_STOP)
    for stop in value:
        if not isinstance(stop, str) or not 1 <= len(stop) <= _MAX_STOP:
            raise TemplateFieldError(field, _STOPS, count=_MAX_STOPS, most=_MAX_STOP)
    return tuple(value)


def _spelled(field: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not value.keys() <= {"bos", "eos"}:
        raise TemplateFieldError(field, _OBJECT)
    return {name: _text(_MAX_STOP)(field, text) for name, text in value.items()}


def _pieces(field: str, value: object) -> dict[str, Pieces]:
    if not isinstance(value, dict):
        raise TemplateFieldError(field, _OBJECT)
    unknown = next((name for name in value if name not in _USES), None)
    if unknown is not None:
        raise TemplateFieldError(f"{field}.{str(unknown)[:MAX_LABEL]}", _UNKNOWN)
    return {name: _piece(f"{field}.{name}", name, value[name]) for name in value}


def _piece(field: str, name: str, value: object) -> Pieces:
    if isinstance(value, str):
        parts = parts_of_text(_text(MAX_TEXT)(field, value))
    elif isinstance(value, list) and len(value) <= _MAX_STOPS:
        parts = tuple(_part(field, item) for item in value)
    else:
        raise TemplateFieldError(field, _PIECE)
    written = " ".join(part.text for part in parts if part.kind is PartKind.TEXT)
    found = set(_LIKE_A_PLACEHOLDER.findall(written))
    for wrong in sorted(found - _USES[name]):
        raise TemplateFieldError(field, _WRONG_PLACEHOLDER, name=f"{{{wrong}}}")
    for absent in sorted(_USES[name] - found):
        raise TemplateFieldError(field, _NO_PLACEHOLDER, name=f"{{{absent}}}")
    return parts


def _part(field: str, plain: object) -> PromptPart:
    match plain:
        case str(text):
            return PromptPart(_text(MAX_TEXT)(field, text))
        case {"marker": str(text), **rest} if not rest and 1 <= len(text) <= _MAX_STOP:
            return PromptPart(text, PartKind.MARKER)
        case {"token": "bos" | "eos" as which, **rest} if not rest:
            return PromptPart(which, PartKind.TOKEN)
    raise TemplateFieldError(field, _PIECE)


def _pieces_to_plain(pieces: Mapping[str, Pieces]) -> dict[str, object]:
    return {
        name: spelled_out(parts)
        if parts_of_text(spelled_out(parts)) == parts
        else [_part_to_plain(part) for part in parts]
        for name, parts in pieces.items()
    }


def _part_to_plain(part: PromptPart) -> object:
    return part.text if part.kind is PartKind.TEXT else {part.kind.value: part.text}


def _check_pieces(template: ChatTemplate) -> None:
    """Whatever a conversation is made of has its piece."""
    needed = {"user", "before_answer", "after_answer"}
    if "system" not in template.pieces:
        needed.add("user_with_system")
    if template.input_line:
        needed.add("user_with_input")
        if "system" not in template.pieces:
            needed.add("user_with_system_and_input")
    for name in sorted(needed - template.pieces.keys()):
        raise TemplateFieldError(f"pieces.{name}", _MISSING)
