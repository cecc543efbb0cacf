"""Tells a file's format by what is in it, and has the importer of that format read it all."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipInfo

from kochat_gui.core.archive import ArchivedConversation
from kochat_gui.core.conversation import Role, title_from
from kochat_gui.core.errors import ImportRefusedError, ImportUnknownError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.services.exchange.formats import json_format
from kochat_gui.services.exchange.importers import (
    chatgpt,
    gpt4all,
    jan,
    kochat_json,
    lm_studio,
    open_webui,
)
from kochat_gui.services.exchange.importers.foreign import Malformed, Parsed, names_of, to_ms
from kochat_gui.services.exchange.json_source import UNREAD, JsonSource, MalformedJson, OnRead
from kochat_gui.services.exchange.limits import MAX_BYTES, MAX_WHOLE_BYTES
from kochat_gui.services.exchange.report import LeftOut
from kochat_gui.services.exchange.zip_source import SIGNATURE, BadZip, JsonZip

_STREAMED = "conversations"
_FOREIGN = (chatgpt, open_webui)
"""Programs that export an array of conversations."""


@dataclass(frozen=True)
class _Context:
    """What reading a file needs besides the file."""

    path: Path
    fallback: datetime
    """The time of conversations that have none: that of the file."""
    on_read: OnRead


def read_file(path: Path, on_read: OnRead) -> Parsed:
    """Everything in a file, or in a folder with one thread of Jan's.

    ``on_read`` is told how many bytes were read, and may raise to stop. Raises
    ``ImportUnknownError`` and ``ImportRefusedError``; ``OSError`` when the system refuses.
    """
    inner = path / jan.THREAD_FILE if path.is_dir() else path
    state = inner.stat()
    if not stat.S_ISREG(state.st_mode):
        raise unknown(path)  # a device or a pipe, which may have no end
    time = datetime.fromtimestamp(max(0, state.st_mtime), UTC)
    context = _Context(path, to_ms(time), on_read)
    with _told(path):
        if path.is_dir():
            return _read_thread(context)
        with path.open("rb") as file:
            return _read_open(file, context)


def unknown(path: Path) -> ImportUnknownError:
    """``path`` is of no format that is read."""
    return ImportUnknownError(
        QT_TRANSLATE_NOOP("Exchange", "{name} holds no conversations that KoChat can read."),
        advice=QT_TRANSLATE_NOOP(
            "Exchange",
            "It reads the exports of KoChat, ChatGPT, Open WebUI, LM Studio, Jan and GPT4All.",
        ),
        name=path.name,
    )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Every way in which a file can be wrong, as what to tell about it."""
    try:
        yield
    except gpt4all.UnknownVersion as error:
        raise ImportRefusedError(
            QT_TRANSLATE_NOOP(
                "Exchange", "{name} is a chat of GPT4All in its format {version}, which is unknown."
            ),
            kept=_NOTHING_TAKEN,
            name=path.name,
            version=error.args[0],
        ) from error
    except BadZip as error:
        raise _refused(
            path, QT_TRANSLATE_NOOP("Exchange", "{name} is an archive that cannot be read.")
        ) from error
    except (Malformed, MalformedJson, MemoryError) as error:
        raise _refused(
            path, QT_TRANSLATE_NOOP("Exchange", "{name} is damaged or too large.")
        ) from error


_NOTHING_TAKEN = QT_TRANSLATE_NOOP("Exchange", "Nothing of it was taken.")


def _refused(path: Path, summary: TextKey) -> UserFacingError:
    return ImportRefusedError(
        summary,
        kept=_NOTHING_TAKEN,
        advice=QT_TRANSLATE_NOOP("Exchange", "Export it again, and choose the new file."),
        name=path.name,
    )


def _read_open(file: BinaryIO, context: _Context) -> Parsed:
    size = os.fstat(file.fileno()).st_size
    start = file.read(4)
    file.seek(0)
    if start == SIGNATURE:
        return _read_zip(file, context)
    if size > MAX_BYTES:
        raise _refused(context.path, QT_TRANSLATE_NOOP("Exchange", "{name} is too large."))
    if start == gpt4all.MAGIC:
        parsed = Parsed(gpt4all.PROGRAM)
        parsed.add(gpt4all.read_conversation(file, size, context.fallback, parsed.left_out))
        context.on_read(size)
        return _finished(parsed)
    found = _read_json(file, context)
    if found is None:
        raise unknown(context.path)
    return _finished(found)


def _read_zip(file: BinaryIO, context: _Context) -> Parsed:
    """All members that hold conversations, of one program."""
    whole: Parsed | None = None
    troubles: list[BadZip | MalformedJson] = []
    with closing(JsonZip(file, MAX_BYTES)) as archive:
        for info in archive.members:
            parsed = _read_member(archive, info, context, troubles)
            if parsed is None or (whole is not None and parsed.program != whole.program):
                continue
            if whole is None:
                whole = parsed
                continue
            for conversation in parsed.conversations:
                whole.add(conversation)
            whole.left_out += parsed.left_out
            whole.folders += parsed.folders
    if whole is None:
        raise troubles[0] if troubles else unknown(context.path)
    # What is no JSON never was a part of the export; what cannot be unpacked may be one.
    whole.left_out[LeftOut.FILES] += sum(isinstance(trouble, BadZip) for trouble in troubles)
    return _finished(whole)


