"""One JSON object in one file: read once, written whole and atomically, never a reason to fail."""

import contextlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kochat_gui.core.errors import ReadOnlyError, StorageError, UserFacingError
from kochat_gui.core.i18n import TextKey
from kochat_gui.core.system_errors import reason_of

_log = logging.getLogger(__name__)
_LARGEST_FILE = 1 << 20
"""Bytes; what a program keeps for a person never gets this large, so a larger file is not ours."""


class FileWording(NamedTuple):
    """What is told about the file; ``{path}`` and ``{reason}`` may be used."""

    damaged: TextKey
    damaged_kept: TextKey
    unreadable: TextKey
    starts_afresh: TextKey
    unwritable: TextKey
    unwritable_kept: TextKey
    unwritable_advice: TextKey


class JsonFile:
    """Not thread-safe: its owner holds a lock."""

    def __init__(
        self,
        path: Path,
        wording: FileWording,
        on_problem: Callable[[UserFacingError], None],
    ) -> None:
        """``on_problem`` hears of each new :attr:`problem`."""
        self._path = path
        self._wording = wording
        self._on_problem = on_problem
        self._stamp: tuple[int, int] | None = None
        self.problem: UserFacingError | None = None
        """Why the file could not be read or written; None when all is well."""

    def read(self) -> dict[str, Any]:
        """What the file holds; nothing, and a :attr:`problem`, when it is damaged."""
        try:
            self._stamp = self._stamp_now()
            if self._stamp is None:
                return {}
            is_sane = self._stamp[0] <= _LARGEST_FILE
            raw = json.loads(self._path.read_text(encoding="utf-8")) if is_sane else None
        except (ValueError, RecursionError):
            raw = None
        except OSError as error:
            self._report(self._unreadable(error))
            return {}
        if isinstance(raw, dict):
            return raw
        self._keep_aside()
        return {}

    def was_changed_outside(self) -> bool:
        """Whether another program wrote the file since it was read or written here."""
        try:
            return self._stamp_now() not in {None, self._stamp}
        except OSError:
            return False

    def write(self, raw: dict[str, Any]) -> None:
        """Replace the file; a disk that cannot be written becomes :attr:`problem`."""
        text = json.dumps(raw, ensure_ascii=True, indent=1, sort_keys=True) + "\n"
        partial = ""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, partial = tempfile.mkstemp(
                dir=self._path.parent, prefix=f".{self._path.stem}-", suffix=".part"
            )
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).replace(self._path)
            self._stamp = self._stamp_now()
            self.problem = None
        except OSError as error:
            if partial:
                with contextlib.suppress(OSError):
                    Path(partial).unlink(missing_ok=True)
            self._report(self._unwritable(error))

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        return stat.st_size, stat.st_mtime_ns

    def _keep_aside(self) -> None:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        aside = self._path.with_name(f"{self._path.stem}.damaged-{stamp}{self._path.suffix}")
        try:
            self._path.replace(aside)
        except OSError:
            aside = self._path
        self._report(
            StorageError(
                self._wording.damaged,
                kept=self._wording.damaged_kept,
                advice=self._wording.starts_afresh,
                path=aside,
            )
        )

    def _report(self, problem: UserFacingError) -> None:
        is_news = self.problem is None or self.problem.text() != problem.text()
        self.problem = problem
        if is_news:
            _log.info("%s: %s", self._path.name, problem)
            self._on_problem(problem)

    def _unreadable(self, error: OSError) -> UserFacingError:
        return StorageError(
            self._wording.unreadable,
            advice=self._wording.starts_afresh,
            path=self._path,
            reason=reason_of(error),
        )

    def _unwritable(self, error: OSError) -> UserFacingError:
        return ReadOnlyError(
            self._wording.unwritable,
            kept=self._wording.unwritable_kept,
            advice=self._wording.unwritable_advice,
            path=self._path,
            reason=reason_of(error),
        )
