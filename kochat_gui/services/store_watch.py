"""Says once that the disk refuses the conversations, tries again, and takes that back.

That they are damaged is said once, too, and holds until they are closed.
"""

import logging
import threading

from kochat_gui.core.errors import DatabaseDamagedError, StorageError
from kochat_gui.core.events import EventBus
from kochat_gui.services.events import StoreRecovered
from kochat_gui.services.notices import NoticeCenter
from kochat_gui.services.store_opening import OpenProfile
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.sqlite_errors import DAMAGED_NOTICE_ID, DATABASE_NOTICE_ID

_log = logging.getLogger(__name__)

RETRY_S = 2.0
"""Pause between tries; the notice goes that long, at most, after the disk takes writes again."""


class StoreWatch:
    """Owns one thread until :meth:`close`; it sleeps while the disk takes everything."""

    def __init__(
        self,
        profile: OpenProfile,
        store: ConversationStore,
        notices: NoticeCenter,
        bus: EventBus,
        *,
        retry_s: float = RETRY_S,
    ) -> None:
        self._profile = profile
        self._store = store
        self._notices = notices
        self._bus = bus
        self._retry_s = retry_s
        self._is_damage_told = False
        self._is_refused = threading.Event()
        self._is_closing = threading.Event()
        if profile.is_waiting or not (store.is_tidy or profile.database.is_read_only):
            self._is_refused.set()
        profile.database.on_refused = self._on_refused
        self._thread = threading.Thread(target=self._run, name="store watch", daemon=True)
        self._thread.start()

    @property
    def is_refused(self) -> bool:
        """Whether the disk does not take writes, as far as is known."""
        return self._is_refused.is_set()

    def close(self) -> None:
        """End the thread; what is refused from then on is not tried again."""
        self._is_closing.set()
        self._is_refused.set()
        self._thread.join()
        # Whoever opens them next says what was saved of them.
        self._notices.withdraw(DAMAGED_NOTICE_ID)

    def _on_refused(self, error: StorageError) -> None:
        if isinstance(error, DatabaseDamagedError):
            self._tell_damage(error)
            return
        self._notices.post_error(error, DATABASE_NOTICE_ID)
        self._is_refused.set()

    def _tell_damage(self, error: DatabaseDamagedError) -> None:
        """Once: running answers are tried on and on, and a notice that was dismissed was read."""
        if not self._is_damage_told:
            self._is_damage_told = True
            _log.error("the database turned out to be damaged: %s", error)
            self._notices.post_error(error, DAMAGED_NOTICE_ID)

    def _run(self) -> None:
        while True:
            self._is_refused.wait()
            if self._is_closing.wait(self._retry_s):
                return
            self._try()

    def _try(self) -> None:
        try:
            self._profile.try_again()
            if not self._store.is_tidy:
                self._store.tidy()
        except DatabaseDamagedError as error:
            self._tell_damage(error)
        except StorageError:
            return
        except Exception:  # noqa: BLE001 - a bug: logged, and tried again
            _log.exception("the database could not be tried")
            return
        self._is_refused.clear()
        self._notices.withdraw(DATABASE_NOTICE_ID)
        self._bus.publish(StoreRecovered())
