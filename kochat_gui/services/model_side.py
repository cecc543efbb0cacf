"""Everything about models: what is built on the way to the first answer, not to the window."""

from collections.abc import Callable
from dataclasses import dataclass

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.services.model_workshop import ModelWorkshop
from kochat_gui.services.token_service import TokenService
from kochat_gui.settings.model_preferences import PreferenceStore
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.paths import ProfilePaths


@dataclass(frozen=True)
class ModelSide:
    """The engine's process and what chooses, makes and looks into models."""

    host: EngineHost
    preferences: PreferenceStore
    models: ModelManager
    workshop: ModelWorkshop
    tokens: TokenService

    def close(self) -> None:
        """Cancel what is being made and end the engine's process."""
        self.workshop.close()
        self.tokens.close()
        self.models.close()
        self.host.close()


def build_model_side(
    paths: ProfilePaths,
    settings: SettingsStore,
    bus: EventBus,
    engine: str | None,
    on_problem: Callable[[UserFacingError], None],
) -> ModelSide:
    """``engine`` runs every model; None chooses by format. ``on_problem`` is told what the file of
    models' preferences suffers.
    """
    host = EngineHost(engine)
    preferences = PreferenceStore(paths.preferences_file, on_problem=on_problem)
    models = ModelManager(paths, settings, host, bus, preferences, engine=engine)
    workshop = ModelWorkshop(paths, models, bus)
    workshop.delete_old_models()
    tokens = TokenService(models.levels, models.chooser, engine)
    return ModelSide(host, preferences, models, workshop, tokens)
