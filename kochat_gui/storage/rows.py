"""Rows of the tables to values and back; a damaged field becomes its default, never an error."""

from __future__ import annotations

import dataclasses
import json
import math
import sqlite3
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import Any, TypeVar

from kochat_gui.core.conversation import (
    Conversation,
    ConversationId,
    ConversationSettings,
    FolderId,
    LaterPart,
    MadeBy,
    Message,
    MessageId,
    MessageState,
    Role,
)
from kochat_gui.core.states import FinishReason
from kochat_gui.core.text_cutting import beginning

if typing.TYPE_CHECKING:
    from kochat_gui.core.generation import SamplingParams, Usage

R = TypeVar("R")
En = TypeVar("En", bound=Enum)

MESSAGE_COLUMNS = (
    "id, conversation_id, parent_id, role, state, created_at, finish_reason, usage, made_by, "
    "error, text, is_excluded"
)
CONVERSATION_COLUMNS = (
    "c.id, c.title, c.created_at, c.updated_at, c.tip_id, c.settings, c.draft, c.folder_id, "
    "c.is_pinned, c.deleted_at, (SELECT group_concat(t.name, char(31)) FROM conversation_tags ct "
    "JOIN tags t ON t.id = ct.tag_id WHERE ct.conversation_id = c.id)"
)
_TAG_SEPARATOR = "\x1f"
_KEPT_RECORDS = 1024
"""Parsed ones; the open conversation is read again whenever something in it changes."""
PREVIEW_LENGTH = 120
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def storable_text(text: str) -> str:
    """``text`` without lone surrogates: they have no UTF-8 form and become U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def preview(text: str) -> str:
    """The beginning of ``text`` on one line."""
    return beginning(" ".join(beginning(text, PREVIEW_LENGTH * 4).split()), PREVIEW_LENGTH)


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return in_ms(datetime.now(UTC))


def in_ms(moment: datetime) -> int:
    """Milliseconds since 1970, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def message_from(row: sqlite3.Row | tuple[Any, ...]) -> Message:
    """A message out of ``MESSAGE_COLUMNS``."""
    return Message(
        message_id=MessageId(int(row[0])),
        conversation_id=ConversationId(int(row[1])),
        parent_id=None if row[2] is None else MessageId(int(row[2])),
        role=_member(Role, row[3], Role.ASSISTANT),
        state=_member(MessageState, row[4], MessageState.INTERRUPTED),
        created_at=time_from(row[5]),
        finish_reason=None if row[6] is None else _member(FinishReason, row[6], None),
        usage=None if row[7] is None else usage_from(row[7]),
        made_by=made_by_from(row[8]),
        error=str(row[9]),
        text=str(row[10]),
        is_excluded=bool(row[11]),
    )


def conversation_from(row: sqlite3.Row | tuple[Any, ...]) -> Conversation:
    """A conversation out of ``CONVERSATION_COLUMNS`` and its last words."""
    return Conversation(
        conversation_id=ConversationId(int(row[0])),
        title=str(row[1]),
        created_at=time_from(row[2]),
        updated_at=time_from(row[3]),
        tip_id=None if row[4] is None else MessageId(int(row[4])),
        settings=settings_from(row[5]),
        draft=str(row[6]),
        folder_id=None if row[7] is None else FolderId(int(row[7])),
        is_pinned=bool(row[8]),
        deleted_at=None if row[9] is None else time_from(row[9]),
        tags=() if row[10] is None else tuple(sorted(str(row[10]).split(_TAG_SEPARATOR))),
        last_words=str(row[11]),
    )


def settings_to_json(settings: ConversationSettings) -> str:
    """For the ``settings`` column."""
    return storable_text(json.dumps(dataclasses.asdict(settings), ensure_ascii=False))


@lru_cache(maxsize=8)
def settings_from(raw: object) -> ConversationSettings:
    """Out of the ``settings`` column; what does not fit is left at its default.

    Nearly all conversations of a list have the same.
    """
    return settings_from_plain(_mapping(raw) or {})


def settings_from_plain(plain: Mapping[str, object]) -> ConversationSettings:
    """Out of parsed JSON; what does not fit is left at its default."""
    prompt, template = plain.get("system_prompt"), plain.get("template")
    return ConversationSettings(
        system_prompt=prompt if isinstance(prompt, str) else "",
        sampling=_sampling_from(plain.get("sampling")),
        template=template if isinstance(template, str) else None,
    )


def record_to_json(record: Usage | MadeBy | None) -> str | None:
    """For the ``usage`` and ``made_by`` columns."""
    if record is None:
        return None
    return storable_text(json.dumps(dataclasses.asdict(record), ensure_ascii=False))


