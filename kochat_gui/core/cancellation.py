"""One way to ask running work to stop."""

import threading
from collections.abc import Callable

from kochat_gui.core.errors import Cancelled


class CancelToken:
    """Thread-safe, one-way stop request; one token belongs to one piece of work."""

    def __init__(self) -> None:
        self._event = threading.Event()
        # Reentrant: a signal handler may cancel while its own thread is in here.
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask for the stop; callbacks run once, on the calling thread, and must not block."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` when cancelled (now, if it already is); returns what unhooks it."""
        with self._lock:
            self._callbacks.append(callback)
            if not self._event.is_set():
                return lambda: self._forget(callback)
            is_left = callback in self._callbacks
            self._forget(callback)
        if is_left:
            callback()
        return lambda: None

    def raise_if_cancelled(self) -> None:
        """Raise :class:`Cancelled` if the stop was asked for."""
        if self._event.is_set():
            raise Cancelled

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
