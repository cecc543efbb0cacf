"""The chat templates that a person can choose, look at, and make."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kochat_gui.core.errors import UsageError, UserFacingError
from kochat_gui.core.generation import ChatMessage
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey, translate
from kochat_gui.core.models import ModelSpec
from kochat_gui.engines.chat_template import (
    OWN_TEMPLATE,
    PLAIN_TEMPLATE,
    ChatTemplate,
    JinjaSource,
    PartKind,
    PromptPart,
)
from kochat_gui.engines.jinja_template import JinjaTemplate
from kochat_gui.engines.model_names import names_of
from kochat_gui.engines.template_file import PIECE_NAMES, spelled_out
from kochat_gui.engines.template_limits import TemplateFailedError
from kochat_gui.engines.template_matching import Match, ModelFacts, match_model
from kochat_gui.engines.template_registry import load_templates
from kochat_gui.engines.user_templates import (
    OWN_PREFIX,
    check_user_template,
    delete_user_template,
    free_name,
    save_user_template,
)

_LABELS = {
    "ax-4": QT_TRANSLATE_NOOP("ChatTemplate", "A.X"),
    "chatml": QT_TRANSLATE_NOOP("ChatTemplate", "ChatML (Qwen and many others)"),
    "completion": QT_TRANSLATE_NOOP("ChatTemplate", "Continue the text (no chat format)"),
    "eeve": QT_TRANSLATE_NOOP("ChatTemplate", "EEVE"),
    "exaone": QT_TRANSLATE_NOOP("ChatTemplate", "EXAONE 3"),
    "exaone-4": QT_TRANSLATE_NOOP("ChatTemplate", "EXAONE 4"),
    "exaone-4+thinking": QT_TRANSLATE_NOOP("ChatTemplate", "EXAONE 4, thinking first"),
    "gemma": QT_TRANSLATE_NOOP("ChatTemplate", "Gemma 1 to 3"),
    "gemma-4": QT_TRANSLATE_NOOP("ChatTemplate", "Gemma 4"),
    "gemma-4+small": QT_TRANSLATE_NOOP("ChatTemplate", "Gemma 4 (small models)"),
    "gpt-oss": QT_TRANSLATE_NOOP("ChatTemplate", "gpt-oss"),
    "hyperclova-x": QT_TRANSLATE_NOOP("ChatTemplate", "HyperCLOVA X SEED"),
    "koalpaca": QT_TRANSLATE_NOOP("ChatTemplate", "KoAlpaca"),
    "komt": QT_TRANSLATE_NOOP("ChatTemplate", "komt (instruction and response)"),
    "komt+space": QT_TRANSLATE_NOOP("ChatTemplate", "komt, a space before the response"),
    "komt-mistral": QT_TRANSLATE_NOOP("ChatTemplate", "komt Mistral"),
    "kullm-v2": QT_TRANSLATE_NOOP("ChatTemplate", "KULLM v2 (Korean instruction)"),
    "kullm-v2+newline": QT_TRANSLATE_NOOP(
        "ChatTemplate", "KULLM v2, a line break before the answer"
    ),
    "llama-2-chat": QT_TRANSLATE_NOOP("ChatTemplate", "Llama 2 Chat"),
    "llama-3": QT_TRANSLATE_NOOP("ChatTemplate", "Llama 3"),
    OWN_TEMPLATE: QT_TRANSLATE_NOOP("ChatTemplate", "The model's own"),
    "q-a": QT_TRANSLATE_NOOP("ChatTemplate", "Question and answer (Q: A:)"),
    "q-a+multi-line": QT_TRANSLATE_NOOP("ChatTemplate", "Question and answer, several lines"),
    "qwen-3": QT_TRANSLATE_NOOP("ChatTemplate", "Qwen 3"),
    "qwen-3+thinking": QT_TRANSLATE_NOOP("ChatTemplate", "Qwen 3, thinking first"),
    "solar": QT_TRANSLATE_NOOP("ChatTemplate", "SOLAR"),
}
_FAILED = QT_TRANSLATE_NOOP("ChatTemplates", "The chat template makes no prompt.")
_REASON = QT_TRANSLATE_NOOP("ChatTemplates", "It says: {reason}")
_NO_FOLDER = QT_TRANSLATE_NOOP("ChatTemplates", "There is nowhere to keep chat templates.")
_UNNAMED = "draft"
_USUAL_TOKENS = {"bos": "<s>", "eos": "</s>"}


@dataclass(frozen=True)
class TemplateInfo:
    """One row of the list to choose from."""

    name: str
    label: str
    """Translated; of a person's own as it was typed: plain text."""
    source: str
    """Where the format comes from, in English; empty for a person's own."""
    is_own: bool
    max_turns: int
    """Newest turns that are sent; 0: all that fit."""
    stops: tuple[str, ...]


