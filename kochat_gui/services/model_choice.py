"""What the chosen model is to be loaded as, by the settings."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from kochat_gui.catalog.memory_estimate import benefits_from_mmap, private_memory
from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import MemoryShortError, ModelError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import LoadedModel, LoadOptions, ModelSpec
from kochat_gui.services.events import ModelStatus
from kochat_gui.services.model_levels import ModelLevels
from kochat_gui.services.precisions import ENGINE as TRANSFORMERS
from kochat_gui.services.precisions import is_precision
from kochat_gui.settings.model_preferences import PreferenceStore


class ModelPaths(Protocol):
    """What the models need of the profile's paths."""

    @property
    def models_dir(self) -> Path: ...
    @property
    def cache_dir(self) -> Path: ...
    @property
    def templates_dir(self) -> Path: ...


class ModelHost(Protocol):
    """What the models need of the engine host."""

    @property
    def loaded(self) -> LoadedModel | None: ...
    @property
    def child_pid(self) -> int | None: ...
    def load(
        self,
        spec: ModelSpec,
        options: LoadOptions,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
        engine_name: str,
    ) -> LoadedModel: ...
    def unload(self) -> None: ...


class ModelSettings(Protocol):
    """What the models need of the settings store."""

    def get(self, key: str) -> Any: ...
    def set(self, key: str, value: object) -> None: ...
    def refresh(self) -> None: ...


@dataclass(frozen=True)
class ModelChoice:
    """What a model is loaded as; another choice means loading again."""

    spec: ModelSpec
    quantization: str | None
    options: LoadOptions
    engine: str
    """Registry name; empty: the one that fits the format."""


class ModelChooser:
    """Thread-safe as far as the settings are."""

    def __init__(
        self,
        settings: ModelSettings,
        preferences: PreferenceStore,
        levels: ModelLevels,
        paths: ModelPaths,
        engine: str | None = None,
    ) -> None:
        """``engine``: run every model with this one; None: with the one that its level is for."""
        self._settings = settings
        self._preferences = preferences
        self._engine = engine or ""
        self._levels = levels
        self._templates_dir = paths.templates_dir
        self._compiled_dir = paths.cache_dir / "compiled"

    def choice(self, spec: ModelSpec, level: str | None) -> ModelChoice:
        """``spec`` at ``level`` with the present settings."""
        options = self.options()
        if level is not None:
            options = replace(options, use_mmap=benefits_from_mmap(level))
        fitting = TRANSFORMERS if is_precision(spec, level) else ""
        return ModelChoice(spec, level, options, self._engine or fitting)

    def options(self, context_tokens: int | None = None) -> LoadOptions:
        """The load options of the settings; ``context_tokens``: instead of theirs."""
        get = self._settings.get
        return LoadOptions(
            context_tokens=get("load.context_tokens") if context_tokens is None else context_tokens,
            gpu_layers=get("load.gpu_layers"),
            kv_cache_type=get("load.kv_cache_type"),
            threads=get("load.threads"),
            templates_dir=self._templates_dir,
            compiled_dir=self._compiled_dir,
        )

    def level(self, spec: ModelSpec, wanted: str | None) -> str | None:
        """``wanted`` if ``spec`` has it; None: the one of the last time, or the best one.

        The last time is when ``spec`` was loaded, if it is still chosen, else when a person chose.

        Raises ``UsageError`` for a level that there is not, ``ModelError``.
        """
        model_id, level = self.remembered()
        if model_id != spec.model_id or not level:
            level = self._preferences.get(spec.model_id).level or ""
        return self._levels.checked(spec, wanted, level, self.options(), self._engine)

    def take(self, spec: ModelSpec, level: str, before: ModelStatus | None) -> None:
        """:meth:`remember`; a person's choice also for when ``spec`` is chosen again some day.

        ``before``: what was chosen so far. Having that loaded again chooses no level.
        """
        self.remember(spec, level)
        if before is None or (before.spec, before.quantization) != (spec, level):
            self._preferences.update(spec.model_id, lambda chosen: replace(chosen, level=level))

    def remember(self, spec: ModelSpec, level: str | None) -> None:
        """Choose ``spec`` for the next start, too."""
        self._settings.set("model.current", spec.model_id)
        self._settings.set("model.quantization", level or "")

    def forget(self) -> None:
        """Choose the built-in model for the next start."""
        self._settings.set("model.current", "")
        self._settings.set("model.quantization", "")

    def remembered(self) -> tuple[str, str]:
        """Id and level of the chosen model; both empty for the built-in one."""
        model_id = self._settings.get("model.current")
        return model_id, self._settings.get("model.quantization") if model_id else ""

    def check_memory(
        self, spec: ModelSpec, wanted: str | None, options: LoadOptions | None, pid: int | None
    ) -> None:
        """Raise ``MemoryShortError`` unless there is memory for ``spec`` at that level.

        ``pid``: the engine's process, whose memory is free by then.
        """
        level = self.level(spec, wanted)
        if level is not None:
            reclaimable = private_memory(pid) if pid is not None else 0
            self._levels.check_memory(spec, level, options or self.options(), reclaimable)

    def with_lighter_level(self, error: MemoryShortError, ran: ModelStatus) -> MemoryShortError:
        """``error`` with the level of that model that would fit, if there is a lighter one."""
        if ran.spec is None or ran.quantization is None:
            return error
        try:
            lighter = self._levels.lighter(ran.spec, ran.quantization, self.options())
        except ModelError:
            # Its files are gone: loading them again will say so.
            return error
        if lighter is None:
            return error
        advice = QT_TRANSLATE_NOOP("Memory", "The level {level} would fit.")
        values = {**error.values, "level": lighter}
        return MemoryShortError(error.summary, kept=error.kept, advice=advice, **values)
