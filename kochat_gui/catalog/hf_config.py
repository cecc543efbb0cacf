"""``config.json`` of ``transformers``, checked: what a conversion needs to know about a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.catalog.config_values import (
    LARGEST,
    count,
    impossible_value,
    number,
    token_ids,
    unsupported_kind,
)
from kochat_gui.catalog.families import FAMILIES, Axis, Family, LayerTensor, WindowUse
from kochat_gui.catalog.rope import Rope, read_rope

EMBEDDING = "model.embed_tokens.weight"
OUTPUT = "lm_head.weight"
LAST_NORM = "model.norm.weight"
_OLD_NAMES = {"LLaMAForCausalLM": "LlamaForCausalLM"}
"""As conversions of the first weeks of 2023 spell them."""
_MAX_LAYERS = 512
"""What llama.cpp's tables hold."""
_LAYER_KINDS = ("sliding_attention", "full_attention")


@dataclass(frozen=True)
class HfConfig:
    """Shape and peculiarities of a model."""

    family: Family
    hidden_size: int
    feed_forward_size: int
    layer_count: int
    head_count: int
    head_count_kv: int
    head_dim: int
    vocab_size: int
    context_length: int
    """Tokens; the attention window where that is smaller and cannot be applied."""
    norm_epsilon: float
    rope: Rope
    is_output_tied: bool
    """The output matrix is the embedding matrix."""
    layer_tensors: tuple[LayerTensor, ...]
    windowed_layers: tuple[bool, ...]
    """By layer; empty where llama.cpp applies no window."""
    window: int
    """Tokens that windowed layers see; 0 where there are none."""
    attention_cap: float | None
    output_cap: float | None
    bos_id: int | None
    eos_ids: tuple[int, ...]
    """The first is the one that ends a text."""
    pad_id: int | None
    chat_template: str = ""
    """Jinja source that came with the model."""
    licence: str = ""

    def tensor_shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor a model of this shape has, by its Hugging Face name; rows first."""
        shapes: dict[str, tuple[int, ...]] = {
            EMBEDDING: (self.vocab_size, self.hidden_size),
            LAST_NORM: (self.hidden_size,),
        }
        if not self.is_output_tied:
            shapes[OUTPUT] = (self.vocab_size, self.hidden_size)
        lengths = {
            Axis.HIDDEN: self.hidden_size,
            Axis.WIDE: self.feed_forward_size,
            Axis.QUERIES: self.head_count * self.head_dim,
            Axis.KEYS: self.head_count_kv * self.head_dim,
            Axis.HEAD: self.head_dim,
        }
        for index in range(self.layer_count):
            for tensor in self.layer_tensors:
                shape = tuple(lengths[axis] for axis in tensor.shape)
                shapes[f"model.layers.{index}.{tensor.source}"] = shape
        return shapes


def read_hf_config(plain: Mapping[str, Any], path: Path) -> HfConfig:
    """Check ``plain``, the content of the config file ``path``.

    Raises ``ModelUnsupportedError`` for other architectures and variants, ``ModelDamagedError``
    for numbers that cannot be.
    """
    family = _family(plain, path)
    heads = count(plain, "num_attention_heads", path)
    hidden = count(plain, "hidden_size", path)
    layers = count(plain, "num_hidden_layers", path)
    context = count(plain, "max_position_embeddings", path, default=2048)
    vocab_size = count(plain, "vocab_size", path)
    if plain.get("head_dim") is None and family.default_head_dim is None and hidden % heads:
        raise impossible_value(path, "num_attention_heads")
    if layers > _MAX_LAYERS:
        raise impossible_value(path, "num_hidden_layers")
    rope = read_rope(plain, family, context, path)
    if rope.scaling == "yarn":
        # Configs with it often still give the context before it was stretched.
        context = min(max(context, int(rope.original_context * rope.factor)), LARGEST)
    window, windowed = _window(plain, family, layers, path)
    if window and not windowed:
        context, window = min(context, window), 0
    head_dim = count(plain, "head_dim", path, default=family.default_head_dim or hidden // heads)
    tied = plain.get("tie_word_embeddings")
    bos = token_ids(plain, "bos_token_id", vocab_size, path)
    pad = token_ids({"pad_token_id": _real_id(plain)}, "pad_token_id", vocab_size, path)
    config = HfConfig(
        family=family,
        hidden_size=hidden,
        feed_forward_size=count(plain, "intermediate_size", path),
        layer_count=layers,
        head_count=heads,
        head_count_kv=count(plain, "num_key_value_heads", path, default=heads),
        head_dim=head_dim,
        vocab_size=vocab_size,
        context_length=context,
        norm_epsilon=number(plain, "rms_norm_eps", path) or 1e-6,
        rope=rope,
        is_output_tied=family.is_tied is True if tied is None else tied is True,
        layer_tensors=_layer_tensors(plain, family),
        windowed_layers=windowed,
        window=window,
        attention_cap=_cap(plain, "attn_logit_softcapping", family.attention_cap, path),
        output_cap=_cap(plain, "final_logit_softcapping", family.output_cap, path),
        bos_id=bos[0] if bos else family.default_bos,
        eos_ids=token_ids(plain, "eos_token_id", vocab_size, path) or _default_eos(family),
        pad_id=pad[0] if pad else None,
    )
    _check_heads(config, path)
    _refuse_variants(plain, config, path)
    return config


def _family(plain: Mapping[str, Any], path: Path) -> Family:
    names = plain.get("architectures")
    name = names[0] if isinstance(names, list) and names else None
    family = FAMILIES.get(_OLD_NAMES.get(name, name)) if isinstance(name, str) else None
    if family is None:
        raise unsupported_kind(path, str(name or plain.get("model_type") or "?"))
    return family


def _real_id(plain: Mapping[str, Any]) -> int | None:
    """The padding token; -1 has long been written for none."""
    value = plain.get("pad_token_id")
    return value if type(value) is int and 0 <= value <= LARGEST else None


def _default_eos(family: Family) -> tuple[int, ...]:
    return () if family.default_eos is None else (family.default_eos,)


def _layer_tensors(plain: Mapping[str, Any], family: Family) -> tuple[LayerTensor, ...]:
    found = family.tensors
    for switch, tensors in family.optional:
        if plain.get(switch):
            found += tensors
    return found


def _window(
    plain: Mapping[str, Any], family: Family, layers: int, path: Path
) -> tuple[int, tuple[bool, ...]]:
    """Length of the attention window (0: none), and the layers that llama.cpp has to apply it to.

    Configs before 2025 give a period, later ones name every layer's kind.
    """
    if family.window_switch is not None and not plain.get(family.window_switch):
        return 0, ()
    if "sliding_window" in plain and plain["sliding_window"] is None:
        return 0, ()
    default = family.default_window
    if "sliding_window" not in plain and default is None:
        return 0, ()
    window = count(plain, "sliding_window", path, default)
    if family.window is WindowUse.CLIPS:
        return window, ()
    windowed = _windowed_layers(plain, family, layers, path)
    if not any(windowed):
        return 0, ()
    if family.windows_only_at_depth not in {None, layers}:
        raise unsupported_kind(path, "sliding_window")
    return window, windowed


def _windowed_layers(
    plain: Mapping[str, Any], family: Family, layers: int, path: Path
) -> tuple[bool, ...]:
    kinds = plain.get("layer_types")
    if isinstance(kinds, list):
        is_known = all(kind in _LAYER_KINDS for kind in kinds)
        if len(kinds) != layers or not is_known:
            raise unsupported_kind(path, "layer_types")
        return tuple(kind == "sliding_attention" for kind in kinds)
    pattern = plain.get("sliding_window_pattern", family.default_pattern)
    if isinstance(pattern, str) and pattern and set(pattern) <= {"L", "G"}:
        return tuple(pattern[index % len(pattern)] == "L" for index in range(layers))
    if type(pattern) is not int or not 0 < pattern <= LARGEST:
        raise impossible_value(path, "sliding_window_pattern")
    return tuple((index + 1) % pattern != 0 for index in range(layers))


def _cap(plain: Mapping[str, Any], key: str, default: float | None, path: Path) -> float | None:
    return number(plain, key, path, 1e6) if key in plain else default


def _check_heads(config: HfConfig, path: Path) -> None:
    if config.head_count % config.head_count_kv or config.head_dim % 2:
        raise impossible_value(path, "num_key_value_heads")


def _refuse_variants(plain: Mapping[str, Any], config: HfConfig, path: Path) -> None:
    """Refuse what the family's graph in llama.cpp would compute differently."""
    family = config.family
    width = config.head_count * config.head_dim
    activation = plain.get(family.activation_key) or family.activations[0]
    cap = config.attention_cap
    reasons = {
        "hidden_act": activation not in family.activations,
        "head_dim": family.is_square and width != config.hidden_size,
        "tie_word_embeddings": family.must_be_tied and not config.is_output_tied,
        "attn_logit_softcapping": (cap is None) != (family.attention_cap is None),
        "query_pre_attn_scalar": not _is_usual_scale(plain, config),
        "use_bidirectional_attention": bool(plain.get("use_bidirectional_attention")),
    }
    for switch in {"attention_bias", "mlp_bias"} - {switch for switch, _ in family.optional}:
        reasons[switch] = bool(plain.get(switch))
    if family.output_cap is not None and config.output_cap is None:
        reasons["final_logit_softcapping"] = True
    for reason, is_met in reasons.items():
        if is_met:
            raise unsupported_kind(path, f"{plain['architectures'][0]}, {reason}")


def _is_usual_scale(plain: Mapping[str, Any], config: HfConfig) -> bool:
    family = config.family
    if not family.scales_queries:
        return True
    expected = config.head_dim
    if config.layer_count == family.scale_by_width_at_depth:
        expected = config.hidden_size // config.head_count
    return bool(plain.get("query_pre_attn_scalar", 256) == expected)
