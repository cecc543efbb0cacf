"""The settings file: read once, written whole and atomically at every change."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import UsageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.settings.json_file import FileWording, JsonFile
from kochat_gui.settings.schema import SETTINGS, Setting

_WORDING = FileWording(
    damaged=QT_TRANSLATE_NOOP("Settings", "The settings file was damaged."),
    damaged_kept=QT_TRANSLATE_NOOP(
        "Settings", "Conversations are safe. The damaged file is {path}."
    ),
    unreadable=QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be read: {reason}"),
    starts_afresh=QT_TRANSLATE_NOOP("Settings", "All settings start from their defaults."),
    unwritable=QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be saved: {reason}"),
    unwritable_kept=QT_TRANSLATE_NOOP("Settings", "Changes hold until KoChat is closed."),
    unwritable_advice=QT_TRANSLATE_NOOP(
        "Settings", "Make room, or check the folder's permissions."
    ),
)


class SettingsStore:
    """Thread-safe. Never raises because of the file: see :attr:`problem`.

    Entries that this version does not know, and values that do not fit, stay in the file until
    they are set.
    """

    def __init__(
        self,
        path: Path,
        *,
        schema: Mapping[str, Setting] = SETTINGS,
        on_problem: Callable[[UserFacingError], None] = lambda problem: None,
    ) -> None:
        """Read ``path``; ``on_problem`` hears of each new :attr:`problem`, here and later."""
        self._schema = schema
        self._file = JsonFile(path, _WORDING, on_problem)
        self._lock = threading.RLock()
        self._subscribers: dict[str, list[Callable[[Any], None]]] = {}
        self._raw = self._file.read()

    @property
    def problem(self) -> UserFacingError | None:
        """Why the file could not be read or written; None when all is well."""
        return self._file.problem

    def get(self, key: str) -> Any:
        """The value of ``key``, or its default; ``KeyError`` for a key that is not declared."""
        setting = self._schema[key]
        with self._lock:
            value = self._raw.get(key, setting.default)
        if isinstance(value, list):
            value = tuple(value)
        if not setting.accepts(value):
            return setting.default
        return float(value) if isinstance(setting.default, float) else value

    def is_set(self, key: str) -> bool:
        """Whether the file has a value of its own for ``key``."""
        with self._lock:
            return key in self._raw

    def set(self, key: str, value: object) -> None:
        """Store a value and tell its subscribers, on this thread.

        Raises ``UsageError`` for a value outside the limits. A disk that cannot be written
        becomes :attr:`problem`; the value holds until the program ends.
        """
        setting = self._schema[key]
        if not setting.accepts(value):
            raise UsageError(
                QT_TRANSLATE_NOOP("Settings", "{value} is not possible for {setting}."),
                value=str(value),
                setting=setting.label,
            )
        with self._lock:
            self.refresh()
            is_new = self.get(key) != value
            if is_new or key in self._raw:
                self._raw[key] = value
                self._file.write(self._raw)
            subscribers = list(self._subscribers.get(key, ())) if is_new else []
        for subscriber in subscribers:
            subscriber(value)

    def reset(self, key: str) -> None:
        """Go back to the default."""
        self.set(key, self._schema[key].default)

    def subscribe(self, key: str, callback: Callable[[Any], None]) -> Callable[[], None]:
        """Call ``callback`` with each new value of ``key``; returns the unsubscriber."""
        if key not in self._schema:
            raise KeyError(key)
        with self._lock:
            self._subscribers.setdefault(key, []).append(callback)

        def unsubscribe() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._subscribers[key].remove(callback)

        return unsubscribe

    def refresh(self) -> None:
        """Take over what another KoChat stored meanwhile: ``kochat models add`` beside the window.

        Subscribers do not hear of it.
        """
        with self._lock:
            if self._file.was_changed_outside():
                self._raw = self._file.read() or self._raw
