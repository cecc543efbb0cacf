"""Which type each tensor gets at a level: the mixtures of llama.cpp's quantizer, without it.

Written after ``llama-quant.cpp`` of the version that KoChat is built with; a test compares every
level with what that quantizer makes, so that an update that changes a rule is noticed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kochat_gui.catalog.gguf_format import TENSOR_TYPE_IDS, TENSOR_TYPES

FLOAT_TYPES = frozenset({"f16", "f32", "bf16"})
"""Types that can be quantized further; quantizing twice would lose more than the level says."""

_BASE_TYPES = {
    "q2_k": "q2_k",
    "q3_k_s": "q3_k",
    "q3_k_m": "q3_k",
    "q3_k_l": "q3_k",
    "q4_k_s": "q4_k",
    "q4_k_m": "q4_k",
    "q5_k_s": "q5_k",
    "q5_k_m": "q5_k",
    "q6_k": "q6_k",
}
"""Type of most matrices; the other levels are called like their types."""

_FALLBACKS = {"q2_k": "q4_0", "q3_k": "q4_0", "q4_k": "q5_0", "q5_k": "q5_1", "q6_k": "q8_0"}
"""For rows that are no whole blocks of 256."""

_NEVER_QUANTIZED = (
    "_norm.weight",
    "ffn_gate_inp.weight",
    "altup",
    "laurel",
    "per_layer_model_proj",
)
_LAYER = re.compile(r"blk\.(\d+)\.")
_EMBEDDINGS = frozenset({"token_embd.weight", "per_layer_token_embd.weight"})
_SHARED_VALUE_PARTS = ("attn_v.weight", "attn_qkv.weight", "attn_kv_b.weight")


@dataclass(frozen=True)
class ModelTraits:
    """What the mixtures depend on besides the tensors."""

    architecture: str
    layer_count: int
    head_count: int
    head_count_kv: int

    @property
    def query_groups(self) -> int:
        """Query heads that share one key head."""
        return self.head_count // self.head_count_kv if self.head_count_kv else 0

    @property
    def is_70b(self) -> bool:
        """Eight heads share each value matrix, so that more bits for it cost next to nothing."""
        is_shared = self.architecture == "qwen2" or self.head_count != self.head_count_kv
        return self.architecture in {"llama", "qwen2"} and self.layer_count == 80 and is_shared


@dataclass(frozen=True)
class SourceTensor:
    """A tensor before it is quantized."""

    name: str
    type_name: str
    shape: tuple[int, ...]
    """Fastest dimension first."""


def level_types(
    level: str, tensors: Sequence[SourceTensor], traits: ModelTraits
) -> Mapping[str, str]:
    """Type of every tensor in a file of ``level``, by name."""
    mixture = _Mixture(level, traits, [tensor.name for tensor in tensors])
    return {tensor.name: mixture.type_of(tensor) for tensor in sorted(tensors, key=_place)}


def is_quantizable(tensor: SourceTensor) -> bool:
    """Whether a level changes the type of ``tensor``: matrices, but not the small special ones."""
    if dimension_count(tensor.shape) < 2 or not tensor.name.endswith("weight"):
        return False
    return not any(part in tensor.name for part in _NEVER_QUANTIZED)


def dimension_count(shape: tuple[int, ...]) -> int:
    """Dimensions as llama.cpp counts them: lengths of one at the end are none."""
    return max((i + 1 for i, length in enumerate(shape) if length > 1), default=1)


def _place(tensor: SourceTensor) -> tuple[int, str]:
    """By layer: the mixtures count layers as they meet them."""
    layer = _LAYER.match(tensor.name)
    return (int(layer[1]) if layer else -1, tensor.name)


class _Mixture:
    """Counts the layers that it has seen; tensors have to come in order."""

    def __init__(self, level: str, traits: ModelTraits, names: Sequence[str]) -> None:
        self._level = level
        self._base = _BASE_TYPES.get(level, level)
        self._traits = traits
        self._is_tied = "output.weight" not in names
        self._values = sum(any(part in name for part in _SHARED_VALUE_PARTS) for name in names)
        self._values_seen = 0
        self._downs_seen = 0

    def type_of(self, tensor: SourceTensor) -> str:
        if not is_quantizable(tensor):
            return tensor.type_name
        if self._base in FLOAT_TYPES:
            return self._base
        return _fitting(self._chosen(tensor), tensor.shape[0])

    def _chosen(self, tensor: SourceTensor) -> str:
        name = tensor.name
        if name == "output.weight" or (self._is_tied and name in _EMBEDDINGS):
            return self._output_type(tensor.shape[0])
        if name in _EMBEDDINGS:
            return self._base
        if any(part in name for part in _SHARED_VALUE_PARTS):
            found = self._value_type(self._values_seen)
            self._values_seen += 1
            return found
        if "ffn_down" in name:
            found = self._down_type(self._downs_seen)
            self._downs_seen += 1
            return found
        if "attn_output.weight" in name:
            special = {"q2_k": "q3_k", "q3_k_m": "q4_k", "q3_k_l": "q5_k"}
            return special.get(self._level, self._base)
        return self._base

    def _output_type(self, row_length: int) -> str:
        if self._base == "q8_0" or row_length % _block(self._base):
            return "q8_0"
        return "q6_k"

    def _value_type(self, index: int) -> str:
        found = self._base
        match self._level:
            case "q2_k":
                found = "q4_k" if self._traits.query_groups >= 4 else "q3_k"
            case "q3_k_m":
                found = "q5_k" if index < 2 else "q4_k"
            case "q3_k_l":
                found = "q5_k"
            case "q4_k_m" | "q5_k_m" if _gets_more_bits(index, self._values):
                found = "q6_k"
            case "q4_k_s" if index < 4:
                found = "q5_k"
        if self._traits.is_70b and found in {"q3_k", "q4_k"}:
            return "q5_k"
        return found

    def _down_type(self, index: int) -> str:
        layers = self._traits.layer_count
        match self._level:
            case "q2_k":
                return "q3_k"
            case "q3_k_m":
                return "q5_k" if index < layers // 16 else "q4_k"
            case "q3_k_l":
                return "q5_k"
            case "q4_k_m" | "q5_k_m" if _gets_more_bits(index, layers):
                return "q6_k"
            case "q4_k_s" if index < layers // 8:
                return "q5_k"
        return self._base


def _gets_more_bits(index: int, layers: int) -> bool:
    """The first and last eighth of the layers, and every third between."""
    first, last = layers // 8, 7 * layers // 8
    return index < first or index >= last or (index - first) % 3 == 2


def _block(type_name: str) -> int:
    return TENSOR_TYPES[TENSOR_TYPE_IDS[type_name]].weights


def _fitting(type_name: str, row_length: int) -> str:
    """``type_name``, or the nearest type whose blocks divide a row."""
    if row_length % _block(type_name) == 0:
        return type_name
    smaller = _FALLBACKS.get(type_name, type_name)
    return smaller if row_length % _block(smaller) == 0 else "f16"
