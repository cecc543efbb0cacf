"""A chat session on a real store and a real engine process that plays a script."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.conversation import Message, MessageId
from kochat_gui.core.errors import MemoryShortError
from kochat_gui.core.events import EventBus
from kochat_gui.core.models import LoadedModel, LoadOptions
from kochat_gui.core.states import ModelState
from kochat_gui.services.chat_session import ChatSession
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.events import (
    GenerationEnded,
    GenerationStateChanged,
    ModelStatus,
    TextAppended,
)
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.services.model_adapters import AppliedAdapters
from kochat_gui.services.model_job import ReleasedModels
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from tests.engine_scripts import script_spec

WAIT_S = 20.0
_OPTIONS = LoadOptions(context_tokens=131_072)


class ScriptModel:
    """Loads one script into the host when it is needed."""

    def __init__(self, host: EngineHost, folder: Path, **script: Any) -> None:
        self._host = host
        self.adapters = AppliedAdapters()
        self.released = ReleasedModels()
        self.preset: str | None = None
        self.preset_template: str | None = None
        self.level: str | None = None
        self.model_hash = ""
        self._spec = script_spec(folder, context_window=131_072, token_bytes=16, **script)

    @property
    def status(self) -> ModelStatus:
        loaded = self._host.loaded
        state = ModelState.UNLOADED if loaded is None else ModelState.READY
        if loaded is not None:
            loaded = replace(loaded, model_hash=self.model_hash)
        return ModelStatus(state, self._spec, self.level, loaded=loaded)

    @property
    def adapter_names(self) -> str:
        return self.adapters.names

    def ensure_ready(
        self, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> LoadedModel:
        loaded = self._host.loaded
        if loaded is None:
            return self._host.load(self._spec, _OPTIONS, on_progress, cancel)
        return loaded

    def run_short(self, error: MemoryShortError, ran: ModelStatus | None) -> MemoryShortError:
        assert ran is not None
        self._host.unload()
        return error

    def adapters_in_use(
        self, on_progress: Callable[[float], None], cancel: CancelToken
    ) -> AppliedAdapters:
        return self.adapters


def limit_pages(database: Database, pages: int | None = None) -> None:
    """Let the disk be full at ``pages`` of the database; None: as it is now."""

    def work(connection: sqlite3.Connection) -> None:
        most = pages or connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {most}")

    database.write(work)


class Chat:
    """Everything of one chat, and what its bus carried."""

    def __init__(self, folder: Path, **script: Any) -> None:
        self.database = Database(folder / "kochat.db")
        self.bus = EventBus()
        self.store = ConversationStore(self.database)
        self.library = ConversationLibrary(self.store, self.bus)
        self.notices = NoticeCenter(self.bus)
        self.settings = SettingsStore(folder / "settings.json")
        self.host = EngineHost()
        self.models = ScriptModel(self.host, folder, **script)
        self.states: list[GenerationStateChanged] = []
        self.texts: list[TextAppended] = []
        self.ends: dict[MessageId, GenerationEnded] = {}
        self._changed = threading.Condition()
        self.bus.subscribe(GenerationStateChanged, self._note)
        self.bus.subscribe(TextAppended, self._note)
        self.bus.subscribe(GenerationEnded, self._note)
        self.session = ChatSession(
            self.store, self.models, self.host, self.bus, self.settings, self.notices
        )

    def _note(self, event: GenerationStateChanged | TextAppended | GenerationEnded) -> None:
        with self._changed:
            match event:
                case GenerationStateChanged():
                    self.states.append(event)
                case TextAppended():
                    self.texts.append(event)
                case GenerationEnded():
                    self.ends[event.message_id] = event
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait for events until ``condition`` holds."""
        with self._changed:
            assert self._changed.wait_for(condition, WAIT_S), "nothing came"

    def ended(self, answer_id: MessageId) -> GenerationEnded:
        """Wait for an answer's end."""
        self.wait(lambda: answer_id in self.ends)
        return self.ends.pop(answer_id)

    def first_text(self) -> None:
        """Wait until an answer began."""
        self.wait(lambda: bool(self.texts))

    def shown(self, answer_id: MessageId) -> str:
        """What a window has painted of an answer."""
        return "".join(event.text for event in self.texts if event.message_id == answer_id)

    def message(self, message_id: MessageId) -> Message:
        return self.library.message(message_id)

    def close(self) -> None:
        self.session.close()
        self.host.close()
        self.store.close()
        self.database.close()
