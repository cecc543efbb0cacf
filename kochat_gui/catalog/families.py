"""Families of models that can be converted, as data: their tensors' names and their peculiarities.

Names on the left are those of ``transformers``, names on the right those of GGUF.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Axis(Enum):
    """A length that the shapes of tensors are made of."""

    HIDDEN = "hidden"
    WIDE = "wide"
    """Inside the feed-forward part."""
    QUERIES = "queries"
    """Heads × length of a head."""
    KEYS = "keys"
    """Key heads × length of a head."""
    HEAD = "head"
    """Length of a head."""


class LayerTensor(NamedTuple):
    """A tensor that every layer has."""

    source: str
    target: str
    shape: tuple[Axis, ...]
    """Rows first."""
    is_rotated: bool = False
    """RoPE turns its rows."""


class WindowUse(Enum):
    """What becomes of a sliding attention window."""

    CLIPS = "clips"
    """llama.cpp does not know it: no context longer than the window is offered."""
    LAYERS = "layers"
    """llama.cpp applies it to the layers that have it."""


_H, _W, _Q, _K, _D = Axis.HIDDEN, Axis.WIDE, Axis.QUERIES, Axis.KEYS, Axis.HEAD

_LINEAR = (
    LayerTensor("self_attn.q_proj.weight", "attn_q.weight", (_Q, _H), is_rotated=True),
    LayerTensor("self_attn.k_proj.weight", "attn_k.weight", (_K, _H), is_rotated=True),
    LayerTensor("self_attn.v_proj.weight", "attn_v.weight", (_K, _H)),
    LayerTensor("self_attn.o_proj.weight", "attn_output.weight", (_H, _Q)),
    LayerTensor("mlp.gate_proj.weight", "ffn_gate.weight", (_W, _H)),
    LayerTensor("mlp.up_proj.weight", "ffn_up.weight", (_W, _H)),
    LayerTensor("mlp.down_proj.weight", "ffn_down.weight", (_H, _W)),
)
_NORMS_BEFORE = (
    LayerTensor("input_layernorm.weight", "attn_norm.weight", (_H,)),
    LayerTensor("post_attention_layernorm.weight", "ffn_norm.weight", (_H,)),
)
_NORMS_AROUND = (
    LayerTensor("input_layernorm.weight", "attn_norm.weight", (_H,)),
    LayerTensor("post_attention_layernorm.weight", "post_attention_norm.weight", (_H,)),
    LayerTensor("pre_feedforward_layernorm.weight", "ffn_norm.weight", (_H,)),
    LayerTensor("post_feedforward_layernorm.weight", "post_ffw_norm.weight", (_H,)),
)
_NORMS_AFTER = (_NORMS_AROUND[1], _NORMS_AROUND[3])
_HEAD_NORMS = (
    LayerTensor("self_attn.q_norm.weight", "attn_q_norm.weight", (_D,)),
    LayerTensor("self_attn.k_norm.weight", "attn_k_norm.weight", (_D,)),
)
_QKV_BIAS = (
    LayerTensor("self_attn.q_proj.bias", "attn_q.bias", (_Q,), is_rotated=True),
    LayerTensor("self_attn.k_proj.bias", "attn_k.bias", (_K,), is_rotated=True),
    LayerTensor("self_attn.v_proj.bias", "attn_v.bias", (_K,)),
)
_OUTPUT_BIAS = (LayerTensor("self_attn.o_proj.bias", "attn_output.bias", (_H,)),)
_MLP_BIAS = (
    LayerTensor("mlp.gate_proj.bias", "ffn_gate.bias", (_W,)),
    LayerTensor("mlp.up_proj.bias", "ffn_up.bias", (_W,)),
    LayerTensor("mlp.down_proj.bias", "ffn_down.bias", (_H,)),
)


@dataclass(frozen=True)
class Family:
    """One architecture of ``transformers`` and how llama.cpp computes the same."""

    architecture: str
    """GGUF's name."""
    tensors: tuple[LayerTensor, ...]
    optional: tuple[tuple[str, tuple[LayerTensor, ...]], ...] = ()
    """Further tensors where the config has this switch on."""
    pairs_halves: bool = False
    """GGUF's rows are in pairs where ``transformers`` has halves (heads that RoPE turns)."""
    norms_add_one: bool = False
    """The norms' weights are stored less one."""
    activation_key: str = "hidden_act"
    activations: tuple[str, ...] = ("silu",)
    """Accepted values; the first is the default."""
    ropes: frozenset[str] = frozenset({"default", "dynamic", "linear", "yarn"})
    window: WindowUse = WindowUse.CLIPS
    window_switch: str | None = None
    """The config's switch without which its window is not used."""
    default_window: int | None = None
    default_pattern: int = 0
    """Every so-many-th layer sees everything, the others the window; 0: no layer has one."""
    windows_only_at_depth: int | None = None
    """llama.cpp windows such models only with this number of layers."""
    local_theta: float | None = None
    """RoPE base of the layers with a window, where it is another one."""
    is_square: bool = False
    """llama.cpp wants heads × length of a head to be the hidden size."""
    default_head_dim: int | None = None
    is_tied: bool | None = None
    """Whether the output is the embedding when the config does not say."""
    must_be_tied: bool = False
    scales_queries: bool = False
    """The config says how to scale queries; llama.cpp knows 1/√(length of a head) …"""
    scale_by_width_at_depth: int | None = None
    """… and 1/√(hidden size / heads) for models of this many layers."""
    attention_cap: float | None = None
    """Default soft cap of the attention scores; None: such models have none."""
    output_cap: float | None = None
    default_bos: int | None = None
    default_eos: int | None = None


