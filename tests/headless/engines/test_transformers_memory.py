"""What the transformers engine needs, against the figures of the models' cards."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.models import LoadOptions, ModelFormat, ModelSpec
from kochat_gui.engines.transformers_memory import (
    estimate_memory,
    missing_for,
    processor_build,
    stored_level,
    weight_bytes,
)

LLAMA_2_KO = ModelSpec(
    "llama-2-ko-7b",
    "llama-2-ko-7b",
    Path("llama-2-ko-7b"),
    ModelFormat.SAFETENSORS,
    None,
    13_711_712_256,
    parameter_count=6_855_856_128,
    vocab_size=46_336,
    layer_count=32,
    hidden_size=4096,
    feed_forward_size=11_008,
    head_count=32,
    head_count_kv=32,
    head_dim=128,
)


@pytest.mark.parametrize(
    ("level", "gigabytes"),
    [("fp32", 27.42), ("fp16", 13.71), ("bf16", 13.71), ("int8", 7.24), ("nf4", 4.10)],
)
def test_weights_of_a_model_of_seven_billion(level: str, gigabytes: float) -> None:
    assert weight_bytes(LLAMA_2_KO, level) / 1e9 == pytest.approx(gigabytes, abs=0.005)


def test_weights_of_a_model_of_which_little_is_known() -> None:
    unknown = replace(LLAMA_2_KO, parameter_count=0)
    assert weight_bytes(unknown, "nf4") == unknown.size_bytes
    assert weight_bytes(LLAMA_2_KO, "gptq") == LLAMA_2_KO.size_bytes


def test_the_context_costs_half_a_mebibyte_a_token() -> None:
    estimate = estimate_memory(LLAMA_2_KO, "fp16", LoadOptions(context_tokens=1024))
    assert estimate.kv_cache == 1024 * 512 * 1024
    assert estimate.total > estimate.weights + estimate.kv_cache


def test_beams_have_contexts_of_their_own() -> None:
    options = LoadOptions(context_tokens=1024)
    one = estimate_memory(LLAMA_2_KO, "fp16", options).kv_cache
    assert estimate_memory(LLAMA_2_KO, "fp16", options, beams=3).kv_cache == 4 * one


def test_fewer_key_heads_cost_less() -> None:
    shared = replace(LLAMA_2_KO, head_count_kv=8)
    options = LoadOptions(context_tokens=1024)
    whole = estimate_memory(LLAMA_2_KO, "nf4", options)
    assert estimate_memory(shared, "nf4", options).kv_cache * 4 == whole.kv_cache


@pytest.mark.parametrize(
    ("config", "level"),
    [
        ({}, "fp16"),
        ({"dtype": "bfloat16"}, "bf16"),
        ({"torch_dtype": "float32"}, "fp32"),
        ({"quantization_config": {"load_in_8bit": True}}, "int8"),
        (
            {"quantization_config": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}},
            "nf4",
        ),
        ({"quantization_config": {"quant_method": "gptq"}}, "gptq"),
    ],
)
def test_the_level_on_disk(config: dict[str, Any], level: str) -> None:
    assert stored_level(config) == level


def test_a_level_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_for("bf16") is None
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert missing_for("bf16") is None
    assert missing_for("nf4") == missing_for("int8")
    assert missing_for("nf4") is not None


@pytest.mark.parametrize(("version", "is_said"), [("2.13.0+cpu", True), ("2.13.0+cu130", False)])
def test_a_torch_without_gpus_is_said(
    monkeypatch: pytest.MonkeyPatch, version: str, is_said: bool
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _name: version)
    assert (processor_build() is not None) == is_said