def _read_member(
    archive: JsonZip,
    info: ZipInfo,
    context: _Context,
    troubles: list[BadZip | MalformedJson],
) -> Parsed | None:
    """None for a member that is something else, which adds to ``troubles`` if it is damaged.

    What a person has uploaded lies there, too. Damage counts once a conversation was seen.
    """
    with ExitStack() as opened:
        try:
            source = JsonSource(opened.enter_context(closing(archive.open(info))), context.on_read)
            array = _begun(source) if _first(source) == "[" else None
        except (BadZip, MalformedJson) as error:
            troubles.append(error)
            return None
        return None if array is None else _read_rest(source, array, context)


def _read_json(file: BinaryIO, context: _Context) -> Parsed | None:
    """The conversations of a JSON text, or None when it holds something else."""
    source = JsonSource(file, context.on_read)
    first = _first(source)
    if first == "[":
        array = _begun(source)
        return None if array is None else _read_rest(source, array, context)
    if first != "{":
        return None
    return _read_object(source, context)


def _first(source: JsonSource) -> str:
    """The first character; empty for what is not even text."""
    try:
        return source.first()
    except MalformedJson:
        return ""


@dataclass(frozen=True)
class _Array:
    """Conversations of one program."""

    program: Any
    first: Any
    others: Iterator[Any]


def _begun(source: JsonSource) -> _Array | None:
    """The array that comes next; its first element says whose it is."""
    elements = source.array()
    for first in elements:
        program = next((p for p in _FOREIGN if p.is_conversation(first)), None)
        return None if program is None else _Array(program, first, elements)
    return None


def _read_rest(source: JsonSource, array: _Array, context: _Context) -> Parsed:
    program, parsed = array.program, Parsed(array.program.PROGRAM)
    for element in chain([array.first], array.others):
        if program.is_conversation(element):
            parsed.add(program.read_conversation(element, context.fallback, parsed.left_out))
        else:
            parsed.left_out[LeftOut.BROKEN] += 1
    source.end()
    return parsed


def _read_object(source: JsonSource, context: _Context) -> Parsed | None:
    """KoChat's own file, or one conversation of another program."""
    rest: dict[str, Any] = {}
    parsed = Parsed(kochat_json.PROGRAM)
    for key, value in source.members(_STREAMED):
        is_own = rest.get("format") == json_format.FORMAT
        if value is not UNREAD:
            _keep(rest, key, value, source)
        elif is_own:
            _check_version(rest, context.path)
            for _ in source.places():
                parsed.add(kochat_json.read_conversation(source))
        else:
            for element in source.array():
                _keep(rest, key, element, source)
    source.end()
    if rest.get("format") == json_format.FORMAT:
        _check_version(rest, context.path)
        if _STREAMED in rest:
            raise Malformed("the format is told after the conversations")
        folders = rest.get("folders")
        parsed.folders = names_of(folders if isinstance(folders, list) else [])
        return parsed
    for program in (*_FOREIGN, lm_studio):
        if program.is_conversation(rest):
            parsed = Parsed(program.PROGRAM)
            parsed.add(program.read_conversation(rest, context.fallback, parsed.left_out))
            return parsed
    return None


def _keep(rest: dict[str, Any], key: str, value: Any, source: JsonSource) -> None:
    rest[key] = value
    if source.bytes_read > MAX_WHOLE_BYTES and rest.get("format") != json_format.FORMAT:
        raise Malformed("too large")


def _check_version(head: dict[str, Any], path: Path) -> None:
    version = head.get("version")
    if type(version) is not int or version < 1:
        raise Malformed("no version")
    if version > json_format.VERSION:
        raise ImportRefusedError(
            QT_TRANSLATE_NOOP("Exchange", "{name} was written by a newer KoChat."),
            kept=_NOTHING_TAKEN,
            advice=QT_TRANSLATE_NOOP("Exchange", "Update KoChat, then import it again."),
            name=path.name,
        )


def _read_thread(context: _Context) -> Parsed:
    """A folder of Jan's; one without messages has no file for them."""
    thread_file, messages_file = (
        context.path / name for name in (jan.THREAD_FILE, jan.MESSAGES_FILE)
    )
    thread = next(iter(_whole(thread_file, context)), None)
    if not jan.is_thread(thread):
        raise unknown(context.path)
    messages = list(_whole(messages_file, context)) if messages_file.is_file() else []
    parsed = Parsed(jan.PROGRAM)
    parsed.add(jan.read_conversation(thread, messages, context.fallback, parsed.left_out))
    return _finished(parsed)


def _whole(path: Path, context: _Context) -> Iterable[Any]:
    """The JSON values that follow each other in a small file."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > MAX_WHOLE_BYTES:
            raise Malformed("too large")
        yield from JsonSource(file, context.on_read).values()


def _finished(parsed: Parsed) -> Parsed:
    """Newest first, with titles; what nothing was written in is nothing to keep."""
    kept = [found for found in parsed.conversations if found.messages or found.draft]
    if parsed.program == kochat_json.PROGRAM:
        return parsed
    kept.sort(key=lambda found: found.updated_at, reverse=True)
    parsed.conversations = [_titled(found) for found in kept]
    parsed.left_out = +parsed.left_out
    return parsed


def _titled(conversation: ArchivedConversation) -> ArchivedConversation:
    if conversation.title:
        return conversation
    first = next((m.text for m in conversation.messages if m.role is Role.USER), "")
    return replace(conversation, title=title_from(first))
