"""The settings file: read once, written whole and atomically at every change."""

import contextlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import ReadOnlyError, StorageError, UsageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.settings.schema import SETTINGS, Setting

_log = logging.getLogger(__name__)
_LARGEST_FILE = 1 << 20
"""Bytes; settings never get this large, so a larger file is not ours."""


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
        self._path = path
        self._schema = schema
        self._on_problem = on_problem
        self._lock = threading.RLock()
        self._subscribers: dict[str, list[Callable[[Any], None]]] = {}
        self.problem: UserFacingError | None = None
        """Why the file could not be read or written; None when all is well."""
        self._raw = self._read()

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
            is_new = self.get(key) != value
            if is_new or key in self._raw:
                self._raw[key] = value
                self._save()
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

    def _read(self) -> dict[str, Any]:
        try:
            if not self._path.exists():
                return {}
            is_sane = self._path.stat().st_size <= _LARGEST_FILE
            raw = json.loads(self._path.read_text(encoding="utf-8")) if is_sane else None
        except (ValueError, RecursionError):
            raw = None
        except OSError as error:
            self._report(_unreadable(self._path, error))
            return {}
        if isinstance(raw, dict):
            return raw
        self._keep_aside()
        return {}

    def _keep_aside(self) -> None:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        aside = self._path.with_name(f"{self._path.stem}.damaged-{stamp}{self._path.suffix}")
        try:
            self._path.replace(aside)
        except OSError:
            aside = self._path
        self._report(
            StorageError(
                QT_TRANSLATE_NOOP("Settings", "The settings file was damaged."),
                kept=QT_TRANSLATE_NOOP(
                    "Settings", "Conversations are safe. The damaged file is {path}."
                ),
                advice=QT_TRANSLATE_NOOP("Settings", "All settings start from their defaults."),
                path=aside,
            )
        )

    def _save(self) -> None:
        text = json.dumps(self._raw, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
        partial = ""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, partial = tempfile.mkstemp(
                dir=self._path.parent, prefix=".settings-", suffix=".part"
            )
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).replace(self._path)
            self.problem = None
        except OSError as error:
            if partial:
                with contextlib.suppress(OSError):
                    Path(partial).unlink(missing_ok=True)
            self._report(_unwritable(self._path, error))

    def _report(self, problem: UserFacingError) -> None:
        is_news = self.problem is None or self.problem.text() != problem.text()
        self.problem = problem
        if is_news:
            _log.info("settings: %s", problem)
            self._on_problem(problem)


def _unreadable(path: Path, error: OSError) -> UserFacingError:
    return StorageError(
        QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be read: {reason}"),
        advice=QT_TRANSLATE_NOOP("Settings", "All settings start from their defaults."),
        path=path,
        reason=error.strerror or type(error).__name__,
    )


def _unwritable(path: Path, error: OSError) -> UserFacingError:
    return ReadOnlyError(
        QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be saved: {reason}"),
        kept=QT_TRANSLATE_NOOP("Settings", "Changes hold until KoChat is closed."),
        advice=QT_TRANSLATE_NOOP("Settings", "Make room, or check the folder's permissions."),
        path=path,
        reason=error.strerror or type(error).__name__,
    )
