"""``kochat ask`` inside this process, on scripts."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.cli.arguments import build_parser
from kochat_gui.cli.ask import preset_of, question_of, sampling_of
from kochat_gui.cli.main import run
from kochat_gui.cli.output import clean
from kochat_gui.core.errors import UsageError
from kochat_gui.core.resources import resource

SCRIPT = {
    "format": "kochat-script",
    "version": 1,
    "name": "시험",
    "default": {"text": "{message}!"},
}


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "한글 폴더" / "대본 (1).json"
    path.parent.mkdir()
    path.write_text(json.dumps(SCRIPT), encoding="utf-8")
    return path


def ask(profile: Path, *arguments: str) -> int:
    return run(build_parser().parse_args(["--profile", str(profile), "ask", *arguments]))


def test_answer_is_written_with_one_line_end(
    script: Path, own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(own_profile, "--model", str(script), "안녕") == 0
    assert capsys.readouterr().out == "안녕!\n"


def test_asking_changes_nothing_that_the_window_remembers(script: Path, own_profile: Path) -> None:
    ask(own_profile, "--model", str(script), "안녕")
    assert not (own_profile / "config").exists()
    assert not (own_profile / "data").exists()


def test_json_names_the_model_by_its_id(
    script: Path, own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(own_profile, "--model", str(script), "--json", "--engine", "scripted", "안녕") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["text"], found["engine"], found["finish_reason"]) == ("안녕!", "scripted", "stop")
    assert found["model"] == str(script)


@pytest.mark.parametrize(
    ("option", "range_"),
    [
        ("--temperature=3.0", "from 0 to 2"),
        ("--temperature=nan", "from 0 to 2"),
        ("--top-k=-1", "from 0 to 1,000"),
        ("--top-p=0.0", "above 0 and at most 1"),
        ("--seed=99999999999999999999", "from 0 to 4,294,967,294"),
        ("--max-new-tokens=0", "from 1 to 32,768"),
    ],
)
def test_value_outside_its_range(
    option: str, range_: str, own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, _, value = option.partition("=")
    assert ask(own_profile, option, "안녕") == 2
    assert capsys.readouterr().err == f"kochat: {name} is {range_}, not {value}.\n"


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_empty_question_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        question_of(text)


def test_question_that_was_not_utf8_can_be_written_again() -> None:
    assert clean("가\udcff나").encode("utf-8").decode() == "가\N{REPLACEMENT CHARACTER}나"


def test_options_go_before_the_preset(script: Path, own_profile: Path) -> None:
    arguments = ["ask", "--preset", "kfkas-live", "--temperature", "0", "안녕"]
    args = build_parser().parse_args(arguments)
    preset = preset_of(args.preset, inspect_model(script))
    assert preset is not None
    assert sampling_of(args, preset.sampling) == replace(preset.sampling, temperature=0.0)
    assert ask(own_profile, "--model", str(script), "--preset", "kfkas-card", "안녕") == 0


def test_adapters_are_not_for_scripts(
    script: Path, own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = str(resource("adapters", "ko-tiny-meow"))
    assert ask(own_profile, "--model", str(script), "--adapter", adapter, "안녕") == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("arguments", [("--engine", "scripted"), ("--engine", "llama.cpp")])
def test_the_chosen_engine_is_the_one_that_cannot(
    arguments: tuple[str, ...],
    script: Path,
    own_profile: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = "ko-tiny-chat" if "scripted" in arguments else str(script)
    assert ask(own_profile, "--model", model, *arguments, "안녕") == 1
    assert f"The engine {arguments[1]} cannot run a model" in capsys.readouterr().err


def test_an_empty_answer_is_told(
    script: Path, own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(json.dumps(SCRIPT | {"default": {"text": ""}}), encoding="utf-8")
    assert ask(own_profile, "--model", str(script), "안녕") == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "kochat: The model ended its answer without any text.\n")


def test_a_model_that_goes_on_with_the_text_is_told(
    tmp_path: Path, own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "sf"
    shutil.copytree(resource("models", "ko-tiny-chat"), model)
    options = ("--model", str(model), "--max-new-tokens", "2")
    assert ask(own_profile, *options, "옛날 옛날에") == 0
    assert "sf: Continues texts; its chat format is not known." in capsys.readouterr().err
    assert ask(own_profile, *options, "--template", "chatml", "안녕") == 0
    assert "Continues texts" not in capsys.readouterr().err