@dataclass(frozen=True)
class TemplateDraft:
    """A template as a form shows it. It has pieces or a Jinja text, not both."""

    label: str
    name: str = ""
    """File name without its ending, to save it under; empty: a new one is made of the label."""
    pieces: Mapping[str, str] = field(default_factory=dict)
    """By the names in :data:`PIECES`; special tokens as they are spelled, ``{bos}``, ``{eos}``."""
    jinja: str = ""
    stops: tuple[str, ...] = ()
    max_turns: int = 0
    starts_with_bos: bool = False
    trims_answer_start: bool = True
    trims_content: bool = False
    answer_lead: str = ""
    default_system: str | None = None
    input_line: str = ""


PIECES = PIECE_NAMES
"""What a template can be made of, in the order of a form."""


class ChatTemplates:
    """The program's templates and those in a folder of the person's own."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def all(self) -> list[TemplateInfo]:
        """Every template, the person's own last."""
        registry = load_templates(self._folder)
        rows = [_info(registry.get(name)) for name in registry.names]
        return sorted(rows, key=lambda row: (row.is_own, row.label.casefold()))

    def problems(self) -> tuple[UserFacingError, ...]:
        """What is wrong with files in the person's own folder; those are not in the list."""
        return load_templates(self._folder).problems

    def draft(self, name: str) -> TemplateDraft:
        """A template to edit; one of the program's is saved as a person's own.

        Raises ``UsageError`` for an unknown name.
        """
        template = load_templates(self._folder).get(name)
        label = _label(template)
        stem = template.name.removeprefix(OWN_PREFIX) if _is_own(template) else ""
        if isinstance(template, JinjaSource):
            return TemplateDraft(
                label,
                stem,
                jinja=template.text,
                stops=template.stops,
                max_turns=template.max_turns,
            )
        values = {
            f.name: getattr(template, f.name)
            for f in dataclasses.fields(TemplateDraft)
            if f.name not in {"label", "name", "pieces", "jinja"}
        }
        pieces = {name: spelled_out(parts) for name, parts in template.pieces.items()}
        return TemplateDraft(label, stem, pieces, **values)

    def check(self, draft: TemplateDraft) -> None:
        """Raises ``UsageError`` that names the field which is not as it should be."""
        _read(draft)

    def save(self, draft: TemplateDraft) -> str:
        """Keep a person's own template; returns its name in the list.

        Raises ``UsageError`` when it is not right, ``StorageError`` when it cannot be written.
        """
        if self._folder is None:
            raise UsageError(_NO_FOLDER)
        free = free_name(self._folder, draft.label)
        return save_user_template(self._folder, _read(draft, free))

    def delete(self, name: str) -> None:
        """Delete a person's own template; raises ``StorageError``."""
        if self._folder is not None and name.startswith(OWN_PREFIX):
            delete_user_template(self._folder, name)

    def preview(self, template: str | TemplateDraft, messages: Sequence[ChatMessage]) -> str:
        """The prompt as text, with special tokens spelled; needs no model.

        Takes up to three seconds for a Jinja text. Raises ``UsageError``.
        """
        if isinstance(template, TemplateDraft):
            found = _read(template)
        else:
            found = load_templates(self._folder).get(template)
        if isinstance(found, ChatTemplate):
            tokens = {**_USUAL_TOKENS, **(found.spelled or {})}
            return _spelled(found.render(messages), tokens)
        return _jinja_preview(found.text, messages)

    def note(self, name: str) -> str:
        """How little of a conversation a template sends; see :func:`template_note`."""
        return template_note(name, self._folder)


