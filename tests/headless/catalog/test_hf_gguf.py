"""Names and metadata in GGUF are those of the ``gguf`` package and of llama.cpp."""

from pathlib import Path
from typing import Any

import gguf
import pytest

from kochat_gui.catalog.families import FAMILIES
from kochat_gui.catalog.gguf_header import read_gguf_header
from kochat_gui.catalog.gguf_writer import Typed, TypedArray
from kochat_gui.catalog.hf_config import HfConfig, read_hf_config
from kochat_gui.catalog.hf_gguf import gguf_name, metadata
from kochat_gui.catalog.safetensors_folder import vocabulary_header
from kochat_gui.catalog.tokenizer_json import read_tokenizer
from tests.helpers.native_model import native_ids
from tests.helpers.tiny_models import BUILT_IN, TINY_CONFIG, write_tiny_folder

_HEAD_DIM = {"head_dim": 16, "query_pre_attn_scalar": 16}


def _config(architecture: str, **changes: object) -> HfConfig:
    plain = TINY_CONFIG | _HEAD_DIM | {"architectures": [architecture]} | changes
    return read_hf_config(plain, Path("config.json"))


def _metadata(config: HfConfig) -> dict[str, Any]:
    vocabulary = read_tokenizer(BUILT_IN / "tokenizer.json", 4096)
    found = metadata(config, vocabulary, "tiny", "f16")
    return {
        key: value.value if isinstance(value, Typed) else tuple(value.values)
        for key, value in found.items()
        if isinstance(value, Typed | TypedArray)
    }


@pytest.mark.parametrize("architecture", FAMILIES)
def test_names_are_those_of_the_gguf_package(architecture: str) -> None:
    config = _config(architecture, attention_bias="Llama" in architecture)
    kind = next(
        key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == config.family.architecture
    )
    names = gguf.get_tensor_name_map(kind, config.layer_count)
    for name in config.tensor_shapes():
        expected = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert gguf_name(config, name) == expected, name


@pytest.mark.parametrize("architecture", FAMILIES)
def test_keys_are_those_of_the_gguf_package(architecture: str) -> None:
    known = {value for name, value in vars(gguf).items() if name.startswith("KEY_")}
    for group in vars(gguf.Keys).values():
        if isinstance(group, type):
            known |= {value for value in vars(group).values() if isinstance(value, str)}
    config = _config(architecture, sliding_window=32 if "Gemma" in architecture else None)
    prefix = config.family.architecture
    known = {key.replace("{arch}", prefix) for key in known}
    assert {key for key in _metadata(config) if not key.startswith("kochat.")} <= known


@pytest.mark.parametrize(
    ("architecture", "changes", "expected"),
    [
        ("LlamaForCausalLM", {}, {"llama.rope.freq_base": 10_000.0, "llama.context_length": 128}),
        (
            "LlamaForCausalLM",
            {"rope_scaling": {"type": "linear", "factor": 2.0}},
            {"llama.rope.scaling.type": "linear", "llama.rope.scaling.factor": 2.0},
        ),
        (
            "Qwen2ForCausalLM",
            {"rope_scaling": {"type": "yarn", "factor": 4.0}},
            {
                "qwen2.rope.scaling.original_context_length": 128,
                "qwen2.context_length": 512,
            },
        ),
        ("MistralForCausalLM", {"sliding_window": 32}, {"llama.context_length": 32}),
        ("Qwen2ForCausalLM", {"sliding_window": 32}, {"qwen2.context_length": 128}),
        (
            "Qwen2ForCausalLM",
            {"sliding_window": 32, "use_sliding_window": True},
            {"qwen2.context_length": 32},
        ),
        (
            "Gemma2ForCausalLM",
            {"sliding_window": 32},
            {
                "gemma2.context_length": 128,
                "gemma2.attention.sliding_window": 32,
                "gemma2.attention.sliding_window_pattern": (True, False),
                "gemma2.attn_logit_softcapping": 50.0,
                "gemma2.final_logit_softcapping": 30.0,
            },
        ),
        (
            "Gemma3ForCausalLM",
            {"sliding_window": 32, "sliding_window_pattern": 2, "rope_local_base_freq": 5e3},
            {
                "gemma3.rope.freq_base": 1e6,
                "gemma3.rope.freq_base_swa": 5e3,
                "gemma3.attention.sliding_window_pattern": (True, False),
            },
        ),
        (
            "LlamaForCausalLM",
            {"eos_token_id": [5, 6, 7], "pad_token_id": 9},
            {
                "tokenizer.ggml.eos_token_id": 5,
                "tokenizer.ggml.eom_token_id": 6,
                "tokenizer.ggml.eot_token_id": 7,
                "tokenizer.ggml.padding_token_id": 9,
            },
        ),
        ("LlamaForCausalLM", {"pad_token_id": -1}, {"tokenizer.ggml.eos_token_id": 2}),
    ],
)
def test_what_the_config_says_is_written(
    architecture: str, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = _metadata(_config(architecture, **changes))
    assert {key: found.get(key) for key in expected} == expected


def test_the_vocabulary_alone(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.gguf"
    path.write_bytes(vocabulary_header(BUILT_IN, "tiny"))
    header = read_gguf_header(path)
    assert header.tensors == ()
    assert header.metadata["kochat.prefix_space"] == "unless_there"
    assert native_ids(path, [" 안녕하세요"]) == [[1416, 327]]


@pytest.mark.parametrize("architecture", FAMILIES)
def test_llama_cpp_loads_the_vocabulary_of_every_family(tmp_path: Path, architecture: str) -> None:
    folder = write_tiny_folder(tmp_path / "m", {"architectures": [architecture], **_HEAD_DIM})
    path = tmp_path / "vocabulary.gguf"
    path.write_bytes(vocabulary_header(folder, "tiny"))
    assert len(native_ids(path, ["안녕"])[0]) == 1
