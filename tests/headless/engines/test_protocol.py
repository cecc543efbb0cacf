"""Messages survive the trip; whatever else arrives is refused without harm."""

import io
import json
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kochat_gui.core.conversation import Role
from kochat_gui.core.errors import EngineError, MemoryShortError, ModelDamagedError
from kochat_gui.core.generation import (
    ChatMessage,
    ContextTrimmed,
    Finished,
    GenerationRequest,
    ParametersIgnored,
    PromptProgress,
    SamplingParams,
    StepProgress,
    TextDelta,
    TokenPiece,
    Usage,
)
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.models import AdapterUse, LoadedModel, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.states import FinishReason
from kochat_gui.engines import protocol
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
from kochat_gui.engines.protocol import (
    MAX_REPLY_BYTES,
    FrameTooLargeError,
    StreamCutError,
    decode_command,
    decode_reply,
    encode_command,
    encode_reply,
    read_frame,
)
from kochat_gui.engines.wire import ProtocolError

_NASTY = "안녕\0\ud800 끝\udfff \u202e👨‍👩‍👧\n\\u0000\"'{}"
_REQUEST = GenerationRequest(
    (ChatMessage(Role.SYSTEM, ""), ChatMessage(Role.USER, _NASTY)),
    template="llama-3",
    sampling=SamplingParams(
        temperature=0, seed=2**32 - 2, stop=(_NASTY, ""), logit_bias=((3, -1.5), (4, 2))
    ),
    answer_prefix=_NASTY,
    adapters=(AdapterUse(Path("/한글 폴더/말투.gguf"), 0.5),),
)
_SPEC = ModelSpec("한글", "이름", Path("/한글 폴더/모델 (1).gguf"), ModelFormat.GGUF, None, 2**40)
_USAGE = Usage(1, 2, 3, 0.25, 1e6, 4096, 0)

COMMANDS: list[Command] = [
    Load(1, "scripted", _SPEC, LoadOptions(gpu_layers=0)),
    Stream(2, _REQUEST),
    Tokenize(3, _NASTY),
    CountTokens(4, _REQUEST),
    RenderPrompt(5, _REQUEST),
    Cancel(2),
]
REPLIES: list[Reply] = [
    Heartbeat(),
    LoadProgress(1, 0.5),
    Loaded(1, LoadedModel("이름", 2048, 32000, "CPU", "chatml", ("gpu_layers",))),
    Loaded(1, LoadedModel("a", 1, 1, "CUDA", "chatml", remarks=(TextKey("C", "It is {{old}}."),))),
    Event(2, PromptProgress(3, 4, 1)),
    Event(2, StepProgress(3, 1024)),
    Event(2, TextDelta(_NASTY)),
    Event(2, ContextTrimmed(2)),
    Event(2, ParametersIgnored(("num_beams",))),
    Event(2, Finished(FinishReason.LENGTH, _USAGE)),
    Done(2),
    Tokens(3, (TokenPiece(1, "<s>", is_special=True), TokenPiece(2, _NASTY))),
    PromptText(4, _NASTY),
    PromptFacts(4, "chatml", (_NASTY, "끝"), 2),
    TokenCount(4, 5),
    WasCancelled(5),
    Bug(6, "Traceback …"),
]


def content_of(frame: bytes) -> bytes:
    content = read_frame(io.BytesIO(frame), len(frame))
    assert content is not None
    return content


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
def test_commands_survive_the_trip(command: Command) -> None:
    assert decode_command(content_of(encode_command(command))) == command


@pytest.mark.parametrize("reply", REPLIES, ids=lambda r: repr(r)[:40])
def test_replies_survive_the_trip(reply: Reply) -> None:
    frame = encode_reply(reply)
    assert frame.isascii() or frame[4:].isascii()
    assert decode_reply(content_of(frame)) == reply


@settings(deadline=None)  # other programs may be busy
@given(st.text(st.characters(codec=None, exclude_categories=[])))
def test_any_text_survives_the_trip(text: str) -> None:
    # Two halves that stand side by side arrive as the character that they are together.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    reply = decode_reply(content_of(encode_reply(Event(1, TextDelta(text)))))
    assert reply == Event(1, TextDelta(whole))


