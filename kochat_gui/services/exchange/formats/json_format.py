"""KoChat's own format: everything about conversations, as JSON that reads back unchanged.

::

    {"format": "kochat", "version": 1, "conversations": [
    {"title": …, "messages": [{"id": 1, "parent": null, "role": "user", …}, …], …},
    …
    ], "folders": ["업무", …]}

Every conversation is one line. ``folders`` has their names in their order. Ids count within one
conversation and parents come before their children, so nothing depends on the database that it
came from: what was imported is exported as the same bytes.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, BinaryIO

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage

FORMAT = "kochat"
VERSION = 1


def write_json(
    file: BinaryIO,
    conversations: Iterable[ArchivedConversation],
    folders: Callable[[], Iterable[str]],
) -> None:
    """Write all of ``conversations``; only one at a time is in memory. ``folders`` comes last."""
    file.write(_encoded({"format": FORMAT, "version": VERSION})[:-1] + b', "conversations": [')
    separator = b"\n"
    for conversation in conversations:
        file.write(separator + _encoded(conversation_to_plain(conversation)))
        separator = b",\n"
    file.write(b'\n], "folders": ' + _encoded(list(folders())) + b"}\n")


def conversation_to_plain(conversation: ArchivedConversation) -> dict[str, Any]:
    """A conversation as JSON values."""
    return {
        "title": conversation.title,
        "created_at": time_to_text(conversation.created_at),
        "updated_at": time_to_text(conversation.updated_at),
        "folder": conversation.folder or None,
        "tags": list(conversation.tags),
        "is_pinned": conversation.is_pinned,
        "draft": conversation.draft,
        "settings": dataclasses.asdict(conversation.settings),
        "tip": conversation.tip,
        "messages": [_message_to_plain(message) for message in conversation.messages],
    }


def time_to_text(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def _message_to_plain(message: ArchivedMessage) -> dict[str, Any]:
    return {
        "id": message.local_id,
        "parent": message.parent,
        "role": message.role.value,
        "state": message.state.value,
        "created_at": time_to_text(message.created_at),
        "text": message.text,
        "finish_reason": message.finish_reason.value if message.finish_reason else None,
        "usage": dataclasses.asdict(message.usage) if message.usage else None,
        "made_by": dataclasses.asdict(message.made_by) if message.made_by else None,
        "error": message.error,
        "is_excluded": message.is_excluded,
    }


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
