"""Typed publish/subscribe between services and whoever shows their work. No Qt."""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_log = logging.getLogger(__name__)
E = TypeVar("E")


class EventBus:
    """Subscribers are called on the publishing thread, in the order they subscribed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: dict[type[Any], list[Callable[[Any], None]]] = {}

    def subscribe(self, kind: type[E], callback: Callable[[E], None]) -> Callable[[], None]:
        """Call ``callback`` for events of exactly this class; returns the unsubscriber."""
        with self._lock:
            self._subscribers.setdefault(kind, []).append(callback)

        def unsubscribe() -> None:
            with self._lock:
                callbacks = self._subscribers.get(kind, [])
                if callback in callbacks:
                    callbacks.remove(callback)

        return unsubscribe

    def publish(self, event: object) -> None:
        """Hand ``event`` to its subscribers; a failing one is logged, the rest still run."""
        with self._lock:
            callbacks = list(self._subscribers.get(type(event), ()))
        for callback in callbacks:
            try:
                callback(event)
            except Exception:  # noqa: BLE001 - logged with its traceback, like any bug
                _log.exception("subscriber of %s failed", type(event).__name__)
