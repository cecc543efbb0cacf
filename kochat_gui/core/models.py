"""Models, quantization levels, and how they are loaded: plain descriptions."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey


class ModelFormat(Enum):
    """Container format of the weights; not their precision."""

    GGUF = "gguf"
    GGML = "ggml"
    """One file of 2023: ggml, ggmf or ggjt."""
    SAFETENSORS = "safetensors"
    CHECKPOINT = "checkpoint"
    """A folder of PyTorch ``.bin`` files, which are pickles."""
    SCRIPT = "script"
    """A script for the scripted engine."""


@dataclass(frozen=True)
class Quantization:
    """One precision scheme of weights."""

    name: str
    """As the field spells it: ``q4_0`` … ``f32``."""
    bits_per_weight: float
    """Of a block (8 × block bytes ÷ block weights); for mixtures, of a whole 7B model."""
    quality: int
    """1–3 steps, for the picker."""
    phrase: TextKey
    """What it means for a person, in a few words."""
    is_common: bool = False
    """Offered first; the others are for people who know what they want."""


QUANTIZATIONS: dict[str, Quantization] = {
    q.name: q
    for q in (
        Quantization("q2_k", 3.03, 1, QT_TRANSLATE_NOOP("Quantization", "smallest, often wrong")),
        Quantization("q3_k_s", 3.52, 1, QT_TRANSLATE_NOOP("Quantization", "very small, coarse")),
        Quantization("q3_k_m", 3.93, 1, QT_TRANSLATE_NOOP("Quantization", "very small, coarse")),
        Quantization("q3_k_l", 4.28, 1, QT_TRANSLATE_NOOP("Quantization", "small, coarse")),
        Quantization(
            "q4_0", 4.5, 1, QT_TRANSLATE_NOOP("Quantization", "light and fast"), is_common=True
        ),
        Quantization("q4_k_s", 4.59, 2, QT_TRANSLATE_NOOP("Quantization", "light and good")),
        Quantization(
            "q4_k_m",
            4.86,
            2,
            QT_TRANSLATE_NOOP("Quantization", "light and good, keeps Korean well"),
            is_common=True,
        ),
        Quantization("q4_1", 5.0, 1, QT_TRANSLATE_NOOP("Quantization", "light, a little finer")),
        Quantization("q5_0", 5.5, 2, QT_TRANSLATE_NOOP("Quantization", "balanced")),
        Quantization("q5_k_s", 5.53, 2, QT_TRANSLATE_NOOP("Quantization", "balanced")),
        Quantization(
            "q5_k_m", 5.68, 2, QT_TRANSLATE_NOOP("Quantization", "balanced, finer"), is_common=True
        ),
        Quantization("q5_1", 6.0, 2, QT_TRANSLATE_NOOP("Quantization", "balanced, a little finer")),
        Quantization("q6_k", 6.56, 3, QT_TRANSLATE_NOOP("Quantization", "nearly the original")),
        Quantization(
            "q8_0",
            8.5,
            3,
            QT_TRANSLATE_NOOP("Quantization", "close to the original"),
            is_common=True,
        ),
        Quantization(
            "f16", 16.0, 3, QT_TRANSLATE_NOOP("Quantization", "as the original"), is_common=True
        ),
        Quantization(
            "f32", 32.0, 3, QT_TRANSLATE_NOOP("Quantization", "twice f16, for comparing only")
        ),
    )
}
"""Levels that KoChat makes, smallest first. A GGUF file may have others, shown by name."""

PRECISIONS: dict[str, Quantization] = {
    q.name: q
    for q in (
        Quantization("nf4", 4.13, 2, QT_TRANSLATE_NOOP("Quantization", "little memory, good")),
        Quantization("int8", 8.0, 3, QT_TRANSLATE_NOOP("Quantization", "half the memory, slow")),
        Quantization("bf16", 16.0, 3, QT_TRANSLATE_NOOP("Quantization", "wide range, coarser")),
        Quantization("fp16", 16.0, 3, QT_TRANSLATE_NOOP("Quantization", "as the original")),
        Quantization("fp32", 32.0, 3, QT_TRANSLATE_NOOP("Quantization", "exact, much memory")),
    )
}
"""Levels of the transformers engine, least memory first. It makes no files: the weights of the
original are brought to the level while they are loaded."""


@dataclass(frozen=True)
class ImportOptions:
    """What the header of a GGML file does not say, so that a person is asked."""

    context_length: int = 2048
    """Tokens: 2048 for LLaMA 1 and llama-2-ko, 4096 for Llama 2."""
    norm_epsilon: float = 1e-5
    """1e-5 for Llama 2 and llama-2-ko, 1e-6 for LLaMA 1 and komt v1."""
    rope_base: float = 10_000.0
    tokenizer: Path | None = None
    """The ``tokenizer.json`` that the model was trained with; None: the file's own vocabulary."""


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
    has_template: bool = False
    """The files bring a chat template of their own."""
    original_name: str = ""
    """What the file's own metadata calls the model, whatever the file is called now."""
    licence: str = ""
    is_demo: bool = False
    """The small built-in demonstration model."""
    is_base: bool = False
    """Only continues texts: it was never trained to chat."""
    import_options: ImportOptions | None = None
    """For a GGML file: what it is imported with."""
    remarks: tuple[TextKey, ...] = ()
    """What a person should know of this file, as whole sentences."""


class AdapterFormat(Enum):
    """Container of an adapter."""

    PEFT = "peft"
    """A folder of ``adapter_config.json`` and weights."""
    GGUF = "gguf"


@dataclass(frozen=True)
class AdapterSpec:
    """A LoRA adapter on disk, as its headers describe it."""

    adapter_id: str
    """The absolute path."""
    name: str
    path: Path
    format: AdapterFormat
    size_bytes: int
    rank: int
    alpha: float
    """The numerator of the scale that is trained in: alpha / rank, or alpha / √rank."""
    base_name: str = ""
    """What the adapter says that it was made for; often a path on someone's disk."""
    targets: tuple[str, ...] = ()
    """Projections that it changes, as PEFT names them."""
    is_pickled: bool = False
    """Its weights are a PyTorch pickle."""


@dataclass(frozen=True)
class AdapterUse:
    """An adapter applied to the loaded model."""

    path: Path
    """The adapter in the loaded model's own format (GGUF for llama.cpp)."""
    scale: float = 1.0
    """0–4 times the trained scale; 0 is the base model."""


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
    process: int = 0
    """Interpreter and libraries."""

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.compute + self.process


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
    engine: str = ""
    """Registry name of the engine that alone runs this level; empty: whichever reads the file."""
    missing: TextKey | None = None
    """What is not installed for it; None when it can be chosen."""


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
    vocab_only: bool = False
    """Only the tokenizer: loads in an instant, and cannot generate."""
    templates_dir: Path | None = None
    """Folder of the person's own chat templates."""
    compiled_dir: Path | None = None
    """Folder for code that was compiled for this device, kept between starts."""


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
    remarks: tuple[TextKey, ...] = ()
    """What a person should know of how it was loaded, as whole sentences without placeholders."""
    model_hash: str = ""
    """Tells two files of one name apart; filled in by whoever chose the file, if it is known."""


@dataclass(frozen=True)
class EngineCapabilities:
    """What an engine can do; unsupported parameters are reported, never dropped silently."""

    formats: frozenset[ModelFormat]
    unsupported_sampling: frozenset[str] = frozenset()
    """Field names of ``SamplingParams`` that it cannot honour."""
    supports_prefix_reuse: bool = False
    supports_gpu: bool = False
    supports_adapters: bool = False
