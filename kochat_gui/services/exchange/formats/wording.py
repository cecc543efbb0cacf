"""What the formats for people call things."""

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import MessageState, Role
from kochat_gui.core.i18n import translate


def title_of(conversation: ArchivedConversation) -> str:
    """The title on one line."""
    return " ".join(conversation.title.split()) or translate("Exchange", "Untitled conversation")


def date_of(conversation: ArchivedConversation) -> str:
    """When it was begun, by the local clock."""
    return conversation.created_at.astimezone().strftime("%Y-%m-%d %H:%M")


def sender_of(message: ArchivedMessage) -> str:
    """Who a message is from; answers name their models."""
    if message.role is Role.USER:
        return translate("Exchange", "You")
    if message.role is Role.SYSTEM:
        return translate("Exchange", "System message")
    made_by = message.made_by
    names = (made_by.model_name, *made_by.later_models) if made_by is not None else ("",)
    first, *later = (" ".join(name.split()) for name in names)
    return ", ".join([first or translate("Exchange", "Answer"), *later])


def remark_on(message: ArchivedMessage) -> str:
    """What is to be said of an answer besides its text; often nothing."""
    if message.state is MessageState.FAILED:
        failed = translate("Exchange", "Failed: {error}")
        return failed.format(error=message.error) if message.error else ""
    if message.state in {MessageState.STOPPED, MessageState.INTERRUPTED}:
        return translate("Exchange", "The answer ends here unfinished.")
    return ""
