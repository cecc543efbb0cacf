"""A conversation's shown path as plain text."""

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.services.exchange.formats.wording import date_of, remark_on, sender_of, title_of


def to_text(conversation: ArchivedConversation) -> str:
    """The whole document; texts stand in it as they are."""
    parts = [f"{title_of(conversation)}\n{date_of(conversation)}"]
    if conversation.settings.system_prompt.strip():
        parts.append(conversation.settings.system_prompt)
    for message in conversation.path:
        lines = [f"[{sender_of(message)}]", message.text.strip("\r\n"), remark_on(message)]
        parts.append("\n".join(line for line in lines if line))
    return "\n\n".join(parts) + "\n"
