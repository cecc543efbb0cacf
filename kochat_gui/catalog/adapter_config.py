"""``adapter_config.json`` of PEFT, checked: only LoRA that llama.cpp computes the same way."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kochat_gui.catalog.file_errors import damaged, unsupported
from kochat_gui.catalog.safetensors_folder import read_json
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.module_patterns import is_module_pattern

T = TypeVar("T")

ADAPTER_CONFIG = "adapter_config.json"
MAX_RANK = 65_536
_MAX_BYTES = 10**6
_MAX_PATTERNS = 10_000
_MAX_PATTERN = 200
_MERGE = QT_TRANSLATE_NOOP(
    "Adapters", "Merge it into its model with PEFT (merge_and_unload), and open the result."
)
_VOCABULARY = QT_TRANSLATE_NOOP(
    "Adapters", "The adapter {name} also changes the vocabulary ({detail})."
)
_PARTS = QT_TRANSLATE_NOOP(
    "Adapters", "The adapter {name} also replaces whole parts of the model ({detail})."
)
_BIAS = QT_TRANSLATE_NOOP("Adapters", "The adapter {name} also trained bias values ({detail}).")
_DORA = QT_TRANSLATE_NOOP(
    "Adapters", "The adapter {name} uses DoRA, which cannot be added to a running model."
)
OTHER_KIND = QT_TRANSLATE_NOOP(
    "Adapters", "The adapter {name} is of the kind {detail}. KoChat can use LoRA adapters."
)
_OTHER_WAY = QT_TRANSLATE_NOOP(
    "Adapters", "The adapter {name} works in a way that KoChat cannot apply ({detail})."
)
_CHANGED_BASE = QT_TRANSLATE_NOOP(
    "Adapters",
    "The adapter {name} was trained on a changed copy of its model ({detail}), and fits no other.",
)
_HARMLESS_STARTS = frozenset({"gaussian", "orthogonal", "eva"})
"""Ways to begin training that leave the base model as it was."""


def _is_set(value: object) -> bool:
    return value not in (None, False, [], {}, "")


def _starts_elsewhere(value: object) -> bool:
    return isinstance(value, str) and value.lower() not in _HARMLESS_STARTS


_REFUSED: tuple[tuple[str, Callable[[object], bool], TextKey], ...] = (
    ("use_dora", _is_set, _DORA),
    ("modules_to_save", _is_set, _PARTS),
    ("bias", lambda value: value not in (None, "none"), _BIAS),
    ("lora_bias", _is_set, _BIAS),
    ("trainable_token_indices", _is_set, _VOCABULARY),
    ("init_lora_weights", _starts_elsewhere, _CHANGED_BASE),
    *(
        (key, _is_set, _OTHER_WAY)
        for key in (
            "alora_invocation_tokens",
            "arrow_config",
            "fan_in_fan_out",
            "kasa_config",
            "layer_replication",
            "monteclora_config",
            "target_parameters",
            "use_bdlora",
            "use_qalora",
        )
    ),
)
"""Settings that change what an adapter computes; each with its own reason."""


@dataclass(frozen=True)
class LoraConfig:
    """What PEFT's config says of a LoRA."""

    rank: int
    alpha: float
    is_rank_stabilised: bool
    """The scale is alpha / √rank."""
    rank_pattern: Mapping[str, int]
    """Ranks of modules that have their own, by patterns of their names."""
    alpha_pattern: Mapping[str, float]
    targets: tuple[str, ...]
    """Modules, as far as they are listed one by one."""
    covers_all_layers: bool
    base_name: str

    def scale(self, module: str, rank: int) -> float:
        """What the product of ``module``'s two matrices is multiplied with.

        Raises ``ValueError`` when a pattern is no pattern, or one that could take forever.
        """
        alpha = self.alpha
        for pattern, value in self.alpha_pattern.items():
            if not is_module_pattern(pattern):
                raise ValueError(f"pattern {pattern[:40]}")
            try:
                if re.match(rf"(.*\.)?({pattern})$", module):
                    alpha = value
                    break
            except re.error as error:
                raise ValueError(f"pattern {pattern[:40]}") from error
        return alpha / (math.sqrt(rank) if self.is_rank_stabilised else rank)


