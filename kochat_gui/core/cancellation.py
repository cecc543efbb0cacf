"""One way to ask running work to stop."""

import threading
from collections.abc import Callable

from kochat_gui.core.errors import Cancelled


class CancelToken:
    """Thread-safe, one-way stop request; one token belongs to one piece of work."""

    def __init__(self) -> None:
        # Asked for at every token, and set once under the lock: an Event would only cost more.
        self._is_cancelled = False
        # Reentrant: a signal handler may cancel while its own thread is in here.
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        return self._is_cancelled

    def cancel(self) -> None:
        """Ask for the stop; callbacks run once, on the calling thread, and must not block."""
        with self._lock:
            if self._is_cancelled:
                return
            self._is_cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` when cancelled (now, if it already is); returns what unhooks it."""
        with self._lock:
            self._callbacks.append(callback)
            if not self._is_cancelled:
                return lambda: self._forget(callback)
            is_left = callback in self._callbacks
            self._forget(callback)
        if is_left:
            callback()
        return lambda: None

    def raise_if_cancelled(self) -> None:
        """Raise :class:`Cancelled` if the stop was asked for."""
        if self._is_cancelled:
            raise Cancelled

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
