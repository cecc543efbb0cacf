"""Which engines there are. Loads their modules by name, and only when asked to create one."""

import difflib
import importlib
import importlib.util
from dataclasses import dataclass

from kochat_gui.core.errors import EngineMissingError, UsageError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey
from kochat_gui.core.models import ModelFormat
from kochat_gui.engines.base import Engine


@dataclass(frozen=True)
class _Row:
    target: str
    """``module:Class``."""
    formats: frozenset[ModelFormat]
    """The same as the class declares: known here without importing its library."""
    libraries: tuple[str, ...] = ()
    """Top-level modules that must be installed."""
    missing: TextKey | None = None
    """Said when one is not."""
    unsupported_sampling: frozenset[str] = frozenset()
    """The same as the class declares, too."""


_ROWS: dict[str, _Row] = {
    "llama.cpp": _Row(
        "kochat_gui.engines.llama_cpp_engine:LlamaCppEngine",
        frozenset({ModelFormat.GGUF}),
        ("llama_cpp",),
        QT_TRANSLATE_NOOP("EngineRegistry", "llama-cpp-python is not installed."),
        frozenset({"num_beams", "early_stopping"}),
    ),
    "transformers": _Row(
        "kochat_gui.engines.transformers_engine:TransformersEngine",
        frozenset({ModelFormat.SAFETENSORS}),
        ("torch", "transformers", "accelerate", "peft", "safetensors"),
        QT_TRANSLATE_NOOP(
            "EngineRegistry",
            "torch and transformers are not installed. In KoChat's folder, "
            'python3 -m pip install -e ".[gpu]" in its .venv brings them.',
        ),
    ),
    "scripted": _Row(
        "kochat_gui.engines.scripted_engine:ScriptedEngine",
        frozenset({ModelFormat.SCRIPT}),
        unsupported_sampling=frozenset({"logit_bias", "no_repeat_ngram", "num_beams"}),
    ),
}


def engine_names() -> list[str]:
    """All engines, the preferred ones first."""
    return list(_ROWS)


def engines_for(format_: ModelFormat) -> list[str]:
    """Engines that read ``format_``, installed or not, the preferred one first."""
    return [name for name, row in _ROWS.items() if format_ in row.formats]


def unsupported_sampling(name: str) -> frozenset[str]:
    """Fields of ``SamplingParams`` that the engine cannot honour. Imports nothing.

    Raises ``UsageError`` for an unknown name.
    """
    return _row(name).unsupported_sampling


def availability(name: str) -> TextKey | None:
    """Why the engine cannot be used here; None when it can. Imports nothing.

    Raises ``UsageError`` for an unknown name.
    """
    row = _row(name)
    are_there = all(importlib.util.find_spec(library) is not None for library in row.libraries)
    return None if are_there else row.missing


def create(name: str) -> Engine:
    """Import and create an engine; for the child process.

    Raises ``UsageError`` for an unknown name, ``EngineMissingError`` when its library is missing
    or cannot be loaded.
    """
    row = _row(name)
    reason = availability(name)
    if reason is not None:
        raise missing_error(name, reason)
    module_name, _, class_name = row.target.partition(":")
    try:
        engine = getattr(importlib.import_module(module_name), class_name)()
    except (ImportError, OSError) as error:
        unloadable = QT_TRANSLATE_NOOP("EngineRegistry", "Its library cannot be loaded.")
        raise missing_error(name, unloadable) from error
    if not isinstance(engine, Engine):
        raise TypeError(f"{row.target} is not an Engine")
    return engine


def missing_error(name: str, reason: TextKey) -> EngineMissingError:
    """The error for an engine that :func:`availability` has a reason against."""
    return EngineMissingError(
        QT_TRANSLATE_NOOP("EngineRegistry", "The engine {name} cannot be used. {reason}"),
        kept=QT_TRANSLATE_NOOP("EngineRegistry", "Your conversations are safe."),
        advice=QT_TRANSLATE_NOOP(
            "EngineRegistry", "Install it, or choose a model that another engine can run."
        ),
        name=name,
        reason=reason,
    )


def _row(name: str) -> _Row:
    if name in _ROWS:
        return _ROWS[name]
    close = difflib.get_close_matches(name.casefold(), _ROWS, n=1, cutoff=0.4)
    if close:
        raise UsageError(
            QT_TRANSLATE_NOOP("EngineRegistry", "There is no engine named {name}."),
            advice=QT_TRANSLATE_NOOP("EngineRegistry", "Did you mean {suggestion}?"),
            name=name,
            suggestion=close[0],
        )
    raise UsageError(
        QT_TRANSLATE_NOOP("EngineRegistry", "There is no engine named {name}."),
        advice=QT_TRANSLATE_NOOP("EngineRegistry", "Choose one of: {names}"),
        name=name,
        names=", ".join(_ROWS),
    )
