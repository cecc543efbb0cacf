"""What the commands need to run a model: put together without the database or its lock.

So ``kochat ask`` works beside an open window, and changes nothing that the window remembers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import LoadedModel, ModelSpec
from kochat_gui.engines.registry import availability
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.services.model_workshop import ModelWorkshop
from kochat_gui.services.token_service import TokenService
from kochat_gui.settings.model_preferences import ModelPreferences, PreferenceStore
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.paths import ProfilePaths


class PassingSettings:
    """The profile's settings; what is set holds for this run only."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._own: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self._own[key] if key in self._own else self._store.get(key)

    def set(self, key: str, value: object) -> None:
        self._own[key] = value

    def refresh(self) -> None:
        self._store.refresh()


class PassingPreferences(PreferenceStore):
    """What was chosen for the profile's models; what is chosen now holds for this run only."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._own: dict[str, ModelPreferences] = {}

    def get(self, model_id: str) -> ModelPreferences:
        return self._own.get(model_id) or super().get(model_id)

    def set(self, model_id: str, preferences: ModelPreferences) -> None:
        self._own[model_id] = preferences


@dataclass(frozen=True)
class Workshop:
    """Settings, models and the engine's process."""

    settings: SettingsStore
    models: ModelManager
    files: ModelWorkshop
    tokens: TokenService
    host: EngineHost
    bus: EventBus

    def model(self, ref: str | None) -> ModelSpec:
        """The model that ``ref`` means, or the chosen one; raises ``UserFacingError``."""
        if ref is not None:
            return self.models.resolve(ref)
        status = self.models.status
        if status.spec is None:
            raise status.error or UserFacingError(
                QT_TRANSLATE_NOOP("Cli", "There is no model on this computer.")
            )
        return status.spec

    def load(
        self,
        spec: ModelSpec,
        quantization: str | None,
        on_progress: Callable[[float], None],
        cancel: CancelToken,
    ) -> LoadedModel:
        """Make ``spec`` ready, its file too if need be."""
        self.models.choose(spec.model_id, quantization)
        return self.models.ensure_ready(on_progress, cancel)

    @property
    def quantization(self) -> str:
        """The level that the model is loaded at; empty for one without levels."""
        return self.models.status.quantization or ""


@contextmanager
def open_workshop(
    paths: ProfilePaths, engine: str | None, *, is_remembered: bool = False
) -> Iterator[Workshop]:
    """Everything built; the engine's processes are ended at the end.

    ``is_remembered``: what is chosen or added holds for the window and later runs, too. Raises
    ``UsageError`` for an unknown engine, also where none is started.
    """
    if engine is not None:
        availability(engine)
    settings = SettingsStore(paths.settings_file)
    used = settings if is_remembered else PassingSettings(settings)
    kind = PreferenceStore if is_remembered else PassingPreferences
    preferences = kind(paths.preferences_file)
    host, bus = EngineHost(engine), EventBus()
    models = ModelManager(paths, used, host, bus, preferences, engine=engine)
    files = ModelWorkshop(paths, models, bus)
    tokens = TokenService(models.levels, models.chooser, engine)
    try:
        yield Workshop(settings, models, files, tokens, host, bus)
    finally:
        files.close()
        tokens.close()
        models.close()
        host.close()
