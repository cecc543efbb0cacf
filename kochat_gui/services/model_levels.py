"""The quantization levels of a model here: sizes, memory, which one to take, making its file."""

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path

from kochat_gui.catalog.level_cache import LevelCache
from kochat_gui.catalog.level_sizes import level_sizes
from kochat_gui.catalog.memory_estimate import (
    check_memory,
    estimate_memory,
    memory_fit,
    recommended,
)
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import (
    LoadOptions,
    MemoryFit,
    ModelFormat,
    ModelSpec,
    QuantizationChoice,
)


class ModelLevels:
    """Thread-safe."""

    def __init__(self, cache_dir: Path, available: Callable[[], int]) -> None:
        """``available``: bytes of memory that a model may use."""
        self._cache = LevelCache(cache_dir)
        self._available = available
        self._lock = threading.Lock()
        self._sizes: dict[ModelSpec, dict[str, int]] = {}

    def choices(self, spec: ModelSpec, options: LoadOptions) -> list[QuantizationChoice]:
        """The levels of ``spec``, smallest first; none for a script. Raises ``ModelError``."""
        if spec.format is ModelFormat.SCRIPT:
            return []
        available = self._available()
        sizes = self._level_sizes(spec)
        made = self._cache.made_levels(spec, sizes) | {spec.quantization}
        rows = []
        for level, size in sizes.items():
            memory = estimate_memory(spec, size, options)
            fit = memory_fit(memory, available)
            rows.append(
                QuantizationChoice(level, size, memory, fit, level in made, is_recommended=False)
            )
        best = recommended(rows)
        return [dataclasses.replace(row, is_recommended=row.name == best) for row in rows]

    def checked(
        self, spec: ModelSpec, wanted: str | None, remembered: str, options: LoadOptions
    ) -> str | None:
        """``wanted`` if ``spec`` has it; None: ``remembered`` if it has that, else the best one.

        The best one is a file's own level if that fits, else the recommended one. None for a
        script. Raises ``UsageError`` for a level that ``spec`` does not have.
        """
        if spec.format is ModelFormat.SCRIPT:
            return None
        levels = self._level_sizes(spec)
        if wanted is None:
            return remembered if remembered in levels else self._best(spec, options)
        if wanted not in levels:
            raise UsageError(
                QT_TRANSLATE_NOOP("ModelLevels", "{model} has no level called {level}."),
                advice=QT_TRANSLATE_NOOP("ModelLevels", "Choose one of: {levels}"),
                model=spec.name,
                level=wanted,
                levels=", ".join(levels),
            )
        return wanted

    def _best(self, spec: ModelSpec, options: LoadOptions) -> str:
        rows = self.choices(spec, options)
        for row in rows:
            if row.name == spec.quantization and row.fit is not MemoryFit.TOO_LARGE:
                return row.name
        return next(row.name for row in rows if row.is_recommended)

    def check_memory(
        self, spec: ModelSpec, level: str, options: LoadOptions, reclaimable: int
    ) -> None:
        """Raise ``MemoryShortError`` unless there is memory for ``spec`` at ``level``.

        ``reclaimable``: bytes that loading frees first.
        """
        available = self._available() + reclaimable
        check_memory(spec, level, self._level_sizes(spec), options, available)

    def needs_making(self, spec: ModelSpec, level: str | None) -> bool:
        """Whether the file of ``level`` has to be made before it can be loaded."""
        is_given = level is None or spec.quantization == level
        return not is_given and not self._cache.is_made(spec, str(level))

    def loadable(
        self,
        spec: ModelSpec,
        level: str | None,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> ModelSpec:
        """``spec`` with the file of ``level``, made if need be; see :meth:`LevelCache.make`."""
        if level is None or spec.quantization == level:
            return spec
        sizes = self._level_sizes(spec)
        path = self._cache.make(spec, level, sizes, on_progress, cancel)
        return dataclasses.replace(
            spec, path=path, format=ModelFormat.GGUF, quantization=level, size_bytes=sizes[level]
        )

    def _level_sizes(self, spec: ModelSpec) -> dict[str, int]:
        with self._lock:
            found = self._sizes.get(spec)
        if found is None:
            found = level_sizes(spec)
            with self._lock:
                self._sizes[spec] = found
        return found