def read_lora_config(path: Path) -> LoraConfig:
    """Read and check the config file ``path``.

    Raises ``ModelMissingError``, ``ModelDamagedError``, or ``ModelUnsupportedError`` with the
    reason why such an adapter cannot be used.
    """
    plain = read_json(path, _MAX_BYTES)
    kind = plain.get("peft_type")
    if kind != "LORA":
        raise unusable(path.parent, OTHER_KIND, str(kind))
    for key, is_refused, reason in _REFUSED:
        if is_refused(plain.get(key)):
            raise unusable(path.parent, reason, _said(key, plain[key]))
    rank = _rank(plain.get("r"), path)
    targets = plain.get("target_modules")
    names = targets if isinstance(targets, list) else []
    base = plain.get("base_model_name_or_path")
    return LoraConfig(
        rank=rank,
        alpha=_alpha(plain.get("lora_alpha"), path),
        is_rank_stabilised=plain.get("use_rslora") is True,
        rank_pattern=_pattern(plain, "rank_pattern", path, _rank),
        alpha_pattern=_pattern(plain, "alpha_pattern", path, _alpha),
        targets=tuple(sorted(name for name in names if isinstance(name, str))),
        covers_all_layers=not any(
            _is_set(plain.get(key))
            for key in ("layers_to_transform", "layers_pattern", "exclude_modules")
        ),
        base_name=base[:_MAX_PATTERN] if isinstance(base, str) else "",
    )


def unusable(path: Path, reason: TextKey, detail: str) -> ModelUnsupportedError:
    """An adapter that is sound, but changes its model in a way that KoChat cannot follow."""
    return unsupported(path, reason, _MERGE, detail=detail[:120])


def unusable_tensor(path: Path, tensor: str) -> ModelUnsupportedError:
    """The adapter in ``path`` has a ``tensor`` that is no part of a plain LoRA."""
    if "lora_magnitude_vector" in tensor:
        return unusable(path, _DORA, tensor)
    if "embed" in tensor or "lm_head" in tensor:
        return unusable(path, _VOCABULARY, tensor)
    if tensor.endswith(".bias"):
        return unusable(path, _BIAS, tensor)
    if "lora_" not in tensor:
        return unusable(path, _PARTS, tensor)
    return unusable(path, _OTHER_WAY, tensor)


def _said(key: str, value: object) -> str:
    if value is True:
        return key
    items = value if isinstance(value, list | dict) else [value]
    return f"{key}: " + ", ".join(str(item)[:40] for item in list(items)[:4])


def _rank(value: object, path: Path) -> int:
    if type(value) is not int or not 0 < value <= MAX_RANK:
        raise _impossible(path, "r")
    return value


def _alpha(value: object, path: Path) -> float:
    if not isinstance(value, int | float) or value is True or not 0 < value < 1e9:
        raise _impossible(path, "lora_alpha")
    return float(value)


def _pattern(
    plain: Mapping[str, Any], key: str, path: Path, read: Callable[[object, Path], T]
) -> dict[str, T]:
    value = plain.get(key) or {}
    if not isinstance(value, dict) or len(value) > _MAX_PATTERNS:
        raise _impossible(path, key)
    if any(len(pattern) > _MAX_PATTERN for pattern in value):
        raise _impossible(path, key)
    return {pattern: read(item, path) for pattern, item in value.items()}


def _impossible(path: Path, key: str) -> ModelDamagedError:
    return damaged(
        path,
        QT_TRANSLATE_NOOP("Adapters", "The adapter's {name} has an impossible value ({key})."),
        key=key,
    )
