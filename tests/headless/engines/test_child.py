"""The engine's process on its own: frames in, frames out, and a clean end."""

import os
import subprocess
import sys
from pathlib import Path

from kochat_gui.core.conversation import Role
from kochat_gui.core.generation import ChatMessage, Finished, GenerationRequest, TextDelta
from kochat_gui.core.models import LoadOptions
from kochat_gui.engines.messages import Bug, Done, Event, Failed, Load, Reply, Stream, Tokenize
from kochat_gui.engines.protocol import MAX_REPLY_BYTES, decode_reply, encode_command, read_frame
from tests.engine_scripts import script_spec

_ROOT = Path(__file__).resolve().parents[3]
_NOISY = """
import os, sys
from kochat_gui.engines.child import EngineChild
from kochat_gui.engines.child_process import harden, take_over_pipes
from kochat_gui.engines.scripted_engine import ScriptedEngine

class NoisyEngine(ScriptedEngine):
    def tokenize(self, text):
        print("a library says hello")
        os.write(1, b"and a native one, too\\n")
        assert sys.stdin.read() == ""
        return super().tokenize(text)

harden()
EngineChild(*take_over_pipes(), lambda name: NoisyEngine()).run()
"""


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
    )


def test_the_end_of_the_commands_ends_the_process() -> None:
    process = start("-m", "kochat_gui.engines.child")
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert (output, errors) == (b"", b"")


def test_a_command_that_makes_no_sense_ends_the_process() -> None:
    process = start("-m", "kochat_gui.engines.child")
    _, errors = process.communicate(b"\0\0\0\x05hello", timeout=20)
    assert process.returncode == 3
    assert b"ProtocolError" in errors


def test_what_libraries_print_does_not_reach_the_frames(tmp_path: Path) -> None:
    process = start("-c", _NOISY)
    assert process.stdin is not None
    assert process.stdout is not None
    spec = script_spec(tmp_path)
    process.stdin.write(encode_command(Load(1, "scripted", spec, LoadOptions())))
    process.stdin.write(encode_command(Tokenize(2, "가나다라")))
    process.stdin.flush()
    content = b""
    while not isinstance(decode_reply(content) if content else None, Done):
        read = read_frame(process.stdout, MAX_REPLY_BYTES)
        assert read is not None
        content = read
    _, errors = process.communicate(timeout=20)
    assert b"a native one" in errors


def test_fast_tokens_share_frames(tmp_path: Path) -> None:
    process = start("-m", "kochat_gui.engines.child")
    assert process.stdin is not None
    assert process.stdout is not None
    answer = {"text": "가나다라마바" * 100, "tokens_per_second": 1_000}
    spec = script_spec(tmp_path, token_bytes=3, default=answer)
    request = GenerationRequest((ChatMessage(Role.USER, "길게"),))
    process.stdin.write(encode_command(Load(1, "scripted", spec, LoadOptions())))
    process.stdin.write(encode_command(Stream(2, request)))
    process.stdin.flush()
    replies: list[Reply] = []
    while not (replies and isinstance(replies[-1], Done | Failed | Bug)):
        content = read_frame(process.stdout, MAX_REPLY_BYTES)
        assert content is not None
        replies.append(decode_reply(content))
    process.communicate(timeout=20)
    events = [reply.event for reply in replies if isinstance(reply, Event)]
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert events, replies
    last = events[-1]
    assert isinstance(last, Finished)
    assert "".join(texts) == answer["text"]
    assert 1 < len(texts) < last.usage.new_tokens / 4
