"""What is written: whole for programs, harmless for terminals."""

import io
import json

import pytest

from kochat_gui.cli import output


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_terminal_gets_no_control_characters() -> None:
    terminal = Terminal()
    output.write("\x1b[2J안녕\x07\n\t\x9b31m빨강", terminal)
    assert terminal.getvalue() == "[2J안녕\n\t31m빨강"


def test_pipe_gets_the_text_as_it_is() -> None:
    pipe = io.StringIO()
    output.write("\x1b[2J안녕", pipe)
    assert pipe.getvalue() == "\x1b[2J안녕"


def test_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_error("첫 줄\n둘째 줄\x1b[0m\r끝")
    assert capsys.readouterr().err == "kochat: 첫 줄 둘째 줄[0m끝\n"


def test_json_keeps_korean(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"text": "안녕\n\x1b"})
    said = capsys.readouterr().out
    assert "안녕" in said
    assert json.loads(said) == {"text": "안녕\n\x1b"}


def test_columns_line_up_for_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_rows([("한글", "x"), ("abcde", "y\nz"), ("", "")])
    assert capsys.readouterr().out.splitlines() == ["한글   x", "abcde  y z", ""]


def test_many_rows_are_written_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flushes: list[None] = []
    monkeypatch.setattr("sys.stdout.flush", lambda: flushes.append(None))
    output.write_rows((str(number), "가") for number in range(2500))
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("0     가", "2499  가", 2500)
    assert len(flushes) < 10


def test_no_rows_are_no_output(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_rows([])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("한글".encode().decode("ascii", "surrogateescape"), "한글"),
        ("가\udcff나", "가\N{REPLACEMENT CHARACTER}나"),
        ("가\ud800나", "가?나"),
    ],
)
def test_file_names_of_another_locale_are_written(text: str, written: str) -> None:
    stream = io.StringIO()
    output.write(text, stream)
    assert stream.getvalue() == written
    assert output.without_controls(text) == written
