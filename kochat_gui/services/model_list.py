"""The models on this computer: the built-in one, the models folder, and what a person added."""

import dataclasses
import difflib
import logging
import unicodedata
from pathlib import Path

from kochat_gui.catalog.model_inspection import find_path, inspect_model
from kochat_gui.core.errors import ModelError, ModelMissingError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ModelSpec
from kochat_gui.core.resources import BUILT_IN_ID, resource
from kochat_gui.services.chat_templates import match_spec
from kochat_gui.services.model_choice import ModelSettings
from kochat_gui.settings.model_preferences import PreferenceStore

_log = logging.getLogger(__name__)
_BUILT_IN_TEMPLATE = "kullm-v2"
_BUILT_IN_LICENCE = "MIT"
_ADDED = "model.added_paths"
_SUGGESTIONS = 3
_Stamp = tuple[int, int]


class ModelList:
    """Knows models by their headers, read again only when a file has changed.

    Not thread-safe: the model manager holds its lock.
    """

    def __init__(
        self, models_dir: Path, settings: ModelSettings, preferences: PreferenceStore
    ) -> None:
        self._models_dir = models_dir
        self._settings = settings
        self._preferences = preferences
        self._known: dict[Path, tuple[_Stamp, ModelSpec | None]] = {}

    def models(self) -> list[ModelSpec]:
        """The built-in model first, then the others by name; unusable files are left out."""
        self._settings.refresh()
        found: dict[str, ModelSpec] = {}
        for path in (*self._in_folder(), *map(Path, self._settings.get(_ADDED))):
            spec = self._spec(path)
            if spec is not None:
                found.setdefault(spec.model_id, self._as_chosen(spec))
        others = sorted(found.values(), key=lambda spec: (spec.name.casefold(), spec.model_id))
        return [self.built_in(), *others]

    def built_in(self) -> ModelSpec:
        """The small demonstration model that ships with the program."""
        spec = self._spec(resource("models", BUILT_IN_ID))
        if spec is None:
            # Say what is wrong with the installation.
            spec = inspect_model(resource("models", BUILT_IN_ID))
        return self._as_chosen(
            dataclasses.replace(
                spec,
                model_id=BUILT_IN_ID,
                template=_BUILT_IN_TEMPLATE,
                licence=_BUILT_IN_LICENCE,
                is_demo=True,
            )
        )

    def resolve(self, ref: str) -> ModelSpec:
        """The model that ``ref`` means: its id, name, the beginning of one name, or a path.

        Raises ``ModelError``; for an unknown name with suggestions.
        """
        models = self.models()
        wanted = unicodedata.normalize("NFC", ref).casefold()
        for spec in models:
            if ref == spec.model_id or wanted == _name(spec):
                return spec
        starting = [spec for spec in models if wanted and _name(spec).startswith(wanted)]
        if len(starting) == 1:
            return starting[0]
        try:
            path = find_path(Path(ref))
        except ModelError as error:
            if _looks_like_path(ref):
                raise
            raise _unknown(ref, starting or models) from error
        if path == resource("models", BUILT_IN_ID):
            return self.built_in()
        return self._as_chosen(inspect_model(path))

    def add(self, path: Path) -> ModelSpec:
        """Remember the model at ``path``; raises ``ModelError`` when it cannot be used."""
        spec = inspect_model(path)
        added = tuple(self._settings.get(_ADDED))
        is_listed = any(known.model_id == spec.model_id for known in self.models())
        if not is_listed:
            self._settings.set(_ADDED, (*added, str(spec.path)))
        return self._as_chosen(spec)

    def forget(self, spec: ModelSpec) -> None:
        """Undo :meth:`add`; what is in the models folder stays on the list."""
        added = tuple(self._settings.get(_ADDED))
        left = tuple(path for path in added if path != str(spec.path))
        if left != added:
            self._settings.set(_ADDED, left)

    def _as_chosen(self, spec: ModelSpec) -> ModelSpec:
        """``spec`` with what a person chose for it."""
        chosen = self._preferences.get(spec.model_id)
        if chosen.template is not None:
            spec = dataclasses.replace(spec, template=chosen.template)
        if chosen.import_options is not None and spec.import_options is not None:
            spec = dataclasses.replace(spec, import_options=chosen.import_options)
        # The template that fits is left to the process that has all of the model's files.
        return dataclasses.replace(spec, is_base=match_spec(spec).is_base)

    def _in_folder(self) -> list[Path]:
        """Files and model folders in the models folder, and files one folder further down."""
        try:
            entries = sorted(self._models_dir.iterdir())
        except OSError:
            return []
        return [model for path in entries if not _is_hidden(path) for model in _models_at(path)]

    def _spec(self, path: Path) -> ModelSpec | None:
        """The model at ``path``; None, and a line in the log, when it cannot be used."""
        try:
            stamp = _stamp(path)
        except (OSError, ValueError):
            return None
        if path not in self._known or self._known[path][0] != stamp:
            try:
                self._known[path] = stamp, inspect_model(path)
            except UserFacingError as error:
                _log.info("left out of the model list: %s", error)
                self._known[path] = stamp, None
            except Exception:  # noqa: BLE001 - a bug in a reader
                # The other models are not to go with this one.
                _log.exception("left out of the model list: %s", path)
                self._known[path] = stamp, None
        return self._known[path][1]


def _models_at(path: Path) -> list[Path]:
    """What may be a model; a folder that cannot be read hides no other."""
    try:
        if path.is_file() or (path / "config.json").exists():
            return [path]
        return [file for file in sorted(path.iterdir()) if file.is_file()] if path.is_dir() else []
    except OSError:
        return []


def _stamp(path: Path) -> _Stamp:
    """Changes whenever a model's files do."""
    files = [path, *path.iterdir()] if path.is_dir() else [path]
    stats = [file.stat() for file in files]
    return sum(stat.st_size for stat in stats), max(stat.st_mtime_ns for stat in stats)


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _name(spec: ModelSpec) -> str:
    return unicodedata.normalize("NFC", spec.name).casefold()


def _looks_like_path(ref: str) -> bool:
    return any(mark in ref for mark in "/\\") or ref.endswith((".gguf", ".bin", ".safetensors"))


def _unknown(ref: str, candidates: list[ModelSpec]) -> ModelMissingError:
    names = [spec.name for spec in candidates]
    by_fold = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(ref.casefold(), by_fold, _SUGGESTIONS, 0.4)
    shown = [by_fold[name] for name in close] or names[:_SUGGESTIONS]
    return ModelMissingError(
        QT_TRANSLATE_NOOP("ModelList", "There is no model called {name}."),
        advice=QT_TRANSLATE_NOOP("ModelList", "Did you mean {suggestions}?"),
        name=ref,
        suggestions=", ".join(shown),
    )
