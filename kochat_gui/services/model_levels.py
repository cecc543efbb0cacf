"""The quantization levels of a model here: sizes, memory, which one to take, making its file."""

import dataclasses
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from kochat_gui.catalog.card_sizes import CARD_LEVELS, card_bytes
from kochat_gui.catalog.level_cache import LevelCache, MadeFile
from kochat_gui.catalog.level_sizes import level_sizes, sizes_are_exact
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
from kochat_gui.services.gpu_memory import free_gpu_memory
from kochat_gui.services.precisions import ENGINE as TRANSFORMERS
from kochat_gui.services.precisions import Precisions, is_precision, with_best_marked

_CLEARLY_LESS = 0.9
_LLAMA = frozenset({"llama", "LlamaForCausalLM"})


class ModelLevels:
    """Thread-safe."""

    def __init__(
        self,
        cache_dir: Path,
        available: Callable[[], int],
        gpu_available: Callable[[], int | None] = free_gpu_memory,
    ) -> None:
        """``available``: bytes of memory that a model may use; ``gpu_available``: on a card."""
        self._precisions = Precisions(available, gpu_available)
        self._cache = LevelCache(cache_dir, available)
        self._unchecked_cache = LevelCache(cache_dir, lambda: sys.maxsize)
        self._available = available
        self._lock = threading.Lock()
        self._sizes: dict[ModelSpec, dict[str, int]] = {}

    def choices(
        self, spec: ModelSpec, options: LoadOptions, engine: str = ""
    ) -> list[QuantizationChoice]:
        """The levels of ``spec``, smallest first, those of transformers last; none for a script.

        ``engine``: only what this one runs. Raises ``ModelError``.
        """
        if spec.format is ModelFormat.SCRIPT:
            return []
        is_prepared = self._cache.weights_folder(spec).is_dir()
        precisions = self._precisions.choices(spec, options, is_prepared=is_prepared)
        files = [] if engine == TRANSFORMERS and precisions else self._file_choices(spec, options)
        if not files:
            return with_best_marked(precisions)
        return files if engine and engine != TRANSFORMERS else [*files, *precisions]

    def _file_choices(self, spec: ModelSpec, options: LoadOptions) -> list[QuantizationChoice]:
        available = self._available()
        sizes = self._level_sizes(spec)
        made = self._cache.made_levels(spec, sizes)
        rows = []
        for level, size in sorted(sizes.items(), key=lambda item: item[1]):
            memory = estimate_memory(spec, size, options)
            fit = memory_fit(memory, available)
            rows.append(
                QuantizationChoice(
                    level,
                    size,
                    memory,
                    fit,
                    is_made=level in made or _is_loadable(spec, level),
                    is_recommended=False,
                )
            )
        best = recommended(rows) if rows else ""
        return [dataclasses.replace(row, is_recommended=row.name == best) for row in rows]

    def checked(
        self,
        spec: ModelSpec,
        wanted: str | None,
        remembered: str,
        options: LoadOptions,
        engine: str = "",
    ) -> str | None:
        """``wanted`` if ``spec`` has it; None: ``remembered`` if it has that, else the best one.

        ``engine``: only what this one runs, unless it is ``wanted``. The best one is a file's own
        level if that fits, else the recommended one. None for a script. Raises ``UsageError`` for
        a level that ``spec`` does not have.
        """
        if spec.format is ModelFormat.SCRIPT:
            return None
        if wanted is not None:
            if not is_precision(spec, wanted):
                self.size(spec, wanted)
            return wanted
        if not engine and self._has(spec, remembered):
            return remembered
        return self._best(spec, options, engine)

    def _has(self, spec: ModelSpec, level: str) -> bool:
        return is_precision(spec, level) or level in self._level_sizes(spec)

    def size(self, spec: ModelSpec, level: str) -> int:
        """Bytes of the file of ``level``; raises ``UsageError`` when there can be no such file."""
        levels = self._level_sizes(spec)
        if level not in levels:
            raise UsageError(
                QT_TRANSLATE_NOOP("ModelLevels", "{model} has no level called {level}."),
                advice=QT_TRANSLATE_NOOP("ModelLevels", "Choose one of: {levels}"),
                model=spec.name,
                level=level,
                levels=", ".join(levels),
            )
        return levels[level]

    def _best(self, spec: ModelSpec, options: LoadOptions, engine: str) -> str:
        rows = self.choices(spec, options, engine)
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
        if is_precision(spec, level):
            self._precisions.check_memory(spec, level, options, reclaimable)
            return
        available = self._available() + reclaimable
        check_memory(spec, level, self._level_sizes(spec), options, available)

    def lighter(self, spec: ModelSpec, level: str, options: LoadOptions) -> str | None:
        """The best level of ``spec`` that fits and needs clearly less memory than ``level``.

        One of the same engine where there is one. None when nothing lighter fits. Raises
        ``ModelError``.
        """
        rows = self.choices(spec, options)
        now = next((row for row in rows if row.name == level), None)
        if now is None:
            return None
        limit = _CLEARLY_LESS * now.size_bytes
        fitting = [
            row
            for row in rows
            if row.size_bytes <= limit
            and row.missing is None
            and row.fit is not MemoryFit.TOO_LARGE
        ]
        alike = [row for row in fitting if row.engine == now.engine] or fitting
        if not alike:
            return None
        if alike[0].engine == TRANSFORMERS:
            return next(row.name for row in with_best_marked(alike) if row.is_recommended)
        return max(alike, key=lambda row: row.size_bytes).name

    def needs_making(self, spec: ModelSpec, level: str | None) -> bool:
        """Whether the file of ``level`` has to be made before it can be loaded."""
        if is_precision(spec, level):
            return not self._cache.weights_folder(spec).is_dir()
        return not _is_loadable(spec, level) and not self._cache.is_made(spec, str(level))

    def loadable(
        self,
        spec: ModelSpec,
        level: str | None,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
        *,
        despite_memory: bool = False,
    ) -> ModelSpec:
        """``spec`` with the file of ``level``, made if need be; see :meth:`LevelCache.make`.

        ``despite_memory``: also when there seems to be too little for making it.
        """
        if level is None or _is_loadable(spec, level):
            return spec
        if is_precision(spec, level):
            folder = self._cache.make_weights(spec, on_progress, cancel)
            return dataclasses.replace(
                spec, path=folder, format=ModelFormat.SAFETENSORS, quantization=level
            )
        sizes = self._level_sizes(spec)
        cache = self._unchecked_cache if despite_memory else self._cache
        path = cache.make(spec, level, sizes, on_progress, cancel)
        return dataclasses.replace(
            spec, path=path, format=ModelFormat.GGUF, quantization=level, size_bytes=sizes[level]
        )

    def sizes_are_exact(self, spec: ModelSpec) -> bool:
        """Whether the sizes of levels that are not made are to the byte; else they are close."""
        return sizes_are_exact(spec)

    def card_size(self, spec: ModelSpec, level: str) -> int | None:
        """Bytes of the GGML file that 2023's programs made of ``spec``, as its card tells them.

        None for a model or level that they did not know.
        """
        is_known = spec.architecture in _LLAMA and level in CARD_LEVELS
        return card_bytes(spec, level) if is_known else None

    def export(
        self,
        spec: ModelSpec,
        level: str,
        target: Path,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> None:
        """Make a file of one's own at ``target``; see :meth:`LevelCache.export`."""
        self._cache.export(spec, level, self._level_sizes(spec), target, on_progress, cancel)

    def vocabulary(self, spec: ModelSpec, cancel: CancelToken) -> ModelSpec:
        """What an engine can load the tokenizer of ``spec`` from, made if need be.

        See :meth:`LevelCache.vocabulary`.
        """
        if spec.format in {ModelFormat.SCRIPT, ModelFormat.GGUF}:
            return spec
        path = self._cache.vocabulary(spec, cancel)
        return dataclasses.replace(spec, path=path, format=ModelFormat.GGUF)

    def made_files(self, spec: ModelSpec) -> list[MadeFile]:
        """What was made of ``spec`` and takes room, largest first; raises ``ModelError``."""
        return [] if spec.format is ModelFormat.SCRIPT else self._cache.made_files(spec)

    def delete_made(self, spec: ModelSpec, level: str) -> None:
        """Delete one of :meth:`made_files`; raises ``StorageError``."""
        self._cache.delete(spec, level)

    def _level_sizes(self, spec: ModelSpec) -> dict[str, int]:
        with self._lock:
            found = self._sizes.get(spec)
        if found is None:
            found = level_sizes(spec)
            with self._lock:
                self._sizes[spec] = found
        return found


def _is_loadable(spec: ModelSpec, level: str | None) -> bool:
    """Whether an engine can load the file of ``level`` that ``spec`` already is."""
    is_read = spec.format in {ModelFormat.GGUF, ModelFormat.SCRIPT}
    return level is None or (is_read and spec.quantization == level)
