"""What the program and the engine's child process say to each other.

A frame is a four-byte big-endian length and that many bytes of ASCII JSON: ``{"type": …, …}``.
ASCII keeps NUL and lone surrogates of any text; NaN and infinity are refused. (Two surrogates that
form a pair arrive as the one character that they stand for.) The
messages themselves are in :mod:`messages`.
"""

import json
import string
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any, NoReturn, TypeVar

from kochat_gui.core.errors import UserFacingError, error_from_plain
from kochat_gui.core.generation import (
    ContextTrimmed,
    Finished,
    GenerationEvent,
    ParametersIgnored,
    PromptProgress,
    StepProgress,
    TextDelta,
    TokenPiece,
)
from kochat_gui.core.i18n import TextKey
from kochat_gui.engines.messages import (
    Bug,
    Cancel,
    Command,
    CountTokens,
    Done,
    Event,
    Failed,
    Heartbeat,
    Load,
    Loaded,
    LoadProgress,
    PromptFacts,
    PromptText,
    RenderPrompt,
    Reply,
    Stream,
    TokenCount,
    Tokenize,
    Tokens,
    WasCancelled,
)
from kochat_gui.engines.wire import ProtocolError, from_plain, to_plain

K = TypeVar("K")

MAX_COMMAND_BYTES = 64 * 2**20
"""Frames to the child; a request with some 10 million syllables."""
MAX_REPLY_BYTES = 2**20
"""Frames from the child."""
MAX_DELTA_CHARS = 2**16
"""Longer texts are sent as several deltas: a character takes up to 12 bytes of JSON."""
_MAX_PIECE_CHARS = 2**14
"""A longer piece is cut: nobody reads so much of one token."""
_PIECES_BYTES = MAX_REPLY_BYTES // 2
_MAX_TRACEBACK_CHARS = 20_000
_HEADER = struct.Struct(">I")

_COMMANDS: dict[str, type[Command]] = {
    kind.__name__: kind for kind in (Load, Stream, Tokenize, CountTokens, RenderPrompt, Cancel)
}
_REPLIES: dict[str, type[Reply]] = {
    kind.__name__: kind
    for kind in (
        Heartbeat,
        LoadProgress,
        Loaded,
        Done,
        Tokens,
        PromptText,
        PromptFacts,
        TokenCount,
        WasCancelled,
        Bug,
    )
}
_EVENTS: dict[str, type[GenerationEvent]] = {
    kind.__name__: kind
    for kind in (
        PromptProgress,
        StepProgress,
        TextDelta,
        ContextTrimmed,
        ParametersIgnored,
        Finished,
    )
}


class StreamCutError(ProtocolError):
    """The stream ended inside a frame: its writer died."""


class FrameTooLargeError(ProtocolError):
    """A message does not fit a frame; nothing was sent."""


