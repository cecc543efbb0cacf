"""Builds everything behind the window.

What the window can be seen and written in without is built when it is first asked for: models,
answers and search take three times as long to load as everything else here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from kochat_gui.core.errors import StorageError, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.core.lazy import Lazy
from kochat_gui.services.crash_reports import ExceptionHooks, install_exception_hooks
from kochat_gui.services.daily_backup import DailyBackup
from kochat_gui.services.exchange.doors import Exchange
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import OpenProfile, open_store
from kochat_gui.services.store_watch import StoreWatch
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import ProfilePaths

if TYPE_CHECKING:
    from kochat_gui.core.conversation import ConversationId
    from kochat_gui.core.states import GenerationState
    from kochat_gui.services.backups import ConversationBackups
    from kochat_gui.services.chat_session import ChatSession
    from kochat_gui.services.engine_host import EngineHost
    from kochat_gui.services.events import ModelStatus
    from kochat_gui.services.model_manager import ModelManager
    from kochat_gui.services.model_side import ModelSide
    from kochat_gui.services.model_workshop import ModelWorkshop
    from kochat_gui.services.search import HistorySearch
    from kochat_gui.services.token_service import TokenService
    from kochat_gui.settings.model_preferences import PreferenceStore

_SETTINGS_NOTICE_ID = "settings"
_PREFERENCES_NOTICE_ID = "model-preferences"


@dataclass
class Refusals:
    """Whether the disk takes writes: the watch of the conversations that are open."""

    watch: StoreWatch


@dataclass(frozen=True, eq=False, repr=False)
class LastingServices:
    """What does not depend on the conversations, and stays when a backup takes their place."""

    paths: ProfilePaths
    bus: EventBus
    notices: NoticeCenter
    hooks: ExceptionHooks
    settings: SettingsStore
    model_side: Lazy[ModelSide]
    refusals: Refusals

    @property
    def host(self) -> EngineHost:
        """The engine's process."""
        return self.model_side.get().host

    @property
    def models(self) -> ModelManager:
        """The models on this computer, and the chosen one."""
        return self.model_side.get().models

    @property
    def preferences(self) -> PreferenceStore:
        """What a person chose for each model."""
        return self.model_side.get().preferences

    @property
    def workshop(self) -> ModelWorkshop:
        """What changes models and makes files of them."""
        return self.model_side.get().workshop

    @property
    def tokens(self) -> TokenService:
        """What shows prompts and how texts split."""
        return self.model_side.get().tokens

    @property
    def known_status(self) -> ModelStatus | None:
        """The chosen model, unless it has not been looked up yet: an event will tell it then."""
        side = self.model_side.made
        return side.models.known_status if side is not None else None


@dataclass(frozen=True, eq=False, repr=False)
class Services(LastingServices):
    """Everything behind the window, from :func:`build_services` until :meth:`close`."""

    profile: OpenProfile
    backup: DailyBackup
    store: ConversationStore
    library: ConversationLibrary
    exchange: Exchange
    lazy_backups: Lazy[ConversationBackups]
    lazy_search: Lazy[HistorySearch]
    lazy_chat: Lazy[ChatSession]

    @property
    def backups(self) -> ConversationBackups:
        """Lists, makes and puts back copies of the conversations."""
        return self.lazy_backups.get()

    @property
    def search(self) -> HistorySearch:
        """Finds messages."""
        return self.lazy_search.get()

    @property
    def chat(self) -> ChatSession:
        """Has messages answered."""
        return self.lazy_chat.get()

    def generation_state(self, conversation_id: ConversationId) -> GenerationState | None:
        """Where the conversation's generation is; None when there is none."""
        chat = self.lazy_chat.made
        return chat.state(conversation_id) if chat is not None else None

    def store_answers(self) -> int:
        """Bring answers to the disk as far as they are; returns how many it does not take."""
        chat = self.lazy_chat.made
        return chat.store_answers() if chat is not None else 0

    @property
    def watch(self) -> StoreWatch:
        """Whether the disk takes what is written to the conversations."""
        return self.refusals.watch

    def close(self) -> None:
        """Stop answers and store them, end the engine's process, close the database."""
        self._close_answers()
        side = self.model_side.close()
        if side is not None:
            side.close()
        self._close_readers()
        self.store.close()
        self.profile.close()
        self.hooks.remove()

    def close_conversations(self) -> Database | None:
        """Close what has to do with stored conversations, to put others in their place.

        The right to write stays. Returns the incognito conversations, for the store that comes.
        """
        self._close_answers()
        self._close_readers()
        incognito = self.store.hand_over_incognito()
        self.profile.close(keeps_lock=True)
        return incognito

    def _close_answers(self) -> None:
        chat = self.lazy_chat.close()
        if chat is not None:
            chat.close()

    def _close_readers(self) -> None:
        """What reads the conversations beside the window."""
        self.backup.close()
        search = self.lazy_search.close()
        if search is not None:
            search.close()
        self.watch.close()


def build_services(paths: ProfilePaths, engine: str | None = None) -> Services:
    """Open the profile and build everything; ``engine`` runs every model, None chooses by format.

    Raises ``ProfileBusyError``, ``DatabaseNewerError`` and what ``open_store`` cannot mend.
    """
    bus = EventBus()
    notices = NoticeCenter(bus)
    hooks = install_exception_hooks(paths.log_dir, paths.crash_dir, notices)
    try:
        profile, store = open_store(paths, notices)
    except BaseException:
        hooks.remove()
        raise
    refusals = Refusals(StoreWatch(profile, store, notices, bus))

    def tell(problem: UserFacingError, notice_id: str) -> None:
        # A profile that cannot be written says so once, by its database.
        if not (refusals.watch.is_refused and isinstance(problem, StorageError)):
            notices.post_error(problem, notice_id)

    settings = SettingsStore(
        paths.settings_file,
        on_problem=lambda problem: tell(problem, _SETTINGS_NOTICE_ID),
    )

    def model_side() -> ModelSide:
        from kochat_gui.services.model_side import build_model_side

        def on_problem(problem: UserFacingError) -> None:
            tell(problem, _PREFERENCES_NOTICE_ID)

        return build_model_side(paths, settings, bus, engine, on_problem)

    lasting = LastingServices(
        paths=paths,
        bus=bus,
        notices=notices,
        hooks=hooks,
        settings=settings,
        model_side=Lazy(model_side),
        refusals=refusals,
    )
    return with_conversations(lasting, profile, store)


def with_conversations(
    lasting: LastingServices, profile: OpenProfile, store: ConversationStore
) -> Services:
    """The services around open conversations, beside those that outlive them."""
    paths, bus, notices = lasting.paths, lasting.bus, lasting.notices

    def backups() -> ConversationBackups:
        from kochat_gui.services.backups import ConversationBackups

        return ConversationBackups(paths, profile)

    def search() -> HistorySearch:
        from kochat_gui.services.search import HistorySearch

        return HistorySearch(profile.database, paths.search_index)

    def chat() -> ChatSession:
        from kochat_gui.services.chat_session import ChatSession

        side = lasting.model_side.get()
        return ChatSession(store, side.models, side.host, bus, lasting.settings, notices)

    return Services(
        **{field.name: getattr(lasting, field.name) for field in fields(LastingServices)},
        profile=profile,
        backup=DailyBackup(paths, profile.database, notices),
        store=store,
        library=ConversationLibrary(store, bus),
        exchange=Exchange(store, bus),
        lazy_backups=Lazy(backups),
        lazy_search=Lazy(search),
        lazy_chat=Lazy(chat),
    )
