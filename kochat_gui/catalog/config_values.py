"""Values of untrusted configs, checked one by one, and the errors for those that cannot be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kochat_gui.catalog.file_errors import damaged, unsupported
from kochat_gui.core.errors import ModelDamagedError, ModelUnsupportedError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP

LARGEST = 2**31 - 1


def count(plain: Mapping[str, Any], key: str, path: Path, default: int | None = None) -> int:
    """A positive whole number; ``default`` (None: must be there) where it is absent or null."""
    value = plain.get(key)
    if value is None:
        value = default
    if type(value) is not int or not 0 < value <= LARGEST:
        raise impossible_value(path, key)
    return value


def number(plain: Mapping[str, Any], key: str, path: Path, limit: float = 1e12) -> float | None:
    """A positive number below ``limit``; None where it is absent or null."""
    value = plain.get(key)
    if value is None:
        return None
    if type(value) not in {int, float} or not 0 < value < limit:
        raise impossible_value(path, key)
    return float(value)


def token_ids(plain: Mapping[str, Any], key: str, vocab_size: int, path: Path) -> tuple[int, ...]:
    """A token id or a list of them; empty where the key is absent or null."""
    value = plain.get(key)
    values = value if isinstance(value, list) else [value]
    ids = tuple(item for item in values if type(item) is int and 0 <= item < vocab_size)
    if len(ids) != sum(item is not None for item in values):
        raise impossible_value(path, key)
    return ids


def unsupported_kind(path: Path, kind: str) -> ModelUnsupportedError:
    """A model beside its config or tokenizer ``path`` that cannot be converted."""
    return unsupported(
        path.parent,
        QT_TRANSLATE_NOOP(
            "ModelFiles", "The model {name} is of a kind that KoChat cannot convert yet ({kind})."
        ),
        QT_TRANSLATE_NOOP(
            "ModelFiles", "Get a GGUF file of this model; those do not need converting."
        ),
        kind=kind[:120],
    )


def impossible_value(path: Path, key: str) -> ModelDamagedError:
    """A number in ``path`` that cannot be."""
    return damaged(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "The model's {name} has an impossible value ({key})."),
        key=key,
    )
