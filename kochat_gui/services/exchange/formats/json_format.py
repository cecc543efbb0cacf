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
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.errors import ExchangeError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.services.exchange.formats.wording import title_of
from kochat_gui.services.exchange.limits import MAX_BYTES, MAX_PIECE_CHARS, Tally

FORMAT = "kochat"
VERSION = 1


def write_json(
    file: BinaryIO,
    conversations: Iterable[ArchivedConversation],
    folders: Callable[[], Iterable[str]],
) -> None:
    """Write all of ``conversations``; only one at a time is in memory. ``folders`` comes last.

    Raises ``ExchangeError`` for what could not be imported again.
    """
    out, tally = _Out(file), Tally()
    out.write(_encoded({"format": FORMAT, "version": VERSION})[:-1] + ', "conversations": [')
    separator = "\n"
    for conversation in conversations:
        if not tally.add(conversation):
            raise _too_many()
        out.write(separator)
        for piece in _pieces(conversation):
            if len(piece) > MAX_PIECE_CHARS:
                raise _too_long(conversation)
            out.write(piece)
        separator = ",\n"
    out.write('\n], "folders": ' + _encoded(list(folders())) + "}\n")


class _Out:
    """A file that does not become larger than one that is read again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._bytes_left = MAX_BYTES

    def write(self, text: str) -> None:
        content = text.encode()
        self._bytes_left -= len(content)
        if self._bytes_left < 0:
            raise _too_many()
        self._file.write(content)


def _too_many() -> ExchangeError:
    return ExchangeError(
        QT_TRANSLATE_NOOP(
            "Exchange", "These conversations are too many for one file that can be imported again."
        ),
        advice=QT_TRANSLATE_NOOP(
            "Exchange", "Export them in parts: folder by folder, or some conversations at a time."
        ),
    )


def _too_long(conversation: ArchivedConversation) -> ExchangeError:
    return ExchangeError(
        QT_TRANSLATE_NOOP(
            "Exchange", "“{title}” has a message that is too long to be imported again."
        ),
        advice=QT_TRANSLATE_NOOP(
            "Exchange", "Export the other conversations, and this one in another format."
        ),
        title=title_of(conversation),
    )


def _pieces(conversation: ArchivedConversation) -> Iterator[str]:
    """A conversation as JSON on one line, message by message: it is read like that, too."""
    plain = {
        "title": conversation.title,
        "created_at": time_to_text(conversation.created_at),
        "updated_at": time_to_text(conversation.updated_at),
        "folder": conversation.folder or None,
        "tags": list(conversation.tags),
        "is_pinned": conversation.is_pinned,
        "draft": conversation.draft,
        "settings": dataclasses.asdict(conversation.settings),
        "tip": conversation.tip,
    }
    yield _encoded(plain)[:-1]
    separator = ', "messages": ['
    for message in conversation.messages:
        yield separator
        yield _encoded(_message_to_plain(message))
        separator = ", "
    yield "]}" if conversation.messages else separator + "]}"


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


def _encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