def chat_templates(folder: Path | None = None) -> list[tuple[str, str]]:
    """(registry name, label) of every template, as a list to choose from shows them."""
    return [(row.name, row.label) for row in ChatTemplates(folder).all()]


def template_note(name: str, folder: Path | None = None) -> str:
    """How little of a conversation a template sends, translated; empty when it sends all of it.

    Also empty for a template that is not in the registry, like the model's own.
    """
    registry = load_templates(folder)
    max_turns = registry.get(name).max_turns if name in registry else 0
    if max_turns == 0:
        return ""
    if max_turns == 1:
        return translate("ChatTemplates", "only the last question is sent")
    text = translate("ChatTemplates", "only the last {count} questions are sent")
    return text.format(count=max_turns)


def template_label(name: str) -> TextKey | None:
    """What one of the program's templates, or the model's own, is called."""
    return _LABELS.get(name)


def match_spec(spec: ModelSpec) -> Match:
    """The template that fits a model, by what its headers tell."""
    return match_model(
        ModelFacts(
            names=names_of(spec),
            architecture=spec.architecture,
            vocab_size=spec.vocab_size,
            has_template=spec.has_template,
        )
    )


def why_it_continues(spec: ModelSpec) -> TextKey | None:
    """What is told of a model that goes on with a text; None for one that answers."""
    match = match_spec(spec)
    if match.is_base:
        return QT_TRANSLATE_NOOP("ModelFacts", "Continues texts; it was not trained to chat.")
    if match.template == PLAIN_TEMPLATE:
        return QT_TRANSLATE_NOOP("ModelFacts", "Continues texts; its chat format is not known.")
    return None


def matched(spec: ModelSpec) -> ModelSpec:
    """``spec`` with the template that fits, unless it names one, and with :attr:`is_base`."""
    match = match_spec(spec)
    template = None if match.template == OWN_TEMPLATE else match.template
    return dataclasses.replace(spec, template=spec.template or template, is_base=match.is_base)


def _info(template: ChatTemplate | JinjaSource) -> TemplateInfo:
    is_own = _is_own(template)
    return TemplateInfo(
        name=template.name,
        label=_label(template),
        source="" if is_own else template.source,
        is_own=is_own,
        max_turns=template.max_turns,
        stops=template.stops,
    )


def _is_own(template: ChatTemplate | JinjaSource) -> bool:
    return template.name.startswith(OWN_PREFIX)


def _label(template: ChatTemplate | JinjaSource) -> str:
    return template.source if _is_own(template) else _LABELS[template.name].text()


def _read(draft: TemplateDraft, free: str = _UNNAMED) -> ChatTemplate | JinjaSource:
    """``free``: the name of a draft that has none."""
    plain = {f.name: getattr(draft, f.name) for f in dataclasses.fields(draft) if f.name != "name"}
    if draft.jinja:
        plain = {key: plain[key] for key in ("label", "jinja", "stops", "max_turns")}
    else:
        plain["pieces"] = dict(draft.pieces)
        del plain["jinja"]
    return check_user_template(draft.name or free, plain)


def _jinja_preview(text: str, messages: Sequence[ChatMessage]) -> str:
    try:
        template = JinjaTemplate(text, (), _USUAL_TOKENS["bos"], _USUAL_TOKENS["eos"])
        try:
            return _spelled(template.render(messages), _USUAL_TOKENS)
        finally:
            template.close()
    except TemplateFailedError as error:
        raise UsageError(_FAILED, advice=_REASON, reason=str(error)[:200]) from error


def _spelled(parts: Sequence[PromptPart], tokens: Mapping[str, str]) -> str:
    return "".join(tokens[p.text] if p.kind is PartKind.TOKEN else p.text for p in parts)