def test_errors_survive_the_trip() -> None:
    error = MemoryShortError(
        TextKey("Area", "{name} needs {size}."),
        kept=TextKey("Area", "All is safe."),
        advice=TextKey("Area", "{what}"),
        name="모델 {0} <b>",
        size=3,
        what=TextKey("Area", "Close programs."),
    )
    reply = decode_reply(content_of(encode_reply(Failed(7, error))))
    assert isinstance(reply, Failed)
    assert type(reply.error) is MemoryShortError
    assert reply.error.lines() == error.lines()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b'"Done"',
        b'{"type":"Done"}',
        b'{"type":"Done","job":true}',
        b'{"type":"Done","job":1.5}',
        b'{"type":"Done","job":"1"}',
        b'{"type":"Done","job":1,"more":2}',
        b'{"type":["Done"],"job":1}',
        b'{"type":"Exit","job":1}',
        b'{"type":"Event","job":1,"event":{"type":"Done","job":1}}',
        b'{"type":"Event","job":1,"event":[]}',
        b'{"type":"Event","job":1,"event":{"type":"TextDelta","text":null}}',
        b'{"type":"Event","job":1,"event":{"type":"PromptProgress","done":2,"total":1,"reused":0}}',
        b'{"type":"Event","job":1,"event":{"type":"ContextTrimmed","dropped_messages":-1}}',
        b'{"type":"Event","job":1,"event":{"type":"StepProgress","done":5,"most":4}}',
        b'{"type":"LoadProgress","job":1,"value":NaN}',
        b'{"type":"LoadProgress","job":1,"value":1e999}',
        b'{"type":"LoadProgress","job":1,"value":Infinity}',
        b'{"type":"LoadProgress","job":1,"value":1.5}',
        b'{"type":"TokenCount","job":1,"count":-1}',
        b'{"type":"TokenCount","job":1,"count":1' + b"0" * 30 + b"}",
        b'{"type":"TokenCount","job":1,"count":1' + b"0" * 5000 + b"}",
        b'{"type":"Tokens","job":1,"pieces":[1,[2]]}',
        b'{"type":"Tokens","job":1,"pieces":[{"token_id":1,"text":"a"}]}',
        b'{"type":"PromptFacts","job":1,"template":"x","stops":[],"dropped_messages":-1}',
        b'{"type":"PromptFacts","job":1,"template":"x","stops":[1],"dropped_messages":0}',
        b"[" * 100_000,
        b'{"type":' * 20_000,
    ],
    ids=lambda c: c[:60].decode("latin-1"),
)
def test_malformed_replies_are_refused(content: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_reply(content)


def error_reply(**changes: Any) -> bytes:
    plain = EngineError(TextKey("Area", "Text {name}"), name="x").to_plain()
    return json.dumps({"type": "Failed", "job": 1, "error": {**plain, **changes}}).encode()


def test_a_sound_error_is_taken() -> None:
    assert isinstance(decode_reply(error_reply()), Failed)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "no such code"},
        {"code": ["engine"]},
        {"summary": ["Area"]},
        {"summary": ["Area", "{other}"]},
        {"summary": ["Area", "{name.__class__}"]},
        {"summary": ["Area", "{name[0]}"]},
        {"summary": ["Area", "{name!r}"]},
        {"summary": ["Area", "{name:>1000000000}"]},
        {"summary": ["Area", "{0}"]},
        {"summary": ["Area", "{"]},
        {"kept": [1, 2]},
        {"advice": "text"},
        {"values": {"self": "x", "name": "x"}},
        {"values": {"name": {"key": ["Area", "{name}"]}}},
        {"values": {"summary": "x"}},
        {"values": []},
    ],
    ids=str,
)
def test_malformed_errors_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        decode_reply(error_reply(**changes))


@pytest.mark.parametrize("source", ["{x}", "{", "{0.__class__}", "{:>999999999}"])
def test_remarks_with_placeholders_are_refused(source: str) -> None:
    model = LoadedModel("a", 1, 1, "CPU", "chatml", remarks=(TextKey("C", source),))
    with pytest.raises(ProtocolError):
        decode_reply(content_of(encode_reply(Loaded(1, model))))


