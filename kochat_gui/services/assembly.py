"""Builds everything behind the window."""

from dataclasses import dataclass, fields

from kochat_gui.core.errors import StorageError, UserFacingError
from kochat_gui.core.events import EventBus
from kochat_gui.services.backups import ConversationBackups
from kochat_gui.services.chat_session import ChatSession
from kochat_gui.services.crash_reports import ExceptionHooks, install_exception_hooks
from kochat_gui.services.daily_backup import DailyBackup
from kochat_gui.services.engine_host import EngineHost
from kochat_gui.services.exchange.doors import Exchange
from kochat_gui.services.library import ConversationLibrary
from kochat_gui.services.model_manager import ModelManager
from kochat_gui.services.model_workshop import ModelWorkshop
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.search import HistorySearch
from kochat_gui.services.store_opening import OpenProfile, open_store
from kochat_gui.services.store_watch import StoreWatch
from kochat_gui.services.token_service import TokenService
from kochat_gui.settings.model_preferences import PreferenceStore
from kochat_gui.settings.store import SettingsStore
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import Database
from kochat_gui.storage.paths import ProfilePaths

_SETTINGS_NOTICE_ID = "settings"
_PREFERENCES_NOTICE_ID = "model-preferences"


@dataclass
class Refusals:
    """Whether the disk takes writes: the watch of the conversations that are open."""

    watch: StoreWatch


@dataclass(frozen=True)
class LastingServices:
    """What does not depend on the conversations, and stays when a backup takes their place."""

    paths: ProfilePaths
    bus: EventBus
    notices: NoticeCenter
    hooks: ExceptionHooks
    settings: SettingsStore
    preferences: PreferenceStore
    host: EngineHost
    models: ModelManager
    workshop: ModelWorkshop
    tokens: TokenService
    refusals: Refusals


@dataclass(frozen=True)
class Services(LastingServices):
    """Everything behind the window, from :func:`build_services` until :meth:`close`."""

    profile: OpenProfile
    backup: DailyBackup
    backups: ConversationBackups
    store: ConversationStore
    library: ConversationLibrary
    search: HistorySearch
    exchange: Exchange
    chat: ChatSession

    @property
    def watch(self) -> StoreWatch:
        """Whether the disk takes what is written to the conversations."""
        return self.refusals.watch

    def close(self) -> None:
        """Stop answers and store them, end the engine's process, close the database."""
        self.chat.close()
        self.workshop.close()
        self.tokens.close()
        self.models.close()
        self.host.close()
        self.backup.close()
        self.search.close()
        self.watch.close()
        self.store.close()
        self.profile.close()
        self.hooks.remove()

    def close_conversations(self) -> Database | None:
        """Close what has to do with stored conversations, to put others in their place.

        The right to write stays. Returns the incognito conversations, for the store that comes.
        """
        self.chat.close()
        self.backup.close()
        self.search.close()
        self.watch.close()
        incognito = self.store.hand_over_incognito()
        self.profile.close(keeps_lock=True)
        return incognito


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
    refusals = Refusals(StoreWatch(profile, store, notices))

    def tell(problem: UserFacingError, notice_id: str) -> None:
        # A profile that cannot be written says so once, by its database.
        if not (refusals.watch.is_refused and isinstance(problem, StorageError)):
            notices.post_error(problem, notice_id)

    settings = SettingsStore(
        paths.settings_file,
        on_problem=lambda problem: tell(problem, _SETTINGS_NOTICE_ID),
    )
    host = EngineHost(engine)
    preferences = PreferenceStore(
        paths.preferences_file,
        on_problem=lambda problem: tell(problem, _PREFERENCES_NOTICE_ID),
    )
    models = ModelManager(paths, settings, host, bus, preferences, engine=engine)
    workshop = ModelWorkshop(paths, models, bus)
    workshop.delete_old_models()
    lasting = LastingServices(
        paths=paths,
        bus=bus,
        notices=notices,
        hooks=hooks,
        settings=settings,
        preferences=preferences,
        host=host,
        models=models,
        workshop=workshop,
        tokens=TokenService(models.levels, models.chooser, engine),
        refusals=refusals,
    )
    return with_conversations(lasting, profile, store)


def with_conversations(
    lasting: LastingServices, profile: OpenProfile, store: ConversationStore
) -> Services:
    """The services around open conversations, beside those that outlive them."""
    paths, bus, notices = lasting.paths, lasting.bus, lasting.notices
    return Services(
        **{field.name: getattr(lasting, field.name) for field in fields(LastingServices)},
        profile=profile,
        backup=DailyBackup(paths, profile.database, notices),
        backups=ConversationBackups(paths, profile),
        store=store,
        library=ConversationLibrary(store, bus),
        search=HistorySearch(profile.database, paths.search_index),
        exchange=Exchange(store, bus),
        chat=ChatSession(store, lasting.models, lasting.host, bus, lasting.settings, notices),
    )
