"""Adapters: what is recognised, what is refused and why, and what fits which model."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.catalog.adapter_header import check_adapter, describe_adapter
from kochat_gui.catalog.gguf_format import ValueType
from kochat_gui.catalog.gguf_writer import PlannedTensor, Typed, encode_header
from kochat_gui.catalog.model_inspection import inspect_model
from kochat_gui.core.errors import (
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    ModelUnsupportedError,
)
from kochat_gui.core.models import AdapterFormat, ModelFormat, ModelSpec
from kochat_gui.core.resources import resource
from tests.helpers.tiny_models import BUILT_IN, mutations, write_safetensors
from tests.helpers.torch_checkpoints import View, state_dict, write_archive

MEOW = resource("adapters", "ko-tiny-meow")
RANK = 2
WIDTHS = {
    "self_attn.q_proj": (16, 16),
    "self_attn.k_proj": (8, 16),
    "self_attn.v_proj": (8, 16),
    "self_attn.o_proj": (16, 16),
    "mlp.gate_proj": (24, 16),
    "mlp.up_proj": (24, 16),
    "mlp.down_proj": (16, 24),
}
MODEL = ModelSpec(
    "base",
    "작은 모델",
    Path("base"),
    ModelFormat.SAFETENSORS,
    None,
    0,
    "LlamaForCausalLM",
    layer_count=2,
    hidden_size=16,
    feed_forward_size=24,
    head_count=4,
    head_count_kv=2,
    head_dim=4,
)
CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "r": RANK,
    "lora_alpha": 4,
    "bias": "none",
    "target_modules": [name.rpartition(".")[2] for name in WIDTHS],
    "base_model_name_or_path": "../models/someone/base",
    "a_setting_of_next_year": None,
}
FUZZ_CASES = 800


def shapes(layers: int = 2) -> dict[str, tuple[int, int]]:
    """Every tensor of an adapter for ``MODEL``, by PEFT's name."""
    found = {}
    for layer in range(layers):
        for module, (outputs, inputs) in WIDTHS.items():
            start = f"base_model.model.model.layers.{layer}.{module}"
            found[f"{start}.lora_A.weight"] = (RANK, inputs)
            found[f"{start}.lora_B.weight"] = (outputs, RANK)
    return found


