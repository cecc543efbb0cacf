"""Reads what :mod:`..formats.json_format` writes: everything, or a reason why not."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import MessageState, Role
from kochat_gui.core.generation import Usage
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange.importers.foreign import (
    Malformed,
    names_of,
    title_of,
    to_ms,
)
from kochat_gui.services.exchange.json_source import UNREAD, JsonSource
from kochat_gui.services.exchange.limits import MAX_MESSAGES
from kochat_gui.storage.rows import made_by_from_plain, record_from_plain, settings_from_plain

PROGRAM = "KoChat"
_STREAMED = "messages"
_FIELDS = {
    *("title", "created_at", "updated_at", "folder", "tags", "is_pinned", "draft", "settings"),
    "tip",
}

T = TypeVar("T")
En = TypeVar("En", bound=Enum)
_NONE = type(None)


def read_conversation(source: JsonSource) -> ArchivedConversation:
    """The element of ``conversations`` that comes next; raises :class:`Malformed`.

    Its messages are read one by one: together they may be larger than one piece of JSON.
    """
    if source.first() != "{":
        raise Malformed("no object")
    fields: dict[str, Any] = {}
    messages: list[ArchivedMessage] | None = None
    for key, value in source.members(_STREAMED):
        if value is UNREAD:
            messages = _messages(source)
        elif key in _FIELDS:
            fields[key] = value
    if messages is None:
        raise Malformed("no messages")
    return _conversation(fields, messages)


def _messages(source: JsonSource) -> list[ArchivedMessage]:
    found: list[ArchivedMessage] = []
    for plain in source.array():
        found.append(_message(plain))
        if len(found) > MAX_MESSAGES:
            raise Malformed("more than a file may have")
    return found


def _conversation(source: dict[str, Any], messages: list[ArchivedMessage]) -> ArchivedConversation:
    folder = _field(source, "folder", str, _NONE)
    tags = names_of(_field(source, "tags", list))
    try:
        return ArchivedConversation(
            title=title_of(_field(source, "title", str)),
            created_at=_time(source, "created_at"),
            updated_at=_time(source, "updated_at"),
            messages=tuple(messages),
            tip=_field(source, "tip", int, _NONE),
            settings=settings_from_plain(_object(_field(source, "settings", dict))),
            draft=_field(source, "draft", str),
            folder=next(iter(names_of([folder])), ""),
            tags=tuple(sorted(tags)),
            is_pinned=_field(source, "is_pinned", bool),
        )
    except ValueError as error:
        raise Malformed(str(error)) from error


def _message(plain: object) -> ArchivedMessage:
    source = _object(plain)
    finish_reason = source.get("finish_reason")
    return ArchivedMessage(
        local_id=_field(source, "id", int),
        parent=_field(source, "parent", int, _NONE),
        role=_member(Role, source.get("role")),
        text=_field(source, "text", str),
        created_at=_time(source, "created_at"),
        state=_state(source.get("state")),
        finish_reason=None if finish_reason is None else _member(FinishReason, finish_reason),
        usage=_record(source.get("usage"), lambda found: record_from_plain(Usage, found)),
        made_by=_record(source.get("made_by"), made_by_from_plain),
        error=_field(source, "error", str),
        is_excluded=_field(source, "is_excluded", bool),
    )


def _state(value: object) -> MessageState:
    """Nothing in a file is being written."""
    state = _member(MessageState, value)
    return MessageState.INTERRUPTED if state is MessageState.STREAMING else state


def _record(plain: object, read: Callable[[dict[str, Any]], T | None]) -> T | None:
    if plain is None:
        return None
    found = read(_object(plain))
    if found is None:
        raise Malformed("a record lacks fields")
    return found


def _object(plain: object) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise Malformed("no object")
    return plain


def _field(source: dict[str, Any], name: str, *kinds: type) -> Any:
    value = source.get(name)
    # True is an int to Python, but no number of a message.
    if type(value) not in kinds:
        raise Malformed(f"{name} is {type(value).__name__}")
    return value


def _member(kind: type[En], value: object) -> En:
    try:
        return kind(value)
    except ValueError as error:
        raise Malformed(str(error)) from error


def _time(source: dict[str, Any], name: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(_field(source, name, str))
        return to_ms(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{name} is no time") from error
