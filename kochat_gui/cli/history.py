"""``kochat history``: stored conversations, read without disturbing an open window."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kochat_gui.cli import output
from kochat_gui.core.conversation import Conversation, ConversationId, Message, Role
from kochat_gui.core.errors import UsageError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.paths import ProfilePaths
from kochat_gui.storage.shape import open_checked

ALL = 1_000_000

ROLES = {
    Role.SYSTEM: QT_TRANSLATE_NOOP("CliHistory", "system"),
    Role.USER: QT_TRANSLATE_NOOP("CliHistory", "you"),
    Role.ASSISTANT: QT_TRANSLATE_NOOP("CliHistory", "answer"),
}


def run(args: argparse.Namespace, paths: ProfilePaths) -> int:
    """List the conversations, or show one."""
    with _library(paths) as library:
        if args.action == "list":
            _list(library.list(limit=ALL) if library else [], is_json=args.json)
        else:
            _show(library, ConversationId(args.conversation), is_json=args.json)
    return 0


@contextmanager
def _library(paths: ProfilePaths) -> Iterator[ConversationLibrary | None]:
    """The library, for reading only; None when nothing was ever stored."""
    if not paths.database.exists():
        yield None
        return
    database = open_checked(paths.database)
    try:
        yield ConversationLibrary(ConversationStore(database), EventBus())
    finally:
        database.close()


def _list(conversations: list[Conversation], *, is_json: bool) -> None:
    if is_json:
        output.write_json([_conversation(found) for found in conversations])
        return
    output.write_rows(
        (
            str(found.conversation_id),
            found.updated_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            found.title or translate("CliHistory", "(untitled)"),
        )
        for found in conversations
    )


def _show(
    library: ConversationLibrary | None, conversation_id: ConversationId, *, is_json: bool
) -> None:
    if library is None:
        raise UsageError(
            QT_TRANSLATE_NOOP("CliHistory", "There is no conversation {number}."),
            advice=QT_TRANSLATE_NOOP("CliHistory", "kochat history list shows them all."),
            number=conversation_id,
        )
    conversation, path = library.get(conversation_id), library.path(conversation_id)
    if is_json:
        messages = [_message(message) for message in path]
        output.write_json(_conversation(conversation) | {"messages": messages})
        return
    output.write_line(f"# {conversation.title or translate('CliHistory', '(untitled)')}")
    for message in path:
        output.write_line(f"\n[{ROLES[message.role].text()}]\n{message.text}")


def _conversation(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.conversation_id,
        "title": conversation.title,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "system_prompt": conversation.settings.system_prompt,
    }


def _message(message: Message) -> dict[str, Any]:
    made_by, usage = message.made_by, message.usage
    return {
        "id": message.message_id,
        "role": message.role.value,
        "text": message.text,
        "state": message.state.value,
        "created_at": message.created_at.isoformat(),
        "finish_reason": message.finish_reason.value if message.finish_reason else None,
        "model": made_by.model_id if made_by else None,
        "quantization": made_by.quantization if made_by else None,
        "new_tokens": usage.answer_tokens if usage else None,
        "error": message.error or None,
    }
