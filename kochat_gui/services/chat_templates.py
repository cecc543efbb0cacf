"""The chat templates that a person can choose."""

from kochat_gui.engines.chat_template import load_templates


def chat_templates() -> list[tuple[str, str]]:
    """(registry name, translated label) of every template, by name."""
    registry = load_templates()
    return [(name, registry.get(name).label.text()) for name in registry.names]
