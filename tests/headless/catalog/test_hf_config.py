"""Configs of ``transformers``: what cannot be computed the same way is refused by name."""

import math
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.families import FAMILIES
from kochat_gui.catalog.hf_config import HfConfig, read_hf_config
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from tests.helpers.tiny_models import TINY_CONFIG

_PATH = Path("model") / "config.json"
_LLAMA_3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def _read(architecture: str = "LlamaForCausalLM", **changes: object) -> HfConfig:
    return read_hf_config(TINY_CONFIG | {"architectures": [architecture]} | changes, _PATH)


@pytest.mark.parametrize(
    ("architecture", "changes", "said"),
    [
        ("MixtralForCausalLM", {}, "MixtralForCausalLM"),
        ("ExaoneForCausalLM", {}, "ExaoneForCausalLM"),
        ("LlamaForCausalLM", {"hidden_act": "gelu"}, "hidden_act"),
        ("LlamaForCausalLM", {"rope_scaling": {"type": "longrope"}}, "RoPE: longrope"),
        ("LlamaForCausalLM", {"rope_parameters": {"partial_rotary_factor": 0.5}}, "RoPE"),
        (
            "LlamaForCausalLM",
            {"rope_scaling": {"type": "yarn", "factor": 4.0, "beta_fast": 16}},
            "RoPE: yarn",
        ),
        (
            "LlamaForCausalLM",
            {"rope_scaling": {"type": "yarn", "factor": 4.0, "attention_factor": 1.0}},
            "RoPE: yarn",
        ),
        ("MistralForCausalLM", {"attention_bias": True}, "attention_bias"),
        ("Qwen2ForCausalLM", {"head_dim": 32}, "head_dim"),
        ("Qwen2ForCausalLM", {"rope_scaling": _LLAMA_3}, "RoPE: llama3"),
        ("Qwen3ForCausalLM", {"attention_bias": True}, "attention_bias"),
        ("GemmaForCausalLM", {"tie_word_embeddings": False}, "tie_word_embeddings"),
        ("Gemma2ForCausalLM", {"query_pre_attn_scalar": 100}, "query_pre_attn_scalar"),
        ("Gemma2ForCausalLM", {"attn_logit_softcapping": None}, "attn_logit_softcapping"),
        ("Gemma2ForCausalLM", {"final_logit_softcapping": None}, "final_logit_softcapping"),
        ("Gemma2ForCausalLM", {"hidden_activation": "silu"}, "hidden_act"),
        ("Gemma3ForCausalLM", {"attn_logit_softcapping": 50.0}, "attn_logit_softcapping"),
        ("Gemma3ForCausalLM", {"use_bidirectional_attention": True}, "bidirectional"),
        ("Gemma3ForCausalLM", {"layer_types": ["other"] * 2}, "layer_types"),
        ("Exaone4ForCausalLM", {"sliding_window": 64}, "sliding_window"),
        ("LlamaForCausalLM", {"rope_parameters": {"rope_type": [1]}}, "RoPE"),
        (
            "LlamaForCausalLM",
            {"rope_parameters": {"rope_type": "yarn", "factor": 2.0, "beta_fast": [1]}},
            "RoPE: yarn",
        ),
        ("Gemma3ForCausalLM", {"layer_types": [[1]] * 2}, "layer_types"),
        ("Exaone4ForCausalLM", {"sliding_window": 64, "layer_types": [{}] * 2}, "layer_types"),
    ],
)
def test_refused_by_name(architecture: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelUnsupportedError, match=said):
        _read(architecture, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden_size": 0},
        {"hidden_size": 65},
        {"hidden_size": True},
        {"hidden_size": 2**40},
        {"num_hidden_layers": 10**6},
        {"num_key_value_heads": 3},
        {"head_dim": 7},
        {"rms_norm_eps": -1},
        {"rms_norm_eps": "small"},
        {"eos_token_id": 300},
        {"eos_token_id": ["</s>"]},
        {"bos_token_id": -1},
        {"rope_theta": 0},
        {"rope_scaling": {"type": "linear"}},
        {"rope_scaling": _LLAMA_3 | {"high_freq_factor": 1.0}},
        {"rope_scaling": _LLAMA_3 | {"original_max_position_embeddings": 2**60}},
    ],
)
def test_impossible_values(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelDamagedError):
        _read(**changes)


@pytest.mark.parametrize(
    ("architecture", "changes", "layers"),
    [
        ("Gemma2ForCausalLM", {}, (True, False, True, False)),
        ("Gemma3ForCausalLM", {"sliding_window_pattern": 3}, (True, True, False, True)),
        ("Gemma3ForCausalLM", {"sliding_window": None}, ()),
        (
            "Gemma3ForCausalLM",
            {"layer_types": ["full_attention", *["sliding_attention"] * 3]},
            (False, True, True, True),
        ),
        ("Exaone4ForCausalLM", {"sliding_window": None}, ()),
        ("Exaone4ForCausalLM", {"layer_types": ["full_attention"] * 4}, ()),
    ],
)
def test_layers_with_a_window(
    architecture: str, changes: dict[str, Any], layers: tuple[bool, ...]
) -> None:
    config = _read(
        architecture,
        **{"num_hidden_layers": 4, "head_dim": 16, "query_pre_attn_scalar": 16} | changes,
    )
    assert config.windowed_layers == layers
    assert bool(config.window) is bool(layers)


def test_exaone_4_has_windows_at_its_own_depth() -> None:
    changes = {"num_hidden_layers": 64, "sliding_window": 32, "sliding_window_pattern": "LLLG"}
    config = _read("Exaone4ForCausalLM", **changes)
    assert config.windowed_layers == (True, True, True, False) * 16


def test_factors_of_llama_3() -> None:
    rope = _read(rope_theta=500_000.0, rope_scaling=_LLAMA_3).rope
    factors = rope.frequency_factors(128)
    assert len(factors) == 64
    # Llama 3.1 8B's: short waves stay, long ones are stretched eightfold.
    assert factors[:29] == (1.0,) * 29
    assert set(factors[35:]) == {8.0}
    assert all(1 < factor < 8 for factor in factors[29:35])
    assert math.isclose(factors[29], 1.0625, rel_tol=0.2)


def test_the_spelling_of_early_2023() -> None:
    assert _read("LLaMAForCausalLM").family is FAMILIES["LlamaForCausalLM"]


def test_every_family_reads_its_defaults() -> None:
    for architecture, family in FAMILIES.items():
        plain = {key: value for key, value in TINY_CONFIG.items() if "token_id" not in key}
        plain |= {"architectures": [architecture], "head_dim": 16, "query_pre_attn_scalar": 16}
        config = read_hf_config(plain, _PATH)
        assert config.bos_id == family.default_bos
        assert config.is_output_tied is (family.is_tied is True)
