"""What a person chose for each model: level, template, preset, adapters, import options."""

import dataclasses
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.models import ImportOptions
from kochat_gui.settings.json_file import FileWording, JsonFile

MAX_SCALE = 4.0
_WORDING = FileWording(
    damaged=QT_TRANSLATE_NOOP(
        "ModelPreferences", "The file of what was chosen for each model was damaged."
    ),
    damaged_kept=QT_TRANSLATE_NOOP(
        "ModelPreferences", "Models and conversations are safe. The damaged file is {path}."
    ),
    unreadable=QT_TRANSLATE_NOOP(
        "ModelPreferences", "What was chosen for each model, in {path}, cannot be read: {reason}"
    ),
    starts_afresh=QT_TRANSLATE_NOOP(
        "ModelPreferences", "Models start without adapters and with their usual templates."
    ),
    unwritable=QT_TRANSLATE_NOOP(
        "ModelPreferences", "What was chosen for a model cannot be saved in {path}: {reason}"
    ),
    unwritable_kept=QT_TRANSLATE_NOOP("ModelPreferences", "It holds until KoChat is closed."),
    unwritable_advice=QT_TRANSLATE_NOOP(
        "ModelPreferences", "Make room, or check the folder's permissions."
    ),
)


@dataclass(frozen=True)
class AdapterChoice:
    """An adapter that was added to a model."""

    path: str
    """Absolute; may be gone by now."""
    scale: float = 1.0
    """0–4 times the trained scale."""
    is_on: bool = True


@dataclass(frozen=True)
class ModelPreferences:
    """What was chosen for one model; None follows what fits the model."""

    level: str | None = None
    template: str | None = None
    preset: str | None = None
    adapters: tuple[AdapterChoice, ...] = ()
    import_options: ImportOptions | None = None


class PreferenceStore:
    """Thread-safe. Never raises because of the file: see :attr:`problem`.

    Entries that this version does not know stay in the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_problem: Callable[[UserFacingError], None] = lambda problem: None,
    ) -> None:
        """Read ``path``; ``on_problem`` hears of each new :attr:`problem`, here and later."""
        self._file = JsonFile(path, _WORDING, on_problem)
        self._lock = threading.RLock()
        self._raw = self._file.read()

    @property
    def problem(self) -> UserFacingError | None:
        """Why the file could not be read or written; None when all is well."""
        return self._file.problem

    def get(self, model_id: str) -> ModelPreferences:
        """What was chosen for the model; values that make no sense are as if never chosen."""
        with self._lock:
            entry = self._raw.get(model_id)
        return _read(entry) if isinstance(entry, dict) else ModelPreferences()

    def set(self, model_id: str, preferences: ModelPreferences) -> None:
        """Store what was chosen; a disk that cannot be written becomes :attr:`problem`."""
        with self._lock:
            if self._file.was_changed_outside():
                self._raw = self._file.read() or self._raw
            if self.get(model_id) == preferences:
                return
            entry = self._raw.get(model_id)
            kept = entry if isinstance(entry, dict) else {}
            self._raw[model_id] = {**kept, **_plain(preferences)}
            self._file.write(self._raw)

    def update(self, model_id: str, change: Callable[[ModelPreferences], ModelPreferences]) -> None:
        """:meth:`set` to ``change`` of what is there, with nobody in between."""
        with self._lock:
            self.set(model_id, change(self.get(model_id)))


def _plain(preferences: ModelPreferences) -> dict[str, Any]:
    plain = dataclasses.asdict(preferences)
    plain["adapters"] = list(plain["adapters"])
    options = preferences.import_options
    if options is not None:
        tokenizer = str(options.tokenizer) if options.tokenizer is not None else None
        plain["import_options"] = {**dataclasses.asdict(options), "tokenizer": tokenizer}
    return plain


def _read(plain: Mapping[str, Any]) -> ModelPreferences:
    level, template, preset = (plain.get(name) for name in ("level", "template", "preset"))
    adapters = plain.get("adapters")
    return ModelPreferences(
        level=level if isinstance(level, str) else None,
        template=template if isinstance(template, str) else None,
        preset=preset if isinstance(preset, str) else None,
        adapters=_adapters(adapters) if isinstance(adapters, list) else (),
        import_options=_import_options(plain.get("import_options")),
    )


def _adapters(rows: list[Any]) -> tuple[AdapterChoice, ...]:
    found = []
    for row in rows:
        match row:
            case {"path": str(path), "scale": int() | float() as scale, "is_on": bool(is_on)}:
                if 0 <= scale <= MAX_SCALE:
                    found.append(AdapterChoice(path, float(scale), is_on))
    return tuple(found)


def _import_options(plain: object) -> ImportOptions | None:
    match plain:
        case {
            "context_length": int(context),
            "norm_epsilon": int() | float() as epsilon,
            "rope_base": int() | float() as base,
            "tokenizer": str() | None as tokenizer,
        } if context > 0 and 0 < epsilon < 1 and 0 < base < math.inf:
            return ImportOptions(
                context, float(epsilon), float(base), Path(tokenizer) if tokenizer else None
            )
    return None
