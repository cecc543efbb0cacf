"""``config.json`` of the Llama family, checked: what a conversion needs to know about a model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.catalog.file_errors import damaged, unsupported
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

ARCHITECTURES = frozenset({"LlamaForCausalLM", "MistralForCausalLM"})
_LARGEST = 2**31 - 1
_MAX_LAYERS = 1_000


@dataclass(frozen=True)
class LlamaConfig:
    """Shape of a Llama-family model."""

    hidden_size: int
    feed_forward_size: int
    layer_count: int
    head_count: int
    head_count_kv: int
    head_dim: int
    vocab_size: int
    context_length: int
    """Tokens; the attention window where that is smaller."""
    norm_epsilon: float
    rope_theta: float
    is_output_tied: bool
    """The output matrix is the embedding matrix."""
    bos_id: int
    eos_ids: tuple[int, ...]

    def tensor_shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor a model of this shape has, by its Hugging Face name; rows first."""
        hidden, wide = self.hidden_size, self.feed_forward_size
        queries, keys = self.head_count * self.head_dim, self.head_count_kv * self.head_dim
        layer: dict[str, tuple[int, ...]] = {
            "input_layernorm": (hidden,),
            "self_attn.q_proj": (queries, hidden),
            "self_attn.k_proj": (keys, hidden),
            "self_attn.v_proj": (keys, hidden),
            "self_attn.o_proj": (hidden, queries),
            "post_attention_layernorm": (hidden,),
            "mlp.gate_proj": (wide, hidden),
            "mlp.up_proj": (wide, hidden),
            "mlp.down_proj": (hidden, wide),
        }
        shapes: dict[str, tuple[int, ...]] = {
            "model.embed_tokens.weight": (self.vocab_size, hidden),
            "model.norm.weight": (hidden,),
        }
        if not self.is_output_tied:
            shapes["lm_head.weight"] = (self.vocab_size, hidden)
        for index in range(self.layer_count):
            for name, shape in layer.items():
                shapes[f"model.layers.{index}.{name}.weight"] = shape
        return shapes


def read_llama_config(plain: Mapping[str, Any], path: Path) -> LlamaConfig:
    """Check ``plain``, the content of the config file ``path``.

    Raises ``ModelUnsupportedError`` for other architectures and variants, ``ModelDamagedError``
    for numbers that cannot be.
    """
    _refuse_other_kinds(plain, path)
    heads = _count(plain, "num_attention_heads", path)
    hidden = _count(plain, "hidden_size", path)
    context = _count(plain, "max_position_embeddings", path, default=2048)
    window = plain.get("sliding_window")
    if isinstance(window, int) and 0 < window < context:
        context = window
    if "head_dim" not in plain and hidden % heads:
        raise _impossible(path, "num_attention_heads")
    config = LlamaConfig(
        hidden_size=hidden,
        feed_forward_size=_count(plain, "intermediate_size", path),
        layer_count=_count(plain, "num_hidden_layers", path),
        head_count=heads,
        head_count_kv=_count(plain, "num_key_value_heads", path, default=heads),
        head_dim=_count(plain, "head_dim", path, default=hidden // heads),
        vocab_size=_count(plain, "vocab_size", path),
        context_length=context,
        norm_epsilon=_fraction(plain, "rms_norm_eps", path, 1e-6),
        rope_theta=_fraction(_rope(plain), "rope_theta", path, 10_000.0),
        is_output_tied=plain.get("tie_word_embeddings", False) is True,
        bos_id=_token_ids(plain.get("bos_token_id"), 1, path)[0],
        eos_ids=_token_ids(plain.get("eos_token_id"), 2, path),
    )
    if heads % config.head_count_kv or config.head_dim % 2:
        raise _impossible(path, "num_key_value_heads")
    if config.layer_count > _MAX_LAYERS:
        raise _impossible(path, "num_hidden_layers")
    return config


def _refuse_other_kinds(plain: Mapping[str, Any], path: Path) -> None:
    names = plain.get("architectures")
    name = names[0] if isinstance(names, list) and names else None
    if name not in ARCHITECTURES:
        raise unsupported_kind(path, str(name or plain.get("model_type") or "?")[:80])
    rope = _rope(plain)
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise unsupported_kind(path, f"{name}, scaled RoPE")
    if plain.get("hidden_act", "silu") != "silu":
        raise unsupported_kind(path, f"{name}, hidden_act")
    if plain.get("attention_bias") or plain.get("mlp_bias"):
        raise unsupported_kind(path, f"{name}, bias")
    if plain.get("quantization_config"):
        raise unsupported_kind(path, f"{name}, quantization_config")


def unsupported_kind(path: Path, kind: str) -> ModelUnsupportedError:
    """A model in safetensors that cannot be converted yet."""
    return unsupported(
        path.parent,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "The model {name} is of a kind that KoChat cannot convert yet ({kind})."
        ),
        QT_TRANSLATE_NOOP(
            "ModelFiles", "Get a GGUF file of this model; those do not need converting."
        ),
        kind=kind,
    )


def _rope(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rope settings, wherever the version of transformers that wrote them put them."""
    for key in ("rope_parameters", "rope_scaling"):
        found = plain.get(key)
        if isinstance(found, dict):
            return {"rope_theta": plain.get("rope_theta"), **found}
    return {"rope_theta": plain.get("rope_theta")}


def _count(plain: Mapping[str, Any], key: str, path: Path, default: int | None = None) -> int:
    value = plain.get(key)
    if value is None:
        value = default
    if type(value) is not int or not 0 < value <= _LARGEST:
        raise _impossible(path, key)
    return value


def _fraction(plain: Mapping[str, Any], key: str, path: Path, default: float) -> float:
    value = plain.get(key)
    if value is None:
        return default
    if type(value) not in {int, float} or not 0 < value < 1e12:
        raise _impossible(path, key)
    return float(value)


def _token_ids(value: object, default: int, path: Path) -> tuple[int, ...]:
    values = value if isinstance(value, list) and value else [value]
    asked = [default if item is None else item for item in values]
    ids = tuple(item for item in asked if isinstance(item, int) and 0 <= item <= _LARGEST)
    if len(ids) != len(asked):
        raise _impossible(path, "eos_token_id")
    return ids


def _impossible(path: Path, key: str) -> ModelDamagedError:
    return damaged(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "The model's {name} has an impossible value ({key})."),
        key=key,
    )
