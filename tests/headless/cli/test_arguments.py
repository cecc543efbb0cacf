"""Arguments: what is understood, and one line for what is not."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from kochat_gui.cli.arguments import build_parser
from kochat_gui.core.i18n import install_catalogue, read_catalogue
from kochat_gui.core.resources import translation_file
from kochat_gui.settings.model_preferences import AdapterChoice


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "ko":
        install_catalogue(read_catalogue(translation_file("ko")))
    yield request.param
    install_catalogue({})


def parsed(*arguments: str) -> argparse.Namespace:
    return build_parser().parse_args(arguments)


def test_no_command_opens_the_window() -> None:
    args = parsed()
    assert args.command is None
    assert args.engine is None
    assert args.profile is None


def test_profile_and_engine_stand_before_the_command() -> None:
    args = parsed("--profile", "폴더", "--engine", "scripted", "models", "list")
    assert (args.profile, args.engine, args.command) == (Path("폴더"), "scripted", "models")


def test_engine_may_stand_after_ask_too() -> None:
    assert parsed("--engine", "scripted", "ask", "안녕").engine == "scripted"
    assert parsed("ask", "--engine", "scripted", "안녕").engine == "scripted"


def test_ask() -> None:
    args = parsed(
        *("ask", "--model", "모델.gguf", "--quant", "q4_0", "--template", "chatml"),
        *("--system", "짧게", "--temperature", "0", "--top-k", "1", "--top-p", "0.5"),
        *("--seed", "7", "--max-new-tokens", "9", "--json", "-5도는 추워?"[1:]),
    )
    assert (args.model, args.quant, args.template) == ("모델.gguf", "q4_0", "chatml")
    assert (args.temperature, args.top_k, args.top_p) == (0.0, 1, 0.5)
    assert (args.seed, args.max_new_tokens, args.json) == (7, 9, True)
    assert (args.system, args.text) == ("짧게", "5도는 추워?")


def test_adapters_and_preset() -> None:
    args = parsed("ask", "--adapter", "a:0.5", "--adapter", "C:\\b", "--preset", "general", "안녕")
    assert args.adapter == [AdapterChoice("a", 0.5), AdapterChoice("C:\\b", 1.0)]
    assert (args.preset, parsed("ask", "안녕").adapter) == ("general", [])


def test_models_and_texts() -> None:
    args = parsed(
        "models", "convert", "원본", "--quant", "q4_k_m", "--tokenizer", "어휘", "-o", "나"
    )
    assert (args.source, args.quant) == ("원본", "q4_k_m")
    assert (args.tokenizer, args.output) == (Path("어휘"), Path("나"))
    args = parsed("models", "quantize", "원본", "--quant", "q4_0", "--output", "나.gguf")
    assert (args.action, args.tokenizer, args.output) == ("quantize", None, Path("나.gguf"))
    args = parsed("models", "estimate", "원본", "--context", "4096", "--json")
    assert (args.model, args.quant, args.context, args.json) == ("원본", None, 4096, True)
    assert parsed("models", "add", "모델.bin").path == Path("모델.bin")
    args = parsed("prompt", "--model", "원본", "--template", "chatml", "--system", "짧게", "안녕")
    assert (args.command, args.template, args.system, args.text) == (
        *("prompt", "chatml", "짧게", "안녕"),
    )
    assert parsed("tokenize", "--json", " 안녕 ").text == " 안녕 "


WRONG = [
    ["nonsense"],
    ["--nonsense"],
    ["ask"],
    ["ask", "--seed"],
    ["ask", "--seed", "일곱", "안녕"],
    ["ask", "--temperature", "뜨겁게", "안녕"],
    ["ask", "안녕", "하세요"],
    ["ask", "--json=3", "안녕"],
    ["models"],
    ["models", "nonsense"],
    ["models", "show"],
    ["models", "add"],
    ["models", "convert"],
    ["models", "convert", "ko-tiny-chat", "-o"],
    ["models", "quantize", "ko-tiny-chat"],
    ["models", "quantize", "--quant", "q4_0"],
    ["models", "quantize", "ko-tiny-chat", "--quant", "q4_0", "--tokenizer", "x"],
    ["models", "estimate"],
    ["models", "estimate", "ko-tiny-chat", "--context", "길게"],
    ["tokenize"],
    ["prompt", "--model", "ko-tiny-chat"],
    ["ask", "--adapter", "meow:5", "안녕"],
    ["history"],
    ["history", "show"],
    ["history", "show", "하나"],
    ["doctor", "now"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_arguments_are_one_line_and_exit_code_2(
    arguments: list[str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed(*arguments)
    said = capsys.readouterr()
    assert caught.value.code == 2
    assert said.out == ""
    assert said.err.startswith("kochat: ")
    assert said.err.count("\n") == 1
    own_words = said.err
    for argument in sorted(arguments, key=len, reverse=True):
        own_words = own_words.replace(argument, "")
    is_korean = any("가" <= char <= "힣" for char in own_words)
    assert is_korean == (language == "ko")


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", "\udcff"),
        ("tokenize", "\udcff"),
        ("prompt", "\udcff"),
        ("ask", "--system", "\udcff", "안녕"),
    ],
)
def test_bytes_that_are_no_text_are_refused(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed(*arguments)
    assert caught.value.code == 2
    assert "UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("limit", ["0", "-3"])
def test_as_many_hits_as_nobody_wants(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed("history", "search", "안녕", f"--limit={limit}")
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        f"kochat: --limit needs a number from 1 on, not “{limit}”.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["-h"],
        ["ask", "--help"],
        ["models", "-h"],
        ["models", "convert", "-h"],
        ["models", "estimate", "-h"],
        ["tokenize", "-h"],
        ["prompt", "-h"],
    ],
)
def test_help_is_in_the_language(
    arguments: list[str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed(*arguments)
    said = capsys.readouterr().out
    assert caught.value.code == 0
    assert said.startswith("사용법: " if language == "ko" else "usage: ")
    assert ("options:" in said) == (language == "en")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed("--version")
    assert not caught.value.code
    assert capsys.readouterr().out.startswith("KoChat ")
