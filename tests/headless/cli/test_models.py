"""``kochat models``, ``tokenize`` and ``prompt`` inside this process."""

import json
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.cli import output
from kochat_gui.cli.arguments import build_parser
from kochat_gui.cli.main import run
from kochat_gui.core.models import PRECISIONS, QUANTIZATIONS
from kochat_gui.core.resources import resource
from kochat_gui.settings.model_preferences import ModelPreferences, PreferenceStore
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.paths import profile_paths
from tests.helpers.ggml_writer import tiny_ggml

MEOW = resource("adapters", "ko-tiny-meow")
MODEL = "ko-tiny-chat"


def kochat(profile: Path, *arguments: str) -> int:
    return run(build_parser().parse_args(["--profile", str(profile), *arguments]))


def answered(profile: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON that a command prints."""
    assert kochat(profile, *arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0.0 KB"),
        (999_999, "1,000.0 KB"),
        (6_691_200, "6.7 MB"),
        (3_825_000_000, "3.83 GB"),
        (32_400_100_000, "32.40 GB"),
    ],
)
def test_sizes_are_read_at_a_glance(count: int, text: str) -> None:
    assert output.size(count) == text


def test_estimate_tells_every_level(own_profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(own_profile, capsys, "models", "estimate", MODEL)
    assert found["model"] == MODEL
    assert (found["context_tokens"], found["is_exact"]) == (2048, True)
    rows = found["levels"]
    assert {row["name"] for row in rows} == {*QUANTIZATIONS, *PRECISIONS}
    for row in rows:
        assert row["memory_bytes"] == sum(row["memory"].values())
        assert row["memory"]["weights_bytes"] == row["size_bytes"]
    cards = {row["name"]: row["card_size_bytes"] for row in rows}
    assert cards["q4_k_m"] is None
    assert 0 < cards["q4_0"] < cards["f16"] < cards["f32"]
    assert not (own_profile / "cache").exists()


def test_a_longer_context_needs_more_memory(
    own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short, long = (
        answered(
            own_profile,
            capsys,
            *("models", "estimate", MODEL),
            *("--quant", "q4_0", "--context", n),
        )
        for n in ("1024", "2048")
    )
    assert short["name"] == long["name"] == "q4_0"
    assert short["size_bytes"] == long["size_bytes"]
    assert 2 * short["memory"]["kv_cache_bytes"] == long["memory"]["kv_cache_bytes"]
    assert (short["context_tokens"], long["context_tokens"]) == (1024, 2048)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "named"),
    [
        (["models", "estimate", MODEL, "--quant", "q99"], 2, "q99"),
        (["models", "estimate", MODEL, "--context", "1"], 2, "--context"),
        (["models", "convert", MODEL, "--tokenizer", "x"], 1, MODEL),
        (["models", "quantize", MODEL, "--quant", "q99"], 2, "q99"),
        (["models", "quantize", "없는 모델", "--quant", "q4_0"], 1, "없는 모델"),
        (["models", "add", "/없음/모델.gguf"], 1, "모델.gguf"),
        (["models", "add", str(MEOW)], 2, "--adapter"),
        (["models", "add", str(MEOW / "adapter_config.json")], 2, "--adapter"),
        (["ask", "--adapter", "/없음/어댑터:0.5", "안녕"], 1, "/없음/어댑터"),
        (["ask", "--preset", "없음", "안녕"], 2, "general"),
        (["prompt", "--template", "없음", "안녕"], 2, "없음"),
        (["prompt", " "], 2, "nothing"),
        (["tokenize", "--model", "없는 모델", "안녕"], 1, "없는 모델"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_one_line(
    own_profile: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    exit_code: int,
    named: str,
) -> None:
    assert kochat(own_profile, *arguments) == exit_code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("kochat: ")
    assert said.err.count("\n") == 1
    assert named in said.err


def test_an_unknown_engine_is_refused_where_none_is_needed(
    own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(own_profile, "--engine", "nope", "models", "list") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "nope" in said.err


def test_a_model_that_cannot_be_put_on_the_list(
    own_profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "모델.bin"
    path.write_bytes(tiny_ggml("q5_0").encoded())
    own_profile.mkdir()
    (own_profile / "config").write_text("a file where the folder should be")
    assert kochat(own_profile, "models", "add", str(path)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "The model was not put on the list." in said.err
    assert "until KoChat is closed" not in said.err


def test_a_level_for_one_run_is_not_chosen_for_the_window(own_profile: Path) -> None:
    assert kochat(own_profile, "ask", "--model", MODEL, "--quant", "q4_0", "배고파") == 0
    store = PreferenceStore(profile_paths(own_profile).preferences_file)
    assert store.get(MODEL) == ModelPreferences()


def test_an_added_model_is_on_the_list_of_the_window(
    own_profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "한글 모델 (1).bin"
    path.write_bytes(tiny_ggml("q5_0").encoded())
    assert kochat(own_profile, "models", "add", str(path)) == 0
    assert capsys.readouterr().out == f"{path}\n"
    settings = SettingsStore(profile_paths(own_profile).settings_file)
    assert settings.get("model.added_paths") == (str(path),)
    assert settings.get("model.current") == ""
    listed = answered(own_profile, capsys, "models", "list")
    assert [row["format"] for row in listed] == ["safetensors", "ggml"]
    shown = answered(own_profile, capsys, "models", "show", "한글 모델 (1)")
    assert [level["name"] for level in shown["levels"]] == ["q5_0"]
    assert shown["can"] == ["convert", "adapter"]
    assert shown["path"] == str(path)


def test_show_says_which_template_and_why(
    own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(own_profile, "models", "show", MODEL) == 0
    said = capsys.readouterr().out
    assert "kullm-v2 (the model's name is known)" in said
    assert "safetensors folder" in said
    assert "become a GGUF file, be quantized, run with adapters" in said


def test_a_file_is_made_in_the_models_folder(
    own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kochat(own_profile, "models", "convert", MODEL) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path == profile_paths(own_profile).models_dir / f"{MODEL}-f16.gguf"
    assert kochat(own_profile, "models", "quantize", str(path), "--quant", "q3_k_m") == 0
    made = Path(capsys.readouterr().out.strip())
    assert made == path.with_name(f"{MODEL}-f16-q3_k_m.gguf")
    listed = answered(own_profile, capsys, "models", "list")
    assert [row["quantization"] for row in listed] == [None, "f16", "q3_k_m"]


def test_a_file_that_is_there_is_kept(
    own_profile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "there.gguf"
    path.write_bytes(b"mine")
    assert kochat(own_profile, "models", "quantize", MODEL, "--quant", "q4_0", "-o", str(path)) == 2
    assert str(path) in capsys.readouterr().err
    assert path.read_bytes() == b"mine"


def test_tokenize_keeps_the_text_exactly(
    own_profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answered(own_profile, capsys, "tokenize", "안녕하세요, 오늘은 날씨가 좋네요")
    assert len(found["ids"]) == len(found["pieces"]) == found["count"] == 7
    assert found["pieces"][0] == "▁안녕"
    assert found["model"] == MODEL
    for text in (" 앞 ", "a\n\nb", "😀", "ㅎㅇ"):
        found = answered(own_profile, capsys, "tokenize", text)
        assert found["characters"] == len(text)
    assert answered(own_profile, capsys, "tokenize", "")["ids"] == []
    assert kochat(own_profile, "tokenize", "안녕") == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("▁안녕")


def test_prompt_is_what_ask_sends(own_profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answered(own_profile, capsys, "prompt", "배고파")
    assert found["template"] == "kullm-v2"
    assert found["text"].endswith("### 명령어:\n배고파\n\n### 응답:")
    assert found["ids"][0] == 1
    assert len(found["ids"]) == len(found["pieces"])
    assert "### 응답:" in found["stops"]
    asked = answered(own_profile, capsys, "ask", "--temperature", "0", "배고파")
    assert asked["prompt_tokens"] == len(found["ids"])
    other = answered(own_profile, capsys, "prompt", "--template", "completion", "배고파")
    assert "배고파" in other["text"]
    assert "명령어" not in other["text"]
    assert kochat(own_profile, "prompt", "--system", "짧게", "배고파") == 0
    said = capsys.readouterr().out
    assert "### 입력:\n짧게" in said
