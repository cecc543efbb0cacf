"""Scripts are read strictly and played as written."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import ModelDamagedError
from kochat_gui.core.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    TextDelta,
)
from kochat_gui.core.models import AdapterUse, LoadOptions, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from kochat_gui.core.states import FinishReason
from kochat_gui.engines.script import read_script
from kochat_gui.engines.scripted_engine import ScriptedEngine
from tests.engine_scripts import ANSWER, question, script_spec

_GOOD = {"format": "kochat-script", "version": 1, "default": {"text": "네"}}


def playing(folder: Path, **script: Any) -> ScriptedEngine:
    engine = ScriptedEngine()
    spec = script_spec(folder, **script)
    options = LoadOptions(context_tokens=8192)
    engine.load(spec, options, lambda _progress: None, CancelToken())
    return engine


def run(engine: ScriptedEngine, request: GenerationRequest) -> tuple[str, Finished]:
    events: list[GenerationEvent] = list(engine.stream(request, CancelToken()))
    last = events[-1]
    assert isinstance(last, Finished)
    return "".join(event.text for event in events if isinstance(event, TextDelta)), last


def test_the_first_fitting_answer_is_given(tmp_path: Path) -> None:
    answers = [{"when": "날씨", "text": "맑아요."}, {"when": "오늘", "text": "금요일이에요."}]
    engine = playing(tmp_path, answers=answers, default={"text": "“{message}” {seed}"})
    assert run(engine, question("오늘 날씨는?"))[0] == "맑아요."
    assert run(engine, question("오늘은?"))[0] == "금요일이에요."
    assert run(engine, question("{seed}", seed=5))[0] == "“{seed}” 5"


def test_a_seed_is_made_up_and_told(tmp_path: Path) -> None:
    engine = playing(tmp_path, default={"text": "{seed}"})
    text, last = run(engine, question("?"))
    assert text == str(last.usage.seed)


@pytest.mark.parametrize("size", range(1, 17))
def test_syllables_survive_any_token_size(tmp_path: Path, size: int) -> None:
    engine = playing(tmp_path, token_bytes=size)
    text, last = run(engine, question("안녕"))
    assert text == ANSWER
    assert last.usage.new_tokens == -(-len(ANSWER.encode()) // size)


def test_half_a_syllable_at_the_limit_is_not_shown(tmp_path: Path) -> None:
    engine = playing(tmp_path, token_bytes=4, default={"text": "가나다라"})
    text, last = run(engine, question("안녕", max_new_tokens=2))
    assert text == "가나"
    assert last.reason is FinishReason.LENGTH


def test_tokens_come_one_by_one_at_an_even_pace(tmp_path: Path) -> None:
    default = {"text": "가나다라" * 100}
    engine = playing(tmp_path, token_bytes=3, tokens_per_second=1000, default=default)
    began = time.monotonic()
    events = list(engine.stream(question("안녕"), CancelToken()))
    took = time.monotonic() - began
    deltas = [event for event in events if isinstance(event, TextDelta)]
    assert len(deltas) == 400
    assert took >= 0.39
    assert isinstance(events[-1], Finished)
    assert events[-1].usage.tokens_per_second <= 1020


def test_reading_takes_its_time_and_says_how_far_it_is(tmp_path: Path) -> None:
    engine = playing(tmp_path, prompt_tokens_per_second=1000)
    began = time.monotonic()
    events = list(engine.stream(question("가" * 200), CancelToken()))
    assert time.monotonic() - began >= 0.1
    progress = [event.done for event in events if isinstance(event, PromptProgress)]
    assert len(progress) == len(set(progress)) == 11


def test_an_answer_is_taken_up_where_it_ended(tmp_path: Path) -> None:
    engine = playing(tmp_path)
    assert run(engine, question("안녕", answer_prefix=ANSWER[:10]))[0] == ANSWER[10:]


def test_the_script_can_limit_the_window(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    spec = script_spec(tmp_path, context_window=300)
    cancel = CancelToken()
    for asked, given in ((200, 200), (4096, 300)):
        options = LoadOptions(context_tokens=asked)
        loaded = engine.load(spec, options, lambda _progress: None, cancel)
        assert loaded.context_window == given


def test_the_built_in_script_plays(tmp_path: Path) -> None:
    path = resource("scripted", "default.json")
    script = read_script(path)
    assert len(script.answer_to("긴 글 써 줘").text) == 6000
    fast = json.loads(path.read_text(encoding="utf-8"))
    fast.update(context_window=8192, tokens_per_second=0, prompt_tokens_per_second=0, load={})
    engine = playing(tmp_path, **fast)
    for message in ("안녕", "코드", "표", "긴 글", "무슨 말"):
        text, last = run(engine, question(message, max_new_tokens=6000))
        assert text == script.answer_to(message).text.replace("{message}", message)
        assert last.reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": "other"}, "version 1"),
        ({"version": 2}, "script.version"),
        ({"version": True}, "script.version"),
        ({"default": "네"}, "script.default"),
        ({"default": {}}, "text is missing"),
        ({"default": {"text": 3}}, "text is not a string"),
        ({"default": {"text": "네", "tokens_per_second": -1}}, "tokens_per_second"),
        ({"default": {"text": "네", "tokens_per_second": float("nan")}}, "tokens_per_second"),
        ({"default": {"text": "네", "fault": {"kind": "explode"}}}, "explode"),
        ({"default": {"text": "네", "fault": {"kind": "signal", "name": "SIGX"}}}, "SIGX"),
        ({"default": {"text": "네", "fault_at": "lunch"}}, "lunch"),
        ({"default": {"blocks": []}}, "blocks"),
        ({"default": {"blocks": ["가"], "characters": 10**9}}, "characters"),
        ({"answers": {}}, "answers is not a list"),
        ({"answers": [{"text": "네"}]}, "answers[0].when"),
        ({"answers": [{"when": "a", "txet": "네"}]}, "text is missing"),
        ({"tokens_per_secnd": 3}, "tokens_per_secnd is not known"),
        ({"token_bytes": 0}, "token_bytes"),
        ({"load": {"second": 1}}, "second is not known"),
    ],
    ids=str,
)
def test_mistakes_are_named(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(json.dumps({**_GOOD, **change}), encoding="utf-8")
    with pytest.raises(ModelDamagedError) as caught:
        read_script(path)
    assert problem in str(caught.value.values["problem"])
    assert caught.value.values["file"] == "script.json"


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"null", b"{" * 10])
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "script.json"
    path.write_bytes(content)
    spec = ModelSpec("x", "x", path, ModelFormat.SCRIPT, None, len(content))
    with pytest.raises(ModelDamagedError):
        ScriptedEngine().load(spec, LoadOptions(), lambda _progress: None, CancelToken())


def test_adapters_in_use_are_named(tmp_path: Path) -> None:
    engine = playing(tmp_path, default={"text": "[{adapters}]"})
    files = [tmp_path / "말투.gguf", tmp_path / "b.gguf"]
    for file in files:
        file.write_bytes(b"")
    one, off = AdapterUse(files[0], 0.5), AdapterUse(files[1], 0.0)
    assert run(engine, question("?"))[0] == "[]"
    assert run(engine, replace(question("?"), adapters=(one, off)))[0] == "[말투:0.5]"
