"""Where to compute, and in which precision: asked of the device itself."""

import logging
from dataclasses import dataclass
from typing import Any

import torch

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import PRECISIONS, LoadOptions
from kochat_gui.engines.transformers_errors import (
    gpu_error,
    is_memory_error,
    level_error,
    library_error,
)
from kochat_gui.engines.transformers_memory import QUANTIZED, missing_for

_log = logging.getLogger(__name__)
_NAMES = {"cpu": "CPU", "cuda": "CUDA", "mps": "Metal"}
_PROBE = 64
"""Rows and columns of the matrices of the probe."""
_NO_BF16_GPU = QT_TRANSLATE_NOOP(
    "Transformers", "This device does not compute in bf16, so the model runs in fp16."
)
_NO_BF16_CPU = QT_TRANSLATE_NOOP(
    "Transformers", "This processor does not compute in bf16, so the model runs in fp32."
)
_NO_FP16_CPU = QT_TRANSLATE_NOOP(
    "Transformers", "This processor does not compute in fp16, so the model runs in fp32."
)


@dataclass(frozen=True)
class Device:
    """A place to compute."""

    kind: str
    """As torch calls it: ``cpu``, ``cuda``, ``mps``."""
    ignored: tuple[str, ...] = ()
    """Load options that it cannot honour."""

    @property
    def name(self) -> str:
        """For people."""
        return _NAMES[self.kind]


@dataclass(frozen=True)
class Precision:
    """What the weights are brought to, and what is computed in."""

    level: str
    dtype: Any
    """torch's type of the results, and of the weights that are not quantized."""
    remarks: tuple[TextKey, ...] = ()


def choose_device(options: LoadOptions) -> Device:
    """A GPU if there is one and it is wanted."""
    ignored: tuple[str, ...] = ("kv_cache_type",) if options.kv_cache_type != "f16" else ()
    if options.gpu_layers != 0:
        if torch.cuda.is_available():
            return Device("cuda", ignored)
        if torch.backends.mps.is_available():
            return Device("mps", ignored)
        if options.gpu_layers > 0:
            ignored += ("gpu_layers",)
    return Device("cpu", ignored)


def choose_precision(level: str, device: Device) -> Precision:
    """The precision for ``level``, or the nearest one that the device computes in.

    Raises ``ModelUnsupportedError`` for a level that is unknown or lacks its library.
    """
    if level not in PRECISIONS:
        raise level_error(level)
    if missing_for(level) is not None:
        raise library_error(level, "bitsandbytes")
    if device.kind == "mps" and level in QUANTIZED:
        raise gpu_error(level)
    if level == "fp32":
        return Precision(level, torch.float32)
    wanted = torch.float16 if level == "fp16" else torch.bfloat16
    if computes_in(wanted, device):
        return Precision(level, wanted)
    if level in QUANTIZED:
        return Precision(level, torch.float32 if device.kind == "cpu" else torch.float16)
    if device.kind == "cpu":
        remark = _NO_FP16_CPU if level == "fp16" else _NO_BF16_CPU
        return Precision("fp32", torch.float32, (remark,))
    return Precision("fp16", torch.float16, (_NO_BF16_GPU,))


def computes_in(dtype: Any, device: Device) -> bool:
    """Whether the device multiplies small matrices of this type, and rightly."""
    try:
        with torch.inference_mode():
            ones = torch.ones(_PROBE, _PROBE, dtype=dtype, device=device.kind)
            product = torch.nn.functional.softmax(ones @ ones, dim=-1).float().cpu()
        return bool(torch.allclose(product, torch.full_like(product, 1 / _PROBE), rtol=0.02))
    except (RuntimeError, TypeError) as error:
        if is_memory_error(error):
            raise
        _log.info("%s on %s: %s", dtype, device.kind, error)
        return False
