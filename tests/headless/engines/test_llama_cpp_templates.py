"""Chat templates in the llama.cpp engine: the model's own, and a person's own."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from kochat_gui.core.errors import (
    UsageError,
)
from kochat_gui.core.generation import (
    ContextTrimmed,
    ParametersIgnored,
)
from kochat_gui.engines.chat_template import JinjaSource
from kochat_gui.engines.llama_cpp_engine import LlamaCppEngine
from kochat_gui.engines.user_templates import save_user_template
from tests.benchmarks.random_gguf import TINY, write_random_gguf
from tests.headless.engines.llama_cpp_runs import OPTIONS, collect, load, request, run

JINJA = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant{{ '\n' }}"
)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf", TINY)


def test_the_models_own_template(tmp_path: Path) -> None:
    path = write_random_gguf(
        tmp_path / "own.gguf", TINY, metadata={"tokenizer.chat_template": JINJA}
    )
    engine = LlamaCppEngine()
    assert load(engine, path).template == "model"
    own = engine.count_tokens(request("가", "나", "다"))
    chatml = engine.count_tokens(replace(request("가", "나", "다"), template="chatml"))
    assert own == chatml
    answer, first = run(engine, request("가"))
    _, second = run(engine, request("가", answer, "다"))
    known = first.usage.prompt_tokens + first.usage.new_tokens - 1
    assert second.usage.reused_tokens == known
    assert load(engine, path, template="kullm-v2").template == "kullm-v2"
    assert engine.count_tokens(replace(request("가", "나", "다"), template="model")) == own
    engine.unload()


@pytest.mark.parametrize("source", ["{{ raise_exception('no') }}", "{% for %}"])
def test_a_broken_template_is_replaced_and_said(tmp_path: Path, source: str) -> None:
    path = write_random_gguf(
        tmp_path / "own.gguf", TINY, metadata={"tokenizer.chat_template": source}
    )
    engine = LlamaCppEngine()
    load(engine, path)
    for asked in (request("가"), replace(request("가"), template="model")):
        assert collect(engine, asked)[2][0] == ParametersIgnored(("template",))
    engine.unload()


def test_a_template_that_never_ends_costs_its_time_once(tmp_path: Path) -> None:
    loop = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"
    path = write_random_gguf(
        tmp_path / "own.gguf", TINY, metadata={"tokenizer.chat_template": loop}
    )
    engine = LlamaCppEngine()
    load(engine, path)
    assert collect(engine, request("가"))[2][0] == ParametersIgnored(("template",))
    began = time.monotonic()
    assert collect(engine, request("나"))[2][0] == ParametersIgnored(("template",))
    assert engine.render_prompt(request("나")).template == "chatml"
    assert time.monotonic() - began < 1.5
    engine.unload()


def test_a_template_that_fails_for_what_fits_is_replaced(tmp_path: Path) -> None:
    picky = (
        "{% if messages | length < 30 %}{{ raise_exception('more') }}{% endif %}"
        "{% for m in messages %}{{ m.content }}{% endfor %}"
    )
    path = write_random_gguf(
        tmp_path / "own.gguf", TINY, metadata={"tokenizer.chat_template": picky}
    )
    engine = LlamaCppEngine()
    load(engine, path)
    events = collect(engine, request(*["가나다라마바사 " * 4] * 41))[2]
    assert events[0] == ParametersIgnored(("template",))
    assert isinstance(events[1], ContextTrimmed)
    engine.unload()


def test_a_template_of_ones_own_may_change_meanwhile(model_file: Path, tmp_path: Path) -> None:
    engine = LlamaCppEngine()
    options = replace(OPTIONS, templates_dir=tmp_path)
    load(engine, model_file, options)
    asked = replace(request("가"), template="own:mine")
    with pytest.raises(UsageError):
        engine.render_prompt(asked)
    for jinja in ("A {{ messages[0].content }}", "B {{ messages[0].content }}"):
        name = save_user_template(tmp_path, JinjaSource("own:mine", "mine", jinja))
        assert name == "own:mine"
        assert engine.render_prompt(asked).text.endswith(f" {jinja[0]} 가")
    load(engine, model_file, options, template="own:mine")
    assert engine.render_prompt(request("가")).text.endswith(" B 가")
    (tmp_path / "mine.json").unlink()
    assert engine.render_prompt(request("가")).template == "chatml"
    engine.unload()
