"""The tensors of LoRA adapters: PEFT's as pairs of matrices, and those of GGUF adapters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

from kochat_gui.catalog.adapter_config import unusable_tensor
from kochat_gui.catalog.file_errors import bad_header
from kochat_gui.catalog.gguf_header import GgufHeader

_TENSOR = re.compile(
    r"(?:base_model\.model\.)?model\.layers\.(\d{1,4})\."
    r"((?:self_attn|mlp)\.[a-z]+_proj)\.lora_([AB])(?:\.default)?\.weight"
)
_FLOATS = frozenset({"F32", "F16", "BF16"})


class _Weight(Protocol):
    @property
    def dtype(self) -> str: ...

    @property
    def shape(self) -> tuple[int, ...]: ...


W = TypeVar("W", bound=_Weight)


@dataclass(frozen=True)
class LoraPair(Generic[W]):
    """The two matrices that an adapter has for one projection of one layer."""

    layer: int
    module: str
    """As PEFT names it: ``self_attn.q_proj``."""
    down: W
    """``lora_A``: (rank, inputs)."""
    up: W
    """``lora_B``: (outputs, rank)."""

    @property
    def rank(self) -> int:
        """The width between the two."""
        return self.down.shape[0]

    @property
    def shape(self) -> tuple[int, int]:
        """Of the weight that is changed: (outputs, inputs)."""
        return self.up.shape[0], self.down.shape[1]


def lora_pairs(tensors: Mapping[str, W], folder: Path) -> list[LoraPair[W]]:
    """The pairs in PEFT's ``tensors``, by layer.

    Raises ``ModelUnsupportedError`` for tensors that a plain LoRA does not have.
    """
    halves: dict[tuple[int, str], dict[str, W]] = {}
    for name, tensor in tensors.items():
        match = _TENSOR.fullmatch(name)
        if match is None:
            raise unusable_tensor(folder, name)
        if tensor.dtype not in _FLOATS or len(tensor.shape) != 2 or 0 in tensor.shape:
            raise bad_header(folder, f"{name[:80]} is no matrix of weights")
        halves.setdefault((int(match[1]), match[2]), {})[match[3]] = tensor
    pairs = []
    for (layer, module), found in sorted(halves.items()):
        if len(found) != 2 or found["A"].shape[0] != found["B"].shape[1]:
            raise bad_header(folder, f"layer {layer}, {module}: two halves that do not fit")
        pairs.append(LoraPair(layer, module, found["A"], found["B"]))
    if not pairs:
        raise bad_header(folder, "no weights")
    return pairs


class GgufShape(NamedTuple):
    """What a GGUF adapter says of one weight."""

    rank: int
    shape: tuple[int, int]
    """Of the weight that is changed: (outputs, inputs)."""


def gguf_shapes(header: GgufHeader, path: Path) -> dict[str, GgufShape]:
    """What the adapter changes, by the names of its model's tensors."""
    halves: dict[str, dict[str, tuple[int, ...]]] = {}
    for tensor in header.tensors:
        base, dot, half = tensor.name.rpartition(".")
        if half not in {"lora_a", "lora_b"} or not dot or len(tensor.shape) != 2:
            raise unusable_tensor(path, tensor.name)
        halves.setdefault(base, {})[half] = tensor.shape
    shapes = {}
    for base, found in halves.items():
        if len(found) != 2 or found["lora_a"][1] != found["lora_b"][0] or "." not in base:
            raise bad_header(path, f"{base}: two halves that do not fit")
        rank = found["lora_b"][0]
        shapes[base] = GgufShape(rank, (found["lora_b"][1], found["lora_a"][0]))
    if not shapes:
        raise bad_header(path, "no weights")
    return shapes