def read_frame(stream: IO[bytes], limit: int) -> bytes | None:
    """Read one frame's content; None at the end of the stream.

    Raises ``ProtocolError`` on a length over ``limit``, before reading on, and ``StreamCutError``.
    """
    header = stream.read(_HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise StreamCutError("stream ended inside a header")
    (length,) = _HEADER.unpack(header)
    if not 0 < length <= limit:
        raise ProtocolError(f"frame of {length} bytes")
    content = stream.read(length)
    if len(content) < length:
        raise StreamCutError("stream ended inside a frame")
    return content


def encode_command(command: Command) -> bytes:
    """Frame of a command; raises ``FrameTooLargeError``."""
    return frame(_tagged(command), MAX_COMMAND_BYTES)


def decode_command(content: bytes) -> Command:
    """Command in a frame's content; raises ``ProtocolError``."""
    plain = parse(content)
    return from_plain(_kind_of(plain, _COMMANDS), plain)


def encode_reply(reply: Reply) -> bytes:
    """Frame of a reply; raises ``FrameTooLargeError``."""
    match reply:
        case Failed(job, error):
            plain = {"type": "Failed", "job": job, "error": error.to_plain()}
        case Event(job, event):
            plain = {"type": "Event", "job": job, "event": _tagged(event)}
        case Bug(job, traceback):
            plain = _tagged(Bug(job, traceback[-_MAX_TRACEBACK_CHARS:]))
        case _:
            plain = _tagged(reply)
    return frame(plain, MAX_REPLY_BYTES)


def decode_reply(content: bytes) -> Reply:
    """Reply in a frame's content; raises ``ProtocolError``."""
    plain = parse(content)
    match plain:
        case {"type": "Failed", "job": job, "error": dict(error), **rest} if not rest:
            return Failed(_job(job), _read_error(error))
        case {"type": "Event", "job": job, "event": dict(event), **rest} if not rest:
            return Event(_job(job), _checked_event(from_plain(_kind_of(event, _EVENTS), event)))
    reply = from_plain(_kind_of(plain, _REPLIES), plain)
    match reply:
        case LoadProgress(value=value) if not 0 <= value <= 1:
            raise ProtocolError("progress outside 0–1")
        case TokenCount(count=count) | PromptFacts(dropped_messages=count) if count < 0:
            raise ProtocolError("negative count")
        case Loaded(model=model) if model.context_window < 1 or model.vocab_size < 0:
            raise ProtocolError("impossible model")
        case Loaded(model=model):
            _check_remarks(model.remarks)
    return reply


def token_frames(job: int, pieces: Sequence[TokenPiece]) -> Iterator[Tokens]:
    """``pieces`` as replies that fit a frame each."""
    part: list[TokenPiece] = []
    size = 0
    for piece in pieces:
        text = piece.text[:_MAX_PIECE_CHARS]
        # A character takes up to 12 bytes; the rest of a piece takes less than 100.
        size += 100 + (len(text) if text.isascii() else 12 * len(text))
        if part and size > _PIECES_BYTES:
            yield Tokens(job, tuple(part))
            part, size = [], 100 + 12 * len(text)
        part.append(piece if text is piece.text else replace(piece, text=text))
    if part:
        yield Tokens(job, tuple(part))


def text_frames(job: int, text: str) -> Iterator[PromptText]:
    """``text`` as replies that fit a frame each."""
    for start in range(0, len(text), MAX_DELTA_CHARS):
        yield PromptText(job, text[start : start + MAX_DELTA_CHARS])


def _tagged(message: object) -> dict[str, Any]:
    return {"type": type(message).__name__, **to_plain(message)}


def frame(plain: dict[str, Any], limit: int) -> bytes:
    """Frame of plain data; raises ``FrameTooLargeError``."""
    content = json.dumps(plain, allow_nan=False, separators=(",", ":")).encode("ascii")
    if len(content) > limit:
        raise FrameTooLargeError(f"message of {len(content)} bytes")
    return _HEADER.pack(len(content)) + content


def parse(content: bytes) -> dict[str, Any]:
    """Plain data in a frame's content; raises ``ProtocolError``."""
    try:
        plain = json.loads(content.decode("ascii"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("not ASCII JSON") from error
    if not isinstance(plain, dict):
        raise ProtocolError("not an object")
    return plain


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _kind_of(plain: dict[str, Any], kinds: dict[str, type[K]]) -> type[K]:
    """Take the type out of ``plain`` and look it up."""
    name = plain.pop("type", None)
    if not isinstance(name, str) or name not in kinds:
        raise ProtocolError("unknown message type")
    return kinds[name]


def _job(number: object) -> int:
    return from_plain(WasCancelled, {"job": number}).job


def _checked_event(event: GenerationEvent) -> GenerationEvent:
    match event:
        case PromptProgress(done, total, reused):
            is_fine = 0 <= done <= total and 0 <= reused <= total
        case StepProgress(done, most):
            is_fine = 0 <= done <= most
        case ContextTrimmed(dropped_messages=dropped):
            is_fine = dropped >= 0
        case Finished(usage=usage):
            counts = (usage.prompt_tokens, usage.reused_tokens, usage.new_tokens)
            speeds = (usage.time_to_first_token_s, usage.tokens_per_second)
            is_fine = min(counts) >= 0 and min(speeds) >= 0 and usage.context_window >= 0
        case _:
            is_fine = True
    if not is_fine:
        raise ProtocolError(f"impossible numbers in {type(event).__name__}")
    return event


def _read_error(plain: dict[str, Any]) -> UserFacingError:
    """An error whose sentences can be formatted without surprises.

    Checked before the error is made, because making it formats its English text already.
    """
    try:
        values = plain["values"]
        for name in ("summary", "kept", "advice"):
            if plain[name] is not None:
                _check_placeholders(plain[name], values)
        for value in values.values():
            if isinstance(value, dict):
                _check_placeholders(value["key"], {})
        return error_from_plain(plain)
    except (ValueError, TypeError, LookupError, AttributeError) as problem:
        raise ProtocolError("malformed error") from problem


def _check_remarks(remarks: Sequence[TextKey]) -> None:
    try:
        for remark in remarks:
            _check_placeholders(list(remark), {})
    except ValueError as problem:
        raise ProtocolError("malformed remark") from problem


def _check_placeholders(key: list[str], values: Mapping[str, object]) -> None:
    """Only plain names: a width would take memory, an attribute could be anything."""
    _, source = key
    for _, name, spec, conversion in string.Formatter().parse(source):
        if name is not None and (name not in values or spec or conversion):
            raise ValueError(f"placeholder {name!r}")
