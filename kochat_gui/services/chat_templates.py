"""The chat templates that a person can choose."""

from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import translate
from kochat_gui.engines.chat_template import load_templates


def chat_templates() -> list[tuple[str, str]]:
    """(registry name, translated label) of every template, by name."""
    registry = load_templates()
    return [(name, registry.get(name).label.text()) for name in registry.names]


def template_note(name: str) -> str:
    """How little of a conversation a template sends, translated; empty when it sends all of it.

    Also empty for a template that is not in the registry, like the model's own.
    """
    try:
        max_turns = load_templates().get(name).max_turns
    except UsageError:
        return ""
    if max_turns == 0:
        return ""
    if max_turns == 1:
        return translate("ChatTemplates", "only the last question is sent")
    text = translate("ChatTemplates", "only the last {count} questions are sent")
    return text.format(count=max_turns)
