"""The standard input as text: Korean encodings are read, all else is refused."""

import io
import sys
from pathlib import Path

import pytest

from kochat_gui.cli import standard_input
from kochat_gui.cli.arguments import build_parser
from kochat_gui.cli.main import run
from kochat_gui.core.errors import UsageError


def read(monkeypatch: pytest.MonkeyPatch, content: bytes) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    return standard_input.standard_input()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_korean_text(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, "똠방각하, 안녕\n".encode(encoding)) == "똠방각하, 안녕\n"


def test_big_endian_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, b"\xfe\xff" + "안녕".encode("utf-16-be")) == "안녕"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\xff", "안".encode()[:2] + b"\xff"])
def test_other_bytes_are_no_text(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        read(monkeypatch, content)


def test_endless_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard_input, "_MOST_BYTES", 4)
    assert read(monkeypatch, b"abcd") == "abcd"
    with pytest.raises(UsageError, match="longer"):
        read(monkeypatch, b"abcde")


@pytest.mark.parametrize("command", ["ask", "tokenize", "prompt"])
def test_commands_tell_it_in_one_line(
    command: str,
    own_profile: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    assert run(build_parser().parse_args(["--profile", str(own_profile), command, "-"])) == 2
    assert capsys.readouterr().err.count("\n") == 1
