"""Models, quantization levels, and how they are loaded: plain descriptions."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey


class ModelFormat(Enum):
    """Container format of the weights; not their precision."""

    GGUF = "gguf"
    SAFETENSORS = "safetensors"
    SCRIPT = "script"
    """A script for the scripted engine."""


@dataclass(frozen=True)
class Quantization:
    """One precision scheme of weights."""

    name: str
    """As the field spells it: ``q4_0`` … ``f32``."""
    bits_per_weight: float
    """8 × block bytes ÷ block weights (ggml block layouts)."""
    quality: int
    """1–3 steps, for the picker."""
    phrase: TextKey
    """What it means for a person, in a few words."""


QUANTIZATIONS: dict[str, Quantization] = {
    q.name: q
    for q in (
        Quantization("q4_0", 4.5, 1, QT_TRANSLATE_NOOP("Quantization", "light and fast")),
        Quantization("q4_1", 5.0, 1, QT_TRANSLATE_NOOP("Quantization", "light, a little finer")),
        Quantization("q5_0", 5.5, 2, QT_TRANSLATE_NOOP("Quantization", "balanced")),
        Quantization("q5_1", 6.0, 2, QT_TRANSLATE_NOOP("Quantization", "balanced, a little finer")),
        Quantization("q8_0", 8.5, 3, QT_TRANSLATE_NOOP("Quantization", "close to the original")),
        Quantization("f16", 16.0, 3, QT_TRANSLATE_NOOP("Quantization", "as the original")),
    )
}
"""Levels that KoChat makes, smallest first. A GGUF file may have others, shown by name."""


@dataclass(frozen=True)
class ModelSpec:
    """Identity and metadata of a model on disk; read from headers, never from loaded weights."""

    model_id: str
    """Stable: a built-in name or the absolute path."""
    name: str
    """What people see."""
    path: Path
    """GGUF file, safetensors folder or script."""
    format: ModelFormat
    quantization: str | None
    """Name of the file's own level; None when levels are made on demand from the original."""
    size_bytes: int
    architecture: str = ""
    parameter_count: int = 0
    context_length: int = 0
    """Tokens the model was made for; 0 when not known."""
    vocab_size: int = 0
    layer_count: int = 0
    hidden_size: int = 0
    feed_forward_size: int = 0
    head_count: int = 0
    head_count_kv: int = 0
    head_dim: int = 0
    template: str | None = None
    """Name in the template registry that fits this model; None: ask the model's own."""
    licence: str = ""
    is_demo: bool = False
    """The small built-in demonstration model."""


class MemoryFit(Enum):
    """How a model fits this machine's memory."""

    AMPLE = "ample"
    TIGHT = "tight"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes needed to run a model (formula: reference of the GGUF runtime, llama.cpp 2026)."""

    weights: int
    kv_cache: int
    compute: int

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.compute


@dataclass(frozen=True)
class QuantizationChoice:
    """One row of the quantization picker for one model on this machine."""

    name: str
    """Quantization name, or the file's own label."""
    size_bytes: int
    """Of the file; computed before it exists."""
    memory: MemoryEstimate
    fit: MemoryFit
    is_made: bool
    """The file exists; otherwise choosing it makes it."""
    is_recommended: bool
    """The program's suggestion for this machine; exactly one row of a list."""


@dataclass(frozen=True)
class LoadOptions:
    """What needs a reload to change; engines receive every value."""

    context_tokens: int = 2048
    """256–131,072."""
    gpu_layers: int = -1
    """-1: as many as fit; 0: none."""
    kv_cache_type: str = "f16"
    """``f16`` or ``q8_0``; q8_0 needs flash attention and turns it on."""
    threads: int = 0
    """0: measured and adapted while running."""
    batch_tokens: int = 256
    """Prompt tokens per step; a stop acts within a step."""
    use_mmap: bool = True


@dataclass(frozen=True)
class LoadedModel:
    """What an engine says about the model it has loaded."""

    name: str
    context_window: int
    """Tokens the loaded context accepts."""
    vocab_size: int
    device: str
    """``CPU``, ``Metal``, ``CUDA`` …"""
    template: str
    """Name of the chat template that a request with ``template=None`` gets."""
    ignored_options: tuple[str, ...] = ()
    """Load options (field names) that the engine could not honour."""
    engine: str = ""
    """Registry name of the engine that loaded it; filled in by whoever chose the engine."""


@dataclass(frozen=True)
class EngineCapabilities:
    """What an engine can do; unsupported parameters are reported, never dropped silently."""

    formats: frozenset[ModelFormat]
    unsupported_sampling: frozenset[str] = frozenset()
    """Field names of ``SamplingParams`` that it cannot honour."""
    supports_prefix_reuse: bool = False
    supports_gpu: bool = False


class ModelState(Enum):
    """State of the chosen model."""

    UNLOADED = "unloaded"
    PREPARING = "preparing"
    """The file of the chosen level is being made."""
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
