"""Where removed models wait before they are deleted, so that removing can be undone."""

import contextlib
import json
import logging
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kochat_gui.catalog.file_errors import write_error
from kochat_gui.catalog.gguf_split import part_paths
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelSpec

_log = logging.getLogger(__name__)
KEPT_DAYS = 30
_DAY_S = 24 * 3600.0
_NOTE = "removed.json"


@dataclass(frozen=True)
class RemovedModel:
    """What bringing a removed model back needs."""

    model_id: str
    name: str
    path: Path
    """Where the model was."""
    kept_in: Path | None
    """Its folder in the trash; None when only the list forgot it and its file was not touched."""


class ModelTrash:
    """Holds what was in the models folder; files elsewhere are a person's own.

    One folder for each removed model: its files, and a note of where they were.
    """

    def __init__(self, folder: Path, models_dir: Path) -> None:
        self._folder = folder
        self._models_dir = models_dir

    def put(self, spec: ModelSpec) -> RemovedModel:
        """Move the files of ``spec`` here if they are in the models folder.

        Raises ``StorageError``; then all of them are where they were.
        """
        files = [part for part in part_paths(spec.path) if part.exists()]
        if not files or not self._is_ours(spec.path):
            return RemovedModel(spec.model_id, spec.name, spec.path, None)
        kept_in = self._new_folder()
        removed = RemovedModel(spec.model_id, spec.name, spec.path, kept_in)
        with _storage_errors(self._folder):
            kept_in.mkdir(parents=True)
            note = {"model": spec.model_id, "name": spec.name, "path": str(spec.path)}
            (kept_in / _NOTE).write_text(json.dumps(note), encoding="utf-8")
        try:
            with _storage_errors(self._folder):
                _move_all(files, kept_in)
        except UserFacingError:
            shutil.rmtree(kept_in, ignore_errors=True)
            raise
        return removed

    def bring_back(self, removed: RemovedModel) -> None:
        """Move the files back; raises ``UserFacingError`` when they or their place are gone."""
        if removed.kept_in is None:
            return
        if removed.path.exists():
            raise UserFacingError(
                QT_TRANSLATE_NOOP("ModelTrash", "{name} cannot be brought back."),
                kept=QT_TRANSLATE_NOOP("ModelTrash", "It is still in the trash."),
                advice=QT_TRANSLATE_NOOP(
                    "ModelTrash", "Another file is in its place now: {path}. Move that one first."
                ),
                name=removed.name,
                path=removed.path,
            )
        files = [path for path in _entries(removed.kept_in) if path.name != _NOTE]
        if not files:
            raise UserFacingError(
                QT_TRANSLATE_NOOP("ModelTrash", "{name} is no longer in the trash."),
                name=removed.name,
            )
        with _storage_errors(removed.path.parent):
            removed.path.parent.mkdir(parents=True, exist_ok=True)
            _move_all(files, removed.path.parent)
        shutil.rmtree(removed.kept_in, ignore_errors=True)

    def models(self) -> list[RemovedModel]:
        """What is in the trash, oldest first."""
        return [removed for folder in _entries(self._folder) if (removed := _noted(folder))]

    def delete_old(self, now: float | None = None) -> None:
        """Delete what was removed over :data:`KEPT_DAYS` days before ``now`` (seconds, UTC)."""
        limit = (time.time() if now is None else now) - KEPT_DAYS * _DAY_S
        for folder in _entries(self._folder):
            try:
                if folder.stat().st_mtime < limit:
                    shutil.rmtree(folder)
            except OSError as error:
                _log.info("a removed model could not be deleted: %s", error.strerror)

    def _is_ours(self, path: Path) -> bool:
        # A link in the folder is ours, what it points to is not.
        own, folder = self._models_dir.resolve(), path.parent.resolve()
        return own == folder or own in folder.parents

    def _new_folder(self) -> Path:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        return self._folder / f"{stamp}-{time.monotonic_ns()}"


def _move_all(files: list[Path], folder: Path) -> None:
    """Move ``files`` into ``folder``: all of them or, raising ``OSError``, none."""
    moved: list[Path] = []
    try:
        for file in files:
            shutil.move(file, folder / file.name)
            moved.append(file)
    except OSError:
        for file in moved:
            with contextlib.suppress(OSError):
                shutil.move(folder / file.name, file)
        raise


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _noted(folder: Path) -> RemovedModel | None:
    try:
        note: Any = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    match note:
        case {"model": str(model_id), "name": str(name), "path": str(path)}:
            return RemovedModel(model_id, name, Path(path), folder)
    return None


@contextlib.contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise write_error(folder, error) from error