def write_adapter(
    folder: Path,
    config: Mapping[str, Any] | None = None,
    tensors: Mapping[str, tuple[int, ...]] | None = None,
    *,
    is_pickled: bool = False,
) -> Path:
    """A PEFT folder of zeros; ``config`` overrides ``CONFIG``."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = CONFIG | dict(config or {})
    (folder / "adapter_config.json").write_text(json.dumps(plain), encoding="utf-8")
    found = shapes() if tensors is None else tensors
    sizes = {name: 4 * _count(shape) for name, shape in found.items()}
    if is_pickled:
        views = {name: View(str(i), "F32", shape) for i, (name, shape) in enumerate(found.items())}
        storages = {view.key: bytes(sizes[name]) for name, view in views.items()}
        write_archive(folder / "adapter_model.bin", state_dict(views), storages)
    else:
        content = {name: ("F32", shape, bytes(sizes[name])) for name, shape in found.items()}
        write_safetensors(folder / "adapter_model.safetensors", content)
    return folder


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for length in shape:
        count *= length
    return count


@pytest.mark.parametrize("file", ["", "adapter_config.json", "adapter_model.safetensors"])
def test_the_shipped_adapter(file: str) -> None:
    spec = describe_adapter(MEOW / file if file else MEOW)
    assert (spec.name, spec.path, spec.format) == ("ko-tiny-meow", MEOW, AdapterFormat.PEFT)
    assert (spec.rank, spec.alpha, spec.base_name) == (8, 32.0, "ko-tiny-chat")
    assert len(spec.targets) == 7
    assert not spec.is_pickled
    check_adapter(spec, inspect_model(BUILT_IN))


def test_the_home_of_nobody() -> None:
    with pytest.raises(ModelMissingError):
        describe_adapter(Path("~nobodyhere/야옹"))


def test_a_pickled_adapter_is_described_by_its_config(tmp_path: Path) -> None:
    spec = describe_adapter(write_adapter(tmp_path / "야옹", is_pickled=True))
    assert (spec.name, spec.is_pickled, spec.rank) == ("야옹", True, RANK)
    assert "q_proj" in spec.targets
    check_adapter(spec, MODEL)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another method": ({"peft_type": "IA3"}, "kind IA3"),
    "no method": ({"peft_type": None}, "kind None"),
    "DoRA": ({"use_dora": True}, "DoRA"),
    "whole parts": ({"modules_to_save": ["lm_head"]}, "whole parts.*modules_to_save: lm_head"),
    "all biases": ({"bias": "all"}, "bias values.*bias: all"),
    "its own biases": ({"bias": "lora_only"}, "bias values"),
    "a bias of LoRA": ({"lora_bias": True}, "bias values.*lora_bias"),
    "new tokens": ({"trainable_token_indices": [3, 5]}, "vocabulary.*3, 5"),
    "new tokens by layer": ({"trainable_token_indices": {"embed_tokens": [3]}}, "vocabulary"),
    "PiSSA": ({"init_lora_weights": "pissa_niter_4"}, "changed copy.*pissa_niter_4"),
    "OLoRA": ({"init_lora_weights": "olora"}, "changed copy"),
    "LoftQ": ({"init_lora_weights": "loftq"}, "changed copy"),
    "aLoRA": ({"alora_invocation_tokens": [1, 2]}, "cannot apply.*alora_invocation_tokens"),
    "layers twice": ({"layer_replication": [[0, 2], [1, 2]]}, "cannot apply"),
    "turned weights": ({"fan_in_fan_out": True}, "cannot apply.*fan_in_fan_out"),
    "parameters": ({"target_parameters": ["experts.0"]}, "cannot apply"),
    "QALoRA": ({"use_qalora": True}, "cannot apply"),
}


@pytest.mark.parametrize("label", REFUSED)
def test_each_refusal_has_its_reason(tmp_path: Path, label: str) -> None:
    config, message = REFUSED[label]
    with pytest.raises(ModelUnsupportedError, match=message) as caught:
        describe_adapter(write_adapter(tmp_path / "이름", config))
    assert "이름" in str(caught.value)
    assert caught.value.advice is not None


@pytest.mark.parametrize("start", [True, False, "gaussian", "orthogonal", "eva", "Gaussian"])
def test_ways_to_start_that_change_nothing(tmp_path: Path, start: object) -> None:
    assert describe_adapter(write_adapter(tmp_path, {"init_lora_weights": start})).rank == RANK


@pytest.mark.parametrize(
    ("config", "key"),
    [
        ({"r": 0}, "r"),
        ({"r": 10**9}, "r"),
        ({"r": True}, "r"),
        ({"lora_alpha": 0}, "lora_alpha"),
        ({"lora_alpha": "many"}, "lora_alpha"),
        ({"lora_alpha": float("nan")}, "lora_alpha"),
        ({"rank_pattern": {"q_proj": "8"}}, "r"),
        ({"alpha_pattern": [1]}, "alpha_pattern"),
        ({"rank_pattern": {"x" * 500: 8}}, "rank_pattern"),
    ],
)
def test_impossible_numbers(tmp_path: Path, config: dict[str, Any], key: str) -> None:
    with pytest.raises(ModelDamagedError, match=rf"\({key}\)"):
        describe_adapter(write_adapter(tmp_path, config))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("base_model.model.lm_head.lora_A.weight", "vocabulary"),
        ("base_model.model.model.embed_tokens.lora_embedding_A", "vocabulary"),
        ("base_model.model.model.embed_tokens.weight", "vocabulary"),
        ("base_model.model.model.norm.weight", "whole parts"),
        ("base_model.model.model.layers.0.self_attn.q_proj.bias", "bias values"),
        ("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "DoRA"),
        ("base_model.model.model.layers.0.mlp.experts.0.w1.lora_A.weight", "cannot apply"),
        ("../../etc/passwd.lora_A.weight", "cannot apply"),
    ],
)
def test_tensors_that_a_lora_does_not_have(tmp_path: Path, name: str, message: str) -> None:
    folder = write_adapter(tmp_path, tensors=shapes() | {name: (RANK, 16)})
    with pytest.raises(ModelUnsupportedError, match=message):
        describe_adapter(folder)


_Q = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {f"{_Q}.lora_A.weight": (2, 16)},
        {f"{_Q}.lora_A.weight": (2, 16), f"{_Q}.lora_B.weight": (16, 3)},
        {f"{_Q}.lora_A.weight": (2, 16), f"{_Q}.lora_B.weight": (16,)},
        {f"{_Q}.lora_A.weight": (0, 16), f"{_Q}.lora_B.weight": (16, 0)},
    ],
)
def test_halves_that_do_not_fit(tmp_path: Path, tensors: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(ModelDamagedError):
        describe_adapter(write_adapter(tmp_path, tensors=tensors))


@pytest.mark.parametrize("is_pickled", [False, True])
@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"layer_count": 1}, "2 layers or more, and 작은 모델 has 1"),
        ({"hidden_size": 32, "head_dim": 8}, "16 × 24, and this model's is 32 × 24"),
        ({"head_count_kv": 4}, "k_proj of 8 × 16, and this model's is 16 × 16"),
        ({"feed_forward_size": 48}, "48"),
    ],
)
def test_a_model_of_another_shape(
    tmp_path: Path, other: dict[str, int], message: str, is_pickled: bool
) -> None:
    spec = describe_adapter(write_adapter(tmp_path / "야옹", is_pickled=is_pickled))
    check_adapter(spec, MODEL)
    with pytest.raises(ModelUnsupportedError) as caught:
        check_adapter(spec, replace(MODEL, **other))  # type: ignore[arg-type]  # fields by name
    said = caught.value.text()
    assert "야옹" in said
    assert "작은 모델" in said
    if not is_pickled:
        assert message in str(caught.value)


def test_what_a_header_does_not_say_is_not_compared(tmp_path: Path) -> None:
    spec = describe_adapter(write_adapter(tmp_path))
    check_adapter(spec, replace(MODEL, feed_forward_size=0, head_count_kv=0))


def test_sizes_of_a_pickle_are_compared_only_where_they_can_be_known(tmp_path: Path) -> None:
    some = {name: shape for name, shape in shapes().items() if ".layers.1." in name}
    folder = write_adapter(tmp_path, {"layers_to_transform": [1]}, some, is_pickled=True)
    check_adapter(describe_adapter(folder), MODEL)


def test_tensors_of_one_storage_are_left_to_the_conversion(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path, is_pickled=True)
    views, offset = {}, 0
    total = sum(_count(shape) for shape in shapes().values())
    for name, shape in shapes().items():
        views[name] = View("0", "F32", shape, None, offset, total)
        offset += _count(shape)
    write_archive(folder / "adapter_model.bin", state_dict(views), {"0": bytes(4 * total)})
    check_adapter(describe_adapter(folder), MODEL)


def test_a_base_of_an_unknown_kind(tmp_path: Path) -> None:
    spec = describe_adapter(write_adapter(tmp_path))
    with pytest.raises(ModelUnsupportedError, match="kind \\(mamba\\)"):
        check_adapter(spec, replace(MODEL, architecture="mamba"))


def test_ggufs_name_of_the_architecture_is_understood(tmp_path: Path) -> None:
    check_adapter(describe_adapter(write_adapter(tmp_path)), replace(MODEL, architecture="llama"))


def test_no_adapter_at_all(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        describe_adapter(tmp_path / "none")
    with pytest.raises(ModelUnsupportedError, match="is no adapter"):
        describe_adapter(tmp_path)
    with pytest.raises(ModelUnsupportedError, match="is no adapter"):
        describe_adapter(BUILT_IN)
    write_adapter(tmp_path)
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    with pytest.raises(ModelUnsupportedError, match="is no adapter"):
        describe_adapter(tmp_path / "README.md")
    (tmp_path / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelMissingError, match=r"adapter_model\.safetensors"):
        describe_adapter(tmp_path)


# Adapters in GGUF.


def write_gguf_adapter(
    path: Path, metadata: Mapping[str, Typed] | None = None, *, layers: int = 2, wide: int = 16
) -> Path:
    """A GGUF adapter of zeros for the queries of ``MODEL``; ``metadata`` override its own."""
    values = {
        "general.type": Typed(ValueType.STRING, "adapter"),
        "general.architecture": Typed(ValueType.STRING, "llama"),
        "adapter.type": Typed(ValueType.STRING, "lora"),
        "adapter.lora.alpha": Typed(ValueType.FLOAT32, 16.0),
        **(metadata or {}),
    }
    tensors = []
    for layer in range(layers):
        base = f"blk.{layer}.attn_q.weight"
        tensors.append(PlannedTensor(f"{base}.lora_a", "f32", (wide, RANK)))
        tensors.append(PlannedTensor(f"{base}.lora_b", "f32", (RANK, wide)))
    data = b"".join(bytes(-(-tensor.size // 32) * 32) for tensor in tensors)
    path.write_bytes(encode_header(values, tensors) + data)
    return path


def test_a_gguf_adapter(tmp_path: Path) -> None:
    path = write_gguf_adapter(tmp_path / "야옹.bin")
    spec = describe_adapter(path)
    assert (spec.format, spec.name, spec.rank) == (AdapterFormat.GGUF, "야옹", RANK)
    assert (spec.alpha, spec.targets) == (16.0, ("attn_q",))
    check_adapter(spec, MODEL)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"general.type": Typed(ValueType.STRING, "model")}, "is no adapter"),
        ({"adapter.type": Typed(ValueType.STRING, "control_vector")}, "kind control_vector"),
    ],
)
def test_other_ggufs(tmp_path: Path, metadata: dict[str, Typed], message: str) -> None:
    with pytest.raises(ModelUnsupportedError, match=message):
        describe_adapter(write_gguf_adapter(tmp_path / "a.gguf", metadata))


def test_a_gguf_adapter_for_another_model(tmp_path: Path) -> None:
    for adapter, message in (
        (write_gguf_adapter(tmp_path / "a.gguf", layers=3), "3 layers or more"),
        (write_gguf_adapter(tmp_path / "b.gguf", wide=32), "32 × 32"),
        (
            write_gguf_adapter(
                tmp_path / "c.gguf", {"general.architecture": Typed(ValueType.STRING, "qwen2")}
            ),
            "qwen2, and 작은 모델 is llama",
        ),
    ):
        with pytest.raises(ModelUnsupportedError, match=message):
            check_adapter(describe_adapter(adapter), MODEL)


def test_damaged_configs_raise_model_errors_only(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MEOW, tmp_path / "a"))
    files = [folder / "adapter_config.json", folder / "adapter_model.safetensors"]
    model = inspect_model(BUILT_IN)
    refused = 0
    for seed, file in enumerate(files):
        sound = file.read_bytes()
        for content in mutations(sound, FUZZ_CASES // 8 if seed else FUZZ_CASES, seed, 6000):
            file.write_bytes(content)
            try:
                check_adapter(describe_adapter(folder), model)
            except ModelError as error:
                error.text()
                refused += 1
        file.write_bytes(sound)
    assert refused > FUZZ_CASES // 2
    check_adapter(describe_adapter(folder), model)
