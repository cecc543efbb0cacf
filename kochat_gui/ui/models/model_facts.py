"""What a model is and what it can do, in words."""

from dataclasses import dataclass

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.models import ModelFormat, ModelSpec, QuantizationChoice
from kochat_gui.services.chat_templates import match_spec, template_label, why_it_continues
from kochat_gui.ui.header.model_texts import parameter_text, size_text
from kochat_gui.ui.plain_text import shortened

_FORMATS = {
    ModelFormat.GGUF: QT_TRANSLATE_NOOP("ModelFacts", "GGUF file"),
    ModelFormat.GGML: QT_TRANSLATE_NOOP("ModelFacts", "GGML file of 2023"),
    ModelFormat.SAFETENSORS: QT_TRANSLATE_NOOP("ModelFacts", "safetensors folder"),
    ModelFormat.CHECKPOINT: QT_TRANSLATE_NOOP("ModelFacts", "PyTorch checkpoint folder"),
    ModelFormat.SCRIPT: QT_TRANSLATE_NOOP("ModelFacts", "script for trying out"),
}
_MAX_NAME_CHARS = 60
"""The template that sends a text as it is."""
_FOLDERS = frozenset({ModelFormat.SAFETENSORS, ModelFormat.CHECKPOINT})


@dataclass(frozen=True)
class Fact:
    """One line about a model; both sides are plain text."""

    label: str
    value: str


def format_text(spec: ModelSpec) -> str:
    """``GGUF file · q4_0``: container and, when there is one, the file's own level."""
    kind = _FORMATS[spec.format].text()
    return f"{kind} · {spec.quantization}" if spec.quantization else kind


def badges(spec: ModelSpec) -> list[str]:
    """Short marks beside the name."""
    found: list[str] = []
    if spec.is_demo:
        found.append(translate("ModelFacts", "demonstration"))
    if spec.is_base:
        found.append(translate("ModelFacts", "base model – continues texts"))
    return found


def facts(spec: ModelSpec, template_label: str, choices: list[QuantizationChoice]) -> list[Fact]:
    """Everything worth knowing, in the order in which people ask for it.

    ``template_label``: how the prompt is written for this model; ``choices``: its levels.
    """
    found = [Fact(translate("ModelFacts", "Can do"), " ".join(_abilities(spec, choices)))]
    found.append(
        Fact(
            translate("ModelFacts", "Format"), f"{format_text(spec)} · {size_text(spec.size_bytes)}"
        )
    )
    if spec.architecture:
        found.append(Fact(translate("ModelFacts", "Family"), _family(spec)))
    if template_label:
        found.append(Fact(translate("ModelFacts", "Prompt"), template_label))
    if spec.context_length:
        text = translate("ModelFacts", "up to {count} tokens at once").format(
            count=f"{spec.context_length:,}"
        )
        found.append(Fact(translate("ModelFacts", "Context"), text))
    if spec.vocab_size:
        text = translate("ModelFacts", "{count} pieces").format(count=f"{spec.vocab_size:,}")
        found.append(Fact(translate("ModelFacts", "Vocabulary"), text))
    licence = spec.licence or translate("ModelFacts", "not stated; look at the model's page")
    found.append(Fact(translate("ModelFacts", "Licence"), licence))
    return found


def template_text(spec: ModelSpec, chosen: str | None) -> str:
    """Which prompt template the model gets, and why; ``chosen``: the one that a person chose."""
    if spec.format is ModelFormat.SCRIPT:
        return ""
    match = match_spec(spec)
    name = chosen or spec.template or match.template
    label = _template_label(name)
    if chosen is not None:
        return translate("ModelFacts", "{label} – you chose it").format(label=label)
    if name != match.template:
        return label
    return translate("ModelFacts", "{label} – {why}").format(label=label, why=match.why.text())


def _template_label(name: str) -> str:
    key = template_label(name)
    return key.text() if key is not None else shortened(name, _MAX_NAME_CHARS)


def _abilities(spec: ModelSpec, choices: list[QuantizationChoice]) -> list[str]:
    found: list[str] = []
    why = why_it_continues(spec)
    found.append(why.text() if why is not None else translate("ModelFacts", "Chats."))
    others = [choice for choice in choices if choice.name != spec.quantization]
    if others and spec.format in _FOLDERS:
        found.append(translate("ModelFacts", "Every quantization level can be made from it."))
    elif others:
        found.append(translate("ModelFacts", "Other levels can be made from it."))
    elif choices:
        found.append(translate("ModelFacts", "It runs at the level of its file only."))
    if spec.format is not ModelFormat.SCRIPT:
        found.append(translate("ModelFacts", "Takes adapters."))
    return found


def _family(spec: ModelSpec) -> str:
    parts = [spec.architecture.removesuffix("ForCausalLM")]
    if spec.parameter_count:
        count = parameter_text(spec.parameter_count)
        parts.append(translate("ModelFacts", "{count} parameters").format(count=count))
    if spec.layer_count:
        parts.append(translate("ModelFacts", "{count} layers").format(count=spec.layer_count))
    return " · ".join(parts)