@lru_cache(maxsize=_KEPT_RECORDS)
def made_by_from(raw: object) -> MadeBy | None:
    """Out of the ``made_by`` column."""
    plain = _mapping(raw)
    return None if plain is None else made_by_from_plain(plain)


def made_by_from_plain(plain: Mapping[str, object]) -> MadeBy | None:
    """Out of parsed JSON, or None when a field without default is missing or wrong."""
    made_by, later = _made_by_alone(plain), plain.get("later_parts")
    if made_by is None or not isinstance(later, list):
        return made_by
    found = (_later_part_from(part) for part in later)
    return dataclasses.replace(
        made_by, later_parts=tuple(part for part in found if part is not None)
    )


def _made_by_alone(plain: Mapping[str, object]) -> MadeBy | None:
    made_by = record_from_plain(MadeBy, plain)
    if made_by is None:
        return None
    return dataclasses.replace(made_by, sampling=_sampling_from(plain.get("sampling")))


def _later_part_from(plain: object) -> LaterPart | None:
    if not isinstance(plain, dict):
        return None
    start, made_by = plain.get("start"), plain.get("made_by")
    alone = _made_by_alone(made_by) if isinstance(made_by, dict) else None
    return LaterPart(start, alone) if alone is not None and type(start) is int else None


def record_from(cls: type[R], raw: object) -> R | None:
    """A flat dataclass out of JSON, or None when a field without default is missing or wrong."""
    plain = _mapping(raw)
    return None if plain is None else record_from_plain(cls, plain)


def record_from_plain(cls: type[R], plain: Mapping[str, object]) -> R | None:
    """A flat dataclass out of parsed JSON, or None as above."""
    try:
        return cls(**_fitting(cls, plain))
    except TypeError:
        return None


@lru_cache(maxsize=_KEPT_RECORDS)
def usage_from(raw: object) -> Usage | None:
    """Out of the ``usage`` column."""
    from kochat_gui.core.generation import Usage

    return record_from(Usage, raw)


def _sampling_from(raw: object) -> SamplingParams | None:
    if not isinstance(raw, dict):
        return None
    from kochat_gui.core.generation import SamplingParams

    plain = dict(raw)
    stop, bias = plain.pop("stop", ()), plain.pop("logit_bias", ())
    known = _fitting(SamplingParams, plain)
    if isinstance(stop, list):
        known["stop"] = tuple(text for text in stop if isinstance(text, str))
    if isinstance(bias, list):
        known["logit_bias"] = tuple(
            (int(pair[0]), float(pair[1]))
            for pair in bias
            if isinstance(pair, list) and len(pair) == 2 and all(_is_number(n) for n in pair)
        )
    sampling = SamplingParams(**known)
    wrong = sampling.problems()
    if not wrong:
        return sampling
    defaults = SamplingParams()
    return dataclasses.replace(sampling, **{name: getattr(defaults, name) for name in wrong})


def _fitting(cls: Any, plain: Mapping[str, object]) -> dict[str, Any]:
    """Entries of ``plain`` that are fields of ``cls`` and of the field's type."""
    return {
        name: plain[name]
        for name, options in _field_types(cls).items()
        if name in plain and _fits(plain[name], options)
    }


@cache
def _field_types(cls: Any) -> Mapping[str, tuple[Any, ...]]:
    """The types that each field of a dataclass takes; finding them takes longer than a record."""
    # Imported by core.conversation for the type checker only.
    from kochat_gui.core.generation import SamplingParams

    hints = typing.get_type_hints(cls, localns={"SamplingParams": SamplingParams})
    return {field.name: _options(hints[field.name]) for field in dataclasses.fields(cls)}


def _options(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _fits(value: object, options: tuple[Any, ...]) -> bool:
    for option in options:
        if option is float and _is_number(value):
            return True
        if option is not float and isinstance(option, type) and type(value) is option:
            return True
    return False


def _is_number(value: object) -> bool:
    """Infinity is none: nothing that is counted or measured is."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _mapping(raw: object) -> dict[str, Any] | None:
    if not isinstance(raw, str):
        return None
    try:
        plain = json.loads(raw)
    except ValueError:
        return None
    return plain if isinstance(plain, dict) else None


def _member(kind: type[En], raw: object, default: Any) -> Any:
    try:
        return kind(raw)
    except ValueError:
        return default


def time_from(raw: object) -> datetime:
    """Out of a column of milliseconds since 1970; what is no time becomes 1970."""
    if not isinstance(raw, int):
        return _EPOCH
    try:
        return _EPOCH + timedelta(milliseconds=raw)
    except OverflowError:
        return _EPOCH
