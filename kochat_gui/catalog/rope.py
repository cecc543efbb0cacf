"""Rotary position embeddings: what the config says, and how GGUF says it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.catalog.config_values import LARGEST, impossible_value, number, unsupported_kind
from kochat_gui.catalog.families import Family

_MAX_FACTOR = 1e6
_YARN_DEFAULTS: Mapping[str, float | bool | None] = {
    "beta_fast": 32.0,
    "beta_slow": 1.0,
    "mscale": None,
    "mscale_all_dim": None,
    "truncate": True,
}
"""What llama.cpp computes with; other values it does not read for these models."""


@dataclass(frozen=True)
class Rope:
    """How positions turn the heads of a model."""

    theta: float
    scaling: str = "none"
    """``none``, ``linear``, ``yarn`` or ``llama3``."""
    factor: float = 1.0
    original_context: int = 0
    """Tokens the model saw before its context was stretched; for yarn and llama3."""
    low_frequency: float = 1.0
    high_frequency: float = 4.0
    local_theta: float | None = None
    """Base of the layers with a window, where it is another one."""

    def frequency_factors(self, head_dim: int) -> tuple[float, ...]:
        """What the angles are divided by, for each pair of a head; empty where none are."""
        if self.scaling != "llama3":
            return ()
        return tuple(self._factor(index / head_dim) for index in range(0, head_dim, 2))

    def _factor(self, exponent: float) -> float:
        turns = self.original_context / (2 * math.pi * math.pow(self.theta, exponent))
        if turns > self.high_frequency:
            return 1.0
        if turns < self.low_frequency:
            return self.factor
        share = (turns - self.low_frequency) / (self.high_frequency - self.low_frequency)
        return 1 / ((1 - share) / self.factor + share)


def read_rope(plain: Mapping[str, Any], family: Family, context: int, path: Path) -> Rope:
    """Check the rope settings of a config for a model made for ``context`` tokens.

    Raises ``ModelUnsupportedError`` for kinds that the engine would not compute the same way,
    ``ModelDamagedError`` for impossible numbers.
    """
    whole, local = _settings(plain, family)
    if local.get("rope_type", "default") != "default":
        raise unsupported_kind(path, f"RoPE: {str(local.get('rope_type'))[:40]}")
    local_theta = number(local, "rope_theta", path) or family.local_theta
    theta = number(whole, "rope_theta", path) or 10_000.0
    kind = whole.get("rope_type", whole.get("type")) or "default"
    is_whole = number(whole, "partial_rotary_factor", path) in {None, 1.0}
    if not isinstance(kind, str) or kind not in family.ropes or not is_whole:
        raise unsupported_kind(path, f"RoPE: {str(kind)[:40]}")
    if kind in {"default", "dynamic"}:
        # Dynamic scaling begins where the context that is offered ends.
        return Rope(theta, local_theta=local_theta)
    factor = number(whole, "factor", path, _MAX_FACTOR)
    original = whole.get("original_max_position_embeddings") or context
    if factor is None or type(original) is not int or not 0 < original <= LARGEST:
        raise impossible_value(path, "rope_parameters")
    if kind == "yarn":
        _check_yarn(whole, factor, path)
    low = number(whole, "low_freq_factor", path, _MAX_FACTOR) or 1.0
    high = number(whole, "high_freq_factor", path, _MAX_FACTOR) or 4.0
    if high <= low:
        raise impossible_value(path, "high_freq_factor")
    return Rope(theta, kind, factor, original, low, high, local_theta)


def _settings(
    plain: Mapping[str, Any], family: Family
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Settings of whole-context layers and of those with a window, wherever they are written."""
    found: Mapping[str, Any] = {}
    for key in ("rope_scaling", "rope_parameters"):
        if isinstance(plain.get(key), dict):
            found = plain[key]
    default = {"rope_theta": plain.get("rope_theta")}
    local = {"rope_theta": plain.get("rope_local_base_freq")}
    if family.local_theta is not None and isinstance(found.get("full_attention"), dict):
        inner = found.get("sliding_attention")
        local |= inner if isinstance(inner, dict) else {}
        found = found["full_attention"]
    if family.local_theta is not None and default["rope_theta"] is None:
        default["rope_theta"] = 1_000_000.0
    return default | dict(found), local


def _check_yarn(plain: Mapping[str, Any], factor: float, path: Path) -> None:
    attention = plain.get("attention_factor")
    usual = 0.1 * math.log(factor) + 1 if factor > 1 else 1.0
    is_usual = attention is None or (
        isinstance(attention, int | float) and math.isclose(attention, usual, rel_tol=1e-6)
    )
    for key, default in _YARN_DEFAULTS.items():
        is_usual = is_usual and plain.get(key, default) in (default, None)
    if not is_usual:
        raise unsupported_kind(path, "RoPE: yarn")