_LLAMA = Family(
    "llama",
    (*_NORMS_BEFORE, *_LINEAR),
    optional=(("attention_bias", (*_QKV_BIAS, *_OUTPUT_BIAS)), ("mlp_bias", _MLP_BIAS)),
    pairs_halves=True,
    ropes=frozenset({"default", "dynamic", "linear", "yarn", "llama3"}),
    default_bos=1,
    default_eos=2,
)
_GELU = ("gelu_pytorch_tanh",)

FAMILIES: Mapping[str, Family] = {
    "LlamaForCausalLM": _LLAMA,
    "MistralForCausalLM": Family(
        "llama",
        (*_NORMS_BEFORE, *_LINEAR),
        pairs_halves=True,
        default_bos=1,
        default_eos=2,
    ),
    "Qwen2ForCausalLM": Family(
        "qwen2",
        (*_NORMS_BEFORE, *_LINEAR, *_QKV_BIAS),
        window_switch="use_sliding_window",
        is_square=True,
    ),
    "Qwen3ForCausalLM": Family(
        "qwen3",
        (*_NORMS_BEFORE, *_LINEAR, *_HEAD_NORMS),
        window_switch="use_sliding_window",
        default_head_dim=128,
    ),
    "GemmaForCausalLM": Family(
        "gemma",
        (*_NORMS_BEFORE, *_LINEAR),
        norms_add_one=True,
        # "gelu" in the first releases meant the approximation by tanh.
        activations=("gelu_pytorch_tanh", "gelu"),
        ropes=frozenset({"default"}),
        default_head_dim=256,
        is_tied=True,
        must_be_tied=True,
        default_bos=2,
        default_eos=1,
    ),
    "Gemma2ForCausalLM": Family(
        "gemma2",
        (*_NORMS_AROUND, *_LINEAR),
        norms_add_one=True,
        activation_key="hidden_activation",
        activations=_GELU,
        ropes=frozenset({"default"}),
        window=WindowUse.LAYERS,
        default_window=4096,
        default_pattern=2,
        default_head_dim=256,
        is_tied=True,
        must_be_tied=True,
        scales_queries=True,
        scale_by_width_at_depth=46,
        attention_cap=50.0,
        output_cap=30.0,
        default_bos=2,
        default_eos=1,
    ),
    "Gemma3ForCausalLM": Family(
        "gemma3",
        (*_NORMS_AROUND, *_LINEAR, *_HEAD_NORMS),
        norms_add_one=True,
        activation_key="hidden_activation",
        activations=_GELU,
        ropes=frozenset({"default", "linear"}),
        window=WindowUse.LAYERS,
        default_window=4096,
        default_pattern=6,
        local_theta=10_000.0,
        default_head_dim=256,
        is_tied=True,
        scales_queries=True,
        scale_by_width_at_depth=62,
        default_bos=2,
        default_eos=1,
    ),
    "Exaone4ForCausalLM": Family(
        "exaone4",
        (*_NORMS_AFTER, *_LINEAR, *_HEAD_NORMS),
        ropes=frozenset({"default", "linear", "yarn", "llama3"}),
        window=WindowUse.LAYERS,
        default_pattern=4,
        windows_only_at_depth=64,
        is_square=True,
        default_bos=0,
        default_eos=2,
    ),
}
"""By the name in ``config.json``; each is compared with ``transformers`` in a test."""
