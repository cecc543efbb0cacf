"""Everything about models: what is built on the way to the first answer, not to the window."""

from dataclasses import dataclass

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
    preferences: PreferenceStore,
    bus: EventBus,
    engine: str | None,
) -> ModelSide:
    """``engine`` runs every model; None chooses by format."""
    host = EngineHost(engine)
    models = ModelManager(paths, settings, host, bus, preferences, engine=engine)
    workshop = ModelWorkshop(paths, models, bus)
    workshop.delete_old_models()
    tokens = TokenService(models.levels, models.chooser, engine)
    return ModelSide(host, models, workshop, tokens)
