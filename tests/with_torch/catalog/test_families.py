"""Every family computes in GGUF what it computes in ``transformers``.

Tiny models of random weights; every parameter is random, so that none can be forgotten.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from kochat_gui.catalog.convert import convert_folder
from kochat_gui.catalog.families import FAMILIES
from kochat_gui.catalog.hf_gguf import file_bytes
from kochat_gui.catalog.safetensors_folder import read_safetensors_folder
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from tests.helpers.native_model import native_logits
from tests.helpers.tiny_models import tiny_vocabulary

torch: Any = pytest.importorskip("torch")
tqdm: Any = pytest.importorskip("tqdm")
transformers: Any = pytest.importorskip("transformers")
_Floats = npt.NDArray[np.float32]
_VOCABULARY = 320
_TOKENS = 48
_F32_BOUND = 2e-5
"""Of the largest logit: sums are in another order, nothing else differs."""
_TABLE_BOUND = 2.0**-10
"""Where llama.cpp takes GELU from a table of f16."""
_F16_BOUND = 2.0**-6
"""f16 rounds by 2⁻¹¹, and does so before each of some twenty matrices one after the other."""
_ROUNDED_BOUND = 2.0**-9
"""The same when ``transformers`` rounds there too: what is left is rounding inside attention."""

_BASE: dict[str, Any] = {
    "vocab_size": _VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
_LLAMA_3 = {
    "rope_type": "llama3",
    "rope_theta": 500_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
_YARN = {
    "rope_type": "yarn",
    "rope_theta": 10_000.0,
    "factor": 4.0,
    "original_max_position_embeddings": 32,
}
_LINEAR = {"rope_type": "linear", "rope_theta": 10_000.0, "factor": 2.0}
_DYNAMIC = {"rope_type": "dynamic", "rope_theta": 10_000.0, "factor": 2.0}
_GEMMA = {"head_dim": 32, "query_pre_attn_scalar": 32}

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("LlamaForCausalLM", {}),
    "llama, no groups": ("LlamaForCausalLM", {"num_key_value_heads": 4}),
    "llama, tied": ("LlamaForCausalLM", {"tie_word_embeddings": True}),
    "llama, wide heads": ("LlamaForCausalLM", {"head_dim": 32}),
    "llama, biases": ("LlamaForCausalLM", {"attention_bias": True, "mlp_bias": True}),
    "llama 3": ("LlamaForCausalLM", {"rope_parameters": _LLAMA_3}),
    "llama, linear": ("LlamaForCausalLM", {"rope_parameters": _LINEAR}),
    "llama, dynamic": ("LlamaForCausalLM", {"rope_parameters": _DYNAMIC}),
    "llama, yarn": ("LlamaForCausalLM", {"rope_parameters": _YARN}),
    "mistral": ("MistralForCausalLM", {"sliding_window": None}),
    "mistral, wide heads": ("MistralForCausalLM", {"sliding_window": 64, "head_dim": 32}),
    "qwen2": ("Qwen2ForCausalLM", {}),
    "qwen2, tied": ("Qwen2ForCausalLM", {"tie_word_embeddings": True}),
    "qwen2, yarn": ("Qwen2ForCausalLM", {"rope_parameters": _YARN}),
    "qwen3": ("Qwen3ForCausalLM", {"head_dim": 32}),
    "qwen3, tied": ("Qwen3ForCausalLM", {"head_dim": 16, "tie_word_embeddings": True}),
    "qwen3, yarn": ("Qwen3ForCausalLM", {"head_dim": 32, "rope_parameters": _YARN}),
    "gemma": ("GemmaForCausalLM", {"head_dim": 32}),
    "gemma 2": ("Gemma2ForCausalLM", {**_GEMMA, "sliding_window": 16}),
    "gemma 2, 27B": (
        "Gemma2ForCausalLM",
        {"head_dim": 32, "query_pre_attn_scalar": 16, "num_hidden_layers": 46},
    ),
    "gemma 3": ("Gemma3ForCausalLM", {**_GEMMA, "sliding_window": 16, "num_hidden_layers": 7}),
    "gemma 3, own pattern": (
        "Gemma3ForCausalLM",
        {
            **_GEMMA,
            "sliding_window": 16,
            "layer_types": ["full_attention", "sliding_attention", "full_attention"],
        },
    ),
    "gemma 3, linear": (
        "Gemma3ForCausalLM",
        {
            **_GEMMA,
            "sliding_window": 16,
            "num_hidden_layers": 6,
            "rope_parameters": {
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
            },
        },
    ),
    "exaone 4": (
        "Exaone4ForCausalLM",
        {
            "sliding_window": None,
            "layer_types": ["full_attention"] * 3,
            "rope_parameters": _LLAMA_3,
        },
    ),
    "exaone 4, 32B": (
        "Exaone4ForCausalLM",
        {"sliding_window": 16, "num_hidden_layers": 64, "rope_parameters": _LLAMA_3},
    ),
}


@pytest.fixture(autouse=True)
def _no_progress_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)


def _saved(folder: Path, architecture: str, settings: dict[str, Any], seed: int = 1) -> Any:
    """A model of random weights, saved to ``folder`` in f16."""
    model_class = getattr(transformers, architecture)
    config = model_class.config_class(**{**_BASE, **settings})
    torch.manual_seed(seed)
    model = model_class(config)
    # Deep models keep their numbers small, so that rounding can be told from mistakes.
    spread = 0.25 / max(config.num_hidden_layers / 4, 1) ** 0.5
    with torch.no_grad():
        for name, weights in model.named_parameters():
            is_norm = name.endswith("norm.weight")
            weights.normal_(1.0 if is_norm else 0.0, 0.1 if is_norm else spread)
            if is_norm and "Gemma" in architecture:
                weights.sub_(1.0)
    model.half().save_pretrained(folder)
    vocabulary = json.dumps(tiny_vocabulary(_VOCABULARY))
    (folder / "tokenizer.json").write_text(vocabulary, encoding="utf-8")
    # Read again: half() has also rounded what RoPE computes from the config.
    return model_class.from_pretrained(folder, dtype=torch.float32).eval()


def _converted(folder: Path, level: str) -> Path:
    found = read_safetensors_folder(folder)
    vocabulary = read_tokenizer(found.tokenizer, found.config.vocab_size)
    path = folder / f"{level}.gguf"
    convert_folder(found, vocabulary, "tiny", path, lambda _: None, level)
    assert path.stat().st_size == file_bytes(found.config, vocabulary, "tiny", [level])[level]
    return path


def _difference(model: Any, path: Path) -> float:
    """The largest difference of a logit, as a share of the largest logit."""
    ids = [1, *np.random.default_rng(2).integers(3, _VOCABULARY, _TOKENS - 1).tolist()]
    with torch.no_grad():
        expected: _Floats = model(torch.tensor([ids])).logits[0].numpy()
    assert expected.std() > 0.05, "a model that says nothing cannot be told from another"
    return float(np.abs(native_logits(path, ids) - expected).max() / np.abs(expected).max())


def test_every_family_is_compared() -> None:
    assert {architecture for architecture, _ in CASES.values()} == set(FAMILIES)


@pytest.mark.parametrize("case", CASES)
def test_the_same_logits(tmp_path: Path, case: str) -> None:
    model = _saved(tmp_path, *CASES[case])
    bound = _TABLE_BOUND if "gemma" in case else _F32_BOUND
    assert _difference(model, _converted(tmp_path, "f32")) < bound
    path = _converted(tmp_path, "f16")
    assert _difference(model, path) < _F16_BOUND
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_pre_hook(_round_inputs)
    assert _difference(model, path) < _ROUNDED_BOUND


def _round_inputs(_module: object, inputs: tuple[Any]) -> tuple[Any]:
    """What llama.cpp does before it multiplies with a matrix in f16."""
    return (inputs[0].half().float(),)
