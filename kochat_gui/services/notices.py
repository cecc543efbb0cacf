"""What the program has to say outside a conversation; buffered until someone shows it."""

import threading
from enum import Enum
from typing import NamedTuple

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.events import EventBus


class Severity(Enum):
    """How urgent a notice is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class NoticeAction(NamedTuple):
    """Something a notice offers to do."""

    label: str
    """Translated; a verb."""
    action_id: str
    """What whoever shows the notice is to do, such as ``open-log-folder``."""
    keeps_notice: bool = False
    """The notice says something that is needed longer; else it has done its work and goes."""


class Notice(NamedTuple):
    """One thing to tell, as plain text."""

    notice_id: str
    """A later notice with the same id replaces this one."""
    severity: Severity
    text: str
    """Translated; must not be read as markup."""
    actions: tuple[NoticeAction, ...] = ()
    """Up to two."""


class NoticePosted(NamedTuple):
    """A notice is new, or replaces the one with its id."""

    notice: Notice


class NoticeWithdrawn(NamedTuple):
    """A notice no longer holds, or was dismissed."""

    notice_id: str


class NoticeCenter:
    """Thread-safe; publishes on the calling thread."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._lock = threading.Lock()
        self._active: dict[str, Notice] = {}

    def post(self, notice: Notice) -> None:
        """Tell ``notice``, in the place of an older one with its id; equal ones are told once."""
        with self._lock:
            if self._active.get(notice.notice_id) == notice:
                return
            self._active[notice.notice_id] = notice
        self._bus.publish(NoticePosted(notice))

    def post_error(
        self,
        error: UserFacingError,
        notice_id: str,
        *,
        severity: Severity = Severity.ERROR,
        actions: tuple[NoticeAction, ...] = (),
    ) -> None:
        """Tell what an error says: what happened, what is safe, what to do.

        An error that has a notice of its own is told there instead.
        """
        self.post(Notice(error.notice_id or notice_id, severity, error.text(), actions))

    def withdraw(self, notice_id: str) -> None:
        """Take a notice back, or dismiss it; does nothing when there is none."""
        with self._lock:
            if self._active.pop(notice_id, None) is None:
                return
        self._bus.publish(NoticeWithdrawn(notice_id))

    def active(self) -> list[Notice]:
        """All notices that hold, oldest first: for a window that opens after they were posted."""
        with self._lock:
            return list(self._active.values())
