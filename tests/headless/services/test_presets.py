"""Generation presets are what the cards say."""

import dataclasses
import json
from pathlib import Path

import pytest

from kochat_gui.core.generation import SamplingParams
from kochat_gui.core.models import ModelFormat, ModelSpec
from kochat_gui.engines.registry import create, engine_names, unsupported_sampling
from kochat_gui.services.presets import (
    preset_named,
    presets_for,
    read_preset,
    value_remarks,
)


def _spec(name: str, format_: ModelFormat = ModelFormat.GGUF) -> ModelSpec:
    return ModelSpec(name, name, Path(f"{name}.gguf"), format_, "q4_0", 1, template=None)


def _names(model: str, template: str) -> list[str]:
    return [preset.name for preset in presets_for(_spec(model), template)]


def test_kfkas_card() -> None:
    live, card, *_ = presets_for(_spec("Llama-2-ko-7B-chat-ggml-q4_0"), "kullm-v2")
    assert (live.name, live.streams) == ("kfkas-live", True)
    assert (card.name, card.streams, card.template) == ("kfkas-card", False, "kullm-v2")
    expected = SamplingParams(
        temperature=1.0,
        top_k=20,
        top_p=0.92,
        min_p=0,
        repeat_penalty=1.2,
        repeat_last_n=-1,
        no_repeat_ngram=3,
        max_new_tokens=1024,
        num_beams=3,
        early_stopping=True,
    )
    assert card.sampling == expected
    assert live.sampling == dataclasses.replace(expected, num_beams=1, early_stopping=False)


def test_komt_card() -> None:
    preset = presets_for(_spec("komt-Llama-2-7b-chat-hf"), "komt")[0]
    sampling = preset.sampling
    assert (sampling.temperature, sampling.top_p, sampling.top_k) == (0.9, 0.7, 100)
    assert sampling.max_new_tokens == 2048
    assert sampling.stop == ("<|end|>", "<s>", "###")
    assert (sampling.repeat_penalty, sampling.min_p) == (1, 0)


def test_ggml_card() -> None:
    preset = next(
        preset
        for preset in presets_for(_spec("Llama-2-ko-7b-ggml-q4_0"), "completion")
        if preset.name == "ggml-card"
    )
    assert preset.sampling.max_new_tokens == 1024
    assert preset.sampling.stop == ("Q:", "\n")
    assert (preset.template, preset.context_tokens) == ("q-a", 1024)


@pytest.mark.parametrize(
    ("model", "template", "expected"),
    [
        ("q4", "chatml", ["general"]),
        ("q4", "kullm-v2", ["kfkas-live", "kfkas-card", "general"]),
        ("q4", "q-a", ["ggml-card", "general"]),
        ("komt-llama2-7b-v1", "komt", ["komt-v1-card", "komt-card", "general"]),
        ("Llama-2-ko-7b", "completion", ["llama-2-ko", "ggml-card", "general"]),
        ("EXAONE-4.0-1.2B", "model", ["exaone-4", "general"]),
        ("Qwen3-8B", "qwen-3+thinking", ["qwen-3", "qwen-3-thinking", "general"]),
    ],
)
def test_order(model: str, template: str, expected: list[str]) -> None:
    assert _names(model, template) == expected


def test_general_preset_is_the_programs_defaults() -> None:
    general = preset_named("general")
    assert general is not None
    assert general.sampling == SamplingParams()
    assert preset_named("no such preset") is None


def test_what_an_engine_cannot_do_is_said_beside_the_value() -> None:
    card = presets_for(_spec("Llama-2-ko-7B-chat"), "kullm-v2")[1]
    remarks = {(remark.field, remark.text.source.split()[1]) for remark in card.remarks}
    assert remarks == {
        ("num_beams", "value"),
        ("num_beams", "engine"),
        ("early_stopping", "engine"),
    }
    live = presets_for(_spec("Llama-2-ko-7B-chat"), "kullm-v2")[0]
    assert not live.remarks
    scripted = presets_for(_spec("Llama-2-ko-7B-chat"), "kullm-v2", "scripted")[0]
    assert [remark.field for remark in scripted.remarks] == ["no_repeat_ngram"]


def test_remarks_for_an_engine_that_can() -> None:
    beams = SamplingParams(num_beams=3, early_stopping=True)
    (remark,) = value_remarks(beams, frozenset())
    assert "live" in remark.text.source
    (remark,) = value_remarks(SamplingParams(early_stopping=True), frozenset({"early_stopping"}))
    assert "beams" in remark.text.source


def test_models_without_an_engine_of_their_own_are_run_by_the_first() -> None:
    assert presets_for(_spec("Llama-2-ko-7b-Chat", ModelFormat.CHECKPOINT), "kullm-v2")[1].remarks


@pytest.mark.parametrize("name", engine_names())
def test_the_table_of_engines_says_what_the_engines_say(name: str) -> None:
    assert unsupported_sampling(name) == create(name).capabilities.unsupported_sampling


@pytest.mark.parametrize(
    "change",
    [
        {"sampling": {"top_p": 3}},
        {"sampling": {"top_q": 0.5}},
        {"rank": None, "families": 5},
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    plain = {"rank": 0, "families": [], "templates": [], "source": "x", "sampling": {}, **change}
    path = tmp_path / "general.json"
    path.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ValueError, match=r"general\.json"):
        read_preset(path)