def test_a_cut_off_stream_is_told_from_its_end() -> None:
    frame = encode_reply(Done(1))
    assert read_frame(io.BytesIO(b""), 100) is None
    for length in range(1, len(frame)):
        with pytest.raises(StreamCutError):
            read_frame(io.BytesIO(frame[:length]), 100)


@pytest.mark.parametrize("length", [0, 101, 2**31, 2**32 - 1])
def test_a_length_out_of_bounds_is_refused_before_reading(length: int) -> None:
    stream = io.BytesIO(struct.pack(">I", length) + b"x" * 1000)
    with pytest.raises(ProtocolError):
        read_frame(stream, 100)
    assert stream.tell() == 4


def test_a_message_over_the_limit_is_not_sent() -> None:
    with pytest.raises(FrameTooLargeError):
        encode_reply(Event(1, TextDelta("x" * MAX_REPLY_BYTES)))
    longest = "\U0001f600" * protocol.MAX_DELTA_CHARS
    assert len(encode_reply(Event(1, TextDelta(longest)))) <= MAX_REPLY_BYTES
    assert len(encode_reply(Bug(1, "한" * 10**6))) <= MAX_REPLY_BYTES


@pytest.mark.parametrize("text", ["", "a", "한", "\U0001f600", "한" * 1000, "\U0001f600" * 16_384])
def test_any_number_of_tokens_is_sent_in_frames(text: str) -> None:
    pieces = [TokenPiece(2**31, text, is_special=True)] * (100 if len(text) > 1 else 30_000)
    replies = list(protocol.token_frames(1, pieces))
    assert [piece for reply in replies for piece in reply.pieces] == pieces
    assert len(replies) > 1
    assert all(len(encode_reply(reply)) <= MAX_REPLY_BYTES for reply in replies)


def test_a_token_of_absurd_length_is_cut() -> None:
    (reply,) = protocol.token_frames(1, [TokenPiece(1, "\U0001f600" * 10**6)])
    assert 1000 < len(reply.pieces[0].text) < 10**6
    assert len(encode_reply(reply)) <= MAX_REPLY_BYTES


def test_a_long_prompt_is_sent_in_frames() -> None:
    text = "\U0001f600한" * 200_000
    replies = list(protocol.text_frames(1, text))
    assert "".join(reply.text for reply in replies) == text
    assert all(len(encode_reply(reply)) <= MAX_REPLY_BYTES for reply in replies)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_not_sent(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_reply(LoadProgress(1, value))


def test_an_unknown_kind_of_value_is_a_bug() -> None:
    error = ModelDamagedError(TextKey("Area", "Text"))
    with pytest.raises(TypeError):
        encode_reply(Event(1, error))  # type: ignore[arg-type]  # the point of the test


def mutated(content: bytes, chance: random.Random) -> bytes:
    """One to four random changes, of bytes or of JSON values."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        position = chance.randrange(len(changed) + 1)
        match chance.randrange(4):
            case 0:
                changed[position:position] = chance.randbytes(chance.randint(1, 3))
            case 1:
                del changed[position : position + chance.randint(1, 5)]
            case 2:
                token = chance.choice(
                    [b"null", b"-1", b"[]", b"{}", b'""', b"1e400", b"true", b"{x}"]
                )
                changed[position : position + len(token)] = token
            case 3 if position < len(changed):
                changed[position] ^= 1 << chance.randrange(8)
    return bytes(changed)


def test_mutated_frames_are_taken_or_refused() -> None:
    chance = random.Random(20261121)
    error = Failed(1, EngineError(TextKey("Area", "{name}"), name="x"))
    replies = [content_of(encode_reply(reply)) for reply in [*REPLIES, error]]
    commands = [content_of(encode_command(command)) for command in COMMANDS]
    refused = 0
    for _ in range(6000):
        try:
            reply = decode_reply(mutated(chance.choice(replies), chance))
            if isinstance(reply, Failed):
                reply.error.text()
        except ProtocolError:
            refused += 1
        try:
            decode_command(mutated(chance.choice(commands), chance))
        except ProtocolError:
            refused += 1
    assert 6000 < refused < 12_000  # most are broken, some changes hit only a text
