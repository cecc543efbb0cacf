"""Loading a checked folder with ``transformers``: weights only, no code, nothing from elsewhere."""

import ctypes
import gc
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, GenerationConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.utils import logging as library_logging

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import KoChatError
from kochat_gui.engines.transformers_device import Device, Precision
from kochat_gui.engines.transformers_errors import (
    damaged_error,
    is_memory_error,
    kind_error,
    library_error,
    load_memory_error,
)
from kochat_gui.engines.transformers_folder import ModelFolder
from kochat_gui.engines.transformers_memory import missing_for, stored_level

_log = logging.getLogger(__name__)
# For every layer of every token it warns that its own 8-bit code computes in fp16.
logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
_EAGER_ATTENTION = frozenset({"gemma2", "gpt_oss"})
"""Kinds whose attention scores are capped or have a sink, which torch's fast attention cannot."""
_OWN_WEIGHTS = {"int8", "nf4", "fp4"}
"""Quantized weights on disk that can be loaded as they are."""


def load_weights(
    folder: ModelFolder,
    precision: Precision,
    device: Device,
    on_progress: Callable[[float], None],
    cancel: CancelToken,
) -> Any:
    """The model, on its device and ready to compute.

    Raises ``Cancelled``, ``MemoryShortError``, ``ModelDamagedError``, ``ModelUnsupportedError``.
    """
    config = _config(folder)
    try:
        with _progress(on_progress, cancel):
            model, info = AutoModelForCausalLM.from_pretrained(
                folder.path,
                config=config,
                dtype=precision.dtype,
                device_map={"": device.kind},
                quantization_config=_quantization(folder, precision),
                attn_implementation="eager" if folder.kind in _EAGER_ATTENTION else "sdpa",
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except KoChatError:
        raise
    except Exception as error:  # whatever else the library finds is wrong with the files
        if is_memory_error(error):
            raise load_memory_error(folder.path) from error
        raise damaged_error(folder.path, f"{type(error).__name__}: {error}") from error
    lacking = sorted(info["missing_keys"]) + sorted(map(str, info["mismatched_keys"]))
    if lacking:
        raise damaged_error(folder.path, lacking[0])
    model.eval()
    model.requires_grad_(requires_grad=False)
    for module in model.modules():
        # With AVX-512 BF16, bitsandbytes packs 4-bit weights anew for code that computes in bf16
        # whatever was asked for: answers depended on the processor.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    # How to choose tokens is said by each request; the folder's own defaults must not mix in.
    model.generation_config = GenerationConfig()
    return model


def check_level(folder: ModelFolder, wanted: str | None) -> str:
    """The level to load ``folder`` at: ``wanted``, or what the weights are stored as.

    Weights that are quantized on disk stay as they are. Raises ``ModelUnsupportedError``.
    """
    stored = stored_level(folder.config)
    if folder.quantization is None:
        return wanted or stored
    if stored not in _OWN_WEIGHTS:
        raise kind_error(folder.path, f"{folder.kind}, {stored}")
    if missing_for("nf4") is not None:
        raise library_error(stored, "bitsandbytes")
    return "int8" if stored == "int8" else "nf4"


def _config(folder: ModelFolder) -> Any:
    try:
        return CONFIG_MAPPING[folder.kind].from_dict(dict(folder.config))
    except Exception as error:  # the library checks values in many ways
        raise damaged_error(folder.path / "config.json", str(error)) from error


def _quantization(folder: ModelFolder, precision: Precision) -> Any:
    if folder.quantization is not None:
        return None  # as the config says
    if precision.level == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    if precision.level == "nf4":
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=precision.dtype,
        )
    return None


class _Steps:
    """Stands in for the library's progress bar; a cancel ends the loop that it runs."""

    def __init__(
        self, items: Iterable[Any], on_progress: Callable[[float], None], cancel: CancelToken
    ) -> None:
        self._items = list(items)
        self._on_progress = on_progress
        self._cancel = cancel

    def __iter__(self) -> Iterator[Any]:
        for done, item in enumerate(self._items):
            self._cancel.raise_if_cancelled()
            self._on_progress(done / len(self._items))
            yield item
        self._cancel.raise_if_cancelled()


@contextmanager
def _progress(on_progress: Callable[[float], None], cancel: CancelToken) -> Iterator[None]:
    """Hear of the library's progress; its warnings go where they can be looked up."""

    def made(factory: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("desc") == "Loading weights" and args:
            return _Steps(args[0], on_progress, cancel)
        return factory(*args, **{**kwargs, "disable": True})

    verbosity = library_logging.get_verbosity()
    library_logging.set_verbosity_error()
    before = library_logging.set_tqdm_hook(made)
    try:
        yield
    finally:
        library_logging.set_tqdm_hook(before)
        library_logging.set_verbosity(verbosity)


def forget_freed_memory(device: Device) -> None:
    """Free a model that nobody holds any more, and what the library keeps for later."""
    gc.collect()  # modules and their hooks hold each other
    if device.kind == "cuda":
        torch.cuda.empty_cache()
    elif device.kind == "mps":
        torch.mps.empty_cache()
    if sys.platform == "linux":
        # glibc keeps what lies between pieces still in use: 24 MiB after 20 loads of a small model.
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
