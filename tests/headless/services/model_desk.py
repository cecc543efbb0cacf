"""The model manager with the real engine host, and everything around it."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Role
from kochat_gui.core.events import EventBus
from kochat_gui.core.generation import ChatMessage, GenerationRequest, SamplingParams, TextDelta
from kochat_gui.core.models import LoadedModel
from kochat_gui.core.states import ModelState
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.events import ModelStatus
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.settings.model_preferences import PreferenceStore
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.paths import ProfilePaths, profile_paths

WAIT_S = 60


@dataclass
class Desk:
    """A manager with everything around it, and what it published."""

    manager: ModelManager
    host: EngineHost
    settings: SettingsStore
    preferences: PreferenceStore
    paths: ProfilePaths
    bus: EventBus
    memory: list[int] = field(default_factory=lambda: [64 * 1024**3])
    seen: list[ModelStatus] = field(default_factory=list)

    def wait_for(self, *states: ModelState) -> ModelStatus:
        """The next status in one of ``states``, or the present one."""
        reached = threading.Event()
        forget = self.bus.subscribe(
            ModelStatus, lambda status: reached.set() if status.state in states else None
        )
        if self.manager.status.state not in states:
            assert reached.wait(WAIT_S)
        forget()
        return self.manager.status

    def load(self) -> LoadedModel:
        return self.manager.ensure_ready(lambda _: None, CancelToken())

    def answer(self, question: str, *, template: str | None = None) -> str:
        """The greedy answer of the chosen model with its adapters."""
        self.load()
        adapters = self.manager.adapters_in_use(lambda _: None, CancelToken())
        request = GenerationRequest(
            (ChatMessage(Role.USER, question),),
            template,
            SamplingParams(temperature=0, repeat_penalty=1, max_new_tokens=40),
            adapters=adapters.uses,
        )
        events = self.host.stream(request, CancelToken())
        return "".join(event.text for event in events if isinstance(event, TextDelta))

    def close(self) -> None:
        self.manager.close()
        self.host.close()


def open_desk(profile: Path) -> Desk:
    """Everything on the profile in ``profile``."""
    paths, bus, host = profile_paths(profile), EventBus(), EngineHost()
    settings = SettingsStore(paths.settings_file)
    memory = [64 * 1024**3]
    preferences = PreferenceStore(paths.preferences_file)
    manager = ModelManager(paths, settings, host, bus, preferences, available=lambda: memory[0])
    found = Desk(manager, host, settings, preferences, paths, bus, memory)
    bus.subscribe(ModelStatus, found.seen.append)
    return found
