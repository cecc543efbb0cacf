"""The levels of the transformers engine: not files, but precisions that weights are loaded in."""

import dataclasses
from collections.abc import Callable

from kochat_gui.catalog.file_errors import readable_size
from kochat_gui.catalog.memory_estimate import memory_fit
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    PRECISIONS,
    LoadOptions,
    MemoryFit,
    ModelFormat,
    ModelSpec,
    QuantizationChoice,
)
from kochat_gui.engines import registry
from kochat_gui.engines.transformers_memory import (
    estimate_memory,
    missing_for,
    processor_build,
    weight_bytes,
)

ENGINE = "transformers"
_FORMATS = frozenset({ModelFormat.SAFETENSORS, ModelFormat.CHECKPOINT})
_BEST_FIRST = ("bf16", "fp16", "nf4", "int8", "fp32")
"""Half precision is as good as the original; 4 bits where that does not fit."""


def device_note() -> str:
    """Why the engine leaves a graphics card alone, translated; empty when it would use one."""
    reason = processor_build()
    return reason.text() if reason is not None else ""


def is_precision(spec: ModelSpec, level: str | None) -> bool:
    """Whether ``level`` of ``spec`` is one of the transformers engine's."""
    is_stored_so = spec.quantization in {None, level}
    return level in PRECISIONS and spec.format in _FORMATS and is_stored_so


class Precisions:
    """Thread-safe."""

    def __init__(
        self, available: Callable[[], int], gpu_available: Callable[[], int | None]
    ) -> None:
        """``available``: bytes a model may use; ``gpu_available``: the same on a graphics card,
        None without one."""
        self._available = available
        self._gpu_available = gpu_available

    def choices(
        self, spec: ModelSpec, options: LoadOptions, *, is_prepared: bool
    ) -> list[QuantizationChoice]:
        """The precisions of ``spec``, least memory first; none for other formats.

        ``is_prepared``: its weights are safetensors already.
        """
        if spec.format not in _FORMATS:
            return []
        no_engine = registry.availability(ENGINE)
        memory_there = self._memory_there() if no_engine is None else self._available()
        rows = []
        for level in [spec.quantization] if spec.quantization else PRECISIONS:
            memory = estimate_memory(spec, level, options)
            rows.append(
                QuantizationChoice(
                    level,
                    weight_bytes(spec, level),
                    memory,
                    memory_fit(memory, memory_there),
                    is_made=is_prepared,
                    is_recommended=False,
                    engine=ENGINE,
                    missing=no_engine or missing_for(level),
                )
            )
        return rows

    def check_memory(
        self, spec: ModelSpec, level: str, options: LoadOptions, reclaimable: int
    ) -> None:
        """Raise ``MemoryShortError`` unless there is memory for ``spec`` at ``level``."""
        need = estimate_memory(spec, level, options)
        have = self._memory_there() + reclaimable
        if memory_fit(need, have) is not MemoryFit.TOO_LARGE:
            return
        fitting = [
            other
            for other in _BEST_FIRST
            if missing_for(other) is None
            and memory_fit(estimate_memory(spec, other, options), have) is not MemoryFit.TOO_LARGE
        ]
        advice = QT_TRANSLATE_NOOP("Memory", "Close other programs, or choose a smaller model.")
        if fitting:
            advice = QT_TRANSLATE_NOOP("Memory", "The level {level} would fit.")
        raise MemoryShortError(
            QT_TRANSLATE_NOOP("Memory", "{model} needs {need} of memory, and {have} is free."),
            kept=QT_TRANSLATE_NOOP("Memory", "It was not loaded. Your conversations are safe."),
            advice=advice,
            model=spec.name,
            need=readable_size(need.total),
            have=readable_size(have),
            level=fitting[0] if fitting else "",
        )

    def _memory_there(self) -> int:
        on_card = self._gpu_available()
        return on_card if on_card is not None else self._available()


def with_best_marked(rows: list[QuantizationChoice]) -> list[QuantizationChoice]:
    """``rows`` with the precision to suggest marked."""
    usable = {row.name for row in rows if row.missing is None}
    fitting = {row.name for row in rows if row.fit is not MemoryFit.TOO_LARGE} & usable
    order = [name for name in _BEST_FIRST if name in fitting]
    best = order[0] if order else rows[0].name
    return [dataclasses.replace(row, is_recommended=row.name == best) for row in rows]
